"""Backoff: how long to wait before the next try, and how often to try."""

from __future__ import annotations

from datetime import timedelta

FIRST_WAIT = timedelta(minutes=5)  # then twice as long each time
LONGEST_WAIT = timedelta(hours=8)
MOST_TRIES = 12  # two days of such waits


def back_off(tries: int) -> timedelta:
    """Return how long to wait after so many tries."""
    return min(FIRST_WAIT * 2.0 ** (tries - 1), LONGEST_WAIT)
