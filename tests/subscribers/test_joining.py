"""Who joins a list by mail: invited, confirmed, and never added unasked."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from support.newsroom import EVENING, MORNING, NOON, Newsroom, part
from support.postman import (
    ANI,
    BUDI,
    CICI,
    LATER,
    MAILBOX,
    Postman,
    invited,
    readers,
)
from syndicate.loopback.smtp import SmtpFault


def test_who_wants_to_join_is_asked_and_joins_by_answering(postman: Postman) -> None:
    room = postman.room
    postman.bring("Langganan", sender=f"Cici Paramida <{CICI}>")
    assert "1 asked to confirm that they join" in room.run("tick").out
    letter = invited(room)
    assert (letter["To"], letter["Reply-To"]) == (CICI, MAILBOX)
    assert letter["Auto-Submitted"] == "auto-replied"
    assert "Kabar harian" in part(letter, "plain")
    assert readers(room) == [ANI, BUDI]
    postman.bring(f"Re: {letter['Subject']}", sender=CICI)
    assert "1 joined" in room.run("tick", at=NOON).out
    assert readers(room) == [ANI, BUDI, CICI]
    [[name]] = room.rows(f"SELECT name FROM subscribers WHERE email = '{CICI}'")
    assert name == "Cici Paramida"
    [[source, wording]] = room.rows("SELECT source, wording FROM subscriptions WHERE id = 3")
    assert "confirmed by letter" in source
    assert "mendaftarkan alamat surel ini untuk menerima" in wording


@pytest.mark.parametrize("mailbox", ["pekanan@kantor.example", ""])
def test_one_mailbox_serves_every_list(postman: Postman, mailbox: str) -> None:
    room = postman.room
    room.channels["pekanan"] = room.channels["harian"] | {
        "title": "Kabar pekanan", "inbox": "", "mailbox": mailbox,
        "unsubscribe": "https://kantor.example/berhenti/{token}",
    }  # fmt: skip
    room.configure()
    postman.bring("subscribe Kabar Pekanan", sender=CICI)
    assert room.run("tick").code == 0
    letter = invited(room)
    assert (letter["To"], letter["Reply-To"]) == (CICI, mailbox or MAILBOX)
    assert "Kabar pekanan" in letter["Subject"]
    postman.bring(f"Re: {letter['Subject']}", sender=CICI)
    assert "1 joined" in room.run("tick", at=NOON).out
    assert readers(room, "pekanan") == [CICI]
    assert readers(room, "harian") == [ANI, BUDI]
    [[wording]] = room.rows("SELECT wording FROM subscriptions WHERE id = 3")
    assert "Kabar pekanan" in wording


def test_a_list_that_is_gone_is_not_joined(postman: Postman) -> None:
    room = postman.room
    room.channels["pekanan"] = room.channels["harian"] | {"title": "Kabar pekanan", "inbox": ""}
    room.configure()
    postman.bring("subscribe pekanan", sender=CICI)
    room.run("tick")
    postman.bring(f"Re: {invited(room)['Subject']}", sender=CICI)
    room.only("feed", "telegram", "harian")
    assert "confirmed nothing" in room.run("tick", at=NOON).out


def test_a_file_that_asks_to_join_is_answered_as_well(room: Newsroom) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = CICI, MAILBOX, "subscribe harian"
    letter.set_content("Terima kasih.")
    (room.folder / "surat.eml").write_bytes(letter.as_bytes())
    answer = room.run("subscribers", "bounce", "--list", "harian", "surat.eml")
    assert answer.code == 0, answer.said
    assert room.readers == [CICI]


def test_a_mailbox_that_is_read_has_an_address(room: Newsroom) -> None:
    room.change(
        "harian", inbox="maildir:masuk", mailbox="", unsubscribe="https://a.example/{token}"
    )
    answer = room.run("tick")
    assert answer.code == 1
    assert "set mailbox" in answer.complaint


def test_the_link_in_the_question_confirms_as_well(postman: Postman) -> None:
    postman.bring("subscribe harian", sender=CICI)
    postman.room.run("tick")
    text = part(invited(postman.room), "plain")
    [link] = [line for line in text.splitlines() if line.startswith("mailto:")]
    postman.bring(link.partition("subject=")[2].replace("%20", " "), sender=CICI)
    postman.room.run("tick")
    assert CICI in readers(postman.room)


def test_a_question_is_asked_once_a_day(postman: Postman) -> None:
    for at in (MORNING, NOON, EVENING):
        postman.bring("subscribe", sender=CICI)
        postman.room.run("tick", at=at)
    assert postman.room.readers == [CICI]
    postman.bring("subscribe", sender=CICI)
    postman.room.run("tick", at="2026-05-05T18:00:00+07:00")
    assert postman.room.readers == [CICI, CICI]


def test_a_late_answer_and_a_second_one_confirm_nothing(postman: Postman) -> None:
    room = postman.room
    postman.bring("subscribe", sender=CICI)
    room.run("tick")
    subject = str(invited(room)["Subject"])
    postman.bring(f"Re: {subject}", sender=CICI)
    assert "confirmed nothing" in room.run("tick", at=LATER).out
    assert readers(room) == [ANI, BUDI]
    postman.bring("subscribe", sender=CICI)
    room.run("tick", at=LATER)
    for outcome in ("1 joined", "confirmed nothing"):
        postman.bring(f"Re: {room.letters[-1]['Subject']}", sender=CICI)
        assert outcome in room.run("tick", at=LATER).out


def test_who_left_may_come_back_by_asking_themselves(postman: Postman) -> None:
    room = postman.room
    room.run("subscribers", "forget", ANI)
    postman.bring("subscribe", sender=ANI)
    room.run("tick")
    postman.bring(f"Re: {invited(room)['Subject']}", sender=ANI)
    room.run("tick")
    assert ANI in readers(room)


def test_machines_are_not_answered(postman: Postman) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = CICI, MAILBOX, "subscribe"
    letter["Auto-Submitted"] = "auto-replied"
    letter.set_content("subscribe")
    postman.put(letter.as_bytes())
    assert postman.room.run("tick").code == 0
    assert postman.room.letters == []
    assert postman.unread == 0


def test_a_question_that_could_not_be_sent_is_sent_by_the_next_tick(postman: Postman) -> None:
    room = postman.room
    room.smtp.faults = [SmtpFault(at="rcpt", do="defer", nth=1)]
    postman.bring("subscribe", sender=CICI)
    assert room.run("tick").code == 3
    assert room.letters == []
    assert room.run("tick").code == 0
    assert room.readers == [CICI]
