"""``[approvers.NAME]``: who decides on what is submitted, and who stands in for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, ValidationError

from syndicate.config.complaints import complaint
from syndicate.config.editorial import TWO_PERSON, EditorialSettings
from syndicate.config.partners import MailAddress
from syndicate.errors import ConfigError
from syndicate.model.person import Person
from syndicate.model.profile import Profile
from syndicate.text import folded, shortened


@dataclass(frozen=True, slots=True, kw_only=True)
class Approver:
    """One of them, by the name under which they act (``--as``, $SYNDICATE_USER)."""

    name: str
    email: str
    deputy: str = ""  # another approver's name; "" for nobody
    away_until: date | None = None  # the last day on which their deputy is asked instead
    stands_in: bool = False  # asked only in somebody's place

    def is_person(self, person: Person) -> bool:
        """Return whether a person calls themselves by this name."""
        return bool(person.name) and folded(person.name) == folded(self.name)

    def is_away(self, at: datetime, zone: ZoneInfo) -> bool:
        return self.away_until is not None and at.astimezone(zone).date() <= self.away_until


class ApproverSettings(BaseModel):
    """One table as it is written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    email: MailAddress
    deputy: str = ""
    away_until: date | Literal[""] = ""
    stands_in: bool = False


def read_approvers(
    tables: Any, editorial: EditorialSettings, profiles: Mapping[str, Profile]
) -> tuple[Approver, ...]:
    """Return the approvers; ConfigError names the setting that is wrong, or needs one."""
    if not isinstance(tables, dict) or not all(isinstance(t, dict) for t in tables.values()):
        raise ConfigError("approvers: write a table for each approver, like [approvers.siti]")
    found = tuple(_approver(name, table) for name, table in tables.items())
    _refuse_twins(found)
    for approver in found:
        _refuse_no_deputy(approver, found)
    asking = [name for name, profile in profiles.items() if profile.approval == TWO_PERSON]
    needed = [f"profiles.{name}.approval" for name in asking]
    needed = ["editorial.approval"] if editorial.approval == TWO_PERSON else needed
    if needed and all(approver.stands_in for approver in found):
        raise ConfigError(f"{needed[0]}: nobody can approve (write a table [approvers.NAME])")
    return found


def _approver(name: str, table: Mapping[str, Any]) -> Approver:
    try:
        settings = ApproverSettings.model_validate(table)
    except ValidationError as error:
        raise complaint(f"approvers.{name}", error) from None
    away_until = settings.away_until or None
    return Approver(name=name, **settings.model_dump() | {"away_until": away_until})


def _refuse_twins(approvers: Sequence[Approver]) -> None:
    """Refuse two tables of one person: nobody approves what they have submitted themselves."""
    names: dict[str, str] = {}
    addresses: dict[str, str] = {}
    for approver in approvers:
        setting = f"approvers.{approver.name}"
        if other := names.get(folded(approver.name)):
            raise ConfigError(f"{setting}: is the name of {other}, too (write another name)")
        if other := addresses.get(approver.email.casefold()):
            raise ConfigError(f"{setting}.email: is the address of {other}, too (write their own)")
        names[folded(approver.name)] = setting
        addresses[approver.email.casefold()] = setting


def _refuse_no_deputy(approver: Approver, approvers: Sequence[Approver]) -> None:
    others = [folded(other.name) for other in approvers if other is not approver]
    if approver.deputy and folded(approver.deputy) not in others:
        deputy = shortened(approver.deputy)
        raise ConfigError(
            f"approvers.{approver.name}.deputy: there is no other approver {deputy!r} (write a"
            f" table [approvers.{deputy}])"
        )
