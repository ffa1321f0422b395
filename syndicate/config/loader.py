"""config.toml: who publishes, where the ledger is, and the channels' own tables."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from syndicate.channel.settings import WebUrl
from syndicate.config import database
from syndicate.config.approvers import Approver, read_approvers
from syndicate.config.checks import read_standards
from syndicate.config.complaints import complaint
from syndicate.config.database import Timeouts
from syndicate.config.deadlines import Deadlines, DeadlineSettings
from syndicate.config.desk import DeskSettings, MailSettings
from syndicate.config.editorial import Editorial, EditorialSettings
from syndicate.config.partners import Partner, read_partners
from syndicate.config.profiles import read_profiles, refuse_old_setting
from syndicate.config.references import ENV_REFERENCE, SecretReferences
from syndicate.editorial.standards import Standards
from syndicate.errors import ConfigError
from syndicate.model.article import Publisher
from syndicate.model.profile import PROFILES, Profile
from syndicate.system import disk
from syndicate.text import readable, shortened, visible

T = TypeVar("T", bound="BaseModel")
CONFIG_TABLES = (
    "publisher", "ledger", "editorial", "deadlines", "desk", "mail", "partners", "profiles",
    "approvers", "checks", "glossary", "minors", "channels",
)  # fmt: skip
SECRET_SETTING = re.compile(r"token|password|secret", re.IGNORECASE)
PASSWORD_IN_URL = re.compile(r"://[^/?#]*?:([^/?#]+)@")  # a password inside an address
MOST_CONFIG_BYTES = 1_000_000  # of a configuration
UNWRITABLE_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
TABLE_HEADER = re.compile(r"\s*\[\s*([\w.\"']+)\s*\]")
URL_LINE = re.compile(r"\s*url\s*=")


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, LookupError, ValueError) as error:  # not found is a KeyError
        raise ValueError(
            "write a time zone's name, like Asia/Jakarta (WIB), Asia/Makassar (WITA) or"
            " Asia/Jayapura (WIT)"
        ) from error
    return name


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PublisherSettings(_Table):
    """``[publisher]``: the office."""

    name: str = Field(min_length=1)
    url: WebUrl
    language: str = "id"
    timezone: Annotated[str, AfterValidator(_zone)] = "Asia/Jakarta"
    email: str = ""
    address: str = ""
    logo: str = ""
    dateline: str = ""


class LedgerSettings(_Table):
    """``[ledger]``: the memory."""

    url: str = "sqlite:///syndicate.db"
    keep: Annotated[int, Field(ge=1, le=36500)] = 90
    backup: Annotated[int, Field(ge=0, le=36500)] = 14
    connect_timeout: Annotated[int, Field(ge=2, le=120)] = Timeouts.connect
    lock_timeout: Annotated[int, Field(ge=1, le=600)] = Timeouts.lock
    idle_timeout: Annotated[int, Field(ge=5, le=600)] = Timeouts.idle
    statement_timeout: Annotated[int, Field(ge=5, le=3600)] = Timeouts.statement

    @property
    def timeouts(self) -> Timeouts:
        return Timeouts(
            connect=self.connect_timeout,
            lock=self.lock_timeout,
            idle=self.idle_timeout,
            statement=self.statement_timeout,
        )


@dataclass(frozen=True, kw_only=True)
class Settings:
    """A configuration that was read; secrets are in it, and never in its repr."""

    path: Path
    publisher: Publisher
    ledger_url: str = field(repr=False)
    channels: Mapping[str, Mapping[str, Any]] = field(repr=False)
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    keep: timedelta = timedelta(days=90)  # what became of each single letter
    # by channel and setting: why it could not be taken from the environment or a file. Who only
    # reads can do without; in ``channels`` stands what the configuration says: ${NAME}
    unset: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    holding: tuple[Path, ...] = ()  # the files with secrets in them, the configuration among them
    timeouts: Timeouts = field(default_factory=Timeouts)  # at a ledger that another machine keeps
    desk: DeskSettings = field(default_factory=DeskSettings)
    mail: MailSettings | None = None  # None: letters leave by the first list
    unset_desk: tuple[str, ...] = ()  # what of these two could not be taken from the environment
    profiles: Mapping[str, Profile] = field(default_factory=lambda: PROFILES)
    standards: Standards = field(default_factory=Standards)  # of checks
    backup: timedelta | None = None  # how old the newest copy may be; 0: any age; None: not set
    editorial: Editorial = field(default_factory=Editorial)
    partners: tuple[Partner, ...] = ()
    approvers: tuple[Approver, ...] = ()
    deadlines: Deadlines = field(default_factory=Deadlines)

    @property
    def folder(self) -> Path:
        return self.path.absolute().parent


def find(given: Path | None) -> Path:
    """``--config``, else $SYNDICATE_CONFIG, ./config.toml, the user's configuration folder."""
    if given:
        return given
    if named := os.environ.get("SYNDICATE_CONFIG"):
        return Path(named)
    for path in (Path("config.toml"), *_of_user()):
        if path.is_file():
            return path
    raise ConfigError("config.toml: not found here (create one with `syndicate init`)")


def _of_user() -> Iterator[Path]:
    """The configuration in the user's own folder; a service or a container may have no such."""
    try:
        home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    except RuntimeError:  # neither $HOME nor an account says where it is
        return
    yield home / "syndicate" / "config.toml"


def load(path: Path, ledger_url: str = "") -> Settings:
    """Read and check a configuration; ConfigError names the setting's path.

    ``ledger_url`` is written as in the configuration, and taken instead of what stands there.
    """
    read = read_tables(path)
    if ledger_url:
        table = read.get("ledger", {})
        read["ledger"] = (table if isinstance(table, dict) else {}) | {"url": ledger_url}
    return checked(path, read)


def line_of_ledger(path: Path) -> int:
    """The line of ``ledger.url``; 0 where none is seen."""
    table = ""
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
        if found := TABLE_HEADER.match(line):
            table = found[1]
        elif table == "ledger" and URL_LINE.match(line):
            return number
    return 0


def checked(path: Path, read: Mapping[str, Any]) -> Settings:
    """Return the settings of a configuration that was read; ConfigError names one's path."""
    _refuse_control(read)
    references = SecretReferences(path.absolute().parent)
    tables = references.resolved(read)
    _refuse_unknown(path, tables)
    references.refuse_unset("publisher", "ledger", "editorial", "partners", "approvers")
    refuse_old_setting(tables.get("publisher"))
    publisher = _checked(PublisherSettings, "publisher", tables.get("publisher", {}))
    ledger = _checked(LedgerSettings, "ledger", tables.get("ledger", {}))
    editorial = _checked(EditorialSettings, "editorial", tables.get("editorial", {}))
    deadlines = _checked(DeadlineSettings, "deadlines", tables.get("deadlines", {}))
    channels = _channel_tables(tables)
    profiles = read_profiles(tables.get("profiles", {}), path.absolute().parent)
    desk = _checked(DeskSettings, "desk", references.known(tables, "desk"))
    mail = _mail(references, tables)
    office_tables = {"desk": tables.get("desk", {}), "mail": tables.get("mail", {})}
    secrets = references.secrets | set(_literal_secrets([channels, office_tables]))
    secrets |= {*desk.secrets, *(mail.secrets if mail else ())}
    url = _beside(ledger.url, path.absolute().parent)
    secrets |= _server_passwords(url)
    office = Publisher(**publisher.model_dump())
    keep = timedelta(days=ledger.keep)
    unset = references.unset_of_channels()
    holding = (*([path] if _has_secret(read) else []), *references.files)
    is_asked = "backup" in ledger.model_fields_set
    backup = timedelta(days=ledger.backup) if is_asked else None
    return Settings(
        path=path,
        publisher=office,
        ledger_url=url,
        channels=channels,
        secrets=frozenset(secrets),
        keep=keep,
        unset=unset,
        holding=holding,
        timeouts=ledger.timeouts,
        backup=backup,
        editorial=editorial.rules(),
        desk=desk,
        mail=mail,
        unset_desk=references.unset_in("desk", "mail"),
        partners=read_partners(tables.get("partners", {}), channels),
        approvers=read_approvers(tables.get("approvers", {}), editorial, profiles),
        profiles=profiles,
        standards=read_standards(tables, path.absolute().parent),
        deadlines=deadlines.rules,
    )


def _refuse_unknown(path: Path, tables: Mapping[str, Any]) -> None:
    if unknown := tables.keys() - set(CONFIG_TABLES):
        known = ", ".join(CONFIG_TABLES)
        raise ConfigError(f"{min(unknown)}: unknown table in {path.name} (known tables: {known})")


def _channel_tables(tables: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    channels = tables.get("channels", {})
    if not isinstance(channels, dict) or not all(isinstance(t, dict) for t in channels.values()):
        raise ConfigError("channels: write a table for each channel, like [channels.news]")
    return channels


def _server_passwords(url: str) -> set[str]:
    """Return the passwords within a ledger's URL."""
    try:
        server = database.parse_url(url)
    except ValueError as error:
        raise ConfigError(f"ledger.url: {error}") from error
    return set(server.passwords) if server else set()


def _mail(references: SecretReferences, tables: Mapping[str, Any]) -> MailSettings | None:
    """Return ``[mail]``; None where it is not there, or a secret without which nothing leaves."""
    known = references.known(tables, "mail")
    if "mail" not in tables or ("mail", "smtp") in references.unset:
        return None
    return _checked(MailSettings, "mail", known)


def _has_secret(read: Mapping[str, Any]) -> bool:
    """Return True where a secret stands in the configuration itself."""
    tables = {name: read.get(name) for name in ("channels", "ledger", "mail", "desk")}
    found = (secret for secret in _literal_secrets(tables) if not secret.startswith("file:"))
    return any(not ENV_REFERENCE.search(secret) for secret in found)


def publisher(path: Path) -> Publisher:
    """Return the office of a configuration alone: no secret of any channel is looked up."""
    table = read_tables(path).get("publisher", {})
    _refuse_control(table, ("publisher",))
    references = SecretReferences(path.absolute().parent)
    resolved = references.resolved(table, ("publisher",))
    references.refuse_unset("publisher")
    return Publisher(**_checked(PublisherSettings, "publisher", resolved).model_dump())


def ping_address(path: Path) -> str:
    """Return ``desk.ping`` alone, whatever is wrong elsewhere; "" where it is not set or readable.

    ConfigError where the file cannot be read.
    """
    table = read_tables(path).get("desk")
    value = table.get("ping", "") if isinstance(table, dict) else ""
    references = SecretReferences(path.absolute().parent)
    resolved = references.resolved({"ping": value}, ("desk",))
    try:
        desk = _checked(DeskSettings, "desk", {} if references.unset else resolved)
    except ConfigError:
        return ""
    return desk.ping.get_secret_value()


def _refuse_control(value: Any, path: tuple[str, ...] = ()) -> None:
    """Raise ConfigError for signs that no text holds: no feed and no letter can say them."""
    if isinstance(value, dict):
        for name, inner in value.items():
            _refuse_control(name, path)
            _refuse_control(inner, (*path, name))
    elif isinstance(value, list):
        for inner in value:
            _refuse_control(inner, path)
    elif isinstance(value, str) and (found := UNWRITABLE_CHARACTERS.search(value)):
        where = ".".join(path) or visible(value)
        sign = f"\\x{ord(found[0]):02x}"
        raise ConfigError(f"{where}: holds a control character, {sign} (type it again without it)")


def _literal_secrets(value: Any, name: str = "") -> Iterator[str]:
    """Yield what looks like a secret in the tables, before any channel can say so itself."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _literal_secrets(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _literal_secrets(inner, name)
    elif isinstance(value, str) and SECRET_SETTING.search(name):
        yield value
    elif isinstance(value, str) and (found := PASSWORD_IN_URL.search(value)):
        yield found[1]


def read_tables(path: Path) -> dict[str, Any]:
    try:
        data = disk.contents(path, MOST_CONFIG_BYTES)
        if len(data) > MOST_CONFIG_BYTES:
            raise ConfigError(f"{path}: more than {MOST_CONFIG_BYTES // 1_000_000} MB (shorten it)")
        return tomllib.loads(data.decode("utf-8-sig"))
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such file (create one with `syndicate init`)") from error
    except OSError as error:
        name = shortened(readable(f"{path}"))
        raise ConfigError(f"{name}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 (save it as UTF-8)") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from error
    except RecursionError as error:
        raise ConfigError(f"{path}: lists are nested too deeply (flatten them)") from error
    except ValueError as error:
        raise ConfigError(f"{visible(f'{path}')}: cannot be a file name") from error


def _checked(model: type[T], name: str, table: Any) -> T:
    try:
        return model.model_validate(table)
    except ValidationError as error:
        raise complaint(name, error) from None  # pydantic's own error shows the value


def _beside(url: str, folder: Path) -> str:
    """SQLite's relative path starts at the configuration's folder."""
    prefix = "sqlite:///"
    if not url.startswith(prefix) or url == f"{prefix}:memory:":
        return url
    return prefix + str(folder / url.removeprefix(prefix))
