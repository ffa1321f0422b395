"""What was given up for a reason that need not be the reader's is told, however short the list."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from support.digest_runs import counts, states, tick
from support.newsroom import EVENING, Newsroom
from syndicate.loopback.smtp import SmtpFault

NO_WORD_OF_OURS = "the mills of this house grind slowly"


def two_days(room: Newsroom) -> None:
    """The letters were put off as often as in two days, and are so once more."""
    room.change_ledger("UPDATE letters SET tries = 11 WHERE state = 'due' AND tries > 0")
    room.change_ledger("UPDATE runs SET frozen_at = datetime('now', '-49 hours')")
    tick(room)


def office(room: Newsroom, *readers: str) -> Newsroom:
    room.only("harian")
    room.change("harian", connections=1)
    room.subscribe(*readers)
    room.write()
    room.publish()
    return room


@pytest.mark.parametrize(
    "readers",
    [["ani@contoh.go.id"], ["ani@contoh.go.id", "budi@gmail.com"],
     ["ani@contoh.go.id", "budi@contoh.go.id"],
     [f"p{number}@contoh.go.id" for number in range(5)]],
)  # fmt: skip
@pytest.mark.parametrize(
    ("at", "do", "code"),
    [("rcpt", "refuse", 550), ("dot", "refuse", 554), ("rcpt", "defer", 451)],
)
def test_what_was_given_up_is_told_for_a_week_and_can_be_sent_again(
    room: Newsroom, readers: list[str], at: str, do: str, code: int
) -> None:
    office(room, *readers)
    room.smtp.faults.append(SmtpFault(at=at, do=do, code=code, text=NO_WORD_OF_OURS))  # type: ignore[arg-type]
    room.run("digest", at=EVENING)
    two_days(room)
    assert states(room) == {"refused": len(readers)}
    assert counts(room) == 0
    [(number,)] = room.rows("SELECT edition_id FROM runs")
    later = (datetime.fromisoformat(EVENING) + timedelta(hours=1)).isoformat()
    answer = room.run("status", at=later)
    assert answer.code == 3
    assert f"{len(readers)} refused, not counted as bounces" in answer.out
    assert NO_WORD_OF_OURS in answer.out
    assert f"syndicate resolve {number} --again-refused" in answer.out
    room.smtp.faults.clear()
    assert room.run("resolve", str(number), "--again-refused", at=later).code == 0
    assert states(room) == {"sent": len(readers)}
    assert room.run("status", at=later).code == 0


def test_it_is_told_for_a_week_alone(room: Newsroom) -> None:
    office(room, "ani@contoh.go.id")
    room.smtp.faults.append(SmtpFault(at="rcpt", do="refuse", code=550, text=NO_WORD_OF_OURS))
    room.run("digest", at=EVENING)
    two_days(room)
    for days, code in ((6, 3), (8, 0)):
        room.change_ledger(f"UPDATE runs SET ended_at = datetime('now', '-{days} days')")
        assert room.run("status", at=EVENING).code == code


@pytest.mark.parametrize(
    "text",
    [
        "5.1.1 <{}>: no such user",
        "5.1.10 null MX",
        "5.1.2 no such domain",
        "host mx.contoh.go.id said: 550 5.1.1 user unknown",
    ],
)
def test_a_reader_s_own_code_is_told_once(room: Newsroom, text: str) -> None:
    office(room, "ani@contoh.go.id", "budi@gmail.com")
    fault = SmtpFault(at="rcpt", do="refuse", code=550, text=text, recipient="ani@contoh.go.id")
    room.smtp.faults.append(fault)
    assert room.run("digest", at=EVENING).code == 3
    assert states(room) == {"sent": 1, "refused": 1}
    assert counts(room) == 1
    assert room.run("status", at=EVENING).code == 0


@pytest.mark.parametrize("text", ["5.2.2 <{}>: mailbox full", "5.2.1 mailbox disabled"])
def test_one_reader_s_mailbox_that_takes_nothing_is_no_trouble_of_the_office(
    room: Newsroom, text: str
) -> None:
    office(room, "ani@contoh.go.id", "budi@gmail.com")
    fault = SmtpFault(at="rcpt", do="refuse", code=552, text=text, recipient="ani@contoh.go.id")
    room.smtp.faults.append(fault)
    room.run("digest", at=EVENING)
    two_days(room)
    assert states(room) == {"sent": 1, "refused": 1}
    assert room.run("status", at=EVENING).code == 0
