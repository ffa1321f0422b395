"""``[partners.NAME]``: media and offices that get the articles, and are told of every change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from syndicate.config.complaints import complaint
from syndicate.errors import ConfigError
from syndicate.text import folded, shortened


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """One of them; ``list`` is the mailing list whose sender and relay write, "" for ``[mail]``."""

    name: str
    email: str
    subjects: tuple[str, ...] = ()
    language: str = ""
    list: str = ""

    def takes(self, subjects: tuple[str, ...]) -> bool:
        """Return whether an article with these subjects is for them."""
        mine = set(map(folded, self.subjects))
        return not mine or not mine.isdisjoint(map(folded, subjects))


def _address(text: str) -> str:
    from email_validator import validate_email  # slow to import

    try:
        return validate_email(text.strip(), check_deliverability=False).normalized
    except ValueError as error:
        raise ValueError('write a mail address, like "redaksi@media.example"') from error


MailAddress = Annotated[str, AfterValidator(_address)]


class PartnerSettings(BaseModel):
    """One table as it is written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    email: MailAddress
    subjects: tuple[str, ...] = ()
    language: str = ""
    list: str = ""


def read_partners(tables: Any, channels: Mapping[str, Mapping[str, Any]]) -> tuple[Partner, ...]:
    """Return the partners; ConfigError names the setting that is wrong."""
    found = []
    for name, table in _tables_of(tables, channels).items():
        try:
            settings = PartnerSettings.model_validate(table)
        except ValidationError as error:
            raise complaint(f"partners.{name}", error) from None
        found.append(Partner(name=name, **settings.model_dump()))
    return tuple(found)


def _tables_of(tables: Any, channels: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the tables of partners by name; ConfigError for what is no such, or names no list."""
    if not isinstance(tables, dict) or not all(isinstance(t, dict) for t in tables.values()):
        raise ConfigError("partners: write a table for each partner, like [partners.radio]")
    for name, table in tables.items():
        named = table.get("list", "")
        if not isinstance(named, str) or not named:  # what is no text is named by its type
            continue
        if channels.get(named, {}).get("kind") != "email":
            called = shortened(named)
            why = f'there is no mailing list {called!r} (channels.{called}.kind is not "email")'
            raise ConfigError(f"partners.{name}.list: {why}")
    return tables
