"""Pins and replies: urgent posts, and corrections said under their post."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from support import posts
from support.telegram_media import AUDIT, TWO, published, sending
from syndicate import ABSENT, Article, Delivery, Edition, Item, Receipt, Refused, Rendition
from syndicate.loopback.botapi import BotApi, No
from syndicate.testing import HELLO, corrected, edition, item
from syndicate_telegram import Telegram


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi(chats={"@kabar": -1001000000001, "Audit": AUDIT}) as server:
        yield server


@pytest.fixture
def channel(api: BotApi) -> Iterator[Telegram]:
    with posts.channel(api.url, web=api.url) as opened:
        yield opened


def urgent(channel: Telegram, state: Item) -> list[Rendition]:
    return list(channel.render(edition(channel, state)))


@pytest.mark.parametrize(
    ("urgency", "pin", "change", "addresses"),
    [
        (1, True, {}, ["post", "pin"]),
        (2, True, {}, ["post", "pin"]),
        (3, True, {}, ["post"]),
        (0, True, {}, ["post"]),
        (1, False, {}, ["post"]),
        (1, True, {"expired": True}, ["post"]),
    ],
)
def test_what_is_urgent_is_pinned_while_it_is_news(
    channel: Telegram, urgency: int, pin: bool, change: dict[str, Any], addresses: list[str]
) -> None:
    channel.pin = pin
    state = replace(item(replace(HELLO, urgency=urgency)), **change)
    assert [one.address for one in urgent(channel, state)] == addresses


def pinned(channel: Telegram, article: Article = HELLO) -> tuple[Delivery, Receipt]:
    channel.pin = True
    state = item(replace(article, urgency=1))
    there = published(channel, state)
    delivery = replace(sending(channel, state, "pin"), followed=there)
    return delivery, replace(channel.publish(delivery), destination=channel.identity())


@pytest.mark.parametrize("article", [HELLO, TWO], ids=["text", "album"])
def test_a_pin_is_put_and_taken_away(api: BotApi, channel: Telegram, article: Article) -> None:
    delivery, receipt = pinned(channel, article)
    assert api.pinned == [1]
    assert receipt.reference == "pin:1"
    assert channel.publish(delivery).reference == "pin:1"
    channel.remove(receipt)
    channel.remove(receipt)
    assert api.pinned == []
    assert api.shown[0].text.startswith("Hello")


def test_a_pin_in_doubt_is_looked_for(api: BotApi, channel: Telegram) -> None:
    delivery, receipt = pinned(channel)
    assert channel.find(delivery) == replace(receipt, destination="")
    api.pinned.clear()
    assert channel.find(delivery) is ABSENT


def test_a_person_s_word_for_a_pin_never_names_the_post(channel: Telegram) -> None:
    channel.pin = True
    pin = sending(channel, item(replace(HELLO, urgency=1)), "pin").rendition
    assert channel.receipt("17", "-1001000000001", pin).reference == "pin:17"


def test_a_bot_that_may_not_pin_says_what_to_do(api: BotApi, channel: Telegram) -> None:
    text = "Bad Request: not enough rights to manage pinned messages in the chat"
    api.faults.append(No(on="pinChatMessage", description=text))
    with pytest.raises(Refused, match=r"channels\.tg\.pin: make the bot .* who may pin"):
        pinned(channel)


def test_a_correction_is_told_under_its_post(api: BotApi, channel: Telegram) -> None:
    channel.reply_on_correction = True
    there = published(channel, item(HELLO))
    state = corrected(HELLO)
    [address] = [one.address for one in urgent(channel, state)][1:]
    channel.publish(replace(sending(channel, state, address), followed=there))
    assert api.posts[1].reply_to == 1
    assert api.posts[1].text == "CORRECTION (14 August 2026 20:00 WIB): The year was wrong."


def test_a_reply_to_what_is_gone_is_refused_with_advice(api: BotApi, channel: Telegram) -> None:
    channel.reply_on_correction = True
    there = published(channel, item(HELLO))
    api.posts[0].deleted = True
    state = corrected(HELLO)
    [address] = [one.address for one in urgent(channel, state)][1:]
    with pytest.raises(Refused, match="no longer in @kabar: --give-up"):
        channel.publish(replace(sending(channel, state, address), followed=there))


def test_every_correction_keeps_its_own_reply(channel: Telegram) -> None:
    channel.reply_on_correction = True
    once = corrected(HELLO)
    more = replace(once.corrections[0], version=3, note="And the day.")
    twice = replace(once, version=3, corrections=(*once.corrections, more))
    told: Edition = edition(channel, twice)
    assert [(one.address, one.tells, one.follows) for one in channel.render(told)][1:] == [
        ("correction-2", 2, "post"), ("correction-3", 3, "post"),
    ]  # fmt: skip
