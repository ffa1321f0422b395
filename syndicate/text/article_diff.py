"""Differences between two versions of an article that readers notice, field by field. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from syndicate.model.article import Article, Media
from syndicate.text import plain, unescaped
from syndicate.text.i18n import moment
from syndicate.text.word_diff import Change, Passage, around_changes, word_changes

LINK_URL = re.compile(r'<a\b[^>]*?\shref="([^"]*)"')
FINGERPRINT_DIGITS = 12  # of a file's sha256: enough to tell two of them apart


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs: its name, and its words."""

    name: str  # as in FIELDS; "overrides.telegram.headline"
    passages: tuple[Passage, ...]  # what stayed is cut to the words around changes


@dataclass(frozen=True, slots=True)
class _Reading:
    """An article, and whose clock its moments are shown by."""

    article: Article
    zone: ZoneInfo
    language: str

    def at(self, when: datetime | None) -> str:
        return moment(when, self.zone, self.language) if when else ""


def _media(media: Media) -> str:
    source = media.file or media.url or ""
    words = (source, media.alt, media.caption, media.creator, media.sha256[:FINGERPRINT_DIGITS])
    return " · ".join(filter(None, words))


def _sources(reading: _Reading) -> str:
    found = reading.article.info_sources
    return "\n".join(" ".join(filter(None, (s.name, s.role, s.uri))) for s in found)


def _links(reading: _Reading) -> str:
    return "\n".join(map(unescaped, LINK_URL.findall(reading.article.html)))


# in the order of reading
FIELDS: dict[str, Callable[[_Reading], str]] = {
    "headline": lambda reading: reading.article.headline,
    "description": lambda reading: reading.article.description,
    "dateline": lambda reading: reading.article.dateline.text if reading.article.dateline else "",
    "by": lambda reading: reading.article.by,
    "text": lambda reading: plain(reading.article.html),
    "links": _links,
    "pictures": lambda reading: "\n".join(map(_media, reading.article.pictures)),
    "documents": lambda reading: "\n".join(map(_media, reading.article.documents)),
    "infoSources": _sources,
    "subjects": lambda reading: "\n".join(reading.article.subjects),
    "profile": lambda reading: reading.article.profile,
    "urgency": lambda reading: f"{reading.article.urgency or ''}",
    "date": lambda reading: reading.at(reading.article.date),
    "expires": lambda reading: reading.at(reading.article.expires),
    "embargoedUntil": lambda reading: reading.at(reading.article.embargoed_until),
    "language": lambda reading: reading.article.language,
    "url": lambda reading: reading.article.url or "",
}


def article_changes(
    before: Article, after: Article, zone: ZoneInfo, language: str = "en"
) -> tuple[FieldChange, ...]:
    """Return the fields that differ; moments are by the clock of ``zone``, in ``language``."""
    old, new = _texts(before, zone, language), _texts(after, zone, language)
    return tuple(
        FieldChange(name, around_changes(passages))
        for name in dict.fromkeys((*old, *new))
        if old.get(name, "") != new.get(name, "")
        and (passages := word_changes(old.get(name, ""), new.get(name, "")))
        and any(passage.change is not Change.SAME for passage in passages)
    )


def article_texts(article: Article, zone: ZoneInfo, language: str = "en") -> dict[str, str]:
    """Return an article's fields as plain text, without those that are empty."""
    return {name: text for name, text in _texts(article, zone, language).items() if text}


def _texts(article: Article, zone: ZoneInfo, language: str) -> dict[str, str]:
    reading = _Reading(article, zone, language)
    return {name: text(reading) for name, text in FIELDS.items()} | dict(_overrides(article))


def _overrides(article: Article) -> Iterator[tuple[str, str]]:
    for channel, words in sorted(article.overrides.items()):
        yield from ((f"overrides.{channel}.{name}", text) for name, text in sorted(words.items()))
