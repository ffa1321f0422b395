"""Read a channel's messages on its public page, https://t.me/s/…."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from syndicate import InDoubt, Refused
from syndicate.network.asking import HttpClient, NoAnswer
from syndicate.network.exchange import Limits
from syndicate.network.http import LOOPBACK, by_proxy
from syndicate_telegram.doubts.search import ChatMessage, NoMessage

MOST_PAGES = 5  # of the newest messages, some twenty each
PAGE_LIMITS = Limits(seconds=15, octets=1024 * 1024)  # of some 20 messages
ALBUM_PICTURE = re.compile(r"/(\d{1,15})\?single$")
POST_NUMBER = re.compile(r".*/(\d{1,15})")
MOST_DEPTH = 200  # elements in elements
MOST_MESSAGES = 200  # of a page; it has some 20
FED_BYTES = 16 * 1024
NOT_A_PAGE = "this is not the page of a channel"


class PageReader:
    """Reads messages on the public page of a channel, from the newest backwards.

    A number that is not shown may be a deleted message, or one that the page does not show yet.
    """

    def __init__(self, web: str, channel: str, patience: float = PAGE_LIMITS.seconds) -> None:
        self._url = f"{web}/s/{channel}"
        self._limits = PAGE_LIMITS.within(min(PAGE_LIMITS.seconds, patience))
        self._messages: dict[int, ChatMessage] = {}
        self._pages_left = MOST_PAGES

    def newest(self) -> int | None:
        if not self._messages:
            self._fetch_older()
        return max(self._messages, default=None)

    def read(self, number: int) -> ChatMessage | NoMessage:
        while self._pages_left and number < min(self._messages, default=number + 1):
            self._fetch_older()
        return self._messages.get(number, NoMessage.UNREAD)

    def all(self) -> dict[int, ChatMessage]:
        """Return all messages that the newest pages show."""
        while self._pages_left:
            self._fetch_older()
        return dict(self._messages)

    def _fetch_older(self) -> None:
        oldest = min(self._messages, default=None)
        page = fetch_page(self._url, {"before": oldest} if oldest else {}, self._limits)
        try:
            messages = parse_messages(page)
        except ValueError as error:
            raise InDoubt(f"{self._url} cannot be read ({error}): look yourself") from None
        has_new = bool(messages.keys() - self._messages.keys())
        self._pages_left = self._pages_left - 1 if has_new else 0
        self._messages |= messages


def fetch_page(url: str, query: dict[str, int], limits: Limits = PAGE_LIMITS) -> str:
    """Return a page as it is now; InDoubt where there is none."""
    is_local = urlsplit(url).hostname in LOOPBACK
    try:
        with HttpClient(url, trust_env=not is_local) as line:
            response = line.ask("GET", url, limits, params=query)
    except Refused as error:
        raise InDoubt(str(error)) from None
    except NoAnswer as error:
        proxy = "" if is_local else by_proxy(url)
        raise InDoubt(f"{url} cannot be read{proxy} ({error}): look yourself") from None
    if response.status_code != 200:
        raise InDoubt(f"{url} shows no messages ({response.status_code}): look yourself")
    return response.content.decode("utf-8", "replace")  # whatever charset its head names


def parse_messages(page: str) -> dict[int, ChatMessage]:
    """Return the messages of a channel's page, by number; ValueError for another page."""
    from lxml import etree  # Python's own parser takes minutes for a page that is meant to

    target = _MessageCollector()
    parser: Any = etree.HTMLParser(target=target, encoding="utf-8")
    content = page.encode("utf-8", "replace")
    if not content.strip():
        return {}
    try:
        for start in range(0, len(content), FED_BYTES):  # between two of them it can be given up
            parser.feed(content[start : start + FED_BYTES])
        parser.close()
    except etree.LxmlError as error:
        raise ValueError(NOT_A_PAGE) from error
    return target.messages()


class _MessageCollector:
    """A parser's target: takes ``data-post``, the text's element and ``time`` of each message."""

    def __init__(self) -> None:
        self._texts: dict[int, list[str]] = {}
        self._times: dict[int, datetime] = {}
        self._number = 0
        self._depth = 0
        self._text_depth = 0  # of the text's element; 0 is outside of it
        self._album: set[int] = set()
        self._service: set[int] = set()

    def messages(self) -> dict[int, ChatMessage]:
        return {
            number: ChatMessage("".join(self._texts[number]).strip(), at, number in self._service)
            for number, at in self._times.items()
        }

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth > MOST_DEPTH or len(self._texts) > MOST_MESSAGES:
            raise ValueError(NOT_A_PAGE)
        if post := POST_NUMBER.fullmatch(attributes.get("data-post", "")):
            self._begin_message(int(post[1]))
            if "service_message" in attributes.get("class", "").split():
                self._service.add(int(post[1]))
        elif self._text_depth:
            if tag == "br":
                self._texts[self._number].append("\n")
        elif picture := ALBUM_PICTURE.search(attributes.get("href", "")):
            self._album.add(int(picture[1]))
            self._texts.setdefault(int(picture[1]), [])
        elif "tgme_widget_message_text" in attributes.get("class", "").split():
            self._text_depth = self._depth
        elif tag == "time" and self._number:
            self._note_time(attributes.get("datetime", ""))

    def _begin_message(self, number: int) -> None:
        self._number, self._text_depth = number, 0
        self._texts[number], self._album = [], {number}

    def _note_time(self, text: str) -> None:
        with suppress(ValueError):
            at = datetime.fromisoformat(text)
            at = at if at.tzinfo else at.replace(tzinfo=UTC)
            self._times |= dict.fromkeys(self._album, at)

    def end(self, _tag: str) -> None:
        if self._depth == self._text_depth:
            self._text_depth = 0
        self._depth -= 1

    def data(self, data: str) -> None:
        if self._text_depth and self._number:
            self._texts[self._number].append(data)

    def comment(self, _text: str) -> None:
        """Ignore a comment, as the parser's interface demands."""

    def close(self) -> None:
        """End the page, as the parser's interface demands."""
