"""What comes back to the office: read from one mailbox, each message dealt with once."""

from __future__ import annotations

import pytest

from support.newsroom import EVENING
from support.postman import (
    ANI,
    BUDI,
    Postman,
    bounce,
    readers,
    token_of,
)

# leaving


@pytest.mark.parametrize("how", ["unsubscribe {token}", "Re: UNSUBSCRIBE {TOKEN}", "berhenti"])
def test_who_writes_that_they_leave_is_off_the_list(postman: Postman, how: str) -> None:
    token = token_of(postman.room, 1)
    postman.bring(how.format(token=token, TOKEN=token.upper()), vouched=how == "berhenti")
    answer = postman.room.run("tick")
    assert answer.code == 0, answer.said
    assert "harian: 1 left" in answer.out
    assert readers(postman.room) == [BUDI]
    assert postman.unread == 0


def test_who_leaves_before_the_digest_does_not_get_it(postman: Postman) -> None:
    postman.room.write()
    postman.room.publish()
    postman.bring(f"unsubscribe {token_of(postman.room, 1)}")
    assert postman.room.run("tick", at=EVENING).code == 0
    assert [one["To"] for one in postman.room.letters if one["List-Id"]] == [BUDI]


def test_a_letter_s_own_way_out_works(postman: Postman) -> None:
    room = postman.room
    room.write()
    room.publish()
    room.run("digest", at=EVENING)
    [mine] = [one for one in room.letters if ANI in str(one["To"])]
    ways = str(mine["List-Unsubscribe"])
    subject = ways.partition("subject=")[2].rstrip(">").replace("%20", " ")
    postman.bring(subject, sender="somebody.else@pembaca.example")
    room.run("tick", at=EVENING)
    assert readers(room) == [BUDI]


# bounces


def test_a_hard_bounce_ends_the_subscription(postman: Postman) -> None:
    postman.put(bounce(token_of(postman.room, 1)))
    assert postman.room.run("tick").code == 0
    assert readers(postman.room) == [BUDI]
    [[reason]] = postman.room.rows("SELECT ended_reason FROM subscriptions WHERE id = 1")
    assert reason == "bounced 5.1.1"
    assert postman.room.run("subscribers", "add", "--list", "harian", ANI).out == "1 left before\n"


@pytest.mark.parametrize("status", ["4.2.2", "5.7.1", "5.2.2"])
def test_a_soft_bounce_counts_and_the_fifth_in_a_row_is_the_last(
    postman: Postman, status: str
) -> None:
    token = token_of(postman.room, 1)
    for times in range(1, 6):
        assert readers(postman.room) == [ANI, BUDI]
        postman.put(bounce(token, status, name=f"m{times}"))
        postman.room.run("tick", at=f"2026-05-0{times}T12:00:00+07:00")
        assert postman.room.rows("SELECT bounces FROM subscribers WHERE id = 1") == [(times,)]
    assert readers(postman.room) == [BUDI]


def test_what_came_back_for_our_sake_counts_against_nobody_and_is_told(postman: Postman) -> None:
    for number in range(6):
        letter = bounce(token_of(postman.room, 1), "5.7.1", name=f"m{number}")
        why = b"Status: 5.7.1\nDiagnostic-Code: smtp; 550 5.7.1 blocked by SPF"
        postman.put(letter.replace(b"Status: 5.7.1", why))
    answer = postman.room.run("tick")
    assert answer.code == 3
    assert "6 letters refused because of this office" in answer.said
    assert "550 5.7.1 blocked by SPF" in answer.said
    assert postman.room.rows("SELECT bounces FROM subscribers WHERE id = 1") == [(0,)]
    assert postman.room.run("tick").code == 0


def test_soft_bounces_that_lie_far_apart_do_not_add_up(postman: Postman) -> None:
    token = token_of(postman.room, 1)
    for number, day in enumerate(["2026-05-01", "2026-07-15", "2026-10-01", "2026-12-15"] * 2):
        year = int(day[:4]) + number // 4
        postman.put(bounce(token, "4.2.2", name=f"m{number}"))
        postman.room.run("tick", at=f"{year}{day[4:]}T12:00:00+07:00")
        assert postman.room.rows("SELECT bounces FROM subscribers WHERE id = 1") == [(1,)]
    assert readers(postman.room) == [ANI, BUDI]


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed"])
def test_what_is_only_late_is_nothing(postman: Postman, action: str) -> None:
    postman.put(bounce(token_of(postman.room, 1), "4.4.1", action))
    postman.room.run("tick")
    assert postman.room.rows("SELECT bounces FROM subscribers WHERE id = 1") == [(0,)]
    assert postman.unread == 0


def test_a_message_is_dealt_with_once_however_often_it_is_read(postman: Postman) -> None:
    letter = bounce(token_of(postman.room, 1), "4.2.2")
    (postman.room.folder / "balik.eml").write_bytes(letter)
    for _ in range(2):
        answer = postman.room.run("subscribers", "bounce", "--list", "harian", "balik.eml")
        assert answer.code == 0, answer.said
    postman.put(letter.replace(b"\n", b"\r\n"))
    postman.room.run("tick")
    assert postman.room.rows("SELECT bounces FROM subscribers WHERE id = 1") == [(1,)]


def test_a_forged_bounce_harms_nobody(postman: Postman) -> None:
    forged = bounce(f"{'a' * 32}").replace(b"somebody@", b"ani@")
    postman.put(forged)
    answer = postman.room.run("tick")
    assert "1 of unknown sender" in answer.out
    assert readers(postman.room) == [ANI, BUDI]


def test_a_complaint_ends_all_of_a_person_s_subscriptions(postman: Postman) -> None:
    room = postman.room
    room.channels["pekanan"] = room.channels["harian"] | {"title": "Pekanan", "inbox": ""}
    room.configure()
    room.subscribe(ANI, to="pekanan")
    report = bounce(token_of(room, 1)).replace(b"delivery-status", b"feedback-report")
    postman.put(report.replace(b"Action:", b"Feedback-Type: abuse\nVersion: 1\nX:"))
    assert "1 complained" in room.run("tick").out
    assert room.rows("SELECT count(*) FROM subscriptions WHERE ended_at IS NULL") == [(1,)]
