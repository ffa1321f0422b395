"""Rates and tolerances: ``14/second, 50000/day``, ``10% of 200``."""

from __future__ import annotations

import re
from dataclasses import dataclass

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
RATE = re.compile(r"(\d{1,9})\s*/\s*(second|minute|hour|day)", re.IGNORECASE)
TOLERANCE = re.compile(r"(\d{1,3})\s*%\s*of\s*(\d{1,7})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``count`` in any ``seconds``."""

    count: int
    seconds: int

    def __str__(self) -> str:
        unit = next(name for name, seconds in SECONDS.items() if seconds == self.seconds)
        return f"{self.count}/{unit}"


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Share of the ``first`` that may fail for good before a run stops by itself."""

    percent: int
    first: int

    @property
    def most(self) -> int:
        return self.first * self.percent // 100

    def most_of(self, many: int) -> int:
        """The same share of more than the first ones."""
        return max(self.first, many) * self.percent // 100

    def __str__(self) -> str:
        return f"{self.percent}% of {self.first}"


def rates(text: str) -> tuple[Rate, ...]:
    """Read ``14/second, 50000/day``; "" is as fast as it goes. ValueError for what is neither."""
    found = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        match = RATE.fullmatch(part)
        if match is None or int(match[1]) == 0:
            raise ValueError(f"{part!r} is not like 14/second, 600/minute, 1000/hour or 50000/day")
        found.append(Rate(int(match[1]), SECONDS[match[2].lower()]))
    return tuple(found)


def tolerance(text: str) -> Tolerance | None:
    """Read ``10% of 200``; "" tolerates everything. ValueError for what is neither."""
    if not text.strip():
        return None
    match = TOLERANCE.fullmatch(text.strip())
    if match is None or int(match[1]) > 100 or int(match[2]) == 0:
        raise ValueError(f"{text!r} is not like 10% of 200")
    return Tolerance(int(match[1]), int(match[2]))
