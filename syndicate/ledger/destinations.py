"""Destinations of channels: recognised, moved, renamed, resumed and retired."""

from __future__ import annotations

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    and_,
    case,
    delete,
    null,
    or_,
    select,
    update,
)

from syndicate.errors import LedgerError, Refused
from syndicate.ledger.catalogue import leftovers
from syndicate.ledger.database.engine import transaction
from syndicate.ledger.reports.waiting import Waiting, current_waits
from syndicate.ledger.schema import (
    caught_up,
    channels,
    deliveries,
    edition_items,
    editions,
    letters,
    runs,
    subscriptions,
    syndications,
)
from syndicate.ledger.schema import leftovers as leftover_table
from syndicate.ledger.sending.attempts import NOTHING_THERE


class Destinations:
    """The destinations of one ledger's channels; every method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def recognise(self, channel: int, target: str, identity: str, *, place: str = "") -> None:
        """Raise Refused where a channel leads elsewhere than the ledger's receipts come from.

        A channel's first destination is kept. ``place``: where it is now, if that is not its
        ``identity``: a folder has one on each machine.
        """
        with transaction(self.engine) as db:
            row = db.execute(select(channels).where(channels.c.id == channel)).one()
            if row.identity not in (None, identity):
                raise Refused(_elsewhere(row, identity))
            _refuse_shared(db, row, place or identity)
            here = channels.c.id == channel
            db.execute(update(channels).where(here).values(identity=identity, target=target))

    def move(self, channel: int, target: str, identity: str, *, repeats: bool) -> None:
        """Go on at another destination; what ``repeats`` is published there anew."""
        with transaction(self.engine) as db:
            here = channels.c.id == channel
            values = {"identity": identity, "target": target, "mark": ""}
            db.execute(update(channels).where(here).values(**values))
            if repeats:
                ours = _of_channel(channel)
                idle = deliveries.c.state.in_(("due", "settled", "refused"))
                wanted = deliveries.c.wanted.is_not(None)
                db.execute(update(deliveries).where(ours, idle, wanted).values(**NOTHING_THERE))

    def resume(self, channel: int) -> list[Waiting]:
        """Let everything of a channel be tried at once; returns what waited until when, and why."""
        d, x, r = deliveries.c, letters.c, runs.c
        mine = select(editions.c.id).where(editions.c.channel_id == channel)
        open_ = select(r.edition_id).where(r.edition_id.in_(mine), r.ended_at.is_(None))
        at_once = {"not_before": null()}
        with transaction(self.engine) as db:
            ended = current_waits(db, channel)
            here = channels.c.id == channel
            db.execute(update(channels).where(here).values(next_at=null(), why=""))
            put_off = and_(d.edition_id.in_(mine), d.not_before.is_not(None))
            db.execute(update(deliveries).where(put_off).values(**at_once))
            deferred = and_(x.edition_id.in_(open_), x.not_before.is_not(None))
            db.execute(update(letters).where(deferred, x.state == "due").values(**at_once))
            db.execute(update(runs).where(r.edition_id.in_(open_)).values(**at_once))
            return ended

    def rename(self, old: str, new: str) -> None:
        """Follow a channel whose name in the configuration changed, and nothing else."""
        with transaction(self.engine) as db:
            names = set(db.scalars(select(channels.c.name)))
            if old not in names:
                raise LedgerError(f"channels.{old}: the ledger knows no channel of this name")
            if new in names:
                _make_way(db, new, old)
            renamed = update(channels).where(channels.c.name == old)
            for column in (channels.c.target, channels.c.identity):  # a list's place is its name
                db.execute(renamed.where(column == old).values({column: new}))
            db.execute(renamed.values(name=new))

    def retire(self, channel: int) -> None:
        """Expect no machine to have a channel any more: nothing is left waiting for it."""
        with transaction(self.engine) as db:
            leftovers.retire_channel(db, channel)


def _make_way(db: Connection, new: str, old: str) -> None:
    """Give the old channel what a command planned under its new name before it was renamed."""
    by_name = {row.name: row.id for row in db.execute(select(channels))}
    mine, theirs = by_name[new], by_name[old]
    here = _of_channel(mine)
    d, s = deliveries.c, syndications.c
    published = or_(d.present.is_not(None), d.attempt_id.is_not(None))
    people = select(subscriptions.c.id).where(subscriptions.c.channel_id == mine)
    if db.scalar(select(d.id).where(here, published).limit(1)) or db.scalar(people.limit(1)):
        raise LedgerError(
            f"channels.{new}: the ledger already has posts or readers under this name, so"
            " it is another channel"
        )
    numbers = select(editions.c.id).where(editions.c.channel_id == mine)
    db.execute(delete(deliveries).where(here))
    db.execute(delete(edition_items).where(edition_items.c.edition_id.in_(numbers)))
    db.execute(delete(editions).where(editions.c.channel_id == mine))
    db.execute(delete(caught_up).where(caught_up.c.channel_id == mine))
    known = select(syndications.c.uri).where(syndications.c.channel_id == theirs)
    twice = and_(s.channel_id == mine, s.uri.in_(known))
    db.execute(delete(syndications).where(twice))
    ours = update(syndications).where(s.channel_id == mine)
    db.execute(ours.values(channel_id=theirs))
    db.execute(delete(leftover_table).where(leftover_table.c.channel_id == mine))
    db.execute(delete(channels).where(channels.c.id == mine))


def _refuse_shared(db: Connection, channel: Row[tuple[object, ...]], place: str) -> None:
    """Raise Refused where another channel of the same kind writes to this place."""
    known = case((channels.c.mark != "", channels.c.target), else_=channels.c.identity)
    taken = and_(known == place, channels.c.id != channel.id, channels.c.kind == channel.kind)
    other = db.scalar(select(channels.c.name).where(taken))
    if other:
        raise Refused(
            f"channels.{channel.name}: it leads to {place}, where channels.{other} writes: nothing"
            f" was sent (`syndicate channels rename {other} {channel.name}` if it is the same"
            " channel)"
        )


def _of_channel(channel: int) -> ColumnElement[bool]:
    here = select(editions.c.id).where(editions.c.channel_id == channel)
    return deliveries.c.edition_id.in_(here)


def _elsewhere(channel: Row[tuple[object, ...]], identity: str) -> str:
    """Return the message about a channel that leads to another place, with the way out."""
    name = channel.name
    if channel.mark:  # a share that is not mounted may be an empty folder under any path
        return (
            f"channels.{name}: it now leads to {identity}, where the mark of the ledger's folder"
            f" ({channel.identity}) is missing: nothing was written (is a disk or share not"
            " mounted? Mount it, or leave it to the machine that has it; if the folder has moved"
            f" for good, `syndicate channels move {name}`)"
        )
    return (
        f"channels.{name}: it now leads to {identity}, and the ledger's is {channel.identity}:"
        f" nothing was sent (set it back, or `syndicate channels move {name}` if the destination"
        " has moved)"
    )
