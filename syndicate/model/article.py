"""The canonical article, as every source gives it and every channel takes it.

Names are ninjs's (uri, headline, infoSources, associations, pubStatus, urgency) and
schema.org's (dateline, correction, datePublished, dateModified).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from syndicate.model.annotations import Related, Reminder


class PubStatus(StrEnum):
    """Usability of an article (NewsML-G2 pubStatus)."""

    USABLE = "usable"
    WITHHELD = "withheld"  # held: what is out stays, nothing new of it goes out
    CANCELED = "canceled"


URGENT = (1, 2)  # IPTC's urgency: 1 is the highest


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """Publishing office."""

    name: str
    url: str
    language: str = "en"  # BCP 47
    timezone: str = "UTC"  # an IANA name
    email: str = ""
    address: str = ""  # postal, for letters
    logo: str = ""  # an absolute URL
    dateline: str = ""  # the place that new articles begin with

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """One picture or document of an article (a ninjs association).

    A local file has ``sha256``, ``size`` and its measures; its ``url`` is None until a channel
    hosts it. A remote one has its absolute ``url``, and ``size`` and ``media_type`` where its host
    told them.
    """

    file: str = ""  # as the source names it
    url: str | None = None
    alt: str = ""
    caption: str = ""
    creator: str = ""
    media_type: str = ""  # image/png
    sha256: str = ""  # hex
    size: int = 0  # bytes
    width: int = 0  # pixels
    height: int = 0
    moves: bool = False  # more than one picture in the file

    @property
    def name(self) -> str:
        """The name it is hosted under: ``SHA256.ext``."""
        return f"{self.sha256}{FILE_EXTENSIONS.get(self.media_type, '')}"

    @property
    def is_document(self) -> bool:
        """Return True for what is opened or kept, not looked at in passing."""
        return self.media_type == PDF

    @property
    def label(self) -> str:
        """Text of a link to it: its caption, else its alternative text, else its file's name."""
        return self.caption or self.alt or self._own_name

    @property
    def _own_name(self) -> str:
        if self.sha256:
            return self.file.rpartition("/")[2]
        quoted = urlsplit(self.url or "").path.rpartition("/")[2]
        name = unquote(quoted)
        return name if name.isprintable() else quoted


PDF = "application/pdf"
FILE_EXTENSIONS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    PDF: ".pdf",
}


@dataclass(frozen=True, slots=True)
class Dateline:
    """Place of writing: ``text`` is printed, ``located`` is the plain place."""

    text: str
    located: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InfoSource:
    """Origin or topic of an article; a ``role`` of ``originator`` is credited."""

    name: str
    role: str = ""
    uri: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article, in one state.

    ``html`` is sanitised and its links are absolute; a local picture in it has the src
    ``media:SHA256.ext`` until an edition says where it is hosted. ``lead`` is plain text:
    the description, else the first paragraph.
    """

    uri: str  # given once, kept through every correction
    headline: str
    html: str
    lead: str
    markdown: str = ""  # the body as it was written
    description: str = ""
    language: str = ""  # BCP 47; "" is the publisher's
    date: datetime | None = None  # datePublished, where the source gives it
    dateline: Dateline | None = None
    profile: str = ""
    by: str = ""
    info_sources: tuple[InfoSource, ...] = ()
    subjects: tuple[str, ...] = ()
    urgency: int = 0  # 1 (highest) to 9; 0 is not given
    embargoed_until: datetime | None = None
    expires: datetime | None = None
    remind: tuple[str, ...] | None = None  # 7d, 12h before it expires; None: by its profile
    replies_to: str = ""  # the uri of the article that it answers (right of reply)
    reply_due: datetime | None = None  # by when a reply to it, which was asked for, is published
    url: str | None = None  # the canonical page
    channels: tuple[str, ...] | None = None  # None is all
    overrides: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    media: tuple[Media, ...] = ()

    @property
    def fingerprint(self) -> str:
        """The name of everything a reader could notice: a new one is a new revision."""
        seen = {key: value for key, value in asdict(self).items() if key not in UNNOTICED_FIELDS}
        if not self.replies_to:  # as it was before articles could have it
            del seen["replies_to"]
        for noticed, media in zip(seen["media"], self.media, strict=True):
            del noticed["file"], noticed["moves"]
            if not media.sha256:  # as the source gives it; measuring it is no change
                noticed["size"] = 0
                noticed["media_type"] = media.media_type if media.is_document else ""
            if media.is_document:  # without a caption its file's name is shown
                noticed["label"] = media.label
        return sha256(json.dumps(seen, sort_keys=True, default=str).encode()).hexdigest()

    @property
    def originators(self) -> tuple[InfoSource, ...]:
        """Sources that the information comes from, where it is not the publisher's own."""
        return tuple(source for source in self.info_sources if source.role == "originator")

    @property
    def pictures(self) -> tuple[Media, ...]:
        """Media that are looked at, in order."""
        return tuple(media for media in self.media if not media.is_document)

    @property
    def documents(self) -> tuple[Media, ...]:
        """Media that are opened or kept, in order."""
        return tuple(media for media in self.media if media.is_document)

    def worded_for(self, channel: str) -> Article:
        """The article with its own words for one channel (front matter ``overrides``)."""
        own = self.overrides.get(channel, {})
        description = own.get("description")
        return replace(
            self,
            headline=own.get("headline", self.headline),
            description=description or self.description,
            lead=description or self.lead,
        )

    def to_json(self) -> dict[str, Any]:
        """A JSON document; ``Article.from_json`` takes it back."""
        document: dict[str, Any] = json.loads(json.dumps(asdict(self), default=_isoformat))
        return document

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Article:
        """The article that ``to_json`` wrote; fields that later versions added are left out."""
        known = {f.name for f in fields(cls)}
        given = {key: value for key, value in document.items() if key in known}
        for name in ("date", "embargoed_until", "expires", "reply_due"):
            if given.get(name):
                given[name] = datetime.fromisoformat(given[name])
        for name in ("channels", "remind"):
            if given.get(name) is not None:
                given[name] = tuple(given[name])
        if given.get("dateline"):
            given["dateline"] = Dateline(**given["dateline"])
        given["info_sources"] = tuple(InfoSource(**s) for s in given.get("info_sources", ()))
        given["media"] = tuple(Media(**m) for m in given.get("media", ()))
        given["subjects"] = tuple(given.get("subjects", ()))
        return cls(**given)


UNNOTICED_FIELDS = {
    "markdown", "channels", "embargoed_until", "expires", "remind", "reply_due",
}  # fmt: skip
OVERRIDABLE = {"headline", "description"}  # front matter: overrides.NAME.*


def _isoformat(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A later revision that readers were told of: a correction, or a reinstatement."""

    version: int
    at: datetime
    note: str
    undoes: int = 0  # a reinstatement: the withdrawal's version; 0 for a correction
    is_new_text: bool = True  # its text is not that of the revision before it

    @property
    def label(self) -> str:
        """The word that readers see before its date (``syndicate.text.i18n``)."""
        return "reinstated" if self.undoes else "correction"

    def is_news(self, told: int) -> bool:
        """Return True for a reader who was told last of the version ``told``.

        A reinstatement is none for whom the withdrawal never reached, if the text is the same.
        """
        return self.version > told and (self.undoes <= told or self.is_new_text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """The article was taken back; ``kill`` asks for its removal too."""

    at: datetime
    reason: str
    kill: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An article as it now stands: its newest revision and what has become of it.

    ``published`` and ``updated`` are aware; ``updated`` moves with a correction or a
    withdrawal, never with a refile (RFC 4287 4.2.15).
    """

    article: Article
    version: int
    published: datetime
    updated: datetime
    corrections: tuple[Correction, ...] = ()  # oldest first
    withdrawal: Withdrawal | None = None
    expired: bool = False  # its ``expires`` has passed, and the ledger has taken note
    ended: bool = False  # so it has, and readers are to see that (``on_expiry = "mark"``)
    replies_to: Related | None = None  # what it answers (right of reply)
    replies: tuple[Related, ...] = ()  # what answers it, oldest first
    reminders: tuple[Reminder, ...] = ()  # of its deadline, oldest first
    told_version: int = 0  # digest: what its readers last had of it; 0 where nobody knows

    @property
    def pub_status(self) -> PubStatus:
        return PubStatus.CANCELED if self.withdrawal else PubStatus.USABLE

    @property
    def headline(self) -> str:
        """The article's headline; "" where it was killed, and nobody is shown it again."""
        return "" if self.withdrawal and self.withdrawal.kill else self.article.headline

    @property
    def is_news(self) -> bool:
        """Return True if its digest's readers must hear of it again."""
        return bool(self.withdrawal) or any(
            note.is_news(self.told_version) for note in self.corrections
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """Content that one channel publishes at once: an article, the whole feed, or a digest."""

    key: str  # an article's uri, "collection", "2024-05-02T17:00+07:00"
    publisher: Publisher
    items: tuple[Item, ...]  # feed: newest first; digest: in order of syndication
    corrections: tuple[Item, ...] = ()  # digest: carried earlier, put right or taken back since
    reminders: tuple[Item, ...] = ()  # digest: carried earlier, their deadlines come near
    opened: datetime | None = None  # digest: the window's start, included
    closed: datetime | None = None  # digest: the window's end, excluded; its stamp
    number: int = 0  # digest: the list's how-manieth, from 1
    urgent: bool = False  # digest: one article, said at once, in full where that fits
    subject: str = ""  # collection: all its items are about this
    page: int = 0  # collection: of its archive, from 1; 0 is what is new
    pages: int = 0  # collection of everything: how many its archive has
    origin: str = ""  # collection: what its channel was called when it was first seen

    @property
    def is_empty(self) -> bool:
        """True for a digest that has nothing to say."""
        return not (self.items or self.corrections or self.reminders)
