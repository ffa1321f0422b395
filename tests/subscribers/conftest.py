"""A newsroom for every test of this room, and a postman for its mailbox."""

import pytest

from support.newsroom import Newsroom
from support.newsroom_fixtures import folder, room
from support.postman import ANI, BUDI, Postman

__all__ = ["folder", "room"]


@pytest.fixture
def postman(room: Newsroom) -> Postman:
    """A postman for the mailbox of a list with two readers."""
    room.subscribe(ANI, BUDI)
    return Postman(room)
