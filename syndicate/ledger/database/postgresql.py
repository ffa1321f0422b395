"""Connections to PostgreSQL that end, whatever becomes of the other side."""

from __future__ import annotations

import json
import os
import re
import select
from contextlib import suppress
from math import inf
from typing import Any

import psycopg
from psycopg import errors
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus
from sqlalchemy.exc import DisconnectionError

from syndicate.config.database import Database, Timeouts
from syndicate.errors import LedgerError
from syndicate.ledger.database.clock import steady
from syndicate.network.exchange import Exchange, Limits, resolve_host
from syndicate.system import process

KEEPALIVE = {"idle": 20, "interval": 5, "count": 4}  # seconds of silence, between tries; tries
UNANSWERED = 30  # seconds that what was sent may go without the other side's confirmation
LATER = 5.0  # seconds after which the server itself should have ended a statement
SETTING = re.compile(r"(?:-c\s*|--)([\w.-]+)=((?:\\.|\S)*)\s*")
NAMES = Limits(seconds=5, octets=0)


class Line(psycopg.Connection[Any]):
    """One connection, on which no wait for an answer lasts for ever."""

    patience: float | None = None  # seconds for one answer
    longest_silence: float = inf  # seconds that the server bears in the middle of a transaction
    heard_at: float | None = None  # when the server answered last

    def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
        """Wait as the driver does, and hang up where nothing comes."""
        options.setdefault("timeout", self.patience)
        was_silent = self._was_silent()
        try:
            return super().wait(gen, *args, **options)
        except errors._WaitTimeout:
            self.pgconn.finish()  # who knows what would be answered next
            raise psycopg.OperationalError(
                f"no answer within {options['timeout']:.0f} s; it is unknown whether the"
                " last statement was executed"
            ) from None
        except psycopg.OperationalError as error:
            if was_silent and error.sqlstate is None:  # it said why, and hung up before we read it
                raise errors.IdleInTransactionSessionTimeout(f"{error}") from error
            raise
        finally:
            self.heard_at = steady()

    def _was_silent(self) -> bool:
        """Return whether this machine slept, or stood still, in the middle of a transaction."""
        if self.heard_at is None or self.pgconn.transaction_status != TransactionStatus.INTRANS:
            return False
        return steady() - self.heard_at >= self.longest_silence


class Dialler:
    """Opens connections to one database; remembers which reading of its password is right."""

    def __init__(self, database: Database, timeouts: Timeouts) -> None:
        self.timeouts = timeouts
        self.words = dict(database.words)
        self.passwords = list(database.passwords)
        self.options = _options(self.words)

    def __call__(self) -> Line:
        """Open one; psycopg.Error where nothing answers, or nobody lets us in."""
        line = self._opened()
        line.patience = self.timeouts.statement + LATER
        line.longest_silence = self.timeouts.idle
        line.autocommit = True
        try:
            _refuse_other_than_utf8(line)
            _set(line, self._ours(), self.options)
            line.autocommit = False
        except BaseException:
            line.close()
            raise
        return line

    def _opened(self) -> Line:
        words = self._resolved()
        several = "," in self.words.get("host", "")
        if not several or "target_session_attrs" in words:
            return self._let_in(words)
        try:
            return self._let_in(words | {"target_session_attrs": "read-write"})
        except psycopg.OperationalError as error:
            if "read-only" not in f"{error}":
                raise
            return self._let_in(words)  # there are only standbys: who just looks can do with one

    def _let_in(self, words: dict[str, str]) -> Line:
        for reading in self.passwords[:-1]:
            try:
                line = Line.connect(make_conninfo(**words, password=reading))
            except psycopg.OperationalError as error:
                if not (error.pgconn and error.pgconn.used_password):
                    raise
            else:
                self.passwords = [reading]
                return line
        given = {"password": self.passwords[-1]} if self.passwords else {}
        return Line.connect(make_conninfo(**words, **given))

    def _resolved(self) -> dict[str, str]:
        """Return the parameters with hosts resolved; the system's resolver may take minutes."""
        words = dict(self.words) | {"client_encoding": "UTF8"}  # whatever the database's own is
        hosts = self.words.get("host", "").split(",")
        words |= {key: value for key, value in self._tcp().items() if key not in words}
        if not all(map(_is_name, hosts)) or "hostaddr" in words or "service" in words:
            return words
        ports = words.get("port", "").split(",")
        ports = ports if len(ports) == len(hosts) else ports * len(hosts)
        found, problems = list[tuple[str, str, str]](), list[str]()
        for host, port in zip(hosts, ports, strict=True):
            exchange = Exchange(NAMES.within(self.timeouts.connect), outlives_stop=True)
            try:
                addresses = resolve_host(host, int(port or 5432), exchange)
            except OSError as error:
                problems.append(f"{host}: {error.strerror or error}")
                continue
            found += [(host, address[-1][0], port) for address in addresses]
        if not found:
            raise psycopg.OperationalError(
                f"no address found for {'; '.join(problems)} (check the name)"
            )
        words["host"] = ",".join(host for host, _, _ in found)
        words["hostaddr"] = ",".join(address for _, address, _ in found)
        if any(port for _, _, port in found):
            words["port"] = ",".join(port for _, _, port in found)
        return words

    def _tcp(self) -> dict[str, str]:
        """Return the driver's own settings, which no server and no pooler sees."""
        alive = {f"keepalives_{name}": f"{value}" for name, value in KEEPALIVE.items()}
        return {
            "connect_timeout": f"{self.timeouts.connect}", "keepalives": "1", **alive,
            "tcp_user_timeout": f"{UNANSWERED * 1000}",
        }  # fmt: skip

    def _ours(self) -> dict[str, str]:
        """Return a session's settings, made once it is open: a pooler refuses them earlier."""
        name = {} if "PGAPPNAME" in os.environ else {"application_name": process.title()}
        alive = {f"tcp_keepalives_{name}": f"{value}" for name, value in KEEPALIVE.items()}
        ours = {
            **alive, "tcp_user_timeout": f"{UNANSWERED}s", **name,
            "idle_session_timeout": "0",
            "idle_in_transaction_session_timeout": f"{self.timeouts.idle}s",
            "lock_timeout": f"{self.timeouts.lock}s",
            "statement_timeout": f"{self.timeouts.statement}s",
        }  # fmt: skip
        return {name: value for name, value in ours.items() if name not in self.words}


def _options(words: dict[str, str]) -> dict[str, str]:
    """Take out what a session is told as it opens, where it can as well be told later."""
    written = words.get("options", "")
    if not written or SETTING.sub("", written).strip():
        return {}
    del words["options"]
    return {
        name.replace("-", "_"): re.sub(r"\\(.)", r"\1", value)
        for name, value in SETTING.findall(written)
        if name != "client_encoding"
    }


def _refuse_other_than_utf8(line: Line) -> None:
    """Raise LedgerError where a database cannot hold every letter."""
    reported = line.pgconn.parameter_status(b"server_encoding")
    if reported is None:  # by a pooler that keeps it to itself
        [encoding] = line.execute("SELECT current_setting('server_encoding')").fetchone() or [""]
    else:
        encoding = reported.decode("ascii")
    if encoding != "UTF8":
        raise LedgerError(
            f"ledger.url: the database's encoding is {encoding}, which cannot store every"
            " character: create the database with ENCODING 'UTF8'"
        )


def _is_name(host: str) -> bool:
    return bool(host) and not host.startswith(("/", "@"))


def _set(line: Line, ours: dict[str, str], theirs: dict[str, str]) -> None:
    """Set what this server knows of ours, in one exchange, and all that an office wants."""
    known = "SELECT set_config(name, %s::jsonb ->> name, false) FROM pg_settings"
    known += " WHERE name = ANY(%s)"
    line.execute(known, (json.dumps(ours), list(ours)))
    for name, value in theirs.items():
        line.execute("SELECT set_config(%s, %s, false)", (name, value))


def is_ended(line: Any) -> bool:
    """Return whether the other side has ended an idle connection."""
    if line.closed:
        return True
    unasked = select.poll()
    unasked.register(line.fileno(), select.POLLIN)
    return bool(unasked.poll(0))


def refuse_ended(line: Any, _record: object, _proxy: object) -> None:
    """Let the pool open another connection where this one was ended in its rest."""
    if is_ended(line):
        raise DisconnectionError


def without_statement_timeout(line: Any) -> None:
    """Let the statements of this transaction take what they take: all of a ledger is rewritten."""
    line.patience = None
    line.execute("SET LOCAL statement_timeout = 0")


SQLSTATES = {
    "25P03": "this machine was silent for too long in the middle of a transaction, and the"
    " database rolled it back: nothing was written (run the same command again)",
    "57014": "a statement took longer than ledger.statement_timeout: nothing was written (check"
    " whether the database is overloaded, or raise the limit)",
    "25006": "the database is read-only, like a standby (name the primary)",
}
ADVICE = {
    "root certificate file": "set the authority's certificate: ?sslmode=verify-full"
    "&sslrootcert=FILE, or sslrootcert=system for those of this machine",
    "certificate verify failed": "does sslrootcert name the authority that signed the server's?",
    "does not match host name": "write the host as the server's certificate names it",
    "does not support SSL": "turn on TLS there, or write sslmode=disable if the network is safe",
    "no password supplied": "take it from ${NAME} in the address, or ~/.pgpass, mode 600",
    "definition of service": "it stands in ~/.pg_service.conf or $PGSERVICEFILE",
    "timeout expired": "check that the machine is on and that no firewall blocks it",
    "permission denied": "docs/several-machines.md has the rights that the machines' role needs;"
    " one that may only read can say `syndicate status`",
    "prepared statement": "a pooler lets others share our session: set pool_mode = session there",
    "invalid connection option": "behind the ? stand libpq's parameters",
}
ALL_FAILURES = "Multiple connection attempts failed. All failures were: "
WHO_HOLDS = """
SELECT a.application_name, a.pid, a.xact_start,
       extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start)
FROM pg_stat_activity a
WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
AND EXISTS (SELECT 1 FROM pg_locks l WHERE l.pid = a.pid AND l.granted AND l.locktype = 'relation'
            AND l.mode <> 'AccessShareLock'
            AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()))
AND NOT EXISTS (SELECT 1 FROM pg_locks l WHERE l.pid = a.pid AND NOT l.granted)
ORDER BY a.xact_start NULLS LAST LIMIT 1
"""


def who_holds(dial: Dialler) -> str:
    """Return who has held a lock here for longest, in words; "" if nobody has."""
    with suppress(psycopg.Error):
        line = dial()
        try:
            line.autocommit = True
            row = line.execute(WHO_HOLDS).fetchone()
        finally:
            line.close()
        if row is None:
            return ""
        name, pid, since, seconds = row
        who = f"{name}" if name else "somebody"
        when = f" since {since.astimezone():%H:%M:%S} ({seconds:.0f} s)" if since else ""
        return f"{who}, the database's process {pid},{when}".rstrip(",")
    return ""


def is_lost(error: Exception) -> bool:
    """Return whether a connection is lost, and not only a statement."""
    return isinstance(error, psycopg.OperationalError) and (
        error.sqlstate is None or error.sqlstate.startswith(("08", "57P"))
    )


def explained(cause: str) -> str:
    """Return a server's or the driver's message, with the way out where it names none."""
    cause = cause.partition(ALL_FAILURES)[2] or cause  # the last of them stands before, too
    for sign, advice in ADVICE.items():
        if sign in cause:
            return f"{cause} ({advice})"
    return cause
