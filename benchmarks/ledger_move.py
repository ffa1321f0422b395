"""How long a ledger takes to move, beside PostgreSQL's COPY and bare inserts of the same letters.

Each way is a process of its own, so that what it holds at most is its own, too.
"""

from __future__ import annotations

import argparse
import re
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from syndicate.config.loader import load
from syndicate.ledger import open_ledger
from syndicate.operations.moving import move_ledger

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from support import postgres

AT = "2026-05-04 02:00:00.000000"
LIST_OF = 10  # letters to each reader
CONFIG = '[publisher]\nname = "Kabar"\nurl = "https://kabar.example"\n[ledger]\nurl = "{url}"\n'
CHUNK = 10_000
COLUMNS = "edition_id, subscriber_id, state, stencil, tries, at"


def ledger_of(folder: Path, letters: int) -> str:
    """A ledger in SQLite from which so many letters went out; its URL."""
    url, readers = f"sqlite:///{folder / 'from.db'}", range(max(1, letters // LIST_OF))
    open_ledger(url).close()
    with closing(sqlite3.connect(folder / "from.db")) as db, db:
        db.execute(
            "INSERT INTO channels (id, name, key, kind, target, first_seen_at)"
            f" VALUES (1, 'harian', 'harian', 'email', 'harian', '{AT}')"
        )
        db.executemany(
            "INSERT INTO subscribers (id, email) VALUES (?, ?)",
            ((one, f"pembaca{one}@pembaca.example") for one in readers),
        )
        db.executemany(
            "INSERT INTO subscriptions (channel_id, subscriber_id, started_at, source)"
            f" VALUES (1, ?, '{AT}', 'impor')",
            ((one,) for one in readers),
        )
        for edition in range(1, LIST_OF + 1):
            day = AT.replace("05-04", f"05-{edition:02}")
            db.execute(
                "INSERT INTO editions (id, channel_id, key, status, closed_at, opened_at)"
                " VALUES (?, 1, ?, 'frozen', ?, ?)", (edition, f"{edition}", day, day)
            )  # fmt: skip
            db.execute(
                "INSERT INTO runs (edition_id, stencil, letters, frozen_at)"
                f" VALUES (?, 1, ?, '{AT}')", (edition, len(readers))
            )  # fmt: skip
            db.executemany(
                f"INSERT INTO letters ({COLUMNS}) VALUES (?, ?, 'sent', 1, 1, '{AT}')",
                ((edition, one) for one in readers),
            )
    return url


def moved(folder: Path, origin: str, target: str) -> None:
    (folder / "config.toml").write_text(CONFIG.format(url=origin))
    move_ledger(
        load(folder / "config.toml"), load(folder / "config.toml", target), None, lambda _: None
    )


def rows(url: str) -> Iterator[list[tuple[Any, ...]]]:
    """A ledger's letters, some thousand at a time."""
    query = f"SELECT {COLUMNS} FROM letters"
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as db:
            cursor = db.execute(query)
            while some := cursor.fetchmany(CHUNK):
                yield some
        return
    with psycopg.connect(url) as server, server.cursor("letters") as named:
        named.execute(query)
        while found := named.fetchmany(CHUNK):
            yield found


def bare(origin: str, target: str) -> None:
    """Carry the letters alone over, as a few lines would, into a table without indexes."""
    columns = COLUMNS.replace(",", " TEXT,") + " TEXT"
    if target.startswith("sqlite"):
        with closing(sqlite3.connect(target.removeprefix("sqlite:///"))) as db, db:
            db.execute(f"CREATE TABLE bare ({columns})")
            for some in rows(origin):
                db.executemany("INSERT INTO bare VALUES (?, ?, ?, ?, ?, ?)",
                               [(*row[:-1], f"{row[-1]}") for row in some])  # fmt: skip
        return
    with psycopg.connect(target) as server, server.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bare ({columns})")
        with cursor.copy("COPY bare FROM STDIN") as copy:
            for some in rows(origin):
                for row in some:
                    copy.write_row(row)


def measured(what: str, folder: Path, origin: str, target: str) -> tuple[float, int]:
    """Seconds, and the most memory in MiB."""
    code = (
        "import sys; from pathlib import Path; from benchmarks import ledger_move as one\n"
        "what, folder, origin, target = sys.argv[1:]\n"
        "one.moved(Path(folder), origin, target) if what == 'move' else one.bare(origin, target)\n"
        "print(open('/proc/self/status').read())"
    )
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code, what, f"{folder}", origin, target],
        cwd=Path(__file__).resolve().parent.parent, capture_output=True, text=True, check=True,
        timeout=1800,
    )  # fmt: skip
    took, held = time.monotonic() - began, re.search(r"VmHWM:\s+(\d+)", done.stdout)
    assert held
    return took, int(held[1]) // 1024


def libpq(url: str) -> str:
    return url.replace("+psycopg", "")


def tried(server: str, letters: int) -> dict[str, tuple[float, int]]:
    """One round: there and back, and from file to file."""
    with (
        TemporaryDirectory() as name, postgres.database(server) as one,
        postgres.database(server) as other,
    ):  # fmt: skip
        folder = Path(name)
        origin, there, plain = ledger_of(folder, letters), libpq(one), libpq(other)
        back, again = (f"sqlite:///{folder / file}" for file in ("back.db", "again.db"))
        beside = f"sqlite:///{folder / 'bare.db'}"
        return {
            "COPY of the letters alone": measured("bare", folder, origin, plain),
            "SQLite to PostgreSQL": measured("move", folder, origin, there),
            "bare inserts of the letters alone": measured("bare", folder, there, beside),
            "PostgreSQL to SQLite": measured("move", folder, there, back),
            "SQLite to SQLite": measured("move", folder, back, again),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with postgres.server() as server:
        found = [tried(server, given.letters) for _ in range(given.rounds)]
    print(f"{given.letters:,} letters to {given.letters // LIST_OF:,} readers; medians")
    times = {what: statistics.median(one[what][0] for one in found) for what in found[0]}
    copy, inserts = times["COPY of the letters alone"], times["bare inserts of the letters alone"]
    for what, seconds in times.items():
        peer = copy if "to PostgreSQL" in what else inserts
        ratio = f", {seconds / peer:.2f} of the bare one" if " to " in what else ""
        held = max(one[what][1] for one in found)
        print(f"{what:35} {seconds:6.1f} s, {held:4} MiB{ratio}")


if __name__ == "__main__":
    main()
