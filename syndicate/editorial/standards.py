"""Standards that an office checks its articles against, as the configuration has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from syndicate.model.finding import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Glossary:
    """``[glossary]``: names and words of the office as they are spelt."""

    names: tuple[str, ...] = ()
    fix: tuple[str, ...] = ()  # names whose misspellings are corrected by `check --fix`
    allow: tuple[str, ...] = ()  # words that are right although they are near a name
    office_words: bool = True  # also the program's own list


@dataclass(frozen=True, slots=True, kw_only=True)
class MinorsList:
    """``[minors]``: the files of the list of minors' names and of its key."""

    file: Path | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standards:
    """``[checks]``, ``[glossary]`` and ``[minors]``."""

    off: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    headline: int = 110  # characters
    shorteners: tuple[str, ...] = ()  # hosts beside those that the program knows
    contacts: tuple[str, ...] = ()  # telephone numbers and mail addresses of offices
    glossary: Glossary = field(default_factory=Glossary)
    minors: MinorsList = field(default_factory=MinorsList)
