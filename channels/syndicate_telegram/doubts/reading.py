"""Two ways to read what stands in a chat: forward its messages, or open its public page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from syndicate import DeliveryError, InDoubt, Refused
from syndicate.network.asking import Line, NoAnswer
from syndicate.network.exchange import Limits
from syndicate.network.http import LOOPBACK, by_proxy
from syndicate_telegram.api import responses
from syndicate_telegram.api.client import Wire
from syndicate_telegram.api.errors import Declined
from syndicate_telegram.doubts.search import Blank, Message

if TYPE_CHECKING:
    from telegram import Message as Sent

NO_MESSAGE = "message to forward not found"
PROTECTED = "message can't be forwarded"
PAGES = 5  # of the newest messages, some twenty each
PAGE = Limits(seconds=15, octets=1024 * 1024)  # of some 20 messages
SINGLE = re.compile(r"/(\d{1,15})\?single$")  # one picture of an album
NUMBER = re.compile(r".*/(\d{1,15})")
DEEPEST, MOST_MESSAGES = 200, 200  # elements in elements, and messages of a page; it has some 20
PIECE = 16 * 1024  # bytes
NO_PAGE = "that is no channel's page"


class Forwarding:
    """Reads a message as its silent copy in a chat of the office, which is then deleted."""

    def __init__(self, wire: Wire, *, setting: str, chat: str, audit_chat: int | str) -> None:
        self._wire, self._setting = wire, setting
        self._chat, self._audit_chat = int(chat), audit_chat
        self._audit: int | None = None

    def newest(self) -> None:
        """The Bot API does not tell."""

    def read(self, number: int) -> Message | Blank:
        audit = self._where()
        try:
            copy = self._wire.ask(
                lambda bot: responses.message(
                    bot.forward_message(audit, self._chat, number, disable_notification=True)
                )
            )
        except Declined as declined:
            if NO_MESSAGE in declined.answer:
                return Blank.GONE
            if PROTECTED in declined.answer:
                return Blank.UNREAD
            raise self._refused(declined) from None
        self._delete(audit, copy.message_id)
        return Message(copy.text or copy.caption or "", _sent_at(copy))

    def _where(self) -> int:
        """The audit chat's number; what is copied must never be seen in the channel itself."""
        if self._audit is None:
            try:
                self._audit = self._wire.ask(
                    lambda bot: responses.chat(bot.get_chat(self._audit_chat))
                ).id
            except Declined as declined:
                raise self._refused(declined) from None
        if self._audit == self._chat:
            raise InDoubt(f"{self._setting}: it is the channel itself: name a chat of the office")
        return self._audit

    def _refused(self, declined: Declined) -> InDoubt:
        return InDoubt(
            f"{self._setting}: Telegram copies nothing into {self._audit_chat}"
            f" ({declined.answer}): make the bot a member who may write there"
        )

    def _delete(self, audit: int, number: int) -> None:
        with suppress(DeliveryError):  # a copy too many harms nobody there
            self._wire.ask(lambda bot: bot.delete_message(audit, number))


def _sent_at(copy: Sent) -> datetime:
    return copy.forward_origin.date if copy.forward_origin else copy.date


class Page:
    """Reads messages on the public page of a channel, from the newest backwards.

    A number that is not shown may be a deleted message, or one that the page does not show yet.
    """

    def __init__(self, web: str, name: str, patience: float = PAGE.seconds) -> None:
        self._url = f"{web}/s/{name}"
        self._limits = PAGE.within(min(PAGE.seconds, patience))
        self._shown: dict[int, Message] = {}
        self._pages = PAGES

    def newest(self) -> int | None:
        if not self._shown:
            self._turn()
        return max(self._shown, default=None)

    def read(self, number: int) -> Message | Blank:
        while self._pages and number < min(self._shown, default=number + 1):
            self._turn()
        return self._shown.get(number, Blank.UNREAD)

    def _turn(self) -> None:
        oldest = min(self._shown, default=None)
        page = fetched(self._url, {"before": oldest} if oldest else {}, self._limits)
        try:
            shown = messages(page)
        except ValueError as error:
            raise InDoubt(f"{self._url} cannot be read ({error}): look yourself") from None
        self._pages = self._pages - 1 if shown.keys() - self._shown.keys() else 0
        self._shown |= shown


def fetched(url: str, query: dict[str, int], limits: Limits = PAGE) -> str:
    """A page as it is now; InDoubt where there is none."""
    near = urlsplit(url).hostname in LOOPBACK
    try:
        with Line(url, trust_env=not near) as line:
            answer = line.ask("GET", url, limits, params=query)
    except Refused as error:
        raise InDoubt(str(error)) from None
    except NoAnswer as error:
        way = "" if near else by_proxy(url)
        raise InDoubt(f"{url} cannot be read{way} ({error}): look yourself") from None
    if answer.status_code != 200:
        raise InDoubt(f"{url} shows no messages ({answer.status_code}): look yourself")
    return answer.content.decode("utf-8", "replace")  # whatever charset it says, it is this one


def messages(page: str) -> dict[int, Message]:
    """The messages of a channel's page, by their numbers; ValueError for what is no such page."""
    from lxml import etree  # Python's own parser takes minutes for a page that is meant to

    reader = _PageReader()
    parser: Any = etree.HTMLParser(target=reader, encoding="utf-8")
    content = page.encode("utf-8", "replace")
    if not content.strip():
        return {}
    try:
        for start in range(0, len(content), PIECE):  # between two of them it can be given up
            parser.feed(content[start : start + PIECE])
        parser.close()
    except etree.LxmlError as error:
        raise ValueError(NO_PAGE) from error
    return reader.found()


class _PageReader:
    """Takes ``data-post``, the text's element and ``time`` from each message."""

    def __init__(self) -> None:
        self._texts: dict[int, list[str]] = {}
        self._times: dict[int, datetime] = {}
        self._number = 0
        self._depth = 0
        self._text_at = 0  # the depth of the text's element; 0 is outside of it
        self._album: set[int] = set()

    def found(self) -> dict[int, Message]:
        return {n: Message("".join(self._texts[n]).strip(), at) for n, at in self._times.items()}

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        number = NUMBER.fullmatch(attributes.get("data-post", ""))
        if self._depth > DEEPEST or len(self._texts) > MOST_MESSAGES:
            raise ValueError(NO_PAGE)
        if number:
            self._number, self._text_at = int(number[1]), 0
            self._texts[self._number], self._album = [], {self._number}
        elif self._text_at:
            if tag == "br":
                self._texts[self._number].append("\n")
        elif found := SINGLE.search(attributes.get("href", "")):
            self._album.add(int(found[1]))
            self._texts.setdefault(int(found[1]), [])
        elif "tgme_widget_message_text" in attributes.get("class", "").split():
            self._text_at = self._depth
        elif tag == "time" and self._number:
            with suppress(ValueError):
                at = datetime.fromisoformat(attributes.get("datetime", ""))
                at = at if at.tzinfo else at.replace(tzinfo=UTC)
                self._times |= dict.fromkeys(self._album, at)

    def end(self, _tag: str) -> None:
        if self._depth == self._text_at:
            self._text_at = 0
        self._depth -= 1

    def data(self, data: str) -> None:
        if self._text_at and self._number:
            self._texts[self._number].append(data)

    def comment(self, _text: str) -> None:
        """Nobody reads it."""

    def close(self) -> None:
        """Nothing more comes."""
