"""A finding of ``check``: what a rule has to say of one place in an article's file."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """Consequence of a finding: an error stops a publication, a warning is shown before it."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Fix:
    """Words to put in the place of others, which stand at a finding's line and column."""

    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding; ``line`` and ``column`` count from 1, and a line of 0 is no place in a file."""

    path: str
    line: int = 0
    column: int = 0
    rule: str
    severity: Severity = Severity.ERROR
    message: str
    advice: str = ""
    fix: Fix | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.path, self.line, self.column) if part)
        advice = f" ({self.advice})" if self.advice else ""
        where = f"{place}: " if place else ""
        return f"{where}{self.rule}: {self.message}{advice}"

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    def to_json(self) -> dict[str, Any]:
        """A JSON document; ``fixable`` instead of the fix itself."""
        document = asdict(self) | {"fixable": self.fix is not None}
        del document["fix"]
        return document
