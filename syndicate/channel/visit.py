"""One look into an inbox: how long it may take, what is known of it, and what it leaves there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from time import monotonic

NO_KEYS: Collection[str] = frozenset()


class Visit:
    """A channel is told by it when to end, and tells by it what it has found.

    ``is_ours`` knows the tokens that we have made: letters that hold one come first. ``known``
    gives the keys of letters that lie at a place and were read there before, ``put_off`` those
    that could not be read there, and are tried after all others.
    """

    def __init__(
        self, seconds: float, *, is_ours: Callable[[str], bool] = lambda _token: False,
        known: Callable[[str], Collection[str]] = lambda _place: NO_KEYS,
        put_off: Callable[[], Collection[str]] = lambda: NO_KEYS,
    ) -> None:  # fmt: skip
        self.seconds = seconds
        self.is_ours, self.put_off = is_ours, put_off
        self._known, self._until = known, monotonic() + seconds
        self.place = ""  # "" is one where no letter can be known again
        self.stays = False  # what was dealt with lies there as before: nothing is marked there
        self.lying: set[str] = set()  # the known ones that still lie there
        self.is_open = False  # whether what lies there could be looked at
        self.is_whole = False  # whether all of it was
        self.waiting = 0  # letters that nobody has read yet
        self.failed_at = ""  # the letter at which whoever keeps them gave no more answers
        self.is_lost = False  # whether it is of no use to ask there again in this run
        self.notes: list[str] = []  # for a person

    @property
    def left(self) -> float:
        """Seconds; 0.0 where the time is up."""
        return max(0.0, self._until - monotonic())

    @property
    def is_over(self) -> bool:
        return not self.left

    def arrive(self, place: str, *, stays: bool = False) -> Collection[str]:
        """Say where letters lie and what decides how they are read; returns the keys known there.

        Where any of it changes they are read again.
        """
        self.place, self.stays = place, stays
        return self._known(place) if place else NO_KEYS

    def found(self, lying: Iterable[str], *, is_whole: bool) -> None:
        """Say which of the known ones lie there unread, and whether these are all of them."""
        self.lying, self.is_open, self.is_whole = set(lying), True, is_whole
