"""Our relay's trouble is ours: it pauses the run, counts against nobody, and everybody gets it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from support.digest_runs import HOURLY, READERS, counts, states, tick
from support.newsroom import EVENING, Newsroom
from syndicate.loopback.smtp import SmtpFault


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    """An office with a list of twenty people of two domains, and something to tell them."""
    room.only("harian")
    room.change("harian", connections=1)
    room.subscribe(*READERS)
    room.write()
    room.publish()
    return room


OURS = [
    SmtpFault(at="rcpt", do="refuse", code=550, text=HOURLY),
    SmtpFault(at="rcpt", do="refuse", code=554, text="5.7.1 <{}>: Relay access denied"),
    SmtpFault(at="dot", do="refuse", code=554, text="5.2.252 SendAsDenied"),
    SmtpFault(at="dot", do="refuse", code=552, text="relay quota exceeded"),
    SmtpFault(at="rcpt", do="refuse", code=550, text="computer says no to <{}>"),
    SmtpFault(at="dot", do="refuse", code=550, text="5.7.515 Access denied"),
    SmtpFault(
        at="rcpt", do="refuse", code=550, text="Verification failed for <redaksi@kantor.example>"
        " Response: 550 5.1.1 <redaksi@kantor.example>: User unknown Sender verify failed",
    ),
    SmtpFault(
        at="rcpt", do="refuse", code=550, text="5.1.1 <redaksi@kantor.example>: User unknown"
    ),
    SmtpFault(at="mail", do="refuse", code=550, text="not you"),
    SmtpFault(at="connect", do="refuse", code=554, text="no service for you"),
]  # fmt: skip


@pytest.mark.parametrize("fault", OURS, ids=lambda fault: fault.text)
def test_a_refusal_that_is_about_us_pauses_the_run_and_everybody_gets_the_letter(
    room: Newsroom, fault: SmtpFault
) -> None:
    room.smtp.faults.append(fault)
    answer = room.run("digest", at=EVENING)
    assert answer.code == 3
    said = fault.text.partition("<{}>")[0].strip()
    assert said in answer.said
    assert states(room) == {"due": len(READERS)}
    assert counts(room) == 0
    status = room.run("status", at=EVENING)
    assert status.code == 3
    assert "paused, and one letter is tried each time" in status.out
    room.smtp.faults.clear()
    assert tick(room) == 0
    assert states(room) == {"sent": len(READERS)}
    assert sorted(room.readers) == sorted(READERS)
    assert counts(room) == 0


def test_while_a_run_is_paused_each_tick_tries_one_letter(room: Newsroom) -> None:
    room.smtp.faults.append(SmtpFault(at="rcpt", do="refuse", code=550, text=HOURLY))
    room.run("digest", at=EVENING)
    for _ in range(3):
        before = room.smtp.commands.count("RCPT")
        assert tick(room) == 3
        assert room.smtp.commands.count("RCPT") == before + 1
    assert states(room) == {"due": len(READERS)}


def test_a_limit_in_the_middle_of_a_run_costs_nobody_the_letter(room: Newsroom) -> None:
    room.smtp.faults += [
        SmtpFault(at="rcpt", do="refuse", code=550, text=HOURLY, nth=nth) for nth in range(6, 40)
    ]
    assert room.run("digest", at=EVENING).code == 3
    assert states(room)["sent"] == 5
    room.smtp.faults.clear()
    assert tick(room) == 0
    assert sorted(room.readers) == sorted(READERS)


def test_five_days_of_it_end_no_subscription(room: Newsroom) -> None:
    room.smtp.faults.append(SmtpFault(at="rcpt", do="refuse", code=550, text=HOURLY))
    for day in range(5):
        at = (datetime.fromisoformat(EVENING) + timedelta(days=day)).isoformat()
        room.write(f"k{day}.md", f"Isi hari {day}.", headline=f"Kabar hari {day}")
        room.run("publish", f"k{day}.md", at=at.replace("T17:01", "T09:00"))
        room.run("digest", at=at)
    assert counts(room) == 0


def test_a_domain_that_refuses_everybody_holds_its_own_letters_alone(room: Newsroom) -> None:
    for number in range(10):
        who = f"p{number}@satu.example"
        room.smtp.faults.append(
            SmtpFault(at="rcpt", do="refuse", code=550, text="closed for repairs", recipient=who)
        )
    assert room.run("digest", at=EVENING).code == 3
    assert states(room) == {"sent": 10, "due": 10}
    assert {reader.partition("@")[2] for reader in room.readers} == {"dua.example"}
    asked = [one for one in room.smtp.commands if one == "RCPT"]
    assert len(asked) < len(READERS)
    assert "satu.example refuses our letters: 550 closed for repairs" in str(
        room.rows("SELECT DISTINCT why FROM letters WHERE state = 'due'")
    )
    room.smtp.faults.clear()
    assert tick(room) == 0
    assert counts(room) == 0


@pytest.mark.parametrize("place", [0, 7, len(READERS) - 1])
def test_one_reader_whose_refusal_looks_like_ours_keeps_the_letter_from_nobody_else(
    room: Newsroom, place: int
) -> None:
    alone = sorted(READERS, key=READERS.index)[place]
    said = "5.7.1 message rejected as spam"
    room.smtp.faults.append(SmtpFault(at="rcpt", do="refuse", code=550, text=said, recipient=alone))
    room.run("digest", at=EVENING)
    for _ in range(2):
        tick(room)
    assert sorted(room.readers) == sorted({*READERS} - {alone})
    assert states(room) == {"sent": len(READERS) - 1, "due": 1}
    with closing(sqlite3.connect(room.ledger)) as db, db:
        db.execute("UPDATE runs SET paused_at = datetime('now', '-49 hours')")
    assert tick(room) == 3
    assert states(room) == {"sent": len(READERS) - 1, "refused": 1}
    assert counts(room) == 0


AFFAIRS = [
    "Recipient has blacklisted you", "5.2.122 The recipient has exceeded their limit",
    "5.7.133 authentication required to send to this group", "5.1.6 changed due to spam",
    "5.3.4 message too big for recipient's mailbox", "antispam.satu.example: mailbox unavailable",
]  # fmt: skip


@pytest.mark.parametrize("text", AFFAIRS)
def test_one_reader_s_affair_pauses_nobody_s_letters(room: Newsroom, text: str) -> None:
    alone = READERS[0]
    room.smtp.faults.append(SmtpFault(at="rcpt", do="refuse", code=550, text=text, recipient=alone))
    room.run("digest", at=EVENING)
    assert sorted(room.readers) == sorted({*READERS} - {alone})
    assert "paused" not in room.run("status", at=EVENING).out
    assert states(room) == {"sent": len(READERS) - 1, "due": 1}
    assert counts(room) == 0


CLOSED = "550 closed for repairs"


def of_one_domain(room: Newsroom) -> None:
    """The readers of the second domain leave."""
    gone = [one for one in READERS if one.endswith("@dua.example")]
    room.run("subscribers", "remove", "--list", "harian", "--yes", *gone)
    text = CLOSED.partition(" ")[2]
    room.smtp.faults.append(SmtpFault(at="rcpt", do="refuse", code=550, text=text))


def test_where_all_readers_are_of_one_domain_the_office_is_told_that_it_is_held(
    room: Newsroom,
) -> None:
    of_one_domain(room)
    told = f"10 deferred: satu.example refuses our letters: {CLOSED}"
    answer = room.run("digest", at=EVENING)
    assert answer.code == 3
    assert told in answer.out
    status = room.run("status", at=EVENING)
    assert status.code == 3
    assert told in status.out
    assert told in room.run("digest", "--status", at=EVENING).out
    [run] = room.run("digest", "--status", "--json", at=EVENING).json["digests"]
    assert run["put_off"] == f"satu.example refuses our letters: {CLOSED}"
    room.smtp.faults.clear()
    assert tick(room) == 0
    assert states(room) == {"sent": 10}


def test_a_domain_that_is_held_for_two_days_is_given_up_and_told(room: Newsroom) -> None:
    of_one_domain(room)
    before = counts(room)
    room.run("digest", at=EVENING)
    with closing(sqlite3.connect(room.ledger)) as db, db:
        db.execute("UPDATE letters SET tries = 11 WHERE code = '550'")  # as often as in two days
        db.execute("UPDATE runs SET frozen_at = datetime('now', '-49 hours')")
    room.let_pauses_end()
    answer = room.run("tick", at=EVENING)
    assert answer.code == 3
    assert states(room) == {"refused": 10}
    assert room.rows("SELECT count(*) FROM letters WHERE code IS NULL") == [(7,)]
    assert f"satu.example refuses our letters: {CLOSED}" in answer.out
    assert counts(room) == before


def test_a_few_unknown_readers_keep_their_domain_s_letters_from_nobody(room: Newsroom) -> None:
    """A relay that names no code; the domain is held again and again, and yet all get theirs."""
    for number in range(3):
        fault = SmtpFault(
            at="rcpt", do="refuse", code=550, text="unknown", recipient=f"p{number}@satu.example"
        )
        room.smtp.faults.append(fault)
    room.run("digest", at=EVENING)
    for _ in range(8):
        with closing(sqlite3.connect(room.ledger)) as db, db:  # five minutes pass
            db.execute(
                "UPDATE letters SET not_before ="
                " strftime('%Y-%m-%d %H:%M:%f000', not_before, '-5 minutes')"
            )
        room.run("tick", at=EVENING)
    assert states(room) == {"sent": len(READERS) - 3, "due": 3}


@pytest.mark.parametrize("text", ["No such user here", "5.2.1 <{}>: mailbox disabled"])
def test_readers_who_are_gone_keep_the_letter_from_nobody_else(room: Newsroom, text: str) -> None:
    gone = [*READERS[:4], READERS[9], READERS[12]]
    for who in gone:
        fault = SmtpFault(at="rcpt", do="refuse", code=550, text=text, recipient=who)
        room.smtp.faults.append(fault)
    room.run("digest", at=EVENING)
    assert sorted(room.readers) == sorted({*READERS} - {*gone})
    assert states(room) == {"sent": len(READERS) - len(gone), "due": len(gone)}
    assert counts(room) == 0


def test_a_relay_that_knows_nobody_any_more_pauses_the_run(room: Newsroom) -> None:
    room.smtp.faults.append(SmtpFault(at="rcpt", do="refuse", code=550, text="No such user here"))
    room.run("digest", at=EVENING)
    assert "paused" in room.run("status", at=EVENING).out
    room.smtp.faults.clear()
    room.let_pauses_end()
    assert tick(room) == 0
    assert states(room) == {"sent": len(READERS)}


def test_why_letters_were_put_off_is_told(room: Newsroom) -> None:
    room.smtp.faults.append(SmtpFault(at="rcpt", do="defer", text="4.2.0 greylisted", nth=1))
    answer = room.run("digest", at=EVENING)
    assert "451 4.2.0 greylisted" in answer.out
    assert "451 4.2.0 greylisted" in room.run("status", at=EVENING).out


def test_after_two_days_the_rest_is_refused_told_and_can_be_sent_again(room: Newsroom) -> None:
    fault = SmtpFault(at="rcpt", do="refuse", code=550, text=HOURLY)
    room.smtp.faults.append(fault)
    room.run("digest", at=EVENING)
    with closing(sqlite3.connect(room.ledger)) as db, db:
        db.execute("UPDATE runs SET paused_at = datetime('now', '-49 hours')")
    room.let_pauses_end()
    answer = room.run("tick", at=EVENING)
    assert answer.code == 3
    [(number,)] = room.rows("SELECT edition_id FROM runs")
    assert "20 letters given up after a pause of two days" in answer.said
    assert f"syndicate resolve {number} --again-refused" in answer.said
    assert states(room) == {"refused": len(READERS)}
    assert counts(room) == 0
    room.smtp.faults.clear()
    answer = room.run("resolve", str(number), "--again-refused", at=EVENING)
    assert answer.code == 0, answer.said
    assert sorted(room.readers) == sorted(READERS)
    again = room.run("resolve", str(number), "--again-refused", at=EVENING)
    assert again.code == 2
    assert "is refused" in again.complaint


def test_a_reader_s_own_refusal_ends_as_before(room: Newsroom) -> None:
    gone = READERS[3]
    room.smtp.faults.append(
        SmtpFault(at="rcpt", do="refuse", code=550, text="5.1.1 no such user", recipient=gone)
    )
    assert room.run("digest", at=EVENING).code == 3
    assert states(room) == {"sent": len(READERS) - 1, "refused": 1}
    assert counts(room) == 1
