"""What is due, who holds it, how it ended: every method one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Row,
    Select,
    Update,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    true,
    update,
)

from syndicate.errors import DeliveryError, InDoubt, Refused, Unavailable
from syndicate.ledger.database.engine import now, transaction
from syndicate.ledger.processes import moves
from syndicate.ledger.processes.claims import FREE, end_dead_claims
from syndicate.ledger.processes.liveness import Presence
from syndicate.ledger.processes.waits import CLAIM_FOR, DAY, is_ahead, is_over
from syndicate.ledger.schema import attempts, channels, deliveries, editions
from syndicate.ledger.sending.letters import MOST_TRIES, back_off
from syndicate.ledger.sending.renditions import files, files_of, forget_unused, words_by_number
from syndicate.model.delivery import Receipt, Rendition, delivery_key
from syndicate.model.edition_keys import rank

DIED = "the process that sent it died: look whether it is there"
AGAIN_AFTER = timedelta(minutes=1)  # a revise that ended in doubt
ARRIVED_BY = timedelta(minutes=2)  # what began so much later came later
LOOK_AGAIN = timedelta(minutes=10)  # at the latest; a young doubt is looked at more often
LONG_AGO = timedelta(days=36500)  # nobody knows when: a wrong clock wrote it down

d = deliveries.c
# where nothing is (yet, or at another destination)
ABSENT: dict[str, Any] = {"present": null(), "reference": null(), "url": null(), "state": "due"}


Result = Receipt | DeliveryError | None  # a receipt, None for a removal, or how it failed


class Verb(StrEnum):
    """What an attempt does at the destination."""

    PUBLISH = "publish"
    REVISE = "revise"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try at one delivery: ours, and nobody else's, for a while."""

    id: int
    delivery: int
    key: str
    address: str
    verb: Verb
    rendition: Rendition | None  # what it tries to put there; None removes
    files: dict[str, bytes]
    receipt: Receipt | None  # for what is there already
    started: datetime
    neighbours: tuple[Receipt | None, Receipt | None] = (None, None)
    followed: Receipt | None = None
    stood: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """An edition with something to do."""

    edition: int
    key: str
    rank: int  # of a collection, what has a higher one points to what has a lower one


class Queue:
    """The deliveries of one ledger, as one process works on them."""

    def __init__(self, engine: Engine, presence: Presence) -> None:
        self.engine = engine
        self.presence = presence

    def clock(self, db: Connection) -> datetime:
        """The database's clock; tests turn it."""
        return now(db)

    # claims

    def work(self, numbers: Sequence[int], *, doubts: bool) -> list[Work]:
        """Which of these editions have something due now, or in doubt, in their order."""
        with transaction(self.engine, reads=True) as db:
            states = ("due", "in_doubt") if doubts else ("due",)
            open_ = and_(d.state.in_(states), _ready(self.clock(db)))
            return _works(db, and_(d.edition_id.in_(numbers), open_, _in_turn()))

    def ahead(self, channel: int, rank: int) -> str:
        """The key of an edition that comes earlier and does not stand; "" if there is none."""
        open_ = and_(editions.c.channel_id == channel, d.state != "settled")
        with transaction(self.engine, reads=True) as db:
            return next((one.key for one in _works(db, open_) if one.rank < rank), "")

    def claim(self, editions: int | Sequence[int], after: int, most: int) -> list[int]:
        """Take the next deliveries that are due, later than ``after``: nobody else will."""
        numbers = [editions] if isinstance(editions, int) else editions
        me = self.presence.me()
        with transaction(self.engine) as db:
            if moves.under_way(db, self.presence):
                return []
            moment = self.clock(db)
            due = and_(d.edition_id.in_(numbers), d.state == "due", d.id > after)
            query = select(d.id).where(due, _ready(moment), _in_turn()).order_by(d.id).limit(most)
            found = list(db.scalars(query.with_for_update(skip_locked=True)))
            if found:
                held = {"state": "claimed", "holder_id": me, "claimed_until": moment + CLAIM_FOR}
                db.execute(update(deliveries).where(d.id.in_(found)).values(**held))
            return found

    def let_go(self, claimed: Iterable[int]) -> None:
        """Give back what was claimed and not started."""
        ours = and_(
            d.id.in_(list(claimed)), d.state == "claimed", d.holder_id == self.presence.me()
        )
        with transaction(self.engine) as db:
            db.execute(update(deliveries).where(ours).values(**FREE, state="due"))

    def end_dead_claims(self) -> None:
        """Free what dead processes held; what they had started may have happened."""
        held = d.state.in_(("claimed", "sending"))
        end = partial(end_claims, why=DIED)
        end_dead_claims(self.engine, self.presence, deliveries, held, end, self.clock)

    # attempts

    def start(self, claimed: Sequence[int]) -> list[Attempt]:
        """Commit that these are being sent, as they are wanted now; what needs nothing rests."""
        with transaction(self.engine) as db:
            return self._start(db, claimed)

    def end(self, attempt: Attempt, result: Result) -> None:
        """Write down how it ended: a receipt, nothing (it was removed), or an error."""
        with transaction(self.engine) as db:
            self._end(db, [(attempt, result)])

    def end_batch(self, ended: Sequence[tuple[Attempt, Result]]) -> None:
        """Write down in one transaction how several attempts ended."""
        with transaction(self.engine) as db:
            self._end(db, ended)

    def absent(self, attempt: Attempt) -> None:
        """It is proven that a doubtful publish never happened: it is due again.

        Unless somebody else was quicker, and has tried it once more: that is another doubt.
        """
        with transaction(self.engine) as db:
            ended = {"ended_at": self.clock(db), "outcome": "absent"}
            db.execute(update(attempts).where(attempts.c.id == attempt.id).values(**ended))
            newest = and_(d.id == attempt.delivery, d.attempt_id == attempt.id)
            unsure = and_(newest, d.state == "in_doubt")
            due = {"state": "due", "why": "", "not_before": null()}
            db.execute(update(deliveries).where(unsure).values(**due))
            db.execute(resting(d.id == attempt.delivery))

    def still_in_doubt(self, attempt: Attempt, why: str) -> None:
        """Somebody looked and cannot tell: say what was seen, and look again some time later."""
        unsure = and_(d.id == attempt.delivery, d.attempt_id == attempt.id, d.state == "in_doubt")
        with transaction(self.engine) as db:
            moment = self.clock(db)
            overdue = max(moment - attempt.started - ARRIVED_BY, timedelta(0))
            again = moment + min(overdue / 4, LOOK_AGAIN)
            db.execute(update(deliveries).where(unsure).values(why=why, not_before=again))

    def doubts(self, *numbers: int, ready: bool = False) -> list[Attempt]:
        """Publishes that may have happened, with what they said; ``ready``: to look for now."""
        unsure = and_(d.edition_id.in_(numbers), d.state == "in_doubt")
        with transaction(self.engine, reads=True) as db:
            now_only = _ready(self.clock(db)) if ready else true()
            rows = db.execute(_rows(and_(unsure, now_only))).all()
            tries = select(attempts).where(attempts.c.id.in_([row.attempt_id for row in rows]))
            by_id = {one.id: one for one in db.execute(tries)}
            return [self._unsure(db, row, by_id[row.attempt_id]) for row in rows]

    def age(self, attempt: Attempt) -> timedelta:
        """How long ago an attempt began, by the database's clock."""
        with transaction(self.engine, reads=True) as db:
            moment = self.clock(db)
            return LONG_AGO if is_ahead(attempt.started, moment) else moment - attempt.started

    def postpone_all(self, edition: int, why: str, until: float | None) -> None:
        """Nothing was claimed, nothing happened: say why, and when to ask again (seconds)."""
        with transaction(self.engine) as db:
            later = self.clock(db) + timedelta(seconds=until) if until else None
            due = and_(d.edition_id == edition, d.state == "due")
            values: dict[str, Any] = {"why": why}
            if later:
                values["not_before"] = later
            db.execute(update(deliveries).where(due).values(**values))

    # inside

    def _start(self, db: Connection, claimed: Sequence[int]) -> list[Attempt]:
        ours = and_(d.id.in_(claimed), d.state == "claimed", d.holder_id == self.presence.me())
        rows = db.execute(_rows(ours).with_for_update(of=deliveries)).all()
        moment, begun = self.clock(db), []
        for row in rows:
            if verb := _verb(row):
                begun.append((row, verb))
            else:
                self._rest(db, row)
        return self._begun(db, begun, moment) if begun else []

    def _begun(
        self, db: Connection, begun: Sequence[tuple[Row[Any], Verb]], moment: datetime
    ) -> list[Attempt]:
        """Write down new attempts, and return them with what each is to say."""
        new = [
            {"delivery_id": row.id, "verb": verb, "rendition_id": row.wanted,
             "version": row.wanted_version, "started_at": moment}
            for row, verb in begun
        ]  # fmt: skip
        made = insert(attempts).returning(attempts.c.id, sort_by_parameter_order=True)
        ids = list(db.scalars(made, new))
        newest = select(func.max(attempts.c.id)).where(attempts.c.delivery_id == d.id)
        sending = {"state": "sending", "attempt_id": newest.scalar_subquery(),
                   "claimed_until": moment + CLAIM_FOR}  # fmt: skip
        here = d.id.in_([row.id for row, _ in begun])
        db.execute(update(deliveries).where(here).values(**sending))
        said = words_by_number(db, [row.wanted for row, _ in begun if row.wanted])
        media = files(db, *said.values())
        return [
            self._attempt(db, row, id, verb, row.wanted and said[row.wanted], media, moment)
            for (row, verb), id in zip(begun, ids, strict=True)
        ]

    def _rest(self, db: Connection, row: Row[Any]) -> None:
        """Nothing is to be done here any more."""
        db.execute(update(deliveries).where(d.id == row.id).values(**FREE, state="due"))
        db.execute(resting(d.id == row.id))

    def _end(self, db: Connection, ended: Sequence[tuple[Attempt, Result]]) -> None:
        settle_batch(db, self.clock(db), [one for one in ended if _is_whole(one[1])])
        for attempt, result in ended:
            if not _is_whole(result):
                self._end_one(db, attempt, result)

    def _end_one(self, db: Connection, attempt: Attempt, result: Result) -> None:
        detail = str(result) if isinstance(result, DeliveryError) else ""
        outcome = OUTCOMES.get(type(result), "receipt")
        ended = {"ended_at": self.clock(db), "outcome": outcome, "detail": detail}
        db.execute(update(attempts).where(attempts.c.id == attempt.id).values(**ended))
        newest = and_(d.id == attempt.delivery, d.attempt_id == attempt.id)
        if result is None or isinstance(result, Receipt):
            self._settle(db, attempt, result, newest)
        else:
            self._not_settled(db, attempt, result, newest)
        db.execute(resting(d.id == attempt.delivery))

    def _settle(
        self, db: Connection, attempt: Attempt, receipt: Receipt | None, newest: ColumnElement[bool]
    ) -> None:
        """It happened. Better late than never, as long as no newer attempt has begun."""
        row = db.execute(
            select(d.present, attempts.c.rendition_id, attempts.c.version)
            .join(attempts, attempts.c.id == d.attempt_id)
            .where(newest)
        ).first()
        if row is None:
            return
        there: dict[str, Any] = {
            "present": row.rendition_id if receipt else null(),
            "present_version": row.version if receipt else 0,
            "reference": receipt and receipt.reference,
            "url": receipt and receipt.url,
            "destination": receipt and receipt.destination,
        }
        later = self._again(db, attempt, row.rendition_id) if receipt and receipt.lacks else None
        there |= {"lacking": bool(later), "why": receipt.lacks if receipt and later else ""}
        db.execute(update(deliveries).where(newest).values(**there))
        # whoever claimed it meanwhile keeps it, and will find nothing to do
        free = and_(newest, d.state != "claimed")
        due = {"state": "due", "not_before": later or null()}
        db.execute(update(deliveries).where(free).values(**FREE, **due))
        forget_unused(db, row.present)

    def _again(self, db: Connection, attempt: Attempt, said: int) -> datetime | None:
        """When to try what was left out once more; None where that was tried for long enough."""
        a = attempts.c
        same = and_(a.delivery_id == attempt.delivery, a.rendition_id == said)
        tries = int(db.scalar(select(func.count()).select_from(attempts).where(same)) or 0)
        return self.clock(db) + back_off(tries) if tries < MOST_TRIES else None

    def _not_settled(
        self, db: Connection, attempt: Attempt, error: DeliveryError, newest: ColumnElement[bool]
    ) -> None:
        going = and_(newest, d.state.in_(("sending", "in_doubt")))
        values: dict[str, Any] = {"why": str(error), "not_before": null()}
        if isinstance(error, Refused):
            self._refuse(db, attempt, str(error), going)
            return
        if isinstance(error, InDoubt) and attempt.verb is Verb.PUBLISH:
            values["state"] = "in_doubt"
        else:
            wait = getattr(error, "retry_after", None)
            if isinstance(error, InDoubt):
                wait = AGAIN_AFTER.total_seconds()
            values["state"] = "due"
            values["not_before"] = self.clock(db) + timedelta(seconds=wait) if wait else null()
        db.execute(update(deliveries).where(going).values(**FREE, **values))

    def _refuse(
        self, db: Connection, attempt: Attempt, why: str, going: ColumnElement[bool]
    ) -> None:
        fallback = attempt.verb is Verb.REMOVE and db.scalar(select(d.fallback).where(going))
        if fallback:  # it will not go away: a notice takes its place
            instead = {"wanted": fallback, "fallback": null(), "state": "due"}
            db.execute(update(deliveries).where(going).values(**FREE, **instead, why=why))
        else:
            db.execute(update(deliveries).where(going).values(**FREE, state="refused", why=why))

    def _attempt(
        self, db: Connection, row: Row[Any], id: int, verb: Verb, said: Rendition | None,
        media: Mapping[str, bytes], at: datetime,
    ) -> Attempt:  # fmt: skip
        rendition = replace(said, address=row.address) if said else None
        receipt = None
        if row.reference is not None:
            receipt = Receipt(row.reference, row.url, row.destination or "")
        return Attempt(
            id=id, delivery=row.id, address=row.address, verb=verb, rendition=rendition,
            files=files_of(rendition, media), receipt=receipt, started=at,
            followed=_followed(db, row) if row.follows else None,
            stood=row.present is None and row.destination is not None,
            key=delivery_key(row.channel_key, row.edition_key, row.address),
        )  # fmt: skip

    def _unsure(self, db: Connection, row: Row[Any], attempt: Row[Any]) -> Attempt:
        said = words_by_number(db, [attempt.rendition_id] if attempt.rendition_id else [])
        started, moment = attempt.started_at, self.clock(db)
        if is_ahead(started, moment):
            started = moment - DAY  # else it would seem to be under way until then
        rendition = said[attempt.rendition_id] if said else None
        media = files(db, rendition) if rendition else {}
        made = self._attempt(db, row, attempt.id, Verb.PUBLISH, rendition, media, started)
        return replace(made, neighbours=(_before(db, row, attempt), _after(db, row, attempt)))


OUTCOMES: dict[type[object], str] = {
    Refused: "refused",
    Unavailable: "unavailable",
    InDoubt: "in_doubt",
}


def settle_batch(db: Connection, moment: datetime, ended: Sequence[tuple[Attempt, Result]]) -> None:
    """Settle deliveries whose newest attempt has left all of a rendition at its address."""
    if not ended:
        return
    receipts = {attempt.id: result for attempt, result in ended if isinstance(result, Receipt)}
    over = {"ended_at": moment, "outcome": "receipt", "detail": ""}
    db.execute(update(attempts).where(attempts.c.id.in_(list(receipts))).values(**over))
    rows = db.execute(
        select(d.id, d.attempt_id, d.present, attempts.c.rendition_id, attempts.c.version)
        .join(attempts, attempts.c.id == d.attempt_id)
        .where(d.attempt_id.in_(list(receipts)))
    ).all()
    if not rows:
        return
    there: dict[str, Any] = {
        name: bindparam(f"new_{name}")
        for name in ("present", "present_version", "reference", "url", "destination")
    }
    newest = and_(d.id == bindparam("delivery"), d.attempt_id == bindparam("attempt"))
    # as in Queue._settle: whoever claimed it meanwhile keeps it
    kept = update(deliveries).where(newest).values(**there, lacking=False, why="")
    db.execute(kept, [_settled(row, receipts[row.attempt_id]) for row in rows])
    which = d.id.in_([row.id for row in rows])
    free = update(deliveries).where(which, d.state != "claimed")
    db.execute(free.values(**FREE, state="due", not_before=null()))
    if replaced := [row.present for row in rows if row.present]:
        forget_unused(db, *replaced)
    db.execute(resting(which))


def _settled(row: Any, receipt: Receipt) -> dict[str, Any]:
    return {
        "delivery": row.id, "attempt": row.attempt_id, "new_present": row.rendition_id,
        "new_present_version": row.version, "new_reference": receipt.reference,
        "new_url": receipt.url, "new_destination": receipt.destination,
    }  # fmt: skip


def _is_whole(result: Result) -> bool:
    """Whether an attempt left all of a rendition at its address."""
    return isinstance(result, Receipt) and not result.lacks


def end_claims(db: Connection, which: ColumnElement[bool], why: str) -> int:
    """Free what somebody held; what they had started may have happened. How many of those."""
    unsure = and_(d.state == "sending", d.present.is_(None))
    count = db.scalar(select(func.count()).select_from(deliveries).where(which, unsure))
    to = case((unsure, literal("in_doubt")), else_=literal("due"))
    said = case((unsure, literal(why)), else_=d.why)
    db.execute(update(deliveries).where(which).values(**FREE, state=to, why=said))
    return int(count or 0)


def resting(which: ColumnElement[bool]) -> Update:
    """Let rest what is as wanted; leave alone what is under way, refused or in doubt.

    What was only to replace something is no longer wanted where nothing is.
    """
    pointless = and_(d.replaces, d.present.is_(None))
    rests = or_(pointless, and_(d.wanted.is_not_distinct_from(d.present), ~d.lacking))
    return (
        update(deliveries)
        .where(which, d.state.in_(("due", "settled")))
        .values(
            wanted=case((pointless, null()), else_=d.wanted),
            state=case((rests, literal("settled")), else_=literal("due")),
        )
    )


def _works(db: Connection, which: ColumnElement[bool]) -> list[Work]:
    query = (
        select(editions.c.id, editions.c.key, func.count(d.wanted).label("wanted"))
        .join(deliveries, d.edition_id == editions.c.id)
        .where(which)
        .group_by(editions.c.id, editions.c.key)
        .order_by(editions.c.id)
    )
    works = [Work(r.id, r.key, rank(r.key, removes=not r.wanted)) for r in db.execute(query)]
    return sorted(works, key=lambda one: one.rank)


def _before(db: Connection, row: Row[Any], attempt: Row[Any]) -> Receipt | None:
    """The newest receipt that was there when an attempt began."""
    a = attempts.c
    there = and_(a.id < attempt.id, a.ended_at <= attempt.started_at)
    return _first(db, _receipts(row).where(there).order_by(a.id.desc()))


def _after(db: Connection, row: Row[Any], attempt: Row[Any]) -> Receipt | None:
    """The oldest receipt of an attempt that began when this one's post was there, or never."""
    a = attempts.c
    later = and_(a.id > attempt.id, a.started_at >= attempt.started_at + ARRIVED_BY)
    return _first(db, _receipts(row).where(later).order_by(a.id))


def _first(db: Connection, receipts: Select[Any]) -> Receipt | None:
    found = db.execute(receipts.limit(1)).first()
    return Receipt(found.reference, found.url, found.destination) if found else None


def _receipts(row: Row[Any]) -> Select[Any]:
    """What else a channel has where it now writes, by the attempts that put it there."""
    again = attempts.alias()
    newer = and_(_put_there(again), again.c.delivery_id == d.id, again.c.id > attempts.c.id)
    ours = and_(_put_there(attempts), ~select(again.c.id).where(newer).exists())
    here = and_(editions.c.channel_id == row.channel_id, d.destination == channels.c.identity)
    return (
        select(d.reference, d.url, d.destination)
        .join(attempts, attempts.c.delivery_id == d.id)
        .join(editions, editions.c.id == d.edition_id)
        .join(channels, channels.c.id == editions.c.channel_id)
        .where(here, ours, d.id != row.id, d.reference.is_not(None), d.follows.is_(None))
    )


def _followed(db: Connection, row: Row[Any]) -> Receipt | None:
    """Where that stands which a delivery follows."""
    there = and_(d.edition_id == row.edition_id, d.address == row.follows)
    receipt = select(d.reference, d.url, d.destination)
    return _first(db, receipt.where(there, d.present.is_not(None)))


def _put_there(tried: FromClause) -> ColumnElement[bool]:
    return and_(tried.c.verb == Verb.PUBLISH, tried.c.outcome == "receipt")


def _ready(moment: datetime) -> ColumnElement[bool]:
    """What need not wait any more."""
    return is_over(d.not_before, moment)


def _in_turn() -> ColumnElement[bool]:
    """What follows nothing, follows what stands there as it should, or stands itself."""
    other = deliveries.alias()
    same = and_(other.c.edition_id == d.edition_id, other.c.address == d.follows)
    as_wanted = and_(other.c.present.is_not(None), other.c.present == other.c.wanted)
    stands = select(other.c.id).where(same, as_wanted).exists()
    return or_(d.follows.is_(None), d.present.is_not(None), stands)


def _verb(row: Row[Any]) -> Verb | None:
    """The way from what is there to what should be; None where there is none to go."""
    if row.replaces and row.present is None:
        return None
    if row.present == row.wanted and not row.lacking:
        return None
    if row.present is None:
        return Verb.PUBLISH
    return Verb.REMOVE if row.wanted is None else Verb.REVISE


def _rows(which: ColumnElement[bool]) -> Any:
    """Deliveries with what an attempt needs to know."""
    return (
        select(
            deliveries, editions.c.key.label("edition_key"), channels.c.key.label("channel_key"),
            editions.c.channel_id,
        )
        .join(editions, editions.c.id == d.edition_id)
        .join(channels, channels.c.id == editions.c.channel_id)
        .where(which)
        .order_by(d.id)
    )  # fmt: skip
