"""Which version of an article a reader had last: by their letters, or by what must have been sent.

Letters of editions whose run was tallied, or that were sent without the ledger, have no rows: who
was on the list then counts as having had them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    and_,
    case,
    func,
    literal,
    null,
    or_,
    select,
)

from syndicate.ledger.database.batches import batches
from syndicate.ledger.schema import (
    articles,
    edition_items,
    editions,
    follow_letters,
    follows,
    letters,
    omissions,
    restated,
    runs,
    subscriptions,
    variants,
)

STEP = 1_000_000  # more than an article has versions
# who is about to get a letter is told by it
COMING = ("due", "sending", "sent", "in_doubt")
GONE = ("sending", "sent", "in_doubt")  # what is due to a follower is deleted where they stop
s = subscriptions.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """Edition of a list that carried an article."""

    edition: int
    channel: int
    version: int
    corrected: int  # the article's version that readers are to be told of
    moment: datetime
    stencil: int | None  # the newest
    upto: int | None  # the newest subscription of a run whose letters are not written down yet
    is_by_name: bool  # it is known who got it
    by_stencil: Mapping[int, int | None] = field(default_factory=dict)  # of stencils that
    # say another version: which one; None where they leave the article out

    @property
    def is_earlier(self) -> bool:
        """Return whether any of its letters had the article before the correction."""
        return min([self.version, *filter(None, self.by_stencil.values())]) < self.corrected


def carriers_of(db: Connection, among: Collection[str] | None = None) -> dict[str, list[Carrier]]:
    """Return the editions that carried corrected articles, oldest first, by uri.

    ``among``: of these articles alone. What is held waits.
    """
    i, e, a = edition_items.c, editions.c, articles.c
    query = (
        select(
            i.uri, i.edition_id, i.version, a.major_version, e.channel_id,
            runs.c.stencil, runs.c.upto,
            func.coalesce(e.closed_at, e.opened_at).label("moment"),
            and_(runs.c.edition_id.is_not(None), runs.c.counts.is_(None)).label("is_by_name"),
        )
        .join(editions, e.id == i.edition_id)
        .join(articles, a.uri == i.uri)
        .outerjoin(runs, runs.c.edition_id == i.edition_id)
        .where(a.major_version > 1, a.held_at.is_(None))
        .where(or_(e.closed_at.is_not(None), runs.c.edition_id.is_not(None)))
        .order_by(i.edition_id)
    )  # fmt: skip
    rows = [*_rows(db, query, among)]
    by_stencils = _by_stencils(db) if rows else {}
    found: dict[str, list[Carrier]] = {}
    for row in rows:
        carrier = Carrier(
            edition=row.edition_id, channel=row.channel_id, version=row.version,
            corrected=row.major_version, moment=row.moment,
            stencil=row.stencil, upto=row.upto, is_by_name=bool(row.is_by_name),
            by_stencil=by_stencils.get((row.edition_id, row.uri), {}),
        )  # fmt: skip
        found.setdefault(row.uri, []).append(carrier)
    return found


def had_version(
    carriers: Sequence[Carrier], counts_as: Callable[[int], int],
    besides: ColumnElement[int] | None = None,
) -> ColumnElement[int]:  # fmt: skip
    """Return what the newest version counts as that a subscription's owner had, or gets; else 0.

    ``counts_as`` gives what a version counts as: 0 where nothing is to be told. A later version may
    count for less or for more than an earlier one: a withdrawal that is undone does. ``besides``
    is the rank of what they had by other letters than those of lists.
    """
    by_name = [each for each in carriers if each.is_by_name]
    others = [_without_row(each) for each in carriers if not each.is_by_name or each.upto]
    values = sorted(
        ((_ranked(version, counts_as), which) for version, which in others),
        key=lambda each: -each[0],
    )
    terms: list[Any] = []
    if by_name:
        terms.append(_by_letters(by_name, counts_as))
    if values:
        terms.append(case(*((which, literal(value, BigInteger)) for value, which in values)))
    rank: Any = func.coalesce(*terms, literal(0, BigInteger))
    if besides is not None:
        rank = case((besides > rank, besides), else_=rank)
    counted: ColumnElement[int] = rank % STEP
    return counted


def by_follower_letters(
    uri: str, newest: int, counts_as: Callable[[int], int], states: Collection[str]
) -> ColumnElement[int]:
    """Return the rank of the newest version that a follower has a letter about in these states."""
    w, f = follow_letters.alias().c, follows.alias().c
    rank = case(  # what a reminder is about is no number
        *(
            (w.about == f"{version}", literal(_ranked(version, counts_as), BigInteger))
            for version in range(1, newest + 1)
        )
    )
    query = select(func.max(rank)).where(
        w.follow_id == f.id, w.state.in_(states), f.uri == uri, f.subscriber_id == s.subscriber_id
    )
    return query.correlate(subscriptions).scalar_subquery()


def _ranked(version: int, counts_as: Callable[[int], int]) -> int:
    """Return a number that is greater for a later version, and holds what it counts as."""
    return version * STEP + counts_as(version)


def _by_letters(carriers: Sequence[Carrier], counts_as: Callable[[int], int]) -> ColumnElement[int]:
    """Return the rank of the newest version in a subscription's owner's letters."""
    x = letters.alias().c
    value = case(*(each for carrier in carriers for each in _said_in(x, carrier, counts_as)))
    query = select(func.max(value)).where(
        x.edition_id.in_([carrier.edition for carrier in carriers]),
        x.subscriber_id == s.subscriber_id, x.state.in_(COMING),
    )  # fmt: skip
    return query.correlate(subscriptions).scalar_subquery()


def _said_in(
    x: Any, carrier: Carrier, counts_as: Callable[[int], int]
) -> Iterator[tuple[ColumnElement[bool], ColumnElement[int]]]:
    """Yield which letters of an edition had which version; one that is due has the newest."""

    def value(version: int | None) -> ColumnElement[Any]:
        return null() if version is None else literal(_ranked(version, counts_as), BigInteger)

    here = x.edition_id == carrier.edition
    if carrier.by_stencil:
        newest = carrier.by_stencil.get(carrier.stencil or 0, carrier.version)
        yield and_(here, x.state == "due"), value(newest)
    for stencil, version in carrier.by_stencil.items():
        yield and_(here, x.stencil == stencil), value(version)
    yield here, value(carrier.version)


def _without_row(carrier: Carrier) -> tuple[int, ColumnElement[bool]]:
    """Return which version they had who got an edition of which they have no row."""
    mine = subscriptions.alias().c
    here = and_(mine.channel_id == carrier.channel, mine.subscriber_id == s.subscriber_id)
    if carrier.is_by_name:  # letters that are not written down yet
        return carrier.version, and_(
            select(mine.id).where(here, mine.ended_at.is_(None), mine.id <= carrier.upto)
            .correlate(subscriptions).exists(),
            ~has_variant(carrier.edition),
        )  # fmt: skip
    then = and_(
        mine.started_at <= carrier.moment,
        or_(mine.ended_at.is_(None), mine.ended_at > carrier.moment),
    )
    return carrier.version, select(mine.id).where(here, then).correlate(subscriptions).exists()


def has_variant(edition: int) -> ColumnElement[bool]:
    """Match subscriptions whose owners get a digest in another of its editions."""
    x, v = letters.alias().c, variants.c
    beside = select(v.edition_id).where(v.digest_id == edition)
    mine = and_(x.edition_id.in_(beside), x.subscriber_id == s.subscriber_id)
    return select(x.edition_id).where(mine).correlate(subscriptions).exists()


def _rows(db: Connection, query: Any, among: Collection[str] | None) -> Iterator[Row[Any]]:
    if among is None:
        yield from db.execute(query)
        return
    for batch in batches(among):
        yield from db.execute(query.where(edition_items.c.uri.in_(batch)))


def _by_stencils(db: Connection) -> dict[tuple[int, str], dict[int, int | None]]:
    """Return by edition and article what its later stencils say, where that is another version."""
    found: dict[tuple[int, str], dict[int, int | None]] = {}
    for table, version in ((restated, restated.c.version), (omissions, null())):
        query = select(table.c.edition_id, table.c.uri, table.c.stencil, version.label("version"))
        for row in db.execute(query):
            found.setdefault((row.edition_id, row.uri), {})[row.stencil] = row.version
    return found
