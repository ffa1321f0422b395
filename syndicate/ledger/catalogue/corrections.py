"""Corrections that readers of a list need: of articles they got, and were not told about yet.

What a reader got and was told follows from their letters, by whatever list. Everything goes by
sets of readers, for a list may have a million; who needs the same has the same *needs*: for each
article the version that they had, 0 where they need nothing of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Insert,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    null,
    select,
    true,
)

from syndicate.ledger.catalogue.articles import Articles
from syndicate.ledger.catalogue.had_versions import (
    COMING,
    GONE,
    Carrier,
    by_follower_letters,
    carriers_of,
    had_version,
)
from syndicate.ledger.catalogue.stragglers import lacks_a_letter
from syndicate.ledger.database.engine import execute_counting
from syndicate.ledger.schema import caught_up, follows, letters, subscriptions
from syndicate.model.article import Item

MOST_ARTICLES = 100  # corrected ones in one digest, the newest; what is over comes with the next
MOST_COUNTED = 1_000  # sets of readers that are counted each by itself
Needs = tuple[int, ...]
s = subscriptions.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """An article that was corrected or withdrawn since lists carried it."""

    item: Item
    version: int  # of the correction, or the withdrawal
    carriers: Sequence[Carrier]
    is_new: bool  # since the list's last digest
    is_followed: bool  # some of the readers may be told by letters to followers

    def had(self, told_in: Collection[str] = GONE) -> ColumnElement[int]:
        """Return the version that a subscription's owner had, where they need a later one; or 0.

        ``told_in``: the states in which a letter to them as a follower counts.
        """
        besides = self._by_follower_letters(told_in) if self.is_followed else None
        return had_version(self.carriers, self._counts_as, besides)

    def _by_follower_letters(self, states: Collection[str]) -> ColumnElement[int]:
        uri, newest = self.item.article.uri, self.item.version
        return by_follower_letters(uri, newest, self._counts_as, states)

    def _counts_as(self, version: int) -> int:
        """Return a version whose readers lack the same as those of this one; 0 for nothing."""
        if version >= self.version or not self._lacking(version):
            return 0
        lacking = self._lacking(version)
        return next(other for other in range(1, version + 1) if self._lacking(other) == lacking)

    def _lacking(self, version: int) -> tuple[int, ...]:
        """Return the versions that bring news to readers of this one."""
        end = (self.version,) if self.item.withdrawal else ()
        return (*(note.version for note in self.item.corrections if note.is_news(version)), *end)

    def needed_by(self, had: int) -> Item:
        """Return the article as a reader is told of it who had that version."""
        return replace(self.item, told_version=had)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderSet:
    """Readers of a list who need the same corrections."""

    needs: Needs
    readers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderSets:
    """Readers of a list, by the corrections that they need; the largest set first."""

    corrected: Sequence[Corrected]
    sets: Sequence[ReaderSet] = ()
    rest: ReaderSet | None = None  # readers of too many small sets, with all that any of them needs

    def items(self, needs: Needs) -> list[Item]:
        """Return the corrected articles that these readers need, the oldest change first."""
        pairs = zip(self.corrected, needs, strict=True)
        return [article.needed_by(had) for article, had in pairs if had]

    def all_needs(self) -> Needs:
        """Return what any of these readers needs."""
        found: Needs | None = None
        for readers in (*self.sets, *filter(None, [self.rest])):
            found = _joined(found, readers.needs)
        return found or (0,) * len(self.corrected)

    def at_most(self, most: int, *, everybody: bool) -> ReaderSets:
        """Join all but the largest sets; ``everybody``: also who needs nothing is a set."""
        kept = [each for each in self.sets if everybody or any(each.needs)]
        own, others = kept[:most], kept[most:]
        if others or self.rest:
            own, others = kept[: most - 1], kept[most - 1 :]
        rest = self.rest
        for each in others:
            needs = _joined(rest.needs if rest else None, each.needs)
            rest = ReaderSet(needs=needs, readers=each.readers + (rest.readers if rest else 0))
        return replace(self, sets=own, rest=rest)


def _joined(some: Needs | None, others: Needs) -> Needs:
    """Return what readers of both need: of each article the oldest version that anybody had."""
    if some is None:
        return others
    pairs = zip(some, others, strict=True)
    return tuple(min(filter(None, pair), default=0) for pair in pairs)


@dataclass(frozen=True, slots=True)
class Population:
    """Readers of a list, of whom the same is asked."""

    which: ColumnElement[bool]
    asked: Sequence[ColumnElement[int]]
    places: Sequence[int]  # of what is asked, among all corrected articles

    def whole(self, values: Sequence[int], count: int) -> Needs:
        """Return the needs of all articles: 0 for what was not asked."""
        needs = [0] * count
        for place, value in zip(self.places, values, strict=True):
            needs[place] = value
        return tuple(needs)

    def part(self, needs: Needs) -> Needs | None:
        """Return the needs of what was asked; None where something else is needed too."""
        if any(need for place, need in enumerate(needs) if place not in self.places):
            return None
        return tuple(needs[place] for place in self.places)


@dataclass
class NeededCorrections:
    """Corrections that the readers of one list need, within a planning transaction."""

    db: Connection
    channel: int
    corrected: Sequence[Corrected]
    _populations: list[Population] = field(init=False)

    def __post_init__(self) -> None:
        self._populations = list(self._parted())

    def sets(self) -> ReaderSets:
        """Count the list's readers by what they need."""
        counts: dict[Needs, int] = {}
        rest: ReaderSet | None = None
        for needs, readers in self._counted():
            if needs in counts or len(counts) < MOST_COUNTED:
                counts[needs] = counts.get(needs, 0) + readers
            else:
                joined = _joined(rest.needs if rest else None, needs)
                rest = ReaderSet(needs=joined, readers=readers + (rest.readers if rest else 0))
        order = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
        sets = [ReaderSet(needs=needs, readers=readers) for needs, readers in order]
        return ReaderSets(corrected=self.corrected, sets=sets, rest=rest)

    def settle(self) -> None:
        """Note that the list's readers are told of these articles by what is frozen now."""
        new = [each for each in self.corrected if each.is_new]
        c = caught_up.c
        for each in new:
            here = and_(c.channel_id == self.channel, c.uri == each.item.article.uri)
            self.db.execute(delete(caught_up).where(here))
            row = {"channel_id": self.channel, "uri": each.item.article.uri}
            self.db.execute(insert(caught_up).values(**row, version=each.version))

    def address(self, editions: Mapping[Needs, int | None], others: int | None) -> int:
        """Write down a letter for each reader: of the edition for what they need, or ``others``.

        None for who gets no letter here. Returns how many letters these are.
        """
        return sum(self._address(each, editions, others) for each in self._populations)

    def _parted(self) -> Iterator[Population]:
        """Part the readers: who has the last letter is asked of what changed since, who lacks it
        of everything.
        """  # fmt: skip
        mine = and_(s.channel_id == self.channel, s.ended_at.is_(None))
        asked = [each.had() for each in self.corrected]
        new = [place for place, each in enumerate(self.corrected) if each.is_new]
        every = range(len(self.corrected))
        lacks = lacks_a_letter(self.db, self.channel) if len(new) < len(every) else None
        if lacks is None:
            yield Population(mine, asked, every)
            return
        yield Population(and_(mine, ~lacks), [asked[place] for place in new], new)
        yield Population(and_(mine, lacks), asked, every)

    def _counted(self) -> Iterator[tuple[Needs, int]]:
        count = len(self.corrected)
        for population in self._populations:
            rows = self.db.execute(_by_needs(population), execution_options={"yield_per": 500})
            for row in rows:
                if readers := row[-1]:
                    yield population.whole(row[:-1], count), readers

    def _address(
        self, population: Population, editions: Mapping[Needs, int | None], others: int | None
    ) -> int:
        parts = {part: number for needs, number in editions.items()
                 if (part := population.part(needs)) is not None}  # fmt: skip
        if others is None and not any(parts.values()):
            return 0
        return execute_counting(self.db, _addressed(population, parts, others))


def _by_needs(population: Population) -> Select[Any]:
    if not population.asked:
        return select(func.count()).where(population.which)
    people = _asked(population)
    needs = list(people.c)[1:]
    query = select(*needs, func.count()).group_by(*needs)
    return query.order_by(func.count().desc(), *needs)


def _asked(population: Population) -> Subquery:
    columns = [asked.label(f"had_{place}") for place, asked in enumerate(population.asked)]
    query = select(s.subscriber_id.label("subscriber_id"), *columns).where(population.which)
    return query.subquery()


def _addressed(
    population: Population, parts: Mapping[Needs, int | None], others: int | None
) -> Insert:
    people = _asked(population)
    needs = list(people.c)[1:]
    editions = [(_are(needs, part), _number(edition)) for part, edition in parts.items()]
    where = case(*editions, else_=_number(others)) if needs else _number(parts.get((), others))
    letter = select(where.label("edition_id"), people.c.subscriber_id).subquery()
    query = select(letter.c.edition_id, letter.c.subscriber_id, literal("due"))
    query = query.where(letter.c.edition_id.is_not(None)).order_by(letter.c.subscriber_id)
    return insert(letters).from_select(["edition_id", "subscriber_id", "state"], query)


def _are(columns: Sequence[ColumnElement[int]], needs: Needs) -> ColumnElement[bool]:
    return and_(true(), *(column == had for column, had in zip(columns, needs, strict=True)))


def _number(edition: int | None) -> ColumnElement[Any]:
    return null() if edition is None else literal(edition, Integer)


class Corrections:
    """Corrections that readers of lists need, within a planning transaction."""

    def __init__(self, db: Connection, articles: Articles) -> None:
        self.db = db
        self._articles = articles

    def needed(self, channel: int, *, besides: Collection[str] = ()) -> NeededCorrections:
        """Return what a list's readers need, now; not of articles that a digest brings anyway."""
        found = [each for each in self._corrected(channel) if each.item.article.uri not in besides]
        newest = sorted(found, key=lambda each: (each.is_new, each.item.updated), reverse=True)
        chosen = {each.item.article.uri for each in newest[:MOST_ARTICLES]}
        kept = [each for each in found if each.item.article.uri in chosen]
        return NeededCorrections(self.db, channel, kept)

    def counted(
        self, channel: int, uris: Collection[str], *, after: Collection[int] = ()
    ) -> dict[str, int]:
        """Count who is to be told of each of these articles by a list; nobody is left out.

        ``after``: lists whose digests go out before, and tell their own readers.
        """
        return {
            each.item.article.uri: readers
            for each in self._corrected(channel, among=uris)
            if (readers := self._readers(channel, each, after))
        }

    def _readers(self, channel: int, corrected: Corrected, after: Collection[int]) -> int:
        other = subscriptions.alias().c
        earlier = select(other.id).where(
            other.channel_id.in_(after), other.ended_at.is_(None),
            other.subscriber_id == s.subscriber_id,
        )  # fmt: skip
        mine = and_(s.channel_id == channel, s.ended_at.is_(None))
        mine = and_(mine, ~earlier.correlate(subscriptions).exists()) if after else mine
        query = select(func.count()).where(mine, corrected.had(COMING) > 0)
        return int(self.db.scalar(query) or 0)

    def _corrected(
        self, channel: int, *, among: Collection[str] | None = None
    ) -> Iterator[Corrected]:
        """Yield the articles that somebody may have to be told of, the oldest change first.

        What a list told all its readers of concerns only those who had no letter, and only as long
        as letters are kept by name.
        """
        carried = carriers_of(self.db, among)
        through = select(caught_up.c.uri, caught_up.c.version)
        through = through.where(caught_up.c.channel_id == channel)
        caught_up_to = {row.uri: row.version for row in self.db.execute(through)}
        found = {
            uri: is_new
            for uri, editions in carried.items()
            if (earlier := [each for each in editions if each.is_earlier])
            and (
                (is_new := caught_up_to.get(uri, 0) < earlier[0].corrected) or _are_by_name(earlier)
            )
        }
        followed = set(self.db.scalars(select(follows.c.uri).distinct())) if found else set()
        self._articles.read(list(found))
        standings = [each for uri in found if (each := self._articles.standing(uri)) is not None]
        for standing in sorted(standings, key=lambda each: (each.item.updated, each.uri)):
            yield Corrected(
                item=standing.item, version=standing.major_version,
                carriers=carried[standing.uri], is_new=found[standing.uri],
                is_followed=standing.uri in followed,
            )  # fmt: skip


def _are_by_name(editions: Sequence[Carrier]) -> bool:
    """Return whether it is known of any of these editions who got it."""
    return any(each.is_by_name for each in editions)
