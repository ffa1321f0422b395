"""A post in doubt is looked for: what counts as finding it, and what proves that it never came."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from syndicate import ABSENT, Absent, Delivery, InDoubt, Item, Receipt, Unavailable
from syndicate.loopback.botapi import CHATS, LOOPBACK_TOKEN, BotApi, Flood, LostReply, No
from syndicate.testing import HELLO, PICTURE, PIXEL, deliveries, edition, item
from syndicate_telegram import Telegram
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
AUDIT = -1001000000003


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


# what a search proves


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


# the public page


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


# with a server


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi(chats=CHATS | {"Ruang dalam": AUDIT, "Tertutup": -1001000000004}) as server:
        yield server


def telegram(api: BotApi, **given: Any) -> Telegram:
    fields: dict[str, Any] = {"name": "tg", "token": SecretStr(LOOPBACK_TOKEN), "chat": "@kabar"}
    fields |= {"api": api.url, "web": api.url}
    return Telegram(**fields | given)


AUDITED: dict[str, Any] = {"audit_chat": str(AUDIT), "chat": "-1001000000004"}
ways = pytest.mark.parametrize("way", [AUDITED, {}], ids=["forwarded", "page"])


def delivery(channel: Telegram, state: Item) -> Delivery:
    [made] = deliveries(channel, edition(channel, state))
    return replace(made, files={PICTURE.sha256: PIXEL}, started=datetime.now(UTC) - GRACE)


def other(channel: Telegram, headline: str) -> Receipt:
    return channel.publish(delivery(channel, item(replace(HELLO, headline=headline))))


def asked(api: BotApi) -> list[str]:
    return [r.method for r in api.requests if r.method not in ("getMe", "getChat")]


@ways
@pytest.mark.parametrize(
    "article", [HELLO, replace(HELLO, media=(PICTURE,))], ids=["text", "photo"]
)
def test_what_was_sent_is_found_with_the_receipt_that_was_lost(
    api: BotApi, way: dict[str, Any], article: Any
) -> None:
    with telegram(api, **way) as channel:
        before = other(channel, "Earlier")
        doubtful = replace(delivery(channel, item(article)), neighbours=(before, None))
        receipt = channel.publish(doubtful)
        assert channel.find(doubtful) == receipt
        assert len(api.shown) == 2


@ways
def test_what_was_not_sent_is_absent_between_two_posts(api: BotApi, way: dict[str, Any]) -> None:
    with telegram(api, **way) as channel:
        before, _, after = (other(channel, name) for name in ("Earlier", "By hand", "Later"))
        doubtful = replace(delivery(channel, item()), neighbours=(before, after))
        assert isinstance(channel.find(doubtful), Absent)
        for neighbours in ((before, None), (None, None)):
            with pytest.raises(InDoubt, match=r"look whether the post is in"):
                channel.find(replace(doubtful, neighbours=neighbours))
        assert len(api.shown) == 3


def test_a_deleted_message_is_absent_for_who_forwards_and_unknown_on_the_page(api: BotApi) -> None:
    with telegram(api) as public, telegram(api, audit_chat=str(AUDIT)) as audited:
        before, lost, after = (other(public, name) for name in ("Earlier", "Gone", "Later"))
        api.post(int(lost.reference)).deleted = True
        doubtful = replace(delivery(public, item()), neighbours=(before, after))
        with pytest.raises(InDoubt, match="message 2 cannot be read"):
            public.find(doubtful)
        assert isinstance(audited.find(doubtful), Absent)


def test_a_copy_is_silent_and_deleted_at_once(api: BotApi) -> None:
    with telegram(api, **AUDITED) as channel:
        before, after = other(channel, "Earlier"), other(channel, "By hand")
        doubtful = replace(delivery(channel, item()), neighbours=(before, None))
        with pytest.raises(InDoubt):
            channel.find(doubtful)
    [copy] = [post for post in api.posts if post.chat_id == AUDIT]
    assert (copy.text[:7], copy.silent, copy.deleted) == ("By hand", True, True)
    assert [post.message_id for post in api.shown] == [1, int(after.reference)]


def test_a_copy_that_cannot_be_deleted_is_no_obstacle(api: BotApi) -> None:
    with telegram(api, **AUDITED) as channel:
        before, there = other(channel, "Earlier"), other(channel, "Hello, world")
        doubtful = replace(delivery(channel, item()), neighbours=(before, None))
        api.faults.append(No(on="deleteMessage", code=403, description="Forbidden: no rights"))
        assert channel.find(doubtful).reference == there.reference  # type: ignore[union-attr]


def test_what_is_protected_is_read_on_the_page(api: BotApi) -> None:
    with telegram(api, protect=True, audit_chat=str(AUDIT)) as channel:
        before = other(channel, "Earlier")
        doubtful = replace(delivery(channel, item()), neighbours=(before, None))
        receipt = channel.publish(doubtful)
        assert channel.find(doubtful) == receipt
        after = other(channel, "Later")
        third = item(replace(HELLO, headline="Third"))
        sought = replace(delivery(channel, third), neighbours=(before, after))
        assert isinstance(channel.find(sought), Absent)
    with telegram(api, protect=True, **AUDITED) as private:
        posts = [other(private, name) for name in ("Earlier", "Between", "Later")]
        sought = replace(delivery(private, third), neighbours=(posts[0], posts[2]))
        with pytest.raises(InDoubt, match=r"message \d cannot be read"):
            private.find(sought)


def test_the_page_is_turned_back_as_far_as_it_must(api: BotApi) -> None:
    with telegram(api) as channel:
        before = other(channel, "Earlier")
        doubtful = replace(delivery(channel, item()), neighbours=(before, None))
        receipt = channel.publish(doubtful)
        for n in range(45):
            other(channel, f"Later {n}")
        assert channel.find(doubtful) == receipt
    assert api.pages == ["/s/kabar", "/s/kabar?before=28", "/s/kabar?before=8"]


def test_a_fresh_doubt_is_looked_for_by_forwarding_and_costs_no_look_at_the_page(
    api: BotApi,
) -> None:
    with telegram(api, **AUDITED) as channel:
        before = other(channel, "Earlier")
        fresh = replace(
            delivery(channel, item()), neighbours=(before, None), started=datetime.now(UTC)
        )
        receipt = channel.publish(fresh)
        assert channel.find(fresh) == receipt
    with telegram(api) as channel, pytest.raises(InDoubt, match=r"`syndicate tick` looks for it"):
        channel.find(fresh)
    assert api.pages == []


def test_a_private_chat_without_an_audit_chat_costs_no_request(api: BotApi) -> None:
    with telegram(api, chat="-1001000000004") as channel:
        doubtful = delivery(channel, item())
        asked_before = len(api.requests)
        with pytest.raises(InDoubt, match=r"with channels\.tg\.audit_chat, a chat of the office"):
            channel.find(doubtful)
    assert (len(api.requests), api.pages) == (asked_before, [])


@pytest.mark.parametrize("audit_chat", ["@kabar", str(CHATS["@kabar"])])
def test_nothing_is_ever_copied_into_the_channel_itself(api: BotApi, audit_chat: str) -> None:
    with telegram(api, audit_chat=audit_chat, web="http://127.0.0.1:9") as channel:
        before, after = other(channel, "Earlier"), other(channel, "By hand")
        doubtful = replace(delivery(channel, item()), neighbours=(before, after))
        assert isinstance(channel.find(doubtful), Absent)  # there is nothing between
        last = other(channel, "Later")
        with pytest.raises(InDoubt, match=r"channels\.tg\.audit_chat: it is the channel itself"):
            channel.find(replace(doubtful, neighbours=(before, last)))
    assert "forwardMessage" not in asked(api)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (
            AUDITED | {"audit_chat": "@tiada"},
            r"channels\.tg\.audit_chat: .* into @tiada .*chat not",
        ),
        ({"web": "http://127.0.0.1:9"}, r"http://127\.0\.0\.1:9/s/kabar cannot be read"),
    ],
)
def test_what_cannot_be_asked_is_named(api: BotApi, given: dict[str, Any], why: str) -> None:
    with telegram(api, **given) as channel:
        neighbours = (other(channel, "Earlier"), None)
        with pytest.raises(InDoubt, match=why) as caught:
            channel.find(replace(delivery(channel, item()), neighbours=neighbours))
    assert LOOPBACK_TOKEN not in str(caught.value)


def test_a_channel_without_a_page_is_named(api: BotApi) -> None:
    del api.chats["@kabar_uji"]
    with (
        telegram(api) as channel,
        pytest.raises(InDoubt, match=r"/s/tiada shows no messages \(302"),
    ):
        replace(channel, chat="@tiada").find(delivery(channel, item()))


@pytest.mark.parametrize("fault", [Flood(on="forwardMessage", retry_after=60), LostReply()])
def test_a_search_that_is_interrupted_proves_nothing(api: BotApi, fault: Any) -> None:
    with telegram(api, **AUDITED) as channel:
        before, _, after = (other(channel, name) for name in ("Earlier", "By hand", "Later"))
        doubtful = replace(delivery(channel, item()), neighbours=(before, after))
        api.faults.append(fault)
        with pytest.raises(Unavailable):
            channel.find(doubtful)
        assert isinstance(channel.find(doubtful), Absent)


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


def test_a_page_that_nobody_can_read_is_no_proof_of_anything(
    api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "syndicate_telegram.doubts.public_page.fetch_page", lambda *_: "<div>" * 1_000
    )
    with (
        telegram(api) as channel,
        pytest.raises(InDoubt, match=r"cannot be read \(this is not the page of a channel\)"),
    ):
        channel.find(delivery(channel, item()))
