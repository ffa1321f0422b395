"""A relay that takes some letters and puts off the rest, a kill, two ticks at once: one each."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from support.hostile.kills import BOOKS
from support.newsroom import EVENING, Child, Newsroom, newsroom, parsed
from syndicate.loopback.smtp import SmtpFault, SmtpServer, Step

PATIENCE = 300.0  # seconds for a tick
SLOW_DOWN = SmtpFault(at="rcpt", do="defer", code=450, text="4.7.1 too many letters, slow down")


class ThrottlingRelay(SmtpServer):
    """A relay that answers 450 once it has taken so many letters."""

    most = 60

    def fault(self, step: Step, recipient: str = "") -> SmtpFault | None:
        if step == "rcpt" and len(self.letters) >= self.most:
            return SLOW_DOWN
        return super().fault(step, recipient)


def balances(room: Newsroom) -> int:
    """See that each frozen letter is in one state, as the ledger is now; return how many."""
    [(_, frozen, found, unwritten)] = room.rows(BOOKS)
    assert unwritten is None
    assert found == frozen
    return int(found)


def watched(room: Newsroom, *ticks: Child, until: int = 0, relay: ThrottlingRelay) -> None:
    """Count the letters again and again until the ticks have ended, or so many were received."""
    latest = time.monotonic() + PATIENCE
    while any(tick.process.exitcode is None for tick in ticks):
        if room.rows("SELECT 1 FROM sqlite_master WHERE name = 'runs'") and room.rows(BOOKS):
            balances(room)
        if until and len(relay.letters) >= until:
            return
        assert time.monotonic() < latest
        time.sleep(0.01)


def sent_through(folder: Path, *, readers: int, most: int, killed_at: int) -> None:
    people = {f"r{number}@pembaca.example" for number in range(readers)}
    with newsroom(folder / "kantor") as room, ThrottlingRelay() as relay:
        relay.most = most
        room.only("harian")
        room.change("harian", smtp=relay.url, connections=2, failures="")
        (room.folder / "people.csv").write_text("email\n" + "\n".join(sorted(people)))
        assert room.run("subscribers", "import", "people.csv").code == 0
        room.write()
        room.publish()
        killed = room.start("tick", at=EVENING)
        watched(room, killed, until=killed_at, relay=relay)
        os.kill(killed.pid, signal.SIGKILL)
        killed.process.join(PATIENCE)
        assert balances(room) == readers
        at_once(room, relay)
        assert most <= len(relay.letters) <= most + 4, "those that were past RCPT, on 4 connections"
        assert balances(room) == readers
        relay.most = readers * 2
        for _ in range(5):
            room.let_pauses_end()
            at_once(room, relay)
            if not room.rows("SELECT 1 FROM letters WHERE state = 'due'"):
                break
        states = dict(room.rows("SELECT state, count(*) FROM letters GROUP BY state"))
        doubts = states.get("in_doubt", 0)
        assert states["sent"] + doubts == readers, states
        assert doubts <= 2 * 2, "no more than were on their way when it was killed"
        [(number,)] = room.rows("SELECT edition_id FROM runs")
        if doubts:
            assert room.run("resolve", f"{number}", "--all-again", at=EVENING).code in (0, 3)
            room.run("tick", at=EVENING)
        assert balances(room) == readers
        assert room.run("status", at=EVENING).code == 0
        ids = defaultdict(set)
        for letter in relay.letters:
            ids[letter.recipient].add(parsed(letter.content)["Message-ID"])
        assert ids.keys() == people
        assert {len(found) for found in ids.values()} == {1}, "a copy has its Message-ID"
        copies = Counter(letter.recipient for letter in relay.letters)
        assert sum(copies.values()) - readers <= doubts


def at_once(room: Newsroom, relay: ThrottlingRelay) -> None:
    """Let two ticks run at the same time, to their ends."""
    both = [room.start("tick", at=EVENING) for _ in range(2)]
    watched(room, *both, relay=relay)
    for tick in both:
        tick.process.join(PATIENCE)
        assert tick.process.exitcode in (0, 3, 4)


def test_who_was_put_off_gets_the_digest_once(tmp_path: Path) -> None:
    sent_through(tmp_path, readers=60, most=20, killed_at=8)


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_a_thousand_who_were_put_off_get_the_digest_once(tmp_path: Path) -> None:
    sent_through(tmp_path, readers=1_000, most=60, killed_at=30)
