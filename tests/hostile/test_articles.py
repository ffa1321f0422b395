"""Articles that are meant to hold us up: each ends in time, with its file and line."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.hostile.articles import BODIES, FIELDS, FRONTS, Maker, with_body, with_front
from support.hostile.fuzzing import within
from support.newsroom import Newsroom, newsroom
from syndicate.errors import ArticleError
from syndicate.model.article import Publisher
from syndicate.sources import bounds, read

OFFICE = Publisher(name="Kantor", url="https://kantor.example", timezone="Asia/Jakarta")
MEGABYTE, LARGE = 1_000_000, 120_000
AT_ONCE = 0.5  # seconds of the processor: what is over a bound is not read
READ = 2.0  # what is below every bound, on all channels
MEMORY = 150_000  # KiB of a whole command


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom(tmp_path / "kantor") as room:
        yield room


def article(folder: Path, text: str) -> Path:
    path = folder / "kabar.md"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> str:
    path = article(folder, text)
    with within(AT_ONCE), pytest.raises(ArticleError) as raised:
        read(path, OFFICE)
    message = str(raised.value)
    assert re.match(rf"{re.escape(str(path))}:\d+: [^\n]+ \([^\n]+\)\Z", message), message
    return message


@pytest.mark.parametrize("name", [name for name, (_, says) in BODIES.items() if says])
def test_a_text_over_a_bound_is_refused_at_once_with_its_line(name: str, tmp_path: Path) -> None:
    make, says = BODIES[name]
    assert says is not None
    assert says in refusal(tmp_path, with_body(make, LARGE))
    whole = refusal(tmp_path, with_body(make, MEGABYTE))
    assert "the article exceeds 200 kB" in whole


@pytest.mark.parametrize("name", FRONTS)
def test_a_front_matter_over_a_bound_is_refused_at_once(name: str, tmp_path: Path) -> None:
    make, says = FRONTS[name]
    assert says in refusal(tmp_path, with_front(make, LARGE))
    refusal(tmp_path, with_front(make, MEGABYTE))


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_over_a_bound_is_refused_at_once(name: str, tmp_path: Path) -> None:
    fields, says = FIELDS[name]
    assert says in refusal(tmp_path, f"---\nheadline: Kabar\n{fields}\n---\n\nIsi kabar.\n")


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_the_line_is_the_one_that_passes_the_bound(line_end: str, tmp_path: Path) -> None:
    text = "---\nheadline: Kabar\n---\n\n" + "[a](https://a.example/b)\n\n" * 1_001
    message = refusal(tmp_path, text.replace("\n", line_end))
    assert message.startswith(f"{tmp_path / 'kabar.md'}:2005: more than 1,000 links")


def largest(make: Maker) -> str:
    """The largest text of a kind that no bound refuses."""
    low, high = 10, bounds.MOST_ARTICLE_BYTES - 1_000
    if _is_within(with_body(make, high)):
        return with_body(make, high)
    while high - low > 500:
        middle = (low + high) // 2
        low, high = (middle, high) if _is_within(with_body(make, middle)) else (low, middle)
    return with_body(make, low)


def _is_within(text: str) -> bool:
    try:
        bounds.refuse_bytes(text.encode())
        bounds.refuse_excess(text)
    except bounds.BoundExceeded:
        return False
    return True


DEAREST = ("links", "notes", "items of two kinds", "a tall table")
REST = [pytest.param(one, marks=pytest.mark.soak) for one in BODIES if one not in DEAREST]
MEASURED = """\
import sys
from support.hostile.memory import peak
from syndicate.cli import main
try:
    main()
finally:
    print(peak(), file=sys.stderr)
"""


@pytest.mark.parametrize("name", [*DEAREST, *REST])
def test_what_is_within_every_bound_is_read_and_said_in_time(name: str, room: Newsroom) -> None:
    article(room.folder, largest(BODIES[name][0]))
    with within(READ):
        answer = room.run("publish", "kabar.md", "--dry-run")
    assert answer.code in (0, 1), answer.said
    assert "Traceback" not in answer.said


@pytest.mark.parametrize("name", ["words", *REST])
def test_no_article_brings_a_command_above_its_memory(name: str, room: Newsroom) -> None:
    article(room.folder, largest(BODIES[name][0]))
    environ = {**room.environ(), "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, "check", "kabar.md"], cwd=room.folder, env=environ,
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    assert int(done.stderr.split()[-1]) < MEMORY
