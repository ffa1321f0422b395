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
MOST_NUMBERS = 50  # read in one search
NUMBERS_WITHOUT_MESSAGE = 3  # in a row: nothing newer exists
CLOCK_SKEW = timedelta(minutes=1)  # between Telegram's clock and the ledger's


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """A message in the chat."""

    text: str  # a caption, where it is no text
    at: datetime  # when it was sent
    service: bool = False  # Telegram's own, of an event: something was pinned


class NoMessage(Enum):
    """The results of reading a number without a message."""

    MISSING = auto()  # no message has this number, or none any more
    UNREAD = auto()  # there may be one


class Reader(Protocol):
    """A way to read the messages of a chat."""

    def read(self, number: int) -> ChatMessage | NoMessage: ...

    def newest(self) -> int | None:
        """Return the newest message's number, where that can be learnt."""


ReadMessages = Mapping[int, ChatMessage | NoMessage]


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """A post that may have arrived, between two that did."""

    text: str
    chat: str  # for people
    started: datetime | None
    before: int | None
    after: int | None
    message_count: int = 1  # of an album
    surer_setting: str = ""  # it would leave none unread; "" where it would not help

    def is_fresh(self, now: datetime) -> bool:
        """Return whether the post may still arrive."""
        return self.started is None or now - self.started < GRACE

    def matches(self, message: ChatMessage) -> bool:
        if visible_text(message.text) != visible_text(self.text):
            return False
        # only its time distinguishes it from the same notice of last week
        return self.before is not None or (
            self.started is not None and message.at >= self.started - CLOCK_SKEW
        )

    def resembles(self, message: ChatMessage) -> bool:
        """Return whether it begins alike: a person may have edited it since."""
        return _first_line(self.text) == _first_line(message.text)


def find_post(doubt: Doubt, readers: Iterable[Reader], now: datetime) -> int | Absent:
    """Return the answer of the first reader that has one; else raise the first one's InDoubt."""
    problem = InDoubt(_look_yourself("`syndicate tick` looks for it in two minutes", doubt))
    for index, reader in enumerate(readers):
        try:
            return search_messages(doubt, reader, now)
        except InDoubt as error:
            problem = problem if index else error
    raise problem


def search_messages(doubt: Doubt, reader: Reader, now: datetime) -> int | Absent:
    """Return the post's number; ABSENT if no message is it that could be; else raise InDoubt."""
    read: dict[int, ChatMessage | NoMessage] = {}
    for number in _numbers(doubt, reader):
        message = read[number] = reader.read(number)
        if isinstance(message, ChatMessage) and doubt.matches(message):
            _require_whole_album(doubt, reader, number, message)
            return number
        if doubt.after is None and _is_past_the_newest(read):
            break
    if problem := _unproven(doubt, read, now):
        raise InDoubt(_look_yourself(problem, doubt))
    return ABSENT


def visible_text(text: str) -> str:
    """Return a text without white space and invisible characters."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(char for char in composed if not (char.isspace() or _is_invisible(char)))


def _first_line(text: str) -> str:
    return visible_text(text.lstrip().partition("\n")[0])


def _is_invisible(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or unicodedata.category(char) in ("Cc", "Cf")


def _require_whole_album(doubt: Doubt, reader: Reader, first: int, caption: ChatMessage) -> None:
    """Raise InDoubt unless the other messages follow, at the same moment and without text."""
    for number in range(first + 1, first + doubt.message_count):
        message = reader.read(number)
        if (
            not isinstance(message, ChatMessage)
            or message.text
            or abs(message.at - caption.at) > CLOCK_SKEW
        ):
            problem = f"message {first} is its beginning, but the rest was not found"
            raise InDoubt(_look_yourself(problem, doubt))


def _numbers(doubt: Doubt, reader: Reader) -> range:
    """Return the numbers to read, oldest first."""
    first = doubt.before
    if first is None:
        last = doubt.after - 1 if doubt.after else reader.newest()
        if last is None:
            raise InDoubt(_look_yourself("no earlier post of this channel is known", doubt))
        first = max(0, last - MOST_NUMBERS)
    end = first + 1 + MOST_NUMBERS
    return range(first + 1, min(end, doubt.after) if doubt.after else end)


def _is_past_the_newest(read: ReadMessages) -> bool:
    last = list(read.values())[-NUMBERS_WITHOUT_MESSAGE:]
    none_found = not any(isinstance(result, ChatMessage) for result in last)
    return len(last) == NUMBERS_WITHOUT_MESSAGE and none_found


def _unproven(doubt: Doubt, read: ReadMessages, now: datetime) -> str:
    """Return why not having found it proves nothing; "" where it is proof."""
    similar = [
        number
        for number, result in read.items()
        if isinstance(result, ChatMessage) and doubt.resembles(result)
    ]
    if similar:
        return f"message {similar[0]} has its headline, but another text"
    if doubt.is_fresh(now):
        return "it may still arrive; `syndicate tick` looks again in two minutes"
    if doubt.after is None:
        return "it is not among the newest messages, and only a later post proves that it is lost"
    unread = [number for number, result in read.items() if result is NoMessage.UNREAD]
    if unread:
        return f"message {unread[0]} cannot be read{_surer_way(doubt)}"
    if doubt.after - 1 > max(read, default=doubt.before or 0):
        return f"it may be any of more than {MOST_NUMBERS} messages"
    if doubt.before is None and min(read, default=1) > 1:
        return "no earlier post of this channel is known"
    return ""


def _surer_way(doubt: Doubt) -> str:
    setting = doubt.surer_setting
    return f" ({setting}, a chat of the office, would be surer)" if setting else ""


def _look_yourself(problem: str, doubt: Doubt) -> str:
    return f"{problem}: look whether the post is in {doubt.chat}"
