"""A token that was used, or whose row is gone, says nothing about anybody else."""

from __future__ import annotations

from support.goodbyes import left
from support.newsroom import EVENING, NOON, Newsroom
from support.postman import ANI, BUDI, CICI, Postman, invited, readers

DEWI = "dewi@pembaca.example"
LATER = "2026-05-04T18:00:00+07:00"


def test_a_used_token_confirms_nothing_that_somebody_else_is_asked(postman: Postman) -> None:
    room = postman.room
    postman.bring("subscribe", sender=CICI)
    room.run("tick")
    mine = str(invited(room)["Subject"])
    postman.bring(f"Re: {mine}", sender=CICI)
    room.run("tick", at=NOON)
    assert readers(room) == [ANI, BUDI, CICI]
    postman.bring("subscribe", sender=DEWI)  # whoever wrote that
    room.run("tick", at=EVENING)
    assert room.letters[-1]["To"] == DEWI
    postman.bring(f"Re: {mine}", sender=CICI)
    assert "confirmed nothing" in room.run("tick", at=LATER).out
    assert readers(room) == [ANI, BUDI, CICI]


def test_the_way_back_of_somebody_who_was_forgotten_brings_nobody_else_back(
    room: Newsroom,
) -> None:
    room.subscribe(BUDI, ANI)
    postman = Postman(room)
    old = left(postman).split()[1]  # Ani's, who came last
    assert room.run("subscribers", "forget", ANI, "--yes", at=NOON).code == 0
    room.subscribe(CICI)
    postman.bring("unsubscribe", sender=CICI, vouched=True)
    room.run("tick", at=NOON)
    assert readers(room) == [BUDI]
    room.run("rejoin", old, at=NOON)
    assert readers(room) == [BUDI]
