"""What an adapter is tested with: ``ChannelTests``, and articles to try it with."""

from __future__ import annotations

from syndicate.testing.channel_tests import ChannelTests
from syndicate.testing.samples import (
    ANSWER,
    HARD,
    HELLO,
    NOON,
    OFFICE,
    ORIGINAL,
    PICTURE,
    PIXEL,
    answered,
    corrected,
    deliveries,
    edition,
    ended,
    item,
    publish,
    reminded,
    withdrawn,
)

__all__ = [
    "ANSWER",
    "HARD",
    "HELLO",
    "NOON",
    "OFFICE",
    "ORIGINAL",
    "PICTURE",
    "PIXEL",
    "ChannelTests",
    "answered",
    "corrected",
    "deliveries",
    "edition",
    "ended",
    "item",
    "publish",
    "reminded",
    "withdrawn",
]
