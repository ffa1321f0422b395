"""A publication with nothing to do is answered again while all that it looked at is the same."""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

from support.newsroom import MORNING, REAL, Answer, Newsroom
from syndicate.system import answer_cache
from syndicate.testing import PIXEL
from syndicate.version import VERSION

PICTURE = [{"file": "foto.png", "alt": "Foto"}]
Change = Callable[[Newsroom], object]


class Asked:
    """Whether commands were answered by what earlier ones had kept."""

    def __init__(self) -> None:
        self.again: list[bool] = []


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Commands of this process keep answers, and say them again, as the program does."""
    asked, answered = Asked(), answer_cache.answer_again

    def noted(words: list[str]) -> bool:
        asked.again.append(answered(words))
        return asked.again[-1]

    def write(text: str) -> bool:
        return bool(sys.stdout.write(text))

    monkeypatch.setattr(answer_cache, "answer_again", noted)
    monkeypatch.setattr(answer_cache, "_write", write)
    monkeypatch.setattr(answer_cache, "_is_plain", lambda: "SYNDICATE_NOW" not in os.environ)
    monkeypatch.setattr(answer_cache, "VOLATILE", answer_cache.VOLATILE | {"PYTEST_CURRENT_TEST"})
    monkeypatch.setattr(answer_cache, "RECENT_NS", 0)
    program = answer_cache._program  # without the modules of other tests, whose folders are gone
    monkeypatch.setattr(answer_cache, "_program", lambda: filter(os.path.exists, program()))
    return asked


@pytest.fixture
def settled(room: Newsroom, asked: Asked) -> Newsroom:
    """An office with an article that stands everywhere, and whose answer was kept."""
    room.only("feed", "telegram")
    room.change("feed", pages=True)
    (room.folder / "foto.png").write_bytes(PIXEL)
    room.write(url=None, associations=PICTURE)
    assert room.publish(at=REAL).code == 0
    assert room.publish(at=REAL).code == 0
    return room


def ordinary(room: Newsroom, *words: str) -> Answer:
    """The answer of the command itself, which nothing was kept for."""
    return room.run(*words, at=REAL, env={"XDG_CACHE_HOME": str(room.folder.parent / "none")})


@pytest.mark.parametrize("words", [(), ("--json",), ("--channel", "feed")], ids=" ".join)
def test_it_is_byte_for_byte_what_the_command_itself_says(
    settled: Newsroom, asked: Asked, words: tuple[str, ...]
) -> None:
    command = ("publish", "kabar.md", *words)
    settled.run(*command, at=REAL)
    again = settled.run(*command, at=REAL)
    assert asked.again[-1]
    assert again == ordinary(settled, *command)
    assert not asked.again[-1]


def sql(room: Newsroom, statement: str) -> None:
    with closing(sqlite3.connect(room.folder / "syndicate.db")) as db, db:
        db.execute(statement)


def unsettle(room: Newsroom, state: str) -> None:
    unknown = "present = NULL, reference = NULL, url = NULL"
    sql(room, f"UPDATE deliveries SET state = '{state}', {unknown} WHERE address = 'rss.xml'")


def expiring(room: Newsroom, delay: timedelta) -> None:
    expires = (datetime.now(UTC) + delay).isoformat()
    room.write(uri=room.uri(), url=None, associations=PICTURE, expires=expires)
    room.publish(at=REAL)
    room.publish(at=REAL)


def move_away(room: Newsroom) -> None:
    for kind in ("", "-wal", "-shm"):
        old = room.folder / f"syndicate.db{kind}"
        if old.exists():
            old.rename(room.folder / f"other.db{kind}")


def rewritten(path: Path) -> None:
    """The same bytes in another file: somebody may have put back a copy."""
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content)


def first(room: Newsroom, pattern: str) -> Path:
    return sorted((room.folder / "public/feed").glob(pattern))[0]


def schedule_another(room: Newsroom) -> None:
    room.write("lain.md", "Teks yang lain sama sekali.", headline="Hasil rapat kerja")
    assert room.run("publish", "lain.md", "--at", "2 jam lagi", at=REAL).code == 0


CHANGES: dict[str, Change] = {
    "a changed article": lambda room: room.rewrite("Isi", "Isi lain"),
    "an article that was touched": lambda room: rewritten(room.folder / "kabar.md"),
    "a lost article": lambda room: (room.folder / "kabar.md").unlink(),
    "a changed picture": lambda room: (room.folder / "foto.png").write_bytes(PIXEL + b"\0"),
    "a lost picture": lambda room: (room.folder / "foto.png").unlink(),
    "a changed configuration": lambda room: room.change("feed", title="Berita"),
    "a lost feed file": lambda room: first(room, "rss.xml").unlink(),
    "a changed page": lambda room: first(room, "articles/*.html").write_text("x"),
    "a lost folder mark": lambda room: first(room, ".syndicate-*").unlink(),
    "one more file in the feed's folder": lambda room: (
        room.folder / "public/feed/new.html"
    ).write_text("x"),
    "another feed folder": lambda room: (room.folder / "public/feed").rename(
        room.folder / "public/old"
    ),
    "a lost generation mark": lambda room: (room.folder / ".syndicate.db.generation").unlink(),
    "a changed generation mark": lambda room: (
        room.folder / ".syndicate.db.generation"
    ).write_text(f"99 {'0' * 32}\n"),
    "a ledger put back": lambda room: rewritten(room.folder / "syndicate.db"),
    "a moved ledger": move_away,
    "a ledger that others can read": lambda room: (room.folder / "syndicate.db").chmod(0o644),
    "a waiting delivery": lambda room: unsettle(room, "due"),
    "a doubt": lambda room: unsettle(room, "in_doubt"),
    "a scheduled revision": schedule_another,
    "a doubted ledger": lambda room: sql(room, "UPDATE ledger SET doubted = 'so'"),
    "another article": lambda room: (
        room.write("lain.md", headline="Lain", url=None),
        room.run("publish", "lain.md", at=REAL),
    ),
    "a withdrawal": lambda room: room.run(
        "withdraw", "kabar.md", "--reason", "Keliru.", at=REAL
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_has_changed_is_looked_at_by_the_command_itself(
    settled: Newsroom, asked: Asked, change: Change
) -> None:
    settled.publish(at=REAL)
    assert asked.again[-1]
    change(settled)
    settled.run("publish", "kabar.md", at=REAL)
    assert not asked.again[-1]


SURROUNDINGS: dict[str, dict[str, str]] = {
    "another environment": {"TG_TOKEN": "1:other"},
    "a rehearsal": {"SYNDICATE_NOW": MORNING},
}


@pytest.mark.parametrize("env", SURROUNDINGS.values(), ids=SURROUNDINGS)
def test_it_holds_only_where_it_was_said(
    settled: Newsroom, asked: Asked, env: dict[str, str]
) -> None:
    settled.run("publish", "kabar.md", at=REAL, env=env)
    assert not asked.again[-1]


def test_it_holds_no_longer_than_until_something_is_due(
    settled: Newsroom, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    expiring(settled, timedelta(minutes=5))
    settled.publish(at=REAL)
    assert asked.again[-1]
    later = time.time() + 301
    monkeypatch.setattr(time, "time", lambda: later)
    settled.publish(at=REAL)
    assert not asked.again[-1]


def test_it_does_not_hold_for_a_clock_that_was_set_back(
    settled: Newsroom, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = time.time() - 3600
    monkeypatch.setattr(time, "time", lambda: earlier)
    settled.publish(at=REAL)
    assert not asked.again[-1]


def test_another_version_of_the_program_looks_itself(
    settled: Newsroom, asked: Asked, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    extension = tmp_path / "extension.py"
    extension.write_text(f"VERSION = {VERSION!r}\n")
    monkeypatch.setattr(answer_cache, "_program", lambda: iter([str(extension)]))
    rewritten(settled.folder / "kabar.md")
    settled.publish(at=REAL)
    settled.publish(at=REAL)
    assert asked.again[-1]
    extension.write_text("VERSION = 'other'\n")
    settled.publish(at=REAL)
    assert not asked.again[-1]


@pytest.mark.parametrize(
    "words", [("--minor",), ("--refresh",), ("--dry-run",), ("-v",), ("--new",)], ids=" ".join
)
def test_other_commands_are_not_kept(
    settled: Newsroom, asked: Asked, words: tuple[str, ...]
) -> None:
    for _ in range(2):
        settled.run("publish", "kabar.md", *words, at=REAL)
        assert not asked.again[-1]


@pytest.mark.parametrize(
    "state", ["a scheduled revision", "a doubted ledger", "a lost folder mark", "a lost article"]
)
def test_what_does_not_rest_is_not_kept(settled: Newsroom, asked: Asked, state: str) -> None:
    CHANGES[state](settled)
    for _ in range(2):
        settled.run("publish", "kabar.md", at=REAL)
        assert not asked.again[-1]


def test_what_had_something_to_do_is_not_kept(room: Newsroom, asked: Asked) -> None:
    room.only("feed")
    room.write()
    room.publish(at=REAL)
    room.publish(at=REAL)
    assert not asked.again[-1]


def test_nothing_that_others_may_have_written_is_believed(settled: Newsroom, asked: Asked) -> None:
    [record] = Path(settled.environ(REAL)["XDG_CACHE_HOME"]).rglob("*.json")
    assert record.stat().st_mode & 0o777 == 0o600
    record.chmod(0o666)
    settled.publish(at=REAL)
    assert not asked.again[-1]


@pytest.mark.parametrize("content", ["", "{}", "[]", "null", '{"format": 1}'])
def test_a_spoilt_record_is_none(settled: Newsroom, asked: Asked, content: str) -> None:
    [record] = Path(settled.environ(REAL)["XDG_CACHE_HOME"]).rglob("*.json")
    record.write_text(content)
    assert settled.publish(at=REAL).code == 0
    assert not asked.again[-1]


def test_where_nobody_has_a_folder_of_their_own_nothing_is_kept(
    settled: Newsroom, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOME")  # as systemd runs what has no user of its own
    for _ in range(2):
        answer = settled.run("publish", "kabar.md", at=REAL, env={"XDG_CACHE_HOME": ""})
        assert (answer.code, answer.err) == (0, "")
        assert not asked.again[-1]


def test_the_program_itself_says_it_again(settled: Newsroom) -> None:
    said = [settled.program("publish", "kabar.md", at=REAL) for _ in range(3)]
    assert said[0] == said[1] == said[2]
    records = list(Path(settled.environ(REAL)["XDG_CACHE_HOME"]).rglob("*.json"))
    assert len(records) == 1  # by the same words in the same folder


def test_what_is_lost_while_the_answer_is_read_is_noticed(
    settled: Newsroom, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = answer_cache.store

    def keep_late(*given: object, **named: object) -> None:
        (settled.folder / "public/feed/rss.xml").unlink(missing_ok=True)
        keep(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(answer_cache, "store", keep_late)
    settled.run("publish", "kabar.md", "--json", at=REAL)
    assert not asked.again[-1]
    monkeypatch.setattr(answer_cache, "store", keep)
    answer = settled.run("publish", "kabar.md", "--json", at=REAL)
    assert not asked.again[-1]
    assert "refresh" in [line["action"] for line in answer.json["lines"]]


def test_an_office_with_a_channel_of_its_own_is_not_answered_for(
    settled: Newsroom, asked: Asked
) -> None:
    (settled.folder / "papan.py").write_text(
        "from dataclasses import dataclass\nfrom syndicate_feed import Feed\n\n\n"
        "@dataclass(kw_only=True)\nclass Papan(Feed):\n    pass\n"
    )
    settled.change("feed", kind="./papan.py:Papan")
    settled.publish(at=REAL)
    for _ in range(2):
        settled.publish(at=REAL)
        assert not asked.again[-1]


class NonBlocking:
    """A terminal or pipe that takes no more for now, in the place of stdout."""

    encoding = "utf-8"

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def fileno(self) -> int:
        return self.descriptor

    def flush(self) -> None:
        pass


def test_a_slow_reader_gets_the_answer_once(monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = os.pipe()
    os.set_blocking(target, False)
    monkeypatch.setattr(sys, "stdout", NonBlocking(target))
    text = "".join(f"{number}\n" for number in range(100_000))
    got: list[bytes] = []

    def read() -> None:
        with open(source, "rb") as pipe:
            got.append(pipe.read())

    reader = Thread(target=read)
    reader.start()
    assert answer_cache._write(text)
    os.close(target)
    reader.join(10)
    assert got == [text.encode()]
