"""The contents of a letter, from which both its text and its HTML part are made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice

from syndicate import Edition, Item, Publisher, Schedule
from syndicate.text import excerpt, folded
from syndicate.text.i18n import day, days, spoken, words_for
from syndicate_email.letter.entries import EntryWriter, LetterEntry, clean_line

HEADLINE_CHARACTERS = 120  # characters of the headline
NORMAL = 5  # the urgency of an article without one (IPTC)


@dataclass(frozen=True, slots=True)
class Section:
    """Entries under one heading; a letter with a single section has no headings."""

    title: str
    entries: tuple[LetterEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """A whole letter."""

    subject: str
    title: str
    span: str
    language: str
    publisher: Publisher
    corrections: tuple[LetterEntry, ...]
    changes: str  # the heading of the corrections
    entries: tuple[LetterEntry, ...]
    reminders: tuple[LetterEntry, ...] = ()  # of deadlines; a section of their own
    more: tuple[LetterEntry, ...] = ()  # shortened, for a letter that would be too long or too many

    @property
    def sections(self) -> tuple[Section, ...]:
        """The entries in full, by section; a single section has no title."""
        found = [
            Section(title, tuple(entries))
            for title, entries in groupby(self.entries, lambda entry: entry.section)
        ]
        return tuple(found) if len(found) > 1 else (Section("", self.entries),)

    def with_full(self, count: int) -> Contents:
        """Return the same contents with only the first ``count`` entries in full."""
        placed = list(enumerate(self.entries))
        full = tuple(entry for place, entry in placed if _stays(entry, place, count))
        more = tuple(entry.shortened for place, entry in placed if not _stays(entry, place, count))
        return replace(self, entries=full, more=(*more, *self.more))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A list's title, language, headings and texts."""

    title: str
    language: str = ""  # "" is the publisher's
    subject: str = "{headline} {more}"
    sections: str = ""  # profile, subject or none
    subjects: tuple[str, ...] = ()  # that the list is about: sections in this order of choice
    texts: Mapping[str, str] | None = None  # instead of the built-in ones
    merged: bool = False  # this letter covers several windows

    def words(self, language: str) -> Mapping[str, str]:
        """Return the built-in texts in a language, the office's own instead of them."""
        return {"intro": "", "outro": "", **words_for(language), **(self.texts or {})}


def spans_several(schedule: Schedule, edition: Edition) -> bool:
    """Return whether an edition covers several windows, as one was not closed in time."""
    if not (edition.opened and edition.closed):
        return False
    ends = schedule.between(edition.opened, edition.closed, edition.publisher.zone)
    return len(list(islice(ends, 2))) > 1


def letter_contents(edition: Edition, wording: Wording, *, brief: bool = False) -> Contents:
    """Return an edition's contents; ``brief`` links even an urgent article instead of all of it."""
    language = spoken(wording.language or edition.publisher.language)
    table = wording.words(language)
    writer = EntryWriter(edition=edition, language=language, words=table, brief=brief)
    urgent_first = sorted(edition.items, key=lambda item: item.article.urgency or NORMAL)
    entries = [
        replace(writer.entry(item), section=_section(item, wording, table)) for item in urgent_first
    ]
    entries = _in_sections(entries)
    return Contents(
        subject=_subject(edition, urgent_first, wording, language, table),
        title=clean_line(wording.title),
        span=writer.span(),
        language=language,
        publisher=edition.publisher,
        corrections=tuple(writer.correction(item) for item in edition.corrections),
        changes=_changes(edition.corrections, table),
        reminders=tuple(writer.reminder(item) for item in edition.reminders),
        entries=tuple(entries),
    )


def _in_sections(entries: Sequence[LetterEntry]) -> list[LetterEntry]:
    """Sort entries by section, in order of appearance; the first spelling is the heading."""
    spelt: dict[str, str] = {}
    order = [folded(entry.section) for entry in entries]
    for key, entry in zip(order, entries, strict=True):
        spelt.setdefault(key, entry.section)
    places = {key: place for place, key in enumerate(spelt)}
    named = [replace(entry, section=spelt[key]) for key, entry in zip(order, entries, strict=True)]
    return sorted(named, key=lambda entry: places[folded(entry.section)])


def _section(item: Item, wording: Wording, table: Mapping[str, str]) -> str:
    article = item.article
    if wording.sections == "profile":
        return table.get(f"profile_{article.profile}") or _named(article.profile, table)
    if wording.sections == "subject":
        own = set(map(folded, article.subjects))
        about = [name for name in wording.subjects if folded(name) in own] or article.subjects
        return _named(about[0] if about else "", table)
    return ""


def _named(name: str, table: Mapping[str, str]) -> str:
    name = clean_line(name)
    return f"{name[:1].upper()}{name[1:]}" if name else table["other_news"]


def _subject(
    edition: Edition,
    items: Iterable[Item],
    wording: Wording,
    language: str,
    table: Mapping[str, str],
) -> str:
    live = [item for item in items if item.withdrawal is None]
    headline, more = "", ""
    if live:
        headline = _short(live[0].article.headline)
        more = _and_more(live, table)
    elif items := [*edition.corrections, *edition.items]:
        headline = f"{_mark(items, table)}: {_short(items[0].article.headline)}"
        more = _and_more(items, table)
    elif edition.reminders:
        headline = f"{table['deadlines']}: {_short(edition.reminders[0].article.headline)}"
    pattern = wording.subject
    if edition.urgent:
        pattern = "{headline}"
    elif wording.merged and "{span}" not in pattern:
        pattern += " ({span})"
    assert edition.closed, "a digest has an end"
    zone = edition.publisher.zone
    subject = pattern.format(
        headline=headline,
        more=more,
        title=clean_line(wording.title),
        number=edition.number,
        count=len(live),
        date=day(edition.closed.astimezone(zone), language),
        span=days(edition.opened or edition.closed, edition.closed, zone, language),
    )
    proof = f"[{table['proof']}] " if edition.key.startswith("proof") else ""
    return clean_line(f"{proof}{subject}")


def _and_more(items: Sequence[Item], table: Mapping[str, str]) -> str:
    return table["and_more"].format(count=len(items) - 1) if len(items) > 1 else ""


def _changes(items: Sequence[Item], table: Mapping[str, str]) -> str:
    """Return the heading of articles that changed: the general one, or that of reinstatements."""
    only_these = {_label(item) for item in items} == {"reinstated"}
    return table["reinstated" if only_these else "corrections_and_withdrawals"]


def _mark(items: Sequence[Item], table: Mapping[str, str]) -> str:
    """Return the word for what became of the first article, or of corrected and withdrawn ones."""
    is_mixed = {"correction", "withdrawn"} <= {_label(item) for item in items}
    return table["corrections_and_withdrawals" if is_mixed else _label(items[0])]


def _label(item: Item) -> str:
    """Return the key of the word for what became of an article."""
    if item.withdrawal:
        return "withdrawn"
    return item.corrections[-1].label if item.corrections else "correction"


def _short(headline: str) -> str:
    return excerpt(clean_line(headline), HEADLINE_CHARACTERS)


def _stays(entry: LetterEntry, place: int, count: int) -> bool:
    return place < count or entry.shortened is entry
