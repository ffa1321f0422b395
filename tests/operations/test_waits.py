"""Who waits until when and why is said, and can be ended; no answer mutes a channel for years."""

from __future__ import annotations

import re

import pytest

from support.newsroom import EVENING, REAL, Newsroom
from syndicate.loopback.botapi import Flood
from syndicate.loopback.smtp import SmtpFault

YEARS = 99999999999  # seconds


@pytest.fixture
def muted(room: Newsroom) -> Newsroom:
    """An office whose chat asked for three thousand years."""
    room.only("telegram")
    room.api.faults.append(Flood(retry_after=YEARS))
    room.write()
    assert room.run("publish", "kabar.md").code == 3
    return room


def test_a_chat_that_asks_for_years_waits_a_day_and_status_says_so(muted: Newsroom) -> None:
    said = muted.run("status").out
    assert "telegram: is paused until" in said
    assert "Telegram asks for a pause of" in said
    assert "syndicate channels resume telegram" in said
    document = muted.run("status", "--json").json
    whole, posts = document["waiting"]
    assert [(one["channel"], one["what"], one["count"]) for one in (whole, posts)] == [
        ("telegram", "channel", 1), ("telegram", "posts", 1),
    ]  # fmt: skip
    assert re.fullmatch(r"20\d\d-.*\+00:00", whole["until"])
    [[days]] = muted.rows("SELECT julianday(next_at) - julianday('now') FROM channels")
    assert 0.99 < days <= 1


def test_resume_ends_it_and_says_what_it_ended(muted: Newsroom) -> None:
    assert muted.run("tick").code == 3
    assert muted.posts == []
    answer = muted.run("channels", "resume", "telegram")
    assert answer.code == 0
    assert "telegram: is paused until" in answer.out
    assert "telegram: 1 post waits until" in answer.out
    assert "the next tick continues" in answer.out
    assert muted.posts == []
    assert "waits until" not in muted.run("status").out
    assert muted.run("tick").code == 0
    assert len(muted.posts) == 1
    again = muted.run("channels", "resume", "telegram", "--json")
    assert again.json == {"done": "telegram: nothing was waiting", "ended": [], "exit_code": 0}
    assert muted.run("channels", "resume", "kabar").code == 2


@pytest.mark.parametrize(("wait", "code"), [(10**17, 3), (10**40, 3), (-5, 0)])
def test_a_pause_that_no_clock_counts_breaks_nothing(room: Newsroom, wait: int, code: int) -> None:
    room.only("telegram")
    room.api.faults.append(Flood(retry_after=wait))
    room.write()
    answer = room.run("publish", "kabar.md")
    assert (answer.code, "unexpected" in answer.said) == (code, False)
    assert room.run("channels", "resume", "telegram").code == 0
    assert room.run("tick").code == 0
    assert len(room.posts) == 1


def test_letters_that_were_put_off_are_waited_for_and_resumed(room: Newsroom) -> None:
    room.only("harian")
    room.subscribe("ani@pembaca.example", "budi@pembaca.example")
    room.write()
    room.publish()
    room.smtp.faults.append(SmtpFault(at="rcpt", do="defer", recipient="ani@pembaca.example"))
    assert room.run("digest", at=EVENING).code == 3
    assert re.search(r"^harian: 1 letter waits until .*451", room.run("status").out, re.MULTILINE)
    room.smtp.faults.clear()
    assert "1 letter waits until" in room.run("channels", "resume", "harian").out
    assert room.run("tick", at=EVENING).code == 0
    assert sorted(room.readers) == ["ani@pembaca.example", "budi@pembaca.example"]


def test_a_list_that_waits_for_its_rate_says_until_when(room: Newsroom) -> None:
    room.only("harian")
    room.change("harian", rate="1/day")
    room.subscribe("ani@pembaca.example", "budi@pembaca.example")
    room.write()
    room.publish()
    assert room.run("digest", at=EVENING).code == 3
    [one] = room.run("status", "--json").json["waiting"]
    assert (one["what"], one["channel"]) == ("digest", "harian")
    assert "1/day were sent" in one["why"]


def test_nothing_waits_in_an_office_at_rest(room: Newsroom) -> None:
    room.write()
    room.publish()
    assert room.run("status", "--json").json["waiting"] == []
    assert "waits" not in room.run("status", at=REAL).out
