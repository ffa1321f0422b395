"""Leaving is safe: who leaves is told so once, and can come back in one step."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from support.goodbyes import (
    goodbye,
    goodbyes,
    left,
    ways_back,
    with_two_lists,
)
from support.newsroom import EVENING, MORNING, NOON, Answer, Newsroom, part
from support.postman import ANI, BUDI, CICI, Postman, readers, token_of
from syndicate.loopback.smtp import SmtpFault
from syndicate.system.process import Holder

PAGE = "https://kantor.example/berhenti/{token}"


LEAVING = ["unsubscribe {token}", "berhenti", "Re: STOP"]


@pytest.mark.parametrize("how", LEAVING)
def test_who_leaves_by_letter_is_told_so_with_a_way_back(postman: Postman, how: str) -> None:
    room = postman.room
    postman.bring(how.format(token=token_of(room, 1)), vouched="{token}" not in how)
    assert "1 left" in room.run("tick", at=NOON).out
    letter = goodbye(room)
    assert letter["To"] == ANI
    assert letter["Subject"] == "Anda telah berhenti berlangganan: Kabar harian"
    assert letter["Auto-Submitted"] == "auto-replied"
    text = part(letter, "plain")
    assert "sejak 4 Mei 2026 12.00 WIB" in text
    [way] = ways_back(letter)
    postman.bring(way, sender="anybody@elsewhere.example")
    assert "1 came back" in room.run("tick", at=NOON).out
    assert readers(room) == [ANI, BUDI]
    assert len(room.letters) == 1


def test_a_goodbye_holds_no_news_and_no_way_out(postman: Postman) -> None:
    room = postman.room
    room.write(headline="Jembatan dibuka")
    room.publish()
    postman.bring("berhenti", vouched=True)
    room.run("tick", at=NOON)
    letter = goodbye(room)
    assert "Jembatan" not in letter.as_string()
    assert letter["List-Unsubscribe"] is None


def test_a_token_of_the_command_line_leaves_at_once_and_tick_says_goodbye(room: Newsroom) -> None:
    room.subscribe(ANI, BUDI)
    assert room.run("unsubscribe", token_of(room, 1)).code == 0
    assert readers(room) == [BUDI]
    assert room.letters == []
    assert room.run("tick").code == 0
    assert goodbye(room)["To"] == ANI


def test_a_goodbye_is_said_once_however_often_somebody_leaves(postman: Postman) -> None:
    room = postman.room
    token = token_of(room, 1)
    for _ in range(2):
        postman.bring(f"unsubscribe {token}")
        room.run("unsubscribe", token)
        room.run("tick")
        room.run("tick", at=EVENING)
    assert len(goodbyes(room)) == 1


def test_who_leaves_several_lists_at_once_gets_one_letter_with_a_way_back_to_each(
    postman: Postman,
) -> None:
    room = postman.room
    with_two_lists(room)
    postman.bring("unsubscribe", vouched=True)
    room.run("tick")
    letter = goodbye(room)
    assert letter["Subject"] == "Anda telah berhenti berlangganan: Kabar harian, Kabar pekanan"
    first, second = ways_back(letter)
    postman.bring(second)
    room.run("tick")
    assert (readers(room, "harian"), readers(room, "pekanan")) == ([BUDI], [ANI])
    postman.bring(first)
    room.run("tick")
    assert (readers(room, "harian"), readers(room, "pekanan")) == ([ANI, BUDI], [ANI])


# it never stands in the way, and is never doubled


PUT_OFF = {
    "hung up": SmtpFault(at="connect", do="hang up"),
    "recipient": SmtpFault(at="rcpt", do="defer", nth=1),
    "letter": SmtpFault(at="dot", do="defer", nth=1),
}  # fmt: skip


@pytest.mark.parametrize("fault", PUT_OFF.values(), ids=PUT_OFF.keys())
def test_leaving_does_not_wait_for_a_relay_that_puts_it_off(
    postman: Postman, fault: SmtpFault
) -> None:
    room = postman.room
    room.smtp.faults = [fault]
    postman.bring("berhenti", vouched=True)
    answer = room.run("tick")
    assert answer.code == 3
    assert readers(room) == [BUDI]
    room.smtp.faults = []
    for _ in range(2):
        assert room.run("tick").code == 0
        assert goodbye(room)["To"] == ANI


def test_a_goodbye_that_is_refused_is_not_said_again(postman: Postman) -> None:
    room = postman.room
    with_two_lists(room)
    room.smtp.faults = [SmtpFault(at="rcpt", do="refuse", text="5.1.1 no such user", nth=1)]
    postman.bring("unsubscribe Kabar harian", vouched=True)
    assert "harian: a goodbye letter was not sent: " in room.run("tick").out
    room.run("tick")
    assert room.letters == []
    assert room.rows("SELECT bounces, bounce FROM subscribers") == [(1, "550 5.1.1"), (0, None)]
    assert (readers(room), readers(room, "pekanan")) == ([BUDI], [ANI])  # one is no proof


def claimed(room: Newsroom, table: str, *, dead: bool) -> None:
    """As if a process were sending it, which is us, or one that has died."""
    me = Holder.me()
    who = (me.host, me.boot, me.pid, "long ago" if dead else me.started)
    with closing(sqlite3.connect(room.ledger)) as db, db:
        number = db.execute(
            "INSERT INTO holders (host, boot, pid, started, since)"
            " VALUES (?, ?, ?, ?, '2026-05-04 02:00:00.000000')", who
        ).lastrowid  # fmt: skip
        later = "strftime('%Y-%m-%d %H:%M:%f000', 'now', '15 minutes')"
        claim = f"state = 'sending', holder_id = {number}, claimed_until = {later}"
        db.execute(f"UPDATE {table} SET {claim}")


def test_after_a_crash_a_goodbye_that_may_have_left_is_told_of_and_never_sent_again(
    postman: Postman,
) -> None:
    room = postman.room
    left(postman)
    claimed(room, "goodbyes", dead=False)
    assert "may not have been sent" not in room.run("tick", at=NOON).out
    claimed(room, "goodbyes", dead=True)
    assert "may not have been sent" in room.run("tick", at=NOON).out
    assert "may not have been sent" not in room.run("tick", at=NOON).out
    assert len(goodbyes(room)) == 1


def test_after_a_crash_the_same_question_is_asked_at_once_and_before_it_by_nobody(
    postman: Postman,
) -> None:
    room = postman.room
    postman.bring("subscribe", sender="cici@pembaca.example")
    room.run("tick")
    claimed(room, "requests", dead=False)
    room.run("tick")
    assert len(room.smtp.letters) == 1
    claimed(room, "requests", dead=True)
    room.run("tick")
    first, second = room.smtp.letters
    assert first == second


def test_two_ticks_at_once_say_it_once(room: Newsroom) -> None:
    addresses = [f"o{n}@pembaca.example" for n in range(12)]
    room.subscribe(*addresses)
    for number in range(1, 13):
        room.run("unsubscribe", token_of(room, number))
    answers: list[Answer] = []
    ticks = [Thread(target=lambda: answers.append(room.child("tick"))) for _ in range(3)]
    for one in ticks:
        one.start()
    for one in ticks:
        one.join(60)
    assert [one.code for one in answers] == [0, 0, 0]
    assert sorted(room.readers) == sorted(addresses)


def test_a_goodbye_that_could_not_be_sent_for_a_week_is_not_sent(room: Newsroom) -> None:
    room.subscribe(ANI)
    room.run("unsubscribe", token_of(room, 1))
    room.run("tick", at="2026-05-12T12:00:00+07:00")
    assert room.letters == []


def test_a_ledger_from_a_backup_says_no_goodbye_twice(room: Newsroom) -> None:
    room.subscribe(ANI)
    room.run("unsubscribe", token_of(room, 1))
    assert room.run("ledger", "backup", "salinan.db").code == 0
    room.run("tick")
    for path in room.folder.glob("syndicate.db*"):
        path.unlink()
    (room.folder / "salinan.db").rename(room.ledger)
    assert room.run("ledger", "restored").code == 0
    assert room.run("tick").code == 0
    assert len(room.letters) == 1


# lists of other kinds


def test_a_list_without_a_mailbox_offers_the_office_s_page(room: Newsroom) -> None:
    room.change("harian", mailbox="", unsubscribe=PAGE)
    room.subscribe(ANI)
    room.run("unsubscribe", token_of(room, 1))
    room.run("tick")
    letter = goodbye(room)
    assert letter["Reply-To"] is None
    text = part(letter, "plain")
    [token] = re.findall(r"https://kantor\.example/berhenti/([0-9a-f]{32})", text)
    assert room.run("rejoin", token, "--json").json["list"] == "harian"
    assert readers(room) == [ANI]


def test_another_list_s_mailbox_takes_the_way_back(postman: Postman) -> None:
    room = postman.room
    room.channels["pekanan"] = room.channels["harian"] | {
        "title": "Kabar pekanan", "inbox": "", "mailbox": "", "unsubscribe": PAGE,
    }  # fmt: skip
    room.configure()
    room.subscribe(CICI, to="pekanan")
    [[number]] = room.rows(f"SELECT id FROM subscribers WHERE email = '{CICI}'")
    postman.bring("unsubscribe Kabar pekanan", sender=CICI, vouched=True)
    room.run("tick")
    [way] = ways_back(goodbye(room))
    postman.bring(way, sender=CICI)
    room.run("tick")
    assert readers(room, "pekanan") == [CICI]
    assert number == 3


def test_a_list_that_is_gone_says_no_goodbye(postman: Postman) -> None:
    room = postman.room
    with_two_lists(room)
    room.run("subscribers", "remove", "--list", "harian", ANI)
    postman.bring("unsubscribe Kabar pekanan", vouched=True)
    (room.folder / "surat").mkdir()
    room.smtp.faults = [SmtpFault(at="rcpt", do="defer", nth=1)]
    room.run("tick")
    room.only("feed", "telegram", "harian")
    assert room.run("tick").code == 0
    assert room.letters == []


def test_a_goodbye_in_english_says_the_same(room: Newsroom) -> None:
    room.language = "en"
    room.configure()
    room.subscribe(ANI)
    room.run("unsubscribe", token_of(room, 1), at=MORNING)
    room.run("tick")
    letter = goodbye(room)
    assert letter["Subject"] == "You have unsubscribed: Kabar harian"
    assert "Subscribe again: mailto:" in part(letter, "plain")


def test_a_goodbye_into_a_folder_is_a_file(room: Newsroom, tmp_path: Path) -> None:
    room.change("harian", smtp="maildir:surat")
    room.subscribe(ANI)
    room.run("unsubscribe", token_of(room, 1))
    assert room.run("tick").code == 0
    [path] = (room.folder / "surat" / "new").iterdir()
    assert b"Anda telah berhenti" in path.read_bytes()
