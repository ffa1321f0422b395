"""An SQLite ledger that another process keeps locked: it is named, with the way out."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.newsroom import Newsroom
from syndicate.ledger.database import engine
from syndicate.system import file_locks

HOLDS = """
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[3], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(60)
"""


@contextmanager
def holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that looks like a command of ours, and has the ledger locked."""
    words = [sys.executable, "-c", HOLDS, "/usr/bin/syndicate", "tick", str(path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


@pytest.fixture
def office(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    """An office that is not patient."""
    room.only("feed")
    room.write()
    room.publish()
    room.rewrite("Isi", "Isi lain")
    monkeypatch.setattr(engine, "BUSY", 1000)
    return room


def refused(office: Newsroom) -> str:
    answer = office.run("publish", "kabar.md", "--minor")
    assert answer.code == 1, answer.said
    return answer.complaint


@pytest.mark.skipif(not file_locks.LOCKS.exists(), reason="only Linux lists locks")
def test_who_keeps_a_file_locked_is_named_and_whether_it_is_stopped(office: Newsroom) -> None:
    with holder(office.ledger) as process:
        by = f"locked by process {process.pid} (syndicate tick)"
        assert f"{by}: waited 1 s for it (try again in a moment; end it if" in refused(office)
        process.send_signal(signal.SIGSTOP)
        said = refused(office)
        assert f"{by}, which is stopped: waited 1 s for it (continue it" in said
        assert f"kill -CONT {process.pid}" in said


def test_where_nobody_lists_locks_the_way_to_a_name_is_told(
    office: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_locks, "LOCKS", office.folder / "none")
    with holder(office.ledger):
        assert f"`fuser {office.ledger}` names it" in refused(office)
