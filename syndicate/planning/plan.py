"""Plan of a command, as a value: what is to be written, and what is to be reported of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from syndicate.channel import Channel
from syndicate.errors import ArticleError
from syndicate.ledger import KnownChannel
from syndicate.model import edition_keys
from syndicate.model.delivery import Rendition
from syndicate.model.joining import joined
from syndicate.model.step import Action, Step

# editions that need not be reported where nothing is to be done
EVERYTHING = (edition_keys.MEDIA, edition_keys.PAGE_PREFIX, edition_keys.ARCHIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Options of a command that change what channels are asked for."""

    refresh: bool = False
    called: Action | None = None  # what a collection's change is called
    diff: bool = False
    shows_text: bool = True  # False after a kill: no report repeats what stands
    everything: bool = False  # all that a collection ever put up is looked at
    by_itself: bool = (
        False  # nobody asks: a collection is rewritten where what it holds has changed
    )
    trial: bool = False  # only to see if articles can be rendered: collections are left as they are


@dataclass(frozen=True, slots=True)
class Failed:
    """Channel whose rendition, or part of it, could not be planned."""

    channel: Channel
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionPlan:
    """Steps from what stands of one edition of a channel to what should."""

    channel: Channel
    known: KnownChannel
    key: str
    version: int = 0  # of the article that it is about; 0 for what is not about one
    steps: tuple[Step, ...] = ()
    wants: tuple[Step, ...] = ()  # those that change what the ledger wants
    lost: tuple[str, ...] = ()  # addresses where somebody took away what stood
    stamp: str | None = None  # the cache key to keep of what it was rendered from
    before: Mapping[str, Rendition] = field(default_factory=dict)  # what stands, for a diff


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivePage:
    """Page of a channel's archive that is full, and closed from now on."""

    channel: int
    number: int
    uris: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """Pieces that a collection has rendered of articles, to be cached by uri."""

    channel: int
    stamps: Mapping[str, str]
    rendered: Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownArticles:
    """Articles that a collection's documents show: the cached pieces of others are deleted."""

    channel: int
    uris: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """Announcements that nobody waits for any more."""

    edition: int
    addresses: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Decision of a command for all channels; nothing of it is written yet."""

    pages: tuple[ArchivePage, ...] = ()
    woken: tuple[int, ...] = ()  # channels that are asked anew for what they refused
    editions: tuple[EditionPlan, ...] = ()
    pieces: tuple[Pieces, ...] = ()
    shown: tuple[ShownArticles, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    failed: tuple[Failed, ...] = ()
    flaws: tuple[ArticleError, ...] = ()  # what is wrong in the articles' files
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()  # what readers will not get as it was typed

    def keys(self, channel: int) -> frozenset[str]:
        """Return the keys of a channel's editions that are planned."""
        return frozenset(edition.key for edition in self.editions if edition.known.id == channel)

    def misses(self, channel: int) -> bool:
        """Return whether somebody took away something that stood in a channel."""
        return any(edition.lost for edition in self.editions if edition.known.id == channel)


def joined_plans(plans: Iterable[Plan]) -> Plan:
    """Return one plan of several, in their order; each note once."""
    plan = joined(Plan, plans)
    return replace(plan, notes=tuple(dict.fromkeys(plan.notes)))
