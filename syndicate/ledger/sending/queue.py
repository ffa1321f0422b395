"""Queue of deliveries: found due, claimed, started and ended; every method one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Row,
    and_,
    case,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from syndicate.ledger.database.engine import now, transaction
from syndicate.ledger.processes import moves
from syndicate.ledger.processes.claims import FREE, claim_of, end_dead_claims
from syndicate.ledger.processes.liveness import Processes
from syndicate.ledger.processes.waits import CLAIM_FOR
from syndicate.ledger.schema import articles, attempts, deliveries, editions, revisions
from syndicate.ledger.sending.attempts import (
    Attempt,
    Ended,
    Verb,
    attempt_at,
    deliveries_with_keys,
    is_ready,
    resting,
    verb_for,
)
from syndicate.ledger.sending.outcomes import end_attempts
from syndicate.ledger.sending.renditions import files, renditions_by_number
from syndicate.model.article import PubStatus
from syndicate.model.edition_keys import MEDIA, PAGE_PREFIX, rank

POST_UNSURE = "the process that sent it died: look whether it is there"

d = deliveries.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """An edition with something to do."""

    edition: int
    key: str
    rank: int  # of a collection, what has a higher one points to what has a lower one


class Queue:
    """The deliveries of one ledger, as one process works on them."""

    def __init__(self, engine: Engine, processes: Processes) -> None:
        self.engine = engine
        self.processes = processes

    def clock(self, db: Connection) -> datetime:
        """Return the time by the database's clock; tests turn it."""
        return now(db)

    # claims

    def work(self, numbers: Sequence[int], *, doubts: bool) -> list[Work]:
        """Return those of these editions that have work now, or doubts, in their order."""
        with transaction(self.engine, reads=True) as db:
            states = ("due", "in_doubt") if doubts else ("due",)
            open_ = and_(d.state.in_(states), is_ready(self.clock(db)))
            # what is in doubt is looked for, held or not
            return _works(db, and_(d.edition_id.in_(numbers), open_, _in_turn(), _may_go()))

    def ahead(self, channel: int, rank: int) -> str:
        """Return the key of an earlier edition that does not stand; "" if there is none."""
        open_ = and_(editions.c.channel_id == channel, d.state != "settled", ~is_held())
        with transaction(self.engine, reads=True) as db:
            return next((work.key for work in _works(db, open_) if work.rank < rank), "")

    def claim(self, editions: int | Sequence[int], after: int, most: int) -> list[int]:
        """Take the next deliveries that are due, later than ``after``: nobody else will."""
        numbers = [editions] if isinstance(editions, int) else editions
        me = self.processes.me()
        with transaction(self.engine) as db:
            if moves.under_way(db, self.processes):
                return []
            moment = self.clock(db)
            due = and_(d.edition_id.in_(numbers), d.state == "due", d.id > after, ~is_held())
            query = select(d.id).where(due, is_ready(moment), _in_turn()).order_by(d.id).limit(most)
            found = list(db.scalars(query.with_for_update(skip_locked=True)))
            if found:
                held = update(deliveries).where(d.id.in_(found))
                db.execute(held.values(state="claimed", **claim_of(me, moment)))
            return found

    def held(self, numbers: Iterable[int]) -> set[int]:
        """Return those of these deliveries whose article is withheld."""
        with transaction(self.engine, reads=True) as db:
            return set(db.scalars(select(d.id).where(d.id.in_(list(numbers)), is_held())))

    def let_go(self, claimed: Iterable[int]) -> None:
        """Give back what was claimed and not started."""
        ours = and_(
            d.id.in_(list(claimed)), d.state == "claimed", d.holder_id == self.processes.me()
        )
        with transaction(self.engine) as db:
            db.execute(update(deliveries).where(ours).values(**FREE, state="due"))

    def end_dead_claims(self) -> None:
        """Free the claims of dead processes; publishes they had started become in doubt."""
        held = d.state.in_(("claimed", "sending"))
        end = partial(end_claims, why=POST_UNSURE)
        end_dead_claims(self.engine, self.processes, deliveries, held, end, self.clock)

    # attempts

    def start(self, claimed: Sequence[int]) -> list[Attempt]:
        """Commit these as ``sending``, with what is wanted now; what needs nothing is settled."""
        with transaction(self.engine) as db:
            return self._start(db, claimed)

    def end(self, ended: Sequence[Ended]) -> None:
        """Write down how attempts ended: a receipt, nothing (it was removed), or an error."""
        with transaction(self.engine) as db:
            self._end(db, ended)

    def postpone_all(self, edition: int, why: str, until: float | None) -> None:
        """Put off what is due and unclaimed: keep why, and when to ask again (seconds)."""
        with transaction(self.engine) as db:
            later = self.clock(db) + timedelta(seconds=until) if until else None
            due = and_(d.edition_id == edition, d.state == "due")
            values: dict[str, Any] = {"why": why}
            if later:
                values["not_before"] = later
            db.execute(update(deliveries).where(due).values(**values))

    # inside

    def _start(self, db: Connection, claimed: Sequence[int]) -> list[Attempt]:
        ours = and_(d.id.in_(claimed), d.state == "claimed", d.holder_id == self.processes.me())
        rows = db.execute(deliveries_with_keys(ours).with_for_update(of=deliveries)).all()
        # a statement of its own: whoever holds an article waits for these rows, or we for them
        held = set(db.scalars(select(d.id).where(d.id.in_([row.id for row in rows]), is_held())))
        moment, begun = self.clock(db), []
        for row in rows:
            if row.id in held:
                db.execute(update(deliveries).where(d.id == row.id).values(**FREE, state="due"))
            elif verb := verb_for(row):
                begun.append((row, verb))
            else:
                self._rest(db, row)
        return self._begun(db, begun, moment) if begun else []

    def _begun(
        self, db: Connection, begun: Sequence[tuple[Row[Any], Verb]], moment: datetime
    ) -> list[Attempt]:
        """Insert new attempts, and return them with their renditions."""
        new = [
            {
                "delivery_id": row.id,
                "verb": verb,
                "rendition_id": row.wanted,
                "version": row.wanted_version,
                "started_at": moment,
            }
            for row, verb in begun
        ]
        made = insert(attempts).returning(attempts.c.id, sort_by_parameter_order=True)
        ids = list(db.scalars(made, new))
        newest = select(func.max(attempts.c.id)).where(attempts.c.delivery_id == d.id)
        sending = {
            "state": "sending",
            "attempt_id": newest.scalar_subquery(),
            "claimed_until": moment + CLAIM_FOR,
        }
        here = d.id.in_([row.id for row, _ in begun])
        db.execute(update(deliveries).where(here).values(**sending))
        texts = renditions_by_number(db, [row.wanted for row, _ in begun if row.wanted])
        media = files(db, *texts.values())
        return [
            attempt_at(db, row, id, verb, row.wanted and texts[row.wanted], media, moment)
            for (row, verb), id in zip(begun, ids, strict=True)
        ]

    def _rest(self, db: Connection, row: Row[Any]) -> None:
        """Settle a claimed delivery that needs nothing any more."""
        db.execute(update(deliveries).where(d.id == row.id).values(**FREE, state="due"))
        db.execute(resting(d.id == row.id))

    def _end(self, db: Connection, ended: Sequence[Ended]) -> None:
        end_attempts(db, self.clock(db), ended)


def end_claims(db: Connection, which: ColumnElement[bool], why: str) -> int:
    """Free claims; publishes under way become in doubt. Returns how many those are."""
    unsure = and_(d.state == "sending", d.present.is_(None))
    count = db.scalar(select(func.count()).select_from(deliveries).where(which, unsure))
    to = case((unsure, literal("in_doubt")), else_=literal("due"))
    reason = case((unsure, literal(why)), else_=d.why)
    db.execute(update(deliveries).where(which).values(**FREE, state=to, why=reason))
    return int(count or 0)


def _works(db: Connection, which: ColumnElement[bool]) -> list[Work]:
    query = (
        select(editions.c.id, editions.c.key, func.count(d.wanted).label("wanted"))
        .join(deliveries, d.edition_id == editions.c.id)
        .where(which)
        .group_by(editions.c.id, editions.c.key)
        .order_by(editions.c.id)
    )
    works = [
        Work(edition=r.id, key=r.key, rank=rank(r.key, removes=not r.wanted))
        for r in db.execute(query)
    ]
    return sorted(works, key=lambda work: work.rank)


@cache  # puts the expression together once, as every claim asks it
def is_held() -> ColumnElement[bool]:
    """Match an article's post, page or pictures, which wait because the article is withheld."""
    key = editions.alias()
    about = articles.c.uri.in_((key.c.key, func.substr(key.c.key, len(PAGE_PREFIX) + 1)))
    mine = and_(key.c.id == d.edition_id, about, articles.c.held_at.is_not(None))
    return or_(select(articles.c.uri).where(mine).exists(), _is_held_picture())


def _is_held_picture() -> ColumnElement[bool]:
    """Match a picture or document that only withheld articles show: its address can be guessed."""
    key = editions.alias()
    here = and_(key.c.id == d.edition_id, key.c.key.startswith(MEDIA))
    held = and_(articles.c.held_at.is_not(None), _shows(articles, key))
    other = articles.alias()
    usable = and_(other.c.held_at.is_(None), other.c.pub_status == PubStatus.USABLE)
    elsewhere = select(other.c.uri).where(usable, _shows(other, key)).exists()
    return select(articles.c.uri).join(key, here).where(held, ~elsewhere).exists()


def _shows(article: FromClause, edition: FromClause) -> ColumnElement[bool]:
    """Match articles whose newest revision shows the picture or document of an edition."""
    revision = revisions.alias()
    r, a = revision.c, article.c
    sha256 = func.substr(edition.c.key, len(MEDIA) + 1)
    newest = and_(r.uri == a.uri, r.version == a.version, r.document.contains(sha256))
    return select(r.uri).where(newest).correlate(article, edition).exists()


def _may_go() -> ColumnElement[bool]:
    return or_(d.state == "in_doubt", ~is_held())


@cache
def _in_turn() -> ColumnElement[bool]:
    """Match what follows nothing, follows what stands as it should, or stands itself."""
    other = deliveries.alias()
    same = and_(other.c.edition_id == d.edition_id, other.c.address == d.follows)
    as_wanted = and_(other.c.present.is_not(None), other.c.present == other.c.wanted)
    stands = select(other.c.id).where(same, as_wanted).exists()
    return or_(d.follows.is_(None), d.present.is_not(None), stands)
