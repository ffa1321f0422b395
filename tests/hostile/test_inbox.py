"""An inbox full of hostile letters: no digest waits for it, and no wish drowns in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import pytest

from support.hostile.inbox import ANI, BUDI, Outcome, hostile, maildir, office, ticked, wish
from support.imap import LoopbackImap, Mail
from support.newsroom import Newsroom, newsroom

MOST_SECONDS, MOST_MEMORY = 30.0, 150 * 1024  # KiB
FEW, MANY = 200, 10_000  # letters


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom(tmp_path / "kantor") as opened:
        yield opened


def check(room: Newsroom, outcome: Outcome) -> None:
    """Whoever left in time gets no digest, everybody else has it, and it all took its time only."""
    assert outcome.code in (0, 3), outcome.said
    assert readers_of_the_digest(room) == [BUDI], outcome.said
    assert outcome.seconds < MOST_SECONDS
    assert 0 < outcome.held < MOST_MEMORY


def readers_of_the_digest(room: Newsroom) -> list[str]:
    letters = (message_from_bytes(path.read_bytes())
               for path in (room.folder / "terkirim" / "new").iterdir())  # fmt: skip
    return sorted(str(letter["To"]) for letter in letters
                  if letter["List-Id"] and str(letter["To"]) in (ANI, BUDI))  # fmt: skip


def test_two_hundred_hostile_letters_hold_up_no_digest(room: Newsroom) -> None:
    token = office(room)
    room.change("harian", inbox="maildir:masuk")
    maildir(room.folder / "masuk", FEW, wish(token))
    outcome = ticked(room)
    check(room, outcome)
    assert "left unread for you" in outcome.said


@pytest.mark.soak
def test_ten_thousand_hostile_letters_in_a_maildir_hold_up_no_digest(room: Newsroom) -> None:
    token = office(room)
    room.change("harian", inbox="maildir:masuk")
    maildir(room.folder / "masuk", MANY, wish(token))
    outcome = ticked(room)
    check(room, outcome)
    assert "letters are left for the next run" in outcome.said
    again = ticked(room)  # which goes on, and reads none of them twice
    check(room, again)
    assert left(again) < left(outcome) - FEW


@pytest.mark.soak
def test_ten_thousand_hostile_letters_on_a_server_hold_up_no_digest(room: Newsroom) -> None:
    token = office(room)
    mails = {uid: Mail(letter) for uid, letter in enumerate(hostile(MANY), 1)}
    with LoopbackImap(mails | {MANY + 1: Mail(wish(token))}) as imap:
        room.change("harian", inbox=imap.url.replace("://", "://desk:secret@"))
        check(room, ticked(room))


def left(outcome: Outcome) -> int:
    """How many letters are left for the next run."""
    before, _, _ = outcome.said.partition(" letters are left")
    return int(before.rpartition(" ")[2].replace(",", ""))


@pytest.mark.soak
def test_two_hundred_thousand_letters_in_a_maildir_hold_up_no_digest(room: Newsroom) -> None:
    token = office(room)
    room.change("harian", inbox="maildir:masuk")
    box = room.folder / "masuk"
    maildir(box, 1, wish(token))
    for number in range(200_000):
        if number % 50_000 == 0:  # as many names as one file may have
            (box / "kinds" / f"n{number}").write_bytes(b"Subject: Halo\n\nApa kabar?\n")
            kind = box / "kinds" / f"n{number}"
        os.link(kind, box / "new" / f"{number:06}.banyak")
    newest = box / "new" / "pembaca"
    os.utime(newest, (4_000_000_000, 4_000_000_000))
    outcome = ticked(room)
    check(room, outcome)
    assert "the inbox holds more than 50,000 letters" in outcome.said
    assert not newest.exists()
