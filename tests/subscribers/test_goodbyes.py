"""Leaving is safe: who leaves is told so once, and can come back in one step."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path
from threading import Thread

import pytest

from subscribers.test_replies import ANI, BUDI, CICI, MAILBOX, Postman, bounce, readers, token_of
from support.newsroom import EVENING, MORNING, NOON, Answer, Newsroom, part
from syndicate.loopback.smtp import Fault
from syndicate.system.process import Holder

PAGE = "https://kantor.example/berhenti/{token}"
PEOPLE = [ANI, BUDI, CICI, *(f"{one}@pembaca.example" for one in ("dedi", "eka", "fitri"))]
LATER = "2026-06-10T12:00:00+07:00"  # more than a month after


@pytest.fixture
def postman(room: Newsroom) -> Postman:
    room.subscribe(ANI, BUDI)
    return Postman(room)


def goodbyes(room: Newsroom) -> list[EmailMessage]:
    """Letters to single people; a digest has a List-Id."""
    return [one for one in room.letters if not one["List-Id"]]


def goodbye(room: Newsroom) -> EmailMessage:
    [letter] = goodbyes(room)
    return letter


def ways_back(letter: EmailMessage) -> list[str]:
    """Subjects of the letters that the links open."""
    text = part(letter, "plain")
    return [found.replace("%20", " ") for found in re.findall(r"\?subject=(subscribe\S+)", text)]


def with_two_lists(room: Newsroom) -> None:
    room.channels["pekanan"] = room.channels["harian"] | {"title": "Kabar pekanan", "inbox": ""}
    room.configure()
    room.subscribe(ANI, to="pekanan")


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


# the way back


def left(postman: Postman) -> str:
    """Ani's way back."""
    postman.bring("berhenti", vouched=True)
    postman.room.run("tick")
    [way] = ways_back(goodbye(postman.room))
    return way


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
    assert "1 asked to join" in postman.room.run("tick", at=LATER).out


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


# none


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
    "complained": "this reader has complained (called a letter spam)",
    "bounced": "letters to this reader come back for good",
    "removed": "the office took this reader off the list",
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
    assert f"brings nobody back any more: {why}." in room.run("rejoin", way.split()[1]).complaint
    postman.bring(way)
    answer = room.run("tick", at=NOON)
    assert f"harian: 1 asked to join anew (no way back: {why})" in answer.out
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
    assert "1 bounced, not written to any more" in room.run("tick", at=NOON).out
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


# it never stands in the way, and is never doubled


PUT_OFF = {
    "hung up": Fault(at="connect", do="hang up"), "recipient": Fault(at="rcpt", do="defer", nth=1),
    "letter": Fault(at="dot", do="defer", nth=1),
}  # fmt: skip


@pytest.mark.parametrize("fault", PUT_OFF.values(), ids=PUT_OFF.keys())
def test_leaving_does_not_wait_for_a_relay_that_puts_it_off(postman: Postman, fault: Fault) -> None:
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
    room.smtp.faults = [Fault(at="rcpt", do="refuse", text="5.1.1 no such user", nth=1)]
    postman.bring("unsubscribe Kabar harian", vouched=True)
    assert "harian: a goodbye letter did not go out: " in room.run("tick").out
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
    assert "may not have gone out" not in room.run("tick", at=NOON).out
    claimed(room, "goodbyes", dead=True)
    assert "may not have gone out" in room.run("tick", at=NOON).out
    assert "may not have gone out" not in room.run("tick", at=NOON).out
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
    room.smtp.faults = [Fault(at="rcpt", do="defer", nth=1)]
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
