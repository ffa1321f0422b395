"""A ledger that cannot be one, is damaged, or goes away is told in one line, always."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from support import postgres
from support.feed_folder import Hub
from support.forks import WarmProcess
from support.newsroom import EVENING, NOON, REAL, Answer, Newsroom
from support.serving import served
from syndicate.ledger import open_ledger
from syndicate.ledger.database import sqlite_file
from syndicate_feed import Feed
from syndicate_telegram import Telegram

DROP = "DROP DATABASE IF EXISTS {name} WITH (FORCE)"

COMMANDS = (
    ("status",), ("publish", "kabar.md"), ("tick",), ("digest",), ("history", "kabar.md"),
    ("withdraw", "kabar.md", "--reason", "Dicabut.", "--yes"), ("check", "kabar.md"),
    ("subscribers", "list"), ("channels", "list"), ("ledger", "restored"),
    ("ledger", "backup", "salinan.db"), ("status", "--json"), ("channels", "resume", "telegram"),
)  # fmt: skip
URLS = (
    "sqlite://", "sqlite:///", "sqlite:///.", "sqlite:////", "sqlite://host/syndicate.db",
    "sqlite:///file:syndicate.db?mode=ro&uri=true", "sqlite:///syndicate.db?timeout=soon",
    "sqlite:///syndicate.db?nonsense=1", "sqlite+aiosqlite:///syndicate.db",
    "sqlite+pysqlcipher:///syndicate.db", "sqlite+nonsense:///x", "sqlite:syndicate.db",
    "sqlite:///not/there/syndicate.db", "mysql://u:p@h/d", "oracle://h", "nonsense", "",
    "://", "http://kantor.example/db", "postgresql://", "postgresql:///", "postgresql://h",
    "postgresql://u@127.0.0.1:99999/d", "postgresql://u@127.0.0.1:soon/d",
    "postgresql://u@127.0.0.1:1/d", "postgresql://u@127.0.0.1:1/d?nonsense=1",
    "postgresql://u@127.0.0.1:1/d?sslmode=nonsense", "postgresql://u@127.0.0.1:-1/d",
    "postgresql://u@127.0.0.1:1/d?connect_timeout=soon", "postgresql://u@[::1/d",
    "postgresql+asyncpg://u@h/d", "postgresql+psycopg2://u@h/d", "postgresql+nonsense://h/d",
    "postgres://u@h/d", "postgresql://u:p@ss:w@rd@127.0.0.1:1/d",
)  # fmt: skip


def told(answer: Answer, *codes: int) -> str:
    """One line, and no trace of a program."""
    assert answer.code in (codes or (1,)), answer.said
    assert "Traceback" not in answer.said
    assert "unexpected" not in answer.said
    return answer.complaint


def test_a_url_of_no_ledger_is_told_in_one_line(room: Newsroom) -> None:
    room.write()
    for url in URLS:
        room.ledger_url = url
        room.configure()
        for words in (("status",), ("publish", "kabar.md"), ("status", "--json")):
            assert "ledger" in told(room.run(*words)), url
    assert room.effects == 0


@pytest.fixture
def full(room: Newsroom) -> Newsroom:
    """An office with something in every table that a first day fills."""
    room.subscribe("ani@pembaca.example", "budi@pembaca.example")
    room.write()
    room.publish()
    assert room.run("digest", at=EVENING).code == 0
    room.rewrite("Isi kabar.", "Isi yang benar.")
    room.publish("--note", "Isinya salah.", at=EVENING)
    return room


def away(room: Newsroom) -> None:
    for path in room.folder.glob("syndicate.db*"):
        path.unlink()


@pytest.mark.parametrize(
    ("put", "what"),
    [
        (Path.mkdir, ": it is a folder"), (os.mkfifo, ": it is a pipe, not a file"),
        (Path.touch, "is empty"),
        (lambda path: path.symlink_to("/dev/zero"), ": it is a device, not a file"),
        (lambda path: path.symlink_to(path), "cannot be opened"),
        (lambda path: sqlite3.connect(path).execute("CREATE TABLE x (y)").connection.close(),
         "a database without a ledger in it"),
        (lambda path: path.write_bytes(b"bukan ledger " * 100), "is not a ledger"),
    ],
)  # fmt: skip
def test_what_is_no_ledger_is_left_alone(
    full: Newsroom, put: Callable[[Path], object], what: str
) -> None:
    away(full)
    put(full.ledger)
    before = full.effects
    for words in COMMANDS:
        assert what in told(full.run(*words)), words
    assert full.effects == before


def test_a_ledger_cut_to_nothing_is_no_new_office(full: Newsroom) -> None:
    full.ledger.write_bytes(b"")
    for words in COMMANDS:
        assert "is empty" in told(full.run(*words))


def test_a_ledger_cut_to_nothing_beside_its_journal_is_none_either(full: Newsroom) -> None:
    with closing(sqlite3.connect(full.ledger)) as other:  # so that the journal stays
        other.execute("PRAGMA journal_mode=WAL")
        full.publish("kabar.md", at=EVENING)
        other.execute("PRAGMA wal_autocheckpoint=0")
        other.execute("CREATE TABLE journal_stays (x)")
        os.truncate(full.ledger, 0)
        for words in (("status",), ("publish", "kabar.md"), ("tick",)):
            assert "is empty" in told(full.run(*words))
        assert full.ledger.with_name("syndicate.db-wal").stat().st_size


def vanishes(path: Path) -> None:
    path.unlink()


def is_replaced(path: Path) -> None:
    copy = path.with_name("lain.db")
    shutil.copy(path, copy)
    copy.replace(path)


def is_emptied(path: Path) -> None:
    for name in path.parent.glob("syndicate.db-*"):
        name.unlink()
    os.truncate(path, 0)


def is_emptied_in_place(path: Path) -> None:
    """Its journal stays."""
    with path.open("r+b") as file:
        file.truncate(0)


def is_cut_short(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 8192 * 4096)


def loses_its_beginning(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(bytes(8192))


GOES = (vanishes, is_replaced, is_emptied, is_emptied_in_place, is_cut_short, loses_its_beginning)


@pytest.mark.parametrize("goes", GOES)
def test_a_ledger_that_goes_away_while_we_run_never_ends_well(
    room: Newsroom, goes: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file, "SETTLES", 0.1)
    full = room
    full.subscribe("ani@pembaca.example")
    full.write()
    full.publish()
    full.write("lain.md", headline="Kabar lain")
    gone: list[int] = []

    def when(place: str, *words: str, at: str = NOON) -> Answer:
        """Let it go at the first call of something, and run a command."""
        module, _, name = place.rpartition(".")
        owner = pytest.importorskip(module.rpartition(".")[0])
        owner = getattr(owner, module.rpartition(".")[2])
        real = getattr(owner, name)
        gone.clear()

        def instead(*given: object, **named: object) -> object:
            if not gone:
                gone.append(1)
                goes(full.ledger)
            return real(*given, **named)

        with monkeypatch.context() as patch:
            patch.setattr(owner, name, instead)
            return full.run(*words, at=at)

    keep = full.folder / "aman.db"
    assert full.run("ledger", "backup", "aman.db").code == 0

    def afresh() -> None:
        away(full)
        shutil.copy(keep, full.ledger)
        full.run("ledger", "restored", "--digests", "unsent", at=NOON)

    publish = ("publish", "lain.md", "--new", "--yes")
    for place, words, code in (
        ("syndicate_feed.Feed.pieces", publish, 1),  # while it is planned
        ("syndicate_telegram.Telegram.publish", publish, 4),  # the feed stands
        ("syndicate_email.EmailDigest.publish_all", ("digest",), 1),
        ("syndicate.operations.status.Status.to_json", ("status", "--json"), 1),
        ("syndicate.report.Report.to_json", (*publish, "--json"), 4),
    ):
        afresh()
        answer = when(place, *words, at=EVENING)
        assert gone, place
        assert "ledger.url: " in told(answer, code), place
    afresh()


@pytest.mark.parametrize("goes", [is_emptied_in_place, loses_its_beginning])
def test_a_ledger_that_is_harmed_while_a_hub_is_waited_for_never_ends_well(
    room: Newsroom, goes: Callable[[Path], None]
) -> None:
    class Harmed(list[dict[str, list[str]]]):
        def append(self, told: dict[str, list[str]]) -> None:
            super().append(told)
            goes(room.ledger)

    with served(Hub()) as hub:
        hub.code, hub.told = 503, Harmed()
        room.change("feed", hubs=[hub.url])
        room.write()
        assert str(room.ledger) in told(room.run("publish", "kabar.md"), 4)
        assert hub.told
    assert room.posts == []  # what would have come next


def test_turned_bytes_are_told_in_one_line(full: Newsroom) -> None:
    turn(full, random.Random(1).sample(range(2, full.ledger.stat().st_size), 25))


@pytest.mark.soak
def test_turned_bytes_anywhere_are_told_in_one_line(full: Newsroom) -> None:
    chance = random.Random(2)
    turn(full, [chance.randrange(full.ledger.stat().st_size) for _ in range(600)])


def turn(room: Newsroom, places: list[int]) -> None:
    """Flip a byte at each of these places, and look, publish and tick."""
    whole = room.ledger.read_bytes()
    chance = random.Random(3)
    for number, place in enumerate(places):
        broken = bytearray(whole)
        broken[place] ^= chance.randrange(1, 256)
        for path in room.folder.glob("syndicate.db-*"):
            path.unlink()
        room.ledger.write_bytes(broken)
        for words in (COMMANDS[0], COMMANDS[1 + number % (len(COMMANDS) - 1)]):
            (room.folder / "salinan.db").unlink(missing_ok=True)
            answer = room.run(*words, at=EVENING)
            assert answer.code in (0, 1, 2, 3, 4), (place, words)
            assert "Traceback" not in answer.said, (place, words, answer.said)
            if "unexpected" in answer.said:  # a letter within stored words: no database can tell
                assert answer.code == 1
                with closing(sqlite3.connect(room.ledger)) as db:
                    assert db.execute("PRAGMA integrity_check(1)").fetchall() == [("ok",)]


def six(room: Newsroom) -> None:
    """Six processes on one ledger that is not there yet."""
    names = [f"kabar{number}.md" for number in range(4)]
    for number, name in enumerate(names):
        room.write(name, f"Isi {number}.", headline=f"Kabar nomor {number}")
    children = [room.start("publish", name) for name in names]
    children += [room.start("tick"), room.start("subscribers", "add", "ani@pembaca.example")]
    answers = [child.answer() for child in children]
    assert [one for one in answers if one.code not in (0, 3)] == []
    assert not any("locked" in one.said for one in answers)
    assert room.run("tick").code == 0
    assert len(room.entries) == len(names)
    assert not list(room.folder.glob(".syndicate.db.*.new*"))


@pytest.mark.parametrize("turn", range(2))
def test_six_processes_make_one_ledger(room: Newsroom, turn: int) -> None:
    room.only("feed", "harian")
    six(room)


@pytest.mark.soak
@pytest.mark.parametrize("turn", range(20))
def test_six_processes_make_one_ledger_each_time(room: Newsroom, turn: int) -> None:
    six(room)


def test_six_openings_of_an_older_ledger_bring_it_up_once(tmp_path: Path) -> None:
    dump = Path(__file__).parents[1] / "data" / "ledger-1.sqlite.sql"
    path = tmp_path / "ledger.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(dump.read_text(encoding="utf-8"))
    children = [WarmProcess(target=open_and_close, args=(str(path),)) for _ in range(6)]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0] * 6
    assert sorted(one.name for one in tmp_path.iterdir()) == ["ledger.db", "ledger.db.v1.bak"]


def open_and_close(path: str) -> None:
    from datetime import UTC, datetime

    from support.released_ledger import know_one_more_step

    know_one_more_step()
    open_ledger(f"sqlite:///{path}", datetime.now(UTC)).close()


def test_a_whole_ledger_is_passed_by_all_of_this(full: Newsroom) -> None:
    answer = full.run("status", at=REAL)
    assert (answer.code, answer.err.startswith("rehearsal:")) == (3, True)  # for it is long ago


@pytest.mark.parametrize(("place", "code"), [("pieces", 1), ("publish", 4)])
def test_a_database_that_goes_away_while_we_run_never_ends_well(
    room: Newsroom, postgres_ledger: str, monkeypatch: pytest.MonkeyPatch, place: str, code: int
) -> None:
    room.ledger_url = postgres_ledger
    room.only("feed", "telegram")
    room.write()
    owner = Feed if place == "pieces" else Telegram
    real = getattr(owner, place)

    def goes(*given: object, **named: object) -> object:
        postgres.ask(postgres_ledger.rpartition("/")[0] + "/postgres", DROP.format(
            name=postgres_ledger.rpartition("/")[2]))  # fmt: skip
        return real(*given, **named)

    monkeypatch.setattr(owner, place, goes)
    assert "ledger.url: " in told(room.run("publish", "kabar.md"), code)
