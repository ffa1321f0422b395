"""``[checks]``, ``[glossary]`` and ``[minors]``: what an office checks its articles against."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from syndicate.config.complaints import complaint
from syndicate.editorial.rules import why_not_off
from syndicate.editorial.standards import Glossary, MinorsList, Standards
from syndicate.model.finding import Severity

SHORTEST_FIX = 7  # letters: in shorter words one letter makes another word too often
FEWEST_DIGITS = 5  # of a telephone number; short codes of services have five
HOST = re.compile(r"(?:[\w-]+\.)+[a-zA-Z]{2,24}")
T = TypeVar("T", bound=BaseModel)


def _rule(name: str) -> str:
    if wrong := why_not_off(name):
        raise ValueError(wrong)
    return name


def _long(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if len(name) < SHORTEST_FIX or not name.isalpha():
            raise ValueError(f"'{name}': write single words of {SHORTEST_FIX} letters or more")
    return names


def _host(name: str) -> str:
    if not HOST.fullmatch(name):
        raise ValueError(f"'{name}': write the host's name alone, like bit.ly")
    return name


def _contact(contact: str) -> str:
    digits = sum(map(str.isdigit, contact))
    if "@" not in contact and digits < FEWEST_DIGITS:
        raise ValueError(f"'{contact}': write a whole telephone number or mail address")
    return contact


Host = Annotated[str, AfterValidator(_host)]
Contact = Annotated[str, AfterValidator(_contact)]
RuleName = Annotated[str, AfterValidator(_rule)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ChecksSettings(_Table):
    """``[checks]``: which rules count, and how much."""

    off: tuple[RuleName, ...] = ()
    severity: dict[RuleName, Severity] = Field(default={})
    headline: Annotated[int, Field(ge=20, le=500)] = 110
    shorteners: tuple[Host, ...] = ()
    contacts: tuple[Contact, ...] = ()


class GlossarySettings(_Table):
    """``[glossary]``: names and words as the office spells them."""

    names: tuple[str, ...] = ()
    fix: Annotated[tuple[str, ...], AfterValidator(_long)] = ()
    allow: tuple[str, ...] = ()
    office_words: bool = True


class MinorsSettings(_Table):
    """``[minors]``: where the list of minors' names lies, and its key."""

    list: str = ""
    key: str = ""


def read_standards(tables: Mapping[str, Any], folder: Path) -> Standards:
    """Return what the three tables say; ConfigError names a setting."""
    checks = _checked(ChecksSettings, "checks", tables)
    glossary = _checked(GlossarySettings, "glossary", tables)
    minors = _checked(MinorsSettings, "minors", tables)
    file = folder / minors.list if minors.list else None
    key = folder / minors.key if minors.key else file and file.with_suffix(".key")
    return Standards(
        off=checks.off,
        severity=checks.severity,
        headline=checks.headline,
        shorteners=tuple(host.lower() for host in checks.shorteners),
        contacts=checks.contacts,
        glossary=Glossary(**glossary.model_dump()),
        minors=MinorsList(file=file, key=key),
    )


def _checked(model: type[T], name: str, tables: Mapping[str, Any]) -> T:
    try:
        return model.model_validate(tables.get(name, {}))
    except ValidationError as error:
        raise complaint(name, error) from None
