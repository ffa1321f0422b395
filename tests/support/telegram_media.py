"""Pictures and documents of posts, and a channel that sends them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from syndicate import Article, Delivery, Item, Media, Receipt
from syndicate.testing import HELLO, PICTURE, PIXEL, edition
from syndicate_telegram import Telegram

FILES = {letter * 64: PIXEL + letter.encode() for letter in "abcdef"}
PAPER = b"%PDF-1.4 form"
AUDIT = -1001000000003


def picture(letter: str, **given: Any) -> Media:
    return replace(PICTURE, file=f"{letter}.png", sha256=letter * 64, alt="", **given)


def having(*media: Media, **given: Any) -> Article:
    return replace(HELLO, media=media, **given)


TWO = having(picture("a"), picture("b"))


def sending(channel: Telegram, state: Item, address: str = "post") -> Delivery:
    made = {one.address: one for one in channel.render(edition(channel, state))}
    files = FILES | {"9" * 64: PAPER}
    return Delivery(
        key="0" * 32, rendition=made[address], files={n: files[n] for n in made[address].media}
    )


def published(channel: Telegram, state: Item) -> Receipt:
    return replace(channel.publish(sending(channel, state)), destination=channel.identity())
