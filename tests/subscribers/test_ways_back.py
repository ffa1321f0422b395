"""The way back onto a list: one step, for whoever left by mistake."""

from __future__ import annotations

import pytest

from support.goodbyes import (
    LATER,
    goodbye,
    goodbyes,
    left,
    ways_back,
)
from support.newsroom import NOON, Newsroom
from support.postman import ANI, BUDI, MAILBOX, Postman, readers, token_of


def test_a_way_back_works_once(postman: Postman) -> None:
    room = postman.room
    way = left(postman)
    token = way.split()[1]
    assert room.run("rejoin", token).out == "a…@pembaca.example: on harian again\n"
    assert room.run("rejoin", token).code == 2
    room.run("subscribers", "remove", "--list", "harian", ANI)
    postman.bring(way)
    assert "came back" not in room.run("tick", at=NOON).out
    assert readers(room) == [BUDI]


def test_an_old_way_back_leads_nowhere(postman: Postman) -> None:
    way = left(postman)
    answer = postman.room.run("rejoin", way.split()[1], at=LATER)
    assert answer.code == 2
    assert "older than 30 days" in answer.complaint
    assert readers(postman.room) == [BUDI]


def test_a_way_back_that_is_over_is_answered_by_a_question(postman: Postman) -> None:
    way = left(postman)
    postman.bring(way)
    assert "1 asked to confirm that they join" in postman.room.run("tick", at=LATER).out


def test_the_consent_s_history_is_kept(room: Newsroom) -> None:
    words = ("--source", "Formulir 2026", "--wording", "Saya mau.")
    room.run("subscribers", "add", "--list", "harian", *words, ANI)
    postman = Postman(room)
    room.run("rejoin", left(postman).split()[1], at=NOON)
    [was, now] = room.rows(
        "SELECT source, wording, consented_at, ended_reason, started_at FROM subscriptions"
    )
    assert was[:2] == ("Formulir 2026", "Saya mau.")
    assert was[3] == "unsubscribed"
    source = "Formulir 2026; back 2026-05-04 05:00 UTC, after leaving 2026-05-04 02:00 UTC"
    assert now[:2] == (source, "Saya mau.")
    assert now[2] == now[4] == "2026-05-04 05:00:00.000000"
    assert now[3] is None


def test_who_comes_back_and_leaves_again_is_told_again(postman: Postman) -> None:
    room = postman.room
    room.run("rejoin", left(postman).split()[1])
    postman.bring("berhenti", vouched=True)
    room.run("tick", at=NOON)
    _, second = goodbyes(room)
    [way] = ways_back(second)
    room.run("rejoin", way.split()[1], at=NOON)
    assert readers(room) == [ANI, BUDI]
    [[source]] = room.rows("SELECT source FROM subscriptions WHERE ended_at IS NULL AND id > 2")
    assert source.count("back") == 1


@pytest.mark.parametrize("form", ["{}", "{} ", "https://kantor.example/kembali/{}", "x?t={}"])
def test_a_way_back_is_found_in_any_link(postman: Postman, form: str) -> None:
    way = left(postman)
    assert postman.room.run("rejoin", form.format(way.split()[1].upper())).code == 0


@pytest.mark.parametrize("token", ["x", "a" * 32, "leave"])
def test_no_other_token_brings_anybody_back(postman: Postman, token: str) -> None:
    room = postman.room
    own = token_of(room, 1)
    left(postman)
    assert room.run("rejoin", own if token == "leave" else token).code == 2
    assert readers(room) == [BUDI]


def test_a_way_back_is_no_way_out(postman: Postman) -> None:
    token = left(postman).split()[1]
    assert postman.room.run("unsubscribe", token).code == 2
    postman.bring(f"unsubscribe {token}", sender=BUDI)
    postman.room.run("tick", at=NOON)
    assert readers(postman.room) == [BUDI]


@pytest.mark.parametrize("head", ["Auto-Submitted: auto-replied", "Precedence: auto_reply"])
def test_a_machine_brings_nobody_back(postman: Postman, head: str) -> None:
    way = left(postman)
    postman.put(f"From: {ANI}\nTo: {MAILBOX}\n{head}\nSubject: Re: {way}\n\nCuti.\n".encode())
    postman.room.run("tick")
    assert readers(postman.room) == [BUDI]


def test_an_answer_to_the_goodbye_itself_brings_nobody_back(postman: Postman) -> None:
    left(postman)
    postman.bring(f"Re: {goodbye(postman.room)['Subject']}", body="Sedang cuti.")
    postman.room.run("tick")
    assert readers(postman.room) == [BUDI]
