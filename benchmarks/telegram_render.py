"""How long a Telegram post takes, beside telegramify-markdown and sulguk, and what each loses."""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

from peers import installed, python_of
from syndicate import Article, Publisher
from syndicate.sources import read
from syndicate.text import plain

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (ROOT / "examples", ROOT / "tests" / "channels" / "golden")
RAISED = re.compile("</?su[bp]>")  # x<sub>i</sub> may be two words
DESK = Publisher(name="Kabar", url="https://kabar.example", timezone="Asia/Jakarta")

# each gives convert(source, base) -> text and entities; the worker around them is the same
OURS = """
from syndicate_telegram.rendering.blocks import assemble, parse_blocks
from syndicate_telegram.rendering.entities import api_entities

def convert(html, base):
    rich = assemble(parse_blocks(html))
    return rich.text, api_entities(rich)
"""
OURS_FROM_MARKDOWN = f"""
from pathlib import Path
from syndicate.sources import body
{OURS}
from_html = convert

folder = Path("tests/channels/golden")  # the pictures are there

def convert(markdown, base):
    return from_html(body.read_body(markdown, 1, base, folder).html, base)
"""
TELEGRAMIFY = """
import telegramify_markdown

def convert(markdown, base):
    text, entities = telegramify_markdown.convert(markdown)
    return text, [entity.to_dict() for entity in entities]
"""
SULGUK = """
import sulguk

def convert(html, base):
    made = sulguk.transform_html(html, base_url=base)
    return made.text, made.entities
"""
WORKER = """
import json, sys, time

def attempt(source, base):
    try:
        return convert(source, base)
    except Exception as error:
        return repr(error)

sources = json.loads(sys.stdin.readline())
print(json.dumps([attempt(*source) for source in sources]), flush=True)
for _ in sys.stdin:
    took = []
    for source in sources:
        begun = time.perf_counter()
        attempt(*source)
        took.append(1e6 * (time.perf_counter() - begun))
    print(json.dumps(took), flush=True)
"""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One renderer that is timed."""

    name: str
    code: str
    takes: str  # html or markdown
    requirement: str = ""  # what pip installs for it; ours is here

    @property
    def python(self) -> Path:
        if not self.requirement:
            return Path(sys.executable)
        return python_of(self.requirement)


SUBJECTS = (
    Subject(name="syndicate, from HTML", code=OURS, takes="html"),
    Subject(name="syndicate, from Markdown", code=OURS_FROM_MARKDOWN, takes="markdown"),
    Subject(name="sulguk, from HTML", code=SULGUK, takes="html", requirement="sulguk==0.12.0"),
    Subject(
        name="telegramify, from Markdown",
        code=TELEGRAMIFY,
        takes="markdown",
        requirement="telegramify-markdown==1.4.1",
    ),
)
RATIOS = (
    ("syndicate, from HTML", "sulguk, from HTML"),
    ("syndicate, from HTML", "telegramify, from Markdown"),
    ("syndicate, from Markdown", "telegramify, from Markdown"),
)


class Worker:
    """A process that converts all articles whenever it is asked."""

    def __init__(self, subject: Subject, articles: Sequence[Article]) -> None:
        self.subject = subject
        self._process = subprocess.Popen(
            [str(subject.python), "-c", subject.code + WORKER],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        sources = [
            (getattr(article, subject.takes), article.url or DESK.url) for article in articles
        ]
        self.made = self._ask(json.dumps(sources))
        self.rounds: list[list[float]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate()

    def take_a_turn(self) -> None:
        """Convert every article once more, and note the microseconds of each."""
        self.rounds.append(self._ask("again"))

    @cached_property
    def medians(self) -> list[float]:
        """Microseconds of each article."""
        return [statistics.median(times) for times in zip(*self.rounds, strict=True)]

    def _ask(self, line: str) -> list[Any]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        said = self._process.stdout.readline()
        if not said:
            raise SystemExit(f"{self.subject.name} ended without an answer")
        answer: list[Any] = json.loads(said)
        return answer


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rounds", type=int, default=40)
    rounds = asked.parse_args().rounds
    articles = [read(path, DESK).article for folder in FOLDERS for path in _sources(folder)]
    with ExitStack() as stack:
        workers = [
            stack.enter_context(Worker(subject, articles))
            for subject in SUBJECTS
            if is_installed(subject)
        ]
        for _ in range(rounds):
            for worker in workers:  # in turns, so that all see the same machine
                worker.take_a_turn()
    converted = [n for n in range(len(articles)) if all(_is_made(w.made[n]) for w in workers)]
    times = {w.subject.name: statistics.fmean(w.medians[n] for n in converted) for w in workers}
    print(f"{len(articles)} articles, {len(converted)} of them converted by all; {rounds} rounds")
    print_table(workers, articles, times)
    print_ratios(times)
    print(json.dumps(as_document(times, len(converted), rounds)))


def _sources(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.md") if path.stem != "README")


def is_installed(subject: Subject) -> bool:
    """Whether it can be timed; a peer gets an environment of its own."""
    reason = installed(subject.requirement) if subject.requirement else ""
    if reason:
        print(f"skipped: {subject.name}: {reason}")
    return not reason


def _is_made(made: object) -> bool:
    return not isinstance(made, str)  # else it is an error's words


def print_table(
    workers: Sequence[Worker], articles: Sequence[Article], times: Mapping[str, float]
) -> None:
    heads = ("crashes", "words lost", "links lost", "numbers lost")
    print(f"{'':30}{'us/article':>12}" + "".join(f"{head:>14}" for head in heads))
    for worker in workers:
        lost = losses(worker.made, articles)
        figures = "".join(f"{lost[head]:>14}" for head in heads)
        print(f"{worker.subject.name:30}{times[worker.subject.name]:12.0f}{figures}")


def losses(made: Sequence[Any], articles: Sequence[Article]) -> Counter[str]:
    """What was not converted, or is not in what came out, in all articles together."""
    lost: Counter[str] = Counter()
    for one, article in zip(made, articles, strict=True):
        if not _is_made(one):
            lost["crashes"] += 1
            continue
        text, entities = unicodedata.normalize("NFKC", one[0]), one[1]
        lost["words lost"] += _missing(_words(plain(RAISED.sub(" ", article.html))), text)
        links = {unquote(entity.get("url") or "") for entity in entities}
        lost["links lost"] += len(_addresses(article.html) - links)
        lost["numbers lost"] += _missing(_numbers(article.markdown), text)
    return lost


def _missing(wanted: Sequence[str], text: str) -> int:
    return sum(max(0, times - text.count(one)) for one, times in Counter(wanted).items())


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", unicodedata.normalize("NFKC", text))


def _addresses(html: str) -> set[str]:
    """Where links with words lead."""
    found = re.findall(r'<a href="(https?:[^"]+)"[^>]*>([^<]*\w)', html)
    return {unquote(unescape(address)) for address, _ in found}


def _numbers(markdown: str) -> list[str]:
    return [f"{number}." for number in re.findall(r"^ *(\d+)[.)] ", markdown, re.MULTILINE)]


def print_ratios(times: Mapping[str, float]) -> None:
    for subject, beside in RATIOS:
        if subject in times and beside in times:
            ratio = times[subject] / times[beside]
            verdict = "faster" if ratio < 1 else "SLOWER"
            print(f"{subject} / {beside}: {ratio:.2f}: {verdict}")


def as_document(times: Mapping[str, float], articles: int, rounds: int) -> dict[str, object]:
    return {
        "python": sys.version.split()[0],
        "rounds": rounds,
        "articles": articles,
        "us_per_article": {name: round(value, 1) for name, value in times.items()},
        "ratios": {
            f"{one} / {other}": round(times[one] / times[other], 3)
            for one, other in RATIOS
            if one in times and other in times
        },
    }


if __name__ == "__main__":
    main()
