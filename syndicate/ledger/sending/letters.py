"""Letters of digests: claimed in blocks, started and ended in turns, looked for in doubt."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    and_,
    delete,
    func,
    insert,
    null,
    select,
    true,
    update,
)

from syndicate.ledger.database.engine import (
    database_errors,
    execute_counting,
    say,
    stamp,
    transaction,
    usable,
)
from syndicate.ledger.people.tokens import SUBSCRIPTION, Tokens
from syndicate.ledger.processes import moves
from syndicate.ledger.processes.claims import claim_of, end_dead_claims
from syndicate.ledger.processes.liveness import Processes
from syndicate.ledger.processes.waits import CLAIM_FOR, is_over
from syndicate.ledger.schema import (
    articles,
    blocks,
    channels,
    edition_items,
    editions,
    letters,
    omissions,
    runs,
    stencils,
    subscribers,
    subscriptions,
)
from syndicate.ledger.sending.letter_outcomes import Moments, Result, Started, end_letters
from syndicate.ledger.sending.runs import Runs
from syndicate.ledger.sending.turn_sql import HELD_SQL, start_statement
from syndicate.model.delivery import Recipient, Rendition

RENEW_SECONDS = 60.0  # after which a claim is renewed where there is occasion
BLOCK_SIZE = 500  # recipients claimed at once
LETTER_UNSURE = "the process that sent it died: ask the relay's log or the recipient"
OFF_LIST = "no longer on the list"
TAKEN = (
    "another machine took this run's recipients over, since this one gave no sign of life at the"
    " database for a while: what is left of the digest is that machine's, or the next run's"
)

r, x = runs.c, letters.c


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedBlock:
    """Recipients claimed by this process."""

    id: int
    edition: int
    key: str  # the edition's
    channel_key: str
    channel: int
    people: Mapping[int, str]  # subscriber -> address, in the order of sending


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Letters that may be sent now, of one rendition; ``over``: no more may start."""

    rendition: Rendition | None
    started: Sequence[Started]
    over: bool = False
    why: str = ""  # it is over before its end


class Letters:
    """The letters of one ledger, as one process works on them."""

    def __init__(
        self,
        engine: Engine,
        tokens: Tokens,
        processes: Processes,
        runs: Runs,
        clock: Callable[[Connection], datetime],
        carried: Callable[[], datetime],
    ) -> None:
        self.engine = engine
        self.tokens = tokens
        self.processes = processes
        self.runs = runs
        self.clock = clock
        self.carried = carried  # the same time, without asking for it
        self._moments = Moments(clock, carried)
        self.passes = ""  # a halt that does not hold for us: it is our own sample's
        self._line: Connection | None = None  # one for all turns: a pool takes its time
        self._said: dict[tuple[int, int], Rendition] = {}
        self._renew_at = 0.0

    # claims

    def open(self, numbers: Sequence[int]) -> list[int]:
        """Return those of these editions that have letters due now, in their order."""
        self.runs.write_down(numbers)
        with transaction(self.engine, reads=True) as db:
            moment = self.clock(db)
            query = select(r.edition_id).where(r.edition_id.in_(numbers), self._runs_on(moment))
            ids = list(db.scalars(query.order_by(r.edition_id)))
            return [edition for edition in ids if _next(db, edition, 0, moment, 1)]

    def waiting(self, edition: int) -> int:
        """Count the letters of an edition that have not left."""
        here = and_(x.edition_id == edition, x.state == "due")
        with transaction(self.engine, reads=True) as db:
            return int(db.scalar(select(func.count()).select_from(letters).where(here)) or 0)

    def claim(self, edition: int, most: int = BLOCK_SIZE) -> ClaimedBlock | None:
        """Take the next recipients; None where nothing is due, or all of it is somebody else's."""
        me = self.processes.me()
        with transaction(self.engine) as db:
            if moves.under_way(db, self.processes):
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
            why = run.why if run.paused_at else ""  # an earlier try's trouble may be over
            begun = {"cursor": found[-1][0], "started_at": run.started_at or moment, "why": why}
            db.execute(update(runs).where(r.edition_id == edition).values(**begun))
            self._renew_at = self._renew_at or time.monotonic() + RENEW_SECONDS
            return self._insert_claim(db, edition, dict(found), claim_of(me, moment))

    def renew(self) -> None:
        """Renew our claims when it is time to, though no letter has been started for long."""
        if time.monotonic() > self._renew_at:
            with transaction(self.engine, line=self._open_line()) as db:
                self._renew(db)

    def hang_up(self) -> None:
        """Close the connection for turns, for now."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def names(self, db: Connection, edition: int) -> Any:
        """Return an edition's key, and its channel's: parts of its deliveries' keys."""
        return db.execute(
            select(editions.c.key, channels.c.key.label("channel"), editions.c.channel_id)
            .join(channels, channels.c.id == editions.c.channel_id)
            .where(editions.c.id == edition)
        ).one()

    def why_none(self) -> str:
        """Return why nothing can be claimed though letters are due: the ledger is being moved."""
        with transaction(self.engine, reads=True) as db:
            return moves.under_way(db, self.processes)

    def end_dead_claims(self) -> None:
        """Free the claims of dead processes; letters they had started become in doubt."""
        end = partial(end_blocks, why=LETTER_UNSURE)
        end_dead_claims(self.engine, self.processes, blocks, true(), end, self.clock)

    # attempts

    def turn(
        self,
        block: ClaimedBlock | None,
        ended: Sequence[tuple[Started, Result]],
        next_: Sequence[int],
        edition: int,
        done: Sequence[ClaimedBlock] = (),
    ) -> Turn:
        """End some letters and start others in one commit; ended subscriptions get none.

        Of the blocks that are ``done`` what was not started is free for others.
        """
        with transaction(self.engine, line=self._open_line()) as db:
            self._end(db, edition, ended)
            if done:
                over = [block.id for block in done]
                db.execute(delete(blocks).where(blocks.c.id.in_(over)))
            if not next_ or block is None:
                return Turn(rendition=None, started=())
            run = self._held(db, block)
            why = self._why_over(db, run)
            if why is not None:
                return Turn(rendition=None, started=(), over=True, why=why)
            tries = self._start(db, block, run[0], next_)
            rendition = self._words(db, block.edition, run[0])
        make, people = self.tokens.maker(SUBSCRIPTION, block.channel_key), block.people
        started = [
            Started(
                recipient=Recipient(id=str(number), email=people[number], token=make(number)),
                subscriber=number,
                tries=tries[number],
            )
            for number in next_
            if number in tries
        ]
        return Turn(rendition=rendition, started=started)

    def recipient(self, channel_key: str, subscriber: int, email: str) -> Recipient:
        """Return a subscriber as a letter needs to know them."""
        token = self.tokens.make(SUBSCRIPTION, channel_key, subscriber)
        return Recipient(id=str(subscriber), email=email, token=token)

    def _insert_claim(
        self, db: Connection, edition: int, people: Mapping[int, str], claim: Mapping[str, Any]
    ) -> ClaimedBlock:
        """Insert our claim on these recipients."""
        block = {"edition_id": edition, "first": min(people), "last": max(people)}
        made = db.execute(insert(blocks).values(**block, **claim))
        assert made.inserted_primary_key is not None
        names = self.names(db, edition)
        return ClaimedBlock(
            id=int(made.inserted_primary_key[0]),
            edition=edition,
            key=names.key,
            channel_key=names.channel,
            channel=names.channel_id,
            people=people,
        )

    def _why_over(self, db: Connection, run: Any) -> str | None:
        """Return why no letters of a held run may start, "" for no trouble; None if they may."""
        if run is None:
            return TAKEN
        stencil, halted, moving, is_withheld = run
        if halted not in ("", self.passes) or stencil is None or is_withheld:
            return ""
        return (moves.under_way(db, self.processes) or None) if moving else None

    def _start(
        self, db: Connection, block: ClaimedBlock, stencil: int, next_: Sequence[int]
    ) -> dict[int, int]:
        """Start letters of active subscriptions; returns the tries of each, by subscriber."""
        began = stamp(db, self.carried())
        given = (stencil, began, block.edition, *next_, block.channel)
        rows = say(db, start_statement(len(next_), db.dialect.name), given).fetchall()
        if len(rows) < len(next_):
            self._call_off(db, block.edition, block.channel, next_)
        return {row[0]: row[1] for row in rows}

    def _end(self, db: Connection, edition: int, ended: Sequence[tuple[Started, Result]]) -> None:
        end_letters(db, self._moments, edition, ended)

    def _runs_on(self, moment: datetime) -> ColumnElement[bool]:
        ready = is_over(r.not_before, moment)
        goes = r.halted.in_(("", self.passes))
        return and_(r.ended_at.is_(None), r.upto.is_(None), goes, ready, ~is_withheld())

    def _open_line(self) -> Connection:
        with database_errors(self.engine):
            self._line = usable(self.engine, self._line)
        return self._line

    def _held(self, db: Connection, block: ClaimedBlock) -> Any:
        """Return the run as HELD_SQL does, while the block is still ours."""
        run = say(db, HELD_SQL[db.dialect.name], (block.id,)).fetchone()
        if run is not None and time.monotonic() > self._renew_at:
            self._renew(db)
        return run

    def _renew(self, db: Connection) -> None:
        later = {"claimed_until": self.clock(db) + CLAIM_FOR}
        mine = blocks.c.holder_id == self.processes.me()
        db.execute(update(blocks).where(mine).values(**later))
        self._renew_at = time.monotonic() + RENEW_SECONDS

    def _call_off(self, db: Connection, edition: int, channel: int, ids: Sequence[int]) -> None:
        here = and_(x.edition_id == edition, x.subscriber_id.in_(ids), x.state == "due")
        left = ~_active(channel)
        db.execute(update(letters).where(here, left).values(state="off", why=OFF_LIST))

    def _words(self, db: Connection, edition: int, number: int) -> Rendition:
        if (edition, number) not in self._said:
            self._said.clear()
            here = and_(stencils.c.edition_id == edition, stencils.c.number == number)
            row = db.execute(select(stencils).where(here)).one()
            self._said[edition, number] = Rendition(
                address="", media_type=row.media_type, content=row.content
            )
        return self._said[edition, number]

    def doubts(self, edition: int, most: int = 1000) -> list[tuple[Started, Rendition, datetime]]:
        """Return letters that may have left, with what they say and when they were begun."""
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
                    Started(
                        recipient=self.recipient(row.channel_key, row.subscriber_id, row.email),
                        subscriber=row.subscriber_id,
                        tries=row.tries,
                    ),
                    self._words(db, edition, row.stencil),
                    row.at,
                )
                for row in db.execute(query).all()
            ]

    def found(self, edition: int, letter: Started, result: Result | None, since: datetime) -> None:
        """Settle a doubtful letter that somebody looked for: it is there, or (None) proven absent.

        That says nothing of another doubt than the one ``since`` then.
        """
        with transaction(self.engine) as db:
            if result is not None:
                self._end(db, edition, [(letter, result)])
                return
            here = and_(
                x.edition_id == edition,
                x.subscriber_id == letter.subscriber,
                x.at == since,  # else somebody was quicker, and has tried it once more
            )
            due = {"state": "due", "why": null(), "tries": letter.tries - 1}
            db.execute(update(letters).where(here, x.state == "in_doubt").values(**due))


def end_blocks(db: Connection, which: ColumnElement[bool], why: str) -> int:
    """Free claimed blocks; letters under way become in doubt. Returns how many those are."""
    count = 0
    over = select(blocks).where(which).order_by(blocks.c.id)
    for row in db.execute(over.with_for_update()).all():
        under_way = and_(
            x.edition_id == row.edition_id,
            x.subscriber_id.between(row.first, row.last),
            x.state == "sending",
        )
        doubtful = update(letters).where(under_way).values(state="in_doubt", why=why)
        count += execute_counting(db, doubtful)
        db.execute(delete(blocks).where(blocks.c.id == row.id))
    return count


def is_withheld() -> ColumnElement[bool]:
    """Match runs whose newest words hold an article that is held: nothing of them leaves."""
    i, o = edition_items.c, omissions.c
    left_out = and_(o.edition_id == r.edition_id, o.stencil == r.stencil, o.uri == i.uri)
    held = and_(articles.c.uri == i.uri, articles.c.held_at.is_not(None))
    query = select(i.uri).where(i.edition_id == r.edition_id, held)
    return query.where(~select(o.uri).where(left_out).exists()).exists()


def _next(
    db: Connection, edition: int, after: int, moment: datetime, most: int
) -> list[tuple[int, str]]:
    """Return the next people to whom a letter is due, that nobody has claimed."""
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
