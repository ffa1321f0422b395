"""What a relay's limits and hang-ups do to a run, and what is said of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest

from support.digest_runs import HOURLY, READERS, counts, states, tick
from support.newsroom import EVENING, NEXT_EVENING, Newsroom
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


PER_SESSION = ("4.7.1 too many mails per session", "session message limit reached",
               "enough for this session")  # fmt: skip
STEPS = ("mail", "rcpt", "dot")


def per_session() -> Iterator[Any]:
    """Every step, wording and way of talking; `make test` leaves most to `make soak`."""
    for number, text in enumerate(PER_SESSION):
        for at, extensions in product(STEPS, ((), ("PIPELINING",))):
            sampled = at == STEPS[number] and bool(extensions) is (number != 1)
            yield pytest.param(text, at, extensions, marks=[] if sampled else [pytest.mark.soak])


@pytest.mark.parametrize(("text", "at", "extensions"), list(per_session()))
def test_a_relay_that_counts_letters_a_session_is_reconnected_to(
    room: Newsroom, at: str, text: str, extensions: tuple[str, ...]
) -> None:
    room.smtp.extensions = extensions
    room.smtp.faults.append(SmtpFault(at=at, do="defer", code=451, text=text, nth=6))  # type: ignore[arg-type]
    answer = room.run("digest", at=EVENING)
    assert answer.code == 0, answer.said
    assert sorted(room.readers) == sorted(READERS)
    assert room.smtp.commands.count("EHLO") >= 4  # five letters a connection from then on


def test_a_limit_of_a_session_may_be_said_as_if_for_good(room: Newsroom) -> None:
    said = "5.7.0 too many messages in this session"
    room.smtp.faults.append(SmtpFault(at="rcpt", do="refuse", code=554, text=said, nth=6))
    answer = room.run("digest", at=EVENING)
    assert answer.code == 0, answer.said
    assert sorted(room.readers) == sorted(READERS)
    assert room.smtp.commands.count("EHLO") >= 4


@pytest.mark.parametrize(
    "text", ["4.3.2 Connection rate limit exceeded", "connection limit exceeded from your IP"]
)
def test_a_limit_on_connections_is_not_answered_by_more_of_them(room: Newsroom, text: str) -> None:
    room.smtp.faults.append(SmtpFault(at="rcpt", do="defer", code=451, text=text, nth=6))
    assert room.run("digest", at=EVENING).code == 3
    assert states(room) == {"sent": 5, "due": len(READERS) - 5}
    assert room.smtp.commands.count("EHLO") == 1
    assert tick(room) == 0
    assert states(room) == {"sent": len(READERS)}


@pytest.mark.parametrize(
    ("at", "code", "text"),
    [
        ("ehlo", 421, "4.7.0 try again later, too busy"),
        ("connect", 554, "5.7.1 your address is listed"),
        ("ehlo", 550, "5.7.0 who are you?"),
    ],
)
def test_the_relay_s_reason_is_never_hidden(room: Newsroom, at: str, code: int, text: str) -> None:
    room.smtp.faults.append(SmtpFault(at=at, do="refuse", code=code, text=text))  # type: ignore[arg-type]
    answer = room.run("digest", at=NEXT_EVENING)
    assert answer.code == 3
    assert f"{code} {text}" in answer.said


def test_why_a_relay_hangs_up_is_told(room: Newsroom) -> None:
    room.smtp.faults.append(SmtpFault(at="rcpt", do="refuse", code=421, text="4.7.0 hourly limit"))
    answer = room.run("digest", at=EVENING)
    assert answer.code == 3
    assert "421 4.7.0 hourly limit" in answer.said


def test_a_paused_run_passes_over_readers_with_a_trouble_of_their_own(room: Newsroom) -> None:
    ours = SmtpFault(at="rcpt", do="refuse", code=550, text=HOURLY)
    room.smtp.faults.append(ours)
    assert room.run("digest", at=EVENING).code == 3
    room.smtp.faults.remove(ours)
    room.smtp.faults.append(
        SmtpFault(at="rcpt", do="defer", code=450, text="4.2.0 greylisted", recipient=READERS[0])
    )
    assert tick(room) == 3
    assert states(room) == {"sent": len(READERS) - 1, "due": 1}


def test_a_paused_run_keeps_its_reason_where_readers_are_put_off(room: Newsroom) -> None:
    ours = SmtpFault(at="rcpt", do="refuse", code=550, text=HOURLY)
    room.smtp.faults.append(ours)
    assert room.run("digest", at=EVENING).code == 3
    room.smtp.faults.remove(ours)
    room.smtp.faults.append(SmtpFault(at="rcpt", do="defer", code=450, text="4.2.0 greylisted"))
    assert tick(room) == 3
    assert HOURLY in room.run("status", at=EVENING).out


def test_a_paused_run_is_tried_before_it_is_given_up(room: Newsroom) -> None:
    """A machine that was off for a weekend."""
    room.smtp.faults.append(SmtpFault(at="rcpt", do="refuse", code=550, text=HOURLY))
    assert room.run("digest", at=EVENING).code == 3
    with closing(sqlite3.connect(room.folder / "syndicate.db")) as db, db:
        db.execute("UPDATE runs SET paused_at = datetime(paused_at, '-3 days')")
    room.smtp.faults.clear()
    assert tick(room) == 0
    assert states(room) == {"sent": len(READERS)}


def test_the_office_says_its_own_name_to_the_relay(room: Newsroom) -> None:
    room.change("harian", helo="surat.kantor.example")
    assert room.run("digest", at=EVENING).code == 0
    assert room.smtp.names == {"surat.kantor.example"}
    room.change("harian", helo="no name")
    answer = room.run("status", at=EVENING)
    assert "channels.harian.helo: write a host's full name" in answer.said


def test_a_certificate_file_that_is_not_there_is_named(room: Newsroom) -> None:
    room.change("harian", tls_ca="kantor.pem")
    answer = room.run("digest", at=EVENING)
    assert answer.code == 1
    assert "channels.harian.tls_ca: there is no file" in answer.said


ALONE = READERS[7]
SCORE = SmtpFault(
    at="rcpt", do="refuse", code=550, text="5.7.1 spam score too high", recipient=ALONE
)


def of_each_digest(room: Newsroom) -> list[dict[str, int]]:
    rows = room.rows(
        "SELECT edition_id, state, count(*) FROM letters GROUP BY edition_id, state ORDER BY 1"
    )
    return [{state: count for one, state, count in rows if one == edition}
            for edition in dict.fromkeys(row[0] for row in rows)]  # fmt: skip


def test_a_letter_that_waits_alone_holds_no_later_digest_and_nothing_urgent(
    room: Newsroom,
) -> None:
    room.smtp.faults.append(SCORE)
    room.change("harian", immediate=True)
    left = {"sent": len(READERS) - 1, "due": 1}
    for day in range(3):
        at = datetime.fromisoformat(EVENING) + timedelta(days=day)
        morning = at.replace(hour=9).isoformat()
        room.write(f"k{day}.md", f"Isi hari {day}.", headline=f"Kabar hari {day}")
        room.run("publish", f"k{day}.md", at=morning)
        room.run("digest", at=at.isoformat())
        for _ in range(2):
            room.let_pauses_end()
            room.run("tick", at=at.isoformat())
        assert of_each_digest(room) == [left] * (day + 1)
    assert "p…@dua.example" in room.run("status", at=EVENING).out
    room.write("segera.md", "Isi segera.", headline="Segera", urgency=1)
    room.run("publish", "segera.md", at=at.isoformat())
    for _ in range(2):
        room.let_pauses_end()
        room.run("tick", at=at.isoformat())
    assert of_each_digest(room) == [left] * 4


@pytest.mark.parametrize(
    "fault",
    [
        SmtpFault(at="dot", do="refuse", code=554, text="5.2.252 SendAsDenied"),
        SmtpFault(at="connect", do="refuse", code=554, text="no service for you"),
        SmtpFault(at="connect", do="defer", text="4.3.2 busy"),
        SmtpFault(at="mail", do="defer", text="4.3.2 busy"),
        SmtpFault(at="rcpt", do="hang up"),
        SmtpFault(at="rcpt", do="refuse", code=550, text=HOURLY, nth=2),
    ],
    ids=lambda fault: f"{fault.at} {fault.do} {fault.text}",
)
def test_a_sample_that_meets_trouble_keeps_the_rest_until_somebody_says_so(
    room: Newsroom, fault: SmtpFault
) -> None:
    room.smtp.faults.append(fault)
    room.run("digest", "harian", "--sample", "3", at=EVENING)
    room.smtp.faults.clear()
    for _ in range(2):
        tick(room)
    assert states(room).get("sent", 0) <= 3
    assert room.run("digest", "harian", "--resume", at=EVENING).code == 0
    assert states(room) == {"sent": len(READERS)}


@pytest.mark.parametrize(
    ("at", "text"),
    [
        ("dot", "4.4.8 Throttling failure: Hourly message quota exceeded."),
        ("rcpt", "4.7.1 You have exceeded your hourly sending limit"),
        ("rcpt", "4.7.28 unusual rate of mail"),
    ],
)
def test_a_quota_that_is_used_up_for_now_uses_up_no_letter_s_tries(
    room: Newsroom, at: str, text: str
) -> None:
    room.smtp.faults.append(SmtpFault(at=at, do="defer", text=text))  # type: ignore[arg-type]
    room.run("digest", at=EVENING)
    for _ in range(13):
        assert tick(room) == 3
    assert room.rows("SELECT DISTINCT state, tries FROM letters") == [("due", 0)]
    assert text in room.run("status", at=EVENING).out
    room.smtp.faults.clear()
    assert tick(room) == 0
    assert states(room) == {"sent": len(READERS)}


@pytest.mark.parametrize("text", ["4.2.0 greylisted, come back", "4.2.1 too many messages to her"])
def test_what_is_said_of_one_mailbox_for_now_pauses_nothing(room: Newsroom, text: str) -> None:
    room.smtp.faults.append(SmtpFault(at="rcpt", do="defer", text=text, recipient=ALONE))
    room.run("digest", at=EVENING)
    assert states(room) == {"sent": len(READERS) - 1, "due": 1}
    assert room.rows("SELECT max(tries) FROM letters WHERE state = 'due'") == [(1,)]


def test_a_letter_at_which_the_relay_hangs_up_ends_with_its_reason(room: Newsroom) -> None:
    room.smtp.faults.append(
        SmtpFault(at="rcpt", do="hang up", recipient=ALONE),
    )
    room.run("digest", at=EVENING)
    assert states(room) == {"sent": len(READERS) - 1, "due": 1}
    assert "hung up before it had the letter" in room.run("status", at=EVENING).out
    room.smtp.faults.append(SmtpFault(at="rcpt", do="defer", code=421, text="4.7.0 too quick"))
    for _ in range(2):
        tick(room)
    assert states(room)["due"] == 1
    assert counts(room) == 0


def test_what_was_given_up_is_told_until_it_was_sent_again(room: Newsroom) -> None:
    room.smtp.faults.append(SmtpFault(at="rcpt", do="refuse", code=550, text=HOURLY))
    room.run("digest", at=EVENING)
    with closing(sqlite3.connect(room.ledger)) as db, db:
        db.execute("UPDATE runs SET paused_at = datetime('now', '-49 hours')")
    tick(room)
    [(number,)] = room.rows("SELECT edition_id FROM runs")
    for _ in range(2):
        answer = room.run("status", at=EVENING)
        assert answer.code == 3
        assert "20 refused, not counted as bounces" in answer.out
        assert HOURLY in answer.out
        assert f"syndicate resolve {number} --again-refused" in answer.out
    room.smtp.faults.clear()
    assert room.run("resolve", str(number), "--again-refused", at=EVENING).code == 0
    assert tick(room) == 0
    assert room.run("status", at=EVENING).code == 0


def test_who_is_refused_again_after_a_repair_is_counted_once(room: Newsroom) -> None:
    said = "5.1.1 no such user"
    room.smtp.faults.append(SmtpFault(at="rcpt", do="refuse", code=550, text=said, recipient=ALONE))
    room.run("digest", at=EVENING)
    [(number,)] = room.rows("SELECT edition_id FROM runs")
    before = counts(room)
    for _ in range(5):
        room.run("resolve", str(number), "--again-refused", at=EVENING)
        tick(room)
    assert states(room) == {"sent": len(READERS) - 1, "refused": 1}
    assert counts(room) == before
