"""What a channel is. To write one, read this page and no other."""

from __future__ import annotations

import re
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from html import unescape
from pathlib import Path
from typing import ClassVar, Self

from syndicate.errors import Refused
from syndicate.model.article import Edition, Item, Publisher
from syndicate.model.delivery import Absent, Delivery, Receipt, Rendition
from syndicate.network.public import Site

# a scheme has few letters: else each of a long word's would be read to its end
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{0,30}:[^\s\"<>\\]+", re.IGNORECASE)


class Scope(StrEnum):
    """What one edition of a channel holds."""

    ARTICLE = "article"  # one article: a post, a webhook call
    COLLECTION = "collection"  # everything that is live: a feed
    DIGEST = "digest"  # what is new since the last one, for every subscriber


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that looking at a destination has told.

    ``what`` names it in two or three words. ``detail`` says what there is; where it is not
    ``ok``, the setting's path and what to do.
    """

    what: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What a reader gets of a rendition: its words, and where its links and pictures lead."""

    text: str
    addresses: frozenset[str]


@dataclass(kw_only=True)
class Channel(ABC):
    """One destination. Its fields are its table in config.toml, its docstring its help.

    ``with channel:`` opens it, and opening may raise Refused or Unavailable. Everything but
    ``publish`` and the abilities' effects works without it being open.
    """

    kind: ClassVar[str]
    scope: ClassVar[Scope]
    limit: ClassVar[int] = sys.maxsize  # the most characters as_text() may show
    pace = 0.0  # the fewest seconds from one effect to the next; all processes take turns
    hosts = False  # gives articles' pictures and pages an address (Collection); such run first
    office_sites = frozenset[Site]()  # the office's own, set by the core; may be internal

    name: str

    @abstractmethod
    def render(self, edition: Edition) -> Iterable[Rendition]:
        """Say the edition in this channel's terms: no clock, no network, no chance.

        An article whose item has a ``withdrawal`` is said as a notice with its reason. A digest
        is one rendition, shared by all recipients. Raises ArticleError for what cannot be said.
        """

    @abstractmethod
    def publish(self, delivery: Delivery) -> Receipt:
        """Do the one thing the rendition says, or raise a DeliveryError."""

    @abstractmethod
    def target(self) -> str:
        """The destination as the configuration names it: a chat, a folder, a list."""

    def identity(self) -> str:
        """The destination as it names itself, asked while open (a chat's numeric id)."""
        return self.target()

    @property
    def origin(self) -> str:
        """Return what its documents are named after when it is first used, and then forever.

        Each edition brings it back (Edition.origin): an address may change, an id must not.
        """
        return ""

    def receipt(self, said: str, destination: str, rendition: Rendition | None = None) -> Receipt:
        """What a person says of where something stands: its link, or what the link ends in.

        ``destination`` is the identity, and ``rendition`` what was said there, as far as they are
        known. Refused for what is not there.
        """
        is_link = said.startswith(("https://", "http://"))
        reference = said.rstrip("/").rpartition("/")[2] if is_link else said
        return Receipt(reference, said if is_link else None)

    def takes(self, item: Item) -> bool:
        """Whether an article is for this channel at all."""
        return True

    def own_addresses(self) -> Iterable[str]:
        """Return the office's own sites among its settings, which may lie inside its network.

        What articles name elsewhere is asked only where it is public.
        """
        return ()

    def profiles_named(self) -> Iterable[str]:
        """Return the profiles that its settings name: articles may have them."""
        return ()

    def as_text(self, rendition: Rendition) -> str:
        """Show what readers will see, as plain text."""
        return rendition.content.decode(errors="replace")

    def shown(self, rendition: Rendition) -> Shown:
        """Return all that a reader can read or open; an article is compared with it."""
        content = rendition.content.decode(errors="replace")
        addresses = ADDRESS.findall(content) + ADDRESS.findall(unescape(content))
        return Shown(self.as_text(rendition), frozenset(addresses))

    def remarks(self, edition: Edition) -> Iterable[str]:
        """Say what of this edition readers of this channel will not see as written; no network."""
        return ()

    def remarks_in_place(self, edition: Edition, receipts: Mapping[str, Receipt]) -> Iterable[str]:
        """Say the same of an edition that revises what stands: that may not be able to show it.

        ``receipts`` are those of what stands, by address.
        """
        return self.remarks(edition)

    def outside(self, home: Path, rendition: Rendition | None = None) -> str:
        """Name the setting by which this channel reaches what is not this machine's; "" for none.

        A rehearsal says nothing there. It has loopback addresses (syndicate.system.local), and
        files below ``home``, its configuration's folder. With a ``rendition``: whether that
        reaches out.
        A channel that does not say so itself is taken to reach readers.
        """
        return f"channels.{self.name}"

    def holds(self, rendition: Rendition, receipt: Receipt) -> bool:
        """Return False where a cheap look shows that what was published no longer stands.

        It is then published again.
        """
        return True

    def folders(self) -> Iterable[Path]:
        """Return the folders of this machine that it writes to, whether they exist yet or not."""
        return ()

    def command(self) -> Sequence[str]:
        """Return the office's own command that it runs, which may do anything; () for none."""
        return ()

    def inspect(self, publisher: Publisher) -> Iterable[Finding]:
        """Check, while open, that everything it needs is in order; change nothing.

        A DeliveryError says what kept it from looking further.
        """
        return ()

    def rehearsal(self) -> Channel:
        """Return the same channel writing to its test destination, for ``publish --test``.

        Refused where there is none.
        """
        raise Refused("has no test destination; nothing was sent")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:  # noqa: B027 - not every channel has a line
        """Hang up."""


class Revises(ABC):
    """Can change in place what it published; must bear being asked twice."""

    @abstractmethod
    def revise(self, delivery: Delivery, receipt: Receipt) -> Receipt:
        """Put the rendition where the receipt points; Refused where that cannot be done."""

    def obstacle(self, receipt: Receipt, rendition: Rendition) -> str:
        """Why what stands there cannot say this, and what to do; "" if it can. No network."""
        return ""


class Removes(ABC):
    """Can take away what it published; must bear being asked twice."""

    @abstractmethod
    def remove(self, receipt: Receipt) -> None:
        """Take it away; Refused where the destination will not (a notice is put there then)."""


class Finds(ABC):
    """Can tell whether a publish that ended in doubt happened after all."""

    @abstractmethod
    def find(self, delivery: Delivery) -> Receipt | Absent:
        """Look at the destination.

        A Receipt if it is there, ABSENT if that it is not is proven, after a time of grace since
        ``delivery.started``; else InDoubt: not having seen it is no proof of absence.
        """

    def blind(self) -> str:
        """Why it cannot look as it is configured, and what a person can do; "" if it can."""
        return ""


class Repeatable:
    """Publishing the same delivery twice is publishing it once, at least for a while.

    Up to ``batch`` effects are begun and ended together in the ledger; ``flush`` comes between.
    """

    repeatable_for: ClassVar[timedelta] = timedelta.max
    batch: ClassVar[int] = 1

    def flush(self) -> None:
        """Make what was published, revised or removed since the last call outlast a power cut."""
        return
