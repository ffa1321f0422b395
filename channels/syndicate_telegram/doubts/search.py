"""Search for a post in doubt: which messages to read, and what they prove. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Protocol

from syndicate import ABSENT, Absent, InDoubt

GRACE = timedelta(minutes=2)  # a request may be under way that long after it was given up
MOST = 50  # messages read in one search
AHEAD = 3  # numbers in a row without a message: nothing newer is there
SKEW = timedelta(minutes=1)  # between Telegram's clock and the ledger's


@dataclass(frozen=True, slots=True)
class Message:
    """A message in the chat."""

    text: str  # a caption, where it is no text
    at: datetime  # when it was sent


class Blank(Enum):
    """The results of reading a number without a message."""

    GONE = auto()  # no message has this number, or none any more
    UNREAD = auto()  # there may be one


class Reader(Protocol):
    """A way to read the messages of a chat."""

    def read(self, number: int) -> Message | Blank: ...

    def newest(self) -> int | None:
        """The newest message's number, where that can be learnt."""


Read = Mapping[int, Message | Blank]


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """A post that may have arrived, between two that did."""

    text: str
    chat: str  # for messages
    started: datetime | None
    before: int | None
    after: int | None
    parts: int = 1  # messages, of an album
    surer: str = ""  # the setting that would leave none unread; "" where it would not help

    def is_fresh(self, now: datetime) -> bool:
        """Return whether it may still arrive."""
        return self.started is None or now - self.started < GRACE

    def is_said_by(self, message: Message) -> bool:
        if seen(message.text) != seen(self.text):
            return False
        # nothing else tells it from the same notice of last week
        return self.before is not None or (
            self.started is not None and message.at >= self.started - SKEW
        )

    def is_like(self, message: Message) -> bool:
        """Return whether it begins alike: a person may have edited it since."""
        mine, other = (seen(text.lstrip().partition("\n")[0]) for text in (self.text, message.text))
        return mine == other


def settled(doubt: Doubt, readers: Iterable[Reader], now: datetime) -> int | Absent:
    """Return the answer of the first reader that has one; else raise the first one's InDoubt."""
    problem = InDoubt(_asking("`syndicate tick` looks for it in two minutes", doubt))
    for number, reader in enumerate(readers):
        try:
            return search(doubt, reader, now)
        except InDoubt as error:
            problem = problem if number else error
    raise problem


def search(doubt: Doubt, reader: Reader, now: datetime) -> int | Absent:
    """The post's number; ABSENT where all that it can be was read, and it is none; else InDoubt."""
    read: dict[int, Message | Blank] = {}
    for number in _numbers(doubt, reader):
        there = read[number] = reader.read(number)
        if isinstance(there, Message) and doubt.is_said_by(there):
            _see_album(doubt, reader, number, there)
            return number
        if doubt.after is None and _is_the_end(read):
            break
    if problem := _unproven(doubt, read, now):
        raise InDoubt(_asking(problem, doubt))
    return ABSENT


def _see_album(doubt: Doubt, reader: Reader, first: int, first_message: Message) -> None:
    """An album's other messages follow the first one, at the same moment and without words."""
    for number in range(first + 1, first + doubt.parts):
        message = reader.read(number)
        if (
            not isinstance(message, Message)
            or message.text
            or abs(message.at - first_message.at) > SKEW
        ):
            raise InDoubt(_asking(f"message {first} is its beginning, the rest is not seen", doubt))


def seen(text: str) -> str:
    """Return a text without white space and invisible characters."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(char for char in composed if not (char.isspace() or _is_unseen(char)))


def _is_unseen(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or unicodedata.category(char) in ("Cc", "Cf")


def _numbers(doubt: Doubt, reader: Reader) -> range:
    """Return the numbers to read, oldest first."""
    first = doubt.before
    if first is None:
        last = doubt.after - 1 if doubt.after else reader.newest()
        if last is None:
            raise InDoubt(_asking("no earlier post of this channel is known", doubt))
        first = max(0, last - MOST)
    end = first + 1 + MOST
    return range(first + 1, min(end, doubt.after) if doubt.after else end)


def _is_the_end(read: Read) -> bool:
    newest = list(read.values())[-AHEAD:]
    return len(newest) == AHEAD and not any(isinstance(one, Message) for one in newest)


def _unproven(doubt: Doubt, read: Read, now: datetime) -> str:
    """Return why not having found it proves nothing; "" where it is proof."""
    alike = [n for n, one in read.items() if isinstance(one, Message) and doubt.is_like(one)]
    if alike:
        return f"message {alike[0]} has its headline, and reads otherwise"
    if doubt.is_fresh(now):
        return "it may still arrive; `syndicate tick` looks again in two minutes"
    if doubt.after is None:
        return "it is not among the newest messages, and only a later post proves that it is lost"
    unread = [n for n, one in read.items() if one is Blank.UNREAD]
    if unread:
        surer = f" (a chat of the office as {doubt.surer} is the surer way)" if doubt.surer else ""
        return f"message {unread[0]} cannot be read{surer}"
    if doubt.after - 1 > max(read, default=doubt.before or 0):
        return f"more than {MOST} messages stand where it may be"
    if doubt.before is None and min(read, default=1) > 1:
        return "no earlier post of this channel is known"
    return ""


def _asking(problem: str, doubt: Doubt) -> str:
    return f"{problem}: look whether the post is in {doubt.chat}"
