"""A digest's letters: to whom one is due, who has it, what nobody knows."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    null,
    select,
    true,
    update,
)

from syndicate.errors import Bounced, Deferred, DeliveryError, InDoubt, Refused
from syndicate.ledger.database.engine import (
    affected,
    database_errors,
    say,
    stamp,
    transaction,
    usable,
)
from syndicate.ledger.people.lists import bounce
from syndicate.ledger.people.tokens import SUBSCRIPTION, Tokens
from syndicate.ledger.processes import moves
from syndicate.ledger.processes.claims import end_dead_claims
from syndicate.ledger.processes.liveness import Presence
from syndicate.ledger.processes.waits import CLAIM_FOR, is_over
from syndicate.ledger.schema import (
    Moment,
    blocks,
    channels,
    editions,
    letters,
    runs,
    stencils,
    subscribers,
    subscriptions,
)
from syndicate.ledger.sending.runs import fill, finish, halt_turns, tally
from syndicate.model.delivery import Receipt, Recipient, Rendition
from syndicate.system import stop

RENEW = 60.0  # seconds, after which a claim is renewed where there is occasion
BLOCK = 500  # recipients claimed at once
FIRST_WAIT = timedelta(minutes=5)  # for who was put off; then twice as long each time
LONGEST_WAIT = timedelta(hours=8)
MOST_TRIES = 12  # two days of such waits
LONGEST_HOLD = timedelta(days=2)  # of a letter that is not tried, though others are
DIED = "the process that sent it died: ask the relay's log or the recipient"
OFF = "no longer on the list"
TAKEN = (
    "another machine took this run's recipients over, since this one gave no sign of life at the"
    " database for a while: what is left of the digest is that machine's, or the next run's"
)

r, x = runs.c, letters.c


@dataclass(frozen=True, slots=True)
class Block:
    """Recipients that nobody else writes to, as long as we live."""

    id: int
    edition: int
    key: str  # the edition's
    channel_key: str
    channel: int
    people: Mapping[int, str]  # subscriber -> address, in the order of sending


@dataclass(frozen=True, slots=True)
class Started:
    """One letter, committed as being sent."""

    recipient: Recipient
    subscriber: int
    tries: int


@dataclass(frozen=True, slots=True)
class Pause:
    """A run that waits until the office has put something right."""

    since: timedelta
    why: str


@dataclass(frozen=True, slots=True)
class Turn:
    """What may be sent now: one rendition to several people; ``over``: nothing any more."""

    rendition: Rendition | None
    started: Sequence[Started]
    over: bool = False
    why: str = ""  # it is over before its end


Result = Receipt | DeliveryError


class Letters:
    """The letters of one ledger, as one process works on them."""

    def __init__(
        self, engine: Engine, tokens: Tokens, presence: Presence,
        clock: Callable[[Connection], datetime], carried: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self.engine = engine
        self.tokens = tokens
        self.presence = presence
        self.clock = clock
        self.carried = carried  # the same time, without asking for it
        self.passes = ""  # a halt that does not hold for us: it is our own sample's
        self._line: Connection | None = None  # one for all turns: a pool takes its time
        self._said: dict[tuple[int, int], Rendition] = {}
        self._renew_at = 0.0

    # claims

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
                    if not fill(db, number):
                        break

    def tidy(self, keep: timedelta) -> None:
        """Keep only counts of letters that ended longer ago than that."""
        while not stop.is_asked():
            with transaction(self.engine) as db:
                if not tally(db, self.clock(db) - keep):
                    break

    def open(self, numbers: Sequence[int]) -> list[int]:
        """Which of these editions have letters that are due now, in their order."""
        self.write_down(numbers)
        with transaction(self.engine, reads=True) as db:
            moment = self.clock(db)
            query = select(r.edition_id).where(r.edition_id.in_(numbers), self._runs_on(moment))
            ids = list(db.scalars(query.order_by(r.edition_id)))
            return [one for one in ids if _next(db, one, 0, moment, 1)]

    def waiting(self, edition: int) -> int:
        """How many letters of an edition have not left."""
        here = and_(x.edition_id == edition, x.state == "due")
        with transaction(self.engine, reads=True) as db:
            return int(db.scalar(select(func.count()).select_from(letters).where(here)) or 0)

    def claim(self, edition: int, most: int = BLOCK) -> Block | None:
        """Take the next recipients; None where nothing is due, or all of it is somebody else's."""
        me = self.presence.me()
        with transaction(self.engine) as db:
            if moves.under_way(db, self.presence):
                return None
            moment = self.clock(db)
            here = and_(r.edition_id == edition, self._runs_on(moment))
            run = db.execute(select(runs).where(here).with_for_update(key_share=True)).first()
            if run is None:
                return None
            found = _next(db, edition, run.cursor, moment, most)
            if not found and run.cursor:
                found = _next(db, edition, 0, moment, most)  # another pass
            if not found:
                return None
            first, last = found[0][0], found[-1][0]
            held = {"edition_id": edition, "first": first, "last": last, "holder_id": me}
            made = db.execute(insert(blocks).values(**held, claimed_until=moment + CLAIM_FOR))
            why = run.why if run.paused_at else ""  # an earlier try's trouble may be over
            begun = {"cursor": last, "started_at": run.started_at or moment, "why": why}
            db.execute(update(runs).where(r.edition_id == edition).values(**begun))
            names = self.names(db, edition)
            assert made.inserted_primary_key is not None
            number = int(made.inserted_primary_key[0])
            self._renew_at = self._renew_at or time.monotonic() + RENEW
            return Block(number, edition, names.key, names.channel, names.channel_id, dict(found))

    def renew(self) -> None:
        """Hold on to what is ours, where it is time to: no letter may have begun for long."""
        if time.monotonic() > self._renew_at:
            with transaction(self.engine, line=self._open_line()) as db:
                self._renew(db)

    def hang_up(self) -> None:
        """No more turns, for now."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def names(self, db: Connection, edition: int) -> Any:
        """An edition's key, and its channel's: parts of its deliveries' keys."""
        return db.execute(
            select(editions.c.key, channels.c.key.label("channel"), editions.c.channel_id)
            .join(channels, channels.c.id == editions.c.channel_id)
            .where(editions.c.id == edition)
        ).one()

    def why_none(self) -> str:
        """Why there is nothing to claim though something is due: the ledger is being moved."""
        with transaction(self.engine, reads=True) as db:
            return moves.under_way(db, self.presence)

    def end_dead_claims(self) -> None:
        """Free what dead processes held; what they had started may have left."""
        end = partial(end_blocks, why=DIED)
        end_dead_claims(self.engine, self.presence, blocks, true(), end, self.clock)

    # attempts

    def turn(
        self,
        block: Block | None,
        ended: Sequence[tuple[Started, Result]],
        next_: Sequence[int],
        edition: int,
        done: Sequence[Block] = (),
    ) -> Turn:
        """End some letters and start others, in one commit; whoever has left gets none.

        Of the blocks that are ``done`` what was not started is free for others.
        """
        with transaction(self.engine, line=self._open_line()) as db:
            self._end(db, edition, ended)
            if done:
                db.execute(delete(blocks).where(blocks.c.id.in_([one.id for one in done])))
            if not next_ or block is None:
                return Turn(None, ())
            run = self._held(db, block)
            if run is None:
                return Turn(None, (), over=True, why=TAKEN)
            if run[1] not in ("", self.passes) or run[0] is None:
                return Turn(None, (), over=True)
            if run[2] and (why := moves.under_way(db, self.presence)):
                return Turn(None, (), over=True, why=why)
            began = stamp(db, self.carried())
            given = (run[0], began, block.edition, *next_, block.channel)
            rows = say(db, _start(len(next_), db.dialect.name), given).fetchall()
            if len(rows) < len(next_):
                self._call_off(db, block.edition, block.channel, next_)
            tries: dict[int, int] = {row[0]: row[1] for row in rows}
            said = self._words(db, block.edition, run[0])
        make = self.tokens.maker(SUBSCRIPTION, block.channel_key)
        people = block.people
        started = [
            Started(Recipient(str(one), people[one], make(one)), one, tries[one])
            for one in next_
            if one in tries
        ]
        return Turn(said, started)

    def recipient(self, channel_key: str, subscriber: int, email: str) -> Recipient:
        """A subscriber, as a letter needs to know them."""
        token = self.tokens.make(SUBSCRIPTION, channel_key, subscriber)
        return Recipient(str(subscriber), email, token)

    # what a person says, or the run itself

    def halt(self, edition: int, why: str) -> None:
        """Start no more letters until somebody says so."""
        self._change(edition, halted=why)

    def resume(self, edition: int) -> None:
        """Go on with what was halted."""
        self._change(edition, halted="", not_before=null())

    def postpone(self, edition: int, why: str, seconds: float | None) -> None:
        """Nothing can be sent just now: say why, and when to go on."""
        with transaction(self.engine) as db:
            until = self.clock(db) + timedelta(seconds=seconds) if seconds else None
            here = update(runs).where(r.edition_id == edition, r.ended_at.is_(None))
            db.execute(here.values(why=why, not_before=until))

    def pause(self, edition: int, why: str) -> None:
        """The office itself is refused: note since when, and in which words."""
        with transaction(self.engine) as db:
            here = update(runs).where(r.edition_id == edition, r.ended_at.is_(None))
            moment = self.clock(db)
            known = and_(r.paused_at.is_not(None), r.paused_at <= moment)
            since = case((known, r.paused_at), else_=literal(moment, Moment))
            db.execute(here.values(why=why, paused_at=since, not_before=null()))

    def go_on(self, edition: int) -> None:
        """A letter was taken: the run is paused no more."""
        self._change(edition, why="", paused_at=null())

    def paused(self, edition: int) -> Pause | None:
        """For how long a run has been paused, and why; None where it is not."""
        with transaction(self.engine, reads=True) as db:
            row = db.execute(select(r.paused_at, r.why).where(r.edition_id == edition)).first()
            if row is None or row.paused_at is None:
                return None
            return Pause(max(self.clock(db) - row.paused_at, timedelta(0)), row.why)

    def give_up(self, edition: int) -> int:
        """Refuse what is left of a run, and count it against nobody; how many letters it was."""
        with transaction(self.engine) as db:
            halt_turns(db, edition)
            why = db.scalar(select(r.why).where(r.edition_id == edition)) or ""
            due = and_(x.edition_id == edition, x.state == "due")
            values = {"state": "refused", "why": why, "code": null(), "not_before": null()}
            count = affected(db, update(letters).where(due).values(**values))
            here = update(runs).where(r.edition_id == edition)
            db.execute(here.values(paused_at=null()))
            finish(db, edition)
            return count

    def settle(self, edition: int, state: str, *, of: str, subscriber: int | None = None) -> int:
        """Say what became of letters in the state ``of``, of all or of one; how many there were."""
        which = and_(x.edition_id == edition, x.state == of)
        if subscriber is not None:
            which = and_(which, x.subscriber_id == subscriber)
        values: dict[str, Any] = {"state": state, "not_before": null()}
        if state == "due":
            values |= {"why": null(), "tries": 0}
            if of != "refused":  # who is refused so once more is counted once
                values["code"] = null()
        with transaction(self.engine) as db:
            halt_turns(db, edition)
            count = affected(db, update(letters).where(which).values(**values))
            said = db.scalar(select(r.stencil).where(r.edition_id == edition))
            if state == "due" and said is None:
                gone = and_(x.edition_id == edition, x.state == "due")
                db.execute(update(letters).where(gone).values(state="off", why="withdrawn"))
            db.execute(update(runs).where(r.edition_id == edition).values(ended_at=null()))
            finish(db, edition)
            return count

    def finish(self, edition: int) -> None:
        """Note that a run is over, where it is."""
        with transaction(self.engine) as db:
            finish(db, edition)

    # inside

    def _runs_on(self, moment: datetime) -> ColumnElement[bool]:
        ready = is_over(r.not_before, moment)
        return and_(r.ended_at.is_(None), r.upto.is_(None), r.halted.in_(("", self.passes)), ready)

    def _open_line(self) -> Connection:
        with database_errors(self.engine):
            self._line = usable(self.engine, self._line)
        return self._line

    def _held(self, db: Connection, block: Block) -> Any:
        """(stencil, halted) of the run, while the block is still ours; whether the ledger moves."""
        run = say(db, HELD[db.dialect.name], (block.id,)).fetchone()
        if run is not None and time.monotonic() > self._renew_at:
            self._renew(db)
        return run

    def _renew(self, db: Connection) -> None:
        later = {"claimed_until": self.clock(db) + CLAIM_FOR}
        mine = blocks.c.holder_id == self.presence.me()
        db.execute(update(blocks).where(mine).values(**later))
        self._renew_at = time.monotonic() + RENEW

    def _end(self, db: Connection, edition: int, ended: Sequence[tuple[Started, Result]]) -> None:
        sent: dict[int, list[int]] = {}
        failed: list[tuple[Started, DeliveryError]] = []
        for letter, result in ended:
            if isinstance(result, Receipt):
                sent.setdefault(letter.tries, []).append(letter.subscriber)
            else:
                failed.append((letter, result))
        # in one order: other lists' letters to the same readers bounce, too
        for letter, result in sorted(failed, key=lambda one: one[0].subscriber):
            self._fail(db, edition, letter, result)
        for tries, ids in sent.items():
            at = stamp(db, self.carried())
            say(db, _sent(len(ids), db.dialect.name), (at, edition, *ids, tries))

    def _fail(self, db: Connection, edition: int, letter: Started, error: DeliveryError) -> None:
        """How a letter did not arrive; a newer attempt is left alone."""
        here = and_(
            x.edition_id == edition, x.subscriber_id == letter.subscriber,
            x.tries == letter.tries, x.state.in_(("sending", "in_doubt")),
        )  # fmt: skip
        values: dict[str, Any] = {"why": str(error), "at": self.carried(), "not_before": null()}
        if isinstance(error, Bounced | Deferred):
            values["code"] = error.code
        if isinstance(error, InDoubt):
            values["state"] = "in_doubt"
        elif isinstance(error, Refused) or (
            isinstance(error, Deferred) and letter.tries >= MOST_TRIES
        ):
            values["state"] = "refused"
        else:
            values["state"] = "due"
            wait = getattr(error, "retry_after", None)
            if isinstance(error, Deferred):
                wait = back_off(letter.tries).total_seconds()
            else:
                values["tries"] = letter.tries - 1  # nobody was asked
                values["state"] = "refused" if wait and self._is_old(db, edition) else "due"
            if wait and values["state"] == "due":
                values["not_before"] = self.clock(db) + timedelta(seconds=wait)
        known = db.scalar(select(x.code).where(here)) if isinstance(error, Bounced) else None
        changed = affected(db, update(letters).where(here).values(**values))
        if changed and isinstance(error, Bounced) and error.code != known:
            bounce(db, letter.subscriber, error.code, values["at"])

    def _is_old(self, db: Connection, edition: int) -> bool:
        """Whether what is held back for its own sake has become history."""
        frozen = db.scalar(select(r.frozen_at).where(r.edition_id == edition))
        return frozen is not None and self.clock(db) - frozen >= LONGEST_HOLD

    def _call_off(self, db: Connection, edition: int, channel: int, ids: Sequence[int]) -> None:
        here = and_(x.edition_id == edition, x.subscriber_id.in_(ids), x.state == "due")
        gone = ~_active(channel)
        db.execute(update(letters).where(here, gone).values(state="off", why=OFF))

    def _words(self, db: Connection, edition: int, number: int) -> Rendition:
        if (edition, number) not in self._said:
            self._said.clear()
            here = and_(stencils.c.edition_id == edition, stencils.c.number == number)
            row = db.execute(select(stencils).where(here)).one()
            self._said[edition, number] = Rendition("", row.media_type, row.content)
        return self._said[edition, number]

    def _change(self, edition: int, **values: Any) -> None:
        with transaction(self.engine) as db:
            db.execute(update(runs).where(r.edition_id == edition).values(**values))

    def doubts(self, edition: int, most: int = 1000) -> list[tuple[Started, Rendition, datetime]]:
        """Letters that may have left, with what they say and when they were begun."""
        query = (
            select(letters, subscribers.c.email, channels.c.key.label("channel_key"))
            .join(editions, editions.c.id == x.edition_id)
            .join(channels, channels.c.id == editions.c.channel_id)
            .join(subscribers, subscribers.c.id == x.subscriber_id)
            .where(x.edition_id == edition, x.state == "in_doubt")
            .order_by(x.subscriber_id)
            .limit(most)
        )
        with transaction(self.engine, reads=True) as db:
            return [
                (
                    Started(self.recipient(row.channel_key, row.subscriber_id, row.email),
                            row.subscriber_id, row.tries),
                    self._words(db, edition, row.stencil), row.at,
                )
                for row in db.execute(query).all()
            ]  # fmt: skip

    def found(self, edition: int, letter: Started, result: Result | None, since: datetime) -> None:
        """Somebody has looked: it is there, or (None) it is proven that it is not.

        That says nothing of another doubt than the one ``since`` then.
        """
        with transaction(self.engine) as db:
            if result is not None:
                self._end(db, edition, [(letter, result)])
                return
            here = and_(
                x.edition_id == edition, x.subscriber_id == letter.subscriber,
                x.at == since,  # else somebody was quicker, and has tried it once more
            )  # fmt: skip
            due = {"state": "due", "why": null(), "tries": letter.tries - 1}
            db.execute(update(letters).where(here, x.state == "in_doubt").values(**due))


def end_blocks(db: Connection, which: ColumnElement[bool], why: str) -> int:
    """Free recipients whom somebody wrote to; what had begun may have left. How many had."""
    count = 0
    over = select(blocks).where(which).order_by(blocks.c.id)
    for row in db.execute(over.with_for_update()).all():
        under_way = and_(
            x.edition_id == row.edition_id, x.subscriber_id.between(row.first, row.last),
            x.state == "sending",
        )  # fmt: skip
        doubtful = update(letters).where(under_way).values(state="in_doubt", why=why)
        count += affected(db, doubtful)
        db.execute(delete(blocks).where(blocks.c.id == row.id))
    return count


def back_off(tries: int) -> timedelta:
    """How long to wait after so many times of being put off."""
    return min(FIRST_WAIT * 2.0 ** (tries - 1), LONGEST_WAIT)


def _next(
    db: Connection, edition: int, after: int, moment: datetime, most: int
) -> list[tuple[int, str]]:
    """The next people to whom a letter is due, that nobody has claimed."""
    b = blocks.c
    claimed = and_(b.edition_id == edition, x.subscriber_id.between(b.first, b.last))
    taken = select(b.id).where(claimed).exists()
    ready = is_over(x.not_before, moment)
    query = (
        select(x.subscriber_id, func.coalesce(subscribers.c.email, ""))
        .outerjoin(subscribers, subscribers.c.id == x.subscriber_id)
        .where(x.edition_id == edition, x.subscriber_id > after, x.state == "due", ready, ~taken)
        .order_by(x.subscriber_id)
        .limit(most)
    )
    return [(row[0], row[1]) for row in db.execute(query).all()]


def _active(channel: int) -> ColumnElement[bool]:
    s = subscriptions.c
    mine = and_(s.channel_id == channel, s.subscriber_id == x.subscriber_id, s.ended_at.is_(None))
    return select(s.id).where(mine).exists()


@cache
def _start(count: int, dialect: str) -> str:
    return _for(dialect, START, count)


@cache
def _sent(count: int, dialect: str) -> str:
    return _for(dialect, SENT, count)


HELD = {
    "sqlite": """
SELECT r.stencil, r.halted, (SELECT count(*) FROM moves WHERE NOT arrives)
FROM blocks b JOIN runs r ON r.edition_id = b.edition_id WHERE b.id = ?
""",
    "postgresql": """
SELECT r.stencil, r.halted, (SELECT count(*) FROM moves WHERE NOT arrives)
FROM blocks b JOIN runs r ON r.edition_id = b.edition_id WHERE b.id = %s
FOR NO KEY UPDATE OF b
""",
}
START = """
UPDATE letters SET state = 'sending', stencil = ?, tries = tries + 1, at = ?
WHERE edition_id = ? AND subscriber_id IN (%) AND state = 'due'
AND EXISTS (SELECT 1 FROM subscriptions s WHERE s.channel_id = ?
            AND s.subscriber_id = letters.subscriber_id AND s.ended_at IS NULL)
RETURNING subscriber_id, tries
"""
SENT = """
UPDATE letters SET state = 'sent', at = ?, why = NULL, code = NULL, not_before = NULL
WHERE edition_id = ? AND subscriber_id IN (%) AND tries = ? AND state IN ('sending', 'in_doubt')
"""


def _for(dialect: str, statement: str, count: int) -> str:
    said = statement.replace("%", ",".join("?" * count))
    return said if dialect == "sqlite" else said.replace("?", "%s")
