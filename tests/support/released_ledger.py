"""Write tests/data/ledger-N.*.sql: an office's days in a ledger of this program's version.

    python -m support.released_ledger

To be run once, when a version of the schema is released: the next migration is tested from there.
"""

from __future__ import annotations

import re
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from importlib.metadata import distribution
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from support import postgres
from support.newsroom import EVENING, MORNING, NOON, Newsroom, newsroom
from syndicate.ledger import migrations
from syndicate.loopback.botapi import Flood

DATA = Path(__file__).resolve().parent.parent / "data"
URI = "tag:kantor.example,2026-05-04:{name}"
NIGHT = "2026-05-04T20:00:00+07:00"
READERS = ("ani@pembaca.example", "budi@pembaca.example", "cici@pembaca.example")


def days(room: Newsroom) -> None:
    """A day of an office: something corrected, withdrawn, waiting, and a reader who has left."""
    room.subscribe(*READERS)
    for name in ("satu", "dua", "tiga"):
        body = f"Isi kabar {name}."
        room.write(f"{name}.md", body, headline=f"Kabar {name}", uri=URI.format(name=name))
    done(room.run("publish", "satu.md", "dua.md", "--new", at=MORNING))
    room.rewrite("Isi kabar satu.", "Isi kabar satu yang benar.", "satu.md")
    done(room.run("publish", "satu.md", "--note", "Isinya keliru.", at=NOON))
    done(room.run("withdraw", "dua.md", "--reason", "Tidak benar.", "--yes", at=NOON))
    done(room.run("tick", at=EVENING))
    [token] = {
        re.search(r"unsubscribe[ %20]+([0-9a-f]{32})", f"{letter['List-Unsubscribe']}")
        for letter in room.letters
        if letter["To"] == READERS[0]
    }
    assert token
    done(room.run("unsubscribe", token[1], at=NIGHT))
    room.api.faults.append(Flood(on="sendMessage", retry_after=3600))
    assert room.run("publish", "tiga.md", "--new", at=NIGHT).code == 3


def done(answer: object) -> None:
    assert getattr(answer, "code", None) == 0, getattr(answer, "said", answer)


def dumped(url: str) -> str:
    """Everything in a database, as SQL."""
    parsed = make_url(url)
    with create_engine(url, poolclass=NullPool).begin() as db:
        db.execute(text("UPDATE ledger SET rehearsal = false"))
        db.execute(text("UPDATE holders SET host = 'kantor', boot = '1', pid = 1, started = '1'"))
    if parsed.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(f"{parsed.database}")) as db:
            return "\n".join(db.iterdump()) + "\n"
    program = Path(str(distribution(postgres.WHEEL).locate_file(""))) / postgres.PACKAGE
    dump = subprocess.run(
        [program / "pginstall" / "bin" / "pg_dump", "--inserts", "--no-owner", "--no-privileges",
         url.replace("+psycopg", "")],
        check=True, capture_output=True, text=True, timeout=60,
    ).stdout  # fmt: skip
    kept = (line for line in dump.splitlines() if line and not OURS.match(line))
    return "\n".join(kept) + "\n"


OURS = re.compile(r"--|SET |SELECT pg_catalog\.set_config|\\")  # this session's, not the ledger's


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, str]]:
    with postgres.server() as server, postgres.database(server) as url:
        yield {"sqlite": f"sqlite:///{folder / 'ledger.db'}", "postgresql": url}


def main(fill: Callable[[Newsroom], None] = days) -> None:
    with TemporaryDirectory() as name, databases(Path(name)) as urls:
        for dialect, url in urls.items():
            folder = Path(name) / dialect
            with newsroom(folder) as room:
                room.ledger_url = url.replace("+psycopg", "")
                room.configure()
                fill(room)
            dump = dumped(url).replace(f"{folder}", "/kantor")
            (DATA / f"ledger-{migrations.VERSION}.{dialect}.sql").write_text(dump, encoding="utf-8")


def know_one_more_step(put: Callable[[object, str, object], None] = setattr) -> None:
    """Make this process a program of the next version, whose step adds a table."""
    newer = migrations.VERSION + 1
    put(migrations, "VERSION", newer)
    put(migrations, "MIGRATIONS", {**migrations.MIGRATIONS, newer: add_a_table})


def add_a_table(db: Connection) -> None:
    db.execute(text("CREATE TABLE next_step (id INTEGER)"))


if __name__ == "__main__":
    main()
