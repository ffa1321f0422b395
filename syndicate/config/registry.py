"""Find channels: ours, other people's, and yours."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cache, lru_cache
from importlib.metadata import EntryPoints, entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from pkgutil import resolve_name
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr, TypeAdapter, ValidationError

from syndicate.channel import Channel, Scope
from syndicate.channel.collection import Collection
from syndicate.channel.mailing_list import MailingList
from syndicate.config.complaints import complaint
from syndicate.config.loader import Settings
from syndicate.config.locked import locked
from syndicate.errors import ConfigError
from syndicate.network.public import sites
from syndicate.text import shortened

GROUP = "syndicate.channels"
DISTRIBUTION = "syndicate-cli"
POSTMAN = "mail"  # the name of the channel that [mail] makes


def kinds() -> list[str]:
    """The kinds of channels that are installed."""
    return sorted(_installed().names)


def channel_class(kind: str, folder: Path = Path(), where: str = "kind") -> type[Channel]:
    """Load ``telegram``, ``package.module:Class`` or ``./file.py:Class``."""
    try:
        found = _load(kind, folder)
    except LookupError as error:
        installed = ", ".join(kinds())
        raise ConfigError(
            f"{where}: no channel of kind {shortened(repr(kind))} (installed: {installed})"
        ) from error
    except Exception as error:  # a stranger's module may raise anything when it is imported
        raise ConfigError(
            f"{where}: {shortened(kind)} cannot be loaded: {shortened(repr(error))}"
        ) from error
    if not (isinstance(found, type) and issubclass(found, Channel)):
        raise ConfigError(f"{where}: {kind} is not a channel")
    return found


def make_channels(settings: Settings) -> list[Channel]:
    """Every configured channel, in the configuration's order, those that host media first."""
    made = [make_channel(settings, name) for name in settings.channels]
    named = (url for channel in made for url in channel.own_addresses())
    own = sites([settings.publisher.url, *named])
    for channel in made:
        channel.office_sites = own
    return sorted(made, key=lambda channel: not channel.hosts)


def make_channel(settings: Settings, name: str) -> Channel:
    """Turn one ``[channels.NAME]`` table into a channel; ConfigError names the setting."""
    where, table = f"channels.{name}", dict(settings.channels[name])
    kind = table.pop("kind", None)
    if not isinstance(kind, str):
        raise ConfigError(f"{where}.kind: set the kind of channel ({', '.join(kinds())})")
    unset = settings.unset.get(name, {})
    if why := unset.get("kind"):
        raise ConfigError(why)
    cls = channel_class(kind, settings.folder, f"{where}.kind")
    _refuse_unknown(cls, table, where)
    if unset:
        cls = locked(cls, unset)
    try:
        context = {"folder": settings.folder}
        made = _adapter(cls).validate_python({"name": name, **table}, context=context)
    except ValidationError as error:
        raise _lacking(unset, error) or complaint(where, error) from None  # its own has the value
    if made.scope is Scope.DIGEST and not issubclass(cls, MailingList):
        raise ConfigError(f"{where}.kind: {kind} makes digests but is not a MailingList")
    if made.scope is Scope.COLLECTION and not issubclass(cls, Collection):
        raise ConfigError(f"{where}.kind: {kind} collects articles but is not a Collection")
    return made


def make_postman(settings: Settings) -> MailingList | None:
    """Return the channel that writes letters to single people by ``[mail]``; None without it."""
    if settings.mail is None:
        return None
    cls = channel_class(settings.mail.kind, settings.folder, "mail.kind")
    if not issubclass(cls, MailingList):
        raise ConfigError(f"mail.kind: {settings.mail.kind} writes no letters")
    try:
        table = cls.postman(settings.mail.table, settings.publisher)
        made = _adapter(cls).validate_python(
            {"name": POSTMAN, **table}, context={"folder": settings.folder}
        )
    except ValidationError as error:
        raise complaint(POSTMAN, error) from None
    except ValueError as error:
        raise ConfigError(f"mail: {error}") from None
    assert isinstance(made, MailingList)
    return made


@lru_cache(32)
def _adapter(cls: type[Channel]) -> TypeAdapter[Channel]:
    """Return pydantic's adapter for one class; to make one costs more than to use it."""
    return TypeAdapter(cls)


def _lacking(unset: Mapping[str, str], error: ValidationError) -> ConfigError | None:
    """Return the error for a secret that is not set, where that is what stands in the way."""
    place = error.errors()[0]["loc"]
    why = unset.get(f"{place[0]}") if place else next(iter(unset.values()), None)
    return ConfigError(why) if why else None


def secrets_of(channels: list[Channel]) -> Iterator[str]:
    """Yield secrets that are never shown: secret settings, and passwords inside addresses."""
    for channel in channels:
        for setting in fields(channel):
            value = getattr(channel, setting.name, None)
            if isinstance(value, SecretStr):
                secret = value.get_secret_value()
                yield secret
                yield from filter(None, [_password(secret)])


def _password(text: str) -> str | None:
    try:
        return urlsplit(text).password
    except ValueError:
        return None


def _refuse_unknown(cls: type[Channel], table: Mapping[str, Any], where: str) -> None:
    known = {field.name for field in fields(cls) if field.init} - {"name"}
    if unknown := table.keys() - known:
        names = ", ".join(sorted(known))
        raise ConfigError(f"{where}.{min(unknown)}: unknown setting (known: {names})")


def _load(kind: str, folder: Path) -> object:
    path, _, attribute = kind.rpartition(":")
    if path.endswith(".py"):
        return getattr(_module_at(folder / path), attribute)
    if path:
        return resolve_name(kind)
    [entry_point] = _installed().select(name=kind) or [None]
    if entry_point is None:
        raise LookupError(kind)
    return entry_point.load()


def is_ours(channel: Channel) -> bool:
    """Return True for a channel that comes with this program, and is nobody's own."""
    cls = type(channel)
    ours = (point for point in _installed() if point.dist and point.dist.name == DISTRIBUTION)
    return f"{cls.__module__}:{cls.__qualname__}" in {point.value for point in ours}


@cache
def _installed() -> EntryPoints:
    """Look through every installed package, which takes milliseconds, only once."""
    return entry_points(group=GROUP)


def _module_at(path: Path) -> object:
    name = f"syndicate_channel_file_{path.stem}"  # a file called json.py hides no module
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot import {path}")
    module = sys.modules[spec.name] = module_from_spec(spec)  # dataclasses look it up
    spec.loader.exec_module(module)
    return module
