"""Search for a doubtful post in a channel, by forwarding messages or on the public page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from syndicate import Absent, Delivery, InDoubt, Item, Receipt, Unavailable
from syndicate.loopback.botapi import CHATS, LOOPBACK_TOKEN, BotApi, Flood, LostReply, No
from syndicate.testing import HELLO, PICTURE, PIXEL, deliveries, edition, item
from syndicate_telegram import Telegram
from syndicate_telegram.doubts.search import GRACE

AUDIT = -1001000000003


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
