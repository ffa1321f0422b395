"""Letters to single people meet their list as a digest's letters do."""

from __future__ import annotations

import pytest

from support.direct_office import DirectOffice
from syndicate.delivery.single import send_once
from syndicate.errors import DeliveryError, InDoubt, Paused, Refused, Unavailable
from syndicate.model.delivery import Receipt, Recipient, Rendition

ANN = Recipient(id="1", email="ann@example.org", token="token")
LETTER = Rendition(address="", media_type="text/plain", content=b"you are off the list")


@pytest.fixture
def lists(room: DirectOffice) -> DirectOffice:
    """A list that has sent a digest, so that the ledger knows where it leads."""
    room = room.having(letters="Letters")
    room.subscribe("letters", "ann@example.org")
    room.publish(room.write("hello"))
    room.tomorrow().digest()
    assert room.texts("letters") == ["ann@example.org: hello"]
    return room


def send(room: DirectOffice) -> Receipt | DeliveryError:
    with room.office() as office:
        [channel] = office.lists
        known = office.ledger.known_channels()["letters"]
        return send_once(office, channel, "leave/1", LETTER, recipient=ANN, known=known)


def test_a_letter_leaves_where_the_ledger_knows_the_list(lists: DirectOffice) -> None:
    assert isinstance(send(lists), Receipt)
    assert lists.texts("letters")[1:] == ["ann@example.org: you are off the list"]


def test_no_letter_leaves_by_a_list_that_leads_elsewhere(lists: DirectOffice) -> None:
    """Guard: recognise in send_once."""
    result = send(lists.changed("letters", at="another list"))
    assert type(result) is Unavailable
    assert "another list" in str(result)
    assert len(lists.texts("letters")) == 1


@pytest.mark.parametrize(
    ("moment", "mood", "ends"),
    [
        ("open", "refused", Unavailable),
        ("open", "unavailable", Unavailable),
        ("open", "unexpected", Unavailable),
        ("publish", "refused", Refused),
        ("publish", "unavailable", Unavailable),
        ("published", "in doubt", InDoubt),
        ("published", "unexpected", InDoubt),
    ],
)
def test_what_is_not_asked_is_not_refused(
    lists: DirectOffice, moment: str, mood: str, ends: type[DeliveryError]
) -> None:
    """Guard: put_off_by in send_once; attempted."""
    lists.mood("letters", moment, mood)
    result = send(lists)
    assert isinstance(result, ends)
    assert not isinstance(result, Paused)
