"""Contract of a channel. To write one, read this page, and ``collection`` or ``mailing_list``."""

from __future__ import annotations

import re
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from html import unescape
from pathlib import Path
from typing import ClassVar, Self

from syndicate.channel.findings import UNREADABLE, Difference, Published
from syndicate.channel.findings import Finding as Finding
from syndicate.errors import Refused
from syndicate.model.article import Edition, Item, Publisher
from syndicate.model.delivery import Absent, Delivery, Receipt, Rendition
from syndicate.network.public import Site

# from a word's first letter; {,30}: linear time
SCHEME_ADDRESS = re.compile(r"(?<![A-Za-z])[A-Za-z][A-Za-z0-9+.-]{0,30}:[^\s\"<>\\]+")


class Scope(StrEnum):
    """Contents of one edition of a channel."""

    ARTICLE = "article"  # one article: a post, a webhook call
    COLLECTION = "collection"  # everything that is live: a feed
    DIGEST = "digest"  # what is new since the last one, for every subscriber


@dataclass(frozen=True, slots=True)
class Shown:
    """Text of a rendition as a reader sees it, and the addresses of its links and pictures."""

    text: str
    addresses: frozenset[str]


@dataclass(kw_only=True)
class Channel(ABC):
    """One destination. Its fields are its table in config.toml, its docstring is its help.

    ``with channel:`` opens it (or raises Refused, Unavailable) to act or look at the destination.
    """

    kind: ClassVar[str]
    scope: ClassVar[Scope] = Scope.ARTICLE
    limit: ClassVar[int] = sys.maxsize  # the most characters that as_text() may return
    repeatable_for: ClassVar[timedelta] = timedelta(0)  # see Repeatable
    batch: ClassVar[int] = 1  # of a Repeatable: effects committed together, each time after flush()
    pace = 0.0  # the fewest seconds from one effect to the next, of all processes together
    hold_hours = ""  # 22:00-06:00: what is not urgent waits for their end
    hosts = False  # gives articles' media and pages an address (Collection); runs before others
    office_sites = frozenset[Site]()  # all own_addresses(); others are fetched if public

    name: str

    @abstractmethod
    def render(self, edition: Edition) -> Iterable[Rendition]:
        """Render the edition for this destination: no clock, no network, no randomness.

        An article whose item has a ``withdrawal`` becomes a notice with its reason; a digest is
        one rendition for all recipients. Raises ArticleError for what cannot be rendered.
        """

    @abstractmethod
    def publish(self, delivery: Delivery) -> Receipt:
        """Publish the delivery's rendition, or raise a DeliveryError."""

    @abstractmethod
    def target(self) -> str:
        """Return the destination as the configuration names it: a chat, a folder, a list."""

    def identity(self) -> str:
        """Return the destination's own name, asked while open: a chat's numeric id."""
        return self.target()

    @property
    def origin(self) -> str:
        """Return what its documents' ids are made from; Edition.origin keeps the first one."""
        return ""

    def receipt(self, link: str, destination: str, rendition: Rendition | None = None) -> Receipt:
        """Make a receipt from a post's link, or the link's end; Refused if it leads elsewhere.

        ``destination`` is the identity, ``rendition`` what was published, as far as known.
        """
        is_link = link.startswith(("https://", "http://"))
        reference = link.rstrip("/").rpartition("/")[2] if is_link else link
        return Receipt(reference=reference, url=link if is_link else None)

    def revise(self, delivery: Delivery, receipt: Receipt) -> Receipt:
        """Refuse to change what was published; see Revises."""
        raise Refused("this channel cannot change what is published")

    def obstacle(self, receipt: Receipt, rendition: Rendition) -> str:
        """Return why what stands cannot become this, and what to do; "" if it can. No network."""
        return ""

    def remove(self, receipt: Receipt) -> None:
        """Refuse to remove what was published; see Removes."""
        raise Refused("this channel cannot delete what is published")

    def holds(self, rendition: Rendition, receipt: Receipt) -> bool:
        """Return False if a cheap look shows that it no longer stands; it is published again."""
        return True

    def takes(self, item: Item) -> bool:
        """Return True if this article is for this channel."""
        return True

    def profiles_named(self) -> Iterable[str]:
        """Return the profiles that its settings name; articles may then have them."""
        return ()

    def own_addresses(self) -> Iterable[str]:
        """Return the office's own sites among its settings, which may be internal."""
        return ()

    def as_text(self, rendition: Rendition) -> str:
        """Return what readers will see, as plain text."""
        return rendition.content.decode(errors="replace")

    def shown(self, rendition: Rendition) -> Shown:
        """Return all that a reader can read or open; it is compared with the article."""
        content = rendition.content.decode(errors="replace")
        addresses = {*SCHEME_ADDRESS.findall(content), *SCHEME_ADDRESS.findall(unescape(content))}
        return Shown(self.as_text(rendition), frozenset(addresses))

    def remarks(self, edition: Edition) -> Iterable[str]:
        """Return, a sentence each, what readers will not see as it was written. No network."""
        return ()

    def remarks_in_place(self, edition: Edition, receipts: Mapping[str, Receipt]) -> Iterable[str]:
        """Return the same of a revision; ``receipts`` are those of what stands, by address."""
        return self.remarks(edition)

    def outside(self, home: Path, rendition: Rendition | None = None) -> str:
        """Return the setting by which it, or a ``rendition``, reaches real readers; "" for none.

        A rehearsal publishes only where this is "": at loopback addresses (syndicate.system.local)
        and in files below ``home``, the configuration's folder.
        """
        return f"channels.{self.name}"

    def rehearsal(self) -> Channel:
        """Return the same channel with its test destination; Refused if it has none."""
        raise Refused("has no test destination; nothing was sent")

    def inspect(self, publisher: Publisher) -> Iterable[Finding]:
        """Check, while open, what it needs, and change nothing; a DeliveryError ends the check."""
        return ()

    def valid_until(self) -> Mapping[str, datetime]:
        """Return until when what it needs is valid, by setting, where it knows: a token's end.

        No network. The desk is told two weeks before.
        """
        return {}

    def compare(self, standing: Iterable[Published]) -> Iterable[Difference]:
        """Compare, while open, what stands with what can be read, by few requests, no effect."""
        return (UNREADABLE,)

    def folders(self) -> Iterable[Path]:
        """Return the folders of this machine that it writes to, whether they exist yet or not."""
        return ()

    def command(self) -> Sequence[str]:
        """Return the office's own command that it runs, which may do anything; () for none."""
        return ()

    def flush(self) -> None:  # noqa: B027 - most destinations keep what they took
        """Make everything since the last call survive a power failure."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:  # noqa: B027 - not every channel connects
        """Close the connection."""


class Revises(Channel):
    """A channel that can change in place what it published."""

    @abstractmethod
    def revise(self, delivery: Delivery, receipt: Receipt) -> Receipt:
        """Replace what the receipt points to; idempotent. Raises Refused where it cannot."""


class Removes(Channel):
    """A channel that can remove what it published."""

    @abstractmethod
    def remove(self, receipt: Receipt) -> None:
        """Remove it; idempotent. Raises Refused where it cannot: then a notice is put there."""


class Finds(Channel):
    """A channel that can look whether a publication in doubt happened."""

    @abstractmethod
    def find(self, delivery: Delivery) -> Receipt | Absent:
        """Return a Receipt if it is there, ABSENT if it is proven not to be; else raise InDoubt.

        The proof needs a time of grace since ``delivery.started``: not having seen it is none.
        """

    def blind(self) -> str:
        """Return why it cannot look as configured, and what a person can do; "" if it can."""
        return ""


class Repeatable(Channel):
    """A channel on which publishing a delivery twice is publishing it once, at least for a time."""

    repeatable_for: ClassVar[timedelta] = timedelta.max
