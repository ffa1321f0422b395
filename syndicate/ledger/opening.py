"""Opening a ledger: found, made or brought up to date, or refused with the way out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from secrets import token_hex

from sqlalchemy import URL, Engine, select

from syndicate.config.database import Timeouts
from syndicate.errors import LedgerError, UsageError
from syndicate.ledger import migrations
from syndicate.ledger.database import backups
from syndicate.ledger.database.clock import Clock
from syndicate.ledger.database.engine import connect, path_of, transaction
from syndicate.ledger.database.generations import Generations, beside
from syndicate.ledger.database.read_only import only_read
from syndicate.ledger.database.sqlite_file import make, refuse_what_is_none
from syndicate.ledger.database.upgrades import rights_for
from syndicate.ledger.ledger import Ledger
from syndicate.ledger.people.tokens import Tokens
from syndicate.ledger.processes import moves
from syndicate.ledger.schema import ledger as ledger_table
from syndicate.ledger.schema import secrets
from syndicate.system import disk

NOT_YET = "ledger.url: there is no ledger yet"
NO_TOKENS = Tokens(("",))  # whoever only looks needs no secret


class NoLedgerError(LedgerError):
    """There is no ledger yet, and whoever only plans makes none."""


def open_ledger(
    url: str, now: datetime | None = None,
    notify: Callable[[str], None] = lambda _: None, *,
    rehearsed: bool = False, looks: bool = True, config: Path | None = None,
    timeouts: Timeouts | None = None, leaves: bool = False, plans: bool = False,
) -> Ledger:  # fmt: skip
    """Open a ledger, make it if there is none, and bring an older one up to date.

    ``now`` is the database's time where it is not given. LedgerError where something is to be
    made or brought up to date by a machine whose clock is far off.
    ``rehearsed``: ``now`` is not the real time. What is made then is a rehearsal for ever,
    and a real ledger is only opened for what ``looks``. Beside the ``config``, where the ledger
    itself is no file, stands what was sent last from here. ``leaves``: it is opened to be
    moved, or has been. ``plans``: all of it is taken back, so no table is made or changed:
    NoLedgerError where there is none yet, LedgerError for an older one.
    """
    engine = connect(url, timeouts=timeouts)
    try:
        if (path := _place(engine)) and not path.exists():
            if plans:
                raise NoLedgerError(NOT_YET)
            make(path.resolve(), partial(_fill, now=now, rehearsed=rehearsed))
        if rehearsed and not looks:  # before anything, and after somebody else has made one
            _refuse_real(engine)
        clock = Clock()
        version = _version(engine, clock)
        if plans:
            _refuse_to_change(engine, version, config)
        _bring_up_to_date(engine, version, clock, now, notify, rehearsed=rehearsed)
        marks = Generations(engine, _mark_of(engine, config), notify)
        opened = _opened(engine, marks, clock, leaves=leaves)
        if rehearsed and not looks:
            _refuse_real(engine)
        return opened
    except BaseException:
        engine.dispose()
        raise


def look_at_ledger(
    url: str, now: datetime | None = None, *, rehearsed: bool = False,
    config: Path | None = None, timeouts: Timeouts | None = None,
) -> Ledger | None:  # fmt: skip
    """Open a ledger to look at it: nothing is written, made or brought up to date.

    None where there is no ledger in the database yet. The rest is as in ``open_ledger``.
    """
    engine, clock = connect(url, timeouts=timeouts), Clock()
    only_read(engine)
    try:
        _place(engine)
        version = _version(engine, clock)
        if version == 0:
            _refuse_emptied(engine, config)
            engine.dispose()
            return None
        if rehearsed and now:
            clock.rehearse(engine, now)
        migrations.refuse_newer(version)
        migrations.refuse_outdated(version)
        with transaction(engine, reads=True) as db:
            moves.refuse_moved(db)
            c = ledger_table.c
            row = db.execute(select(c.created_at, c.restored_at, c.rehearsal)).one()
        marks = Generations(engine, _mark_of(engine, config))
        return Ledger(
            engine, created=row.created_at, restored=row.restored_at, tokens=NO_TOKENS,
            generations=marks, clock=clock, rehearsal=row.rehearsal,
        )  # fmt: skip
    except BaseException:
        engine.dispose()
        raise


def refuse_lost(url: str) -> None:
    """Refuse to take a ledger that is missing for one of an office that has sent nothing yet."""
    engine = connect(url)
    _refuse_without_folder(engine)
    path = path_of(engine)
    if path and not path.exists() and (mark := beside(path.absolute())).exists():
        raise LedgerError(
            f"ledger.url: {path} is missing, although something was sent with it"
            f" ({mark.name} shows this): restore the newest backup, then run `syndicate"
            " ledger restored`"
        )


def _refuse_to_change(engine: Engine, version: int, config: Path | None) -> None:
    """Raise LedgerError where tables would have to be made or brought up to date."""
    if version == 0:
        _refuse_emptied(engine, config)
        raise NoLedgerError(NOT_YET)
    migrations.refuse_outdated(version)


def _refuse_emptied(engine: Engine, config: Path | None) -> None:
    """Raise LedgerError where a database is empty that something was sent with."""
    mark = _mark_of(engine, config)
    if mark and mark.exists():
        raise LedgerError(
            f"ledger.url: there is no ledger at {moves.place_of(engine)}, although"
            f" something was sent with it ({mark.name} shows this): restore the newest"
            " backup, then run `syndicate ledger restored`"
        )


def _bring_up_to_date(
    engine: Engine, version: int, clock: Clock, now: datetime | None,
    notify: Callable[[str], None], *, rehearsed: bool,
) -> None:  # fmt: skip
    """Make the tables, or take the steps that they lack."""
    if version != migrations.VERSION:
        clock.refuse_far_off()
    if rehearsed and now:
        clock.rehearse(engine, now)
    if version == 0:
        _create(engine, now or clock(), rehearsed)
    elif message := migrations.migrate(engine):
        notify(message)


def _version(engine: Engine, clock: Clock) -> int:
    """Return the version of the tables, 0 where there are none; sets the clock by the database."""
    with transaction(engine, reads=True) as db:
        version = migrations.version(db)
        if version == 0:
            migrations.refuse_strangers(db)
        clock.follow(db)
    return version


def _opened(engine: Engine, generations: Generations, clock: Clock, *, leaves: bool) -> Ledger:
    with transaction(engine, reads=True) as db:
        if not leaves:
            moves.refuse_moved(db)
        row = db.execute(select(ledger_table)).one()
        later = db.scalars(select(secrets.c.secret).order_by(secrets.c.number.desc()))
        tokens = Tokens((*later, row.secret))
    return Ledger(
        engine, created=row.created_at, restored=row.restored_at, tokens=tokens,
        generations=generations, clock=clock, rehearsal=row.rehearsal,
        mended=_keep_private(engine),
    )  # fmt: skip


def _refuse_real(engine: Engine) -> None:
    with transaction(engine, reads=True) as db:
        if migrations.is_real(db):
            raise UsageError(
                "$SYNDICATE_NOW is set, and ledger.url names a real ledger: nothing was done (unset"
                " SYNDICATE_NOW; only check, status, history and --dry-run look at a real ledger by"
                " another clock; to rehearse, name a new ledger in a folder of its own)"
            )


def _mark_of(engine: Engine, config: Path | None) -> Path | None:
    """Return the file of the newest mark: beside an SQLite ledger, else the configuration."""
    place = path_of(engine) if engine.dialect.name == "sqlite" else config
    return place and beside(place.absolute())


def _place(engine: Engine) -> Path | None:
    """Return the file of an SQLite ledger, which may be missing; LedgerError where it cannot be."""
    _refuse_without_folder(engine)
    if path := path_of(engine):
        refuse_what_is_none(path)
    return path


def _refuse_without_folder(engine: Engine) -> None:
    if path := path_of(engine):
        folder = path.parent
        if not folder.is_dir():
            raise LedgerError(f"ledger.url: there is no folder {folder} (make it, or name another)")


def _fill(path: Path, now: datetime | None, rehearsed: bool) -> None:
    engine = connect(URL.create("sqlite", database=str(path)), is_new=True)
    try:
        _create(engine, now or Clock()(), rehearsed)
    finally:
        engine.dispose()  # the last connection takes the journal away


def _create(engine: Engine, now: datetime, rehearsed: bool) -> None:
    with rights_for(engine, "the ledger must be created"), transaction(engine) as db:
        new = {"created_at": now, "secret": token_hex(32), "rehearsal": rehearsed}
        migrations.create(db, new)


def _keep_private(engine: Engine) -> list[Path]:
    """Hide the ledger, which holds subscribers' addresses, from everybody else on the machine.

    Returns those of its own files and copies that others could read until now.
    """
    if (path := path_of(engine)) is None:
        return []
    beside_it = (path.with_name(f"{path.name}-{end}") for end in ("wal", "shm", "journal"))
    files = (path, *beside_it, *backups.known(engine))
    return [file for file in files if disk.take_from_others(file)]
