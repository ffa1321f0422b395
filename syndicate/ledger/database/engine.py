"""The database under the ledger: SQLite on one machine, PostgreSQL for several."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Executable,
    Table,
    create_engine,
    event,
    func,
    insert,
    select,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from syndicate.config import database
from syndicate.config.database import Timeouts
from syndicate.errors import LedgerError, NotStorable, SyndicateError
from syndicate.ledger.database.sqlite_file import PUT_BACK, Watch, who_writes
from syndicate.system import stop
from syndicate.system.file_locks import described, is_stopped

if TYPE_CHECKING:
    from syndicate.ledger.database.postgresql import Dialler

BEGIN = "BEGIN IMMEDIATE"  # SQLite's, with the write lock from the start
BUSY = 30_000  # milliseconds another process may keep SQLite's write lock
LOOK = 250  # milliseconds of waiting for it, between two looks whether to end
TRY_AGAIN = 0.02  # seconds, where SQLite does not wait by itself
FORMS = database.URL_FORMS
MOVED = "this ledger was moved to"
DAMAGED = f"ledger.url: the database is damaged: {PUT_BACK}"
# what a byte that has turned over makes of a row, and whose code then reads it
SENSELESS = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError)
READERS = ("sqlalchemy", "syndicate.ledger", "syndicate.model.article", "json", "datetime")
WATCHED: WeakKeyDictionary[Engine, Watch] = WeakKeyDictionary()
DIALLERS: WeakKeyDictionary[Engine, Dialler] = WeakKeyDictionary()


def connect(url: str | URL, *, is_new: bool = False, timeouts: Timeouts | None = None) -> Engine:
    """An engine for ``sqlite:///PATH`` or ``postgresql://…``; nothing is opened yet."""
    written = url if isinstance(url, str) else url.render_as_string(hide_password=False)
    try:
        found = database.parse_url(written)
        if found is not None:
            return _at_a_server(found, timeouts or Timeouts())
        parsed = make_url(url)
        if parsed.drivername != "sqlite":
            raise NoSuchModuleError(parsed.drivername)
        _refuse_odd(parsed)
        engine = create_engine(parsed)
    except ModuleNotFoundError as error:
        raise LedgerError(
            f"ledger.url: {error.name} is not installed (pip install 'syndicate-cli[postgresql]')"
        ) from error
    except (ArgumentError, NoSuchModuleError, TypeError) as error:
        raise LedgerError(f"ledger.url: {FORMS}") from error
    except ValueError as error:
        why = f"{error}" if FORMS in f"{error}" else FORMS
        raise LedgerError(f"ledger.url: {why}") from error
    if path := path_of(engine):
        WATCHED[engine] = Watch(path.absolute(), is_new)
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _at_a_server(found: database.Database, timeouts: Timeouts) -> Engine:
    from syndicate.ledger.database.postgresql import Dialler, refuse_ended

    dial = Dialler(found, timeouts)
    name = URL.create("postgresql+psycopg", database=found.words.get("dbname"))
    engine = create_engine(name, creator=dial)
    DIALLERS[engine] = dial
    event.listen(engine, "checkout", refuse_ended)
    return engine


def usable(engine: Engine, line: Connection | None) -> Connection:
    """Return a connection to keep between transactions: this one, or another if it was ended."""
    if line is not None and engine.dialect.name != "sqlite":
        from syndicate.ledger.database.postgresql import is_ended

        if is_ended(line.connection.driver_connection):
            line.invalidate()
            line.close()
            return engine.connect()
    return line or engine.connect()


def dialler(engine: Engine) -> Dialler:
    """Return the dialler that opens the connections of a ledger at PostgreSQL."""
    return DIALLERS[engine]


def without_timeout(db: Connection) -> None:
    """Let this transaction's statements take what they take: all of a ledger is rewritten."""
    if db.dialect.name != "sqlite":
        from syndicate.ledger.database import postgresql

        postgresql.without_statement_timeout(db.connection.driver_connection)


def _refuse_odd(parsed: URL) -> None:
    """SQLite takes much for a file, and forgets what is in none."""
    name = parsed.database or ""
    if not name or parsed.host or parsed.query or name.startswith("file:"):
        raise ArgumentError(name)


def path_of(engine: Engine) -> Path | None:
    """Return the file of an SQLite ledger; None where there is none."""
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path or path == ":memory:":
        return None
    return Path(path)


def watch(engine: Engine, *, well: bool = False) -> None:
    """Raise LedgerError where an SQLite ledger's file is no longer what was opened."""
    if found := WATCHED.get(engine):
        found.look(well=well)


@contextmanager
def transaction(
    engine: Engine, *, reads: bool = False, begins: bool = False, line: Connection | None = None
) -> Iterator[Connection]:
    """Run one transaction; database errors leave it as LedgerError. ``reads`` takes no lock.

    ``begins``: it is the first of something new, so that nobody waits for it after a stop.
    ``line`` is a connection of one's own, which stays open, for transactions by the thousand.
    """
    at = nullcontext() if engine.dialect.name == "sqlite" else stop.at_a_server()
    with database_errors(engine):
        if line is not None:
            with at, _bare(line):
                yield line
            return
        with at, engine.connect().execution_options(reads=reads, begins=begins) as db, db.begin():
            yield db


@contextmanager
def database_errors(engine: Engine) -> Iterator[None]:
    """Let the database's errors out as LedgerError, in words for people."""
    try:
        yield
    except SyndicateError:
        raise
    except (SQLAlchemyError, _driver_errors(engine)) as error:
        kind = NotStorable if _is_of_a_value(error, engine) else LedgerError
        raise kind(_for_people(error, engine)) from error
    except SENSELESS as error:
        if _is_of_a_row(error.__traceback__):
            raise LedgerError(DAMAGED) from error
        raise


def damage(engine: Engine) -> str:
    """Return what is wrong with the pages of an SQLite ledger; "" where nothing is, or no file."""
    path = path_of(engine)
    if path is None or not path.exists():
        return ""
    try:
        where = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(where, uri=True)) as db:
            found = [f"{row[0]}" for row in db.execute("PRAGMA integrity_check(1)")]
    except sqlite3.Error as error:
        return f"{error}"
    return "" if found == ["ok"] else found[0]


def _is_of_a_row(trace: TracebackType | None) -> bool:
    """Return whether an exception was raised while a row was read."""
    name = ""
    while trace is not None:
        name = f"{trace.tb_frame.f_globals.get('__name__', '')}."
        trace = trace.tb_next
    return any(name.startswith(f"{reader}.") for reader in READERS)


@contextmanager
def _bare(line: Connection) -> Iterator[None]:
    """Run a transaction of the driver's own; SQLAlchemy joins it where a statement needs it."""
    if line.dialect.name == "sqlite":
        watch(line.engine)
        _lock(line)
    try:
        yield
        if line.in_transaction():
            line.commit()
        else:
            line.dialect.do_commit(line.connection)  # as SQLAlchemy does it
    except BaseException:
        if line.in_transaction():
            line.rollback()
        else:
            with suppress(_driver_errors(line.engine)):  # the first error says more
                line.dialect.do_rollback(line.connection)
        raise


def say(db: Connection, statement: str, values: Sequence[Any]) -> Any:
    """Execute a statement in the driver's own SQL: for what runs thousands of times.

    Returns its cursor.
    """
    cursor = db.connection.cursor()
    cursor.execute(statement, values)
    return cursor


def execute_counting(
    db: Connection, statement: Executable, values: Mapping[str, Any] | None = None
) -> int:
    """Execute a statement that changes rows; returns how many it did.

    Unless it is asked for, PostgreSQL's count of an INSERT … SELECT is lost: -1.
    """
    done = db.execute(statement, values, execution_options={"preserve_rowcount": True})
    count: int = done.rowcount
    assert count >= 0, "this statement counts nothing"
    return count


def insert_row(db: Connection, table: Table, **values: Any) -> int:
    """Insert a row; returns its number."""
    key = db.execute(insert(table).values(**values)).inserted_primary_key
    assert key is not None
    return int(key[0])


def now(db: Connection) -> datetime:
    """Return the time by the database's clock, which all its machines share."""
    if db.dialect.name == "sqlite":
        return datetime.now(UTC)  # SQLite has none but this one
    moment = db.scalar(select(func.clock_timestamp()))
    assert isinstance(moment, datetime)
    return moment


def stamp(db: Connection, moment: datetime) -> Any:
    """Return a moment as the driver takes it: SQLite's are texts."""
    if db.dialect.name != "sqlite":
        return moment
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")


def _driver_errors(engine: Engine) -> type[Exception]:
    found: type[Exception] = engine.dialect.loaded_dbapi.Error
    return found


def _is_of_a_value(error: Exception, engine: Engine) -> bool:
    origin = error.orig if isinstance(error, DBAPIError) else error
    driver = engine.dialect.loaded_dbapi
    return isinstance(origin, (driver.DataError, driver.IntegrityError))


def _for_people(error: Exception, engine: Engine) -> str:
    origin = error.orig if isinstance(error, DBAPIError) else error
    cause = " ".join(f"{origin}".split())
    if MOVED in cause:  # which the database itself says, to whoever still writes there
        return f"ledger.url: {cause[cause.index(MOVED) :].partition(' CONTEXT:')[0]}"
    if engine in DIALLERS:
        return f"ledger.url: {_of_a_server(origin, cause, engine)}"
    if "unable to open database file" in cause:
        return (
            "ledger.url: the database file cannot be opened (check that its folder exists and is"
            " yours)"
        )
    if "disk is full" in cause or "disk I/O error" in cause or "No space left" in cause:
        return f"ledger.url: {cause} (free some space, then run the same command again)"
    if "readonly database" in cause:
        return "ledger.url: the database file cannot be written (give this user the permission)"
    if _is_taken(error):
        return f"ledger.url: {_of_a_lock(path_of(engine))}"
    if "not a database" in cause:
        return "ledger.url: this file is not a ledger"
    if any(sign in cause for sign in ("malformed", "corrupt", "decode to UTF-8", "No row was")):
        return DAMAGED
    return f"ledger.url: {cause}"


def _of_a_lock(path: Path | None) -> str:
    """Name the process that keeps an SQLite ledger locked, and the way out."""
    pid = path and who_writes(path)
    if not pid:
        return (
            f"another process keeps the database locked: waited {BUSY // 1000} s for it (a"
            f" syndicate command may be stopped or hanging: `fuser {path}` names it)"
        )
    way_out = f"continue it (`kill -CONT {pid}`), or end it" if is_stopped(pid) else (
        "try again in a moment; end it if it hangs")  # fmt: skip
    return f"locked by {described(pid)}: waited {BUSY // 1000} s for it ({way_out})"


def _of_a_server(error: object, cause: str, engine: Engine) -> str:
    from syndicate.ledger.database import postgresql

    state = getattr(error, "sqlstate", None)
    if state == "55P03":
        dial = DIALLERS[engine]
        who = postgresql.who_holds(dial) or "another process"
        return (
            f"locked by {who}: waited {dial.timeouts.lock} s for it (try again in a"
            " moment; a machine that disappeared loses its lock after"
            f" {dial.timeouts.idle} s)"
        )
    return postgresql.SQLSTATES.get(state or "", "") or postgresql.explained(cause)


def _configure_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    connection.execute(f"PRAGMA busy_timeout={BUSY}")  # first: WAL itself needs the lock
    if _use_journal(connection) == "wal":  # there nothing but the start of a transaction waits
        connection.execute(f"PRAGMA busy_timeout={LOOK}")
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _use_journal(connection: Any) -> str:
    """Switch to WAL, where the disk can; SQLite waits for no lock there, whatever it was told."""
    until = monotonic() + BUSY / 1000
    while True:
        try:
            return str(connection.execute("PRAGMA journal_mode=WAL").fetchone()[0])
        except sqlite3.OperationalError as error:
            if not _is_taken(error) or monotonic() > until:
                raise
            sleep(TRY_AGAIN)


def _is_taken(error: Exception) -> bool:
    """Return whether another process has the database locked, or makes its journal anew."""
    return any(sign in f"{error}" for sign in ("locked", "locking protocol"))


def _begin_sqlite(db: Connection) -> None:
    driver = db.connection.driver_connection
    assert driver is not None
    if driver.in_transaction:  # _bare has begun it
        return
    watch(db.engine)
    if db.get_execution_options().get("reads"):
        _look(db)
    else:
        _lock(db, begins=bool(db.get_execution_options().get("begins")))


def _look(db: Connection) -> None:
    """Begin to read, from this moment's state."""
    until = monotonic() + BUSY / 1000
    while True:
        say(db, "BEGIN", ())
        try:
            say(db, "SELECT 1 FROM sqlite_master LIMIT 1", ()).close()
            return
        except sqlite3.OperationalError as error:
            say(db, "ROLLBACK", ())
            if not _is_taken(error) or monotonic() > until:
                raise
            sleep(TRY_AGAIN)


def _lock(db: Connection, *, begins: bool = False) -> None:
    """Take SQLite's write lock; a signal is heard only between two tries at it."""
    until = monotonic() + BUSY / 1000
    while True:
        if begins:
            stop.go_on()
        try:
            say(db, BEGIN, ())
            return
        except _driver_errors(db.engine) as error:
            # what is under way is still written down, if that can be done in time
            if not _is_taken(error) or monotonic() > until or stop.is_over():
                raise
            if "locked" not in f"{error}":
                sleep(TRY_AGAIN)
