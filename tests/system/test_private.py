"""Making files private does no harm to whoever has them open."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from syndicate.system.disk import take_from_others

TAKE = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
try:
    db.execute("BEGIN IMMEDIATE")
except sqlite3.OperationalError:
    sys.exit(7)
"""


@pytest.mark.parametrize("mode", [0o600, 0o644])
@pytest.mark.parametrize("journal", ["WAL", "DELETE"])
def test_a_database_stays_locked(tmp_path: Path, journal: str, mode: int) -> None:
    path = tmp_path / "ledger.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(f"PRAGMA journal_mode={journal}")
        db.execute("CREATE TABLE x (y)")
        db.execute("BEGIN IMMEDIATE")
        for one in tmp_path.iterdir():
            one.chmod(mode)
            assert take_from_others(one) == (mode != 0o600)
            assert one.stat().st_mode & 0o777 == 0o600
        taken = subprocess.run([sys.executable, "-c", TAKE, str(path)], timeout=30)
        assert taken.returncode == 7


def test_what_a_link_leads_to_is_left_alone(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.touch(mode=0o644)
    target.chmod(0o644)
    link.symlink_to(target)
    assert not take_from_others(link)
    assert target.stat().st_mode & 0o777 == 0o644
