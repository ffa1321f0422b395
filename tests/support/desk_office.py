"""An office with real destinations whose operations are called here, at a clock that is set."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import time_machine

from support.children import in_child
from support.memory_folder import memory_folder
from support.newsroom import CHAT, TEST_CHAT, TOKEN, Newsroom
from syndicate.config.loader import load
from syndicate.ledger import Joiner
from syndicate.loopback.botapi import BotApi
from syndicate.loopback.smtp import SmtpServer
from syndicate.model.person import Person
from syndicate.office import Office
from syndicate.operations import decide as deciding
from syndicate.operations import hold as holding
from syndicate.operations import publish as publishing
from syndicate.operations import recording
from syndicate.operations import reinstate as reinstating
from syndicate.operations import resolve as resolving
from syndicate.operations import submit as submitting
from syndicate.operations import withdraw as withdrawing
from syndicate.operations.tick import tick
from syndicate.report import Report

CHATS = {CHAT: -1001, TEST_CHAT: -1002, "@pindah": -1003}
LIST = "harian"


@contextmanager
def destinations() -> Iterator[tuple[BotApi, SmtpServer]]:
    """A Bot API and a relay on this machine."""
    with BotApi(chats=CHATS, tokens=[TOKEN]) as api, SmtpServer() as smtp:
        yield api, smtp


def empty(api: BotApi, smtp: SmtpServer) -> None:
    """Let both forget what they were given before, and be healthy."""
    for kept in (api.posts, api.requests, api.faults, api.pages, api.pinned):
        kept.clear()
    smtp.letters.clear()
    smtp.commands.clear()
    smtp.faults = []


@dataclass
class DeskOffice:
    """One configuration, one ledger, and machines that each keep the office open.

    No command line lies between: a command costs its own work alone. ``clock`` is every clock of
    this process; what waits by real time waits by it as well.
    """

    room: Newsroom
    clock: time_machine.Traveller
    offices: dict[int, Office] = field(default_factory=dict)
    machine: int = 0  # that the next operation runs on

    @property
    def now(self) -> datetime:
        return datetime.now(self.office.publisher.zone)

    @property
    def office(self) -> Office:
        """The office as the current machine has it open."""
        if self.machine not in self.offices:
            with self.room.here(""):
                settings = load(self.room.folder / "config.toml")
                self.offices[self.machine] = Office.open(settings)
        return self.offices[self.machine]

    def close(self) -> None:
        """Stop every machine."""
        while self.offices:
            self.offices.popitem()[1].close()

    def forward(self, span: timedelta) -> None:
        self.clock.shift(span)

    # commands

    def publish(self, path: Path, **given: Any) -> Report:
        return publishing.publish(self.office, recording.Publication(paths=[path], **given))

    def submit(self, path: Path, **given: Any) -> Report:
        request = recording.Publication(paths=[path], **given)
        return submitting.submit(self._as("budi"), request)

    def approve(self, path: Path, name: str = "siti") -> Report:
        """Approve what waits of an article; who was killed amid it may have done so."""
        return deciding.approve(self._as(name), deciding.DecisionRequest(article=f"{path}"))

    def _as(self, name: str) -> Office:
        return replace(self.office, person=Person(name=name, account="test"))

    def is_waiting(self, path: Path) -> bool:
        """Return whether something of an article waits for approval."""
        return (f"{path}",) in self.rows("SELECT path FROM approvals WHERE state = 'waiting'")

    def withdraw(self, path: Path, reason: str, **given: Any) -> Report:
        request = withdrawing.WithdrawalRequest(article=f"{path}", reason=reason, **given)
        return withdrawing.withdraw(self.office, request)

    def hold(self, path: Path) -> Report:
        return holding.hold(self.office, holding.HoldRequest(article=f"{path}"))

    def release(self, path: Path) -> Report:
        return holding.release(self.office, holding.HoldRequest(article=f"{path}"))

    def reinstate(self, path: Path, note: str) -> Report:
        request = reinstating.ReinstatementRequest(article=f"{path}", note=note)
        return reinstating.reinstate(self.office, request)

    def tick(self) -> Report:
        return tick(self.office)

    def resolve(self, number: str, *, sent: str | None) -> Report:
        answer = resolving.Answer.NOT_SENT if sent is None else resolving.Answer.SENT
        return resolving.resolve(self.office, number, answer, sent or "")

    def join(self, address: str, to: str = LIST) -> None:
        with self.office.ledger.planning() as catalogue:
            known = self.office.remembered(catalogue, *self.office.chosen([to]))
        people = [Joiner(email=address, source="test")]
        self.office.ledger.lists.add(known.id, people, self.office.clock())

    def leave(self, address: str) -> None:
        known = self.office.ledger.known_channels()[LIST]
        assert self.office.ledger.lists.end(known.id, address, "unsubscribed", self.office.clock())

    def in_child(self, work: Callable[[], object]) -> int:
        """Do something in a process of its own, which may die of it; the machines stop before."""
        self.close()
        return in_child(self.room.ledger_url, work)

    def due(self) -> list[tuple[Any, ...]]:
        """Return what is still to be published or sent."""
        return self.rows(
            "SELECT 'post', d.id, d.state FROM deliveries d JOIN editions e ON e.id = d.edition_id"
            " LEFT JOIN articles a ON a.uri = e.key"
            " WHERE d.state NOT IN ('settled') AND a.held_at IS NULL"
        ) + self.rows(
            "SELECT 'letter', edition_id, state FROM letters WHERE state IN"
            " ('due', 'sending', 'in_doubt') AND edition_id NOT IN (SELECT edition_id FROM"
            " omissions WHERE held)"
        )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Read the ledger's file, by SQL of the test's own."""
        with closing(sqlite3.connect(self.room.ledger)) as db:
            return db.execute(query).fetchall()


def configure(room: Newsroom) -> None:
    """Let the office have pages, one connection, and articles that another person approves."""
    room.change("feed", pages=True)
    room.change("harian", connections=1)
    room.tables = {
        "profiles.dua": {"approval": "two-person"},
        "approvers.siti": {"email": "siti@kantor.example"},
        "mail": {"smtp": room.smtp.url, "sender": "Meja <meja@kantor.example>"},
    }


@contextmanager
def desk_office(
    api: BotApi, smtp: SmtpServer, start: datetime, change: Callable[[Newsroom], object]
) -> Iterator[DeskOffice]:
    """An office in a new folder whose configuration ``change`` has had, at a moment."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(dir=memory_folder()))) / "kantor"
        folder.mkdir()
        room = Newsroom(folder, api, smtp)
        change(room)
        room.configure()
        clock = stack.enter_context(time_machine.travel(start, tick=False))
        office = DeskOffice(room, clock)
        stack.callback(office.close)
        yield office
