"""Time limit and bookkeeping of one reading of an inbox."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from time import monotonic

NO_KEYS: Collection[str] = frozenset()


class Visit:
    """One reading of an inbox: the limits given to the channel, and what the channel reports back.

    ``is_ours`` recognises the tokens that we made: messages with one are read first. ``known``
    returns, for a place, the keys of the messages that were read there before and need not be read
    again. ``put_off`` returns those that could not be read, which are tried last.
    """

    def __init__(
        self,
        seconds: float,
        *,
        is_ours: Callable[[str], bool] = lambda _token: False,
        known: Callable[[str], Collection[str]] = lambda _place: NO_KEYS,
        put_off: Callable[[], Collection[str]] = lambda: NO_KEYS,
    ) -> None:
        self.seconds = seconds
        self.is_ours, self.put_off = is_ours, put_off
        self._known, self._until = known, monotonic() + seconds
        self.place = ""  # "" is a place whose messages cannot be recognised
        self.stays = False  # handled messages are not marked there, and stay as they were
        self.lying: set[str] = set()  # the known messages that are still there
        self.is_open = False  # the inbox could be listed
        self.is_whole = False  # all of it was listed
        self.waiting = 0  # messages that are still unread
        self.failed_at = ""  # the message at which the server stopped answering
        self.is_lost = False  # the server is not worth asking again in this run
        self.notes: list[str] = []  # for a person

    @property
    def left(self) -> float:
        """Return the seconds left; 0.0 when the time is up."""
        return max(0.0, self._until - monotonic())

    @property
    def is_over(self) -> bool:
        return not self.left

    def arrive(self, place: str, *, stays: bool = False) -> Collection[str]:
        """Report the place to be read; returns the keys of the messages known there.

        ``place`` names the inbox and all settings that decide how a message is understood: when
        any of them changes, every message is read again.
        """
        self.place, self.stays = place, stays
        return self._known(place) if place else NO_KEYS

    def found(self, lying: Iterable[str], *, is_whole: bool) -> None:
        """Report which known messages are still there unread, and whether all were listed."""
        self.lying, self.is_open, self.is_whole = set(lying), True, is_whole
