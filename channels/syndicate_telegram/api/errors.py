"""Translate Telegram's errors: whether anything happened, and how to fix it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from syndicate import DeliveryError, InDoubt, Refused, Unavailable
from syndicate.errors import bounded
from syndicate.network.http import LOOPBACK, NO_SOCKS, by_proxy
from syndicate.text import excerpt

if TYPE_CHECKING:
    from telegram.error import TelegramError

NOT_MODIFIED = "message is not modified"
NOT_THERE = "message to delete not found"
NOTHING_PINNED = "message to unpin not found"
NO_CAPTION = "there is no caption in the message to edit"
NO_TEXT = "there is no text in the message to edit"

RIGHTS = "channels.{name}.chat: make the bot an administrator of {chat} who may post there"
ADVICE = {  # what Telegram's answer holds: what to do
    "manage pinned": (
        "channels.{name}.pin: make the bot an administrator of {chat} who may pin messages, or set"
        " it to false"
    ),
    "message to be replied not found": (
        "the post that it corrects is no longer in {chat}: --give-up lets the reply be"
    ),
    "chat not found": (
        "channels.{name}.chat: Telegram knows no chat {chat} that this bot may see: write @name"
        " of a public channel or the number of a private one (-100…), and make the bot its"
        " administrator"
    ),
    "administrator rights": RIGHTS,
    "not enough rights": RIGHTS,
    "have no rights": RIGHTS,
    "write_forbidden": RIGHTS,
    "not a member": RIGHTS,
    "was kicked": RIGHTS,
    "message to edit not found": (
        "the post is no longer in {chat}, somebody deleted it: --not-sent posts it anew (what was"
        " withdrawn is not posted), --give-up lets it be"
    ),
    "can't be deleted": (
        "a bot deletes nothing older than 48 hours on Telegram: delete it in {chat} by hand"
    ),
    "can't be edited": "the bot may change only what it posted itself: change it in {chat} by hand",
    "caption_too_long": "a photo's caption holds 1,024 characters: shorten the article",
    "caption is too long": "a photo's caption holds 1,024 characters: shorten the article",
    "image_process_failed": "Telegram cannot read the picture: save it anew as JPEG or PNG",
    "photo_invalid_dimensions": "Telegram finds the picture too large or too narrow: crop it",
    "message thread not found": (
        "channels.{name}.thread: {chat} has no such topic: write the number of one that it has, or"
        " take the setting out"
    ),
    "topic_deleted": (
        "channels.{name}.thread: the topic was deleted from {chat}: write the number of another, or"
        " take the setting out"
    ),
    "topic_closed": (
        "channels.{name}.thread: the topic is closed in {chat}: open it, or let the bot manage"
        " topics"
    ),
    "http url content": "Telegram cannot fetch the picture: is its address public?",
    "web page content": "Telegram finds no picture at the picture's address: correct the address",
    "http url specified": "Telegram cannot fetch the picture: is its address public?",
    "chat_send_": RIGHTS,
    "entity too large": "the file is too large for the Bot API server: make it smaller",
    "file is too big": "the file is too large for Telegram: make it smaller",
    "webpage_": "Telegram cannot fetch the picture: is its address public?",
}
ELSEWHERE = re.compile(  # answers that are about the chat or the words, not what is attached
    r"chat not found|chat_admin|administrator rights|not a member|kicked|blocked|deactivated"
    r"|thread|topic|replied|caption|entit(?!y too large)|parse|pinned|write_forbidden"
    r"|chat_restricted|send_plain|upgraded|message to edit|message_id|can't be edited|not modified"
    r"|no (?:text|media) in the message|message text|message is too long|not authorized"
    r"|rights(?! to send (?:a )?(?:photo|document|animation|media|file))"
)
SHORTEST_WAIT = 1.0  # seconds
# python-telegram-bot's words for an answer that it does not understand; and around others' words
PARSING = "Parsing the server response"  # and before all of what came
MISUNDERSTOOD = re.compile(
    rf"{PARSING}|The server response contained unknown|Invalid server response"
)
WRAPPED = re.compile(r"^httpx\.(?!ProxyError)\w+: ")
BROKEN = {
    "ReadError": "the connection broke", "WriteError": "the connection broke",
    "ConnectError": "no connection", "ConnectTimeout": "no connection in time",
    "ReadTimeout": "no answer in time", "CloseError": "the connection broke",
}  # fmt: skip
TOO_LARGE = "entity too large"  # a server before Telegram's has read the head alone
LONGEST_WORDS = 300  # characters of an answer that are said to people
NAMED = re.compile(r"failed to send message #(\d+)")  # of an album, from 1


class Declined(Refused):
    """Telegram said no, in the words of ``answer``."""

    def __init__(self, message: str, answer: str) -> None:
        super().__init__(message)
        self.answer = answer.lower()

    @property
    def may_be_of_what_is_attached(self) -> bool:
        """The post may be accepted without attachments: Telegram has many answers about them."""
        return not ELSEWHERE.search(self.answer)

    @property
    def is_of_rights(self) -> bool:
        """The bot may send texts there, but no pictures."""
        return bool(re.search(r"rights|chat_send_\w+_forbidden", self.answer))

    @property
    def place(self) -> int | None:
        """The refused item of an album, counted from 0, where the answer names it."""
        found = NAMED.search(self.answer)
        return int(found[1]) - 1 if found else None


class Malformed(Exception):
    """An answer that is not the Bot API's."""

    def __init__(self) -> None:
        super().__init__("an answer that is none of the Bot API's")


@contextmanager
def accepting(answer: str) -> Iterator[None]:
    """Treat an answer as success that says it is so already."""
    try:
        yield
    except Declined as declined:
        if answer not in declined.answer:
            raise


@dataclass(frozen=True, kw_only=True)
class Place:
    """The channel's settings that error messages name, without its secret."""

    name: str
    chat: str
    api: str


def flood_wait(error: Exception) -> float | None:
    """The seconds that a 429 asks for: a second at least, a day at most."""
    from telegram.error import RetryAfter

    if not isinstance(error, RetryAfter):
        return None
    wait: Any = error.retry_after
    seconds = bounded(wait.total_seconds() if isinstance(wait, timedelta) else wait)
    # at the least: a server that asks for none is not to be asked again without end
    return max(SHORTEST_WAIT, seconds or 0.0)


def is_unsent(error: Exception) -> bool:
    """Return whether the request was certainly not sent, for lack of a connection."""
    import httpx

    unsent = (
        httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError,
        httpx.UnsupportedProtocol, httpx.LocalProtocolError,
    )  # fmt: skip
    return isinstance(error.__cause__, unsent)


def in_our_terms(
    error: TelegramError, place: Place, *, harmless: bool, unsent: bool
) -> DeliveryError:
    """Translate an error of python-telegram-bot.

    ``harmless`` says that asking twice changes nothing, so that a lost answer leaves no doubt
    that matters; ``unsent`` that nothing was asked, since no way led there.
    """
    from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken

    name, chat, wait = place.name, place.chat, flood_wait(error)
    if wait is not None:
        return Unavailable(f"Telegram asks for a pause of {wait:.0f} seconds at {chat}", wait)
    if isinstance(error, InvalidToken):
        return Refused(
            f"channels.{name}.token: Telegram does not know it: copy it anew from @BotFather"
            f" (or channels.{name}.api is no Bot API server)"
        )
    if isinstance(error, ChatMigrated):
        new = error.new_chat_id
        number = f"{new}" if isinstance(new, int) else "its new number"
        return Refused(f"channels.{name}.chat: the group is now a supergroup: write {number}")
    # first: BadRequest is a NetworkError
    if isinstance(error, BadRequest | Forbidden) or TOO_LARGE in str(error).lower():
        return Declined(_advice(str(error), place), str(error))
    return lost(error, place, harmless=harmless, unsent=unsent)


def lost(error: Exception, place: Place, *, harmless: bool, unsent: bool) -> DeliveryError:
    """Return the error for a missing or unreadable answer."""
    if unsent:
        return _unreached(error, place)
    why = _why(error)
    if harmless:
        where = f"{place.api}{_way(place)}"
        return Unavailable(f"channels.{place.name}.api: no usable answer from {where} ({why})")
    return InDoubt(f"Telegram's answer was lost ({why}): look whether the post is in {place.chat}")


def _unreached(error: Exception, place: Place) -> Unavailable:
    """Return the error of a server that could not be reached."""
    where = f"{place.api} cannot be reached{_way(place)}"
    return Unavailable(f"channels.{place.name}.api: {where} ({_why(error)})")


def _way(place: Place) -> str:
    return "" if urlsplit(place.api).hostname in LOOPBACK else by_proxy(place.api)


def _advice(answer: str, place: Place) -> str:
    for part, advice in ADVICE.items():
        if part in answer.lower():
            return advice.format(name=place.name, chat=place.chat)
    words = " ".join(answer.partition(f" {PARSING}")[0].split())
    return f"Telegram refuses this at {place.chat}: {excerpt(words, LONGEST_WORDS)}"


def _why(error: Exception) -> str:
    """Return one short line for people about what broke."""
    cause, words = error.__cause__, " ".join(str(error).split())
    if type(cause).__module__.startswith("socksio"):
        return NO_SOCKS
    if MISUNDERSTOOD.match(words):
        return str(Malformed())
    if cause is not None and not str(cause):
        name = type(cause).__name__
        return BROKEN.get(name, name)
    return WRAPPED.sub("", words)[:120] or "no answer in time"
