"""A relay that hangs up with a 421, at whatever step: its words are told, and it gets its rest."""

from __future__ import annotations

from typing import Any

import pytest

from support.digest_runs import HOURLY, READERS, states, tick
from support.newsroom import EVENING, Newsroom
from syndicate.loopback.smtp import SmtpFault
from syndicate_email.smtp import pool

LATER = "2026-05-04T18:00:00+07:00"
WORDS = "4.7.0 kantor.example: sending from this account is closed for today, call 021-555"
STEPS = ("mail", "rcpt", "data", "dot")


@pytest.fixture
def room(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    """An office with something to tell, and nobody to tell it to."""
    monkeypatch.setattr(pool, "PAUSE_SECONDS", 0.05)
    room.only("harian")
    room.change("harian", connections=1)
    room.write()
    room.publish()
    return room


def closing(at: Any, text: str = WORDS, **given: Any) -> SmtpFault:
    return SmtpFault(at=at, do="defer", code=421, text=text, **given)


CASES = [
    (at, count, extensions)
    for at in STEPS for count in (1, 3, 20) for extensions in ((), ("PIPELINING",))
]  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_words_of_a_421_are_told_everywhere_and_the_relay_is_left_alone(
    room: Newsroom, case: tuple[str, int, tuple[str, ...]]
) -> None:
    at, count, extensions = case
    room.smtp.extensions = extensions
    room.subscribe(*READERS[:count])
    room.smtp.faults.append(closing(at))
    answer = room.run("digest", at=EVENING)
    assert answer.code == 3
    assert WORDS in answer.out
    assert room.smtp.commands.count("EHLO") <= 6
    room.let_pauses_end()
    for words in (("tick",), ("digest", "--status"), ("status",)):
        assert WORDS in room.run(*words, at=LATER).out, words
    assert states(room) == {"due": count}
    room.smtp.faults.clear()
    assert tick(room) == 0
    assert states(room) == {"sent": count}


def test_a_421_to_mail_is_told_by_channels_check(room: Newsroom) -> None:
    room.smtp.faults.append(closing("mail"))
    answer = room.run("channels", "check", "harian", at=EVENING)
    assert WORDS in answer.out
    assert "unexpectedly" not in answer.said
    assert "is not yours" not in answer.said


def test_a_quota_that_is_told_by_a_421_pauses_the_run(room: Newsroom) -> None:
    room.subscribe(*READERS)
    room.smtp.faults += [closing("rcpt", HOURLY, nth=nth) for nth in range(6, 60)]
    answer = room.run("digest", at=EVENING)
    assert answer.code == 3
    assert HOURLY in answer.out
    assert states(room) == {"sent": 5, "due": 15}
    assert "paused" in room.run("status", at=EVENING).out
    room.smtp.faults.clear()
    assert tick(room) == 0
    assert states(room) == {"sent": 20}


def test_a_421_for_one_reader_alone_keeps_the_letter_from_nobody_else(room: Newsroom) -> None:
    room.subscribe(*READERS)
    for number in (0, 1, 12):
        room.smtp.faults.append(closing("rcpt", recipient=READERS[number]))
    room.run("digest", at=EVENING)
    for _ in range(2):
        tick(room)
    assert states(room) == {"sent": len(READERS) - 3, "due": 3}
    assert WORDS in room.run("status", at=EVENING).out


def test_a_421_now_and_then_costs_nobody_the_letter(room: Newsroom) -> None:
    room.subscribe(*READERS)
    room.smtp.faults += [closing("mail", nth=nth) for nth in range(4, 40, 4)]
    assert room.run("digest", at=EVENING).code == 0
    assert states(room) == {"sent": len(READERS)}


def test_a_421_names_nobody(room: Newsroom) -> None:
    room.subscribe(*READERS[:3])
    room.smtp.faults.append(closing("rcpt", "4.3.2 not now for <{}>, come again"))
    answer = room.run("digest", at=EVENING)
    assert "421 4.3.2 not now for <…>, come again" in answer.out
    assert "@satu" not in answer.said
