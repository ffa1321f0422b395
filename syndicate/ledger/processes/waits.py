"""Bounds of waits: a stored moment beyond the longest wait is a wrong clock's, and has passed.

A machine whose clock ran ahead for one run leaves moments behind that would mute a channel for
years. None of ours lies further ahead than its longest wait, so what does is taken for over.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, not_, or_

from syndicate.errors import LONGEST_WAIT_SECONDS

DAY = timedelta(seconds=LONGEST_WAIT_SECONDS)
CLAIM_FOR = timedelta(minutes=20)  # longer than every timeout of an effect (docs/limits.md)
HELD = "held until"  # how the reason begins of what waits for the end of a channel's hours
SLACK = timedelta(minutes=5)  # by which a clock is put right now and then


def is_over(
    column: ColumnElement[datetime | None], moment: datetime, longest: timedelta = DAY
) -> ColumnElement[bool]:
    """Match rows that wait for nothing: no moment, one that has passed, or one beyond any wait."""
    return or_(column.is_(None), column <= moment, column > moment + longest + SLACK)


def still_waits(
    column: ColumnElement[datetime | None], moment: datetime, longest: timedelta = DAY
) -> ColumnElement[bool]:
    """Match rows that still wait for a stored moment."""
    return and_(column.is_not(None), not_(is_over(column, moment, longest)))


def waits(until: datetime | None, moment: datetime, longest: timedelta = DAY) -> bool:
    """Return whether a stored moment is still waited for."""
    return until is not None and moment < until <= moment + longest + SLACK


def to_come(until: datetime | None, moment: datetime) -> datetime | None:
    """Return a stored moment while it is waited for; None once it has passed."""
    return until if waits(until, moment) else None


def is_ahead(since: datetime, moment: datetime) -> bool:
    """Return whether something seems to have begun after this moment, by a wrong clock."""
    return since > moment + SLACK
