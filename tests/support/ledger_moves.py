"""Offices whose ledger moves, on each way between the databases, and looks into both ends."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Engine,
    Integer,
    LargeBinary,
    create_engine,
    insert,
    select,
)
from sqlalchemy.pool import NullPool

from support import postgres
from support.forks import WarmProcess
from support.machine import NO_TIME, Point, Running, be_a_machine
from support.newsroom import MORNING, Newsroom, newsroom
from syndicate.ledger.schema import Moment, metadata, moves

WAYS = (
    ("sqlite", "postgresql"), ("postgresql", "sqlite"),
    ("postgresql", "postgresql"), ("sqlite", "sqlite"),
)  # fmt: skip
DEATHS = {
    "begun": Point("syndicate.operations.moving:_wait_for_others"),
    "half copied": Point("syndicate.ledger.copying:_refuse_less", call=12),
    "copied": Point("syndicate.operations.moving:_fill", after=True),
    "there": Point("syndicate.operations.moving:_fill_target", after=True),
}


def ways(*first: int) -> list[Any]:
    """Return the ways from database to database, of which only these are for `make test`."""
    return [
        pytest.param(*way, marks=() if number in first else pytest.mark.soak)
        for number, way in enumerate(WAYS)
    ]


def killed_moves(*first: tuple[str, int]) -> list[Any]:
    """Return where a mover dies on which way; likewise."""
    return [
        pytest.param(when, *way, marks=() if (when, number) in first else pytest.mark.soak)
        for when in DEATHS
        for number, way in enumerate(WAYS)
    ]


MOVED = "this ledger was moved to"
READERS = [f"pembaca{number}@pembaca.example" for number in range(12)]
Fresh = Callable[[str], str]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom(tmp_path / "kantor") as opened:
        yield opened


@pytest.fixture
def fresh(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Fresh]:
    """Return a function that gives the URL of a ledger of a kind that does not exist yet."""
    with ExitStack() as stack:

        def made(kind: str) -> str:
            if kind == "sqlite":
                return f"sqlite:///{tmp_path / f'{uuid4().hex}.db'}"
            server = request.getfixturevalue("postgres_url")
            url = stack.enter_context(postgres.database(server))
            return url.replace("+psycopg", "")

        yield made


def unpooled_engine(url: str) -> Engine:
    """Return an engine that leaves no connection behind."""
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool)


def all_rows(url: str) -> dict[str, list[Any]]:
    """Return every row of every table but that of the moves."""
    with unpooled_engine(url).connect() as db:
        return {
            table.name: sorted(map(repr, db.execute(select(table)).all()))
            for table in metadata.sorted_tables
            if table is not moves
        }


def use_ledger(room: Newsroom, url: str) -> None:
    """Write the ledger's new address into the configuration."""
    room.ledger_url = url
    room.configure()


def start_command(
    room: Newsroom, *words: str, at: str = MORNING, stops: Point | None = None
) -> Running:
    """Run a command in a process of its own, which stands still where it ``stops``."""
    number = len(list(room.folder.glob("*.still.*")))
    out, err, still = (room.folder / f"{number}.{name}" for name in ("out", "err", "still"))
    (room.folder / f"{number}.still.id").touch()
    given = (words, str(room.folder), room.environ(at), [str(out), str(err)],
             socket.gethostname(), NO_TIME, stops, str(still), False)  # fmt: skip
    process = WarmProcess(target=be_a_machine, args=given)
    process.start()
    return Running(process, [out, err], still=still)


ODD = "\u00e9'\"\\ \\N\t\n\r {}%s:x $1 \U0001f600"
WORDS = {
    "articles.pub_status": "usable", "revisions.kind": "original", "editions.status": "frozen",
    "edition_items.part": "new", "deliveries.state": "settled", "attempts.verb": "publish",
    "letters.state": "sent", "partner_letters.state": "sent", "follow_letters.state": "sent",
    "goodbyes.state": "over", "requests.wants": "join", "approvals.state": "approved",
    "approval_letters.state": "sent",
    "requests.state": "due", "deliveries.present": None,
    "deliveries.reference": None,
}  # fmt: skip


def odd_value(column: Column[Any], row: int) -> Any:
    """Return something odd of a column's type."""
    if (name := f"{column.table.name}.{column.name}") in WORDS:
        return WORDS[name]
    if column.foreign_keys:
        [key] = column.foreign_keys
        if key.column.table.name == "holders" and column.nullable:
            return None  # nobody's process goes along
        return odd_value(key.column, row)
    if isinstance(column.type, Boolean):
        return row % 2 == 0
    if isinstance(column.type, Moment):
        return datetime(2026, 5, 4, 9, row, 7, 123456 + row, tzinfo=UTC)
    if isinstance(column.type, LargeBinary):
        return bytes(range(256)) * (row + 1)
    if isinstance(column.type, BigInteger) and not column.primary_key:
        return 2**40 + row
    if isinstance(column.type, Integer | BigInteger):
        return 1000 + row
    length = getattr(column.type, "length", None)
    return f"{row}{ODD}"[:length] if length else f"{row}{ODD}"


def fill_tables(url: str, count: int = 3) -> None:
    """Put rows into every table that there is, whatever it is for."""
    with unpooled_engine(url).begin() as db:
        for table in metadata.sorted_tables:
            if table.name in ("ledger", moves.name):
                continue
            for row in range(count):
                values = {column.name: odd_value(column, row) for column in table.columns}
                db.execute(insert(table).values(values))


def without_password(url: str) -> str:
    return url if url.startswith("sqlite") else re.sub(r":[^:@/]+@", "@", url)


def password_in(url: str) -> str:
    return re.search(r":([^:@/]+)@", url)[1] if "@" in url else "\0"  # type: ignore[index]
