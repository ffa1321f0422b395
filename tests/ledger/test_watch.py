"""A ledger's file is looked at while it is used, by many, and nobody is disturbed by that."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from syndicate.errors import LedgerError
from syndicate.ledger.database import sqlite_file
from syndicate.ledger.database.sqlite_file import Watch

WRITES = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA synchronous=OFF")
for turn in range(40):
    db.executemany("INSERT INTO t VALUES (?)", [("x" * 3000,)] * 100)
    db.execute("PRAGMA wal_checkpoint(PASSIVE)")
    if turn % 8 == 7:
        db.execute("DELETE FROM t")
        db.execute("VACUUM")
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "ledger.db"
    with closing(sqlite3.connect(found)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE t (x)")
    return found


def test_whatever_another_process_writes_meanwhile_is_no_harm(path: Path) -> None:
    watch = Watch(path)
    child = subprocess.Popen([sys.executable, "-c", WRITES, str(path)])
    while child.poll() is None:
        watch.look(well=True)
    assert child.returncode == 0
    watch.look(well=True)


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="only Linux shows its locks")
def test_looking_ends_no_lock_and_keeps_no_file_open(path: Path) -> None:
    def locks() -> int:
        inode = f":{path.stat().st_ino} "
        return sum(inode in line for line in Path("/proc/locks").read_text().splitlines())

    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("INSERT INTO t VALUES (1)")
        before, watch = locks(), Watch(path)
        watch.look(well=True)
        kept_open = len(os.listdir("/proc/self/fd"))
        for _ in range(50):
            watch.look(well=True)
        assert (locks(), len(os.listdir("/proc/self/fd"))) == (before, kept_open)
        assert before
        assert path.with_name("ledger.db-wal").stat().st_size


def test_harm_is_seen_at_the_next_look_of_any_kind(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file, "SETTLES", 0.1)
    whole = path.read_bytes()
    for moment, harm in enumerate((b"", whole[:4096], whole[:50], bytes(4096) + whole[4096:])):
        watch = Watch(path)
        watch.look()
        path.write_bytes(harm)
        os.utime(path, (moment, moment))  # a file system's clock may tick seldom
        with pytest.raises(LedgerError, match="while it was used"):
            watch.look()
        path.write_bytes(whole)
