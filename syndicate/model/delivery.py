"""Renditions, deliveries and receipts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256


@dataclass(frozen=True, kw_only=True)
class Rendition:
    """One effect, ready to happen: one message, one file, one letter for a whole list.

    ``media`` are the sha256 names of the local files that the effect needs beside its content.
    What ``follows`` another address of its edition is said when that one stands, and learns where.
    What ``tells`` of a version of the article is said when that version takes an older one's
    place there, and never made up for.
    What ``reminds`` of a deadline is sent while that reminder's time lasts, and called off after.
    """

    address: str  # unique within its edition: "post", a file's name; "" in a digest
    media_type: str
    content: bytes
    media: tuple[str, ...] = ()
    follows: str = ""
    tells: int = 0
    reminds: str = ""  # the reminder's key

    @cached_property
    def fingerprint(self) -> str:
        """Hash of its bytes (sha256, hex)."""
        head = "\0".join((self.media_type, *self.media))
        return sha256(head.encode() + b"\0\0" + self.content).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One subscriber, as a digest's letter needs to know them."""

    id: str
    email: str
    token: str  # opaque; unsubscribes exactly this subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A rendition on its way to one address; every attempt at it has the same key."""

    key: str  # 32 hex digits, for ever: Idempotency-Key, Message-ID
    rendition: Rendition
    files: Mapping[str, bytes] = field(default_factory=dict)  # sha256 -> what rendition.media names
    recipient: Recipient | None = None  # digests
    started: datetime | None = None  # when the attempt began: for find()
    # for find(): what this channel has at the same destination from before the attempt began, and
    # from an attempt that began two minutes after it or later; the nearest ones, where known
    neighbours: tuple[Receipt | None, Receipt | None] = (None, None)
    followed: Receipt | None = None  # of what rendition.follows names
    stood: bool = False  # it was there before, and somebody else took it away
    now: datetime | None = None  # for find(): when it is asked, by the clock of ``started``


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Reference that the destination gave, by which the thing is found again.

    ``destination`` is the channel's identity when it was given; it is filled in for the channel.
    ``remark`` tells a person, once, what went otherwise than it was planned. ``lacks`` says what
    had to be left out and may be had later: for two days it is revised now and then.
    """

    reference: str
    url: str | None = None
    destination: str = ""
    remark: str = field(default="", compare=False)
    lacks: str = field(default="", compare=False)


class Absent:
    """Result of ``find`` when it is proven that nothing happened."""


ABSENT = Absent()


def delivery_key(channel: str, edition: str, address: str) -> str:
    """Name a delivery, for ever: ledger key, Idempotency-Key, Message-ID."""
    return sha256(f"{channel}\x00{edition}\x00{address}".encode()).hexdigest()[:32]
