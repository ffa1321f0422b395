"""Proofs of a search for a doubtful post, and the public page as it is read, without a server."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from syndicate import ABSENT, InDoubt
from syndicate_telegram.doubts.public_page import parse_messages
from syndicate_telegram.doubts.search import (
    GRACE,
    MOST_NUMBERS,
    ChatMessage,
    Doubt,
    NoMessage,
    search_messages,
    visible_text,
)

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
EARLY, LATE = NOW - GRACE / 2, NOW - GRACE
TEXT = "Kabar pertama\n\nIsi kabar."
EDITED = "Kabar pertama\n\nIsi yang lain."
MISSING, UNREAD = NoMessage.MISSING, NoMessage.UNREAD


@dataclass
class Shelf:
    """Messages from number 1 on: a text, or why there is none."""

    there: tuple[str | NoMessage, ...]

    def read(self, number: int) -> ChatMessage | NoMessage:
        if number > len(self.there):
            return MISSING
        one = self.there[number - 1]
        return one if isinstance(one, NoMessage) else ChatMessage(one, NOW - timedelta(hours=1))

    def newest(self) -> int | None:
        return len(self.there) or None


def doubt(before: int | None, after: int | None, started: datetime | None = LATE) -> Doubt:
    return Doubt(text=TEXT, chat="@kabar", started=started, before=before, after=after)


@pytest.mark.parametrize(
    ("there", "before", "after", "number"),
    [
        (("a", TEXT), 1, None, 2),
        (("a", "b", TEXT, "c"), 1, 4, 3),
        (("a", MISSING, UNREAD, TEXT, "c"), 1, 5, 4),
        (("a", EDITED, TEXT, "c"), 1, 4, 3),
        ((TEXT, "b", TEXT, TEXT), 1, 4, 3),  # those of other articles stand around it
        (("a", " Kabar  pertama \nIsi\u200b kabar."), 1, None, 2),
    ],
)
@pytest.mark.parametrize("started", [EARLY, LATE, None])
def test_a_post_between_its_neighbours_is_found_by_its_text_at_any_time(
    there: tuple[str | NoMessage, ...],
    before: int,
    after: int | None,
    number: int,
    started: datetime | None,
) -> None:
    assert search_messages(doubt(before, after, started), Shelf(there), NOW) == number


@pytest.mark.parametrize(
    ("there", "before", "after"),
    [
        (("a", "b"), 1, 2),
        (("a", "b", "c"), 1, 3),
        (("a", MISSING, "b", "c"), 1, 4),
        ((TEXT, "b", TEXT), 1, 3),
        (("a", "b", "c"), None, 3),  # from the chat's first message on
        (("a",) * (MOST_NUMBERS + 2), 1, MOST_NUMBERS + 2),
    ],
)
def test_it_is_absent_where_all_up_to_a_later_post_was_read_after_the_time_of_grace(
    there: tuple[str | NoMessage, ...], before: int | None, after: int
) -> None:
    assert search_messages(doubt(before, after), Shelf(there), NOW) is ABSENT
    for started in (EARLY, None):
        with pytest.raises(InDoubt, match="it may still arrive"):
            search_messages(doubt(before, after, started), Shelf(there), NOW)


@pytest.mark.parametrize(
    ("there", "before", "after", "why"),
    [
        (("a", "b"), 1, None, "only a later post proves"),
        (("a", UNREAD, "b", "c"), 1, 4, "message 2 cannot be read"),
        (("a", "b", EDITED, "c"), 1, 4, "message 3 has its headline, but another text"),
        (
            ("a",) * (MOST_NUMBERS + 3),
            1,
            MOST_NUMBERS + 3,
            f"any of more than {MOST_NUMBERS} messages",
        ),
        (("a",) * (MOST_NUMBERS + 2), None, MOST_NUMBERS + 2, "no earlier post"),
        ((), None, None, "no earlier post"),
        (("a", TEXT), None, None, "has its headline"),  # an hour old: of another article
    ],
)
def test_anything_less_is_no_proof_and_a_person_is_asked(
    there: tuple[str | NoMessage, ...], before: int | None, after: int | None, why: str
) -> None:
    with pytest.raises(InDoubt, match=rf"{why}.*: look whether the post is in @kabar$"):
        search_messages(doubt(before, after), Shelf(there), NOW)


def test_without_an_earlier_post_only_what_was_sent_since_then_can_be_it() -> None:
    shelf = Shelf(("a", TEXT))
    for after in (None, 3):
        young = doubt(None, after, NOW - timedelta(hours=1, seconds=-30))
        assert search_messages(young, shelf, NOW) == 2
        with pytest.raises(InDoubt):
            search_messages(doubt(None, after, NOW - timedelta(minutes=50)), shelf, NOW)


def test_a_search_ends_where_the_messages_end() -> None:
    asked: list[int] = []

    class Counting(Shelf):
        def read(self, number: int) -> ChatMessage | NoMessage:
            asked.append(number)
            return super().read(number)

    with pytest.raises(InDoubt):
        search_messages(doubt(1, None), Counting(("a", "b", MISSING, "c")), NOW)
    assert asked == [2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a b\n\nc", "a  b c", True),
        ("👍🏽\ufe0f ok", "👍🏽 ok", True),
        ("e\u0301", "é", True),
        ("a\u200bb", "ab", True),
        ("a b", "a c", False),
        ("Dua", "dua", False),
    ],
)
def test_texts_are_compared_as_they_are_seen(one: str, other: str, same: bool) -> None:
    assert (visible_text(one) == visible_text(other)) is same


def shown(number: int, text: str, *, more: str = "") -> str:
    return (
        '<div class="tgme_widget_message_wrap js-widget_message_wrap">'
        f'<div class="tgme_widget_message js-widget_message" data-post="kabar/{number}">'
        f"{more}{text}<div class='tgme_widget_message_footer'><a class="
        f"'tgme_widget_message_date' href='https://t.me/kabar/{number}'>"
        '<time datetime="2026-05-04T11:58:00+00:00" class="time">11:58</time></a></div></div></div>'
    )


def words(html: str) -> str:
    return f'<div class="tgme_widget_message_text js-message_text" dir="auto">{html}</div>'


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (words("<b>Kabar</b><br/>Isi &amp; <a href='https://e.org'>e<i>.</i>org</a>"),
         "Kabar\nIsi & e.org"),
        (words('<i class="emoji" style="x"><b>👍</b></i> ya<br>tidak'), "👍 ya\ntidak"),
        (words("<blockquote expandable>satu</blockquote><pre>a\n b</pre>"), "satua\n b"),
        (words("<div>dua<br></div>tiga"), "dua\ntiga"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_page_is_read_as_it_is_seen(html: str, text: str) -> None:
    reply = '<div class="tgme_widget_message_metatext js-message_reply_text">lain</div>'
    video = '<time class="message_video_duration">0:12</time>'
    page = shown(6, words("enam")) + shown(7, html, more=reply + video) + shown(9, words("x"))
    assert parse_messages(f"<main>{page}</main>") == {
        6: ChatMessage("enam", NOW - timedelta(minutes=2)),
        7: ChatMessage(text, NOW - timedelta(minutes=2)),
        9: ChatMessage("x", NOW - timedelta(minutes=2)),
    }


@pytest.mark.parametrize("page", ["", "<html>", "<div data-post='kabar/x'>", "<time datetime='x'>"])
def test_a_page_without_messages_has_none(page: str) -> None:
    assert parse_messages(page) == {}


MEANT_TO = {
    "comments": "<!--" * 250_000,
    "tags that never end": "<a " * 330_000,
    "attributes that never end": "<a " + 'b="' * 330_000,
    "elements in elements": ("<div>" * 190 + "</p>" * 200) * 500,
    "closed and closed again": ("<b>" * 150 + "</p>" * 2_000 + "</b>" * 150) * 100,
    "messages without end": "".join(f'<i data-post="k/{n}">' for n in range(40_000)),
    "pictures without end": '<i data-post="k/5"><a href="/6?single"><time datetime="x">' * 15_000,
    "references": "&" * 1_000_000,
    "numbers of many digits": f'<i data-post="k/{"9" * 9_000}"><time datetime="{"9" * 9_000}">',
    "lines": '<i data-post="k/5"><p class="tgme_widget_message_text">' + "<br>" * 240_000,
}


@pytest.mark.parametrize("name", MEANT_TO)
def test_no_page_takes_its_reader_s_time(name: str) -> None:
    began = time.process_time()
    with suppress(ValueError):  # this is not the page of a channel
        parse_messages(MEANT_TO[name])
    assert time.process_time() - began < 2
