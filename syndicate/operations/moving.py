"""Move the ledger into another database, whole, while others may be using it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from glob import escape
from pathlib import Path
from time import monotonic

from sqlalchemy import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError

from syndicate.config.loader import Settings
from syndicate.errors import LedgerError, UsageError
from syndicate.ledger import Ledger, copying, open_ledger
from syndicate.ledger.database import sqlite_file
from syndicate.ledger.database.clock import Clock
from syndicate.ledger.database.engine import FORMS, connect, path_of, transaction
from syndicate.ledger.database.generations import Generations, beside
from syndicate.ledger.database.upgrades import NO_RIGHT
from syndicate.ledger.processes import moves
from syndicate.system import stop

LONGEST_LETTER_SECONDS = 120.0  # until what is under way has ended, as a rule (docs/limits.md)
POLL_SECONDS = 0.25
Notify = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Moved:
    """Result of a move: the rows, and where they are now."""

    origin: str
    place: str  # both without secrets
    rows: Mapping[str, int] = field(default_factory=dict)  # by table; none if moved before
    doubts: int = 0


@dataclass(frozen=True, kw_only=True)
class Target:
    """Database that the ledger moves to, which nobody uses yet."""

    settings: Settings
    place: str
    path: Path | None  # of an SQLite file

    @classmethod
    def of(cls, settings: Settings) -> Target:
        try:
            engine = connect(settings.ledger_url)
        except LedgerError as error:
            raise UsageError(str(error).replace("ledger.url:", "URL:", 1)) from error
        path = path_of(engine)
        if path is None and engine.dialect.name == "sqlite":
            raise UsageError(f"URL: a database in memory is lost when the command ends: {FORMS}")
        return cls(settings=settings, place=moves.place_of(engine), path=path)

    @property
    def mark(self) -> Path:
        """Return the file beside it that marks its generation."""
        return beside((self.path or self.settings.path).absolute())

    @contextmanager
    def opened(self, path: Path | None = None) -> Iterator[Engine]:
        """Open its database; or its file under the name that it has until it is whole."""
        url = URL.create("sqlite", database=str(path)) if path else self.settings.ledger_url
        engine = connect(url, is_new=path is not None, timeouts=self.settings.timeouts)
        try:
            yield engine
        finally:
            engine.dispose()  # SQLite's last connection takes the journal away


def move_ledger(
    settings: Settings,
    target: Settings,
    now: datetime | None,
    notify: Notify,
    *,
    rehearsed: bool = False,
    opened: Callable[[Ledger], None] = lambda _ledger: None,
) -> Moved:
    """Copy the ledger to where ``target`` has it, and close the old one for ever.

    A move that was interrupted goes on when it is started again. ``opened`` gets the ledger first.
    """
    to = Target.of(target)
    origin = connect(settings.ledger_url)
    came_from = moves.place_of(origin)
    if came_from == to.place:
        raise UsageError(f"the ledger is at {to.place} already (name the address to move it to)")
    _refuse_missing(settings, path_of(origin))
    ledger = open_ledger(
        settings.ledger_url,
        now,
        notify,
        rehearsed=rehearsed,
        looks=False,
        config=settings.path,
        timeouts=settings.timeouts,
        leaves=True,
    )
    try:
        opened(ledger)
        ledger.clock.refuse_far_off()
        return _move(ledger, came_from, to, notify)
    finally:
        ledger.close()


def _refuse_missing(settings: Settings, path: Path | None) -> None:
    """Raise LedgerError where there is no SQLite file to be moved."""
    if path and not path.exists():
        raise LedgerError(
            f"ledger.url: there is no ledger at {path} to be moved (write the new address"
            f" into {settings.path.name}: the first command creates one there)"
        )


def _move(ledger: Ledger, origin: str, to: Target, notify: Notify) -> Moved:
    with ledger.reading() as db:
        way = moves.leaving(db)
        moves.refuse_half(db)
    if way is not None and way.ended_at is not None:
        if way.place != to.place:
            raise LedgerError(f"ledger.url: {moves.moved(way.place)}")
        _settle_in(to, str(way.name), notify)
        return Moved(origin=origin, place=to.place)
    with ledger.reading() as db:
        if why := ledger.generations.older(db, ledger.generations.seen()):
            raise LedgerError(why)
    name = ledger.moves.begin(to.place)
    try:
        _wait_for_others(ledger, notify)
        rows, doubts = _carry_over(ledger, origin, to, name)
    except BaseException:
        with suppress(LedgerError):  # where the last commit has gone through after all
            ledger.moves.let_go()
        raise
    ledger.generations.follow()
    _settle_in(to, name, notify)
    return Moved(origin=origin, place=to.place, rows=rows, doubts=doubts)


def _wait_for_others(ledger: Ledger, notify: Notify) -> None:
    """Wait for what others have begun; what takes longer than the longest letter is in doubt."""
    until, has_notified = monotonic() + LONGEST_LETTER_SECONDS, False
    while True:
        ledger.queue.end_dead_claims()
        ledger.letters.end_dead_claims()
        busy = ledger.moves.busy()
        if not busy or monotonic() >= until:
            return
        if not has_notified:
            what = ", ".join(
                f"{count} {name if count > 1 else name.removesuffix('s')}"
                for name, count in busy.items()
            )
            notify(f"waiting for other commands that are sending: {what}")
            has_notified = True
        if not stop.rest(POLL_SECONDS):
            raise stop.Interrupted


def _carry_over(
    ledger: Ledger, origin: str, to: Target, name: str
) -> tuple[Mapping[str, int], int]:
    """Copy all of it, the new end's commit first; returns the rows by table, and the doubts."""
    with transaction(ledger.engine, begins=True) as db:
        moves.hold(db)
        ledger.generations.mark(db)
        _close(db, name)  # before the work: it may be that this role must not
        try:
            return _fill_target(db, to, name, origin)
        except LedgerError as error:
            why = str(error).removeprefix("ledger.url: ")
            raise LedgerError(f"moving to {to.place}: {why} (nothing was moved)") from error


def _close(db: Connection, name: str) -> None:
    try:
        moves.end_here(db, name)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != NO_RIGHT:
            raise
        raise LedgerError(
            "ledger.url: only the role that owns the tables can close the old ledger (name its"
            " address by --url): nothing was moved"
        ) from error


def _fill_target(
    source: Connection, to: Target, name: str, origin: str
) -> tuple[Mapping[str, int], int]:
    path = to.path
    done: list[tuple[Mapping[str, int], int]] = []
    if path is None:
        with to.opened() as engine:
            filled = _fill(source, engine, name, origin)
        _refuse_vanished(to, name)
        return filled

    def fill(part: Path) -> None:
        with to.opened(part) as engine:
            done.append(_fill(source, engine, name, origin))

    since = _began(source)
    _make_room(to, path, name, since)
    sqlite_file.make(path, fill)
    with to.opened() as engine, transaction(engine, reads=True) as db:
        copying.refuse_taken(db, name, since)  # somebody else may have been quicker
    _refuse_vanished(to, name)
    return done[0]


def _began(source: Connection) -> datetime:
    """Return when this move was tried for the first time."""
    row = moves.leaving(source)
    assert row is not None
    began: datetime = row.began_at
    return began


def _refuse_vanished(to: Target, name: str) -> None:
    """Raise LedgerError where the copy went with the connection that made it.

    The old ledger is closed for ever only when another connection has seen the new one.
    """
    with to.opened() as engine, transaction(engine, reads=True) as db:
        if not copying.has_arrived(db, name):
            raise LedgerError(
                "the next connection does not find what was copied there (does the address name a"
                " temporary schema, or servers that are not one database?)"
            )


def _make_room(to: Target, path: Path, name: str, since: datetime) -> None:
    """Remove the files of an earlier try; LedgerError for anything else that lies there."""
    sqlite_file.refuse_what_is_none(path)
    if not path.parent.is_dir():
        raise LedgerError(f"there is no folder {path.parent} (make it, or name another)")
    for part in path.parent.glob(f".{escape(path.name)}.*.new*"):  # what a killed one left
        part.unlink(missing_ok=True)
    if not path.exists():
        return
    with to.opened() as engine, transaction(engine, reads=True) as db:
        copying.refuse_taken(db, name, since)
    for end in ("-wal", "-shm", "-journal", ""):
        path.with_name(f"{path.name}{end}").unlink(missing_ok=True)


def _fill(
    source: Connection, engine: Engine, name: str, origin: str
) -> tuple[Mapping[str, int], int]:
    with transaction(engine) as db:
        clock = Clock()  # from now on that database's orders everything
        clock.follow(db)
        clock.refuse_far_off()
        copying.prepare(db, name, _began(source))
        rows = copying.copy_all(source, db) | {"subscribers": copying.people_in(db)}
        doubts = copying.let_go_of_all(db)
        moves.arrive(db, name, origin)
    return rows, doubts


def _settle_in(to: Target, name: str, notify: Notify) -> None:
    """End the move in the new database, with its mark beside it."""
    if to.path and not to.path.exists():
        raise LedgerError(_lost(to))
    with to.opened() as engine:
        with transaction(engine) as db:
            if not copying.has_arrived(db, name) or not moves.end_arrival(db, name):
                raise LedgerError(_lost(to))
        Generations(engine, to.mark, notify).follow()


def _lost(to: Target) -> str:
    return (
        f"{to.place}: the moved ledger is missing (restore its newest backup, then run"
        " `syndicate ledger restored`)"
    )
