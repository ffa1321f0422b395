"""One table says what an error means for a delivery, its reader and its channel."""

from __future__ import annotations

import pytest

from support.direct_office import DirectOffice
from syndicate import errors
from syndicate.errors import Bounced, Deferred, DeliveryError, Paused, Unavailable
from syndicate.ledger.sending.consequences import (
    CONSEQUENCES,
    Concerns,
    consequence_of,
    kind_of,
)


class Foreign(Bounced):
    """A channel's own error, made in a way of its own."""

    def __init__(self) -> None:
        super().__init__("no such reader", "550 5.1.1")


def test_every_error_of_a_delivery_has_its_row() -> None:
    ours = {
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, DeliveryError)
    }
    assert set(CONSEQUENCES) == ours
    assert all(row.why for row in CONSEQUENCES.values())


def test_a_channel_s_own_error_is_taken_for_its_base() -> None:
    assert kind_of(Foreign()) is Bounced
    assert consequence_of(Foreign()).counts


def test_only_what_a_reader_s_mailbox_is_refused_for_counts_against_them() -> None:
    counting = {kind for kind, row in CONSEQUENCES.items() if row.counts}
    assert counting == {Bounced}
    readers = {kind for kind, row in CONSEQUENCES.items() if row.concerns is Concerns.READER}
    assert readers == {Bounced, Deferred}


@pytest.mark.parametrize(
    ("error", "outcome", "state"),
    [
        (Bounced("no", "550"), "refused", "refused"),
        (Deferred("later", "450"), "unavailable", "due"),
        (Paused("not us"), "unavailable", "due"),
        (Unavailable("later", 60), "unavailable", "due"),
    ],
)
def test_the_journal_names_every_error_for_what_it_is(
    room: DirectOffice, error: DeliveryError, outcome: str, state: str
) -> None:
    """Guard: consequence_of in outcomes._fail: what failed was written down as a receipt."""
    room = room.having(wall="Wall")
    room.mood("wall", "open", "unavailable")
    room.publish(room.write("hello"))
    with room.office() as office:
        queue = office.ledger.queue
        [attempt] = queue.start(queue.claim(room.row("wall").edition_id, 0, 1))
        queue.end([(attempt, error)])
    assert room.tries("wall") == [f"publish: {outcome}"]
    assert room.states("wall") == [state]
