"""A full disk, and copies that are cut short: nothing is lost, and one line says what is wrong."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from support.newsroom import EVENING, Answer, Child, Newsroom, newsroom
from syndicate.ledger.database import backups
from syndicate.system.process import Holder

READERS = 120
# a digest's journal grows to about 500 kB; the ledger itself is smaller
MOMENTS = (4_000, 60_000, 120_000, 180_000, 240_000, 320_000, 400_000)
BACKUPS = 12
FULL = "free some space, then run the same command again"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    """An office with a list and a digest that is due."""
    with newsroom(tmp_path / "kantor") as opened:
        opened.only("harian")
        opened.change("harian", connections=2, failures="")
        people = "".join(f"reader{n}@pembaca.example\n" for n in range(READERS))
        (opened.folder / "people.csv").write_text(f"email\n{people}")
        assert opened.run("subscribers", "import", "people.csv").code == 0
        opened.write()
        opened.publish()
        yield opened


def is_one_line(answer: Answer) -> bool:
    """Whether it says what is wrong, and only that."""
    return FULL in answer.err and "Traceback" not in answer.said and "unexpected" not in answer.said


@pytest.mark.parametrize("largest", MOMENTS[::2])
def test_a_full_disk_under_a_digest_loses_no_letter(room: Newsroom, largest: int) -> None:
    _fills(room, largest)


@pytest.mark.soak
@pytest.mark.parametrize("largest", MOMENTS[1::2])
def test_a_disk_that_is_full_at_any_moment_loses_no_letter(room: Newsroom, largest: int) -> None:
    _fills(room, largest)


def _fills(room: Newsroom, largest: int) -> None:
    answer = room.child("digest", at=EVENING, largest_file=largest)
    sent = len(room.smtp.letters)
    assert answer.code in ((0, 3, 4) if sent else (0, 1)), answer.said
    assert not answer.code or is_one_line(answer), answer.said
    again = room.run("digest", at=EVENING)
    unsure = {
        email
        for (email,) in room.rows(
            "SELECT email FROM letters JOIN subscribers ON subscribers.id = subscriber_id"
            " WHERE state = 'in_doubt'"
        )
    }
    got = Counter(room.readers)
    everybody = {f"reader{n}@pembaca.example" for n in range(READERS)}
    assert set(got.values()) <= {1}
    assert everybody - got.keys() <= unsure
    assert again.code == (4 if unsure else 0), again.said


def test_an_import_onto_a_full_disk_is_one_line_and_goes_on_later(room: Newsroom) -> None:
    people = "".join(f"late{n}@pembaca.example\n" for n in range(3_000))
    (room.folder / "late.csv").write_text(f"email\n{people}")
    answer = room.child("subscribers", "import", "late.csv", largest_file=300_000)
    assert answer.code == 1
    assert is_one_line(answer), answer.said
    assert room.run("subscribers", "import", "late.csv").code == 0
    [(count,)] = room.rows("SELECT count(*) FROM subscriptions WHERE ended_at IS NULL")
    assert count == READERS + 3_000


def test_a_copy_that_is_killed_is_whole_or_not_there(room: Newsroom) -> None:
    chance = random.Random(18)
    began = time.monotonic()
    assert room.child("ledger", "backup", str(room.folder / "first.db")).code == 0
    takes = time.monotonic() - began
    for number in range(BACKUPS):
        copy = room.folder / f"copy-{number}.db"
        child = room.start("ledger", "backup", str(copy))
        if number % 2:
            time.sleep(chance.uniform(0, takes))
        else:
            _wait_for_a_part(child, copy)
            time.sleep(chance.uniform(0, 0.004))
        child.process.kill()  # unless it is done
        child.process.join(60)
        if copy.exists():
            is_whole(copy)
        else:
            assert child.process.exitcode == -signal.SIGKILL
            assert room.run("ledger", "backup", str(copy)).code == 0  # nothing is in its way
            is_whole(copy)
        assert not list(room.folder.glob("*.part*"))
    assert room.run("status").code == 0


def _wait_for_a_part(child: Child, copy: Path) -> None:
    """Wait until a copy is being written, or is done."""
    until = time.monotonic() + 60
    while child.process.exitcode is None and not list(copy.parent.glob(f"{copy.name}*")):
        assert time.monotonic() < until, "it hangs"
        time.sleep(0.0002)


def is_whole(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("SELECT count(*) FROM subscribers").fetchall() == [(READERS,)]


@pytest.mark.parametrize("words", [("ledger", "backup"), ("subscribers", "forget")])
def test_what_a_killed_copy_left_is_swept_and_a_living_ones_stays(
    room: Newsroom, words: tuple[str, ...]
) -> None:
    copy = room.folder / "copy [1].db"
    assert room.run("ledger", "backup", str(copy)).code == 0
    gone = subprocess.Popen(["true"])
    gone.wait()
    other = subprocess.Popen(["sleep", "60"])
    me, elsewhere = Holder.of(other.pid), "0" * 8
    dead, alive = backups.ending(replace(me, pid=gone.pid)), backups.ending(me)
    earlier = backups.ending(replace(me, boot="the boot before"))  # its number is taken again
    theirs, old = (f".{elsewhere}.{number}.{elsewhere}.part" for number in (17, 18))
    ends = (dead, f"{dead}-journal", earlier, alive, theirs, old, ".01-05.part")
    parts = {end: copy.with_name(f"{copy.name}{end}") for end in ends}
    for part in parts.values():
        part.write_text("reader1@pembaca.example")
    os.utime(parts[old], (time.time() - 7200,) * 2)
    if words[0] == "ledger":
        copy.unlink()
        assert room.run(*words, str(copy)).code == 0
    else:
        assert room.run(*words, "reader1@pembaca.example", "--yes").code == 0
    left = {end for end, part in parts.items() if part.exists()}
    other.kill()
    other.wait()
    assert left == {alive, theirs, ".01-05.part"}


def test_a_copy_onto_a_full_disk_is_one_line_and_leaves_nothing(room: Newsroom) -> None:
    copy = room.folder / "copy.db"
    answer = room.child("ledger", "backup", str(copy), largest_file=50_000)
    assert answer.code == 1
    assert "Traceback" not in answer.said
    assert not copy.exists()
    assert not list(room.folder.glob("*.part"))
