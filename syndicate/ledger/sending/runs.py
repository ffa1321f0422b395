"""A digest's letters as a whole: frozen, composed anew, counted, over."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    null,
    select,
    update,
)

from syndicate.ledger.database.engine import execute_counting, now, transaction
from syndicate.ledger.processes.waits import HELD
from syndicate.ledger.processes.withheld import lacks
from syndicate.ledger.schema import (
    Moment,
    blocks,
    edition_items,
    editions,
    letters,
    runs,
    stencils,
    subscriptions,
    variants,
)
from syndicate.ledger.sending.restating import forget_told
from syndicate.model.delivery import Rendition
from syndicate.system import stop

OPEN_STATES = ("due", "sending", "in_doubt")
LEFT = ("sending", "sent", "in_doubt")  # or may have left
LETTERS_AT_ONCE = 5_000  # letters that are written down by one statement
r, x = runs.c, letters.c


@dataclass(frozen=True, slots=True)
class Pause:
    """A run that waits until the office has put something right."""

    since: timedelta
    why: str


class Runs:
    """The runs of one ledger: one digest's letters each, as a whole."""

    def __init__(self, engine: Engine, clock: Callable[[Connection], datetime]) -> None:
        self.engine = engine
        self.clock = clock

    def write_down(self, numbers: Sequence[int]) -> None:
        """Write down the letters of runs whose lists were too long to do so while planning.

        A few at a time, so that nobody waits for long; whoever is killed leaves the rest to others.
        """
        unwritten = and_(r.edition_id.in_(numbers), r.upto.is_not(None))
        with transaction(self.engine, reads=True) as db:
            found = list(db.scalars(select(r.edition_id).where(unwritten).order_by(r.edition_id)))
        for number in found:
            while not stop.is_asked():
                with transaction(self.engine) as db:
                    if not write_some(db, number):
                        break

    def tidy(self, keep: timedelta) -> None:
        """Keep only counts of letters that ended longer ago than that."""
        while not stop.is_asked():
            with transaction(self.engine) as db:
                if not tally(db, self.clock(db) - keep):
                    break

    def halt(self, edition: int, why: str) -> None:
        """Start no more letters of a run until a person resumes it."""
        self._change(edition, halted=why)

    def resume(self, edition: int) -> None:
        """Go on with what was halted."""
        self._change(edition, halted="", not_before=null())

    def postpone(self, edition: int, why: str, seconds: float | None) -> None:
        """Put off a run: keep why nothing can be sent, and when to go on."""
        with transaction(self.engine) as db:
            until = self.clock(db) + timedelta(seconds=seconds) if seconds else None
            here = update(runs).where(r.edition_id == edition, r.ended_at.is_(None))
            db.execute(here.values(why=why, not_before=until))

    def pause(self, edition: int, why: str) -> None:
        """Pause a run while the relay refuses the office itself: keep since when, and why."""
        with transaction(self.engine) as db:
            here = update(runs).where(r.edition_id == edition, r.ended_at.is_(None))
            moment = self.clock(db)
            known = and_(r.paused_at.is_not(None), r.paused_at <= moment)
            since = case((known, r.paused_at), else_=literal(moment, Moment))
            db.execute(here.values(why=why, paused_at=since, not_before=null()))

    def go_on(self, edition: int) -> None:
        """End a run's pause: a letter was taken."""
        self._change(edition, why="", paused_at=null())

    def hold_no_longer(self, numbers: Sequence[int]) -> None:
        """Forget that runs were held for some hours, which are over."""
        held = and_(r.edition_id.in_(numbers), r.why.startswith(HELD))
        with transaction(self.engine, reads=True) as db:
            found = list(db.scalars(select(r.edition_id).where(held)))
        for number in found:
            self._change(number, why="")

    def paused(self, edition: int) -> Pause | None:
        """Return for how long a run has been paused, and why; None where it is not."""
        with transaction(self.engine, reads=True) as db:
            row = db.execute(select(r.paused_at, r.why).where(r.edition_id == edition)).first()
            if row is None or row.paused_at is None:
                return None
            return Pause(max(self.clock(db) - row.paused_at, timedelta(0)), row.why)

    def give_up(self, edition: int) -> int:
        """Refuse what is left of a run, counted against no reader; returns how many letters."""
        with transaction(self.engine) as db:
            halt_turns(db, edition)
            why = db.scalar(select(r.why).where(r.edition_id == edition)) or ""
            due = and_(x.edition_id == edition, x.state == "due")
            values = {"state": "refused", "why": why, "code": null(), "not_before": null()}
            count = execute_counting(db, update(letters).where(due).values(**values))
            here = update(runs).where(r.edition_id == edition)
            db.execute(here.values(paused_at=null()))
            finish(db, edition)
            return count

    def settle(self, edition: int, state: str, *, of: str, subscriber: int | None = None) -> int:
        """Settle letters as ``settle_letters`` does, in a transaction of its own."""
        with transaction(self.engine) as db:
            return settle_letters(db, edition, state, of=of, subscriber=subscriber)

    def finish(self, edition: int) -> None:
        """Note that a run is over, where it is."""
        with transaction(self.engine) as db:
            finish(db, edition)

    def _change(self, edition: int, **values: Any) -> None:
        with transaction(self.engine) as db:
            db.execute(update(runs).where(r.edition_id == edition).values(**values))


def settle_letters(
    db: Connection, edition: int, state: str, *, of: str, subscriber: int | None = None
) -> int:
    """Settle letters in the state ``of``, all or one person's; returns how many there were.

    Those that are due again go out with the newest words that the edition has.
    """
    which = and_(x.edition_id == edition, x.state == of)
    if subscriber is not None:
        which = and_(which, x.subscriber_id == subscriber)
    values: dict[str, Any] = {"state": state, "not_before": null()}
    if state == "due":
        values |= {"why": null(), "tries": 0}
        if of != "refused":  # who is refused so once more is counted once
            values["code"] = null()
    halt_turns(db, edition)
    count = execute_counting(db, update(letters).where(which).values(**values))
    stencil = db.scalar(select(r.stencil).where(r.edition_id == edition))
    if state == "due" and stencil is None:
        due = and_(x.edition_id == edition, x.state == "due")
        db.execute(update(letters).where(due).values(state="off", why="withdrawn"))
    db.execute(update(runs).where(r.edition_id == edition).values(ended_at=null()))
    if count:
        forget_told(db, edition)
    finish(db, edition)
    return count


def freeze(
    db: Connection, edition: int, channel: int, rendition: Rendition, *,
    among: ColumnElement[bool] | None = None,
) -> int:  # fmt: skip
    """Freeze one letter for every subscriber of a list; returns how many.

    Of a long list it is only written down up to whom it goes: nobody else could plan while so many
    rows are written. ``write_some`` writes them later. ``among``: only for these subscriptions.
    """
    s = subscriptions.c
    mine = and_(s.channel_id == channel, s.ended_at.is_(None))
    count, upto = (0, None) if among is not None else long_list(db, channel)
    if upto is None:
        count = _address(db, edition, mine if among is None else and_(mine, among))
    open_run(db, edition, rendition, letters=count, upto=upto)
    return count


def long_list(db: Connection, channel: int) -> tuple[int, int | None]:
    """Count a list's subscriptions; of a long list also return the newest one."""
    s = subscriptions.c
    mine = and_(s.channel_id == channel, s.ended_at.is_(None))
    count, newest = db.execute(select(func.count(), func.max(s.id)).where(mine)).one()
    return count, newest if count > LETTERS_AT_ONCE else None


def open_run(
    db: Connection, edition: int, rendition: Rendition, *, letters: int, upto: int | None = None
) -> None:
    """Open the run of an edition's letters; ``upto``: they are written down later, up to whom."""
    run: dict[str, Any] = {"edition_id": edition, "stencil": 1, "frozen_at": now(db)}
    db.execute(insert(runs).values(**run, letters=letters, upto=upto))
    _keep(db, edition, 1, rendition)
    finish(db, edition)


def write_some(db: Connection, edition: int) -> bool:
    """Write down some more letters of a run that was frozen; False where there are no more.

    Who left the list meanwhile gets none, nor does who came to it.
    """
    run = db.execute(
        select(r.upto, r.filled, r.stencil, editions.c.channel_id)
        .join(editions, editions.c.id == r.edition_id)
        .where(r.edition_id == edition)
        .with_for_update(key_share=True, of=runs)
    ).first()
    if run is None or run.upto is None:
        return False
    s, here = subscriptions.c, update(runs).where(r.edition_id == edition)
    mine = and_(
        s.channel_id == run.channel_id, s.ended_at.is_(None), s.id > run.filled, s.id <= run.upto
    )
    some = select(s.id).where(mine).order_by(s.id).limit(LETTERS_AT_ONCE).subquery()
    last = db.scalar(select(func.max(some.c.id))) if run.stencil is not None else None
    if last is None:
        written = select(func.count()).where(x.edition_id == edition).scalar_subquery()
        db.execute(here.values(upto=null(), letters=written))
        finish(db, edition)
        return False
    beside = db.scalars(select(variants.c.edition_id).where(variants.c.digest_id == edition))
    again = select(x.subscriber_id).where(
        x.edition_id.in_([edition, *beside]), x.subscriber_id == s.subscriber_id
    )
    _address(db, edition, and_(mine, s.id <= last, ~again.exists()))
    db.execute(here.values(filled=last))
    return True


def _address(db: Connection, edition: int, which: ColumnElement[bool]) -> int:
    people = select(literal(edition), subscriptions.c.subscriber_id, literal("due")).where(which)
    into = ["edition_id", "subscriber_id", "state"]
    ordered = people.order_by(subscriptions.c.subscriber_id)
    return execute_counting(db, insert(letters).from_select(into, ordered))


def readers_of(channel: int, uri: str) -> Select[Any]:
    """Select those who got an article in a list's letters, or may have got it."""
    here = and_(editions.c.channel_id == channel, edition_items.c.uri == uri)
    query = select(x.subscriber_id).join(editions, editions.c.id == x.edition_id)
    query = query.join(edition_items, edition_items.c.edition_id == editions.c.id)
    return query.where(here, x.state.in_(LEFT), ~lacks(x, uri))


def lacking(edition: int, uri: str) -> Select[Any]:
    """Select those whose letter of an edition left without this article, as it was held then."""
    held = and_(lacks(x, uri, held=True), x.edition_id == edition, x.state.in_(LEFT))
    return select(x.subscriber_id).where(held)


def got_any(db: Connection, edition: int, uri: str) -> bool:
    """Return True if anybody got this article in a letter of an edition, or may have got it."""
    if db.scalar(select(r.counts).where(r.edition_id == edition)) is not None:
        return True  # the letters' rows are gone
    here = and_(x.edition_id == edition, x.state.in_(LEFT), ~lacks(x, uri))
    return db.scalar(select(x.subscriber_id).where(here).limit(1)) is not None


def replace_stencil(
    db: Connection, edition: int, rendition: Rendition | None, *, why: str = "withdrawn"
) -> None:
    """Replace the text of all letters that have not left; None cancels them, and says ``why``."""
    last = select(func.max(stencils.c.number)).where(stencils.c.edition_id == edition)
    number = int(db.scalar(last) or 0) + 1 if rendition else None
    if rendition and number:
        _keep(db, edition, number, rendition)
    else:
        halt_turns(db, edition)
        waiting = and_(x.edition_id == edition, x.state == "due")
        db.execute(update(letters).where(waiting).values(state="off", why=why))
    db.execute(update(runs).where(r.edition_id == edition).values(stencil=number))
    finish(db, edition)


def halt_turns(db: Connection, edition: int) -> None:
    """Let nobody claim or start letters of an edition before this transaction ends.

    Whoever changes many of them and those who start some would else wait for each other's rows.
    """
    if db.dialect.name == "sqlite":
        return
    run = select(r.edition_id).where(r.edition_id == edition)
    db.execute(run.with_for_update(key_share=True))
    b = blocks.c
    theirs = select(b.id).where(b.edition_id == edition).order_by(b.id)
    db.execute(theirs.with_for_update(key_share=True))


def finish(db: Connection, edition: int) -> None:
    """Note when nothing of a run is open any more."""
    still_open = and_(x.edition_id == edition, x.state.in_(OPEN_STATES))
    if db.scalar(select(x.subscriber_id).where(still_open).limit(1)) is None:
        here = and_(r.edition_id == edition, r.ended_at.is_(None), r.upto.is_(None))
        over = {"ended_at": now(db), "halted": "", "why": "", "not_before": null()}
        db.execute(update(runs).where(here).values(**over))


def letter_counts(db: Connection, edition: int) -> Mapping[str, int]:
    """Return a run's letters by state; ``deferred`` are those of ``due`` that were put off."""
    kept = db.scalar(select(r.counts).where(r.edition_id == edition))
    if kept is not None:
        counts: dict[str, int] = json.loads(kept)
        return counts
    rows = db.execute(
        select(x.state, func.count(), func.count(x.not_before))
        .where(x.edition_id == edition)
        .group_by(x.state)
    )
    found: dict[str, int] = {}
    for state, count, waiting in rows:
        put_off = waiting if state == "due" else 0
        if put_off:
            found["deferred"] = put_off
        if count - put_off:
            found[state] = count - put_off
    unwritten = select(r.letters).where(r.edition_id == edition, r.upto.is_not(None))
    if missing := max(0, int(db.scalar(unwritten) or 0) - sum(found.values())):
        found["due"] = found.get("due", 0) + missing
    return found


def put_off(db: Connection, edition: int) -> str:
    """Return why most of the deferred letters wait; "" where none does."""
    waiting = and_(x.edition_id == edition, x.state == "due", x.not_before.is_not(None))
    reasons = select(x.why).where(waiting, x.why.is_not(None)).group_by(x.why)
    return db.scalar(reasons.order_by(func.count().desc(), x.why).limit(1)) or ""


def tally(db: Connection, before: datetime) -> bool:
    """Keep only the counts of one run that ended before; False if there is none."""
    old = and_(r.ended_at < before, r.counts.is_(None))
    number = db.scalar(
        select(r.edition_id)
        .where(old)
        .order_by(r.edition_id)
        .limit(1)
        .with_for_update(key_share=True, skip_locked=True)
    )
    if number is None:
        return False
    counts = json.dumps(dict(letter_counts(db, number)), sort_keys=True)
    db.execute(delete(letters).where(x.edition_id == number))
    db.execute(update(runs).where(r.edition_id == number).values(counts=counts))
    return True


def _keep(db: Connection, edition: int, number: int, rendition: Rendition) -> None:
    row = {"edition_id": edition, "number": number, "media_type": rendition.media_type}
    db.execute(insert(stencils).values(**row, content=rendition.content))
