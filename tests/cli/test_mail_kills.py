"""Processes that send a digest are killed: nobody loses a letter, and nobody gets two unasked."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from support.newsroom import MORNING, PROGRAM, Newsroom

CONNECTIONS = 8
WINDOW = 2 * CONNECTIONS
PATIENCE = 60.0


class Mailing:
    """An office with many readers, whose letters a loopback relay counts."""

    def __init__(self, room: Newsroom, readers: int, url: str = "") -> None:
        self.room, self.readers = room, readers
        if url:
            room.ledger_url = url
        room.change("harian", connections=CONNECTIONS, failures="")
        self.day = datetime.fromisoformat(MORNING)
        self.engine = create_engine(url or f"sqlite:///{room.ledger}")
        people = "\n".join(f"reader{n}@pembaca.example" for n in range(readers))
        (room.folder / "people.csv").write_text(f"email\n{people}\n")
        assert room.run("subscribers", "import", "people.csv", at=MORNING).code == 0

    def close(self) -> None:
        self.engine.dispose()

    def ask(self, question: str, **given: object) -> list[Any]:
        with self.engine.connect() as db:
            return list(db.execute(text(question), given))

    def next_digest(self) -> None:
        """Another day with an article; the relay has forgotten the last one's letters."""
        self.day += timedelta(days=1)
        self.room.smtp.letters.clear()
        name = f"kabar-{self.day:%d%m}.md"
        self.room.write(name, headline=f"Kabar {self.day:%d %B}")
        assert (
            self.room.run("publish", name, "--channel", "harian", at=self.day.isoformat()).code == 0
        )

    def send(self) -> subprocess.Popen[bytes]:
        evening = self.day.replace(hour=17, minute=1).isoformat()
        environment = {**os.environ, **self.room.environment, "SYNDICATE_NOW": evening}
        return subprocess.Popen(
            [*PROGRAM, "digest"], cwd=self.room.folder, env=environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def killed(self, chance: random.Random) -> bool:
        """Send, and end it after some letter; False where it was done before."""
        process = self.send()
        count = len(self.room.smtp.letters) + chance.randrange(self.readers // 3)
        until = time.monotonic() + PATIENCE
        while process.poll() is None and len(self.room.smtp.letters) < count:
            assert time.monotonic() < until
            time.sleep(0.001)
        time.sleep(chance.random() * 0.003)
        done = process.poll() is not None
        process.send_signal(signal.SIGKILL)
        process.wait()
        return not done

    def end(self) -> int:
        return self.send().wait(PATIENCE)

    def states(self) -> Mapping[str, int]:
        newest = "SELECT max(edition_id) FROM runs"
        rows = self.ask(
            f"SELECT state, count(*) FROM letters WHERE edition_id = ({newest}) GROUP BY state"
        )
        return {str(state): int(count) for state, count in rows}

    def unsure(self) -> set[str]:
        """Who is listed as in doubt."""
        newest = "SELECT max(edition_id) FROM runs"
        rows = self.ask(
            "SELECT email FROM letters JOIN subscribers ON subscribers.id = subscriber_id"
            f" WHERE state = 'in_doubt' AND edition_id = ({newest})"
        )
        return {email for (email,) in rows}

    def check(self, kills: int) -> None:
        """Nothing is lost, nothing is there twice, and what is unsure is listed."""
        got = Counter(letter.recipient for letter in self.room.smtp.letters)
        assert set(got.values()) <= {1}
        states, unsure = self.states(), self.unsure()
        assert states.get("sent", 0) + states.get("in_doubt", 0) == self.readers, states
        assert len(unsure) == states.get("in_doubt", 0) <= WINDOW * kills
        everybody = {f"reader{n}@pembaca.example" for n in range(self.readers)}
        assert everybody - got.keys() <= unsure

    def check_again(self) -> None:
        """Told to, it says again what was unsure, and nothing else, under the same Message-ID."""
        unsure = self.unsure()
        [[number]] = self.ask("SELECT max(edition_id) FROM runs")
        if unsure:
            told = self.room.run("resolve", str(number), "--all-again", at=self.day.isoformat())
            assert told.code == 0
        assert self.states() == {"sent": self.readers}
        got = Counter(letter.recipient for letter in self.room.smtp.letters)
        assert len(got) == self.readers
        assert {who for who, times in got.items() if times > 1} <= unsure
        names: dict[str, set[bytes]] = {}
        for letter in self.room.smtp.letters:
            head = letter.content.partition(b"\r\n\r\n")[0]
            [name] = [one for one in head.split(b"\r\n") if one.startswith(b"Message-ID:")]
            names.setdefault(letter.recipient, set()).add(name)
        assert {len(found) for found in names.values()} == {1}


def until_killed(mailing: Mailing, most: int, seed: int) -> None:
    chance = random.Random(seed)
    kills = 0
    while kills < most:
        mailing.next_digest()
        before = kills
        while kills < most and mailing.killed(chance):
            kills += 1
            under_way = mailing.states().get("sending", 0)
            assert under_way <= WINDOW
        mailing.end()
        mailing.check(kills - before)
        mailing.check_again()


@pytest.mark.soak
def test_a_killed_run_goes_on_and_lists_what_is_unsure(room: Newsroom) -> None:
    mailing = Mailing(room, 600)
    until_killed(mailing, 6, seed=6)
    mailing.close()


@pytest.mark.soak
def test_a_run_killed_300_times(room: Newsroom) -> None:
    mailing = Mailing(room, 2000)
    until_killed(mailing, 300, seed=300)
    mailing.close()


def shared_by_two(room: Newsroom, url: str, readers: int, rounds: int, seed: int) -> None:
    mailing = Mailing(room, readers, url)
    chance = random.Random(seed)
    for _ in range(rounds):
        mailing.next_digest()
        one, other = mailing.send(), mailing.send()
        count = chance.randrange(readers)
        until = time.monotonic() + PATIENCE
        while one.poll() is None and len(room.smtp.letters) < count:
            assert time.monotonic() < until
            time.sleep(0.001)
        one.send_signal(signal.SIGKILL)
        one.wait()
        other.wait(PATIENCE)
        mailing.end()
        mailing.check(1)
        mailing.check_again()
    mailing.close()


def test_two_processes_share_a_run_and_one_is_killed(room: Newsroom, postgres_ledger: str) -> None:
    shared_by_two(room, postgres_ledger.replace("+psycopg", ""), 600, 2, seed=2)


@pytest.mark.soak
def test_two_processes_share_many_runs_and_one_is_killed(
    room: Newsroom, postgres_ledger: str
) -> None:
    shared_by_two(room, postgres_ledger.replace("+psycopg", ""), 2000, 20, seed=20)
