"""Notices: who got an article and is told at once of its correction or withdrawal, and by whom.

Everything here goes by sets of readers: a list may have a million.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    false,
    func,
    insert,
    or_,
    select,
    update,
)

from syndicate.ledger.database.batches import batches
from syndicate.ledger.database.engine import now
from syndicate.ledger.processes.withheld import lacks
from syndicate.ledger.schema import (
    channels,
    edition_items,
    editions,
    letters,
    notices,
    runs,
    subscriptions,
)
from syndicate.ledger.sending.runs import letter_counts, replace_stencil
from syndicate.model import edition_keys
from syndicate.text import counted

# "sending" and "in doubt" count: a correction too many does no harm, one too few may
GOT = ("sending", "sent", "in_doubt")
GOT_OR_DUE = ("due", *GOT)
s, n = subscriptions.c, notices.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """Edition of a list that carried an article."""

    edition: int
    channel: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """Readers of an article whom a notice does not reach."""

    former: int = 0  # who have left every list
    elsewhere: int = 0  # on lists that only other machines have
    here: int = 0  # on lists of this machine, which could not compose a letter
    tallied: int = 0  # letters, of whose readers only the count is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeCount:
    """Notice of one version of an article, counted."""

    version: int
    at: datetime
    letters: int  # as many as were frozen
    states: Mapping[str, int]  # of these letters
    gone: int
    tallied: int
    ended: datetime | None  # None: readers of another machine's list are still to be told

    @property
    def in_words(self) -> str:
        """The same in a sentence."""
        letters = counted(self.letters, "letter")
        if set(self.states) - {"sent"}:
            counts = sorted(self.states.items())
            letters += f" ({', '.join(f'{n} {s}' for s, n in counts)})".replace("_", " ")
        parts = [f"version {self.version} was told at once: {letters}"]
        if self.gone:
            parts.append(f"{counted(self.gone, 'reader')} had left every list")
        if self.tallied:
            parts.append(f"of {counted(self.tallied, 'older letter')} only the count is kept")
        if self.ended is None:
            parts.append("some readers wait for a machine that has their list")
        return "; ".join(parts)


class Notices:
    """Read and plan notices within a planning transaction."""

    def __init__(self, db: Connection) -> None:
        self.db = db

    def ask(self, uri: str, version: int, at: datetime) -> bool:
        """Let the readers of an article be told of a version; False where that was asked before."""
        if self.is_asked(uri, version):
            return False
        self.db.execute(insert(notices).values(uri=uri, version=version, at=at))
        return True

    def is_asked(self, uri: str, version: int) -> bool:
        """Return whether the readers of an article are to be told of a version, or were."""
        here = and_(n.uri == uri, n.version == version)
        return self.db.scalar(select(n.uri).where(here)) is not None

    def open_of(self, uris: Iterable[str]) -> set[tuple[str, int]]:
        """Return (uri, version) of these articles' notices that are still to be told somebody."""
        query = select(n.uri, n.version).where(n.ended_at.is_(None))
        return {
            (row.uri, row.version)
            for batch in batches(uris)
            for row in self.db.execute(query.where(n.uri.in_(batch)))
        }

    def all_open(self) -> list[tuple[str, int]]:
        """Return (uri, version) of the notices with readers who are still to be told."""
        query = select(n.uri, n.version).where(n.ended_at.is_(None)).order_by(n.at, n.uri)
        return [(row.uri, row.version) for row in self.db.execute(query)]

    def settle(self, uri: str, version: int, found: Unreached, at: datetime) -> None:
        """Keep how many are not reached; the notice is over if nobody waits."""
        values = {"gone": found.former, "tallied": found.tallied}
        ended = None if found.elsewhere or found.here else at
        here = update(notices).where(n.uri == uri, n.version == version)
        self.db.execute(here.values(**values, ended_at=ended))

    def counted(self, uri: str) -> list[NoticeCount]:
        """Return an article's notices, oldest first."""
        rows = self.db.execute(select(notices).where(n.uri == uri).order_by(n.version)).all()
        return [
            NoticeCount(
                version=row.version, at=row.at, letters=letters, states=states,
                gone=row.gone, tallied=row.tallied, ended=row.ended_at,
            )
            for row in rows
            for letters, states in [self._letters(uri, row.version)]
        ]  # fmt: skip

    def _letters(self, uri: str, version: int) -> tuple[int, Mapping[str, int]]:
        """Count the letters of a notice, of all lists: as many as were frozen, and by state."""
        query = select(runs.c.edition_id, runs.c.letters).join(
            editions, editions.c.id == runs.c.edition_id
        )
        mine = editions.c.key == edition_keys.notice(uri, version)
        found = self.db.execute(query.where(mine)).all()
        states = Counter[str]()
        for row in found:
            states.update(letter_counts(self.db, row.edition_id))
        return sum(row.letters or 0 for row in found), dict(states)

    def overtake(self, uri: str, version: int) -> None:
        """Call off the letters of older notices that have not left: the newer one tells it all."""
        older = and_(n.uri == uri, n.version < version)
        keys = [
            edition_keys.notice(uri, number)
            for number in self.db.scalars(select(n.version).where(older))
        ]
        query = select(editions.c.id).join(runs, runs.c.edition_id == editions.c.id)
        running = and_(editions.c.key.in_(keys), runs.c.ended_at.is_(None))
        for edition in self.db.scalars(query.where(running)).all():
            replace_stencil(self.db, edition, None, why="overtaken by a newer notice")
        over = update(notices).where(older, n.ended_at.is_(None))
        self.db.execute(over.values(ended_at=now(self.db)))

    def readership(self, uri: str, version: int) -> Readership:
        """Return who got an article as it was before a version."""
        i = edition_items.c
        query = (
            select(i.edition_id, editions.c.channel_id, i.version)
            .join(editions, editions.c.id == i.edition_id)
            .where(i.uri == uri)
            .order_by(i.edition_id)
        )
        carried = [
            Carried(edition=row.edition_id, channel=row.channel_id, version=row.version)
            for row in self.db.execute(query)
        ]
        return Readership(
            self.db, uri,
            earlier=[edition for edition in carried if edition.version < version],
            later=[edition.edition for edition in carried if edition.version >= version],
        )  # fmt: skip


class Readership:
    """Readers who got an article, ``earlier`` than a version, and not ``later`` of it."""

    def __init__(
        self, db: Connection, uri: str, *, earlier: Sequence[Carried], later: Sequence[int]
    ) -> None:
        self.db, self.uri = db, uri
        self.earlier, self.later = earlier, later

    def carriers(self) -> list[int]:
        """Return the lists that carried the article, the first one first."""
        return list(dict.fromkeys(edition.channel for edition in self.earlier))

    def told_by(self, channel: int) -> ColumnElement[bool]:
        """Match the subscriptions by which a list tells who is not told yet.

        Those to whom it carried the article; and who is on none of the lists that did.
        """
        every = [edition.edition for edition in self.earlier]
        on_carrier = [
            self._on_carrier(other) for other in self._used_carriers() if other != channel
        ]
        strayed = and_(self._with_letter(every, GOT), ~or_(false(), *on_carrier))
        own = self._with_letter(self._carried_by(channel), GOT)
        known = self._with_letter(self.later, GOT_OR_DUE)
        return and_(s.channel_id == channel, s.ended_at.is_(None), ~known, or_(own, strayed))

    def known_version(self, which: ColumnElement[bool]) -> int | None:
        """Return the version that all of these readers had at least; None where there is nobody."""
        versions = {edition.version for edition in self.earlier}
        if len(versions) < 2:
            found = self.db.scalar(select(s.id).where(which).limit(1))
            return next(iter(versions), 0) if found is not None else None
        x = letters.c
        version = case(
            *((x.edition_id == edition.edition, edition.version) for edition in self.earlier)
        )
        everywhere = [edition.edition for edition in self.earlier]
        newest = (
            select(func.max(version).label("version"))
            .join(subscriptions, s.subscriber_id == x.subscriber_id)
            .where(which, x.edition_id.in_(everywhere), x.state.in_(GOT), ~lacks(x, self.uri))
            .group_by(x.subscriber_id)
            .subquery()
        )
        oldest: int | None = self.db.scalar(select(func.min(newest.c.version)))
        return oldest

    def unreached(self, here: Collection[int]) -> Unreached:
        """Count who got the article and is not told; ``here`` are the lists of this machine."""
        x = letters.c
        everywhere = [edition.edition for edition in self.earlier]
        known = _letter_of(self.uri, self.later, GOT_OR_DUE, x.subscriber_id)
        got = and_(x.edition_id.in_(everywhere), x.state.in_(GOT), ~lacks(x, self.uri), ~known)
        waiting = select(x.subscriber_id).where(got).distinct().subquery()
        told_here = or_(false(), *(self.told_by(number) for number in here))
        on_list = select(s.id).where(s.subscriber_id == waiting.c.subscriber_id, told_here)
        reached = on_list.exists()  # not who is on one of these, and told by another one
        elsewhere = and_(_subscribed(waiting.c.subscriber_id), ~reached)
        query = select(
            func.count(),
            func.coalesce(func.sum(case((elsewhere, 1), else_=0)), 0),
            func.coalesce(func.sum(case((reached, 1), else_=0)), 0),
        ).select_from(waiting)
        every, others, mine = self.db.execute(query).one()
        return Unreached(
            former=every - others - mine, elsewhere=others, here=mine,
            tallied=sum(self._tallied(everywhere)),
        )  # fmt: skip

    def _tallied(self, numbers: Sequence[int]) -> Iterator[int]:
        """Yield how many letters left, of editions whose rows are only counts by now."""
        counted = and_(runs.c.edition_id.in_(numbers), runs.c.counts.is_not(None))
        for counts in self.db.scalars(select(runs.c.counts).where(counted)):
            states = json.loads(counts)
            yield sum(states.get(state, 0) for state in GOT)

    def _carried_by(self, channel: int) -> list[int]:
        return [edition.edition for edition in self.earlier if edition.channel == channel]

    def _used_carriers(self) -> list[int]:
        """Return the lists that carried the article and were not retired."""
        carriers = self.carriers()
        used = select(channels.c.id).where(channels.c.id.in_(carriers), ~channels.c.retired)
        return list(self.db.scalars(used)) if carriers else []

    def _on_carrier(self, channel: int) -> ColumnElement[bool]:
        """Match subscribers who are on a list that carried the article to them."""
        other = subscriptions.alias()
        is_on = and_(
            other.c.channel_id == channel, other.c.subscriber_id == s.subscriber_id,
            other.c.ended_at.is_(None),
        )  # fmt: skip
        got = self._with_letter(self._carried_by(channel), GOT)
        return and_(select(other.c.id).where(is_on).exists(), got)

    def _with_letter(self, numbers: Sequence[int], states: Iterable[str]) -> ColumnElement[bool]:
        """Match subscriptions whose owners have the article in a letter of these editions."""
        return _letter_of(self.uri, numbers, states, s.subscriber_id)


def _letter_of(
    uri: str, numbers: Sequence[int], states: Iterable[str], subscriber: ColumnElement[int]
) -> ColumnElement[bool]:
    """Match who has a letter in one of these states that does not leave the article out."""
    if not numbers:
        return false()
    x = letters.alias().c
    mine = and_(x.edition_id.in_(numbers), x.subscriber_id == subscriber, x.state.in_(list(states)))
    return select(x.edition_id).where(mine, ~lacks(x, uri)).exists()


def _subscribed(subscriber: ColumnElement[int]) -> ColumnElement[bool]:
    """Match subscribers who are on a list that is in use."""
    mine, used = subscriptions.alias(), channels.alias()
    query = select(mine.c.id).join_from(mine, used, used.c.id == mine.c.channel_id)
    is_on = and_(mine.c.subscriber_id == subscriber, mine.c.ended_at.is_(None))
    return query.where(is_on, ~used.c.retired).exists()
