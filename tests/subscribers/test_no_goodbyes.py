"""Who is said no goodbye: complaints, bounces, imports, and what closes a way back."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest

from support.goodbyes import (
    PEOPLE,
    goodbye,
    goodbyes,
    left,
    ways_back,
    with_two_lists,
)
from support.newsroom import NOON, Answer, Newsroom
from support.postman import ANI, BUDI, CICI, Postman, bounce, readers, token_of


def complaint(room: Newsroom) -> bytes:
    report = bounce(token_of(room, 1), name="spam").replace(b"delivery-status", b"feedback-report")
    return report.replace(b"Action:", b"Feedback-Type: abuse\nVersion: 1\nX:")


def test_there_is_none_after_a_complaint_a_bounce_or_what_the_office_does(
    postman: Postman,
) -> None:
    room = postman.room
    room.subscribe(CICI, "dedi@pembaca.example", "eka@pembaca.example")
    postman.put(complaint(room))
    postman.put(bounce(token_of(room, 2)))
    room.run("subscribers", "remove", "--list", "harian", CICI)
    room.run("subscribers", "forget", "dedi@pembaca.example")
    (room.folder / "orang.csv").write_text("email,status\neka@pembaca.example,unsubscribed\n")
    room.run("subscribers", "import", "--list", "harian", "orang.csv")
    assert room.run("tick").code == 0
    assert readers(room) == []
    assert room.letters == []


def test_a_complaint_after_leaving_ends_the_way_back(postman: Postman) -> None:
    room = postman.room
    way = left(postman)
    postman.put(complaint(room))
    room.run("tick", at=NOON)
    assert room.run("rejoin", way.split()[1]).code == 2


def test_a_complaint_before_the_goodbye_left_silences_it(postman: Postman) -> None:
    room = postman.room
    room.run("unsubscribe", token_of(room, 1))
    postman.put(complaint(room))
    room.run("tick")
    assert room.letters == []


def imported(room: Newsroom, *statuses: str) -> Answer:
    """The answer to an import that says this of the first people of the list."""
    rows = "".join(f"{email},{one}\n" for email, one in zip(PEOPLE, statuses, strict=False))
    (room.folder / "orang.csv").write_text(f"email,status\n{rows}")
    return room.run("subscribers", "import", "--list", "harian", "orang.csv")


def test_an_import_of_people_who_just_left_silences_their_goodbyes_and_no_others(
    postman: Postman,
) -> None:
    room = postman.room
    room.subscribe(*PEOPLE[2:])
    for number in range(1, 7):
        room.run("unsubscribe", token_of(room, number))
    answer = imported(room, "complained", "bounced", "unsubscribed", "cleaned", "active")
    assert answer.out == "5 left before\n"
    room.run("tick")
    assert sorted(one["To"] for one in goodbyes(room)) == PEOPLE[4:]


def test_an_import_that_says_no_more_than_that_they_left_leaves_the_way_back_open(
    postman: Postman,
) -> None:
    way = left(postman)
    imported(postman.room, "unsubscribed")
    assert postman.room.run("rejoin", way.split()[1]).code == 0


CLOSING = {
    "complained": "this reader has complained (marked a letter as spam)",
    "bounced": "letters to this reader bounce permanently",
    "removed": "the office removed this reader from the list",
}


@pytest.mark.parametrize("how", CLOSING)
def test_a_way_back_that_is_closed_says_why_and_a_letter_by_it_is_asked_about(
    postman: Postman, how: str
) -> None:
    room = postman.room
    way = left(postman)
    if how == "removed":
        room.run("subscribers", "remove", "--list", "harian", ANI)
    else:
        imported(room, how)
    why = CLOSING[how]
    assert f"is no longer valid: {why}." in room.run("rejoin", way.split()[1]).complaint
    postman.bring(way)
    answer = room.run("tick", at=NOON)
    assert f"harian: 1 asked to confirm that they join (no way back: {why})" in answer.out
    assert readers(room) == [BUDI]
    assert [one["Subject"][:17] for one in goodbyes(room)] == [
        "Anda telah berhen", "Mohon konfirmasi:",
    ]  # fmt: skip


def test_the_token_of_a_stranger_tells_nothing_of_who_complained(postman: Postman) -> None:
    room = postman.room
    left(postman)
    imported(room, "complained")
    for token in (token_of(room, 1), "a" * 32):
        assert "complained" not in room.run("rejoin", token).complaint


def test_a_removal_of_somebody_who_just_left_silences_the_goodbye_and_says_when_they_left(
    postman: Postman,
) -> None:
    room = postman.room
    room.run("unsubscribe", token_of(room, 1))
    answer = room.run("subscribers", "remove", "--list", "harian", ANI, BUDI, CICI)
    assert answer.out == (
        f"1 removed\n{ANI}: had left on 4 May 2026 09:00 WIB\n{CICI}: was not on the list\n"
    )
    room.run("tick")
    assert room.letters == []
    answer = room.run("subscribers", "remove", "--list", "harian", ANI, CICI, "--json")
    assert (answer.json["had_left"], answer.json["not_on_the_list"]) == ([ANI], [CICI])


def test_a_removal_ends_the_way_back_to_that_list_alone(postman: Postman) -> None:
    room = postman.room
    with_two_lists(room)
    postman.bring("unsubscribe", vouched=True)
    room.run("tick")
    first, second = ways_back(goodbye(room))
    room.run("subscribers", "remove", "--list", "harian", ANI)
    assert room.run("rejoin", first.split()[1]).code == 2
    assert room.run("rejoin", second.split()[1]).code == 0


def test_a_letter_that_came_back_for_good_silences_the_goodbye_of_who_had_left(
    postman: Postman,
) -> None:
    room = postman.room
    room.run("unsubscribe", token_of(room, 1))
    postman.put(bounce(token_of(room, 1)))
    room.run("tick")
    assert room.letters == []


def test_a_letter_that_came_back_for_good_ends_the_way_back(postman: Postman) -> None:
    room = postman.room
    way = left(postman)
    postman.put(bounce(token_of(room, 1)))
    room.run("tick", at=NOON)
    assert room.run("rejoin", way.split()[1]).code == 2


def test_a_letter_that_came_back_for_a_while_ends_no_way_back(postman: Postman) -> None:
    room = postman.room
    way = left(postman)
    postman.put(bounce(token_of(room, 1), "4.2.2"))
    room.run("tick", at=NOON)
    assert room.run("rejoin", way.split()[1]).code == 0


def test_a_bounce_of_the_goodbye_itself_ends_the_way_back(postman: Postman) -> None:
    room = postman.room
    with_two_lists(room)
    postman.bring("unsubscribe Kabar pekanan", vouched=True)
    room.run("tick")
    [way] = ways_back(goodbye(room))
    [sent] = room.smtp.letters
    [token] = re.findall("[0-9a-f]{32}", sent.mail_from)
    postman.put(bounce(token))
    assert "1 bounced, no longer written to" in room.run("tick", at=NOON).out
    assert room.run("rejoin", way.split()[1]).code == 2
    assert readers(room) == [BUDI]


def test_who_is_forgotten_hears_nothing_and_cannot_be_brought_back(postman: Postman) -> None:
    room = postman.room
    way = left(postman)
    assert room.run("subscribers", "forget", ANI).code == 0
    assert room.run("rejoin", way.split()[1]).code == 2
    assert room.rows("SELECT count(*) FROM goodbyes") == [(0,)]
    room.run("unsubscribe", token_of(room, 2))
    assert room.run("ledger", "backup", "salinan.db").code == 0
    assert room.run("subscribers", "forget", BUDI).code == 0
    assert room.run("tick").code == 0
    assert len(room.letters) == 1
    with closing(sqlite3.connect(room.folder / "salinan.db")) as db:
        assert db.execute("SELECT count(*) FROM goodbyes").fetchall() == [(0,)]


def test_who_came_back_otherwise_before_it_left_hears_nothing(room: Newsroom) -> None:
    room.subscribe(ANI)
    room.run("unsubscribe", token_of(room, 1))
    room.run("subscribers", "add", "--list", "harian", "--again", ANI)
    room.run("tick")
    assert room.letters == []
