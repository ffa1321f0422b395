"""Readers move to another address: asked with a token or from the old one, confirmed at the new."""

from __future__ import annotations

import re

import pytest

from support.newsroom import EVENING, NOON, Newsroom, part
from support.postman import ANI, BUDI, CICI, Postman, bounce, readers, token_of

NEW = "ani.baru@pembaca.example"


def letter_to(room: Newsroom, address: str) -> str:
    """The subject and the text of the one letter to an address."""
    [letter] = [one for one in room.letters if one["To"] == address]
    return f"{letter['Subject']}\n{part(letter, 'plain')}"


def confirmation(room: Newsroom, address: str) -> str:
    [token] = set(re.findall(r"confirm(?:%20| )([0-9a-f]{32})", letter_to(room, address)))
    return f"Re: confirm {token}"


HOW = {
    "token": ("move {token} " + NEW, "anybody@elsewhere.example", False),
    "Indonesian": ("Pindah {token} ke " + NEW, ANI, False),
    "from the old address": ("pindah ke " + NEW, ANI, True),
}


@pytest.mark.parametrize(("subject", "sender", "vouched"), HOW.values(), ids=HOW.keys())
def test_a_reader_moves_once_the_new_address_has_answered(
    postman: Postman, subject: str, sender: str, vouched: bool
) -> None:
    room = postman.room
    postman.bring(subject.format(token=token_of(room, 1)), sender=sender, vouched=vouched)
    assert "1 asked to confirm their new address" in room.run("tick").out
    assert readers(room) == [ANI, BUDI]
    postman.bring(confirmation(room, NEW), sender=NEW)
    assert "1 moved to another address" in room.run("tick", at=NOON).out
    assert readers(room) == [NEW, BUDI]
    assert "an***@pembaca.example" in letter_to(room, ANI) or "ani" not in letter_to(room, ANI)
    kept = room.run("subscribers", "export", "--person", NEW).json
    assert "moved to this address" in kept["subscriptions"][0]["source"]
    assert room.run("tick", at=NOON).code == 0
    assert len(room.letters) == 2


@pytest.mark.parametrize("own", ["Berhenti@kantor.example", "redaksi@kantor.example"])
def test_nobody_moves_to_an_address_of_the_office(postman: Postman, own: str) -> None:
    room = postman.room
    postman.bring(f"move {token_of(room, 1)} {own}")
    assert "1 cannot move: the new address is the office's own" in room.run("tick").out
    assert room.letters == []


def test_who_only_names_the_old_address_is_asked_there_first(postman: Postman) -> None:
    room = postman.room
    postman.bring(f"move {NEW}")
    assert "1 asked to confirm that they move" in room.run("tick").out
    assert NEW in letter_to(room, ANI)
    postman.bring(confirmation(room, ANI))
    room.run("tick", at=NOON)
    postman.bring(confirmation(room, NEW), sender=NEW)
    room.run("tick", at=NOON)
    assert readers(room) == [NEW, BUDI]


def test_the_old_address_can_take_it_back(postman: Postman) -> None:
    room = postman.room
    postman.bring(f"move {token_of(room, 1)} {NEW}")
    room.run("tick")
    postman.bring(confirmation(room, NEW), sender=NEW)
    room.run("tick", at=NOON)
    postman.bring(confirmation(room, ANI))
    room.run("tick", at=NOON)
    assert readers(room) == [ANI, BUDI]


def test_who_moves_to_another_reader_s_address_is_one_reader_there(postman: Postman) -> None:
    room = postman.room
    room.channels["pekanan"] = room.channels["harian"] | {"title": "Kabar pekanan", "inbox": ""}
    room.configure()
    room.subscribe(ANI, to="pekanan")
    postman.bring(f"move {token_of(room, 1)} {BUDI}")
    room.run("tick")
    postman.bring(confirmation(room, BUDI), sender=BUDI)
    room.run("tick", at=NOON)
    assert (readers(room), readers(room, "pekanan")) == ([BUDI], [BUDI])
    room.write()
    room.publish(at=NOON)
    room.run("tick", at=EVENING)
    assert room.readers[2:] == [BUDI, BUDI]  # a letter of each list


def silent(postman: Postman, how: str) -> None:
    room = postman.room
    if how == "forgotten":
        room.subscribe(CICI)
        assert room.run("subscribers", "forget", CICI, "--yes").code == 0
    else:
        room.subscribe(CICI)
        postman.put(bounce(token_of(room, 3)))
        room.run("tick")


@pytest.mark.parametrize("how", ["forgotten", "bounced"])
def test_an_address_that_is_never_written_to_is_not_asked_either(
    postman: Postman, how: str
) -> None:
    room = postman.room
    silent(postman, how)
    postman.bring(f"move {token_of(room, 1)} {CICI}")
    assert "the new address is not written to" in room.run("tick", at=NOON).out
    assert room.letters == []
    assert readers(room) == [ANI, BUDI]


def test_nobody_can_fill_mailboxes_with_questions(postman: Postman) -> None:
    room = postman.room
    token = token_of(room, 1)
    for number in range(6):
        postman.bring(f"move {token} korban{number}@elsewhere.example")
    assert "4 not answered: daily limit" in room.run("tick").out
    assert len(room.letters) == 2


def test_a_late_bounce_from_the_old_address_is_not_the_new_one_s(postman: Postman) -> None:
    room = postman.room
    token = token_of(room, 1)
    postman.bring(f"move {token} {NEW}")
    room.run("tick")
    postman.bring(confirmation(room, NEW), sender=NEW)
    room.run("tick", at=NOON)
    postman.put(bounce(token))
    assert "1 bounced where they have moved from" in room.run("tick", at=NOON).out
    assert readers(room) == [NEW, BUDI]


PERSONAL = ["Pindah kantor ke Jalan Baru", "move your office", "Re: pindah alamat kantor"]


@pytest.mark.parametrize("subject", PERSONAL)
def test_a_letter_about_moving_is_for_a_person(postman: Postman, subject: str) -> None:
    postman.bring(subject)
    assert "1 left unread for you" in postman.room.run("tick").out


def test_an_overview_shows_how_to_move(postman: Postman) -> None:
    room = postman.room
    token = token_of(room, 1)
    postman.bring(f"ubah {token}")
    room.run("tick")
    assert f"subject=move%20{token}%20" in letter_to(room, ANI)


def test_a_forgotten_person_leaves_no_trace_of_a_move(postman: Postman) -> None:
    room = postman.room
    postman.bring(f"move {NEW}")
    room.run("tick")
    room.run("subscribers", "forget", NEW, "--yes")
    assert NEW not in "\n".join(room.remembered())
