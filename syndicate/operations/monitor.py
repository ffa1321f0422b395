"""Grade the ledger's status for a monitor: one line and a code, as Nagios' plugins have them.

The form is that of the Monitoring Plugins Development Guidelines: ``STATE - text | perfdata``, and
0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from syndicate.operations.status import Status
from syndicate.planning.overdue import Grade, period
from syndicate.report import leaving_line
from syndicate.text import shortened, visible

CODES = {Grade.OK: 0, Grade.WARNING: 1, Grade.CRITICAL: 2, Grade.UNKNOWN: 3}
LONGEST = 800  # characters of the text: some monitors keep a kilobyte
LONGEST_SENTENCE = 300
COUNTED = {"in doubt": "in_doubt", "refused": "refused", "waiting": "waiting"}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Grade of a ledger, with a sentence and numbers."""

    grade: Grade
    text: str
    numbers: dict[str, str] = field(default_factory=dict)  # by label: value[unit]

    @property
    def exit_code(self) -> int:
        return CODES[self.grade]

    @property
    def line(self) -> str:
        """Return the one line: a bar parts the text from the numbers, so that the text has none."""
        text = shortened(self.text.replace("|", "/"), LONGEST)
        numbers = " ".join(f"{label}={value}" for label, value in self.numbers.items())
        return " | ".join(filter(None, (f"SYNDICATE {self.grade} - {text}", numbers)))

    def to_json(self) -> dict[str, Any]:
        return {"state": f"{self.grade}", "line": self.line, "exit_code": self.exit_code}


def verdict_of(found: Status, at: datetime) -> Verdict:
    """Grade a ledger: what needs a person now is CRITICAL, what will or may pass a WARNING."""
    problems = list(_problems(found))
    grades = [grade for grade, _ in problems]
    worst = next((g for g in (Grade.CRITICAL, Grade.WARNING) if g in grades), Grade.OK)
    first = sorted(problems, key=lambda problem: problem[0] != worst)  # the rest may be cut off
    text = "; ".join(_flat(sentence) for _, sentence in first) or _well(found, at)
    return Verdict(grade=worst, text=text, numbers=_numbers(found, at))


def failed(why: str, *, is_critical: bool) -> Verdict:
    """Grade a failure after which nothing is known: of the ledger, or of the command itself."""
    return Verdict(grade=Grade.CRITICAL if is_critical else Grade.UNKNOWN, text=_flat(why))


def _problems(found: Status) -> Iterator[tuple[Grade, str]]:
    if found.missing:
        yield Grade.WARNING, found.missing
    if found.older:
        yield Grade.CRITICAL, found.older
    if found.clock:
        yield Grade.CRITICAL if found.far_off else Grade.WARNING, found.clock
    for alert in found.alerts:
        yield alert.grade, alert.says
    states = Counter(line.state for line in found.open)
    for state, count in states.items():
        about = next(line for line in found.open if line.state == state)
        grade = Grade.CRITICAL if state == "in doubt" else Grade.WARNING
        yield grade, f"{count} {state} ({about.channel}{f': {about.why}' if about.why else ''})"
    for coming in found.coming:
        if coming.state == "asks":
            yield Grade.WARNING, coming.why
    for name, count in found.leaving.items():
        yield Grade.WARNING, leaving_line(name, count)


def _well(found: Status, at: datetime) -> str:
    if not found.ticks:
        return "nothing waits"
    return f"nothing waits, the last tick was {period(at - found.ticks[0].latest)} ago"


def _numbers(found: Status, at: datetime) -> dict[str, str]:
    """Return counts by state, and ages in seconds."""
    states = Counter(line.state for line in found.open)
    numbers = {label: f"{states[state]}" for state, label in COUNTED.items()}
    numbers["overdue"] = f"{len(found.alerts)}"
    if found.ticks:
        numbers["last_tick"] = _seconds(at - found.ticks[0].latest)
    if found.backup:
        numbers["backup_age"] = _seconds(at - datetime.fromisoformat(found.backup))
    return numbers


def _seconds(age: timedelta) -> str:
    return f"{max(int(age.total_seconds()), 0)}s"


def _flat(sentence: str) -> str:
    return visible(shortened(" ".join(sentence.split()), LONGEST_SENTENCE))
