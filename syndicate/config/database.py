"""The address of a database as an office writes it, and how long anything may take there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, unquote_plus

URL_FORMS = "write sqlite:///FILE or postgresql://USER@HOST/DATABASE"
PASSWORDS = (
    "; write / in the password as %2F, @ as %40, ? as %3F and % as %25, or take it from"
    " ${NAME}, which needs none of that"
)
SCHEMES = ("postgresql", "postgres", "postgresql+psycopg", "postgres+psycopg")
OTHER_DATABASES = {
    "mysql": "MySQL",
    "mariadb": "MariaDB",
    "oracle": "Oracle",
    "mssql": "SQL Server",
    "sqlserver": "SQL Server",
    "mongodb": "MongoDB",
    "redis": "Redis",
    "cockroachdb": "CockroachDB",
    "db2": "DB2",
    "firebird": "Firebird",
    "duckdb": "DuckDB",
    "clickhouse": "ClickHouse",
}
DATABASE_HOST = re.compile(r"(\[[\da-fA-F:.]+(?:%\w+)?\]|[\w.%-]*)(?::(\d*))?")
URL_CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f]")
PARAMETER_NAME = re.compile(r"[a-z_]+")
SPACED_PARAMETERS = ("options", "application_name")  # a + is a blank there, as it was ever read
# a whole host before an @ that stands among the parameters, or in the database's name
HOST_BEFORE_AT = re.compile(
    r"(?:^|@)[\w.,:\[\]-]*/[^/?@]*\?(?:[^@]*&)?(?:application_name|channel_binding|client_encoding"
    r"|connect_timeout|dbname|gssencmode|host|hostaddr|keepalives\w*|options|passfile|password|port"
    r"|require_auth|service|ssl\w+|target_session_attrs|tcp_user_timeout|user)="
)


@dataclass(frozen=True, kw_only=True)
class Timeouts:
    """Seconds that anything may take at a database on another machine."""

    connect: int = 5  # each of its addresses
    lock: int = 60  # what another process keeps locked
    idle: int = 30  # a machine that says nothing in the middle of a transaction
    statement: int = 120  # one statement, and its answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """A database of PostgreSQL, in the words of its driver."""

    words: Mapping[str, str] = field(repr=False)  # host, port, user, dbname, and what else is said
    passwords: tuple[str, ...] = field(default=(), repr=False)  # its readings, the likeliest first

    @property
    def hosts(self) -> list[str]:
        """Its servers' names; "" for this machine's socket."""
        return self.words.get("host", "").split(",")


def is_of_postgresql(text: str) -> bool:
    """Return True for an address of a PostgreSQL database, well formed or not."""
    return text.strip().partition(":")[0].lower() in SCHEMES


def parse_url(text: str) -> Database | None:
    """Read a database's address; None for SQLite's. ValueError, which never holds the text.

    As everywhere the last @ is the host's: a password may hold an @, a / and what else there is,
    as they are or encoded.
    """
    scheme, given, rest = text.strip().partition("://")
    scheme = scheme.lower()
    if scheme not in SCHEMES:
        _refuse_other(scheme)
        return None
    if not given:
        raise ValueError(URL_FORMS)
    who, at, where = rest.rpartition("@")
    if URL_CONTROL_CHARACTERS.search(rest) or URL_CONTROL_CHARACTERS.search(unquote(rest)):
        raise ValueError(f"it contains a control character; {URL_FORMS}")
    if at and HOST_BEFORE_AT.search(who):
        raise ValueError(
            f"an @ after the host may belong to the password: write it as %40 ({URL_FORMS})"
        )
    user, colon, password = who.partition(":")
    place, _, query = where.partition("?")
    hosts, _, name = place.partition("/")
    words = {
        key: value
        for key, value in (*_hosts(hosts), ("user", unquote(user)), ("dbname", unquote(name)))
        if value
    }
    words |= _parameters(query)
    literal = password if colon else ""
    if "password" in words:
        literal = words.pop("password")
    if not (words.get("dbname") or words.get("service")):
        raise ValueError(URL_FORMS + (PASSWORDS if at else ""))
    return Database(words=words, passwords=readings(literal))


def readings(password: str) -> tuple[str, ...]:
    """Return what a password may mean: decoded, as it stands, or encoded once too often."""
    once = unquote(password)
    return tuple(dict.fromkeys(reading for reading in (once, password, unquote(once)) if reading))


def with_secrets(template: str, references: re.Pattern[str], secret: Mapping[str, str]) -> str:
    """Put secrets into an address, quoted where a user, a password or a parameter stands."""
    at = template.rfind("@")
    query = template.find("?", max(at, 0))

    def put(found: re.Match[str]) -> str:
        value = secret.get(found[1])
        if value is None:
            return found[0]
        if found.start() < at:
            before = template[: found.start()].partition("://")[2]
            if ":" in before:
                return quote(value, safe="")
            return _login(value)
        return quote(value, safe="") if 0 <= query < found.start() else value

    return references.sub(put, template)


def _login(value: str) -> str:
    """A user, who may come with a password."""
    user, colon, password = value.partition(":")
    return quote(user, safe="") + colon + quote(password, safe="")


def _refuse_other(scheme: str) -> None:
    kind, _, driver = scheme.partition("+")
    if kind in OTHER_DATABASES:
        raise ValueError(
            f"a ledger is kept in SQLite or PostgreSQL, not in {OTHER_DATABASES[kind]}: {URL_FORMS}"
        )
    if kind in ("postgresql", "postgres") and driver:
        raise ValueError(f"leave out the name of the driver: {URL_FORMS}")
    if kind.startswith("jdbc:"):
        raise ValueError(f"this is an address for Java: {URL_FORMS}")
    if re.match(r"(host|hostaddr|dbname|service|port|user)\s*=", kind):
        raise ValueError(f"this is a list of keywords, not an address: {URL_FORMS}")


def _hosts(text: str) -> Iterator[tuple[str, str]]:
    """Hosts and ports as the driver takes them: two lists of equal length."""
    found = [DATABASE_HOST.fullmatch(part) for part in text.split(",")]
    names, ports = list[str](), list[str]()
    for match in found:
        if match is None or (len(found) > 1 and not match[1]):
            raise ValueError(URL_FORMS + PASSWORDS)
        name = unquote(match[1]) if not match[1].startswith("[") else match[1].strip("[]")
        if "%" in name and not match[1].startswith("["):
            raise ValueError(URL_FORMS + PASSWORDS)
        if match[2] and not 0 < int(match[2]) < 2**16:
            raise ValueError(f"a port is a number from 1 to 65535; {URL_FORMS}")
        names.append(name)
        ports.append(match[2] or "")
    if any(names):
        yield "host", ",".join(names)
    if any(ports):
        yield "port", ",".join(ports)


def _parameters(query: str) -> dict[str, str]:
    """Parse the parameters behind the ?; a host may be there more than once, with its port."""
    words: dict[str, str] = {}
    for part in filter(None, query.split("&")):
        name, given, value = part.partition("=")
        name, value = unquote(name), (unquote_plus if name in SPACED_PARAMETERS else unquote)(value)
        if not given or not PARAMETER_NAME.fullmatch(name):
            raise ValueError(f"after the ? write parameters like sslmode=verify-full; {URL_FORMS}")
        if name == "password":
            value = part.partition("=")[2]  # its readings come later
        words[name] = f"{words[name]},{value}" if name == "host" and name in words else value
    if "host" in words and ":" in words["host"] and not words["host"].startswith("/"):
        pairs = [host.rpartition(":") for host in words["host"].split(",")]
        if all(port.isdigit() and name for name, _, port in pairs):
            words["host"] = ",".join(name for name, _, _ in pairs)
            words["port"] = ",".join(port for _, _, port in pairs)
    return words
