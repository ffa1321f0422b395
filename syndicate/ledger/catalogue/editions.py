"""Standing editions of channels: an article's post, a feed's file, a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, and_, bindparam, insert, or_, select, update

from syndicate.ledger.database.batches import batches
from syndicate.ledger.database.engine import insert_row
from syndicate.ledger.schema import deliveries, editions, runs, variants

SET_STAMP = update(editions).where(editions.c.id == bindparam("number"))


class Editions:
    """Read and open standing editions within a transaction."""

    def __init__(self, db: Connection) -> None:
        self.db = db
        self._numbers: dict[tuple[int, str], int | None] = {}  # in this transaction
        self._stamps: dict[int, str | None] = {}

    def read(self, channel: int, keys: Iterable[str]) -> None:
        """Read which of a channel's editions there are, by few statements."""
        e = editions.c
        for batch in batches(key for key in keys if (channel, key) not in self._numbers):
            self._numbers.update(((channel, key), None) for key in batch)
            here = and_(e.channel_id == channel, e.key.in_(batch))
            for row in self.db.execute(select(e.id, e.key, e.stamp).where(here)):
                self._numbers[channel, row.key] = row.id
                self._stamps[row.id] = row.stamp

    def keys(self, channel: int, prefix: str) -> list[str]:
        """Return the keys of a channel's standing editions that begin so."""
        here = and_(editions.c.channel_id == channel, editions.c.key.startswith(prefix))
        return list(self.db.scalars(select(editions.c.key).where(here).order_by(editions.c.id)))

    def named(self, numbers: Sequence[int]) -> list[tuple[int, str, bool]]:
        """Return (number, key, whether it is a list's digest) of these editions."""
        e, v = editions.c, variants.c
        query = select(e.id, e.key, e.closed_at, v.digest_id)
        query = query.outerjoin(variants, v.edition_id == e.id)
        rows = self.db.execute(query.where(e.id.in_(numbers)).order_by(e.id))
        return [
            (row.id, row.key, row.closed_at is not None or row.digest_id is not None)
            for row in rows
        ]

    def number(self, channel: int, key: str) -> int | None:
        """Return a standing edition's number; None if there is no such edition yet."""
        if self._numbers.get((channel, key)) is None:  # a digest's may have come meanwhile
            self._numbers.pop((channel, key), None)
            self.read(channel, [key])
        return self._numbers[channel, key]

    def numbers(self, channel: int, keys: Sequence[str]) -> dict[str, int]:
        """Return by key the numbers of those of a channel's editions that there are."""
        self.read(channel, keys)
        found = ((key, self._numbers[channel, key]) for key in keys)
        return {key: number for key, number in found if number is not None}

    def standing(self, channel: int, keys: Sequence[str]) -> set[str]:
        """Return which of these keys are those of a channel's editions."""
        return set(self.numbers(channel, keys))

    def open(self, channel: int, key: str) -> int:
        """Return a standing edition's number; one that is missing is opened now."""
        number = self.number(channel, key)
        if number is None:
            number = insert_row(self.db, editions, channel_id=channel, key=key)
            self._numbers[channel, key] = number
            self._stamps[number] = None
        return number

    def open_all(self, channel: int, keys: Sequence[str]) -> dict[str, int]:
        """Return by key the numbers of standing editions; those that are missing are opened."""
        numbers = self.numbers(channel, keys)
        new = [{"channel_id": channel, "key": key} for key in keys if key not in numbers]
        if new:
            self.db.execute(insert(editions), new)  # all at once: SQLite returns no numbers then
            for row in new:
                self._numbers.pop((channel, str(row["key"])), None)
        return self.numbers(channel, keys)

    def stamp(self, number: int) -> str | None:
        """Return the cache key of an edition's content."""
        if number not in self._stamps:
            query = select(editions.c.stamp).where(editions.c.id == number)
            self._stamps[number] = self.db.scalar(query)
        return self._stamps[number]

    def set_stamps(self, stamps: Mapping[int, str]) -> None:
        """Keep the cache keys of editions' contents, by their numbers."""
        new = {number: stamp for number, stamp in stamps.items() if self.stamp(number) != stamp}
        if new:
            rows = [{"number": number, "stamp": stamp} for number, stamp in new.items()]
            self.db.execute(SET_STAMP, rows)
            self._stamps.update(new)

    def waiting(self, channel: int, *, refused: bool = False) -> list[tuple[int, str]]:
        """Return (number, key) of editions with something due, under way or in doubt.

        ``refused``: also of those with something that was refused.
        """
        rests = ("settled",) if refused else ("settled", "refused")
        open_ = deliveries.c.state.not_in(rests)
        busy = select(deliveries.c.edition_id).where(open_)
        mailing = select(runs.c.edition_id).where(runs.c.ended_at.is_(None))
        query = (
            select(editions.c.id, editions.c.key)
            .where(editions.c.channel_id == channel)
            .where(or_(editions.c.id.in_(busy), editions.c.id.in_(mailing)))
            .order_by(editions.c.id)
        )
        return [(row.id, row.key) for row in self.db.execute(query)]
