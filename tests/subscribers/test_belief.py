"""Whom a letter without a token is believed to be from, and how much is done at its word."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage

import pytest

from support.newsroom import EVENING, MORNING, NOON, Newsroom, part
from support.postman import ANI, BUDI, CICI, MAILBOX, OURS, Postman, readers, token_of

NEXT_WEEK = "2026-05-13T12:00:00+07:00"
TOMORROW = "2026-05-05T12:00:00+07:00"
PASSED = f"{OURS}; dmarc=pass header.from=pembaca.example"


def people(count: int) -> list[str]:
    return [f"o{number}@pembaca.example" for number in range(count)]


def asked(room: Newsroom) -> EmailMessage:
    """The one letter to a single person."""
    [letter] = [one for one in room.letters if not one["List-Id"]]
    return letter


def links(letter: EmailMessage) -> list[str]:
    """Subjects of the letters that its links open."""
    lines = part(letter, "plain").replace("=\n", "").splitlines()
    return [
        line.partition("subject=")[2].replace("%20", " ") for line in lines if "mailto:" in line
    ]


# leaving


def test_a_letter_that_nobody_vouches_for_ends_nothing_and_is_answered(postman: Postman) -> None:
    room = postman.room
    postman.bring("berhenti")
    answer = room.run("tick")
    assert answer.code == 0, answer.said
    assert "harian: 1 asked to confirm that they leave" in answer.out
    assert readers(room) == [ANI, BUDI]
    assert postman.unread == 0
    letter = asked(room)
    assert (letter["To"], letter["Reply-To"]) == (ANI, MAILBOX)
    assert letter["Auto-Submitted"] == "auto-replied"
    assert "Mohon konfirmasi berhenti berlangganan: Kabar harian" in letter["Subject"]
    assert links(letter) == [f"unsubscribe {token_of(room, 1)}"]


@pytest.mark.parametrize("how", ["reply", "link"])
def test_who_confirms_that_they_leave_is_off_the_list(postman: Postman, how: str) -> None:
    room = postman.room
    postman.bring("Please unsubscribe me")
    room.run("tick")
    letter = asked(room)
    [link] = links(letter)
    postman.bring(f"Re: {letter['Subject']}" if how == "reply" else link)
    assert "harian: 1 left" in room.run("tick", at=NOON).out
    assert readers(room) == [BUDI]
    assert "Anda telah berhenti" in room.letters[-1]["Subject"]


def test_fifty_forged_letters_empty_no_list(room: Newsroom) -> None:
    room.subscribe(*people(50))
    postman = Postman(room)
    for one in people(50):
        postman.bring("berhenti", sender=one)
    assert room.run("tick").code == 0
    assert readers(room) == sorted(people(50))
    assert len(room.readers) == 50


FORGED: dict[str, Sequence[str]] = {
    "below the own server's": [f"{OURS}; dmarc=fail header.from=pembaca.example", PASSED],
    "of another server": ["mx.elsewhere.example; dmarc=pass header.from=pembaca.example"],
    "of another domain": [f"{OURS}; dmarc=pass header.from=evil.example"],
}


@pytest.mark.parametrize("results", FORGED.values(), ids=FORGED)
def test_forged_results_end_nothing(postman: Postman, results: Sequence[str]) -> None:
    head = "".join(f"Authentication-Results: {one}\n" for one in results)
    head += f"From: {ANI}\nTo: {MAILBOX}\nMessage-ID: <1@x.example>\n"
    postman.put(f"{head}Subject: berhenti\n\nIsi.\n".encode())
    assert "asked to confirm that they leave" in postman.room.run("tick").out
    assert readers(postman.room) == [ANI, BUDI]


def test_without_authserv_no_result_is_believed(postman: Postman) -> None:
    postman.room.change("harian", authserv="")
    postman.bring("berhenti", vouched=True)
    postman.room.run("tick")
    assert readers(postman.room) == [ANI, BUDI]


def test_a_name_that_is_none_is_refused(postman: Postman) -> None:
    postman.room.change("harian", authserv="mx.kantor.example; dmarc=pass")
    answer = postman.room.run("tick")
    assert answer.code == 1
    assert "channels.harian.authserv" in answer.complaint


@pytest.fixture
def two(postman: Postman) -> Postman:
    """Ani is on two lists."""
    room = postman.room
    room.channels["pekanan"] = room.channels["harian"] | {"title": "Kabar pekanan", "inbox": ""}
    room.configure()
    room.subscribe(ANI, to="pekanan")
    return postman


def test_who_leaves_every_list_is_asked_once_and_may_leave_one(two: Postman) -> None:
    two.bring("berhenti")
    two.room.run("tick")
    letter = asked(two.room)
    text = part(letter, "plain")
    assert "Kabar harian" in text
    assert "Kabar pekanan" in text
    daily, weekly = links(letter)
    two.bring(weekly, sender="anybody@elsewhere.example")
    two.room.run("tick")
    assert (readers(two.room), readers(two.room, "pekanan")) == ([ANI, BUDI], [])
    two.bring(daily)
    two.room.run("tick")
    assert readers(two.room) == [BUDI]


def test_who_confirms_leaves_what_they_named(two: Postman) -> None:
    two.bring("unsubscribe Kabar pekanan")
    two.room.run("tick")
    assert len(links(asked(two.room))) == 1
    two.bring(f"Re: {asked(two.room)['Subject']}")
    two.room.run("tick", at=NOON)
    assert (readers(two.room), readers(two.room, "pekanan")) == ([ANI, BUDI], [])


def test_who_confirms_leaves_all_of_them(two: Postman) -> None:
    two.bring("berhenti")
    two.room.run("tick")
    two.bring(f"Re: {asked(two.room)['Subject']}")
    two.room.run("tick", at=NOON)
    assert (readers(two.room), readers(two.room, "pekanan")) == ([BUDI], [])


def test_who_has_left_meanwhile_is_not_asked(postman: Postman) -> None:
    room = postman.room
    postman.bring("berhenti")
    postman.bring(f"unsubscribe {token_of(room, 1)}")
    room.run("tick")
    assert "Anda telah berhenti" in asked(room)["Subject"]
    assert room.run("tick").out == ""


@pytest.mark.parametrize("head", ["Auto-Submitted: auto-replied\n", "", "X-Autoreply: yes\n"])
def test_a_machine_s_answer_to_our_question_ends_nothing(postman: Postman, head: str) -> None:
    room = postman.room
    postman.bring("berhenti")
    room.run("tick")
    subject = "".join(str(asked(room)["Subject"]).splitlines())
    answer = f"{head}From: {ANI}\nTo: {MAILBOX}\nSubject: Automatic reply: {subject}\n\nCuti.\n"
    postman.put(answer.encode())
    room.run("tick")
    assert readers(room) == [ANI, BUDI]


def test_a_late_answer_ends_nothing(postman: Postman) -> None:
    room = postman.room
    postman.bring("berhenti")
    room.run("tick")
    postman.bring(f"Re: {asked(room)['Subject']}")
    assert "confirmed nothing" in room.run("tick", at=NEXT_WEEK).out
    assert readers(room) == [ANI, BUDI]


def test_who_is_asked_can_see_it_and_be_forgotten(postman: Postman) -> None:
    postman.bring("berhenti")
    postman.room.run("tick")
    [request] = postman.room.run("subscribers", "export", "--person", ANI).json["requests"]
    assert request["wants"] == "leave all"
    assert postman.room.run("subscribers", "forget", ANI).code == 0
    assert postman.room.rows("SELECT count(*) FROM requests") == [(0,)]


# joining


def test_who_is_vouched_for_joins_at_once(postman: Postman) -> None:
    room = postman.room
    postman.bring("langganan", sender=f"Cici P <{CICI}>", vouched=True)
    assert "harian: 1 joined" in room.run("tick").out
    assert readers(room) == [ANI, BUDI, CICI]
    assert room.letters == []
    [[source, consented]] = room.rows("SELECT source, consented_at FROM subscriptions WHERE id = 3")
    assert source == f"by letter of 2026-05-04 02:00 UTC, {OURS}: dmarc=pass"
    assert consented
    assert room.rows(f"SELECT name FROM subscribers WHERE email = '{CICI}'") == [("Cici P",)]


def test_whom_nobody_vouches_for_is_asked_whether_they_join(postman: Postman) -> None:
    head = f"Authentication-Results: {OURS}; spf=fail smtp.mailfrom={CICI}\n"
    postman.put(f"{head}From: {CICI}\nTo: {MAILBOX}\nSubject: langganan\n\nya\n".encode())
    assert "1 asked to confirm that they join" in postman.room.run("tick").out
    assert CICI not in readers(postman.room)


# many at once


def test_many_who_leave_at_once_without_a_token_wait_for_a_person(room: Newsroom) -> None:
    room.subscribe(*people(50))
    postman = Postman(room)
    for one in people(14):
        postman.bring("berhenti", sender=one, vouched=True)
    answer = room.run("tick")
    assert answer.code == 3
    assert "10 left, 4 wait for your decision" in answer.out
    assert "channels.harian.leavers" in answer.err
    assert "syndicate channels resume harian" in answer.err
    assert len(readers(room)) == 40
    assert postman.unread == 0
    assert (room.run("status").code, room.run("status", "--json").json["leaving"]) == (
        3, {"harian": 4},
    )  # fmt: skip
    assert "syndicate channels resume harian" in room.run("status").out
    again = room.run("tick", at=TOMORROW)
    assert (again.code, "4 who wrote" in again.err) == (3, True)
    assert len(readers(room)) == 40
    resumed = room.run("channels", "resume", "harian")
    assert (resumed.code, resumed.out) == (0, "harian: 4 left\n")
    assert len(readers(room)) == 36
    assert room.run("tick", at=TOMORROW).code == 0
    assert sum("telah berhenti" in one["Subject"] for one in room.letters) == 14
    assert room.run("channels", "resume", "harian").out == "harian: nothing was waiting\n"


def test_who_shows_a_token_is_never_too_many(room: Newsroom) -> None:
    room.subscribe(*people(14))
    postman = Postman(room)
    for number in range(1, 15):
        postman.bring(f"unsubscribe {token_of(room, number)}")
    assert room.run("tick").code == 0
    assert readers(room) == []


@pytest.mark.parametrize(("leavers", "left"), [("", 14), ("20% of 20", 4), ("10% of 1000", 14)])
def test_how_many_may_leave_is_a_setting(room: Newsroom, leavers: str, left: int) -> None:
    room.subscribe(*people(20))
    postman = Postman(room)
    room.change("harian", leavers=leavers)
    for one in people(14):
        postman.bring("berhenti", sender=one, vouched=True)
    assert room.run("tick").code == (0 if left == 14 else 3)
    assert len(readers(room)) == 20 - left


def test_those_who_leave_on_another_day_are_counted_anew(room: Newsroom) -> None:
    room.subscribe(*people(30))
    postman = Postman(room)
    for number, at in enumerate((MORNING, TOMORROW)):
        for one in people(20)[number * 10 : number * 10 + 10]:
            postman.bring("berhenti", sender=one, vouched=True)
        assert room.run("tick", at=at).code == 0
    assert len(readers(room)) == 10


# letters to strangers


def test_one_mailbox_gets_few_letters_whatever_it_is_called(postman: Postman) -> None:
    room = postman.room
    for number in range(12):
        postman.bring("subscribe", sender=f"korban+{number}@pembaca.example")
    answer = room.run("tick")
    assert answer.code == 0, answer.said
    assert (
        "2 asked to confirm that they join, 10 not answered: daily limit of letters reached"
        in answer.out
    )
    assert len(room.letters) == 2
    assert postman.unread == 0
    postman.bring("subscribe", sender="Korban+x@Pembaca.example")
    room.run("tick", at=EVENING)
    assert len(room.letters) == 2
    postman.bring("subscribe", sender="korban+y@pembaca.example")
    room.run("tick", at="2026-05-05T18:00:00+07:00")
    assert len(room.letters) == 3


def test_all_strangers_together_get_only_so_many_letters(postman: Postman) -> None:
    room = postman.room
    room.run("tick")
    [[number]] = room.rows("SELECT id FROM channels WHERE name = 'harian'")
    many = ", ".join([f"({number}, 'join', 'x', '2026-05-04 01:00:00.000000')"] * 200)
    room.change_ledger(f"INSERT INTO strangers (channel_id, what, who, at) VALUES {many}")
    postman.bring("subscribe", sender=CICI)
    assert "1 not answered: daily limit of letters reached" in room.run("tick").out
    assert room.letters == []
    postman.bring("subscribe", sender="dedi@pembaca.example", vouched=True)
    postman.bring("berhenti")
    answer = room.run("tick")
    assert "1 joined" in answer.out
    assert "1 asked to confirm that they leave" in answer.out


def test_who_wants_to_leave_and_cannot_be_asked_today_is_left_to_a_person(
    postman: Postman,
) -> None:
    room = postman.room
    room.run("tick")
    [[number]] = room.rows("SELECT id FROM channels WHERE name = 'harian'")
    many = ", ".join([f"({number}, 'leave all', 'x', '2026-05-04 01:00:00.000000')"] * 200)
    room.change_ledger(f"INSERT INTO strangers (channel_id, what, who, at) VALUES {many}")
    postman.bring("berhenti")
    answer = room.run("tick")
    assert "1 not answered: daily limit of letters reached, 1 left unread for you" in answer.out
    assert postman.unread == 1
    assert readers(room) == [ANI, BUDI]


def test_only_known_senders_are_answered_where_an_office_wants_that(postman: Postman) -> None:
    room = postman.room
    room.change("harian", known_senders_only=True)
    room.subscribe(CICI)
    room.run("subscribers", "remove", "--list", "harian", CICI)
    postman.bring("subscribe", sender="dedi@pembaca.example")
    postman.bring("subscribe", sender="eka@pembaca.example", vouched=True)
    postman.bring("subscribe", sender=CICI)
    postman.bring("berhenti")
    answer = room.run("tick")
    assert answer.code == 0
    assert "2 not answered: from strangers" in answer.out
    assert "2 left unread for you" in answer.out
    assert sorted(room.readers) == [ANI, CICI]
    assert postman.unread == 2
    assert readers(room) == [ANI, BUDI]
    room.change("harian", known_senders_only=False)
    assert "1 asked to confirm that they join" in room.run("tick").out


def test_an_office_is_told_once_a_run_that_its_server_may_know_who_wrote(postman: Postman) -> None:
    room = postman.room
    room.change("harian", authserv="")
    for one in (ANI, BUDI):
        postman.bring("berhenti", sender=one, vouched=True)
    answer = room.run("tick")
    assert answer.said.count("channels.harian.authserv may spare them that") == 1
    assert OURS not in answer.said  # anybody may have written that name
    postman.bring("subscribe", sender=CICI)
    assert "authserv" not in room.run("tick").said
