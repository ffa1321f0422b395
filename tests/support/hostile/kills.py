"""Kill a command anywhere, run it again, and judge by what the other machines were given.

Each trial is one operation on one database. A round prepares something to do, does it in a process
that is killed at a random moment, does it again until it ends, and looks: whoever was to get it has
got it once, or the command says of it that nobody knows.
"""

from __future__ import annotations

import json
import random
import re
import signal
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sqlalchemy import Engine, create_engine, text

from support import imap, postgres
from support.approvers import answer, asked, token_of, two_persons
from support.newsroom import MORNING, Answer, Newsroom, newsroom, parsed, part
from syndicate.loopback import botapi

PATIENCE = 60.0
LONGER = 1.05  # so that, whatever else the machine does, every other blow comes in time
MOST_TRIES = 3  # rounds for each kill that is wanted: some come too late
TRIES = 20  # runs after a kill, until everything must be done
READERS = 25
ROWS = 2500  # of a table to import, more than two batches
# counted by ourselves, not by the program's own query; every state by its name
BOOKS = """
    SELECT edition_id, letters, (SELECT count(*) FROM letters AS x
        WHERE x.edition_id = runs.edition_id AND state IN
        ('sent', 'refused', 'due', 'sending', 'in_doubt', 'off', 'given_up')), upto
    FROM runs WHERE counts IS NULL
"""
SUBJECT = re.compile(r"subject=([^>&\s]+)")
RESOLVE = re.compile(r"syndicate (resolve \S+)")


@dataclass
class Figures:
    """How a trial ended."""

    what: str
    kills: int = 0
    late: int = 0  # the command was done before it could be killed
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)  # nobody knows, and nobody was told
    doubts: int = 0
    unbalanced: list[str] = field(default_factory=list)  # digests whose letters do not add up

    def __str__(self) -> str:
        return (
            f"{self.what}: {self.kills} kills ({self.late} more came too late),"
            f" {len(self.lost)} lost, {len(self.doubled)} doubled, {self.doubts} doubts named,"
            f" {len(self.unnamed)} not named, {len(self.unbalanced)} books out of balance"
        )

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.unnamed or self.unbalanced)


class Trial(ABC):
    """One operation, done again and again in one newsroom."""

    def __init__(self, room: Newsroom, figures: Figures, chance: random.Random) -> None:
        self.room, self.figures, self.chance = room, figures, chance
        self.day = datetime.fromisoformat(MORNING)
        self.takes, self.asks = 0.0, 0  # seconds, and questions to other machines, undisturbed
        self.engine: Engine = create_engine(_engine_url(room))

    @abstractmethod
    def prepare(self, number: int) -> tuple[str, ...]:
        """Make something to do; returns the command that does it."""

    @abstractmethod
    def judge(self, number: int, answer: Answer) -> None:
        """Look at what was received, and settle what is in doubt."""

    @property
    def at(self) -> str:
        """When the command runs."""
        return self.day.isoformat()

    @property
    def received(self) -> int:
        """What the other machines were asked so far."""
        return len(self.room.api.requests) + len(self.room.smtp.commands)

    def run(self, kills: int, strike: Strike) -> None:
        words, began, before = self.prepare(0), time.monotonic(), self.received
        self.room.child(*words, at=self.at)
        self.takes, self.asks = time.monotonic() - began, self.received - before
        self.judge(0, self.again(words))
        for number in count(1):
            if self.figures.kills == kills or number > MOST_TRIES * kills:
                break
            words = self.prepare(number)
            if strike(self, words):
                self.figures.kills += 1
                self.takes *= LONGER
            else:
                self.figures.late += 1
                self.takes /= LONGER
            self.balance(number)
            self.judge(number, self.again(words))

    def again(
        self, words: tuple[str, ...], *, at: str = "", ends: tuple[int, ...] = (0, 4)
    ) -> Answer:
        """Do it until it ends; who is dead is seen to be so a moment later by a server."""
        for _ in range(TRIES):
            answer = self.room.run(*words, at=at or self.at)
            if answer.code in ends:
                return answer
            time.sleep(0.05)
        raise AssertionError(answer.said)

    def done(self, *words: str, at: str = "", code: int = 0) -> None:
        """Do what comes before a round, also where the database still recovers from the last."""
        self.again(words, at=at, ends=(code,))

    def ask(self, question: str) -> list[Any]:
        with self.engine.connect() as db:
            return list(db.execute(text(question)))

    def balance(self, number: int) -> None:
        """Count every digest's letters by state, as the ledger lies after the kill."""
        for edition, frozen, found, unwritten in self.ask(BOOKS):
            if found != frozen and not unwritten:
                self.figures.unbalanced.append(f"{number}: {edition}: {found} of {frozen}")

    def named(self, number: int, what: str, line: str) -> str:
        """Note a doubt, and how it may be resolved."""
        self.figures.doubts += 1
        found = RESOLVE.search(line)
        if found is None:
            self.figures.unnamed.append(f"{number}: {what}")
            return ""
        return found[1]


Strike = Callable[[Trial, tuple[str, ...]], bool]


def kill_the_command(trial: Trial, words: tuple[str, ...]) -> bool:
    """Half of the times at any moment, else just when something is received somewhere.

    False where it was done before.
    """
    child = trial.room.start(*words, at=trial.at)
    asked = trial.received
    if not trial.asks or trial.chance.random() < 0.5:
        time.sleep(trial.chance.uniform(0, trial.takes))
    else:
        until = time.monotonic() + PATIENCE
        reached = asked + trial.chance.randint(1, trial.asks)
        while child.process.exitcode is None and trial.received < reached:
            if time.monotonic() > until:
                raise AssertionError("it hangs")
            time.sleep(0.0005)
        time.sleep(trial.chance.random() * 0.004)
    with suppress(ProcessLookupError):
        child.send(signal.SIGKILL)
    child.process.join(PATIENCE)
    return child.process.exitcode == -signal.SIGKILL


def kill_the_database(server: postgres.Mortal) -> Strike:
    """End the server, or one of its processes, while the command runs; start it again."""

    def strike(trial: Trial, words: tuple[str, ...]) -> bool:
        child = trial.room.start(*words, at=trial.at)
        time.sleep(trial.chance.uniform(0, trial.takes))
        is_early = child.process.exitcode is None
        if trial.chance.random() < 0.5:
            server.kill()
        else:
            server.kill_a_backend()
        answer = child.answer()
        if "Traceback" in answer.said or re.search(r"unexpected:? [A-Z]\w+[:(]", answer.said):
            trial.figures.unnamed.append(answer.said)
        server.start()
        trial.engine.dispose()
        return is_early

    return strike


# posts


class Publishing(Trial):
    """An article that is new goes to a feed and a chat."""

    def marker(self, number: int) -> str:
        return f"Nomor {number:04} selesai."

    def name(self, number: int) -> str:
        return f"kabar-{number:04}.md"

    def write(self, number: int) -> str:
        self.day += timedelta(minutes=1)
        headline = f"Kabar {number:04} {self.chance.randbytes(8).hex()}"
        body = f"{self.marker(number)}\n\n{self.chance.randbytes(40).hex()}"
        self.room.write(self.name(number), body, headline=headline)
        return self.name(number)

    def prepare(self, number: int) -> tuple[str, ...]:
        return ("publish", self.write(number), "--json")

    def judge(self, number: int, answer: Answer) -> None:
        lines = [line for line in answer.json["lines"] if line["channel"] == "telegram"]
        self.judge_post(number, self.marker(number), lines, answer)
        self.judge_feed(number, self.marker(number))

    def judge_post(
        self, number: int, words: str, lines: list[dict[str, Any]], answer: Answer
    ) -> None:
        doubtful = [line for line in lines if line["state"] == "in doubt"]
        for line in doubtful:
            posts = self.posts(number)
            if answer.code != 4:
                self.figures.unnamed.append(f"{number}: exit {answer.code}")
            if command := self.named(number, "post", f"{line['resolve']}"):
                sent = [f"https://t.me/kabar/{posts[0].message_id}"] if posts else []
                how = ["--sent", *sent] if sent else ["--not-sent"]
                self.room.run(*command.split(), *how, at=self.at)
        posts = self.posts(number)
        if len(posts) > 1:
            self.figures.doubled.append(f"{number}: {len(posts)} posts")
        if not posts or words not in posts[0].text:
            self.figures.lost.append(f"{number}: {[post.text for post in posts]}, not {words}")

    def posts(self, number: int) -> list[Any]:
        return [
            post
            for post in self.room.api.shown
            if any(self.marker(number) in version.text for version in post.versions)
        ]

    def judge_feed(self, number: int, words: str) -> None:
        entries = [one for one in self.room.entries if words in json.dumps(one)]
        if len(entries) > 1:
            self.figures.doubled.append(f"{number}: {len(entries)} entries")
        if not entries:
            self.figures.lost.append(f"{number}: no entry")


class Scheduling(Publishing):
    """An article is stored for a minute later, and a tick sends it then: either one is killed."""

    def prepare(self, number: int) -> tuple[str, ...]:
        name = self.write(number)
        later = ("publish", name, "--at", (self.day + timedelta(minutes=1)).isoformat(), "--json")
        if number % 2:
            return later
        self.done(*later)
        self.day += timedelta(minutes=2)
        return ("tick", "--json")

    def judge(self, number: int, answer: Answer) -> None:
        if number % 2:
            if self.posts(number):
                self.figures.doubled.append(f"{number}: it stands before its time")
            self.day += timedelta(minutes=2)
            answer = self.again(("tick", "--json"))
        super().judge(number, answer)


class Approving(Publishing):
    """An article is submitted, and the tick reads its approval: either one is killed."""

    def __init__(self, room: Newsroom, figures: Figures, chance: random.Random) -> None:
        super().__init__(two_persons(room, "feed", "telegram"), figures, chance)

    def prepare(self, number: int) -> tuple[str, ...]:
        later = (self.day + timedelta(minutes=3)).isoformat()
        words = ("--as", "budi", "submit", self.write(number), "--at", later, "--json")
        if number % 2:
            return words
        self.done(*words)
        answer(self.room, "setuju")
        self.day += timedelta(minutes=4)
        return ("tick", "--json")

    def judge(self, number: int, answered: Answer) -> None:
        self.settle(number)
        marker = self.marker(number)
        letters = [x for x in asked(self.room) if marker in part(x, "plain")]
        if len(letters) != 1:
            (self.figures.doubled if letters else self.figures.lost).append(f"{number}: letters")
        if number % 2 and letters:
            answer(self.room, "setuju", token=token_of(letters[0]))
            self.day += timedelta(minutes=4)
            answered = self.again(("tick", "--json"))
        self.settle(number)
        super().judge(number, answered)
        states = self.ask("SELECT state FROM approvals ORDER BY id DESC LIMIT 1")
        if states != [("published",)]:
            self.figures.lost.append(f"{number}: {states}")

    def settle(self, number: int) -> None:
        """Resolve letters in doubt: nobody is written to twice."""
        for line in self.room.run("status", "--json", at=self.at).json["open"]:
            if line["channel"] == "approvers" and line["state"] == "in doubt":
                command = self.named(number, "letter", f"{line['resolve']}").split()
                got = any(self.marker(number) in part(x, "plain") for x in asked(self.room))
                how = ["--sent", "relay"] if got else ["--not-sent"]
                self.room.run(*command, *how, at=self.at)


class Correcting(Publishing):
    """An article that stands is corrected, with a note."""

    def prepare(self, number: int) -> tuple[str, ...]:
        name = self.write(number)
        self.done("publish", name)
        self.day += timedelta(minutes=1)
        self.room.rewrite("selesai.", f"selesai. Jumlah {number:04} dibetulkan.", name)
        return ("publish", name, "--note", f"Jumlah {number:04} keliru.", "--json")

    def judge(self, number: int, answer: Answer) -> None:
        lines = [line for line in answer.json["lines"] if line["channel"] == "telegram"]
        self.judge_post(number, f"Jumlah {number:04} dibetulkan.", lines, answer)
        self.judge_feed(number, f"Jumlah {number:04} dibetulkan.")
        [post] = self.posts(number)
        if post.text.count(f"Jumlah {number:04} keliru.") != 1:
            self.figures.lost.append(f"{number}: {post.text}")


class Withdrawing(Publishing):
    """An article that stands is taken back: a notice in its place, or it is removed as well."""

    def kills(self, number: int) -> bool:
        return number % 2 == 1

    def prepare(self, number: int) -> tuple[str, ...]:
        name = self.write(number)
        self.done("publish", name)
        self.day += timedelta(minutes=1)
        kill = ("--kill",) if self.kills(number) else ()
        return ("withdraw", name, "--reason", f"Nomor {number:04} salah.", *kill, "--yes", "--json")

    def judge(self, number: int, answer: Answer) -> None:
        reason, posts = f"Nomor {number:04} salah.", self.posts(number)
        if self.kills(number):
            if posts:
                self.figures.lost.append(f"{number}: {posts[0].text} stands")
        elif len(posts) != 1 or reason not in posts[0].text:
            self.figures.lost.append(f"{number}: {[post.text for post in posts]}")
        if any(self.marker(number) in json.dumps(one) for one in self.room.entries):
            self.figures.lost.append(f"{number}: its entry stands")
        self.judge_feed(number, reason)


# letters


class Mailing(Trial):
    """A digest goes to everybody on a list, a day after the other."""

    def __init__(self, room: Newsroom, figures: Figures, chance: random.Random) -> None:
        super().__init__(room, figures, chance)
        room.change("harian", connections=3, failures="")
        people = "".join(f"reader{n}@pembaca.example\n" for n in range(READERS))
        (room.folder / "people.csv").write_text(f"email\n{people}")
        self.done("subscribers", "import", "people.csv", at=MORNING)

    @property
    def at(self) -> str:
        return self.day.replace(hour=17, minute=1).isoformat()

    def prepare(self, number: int) -> tuple[str, ...]:
        self.day += timedelta(days=1)
        self.room.smtp.letters.clear()
        name = f"kabar-{number:04}.md"
        self.room.write(name, f"{self.chance.randbytes(40).hex()}", headline=f"Kabar {number:04}")
        self.done("publish", name, "--channel", "harian", at=self.day.isoformat())
        return ("digest",)

    def judge(self, number: int, answer: Answer) -> None:
        got = Counter(letter.recipient for letter in self.digests(number))
        for who, times in got.items():
            if times > 1:
                self.figures.doubled.append(f"{number}: {who}")
        unsure = self.unsure()
        self.figures.doubts += len(unsure)
        expected = self.readers()
        for who in expected - got.keys() - unsure:
            self.figures.lost.append(f"{number}: {who}")
        if unsure and (answer.code != 4 or not RESOLVE.search(answer.said)):
            self.figures.unnamed.append(f"{number}: {answer.said}")
        if unsure:
            [[edition]] = self.ask("SELECT max(edition_id) FROM runs")
            self.room.run("resolve", f"{edition}", "--all-again", at=self.at)
            got = Counter(letter.recipient for letter in self.digests(number))
            for who in expected - got.keys():
                self.figures.lost.append(f"{number}: {who}, although it was resolved")

    def digests(self, number: int) -> list[Any]:
        headline = f"Kabar {number:04}".encode()
        return [one for one in self.room.smtp.letters if headline in one.content]

    def readers(self) -> set[str]:
        return {f"reader{n}@pembaca.example" for n in range(READERS)}

    def unsure(self) -> set[str]:
        rows = self.ask(
            "SELECT email FROM letters JOIN subscribers ON subscribers.id = subscriber_id"
            " WHERE state = 'in_doubt' AND edition_id = (SELECT max(edition_id) FROM runs)"
        )
        return {email for (email,) in rows}


class Ticking(Mailing, Publishing):
    """Cron's run: somebody leaves by letter, a post has waited, and a digest is due."""

    def __init__(
        self, room: Newsroom, figures: Figures, chance: random.Random, box: imap.LoopbackImap
    ) -> None:
        super().__init__(room, figures, chance)
        self.box, self.gone = box, ""
        room.change("harian", inbox=f"imap://desk:secret@127.0.0.1:{box.port}/INBOX")

    def prepare(self, number: int) -> tuple[str, ...]:
        self.leave(number)
        self.day += timedelta(days=1)
        self.room.smtp.letters.clear()
        joins = ("subscribers", "add", "--list", "harian", self.joiner(number))
        self.done(*joins, at=self.day.isoformat())
        headline = f"Kabar {number:04}"
        self.room.write(self.name(number), self.marker(number), headline=headline)
        self.room.api.faults.append(botapi.Flood(on="sendMessage", retry_after=90))
        self.done("publish", self.name(number), at=self.day.isoformat(), code=3)  # it waits
        with self.engine.begin() as db:  # by now the pause is over
            db.execute(text("UPDATE deliveries SET not_before = NULL"))
            db.execute(text("UPDATE channels SET next_at = NULL"))
        return ("tick", "--json")

    def leave(self, number: int) -> None:
        """Who joined for the last digest leaves, by the way that stands in its letter."""
        if number == 0:
            return
        self.gone = self.joiner(number - 1)
        got = next(one for one in self.digests(number - 1) if one.recipient == self.gone)
        found = SUBJECT.search(str(parsed(got.content)["List-Unsubscribe"]))
        assert found, got
        letter = EmailMessage()
        letter["From"], letter["To"] = self.gone, "berhenti@kantor.example"
        letter["Subject"], letter["Message-ID"] = unquote(found[1]), f"<{number}@pembaca.example>"
        letter.set_content("Terima kasih.")
        self.box.inbox[number] = imap.Mail(letter.as_bytes())

    def joiner(self, number: int) -> str:
        return f"joiner{number}@pembaca.example"

    def readers(self) -> set[str]:
        return super().readers() | {self.joiner(self.number)}

    def judge(self, number: int, answer: Answer) -> None:
        self.number = number
        lines = [line for line in answer.json["lines"] if line["channel"] == "telegram"]
        self.judge_post(number, self.marker(number), lines, answer)
        self.judge_feed(number, self.marker(number))
        Mailing.judge(self, number, answer)
        if number == 0:
            return
        letters = [one for one in self.room.smtp.letters if one.recipient == self.gone]
        if any(one in letters for one in self.digests(number)):
            self.figures.doubled.append(f"{number}: a digest to {self.gone}, who had left")
        if len(letters) > 1:
            self.figures.doubled.append(f"{number}: {len(letters)} letters to {self.gone}")
        [(active,)] = self.ask(
            "SELECT count(*) FROM subscriptions JOIN subscribers ON subscribers.id = subscriber_id"
            f" WHERE ended_at IS NULL AND email = '{self.gone}'"
        )
        if active:
            self.figures.lost.append(f"{number}: the wish of {self.gone}")


class Importing(Trial):
    """A table of people is put on a list."""

    def prepare(self, number: int) -> tuple[str, ...]:
        self.day += timedelta(minutes=1)
        people = "".join(f"r{number}x{n}@pembaca.example\n" for n in range(ROWS))
        name = f"people-{number}.csv"
        (self.room.folder / name).write_text(f"email\n{people}")
        return ("subscribers", "import", name)

    def judge(self, number: int, answer: Answer) -> None:
        rows = self.ask(
            "SELECT count(*), count(DISTINCT subscriber_id) FROM subscriptions"
            " JOIN subscribers ON subscribers.id = subscriber_id"
            f" WHERE ended_at IS NULL AND email LIKE 'r{number}x%'"
        )
        [(count, different)] = rows
        if different < ROWS:
            self.figures.lost.append(f"{number}: {ROWS - different} people")
        if count > different:
            self.figures.doubled.append(f"{number}: {count - different} people")
        (self.room.folder / f"people-{number}.csv").unlink()


def _engine_url(room: Newsroom) -> str:
    if room.ledger_url.startswith("sqlite"):
        return f"sqlite:///{room.ledger}"
    return room.ledger_url.replace("postgresql://", "postgresql+psycopg://")


# what they run in

KINDS: dict[str, type[Trial]] = {
    "publish": Publishing,
    "schedule": Scheduling,
    "approve": Approving,
    "correct": Correcting,
    "withdraw": Withdrawing,
    "digest": Mailing,
    "tick": Ticking,
    "import": Importing,
}


def tried(
    kind: str, database: str, folder: Path, kills: int, *, url: str = "",
    strike: Strike = kill_the_command,
) -> Figures:  # fmt: skip
    """Kill an operation so many times, in a newsroom of its own; ``url`` is of its ledger."""
    figures = Figures(f"{kind} on {database}")
    with ExitStack() as stack:
        room = stack.enter_context(newsroom(folder / "kantor"))
        if url:
            room.ledger_url = url.replace("+psycopg", "")
            room.configure()
        if kind != "tick":
            names = {"digest": ["harian"], "import": ["harian"]}.get(kind, ["feed", "telegram"])
            room.only(*names)
        chance = random.Random(f"{kind} {database} {kills}")
        more = [stack.enter_context(imap.LoopbackImap())] if kind == "tick" else []
        trial = KINDS[kind](room, figures, chance, *more)
        stack.callback(trial.engine.dispose)
        trial.run(kills, strike)
    return figures
