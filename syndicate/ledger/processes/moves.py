"""Moves of a ledger to another database: who is moving it, where to, and when it has arrived.

Both ends keep a way under the same name, which is made by chance. The old end ends it in the commit
that also forbids every later change there; only then does the new end. So there is one ledger at
every moment, whatever dies in between, and the same command goes on.
"""

from __future__ import annotations

from secrets import token_hex
from time import monotonic
from typing import Any
from urllib.parse import quote

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    and_,
    delete,
    func,
    insert,
    null,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.exc import DBAPIError

from syndicate.errors import LedgerError
from syndicate.ledger.database.engine import (
    MOVED,
    dialler,
    execute_counting,
    now,
    path_of,
    transaction,
    without_timeout,
)
from syndicate.ledger.processes.claims import abandoned
from syndicate.ledger.processes.liveness import Processes, holding
from syndicate.ledger.schema import blocks, deliveries, goodbyes, holders, metadata, moves, requests
from syndicate.system import stop

TRIGGER = "moved_"  # and a table's name
FUNCTION = "syndicate_moved"
LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL's code (SQLSTATE)
HOLD_SECONDS = 60.0
TRY_AGAIN_SECONDS = 0.05
CHANGE_KINDS = ("INSERT", "UPDATE", "DELETE")
m = moves.c


class Moves:
    """Move of one ledger to another database, carried out by this process."""

    def __init__(self, engine: Engine, processes: Processes) -> None:
        self.engine = engine
        self.processes = processes

    def begin(self, place: str) -> str:
        """Note that it is being moved: nothing new begins. Returns the way's name.

        LedgerError where somebody else is moving it.
        """
        me = self.processes.me()
        with transaction(self.engine, begins=True) as db:
            if db.dialect.name != "sqlite":  # two movers take turns here
                db.execute(text(f"LOCK TABLE {moves.name} IN SHARE ROW EXCLUSIVE MODE"))
            row = leaving(db)
            if row is not None and (other := _mover(db, self.processes, row)):
                raise LedgerError(
                    f"ledger.url: it is being moved to {row.place} already, by process {other.pid}"
                    f" on {other.host.partition(' ')[0]} (let that end)"
                )
            taken = {"place": place, "holder_id": me}
            if row is not None and row.place == place:
                db.execute(update(moves).where(m.name == row.name).values(**taken))
                return str(row.name)
            name = token_hex(16)
            db.execute(delete(moves).where(~m.arrives))
            db.execute(insert(moves).values(name=name, arrives=False, began_at=now(db), **taken))
            return name

    def let_go(self) -> None:
        """Cancel the move: the ledger stays here."""
        with transaction(self.engine) as db:
            here = update(moves).where(~m.arrives, m.ended_at.is_(None))
            db.execute(here.values(holder_id=null()))

    def busy(self) -> dict[str, int]:
        """Count what is under way, by its kind."""
        with transaction(self.engine, reads=True) as db:
            queries = {
                "posts": select(deliveries.c.id).where(deliveries.c.holder_id.is_not(None)),
                "digests": select(blocks.c.edition_id).distinct(),
                "goodbyes": select(goodbyes.c.at).where(self._held(db, goodbyes)),
                "answers": select(requests.c.id).where(self._held(db, requests)),
            }
            counted = [
                select(func.count()).select_from(query.subquery()) for query in queries.values()
            ]
            found = [int(count) for count in db.scalars(union_all(*counted))]
        return {what: count for what, count in zip(queries, found, strict=True) if count}

    def _held(self, db: Connection, table: Any) -> ColumnElement[bool]:
        """Match what a living process has claimed."""
        claimed = table.c.holder_id.is_not(None)
        dead = self.processes.dead(holding(db, select(table.c.holder_id).where(claimed)))
        return and_(claimed, ~abandoned(table, dead, now(db)))


def leaving(db: Connection) -> Row[Any] | None:
    """Return the ledger's move to another place, ended or not."""
    return db.execute(select(moves).where(~m.arrives)).first()


def arriving(db: Connection) -> Row[Any] | None:
    """Return the move to here that has not ended: this is no ledger yet."""
    return db.execute(select(moves).where(m.arrives, m.ended_at.is_(None))).first()


def origin(db: Connection) -> str:
    """Return where the ledger was before; "" where it was made here."""
    came = select(m.place).where(m.arrives).order_by(m.began_at.desc())
    return db.scalar(came.limit(1)) or ""


def refuse_moved(db: Connection) -> None:
    """Raise LedgerError where this was a ledger, and is none any more; or is none yet."""
    row = leaving(db)
    if row is not None and row.ended_at is not None:
        raise LedgerError(f"ledger.url: {moved(row.place)}")
    refuse_half(db)


def refuse_half(db: Connection) -> None:
    """Raise LedgerError where this is no ledger yet."""
    if (half := arriving(db)) is not None:
        raise LedgerError(
            f"ledger.url: the move from {half.place} has not ended: let ledger.url name that once"
            " more, and say the same `syndicate ledger move` again"
        )


def moved(place: str) -> str:
    """Return the message for whoever still uses a ledger that was moved."""
    return f"{MOVED} {place}: let ledger.url name that (nothing is done here any more)"


def under_way(db: Connection, processes: Processes) -> str:
    """Return why nothing new begins while somebody is moving the ledger; "" where nobody is."""
    row = leaving(db)
    if row is None or row.ended_at is not None or _mover(db, processes, row) is None:
        return ""
    return (
        f"ledger.url: this ledger is being moved to {row.place} just now: run the same command"
        " again in a moment"
    )


def refuse_new(db: Connection, processes: Processes) -> None:
    """Raise LedgerError where somebody is moving the ledger."""
    if why := under_way(db, processes):
        raise LedgerError(why)


def hold(db: Connection) -> None:
    """Lock every table until this transaction ends; SQLite's is the only writer anyhow."""
    if db.dialect.name == "sqlite":
        return
    take_time(db)
    names = ", ".join(map(_quoted(db), sorted(metadata.tables)))
    until = monotonic() + HOLD_SECONDS
    while True:
        try:
            with db.begin_nested():
                db.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE NOWAIT"))
                return
        except DBAPIError as error:  # all or none: whoever holds some and waits is in a ring
            if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE or monotonic() > until:
                raise
        if not stop.rest(TRY_AGAIN_SECONDS):
            raise stop.Interrupted


def take_time(db: Connection) -> None:
    """Lift the time limits of this transaction."""
    if db.dialect.name != "sqlite":
        without_timeout(db)
        db.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))


def end_here(db: Connection, name: str) -> None:
    """End the move at the old place: later changes are refused, of older programs too."""
    ended = {"ended_at": now(db), "holder_id": null()}
    db.execute(update(moves).where(m.name == name).values(**ended))
    message = moved(str(db.scalar(select(m.place).where(m.name == name)))).replace("'", "''")
    for statement in _forbidding(db, message):
        db.execute(text(statement.replace(":", r"\:")))


def arrive(db: Connection, name: str, place: str) -> None:
    """Record at the new place where the ledger comes from; it is unusable until that has ended."""
    row = {"name": name, "arrives": True, "place": place, "began_at": now(db)}
    db.execute(insert(moves).values(**row))


def end_arrival(db: Connection, name: str) -> bool:
    """End the move at its new place; False where this move does not lead here."""
    here = update(moves).where(m.name == name, m.arrives)
    return bool(execute_counting(db, here.values(ended_at=now(db))))


def place_of(engine: Engine) -> str:
    """Return a ledger's address without secrets, whatever folder the command runs in."""
    if engine.dialect.name == "sqlite":
        path = path_of(engine)
        return f"sqlite:///{path.resolve() if path else ':memory:'}"
    words = dialler(engine).words
    hosts = words.get("host", "").split(",")
    ports = words.get("port", "").split(",")
    ports = ports if len(ports) == len(hosts) else ports[:1] * len(hosts)
    pairs = zip(hosts, ports, strict=True)
    at = ",".join(f"{_host(host)}:{port}" if port else _host(host) for host, port in pairs)
    who = f"{quote(words['user'])}@" if "user" in words else ""
    service = f"?service={quote(words['service'])}" if "service" in words else ""
    return f"postgresql://{who}{at}/{quote(words.get('dbname', ''))}{service}"


def _host(name: str) -> str:
    if name.startswith("/"):
        return quote(name, safe="")
    return f"[{name}]" if ":" in name else name


def _mover(db: Connection, processes: Processes, row: Row[Any]) -> Row[Any] | None:
    """Return the process that is moving the ledger, unless it is dead."""
    if row.ended_at is not None or row.holder_id is None:
        return None
    holder = db.execute(select(holders).where(holders.c.id == row.holder_id)).first()
    return None if holder is None or processes.dead([holder]) else holder


def _quoted(db: Connection) -> Any:
    return db.dialect.identifier_preparer.quote


def _forbidding(db: Connection, message: str) -> list[str]:
    """Return statements that make every change of every table fail with this message."""
    quoted = _quoted(db)
    tables = sorted(metadata.tables)
    if db.dialect.name == "sqlite":
        return [
            f"CREATE TRIGGER {TRIGGER}{table}_{change.lower()} BEFORE {change} ON {quoted(table)}"
            f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
            for table in tables
            for change in CHANGE_KINDS
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $syndicate$BEGIN RAISE EXCEPTION USING MESSAGE = '{message}'; END$syndicate$",
        *(
            f"CREATE TRIGGER {TRIGGER}{table} BEFORE {' OR '.join(CHANGE_KINDS)} ON {quoted(table)}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {FUNCTION}()"
            for table in tables
        ),
    ]
