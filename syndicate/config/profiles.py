"""``[profiles.NAME]``: kinds of articles; those that ship with the program are its defaults."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from syndicate.config.complaints import complaint
from syndicate.errors import ConfigError
from syndicate.model.profile import PROFILES, STATEMENTS, Profile

# keys of the front matter that an article may be required to have
REQUIRABLE = (
    "date", "dateline", "description", "by", "infoSources", "subjects", "urgency", "expires", "url",
    "associations", "language",
)  # fmt: skip
DAYS = re.compile(r"[1-9]\d{0,3}d")
DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*")
NAME = re.compile(r"[^\s\"'{}\[\],:#]+")


def _requirable(keys: tuple[str, ...]) -> tuple[str, ...]:
    for key in keys:
        if key not in REQUIRABLE:
            raise ValueError(f"'{key}' cannot be required (it can be {', '.join(REQUIRABLE)})")
    return keys


def _statements(rules: tuple[str, ...]) -> tuple[str, ...]:
    for rule in rules:
        if rule not in STATEMENTS:
            raise ValueError(f"'{rule}' is none of {', '.join(STATEMENTS)}")
    return rules


def _expiry(text: str) -> str:
    if text not in ("", "needed") and not DAYS.fullmatch(text):
        raise ValueError("write needed, or a number of days, like 14d")
    return text


def _domains(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if not DOMAIN.fullmatch(name):
            raise ValueError(f"'{name}' is not a domain (write it like go.id)")
    return names


class ProfileSettings(BaseModel):
    """One profile's settings; those that are not given are the shipped profile's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    template: str = ""
    required: Annotated[tuple[str, ...], AfterValidator(_requirable)] = ()
    states: Annotated[tuple[str, ...], AfterValidator(_statements)] = ()
    channels: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    expires: Annotated[str, AfterValidator(_expiry)] = ""
    ahead: bool = False
    links: Annotated[tuple[str, ...], AfterValidator(_domains)] = ()
    approval: Literal["", "none", "two-person"] = ""


def read_profiles(tables: Any, folder: Path) -> dict[str, Profile]:
    """Return the shipped profiles and the office's own, by name; ConfigError names a setting."""
    if not isinstance(tables, dict) or not all(isinstance(t, dict) for t in tables.values()):
        raise ConfigError("profiles: write a table for each profile, like [profiles.agenda]")
    return PROFILES | {name: _profile(name, table, folder) for name, table in tables.items()}


def refuse_old_setting(publisher: Any) -> None:
    """Raise ConfigError for the list of names that profiles once were."""
    if isinstance(publisher, dict) and "profiles" in publisher:
        raise ConfigError("publisher.profiles: write a table [profiles.NAME] for each instead")


def _profile(name: str, table: Mapping[str, Any], folder: Path) -> Profile:
    if not NAME.fullmatch(name):
        raise ConfigError(f"profiles: {name!r} cannot be a profile's name (write one word)")
    try:
        settings = ProfileSettings.model_validate(table)
    except ValidationError as error:
        raise complaint(f"profiles.{name}", error) from None
    given = {field: getattr(settings, field) for field in settings.model_fields_set}
    if given.get("template"):
        given["template"] = f"{folder / given['template']}"
    return replace(PROFILES.get(name) or Profile(name=name), **given)
