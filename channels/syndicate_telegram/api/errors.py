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
NO_CAPTION_TO_EDIT = "there is no caption in the message to edit"
NO_TEXT_TO_EDIT = "there is no text in the message to edit"

RIGHTS_ADVICE = "channels.{name}.chat: make the bot an administrator of {chat} who may post there"
ADVICE_BY_ANSWER = {  # what Telegram's answer holds: what to do
    "manage pinned": (
        "channels.{name}.pin: make the bot an administrator of {chat} who may pin messages, or set"
        " it to false"
    ),
    "message to be replied not found": (
        "the post that it corrects is no longer in {chat}: --give-up stops trying"
    ),
    "chat not found": (
        "channels.{name}.chat: Telegram knows no chat {chat} that this bot may see: write @name"
        " of a public channel or the number of a private one (-100…), and make the bot its"
        " administrator"
    ),
    "administrator rights": RIGHTS_ADVICE,
    "not enough rights": RIGHTS_ADVICE,
    "have no rights": RIGHTS_ADVICE,
    "write_forbidden": RIGHTS_ADVICE,
    "not a member": RIGHTS_ADVICE,
    "was kicked": RIGHTS_ADVICE,
    "message to edit not found": (
        "the post is no longer in {chat}, somebody deleted it: --not-sent posts it again (unless it"
        " was withdrawn), --give-up stops trying"
    ),
    "can't be deleted": (
        "Telegram lets a bot delete nothing older than 48 hours: delete it in {chat} by hand"
    ),
    "can't be edited": "the bot may change only what it posted itself: change it in {chat} by hand",
    "caption_too_long": "a photo's caption holds 1,024 characters: shorten the article",
    "caption is too long": "a photo's caption holds 1,024 characters: shorten the article",
    "image_process_failed": "Telegram cannot read the picture: save it again as JPEG or PNG",
    "photo_invalid_dimensions": "Telegram finds the picture too large or too narrow: crop it",
    "message thread not found": (
        "channels.{name}.thread: {chat} has no such topic: write the number of one that it has, or"
        " remove the setting"
    ),
    "topic_deleted": (
        "channels.{name}.thread: the topic was deleted from {chat}: write the number of another, or"
        " remove the setting"
    ),
    "topic_closed": (
        "channels.{name}.thread: the topic is closed in {chat}: open it, or let the bot manage"
        " topics"
    ),
    "http url content": "Telegram cannot fetch the picture: is its address public?",
    "web page content": "Telegram finds no picture at the picture's address: correct the address",
    "http url specified": "Telegram cannot fetch the picture: is its address public?",
    "chat_send_": RIGHTS_ADVICE,
    "entity too large": "the file is too large for the Bot API server: make it smaller",
    "file is too big": "the file is too large for Telegram: make it smaller",
    "webpage_": "Telegram cannot fetch the picture: is its address public?",
}
NOT_ABOUT_ATTACHMENTS = re.compile(  # but about the chat or the text
    r"chat not found|chat_admin|administrator rights|not a member|kicked|blocked|deactivated"
    r"|thread|topic|replied|caption|entit(?!y too large)|parse|pinned|write_forbidden"
    r"|chat_restricted|send_plain|upgraded|message to edit|message_id|can't be edited|not modified"
    r"|no (?:text|media) in the message|message text|message is too long|not authorized"
    r"|rights(?! to send (?:a )?(?:photo|document|animation|media|file))"
)
SHORTEST_WAIT_SECONDS = 1.0
# python-telegram-bot's messages for an answer that it does not understand
PARSING_FAILED = "Parsing the server response"  # the whole answer follows
NOT_UNDERSTOOD = re.compile(
    rf"{PARSING_FAILED}|The server response contained unknown|Invalid server response"
)
HTTPX_PREFIX = re.compile(r"^httpx\.(?!ProxyError)\w+: ")
BROKEN_CONNECTIONS = {
    **dict.fromkeys(("ReadError", "WriteError", "CloseError"), "the connection broke"),
    "ConnectError": "no connection",
    "ConnectTimeout": "no connection in time",
    "ReadTimeout": "no answer in time",
}
TOO_LARGE = "entity too large"  # from a proxy before Telegram's server, which read the head alone
QUOTED_CHARACTERS = 300  # of an answer, in a message for people
REASON_CHARACTERS = 120
ALBUM_ITEM = re.compile(r"failed to send message #(\d+)")  # of an album, from 1


class Declined(Refused):
    """A refusal by Telegram, with its ``answer`` in lower case."""

    def __init__(self, message: str, answer: str) -> None:
        super().__init__(message)
        self.answer = answer.lower()

    @property
    def may_concern_attachments(self) -> bool:
        """Return whether the post may be accepted without attachments.

        Telegram has many answers about attachments, so that all others are listed.
        """
        return not NOT_ABOUT_ATTACHMENTS.search(self.answer)

    @property
    def concerns_rights(self) -> bool:
        """Return whether the bot may send texts there, but no pictures."""
        return bool(re.search(r"rights|chat_send_\w+_forbidden", self.answer))

    @property
    def item_index(self) -> int | None:
        """Return the refused item of an album, counted from 0, where the answer names it."""
        match = ALBUM_ITEM.search(self.answer)
        return int(match[1]) - 1 if match else None


class Malformed(Exception):
    """An answer that does not have the form of the Bot API."""

    def __init__(self) -> None:
        super().__init__("the answer is not one of the Bot API")


@contextmanager
def accepting(answer: str) -> Iterator[None]:
    """Treat a refusal as success whose answer says that it is done already."""
    try:
        yield
    except Declined as declined:
        if answer not in declined.answer:
            raise


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """The channel, the chat and the server that error messages name, without the secret."""

    channel: str
    chat: str
    api: str


def retry_after_seconds(error: Exception) -> float | None:
    """Return the seconds that a 429 asks for: a second at least, a day at most."""
    from telegram.error import RetryAfter

    if not isinstance(error, RetryAfter):
        return None
    wait: Any = error.retry_after
    seconds = bounded(wait.total_seconds() if isinstance(wait, timedelta) else wait)
    # at the least: a server that asks for none is not to be asked again without end
    return max(SHORTEST_WAIT_SECONDS, seconds or 0.0)


def is_unsent(error: Exception) -> bool:
    """Return whether the request was certainly not sent, for lack of a connection."""
    import httpx

    connecting = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
    preparing = (httpx.UnsupportedProtocol, httpx.LocalProtocolError)
    return isinstance(error.__cause__, (*connecting, *preparing))


def translate(
    error: TelegramError, endpoint: Endpoint, *, repeatable: bool, unsent: bool
) -> DeliveryError:
    """Translate an error of python-telegram-bot.

    ``repeatable`` says that calling twice changes nothing, so that a lost answer leaves no doubt
    that matters; ``unsent`` that nothing was sent, for lack of a connection.
    """
    from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken

    name, chat, wait = endpoint.channel, endpoint.chat, retry_after_seconds(error)
    if wait is not None:
        return Unavailable(f"Telegram asks for a pause of {wait:.0f} seconds at {chat}", wait)
    if isinstance(error, InvalidToken):
        return Refused(
            f"channels.{name}.token: Telegram does not know it: copy it again from @BotFather"
            f" (or channels.{name}.api is not a Bot API server)"
        )
    if isinstance(error, ChatMigrated):
        new = error.new_chat_id
        number = f"{new}" if isinstance(new, int) else "its new number"
        return Refused(f"channels.{name}.chat: the group is now a supergroup: write {number}")
    # first: BadRequest is a NetworkError
    if isinstance(error, BadRequest | Forbidden) or TOO_LARGE in str(error).lower():
        return Declined(_advice(str(error), endpoint), str(error))
    return answer_lost(error, endpoint, repeatable=repeatable, unsent=unsent)


def answer_lost(
    error: Exception, endpoint: Endpoint, *, repeatable: bool, unsent: bool
) -> DeliveryError:
    """Return the error for a missing or unreadable answer."""
    server, reason = endpoint.api, _reason(error)
    if unsent:
        return Unavailable(
            f"channels.{endpoint.channel}.api: {server} cannot be reached{_by_proxy(server)}"
            f" ({reason})"
        )
    if repeatable:
        return Unavailable(
            f"channels.{endpoint.channel}.api: no usable answer from {server}{_by_proxy(server)}"
            f" ({reason})"
        )
    return InDoubt(
        f"Telegram's answer was lost ({reason}): look whether the post is in {endpoint.chat}"
    )


def _by_proxy(server: str) -> str:
    return "" if urlsplit(server).hostname in LOOPBACK else by_proxy(server)


def _advice(answer: str, endpoint: Endpoint) -> str:
    for part, advice in ADVICE_BY_ANSWER.items():
        if part in answer.lower():
            return advice.format(name=endpoint.channel, chat=endpoint.chat)
    quoted = " ".join(answer.partition(f" {PARSING_FAILED}")[0].split())
    return f"Telegram refuses this at {endpoint.chat}: {excerpt(quoted, QUOTED_CHARACTERS)}"


def _reason(error: Exception) -> str:
    """Return one short line for people about what broke."""
    cause, message = error.__cause__, " ".join(str(error).split())
    if type(cause).__module__.startswith("socksio"):
        return NO_SOCKS
    if NOT_UNDERSTOOD.match(message):
        return str(Malformed())
    if cause is not None and not str(cause):
        name = type(cause).__name__
        return BROKEN_CONNECTIONS.get(name, name)
    return HTTPX_PREFIX.sub("", message)[:REASON_CHARACTERS] or "no answer in time"
