"""A doubt's neighbours: what surely stood there before it, and what surely came after it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from support.direct_office import DirectOffice
from syndicate.ledger.schema import attempts, channels, deliveries
from syndicate.ledger.sending.doubts import ARRIVED_BY
from syndicate.model.delivery import Receipt

MOMENT = timedelta(seconds=1)
Neighbours = tuple[Receipt | None, Receipt | None]


def neighbours(room: DirectOffice, name: str = "wall") -> Neighbours:
    [row] = [row for row in room.rows(name) if row.state == "in_doubt"]
    with room.office() as office:
        [attempt] = office.ledger.doubts.of(row.edition_id)
    return attempt.neighbours


def references(room: DirectOffice) -> list[str]:
    """What the wall's receipts are, the oldest first."""
    found = room.ask(select(deliveries.c.reference).order_by(deliveries.c.id))
    return [row.reference for row in found if row.reference]


def began(room: DirectOffice, moments: list[datetime]) -> None:
    """When each attempt began; each ended at once."""
    numbers = [row.id for row in room.ask(select(attempts.c.id).order_by(attempts.c.id))]
    for number, moment in zip(numbers, moments, strict=True):
        times = {"started_at": moment, "ended_at": moment}
        room.order(update(attempts).where(attempts.c.id == number).values(**times))


@pytest.fixture
def wall(room: DirectOffice) -> DirectOffice:
    """Two posts, then one in doubt, then two posts."""
    room = room.having(wall="Wall")
    for slug in ("a", "b"):
        room.publish(room.write(slug))
    room.mood("wall", "publish", "in doubt")
    room.publish(room.write("lost"))
    room.mood("wall", "publish", None)
    for slug in ("c", "d"):
        room.publish(room.write(slug))
    return room


@pytest.mark.parametrize(
    ("minutes", "before", "after"),
    [
        ((0, 1, 2, 4, 5), 1, 2),
        ((0, 1, 2, 3.9, 4), 1, 3),  # what began soon after it may have come before it
        ((0, 1, 2, 3, 3.9), 1, None),
        ((0, 2.1, 2, 4, 5), 0, 2),  # sent by another process while this one was
        ((3, 3, 2, 2, 2), None, None),
    ],
)
def test_neighbours_are_those_that_surely_came_before_and_after(
    wall: DirectOffice, minutes: tuple[float, ...], before: int | None, after: int | None
) -> None:
    first = wall.now
    began(wall, [first + timedelta(minutes=minute) for minute in minutes])
    known = references(wall)
    here = str(wall.ask(select(channels.c.identity))[0][0])
    expected = tuple(
        None if n is None else Receipt(reference=known[n], url=None, destination=here)
        for n in (before, after)
    )
    assert neighbours(wall) == expected


def test_what_a_later_attempt_put_there_is_no_earlier_neighbour(wall: DirectOffice) -> None:
    """Guard: `newer` in doubts._receipts."""
    first = wall.now
    began(wall, [first, first + MOMENT, first + 2 * MOMENT, *[first + 2 * ARRIVED_BY] * 2])
    a = wall.rows("wall")[0].id
    again = {"delivery_id": a, "verb": "publish", "outcome": "receipt", "version": 1,
             "started_at": first + 9 * ARRIVED_BY, "ended_at": first + 9 * ARRIVED_BY}  # fmt: skip
    b = attempts.c.delivery_id == wall.rows("wall")[1].id
    wall.order(attempts.insert().values(**again))
    wall.order(update(attempts).where(b).values(outcome="refused"))
    before, after = neighbours(wall)
    assert before is None
    assert after
    assert after.reference == references(wall)[2]


def test_what_stands_elsewhere_is_no_neighbour(wall: DirectOffice) -> None:
    first = wall.now
    began(wall, [first + n * 2 * ARRIVED_BY for n in range(5)])
    wall.order(update(channels).values(identity="elsewhere"))
    assert neighbours(wall) == (None, None)
