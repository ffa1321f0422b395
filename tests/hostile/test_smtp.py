"""A relay with bad intent, or none at all: whatever it does at whatever step, the digest ends."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from shutil import copytree
from typing import Any, get_args

import pytest

from newsroom import Newsroom
from syndicate.exchange import LONGEST
from syndicate.loopback.manners import Manner
from syndicate.loopback.smtp import Fault, SmtpServer, Step
from syndicate.testing import NOON

CERTIFICATE = Path(__file__).parents[1] / "channels" / "loopback.pem"
AT_ONCE = 12  # cells, of which most only wait
SLACK = 5.0  # seconds beyond the deadline
ENTRY: tuple[Step, ...] = ("connect", "ehlo", "starttls", "tls", "auth")
LETTER: tuple[Step, ...] = ("mail", "rcpt", "data")
HARMLESS = ("nul",)  # words that hold one are words nevertheless
EXIT = {"sent": 0, "due": 3, "in_doubt": 4}


@dataclass(frozen=True)
class Cell:
    """One fault at one step, and how the letter is booked."""

    at: Step
    do: str
    booked: str
    seconds: float = 0.05  # between two pieces of an answer
    keep: bool = False

    def __str__(self) -> str:
        return f"{self.at} × {self.do}"


@dataclass(frozen=True)
class Result:
    """What became of a digest for one reader."""

    code: int
    states: list[str]
    seconds: float
    said: str
    taken: int  # letters that the relay has


def drips(manner: str) -> float:
    """Seconds between two pieces: so that a byte always comes in time, and a line never."""
    return 0.4 if manner == "drip" else 0.0


def cells() -> Iterator[Cell]:
    manners: Sequence[Manner] = get_args(Manner)
    for at, do in product(ENTRY, manners):
        if at == "tls" and do not in ("say nothing", "drip", "garble", "break off", "flood"):
            continue
        yield Cell(at, do, "sent" if do in HARMLESS else "due", drips(do))
    for at, do in product(LETTER, manners):
        yield Cell(at, do, "sent" if do in HARMLESS else "due", drips(do))
    for do in manners:
        answered = do in (*HARMLESS, "twice", "ahead")
        yield Cell("dot", do, "sent" if answered else "in_doubt", drips(do))
        yield Cell("quit", do, "sent", drips(do))
    for at in (*ENTRY, *LETTER):
        yield Cell(at, "hang up", "due")
    yield Cell("body", "hang up", "in_doubt")  # a short one has left by then
    yield Cell("body", "stop reading", "in_doubt")
    yield Cell("body", "sip", "in_doubt", 0.5)
    yield Cell("dot", "hang up", "in_doubt", keep=True)
    yield Cell("sent", "hang up", "sent")
    yield Cell("quit", "hang up", "sent")


def office(folder: Path, relay: str, **given: Any) -> Newsroom:
    """An office with one list."""
    table = {
        "kind": "email", "title": "Kabar", "sender": "Redaksi <redaksi@kantor.example>",
        "schedule": "daily 17:00", "mailbox": "berhenti@kantor.example", "smtp": relay,
        "tls_ca": str(CERTIFICATE), "connections": 2,
    }  # fmt: skip
    ledger = f"sqlite:///{folder / 'ledger.db'}"
    return Newsroom(home=folder, url=ledger, walls={"harian": table | given}).tomorrow()


@pytest.fixture
def waiting(tmp_path: Path) -> Path:
    """An office whose digest for one reader waits for a relay."""
    folder = tmp_path / "office"
    folder.mkdir()
    room = office(folder, "smtp://127.0.0.1:9")
    today = room.at(NOON)
    today.publish(today.write("kabar"))
    today.subscribe("harian", "ann@pembaca.example")
    assert room.digest().exit_code == 3
    return folder


def tried(cell: Cell, waiting: Path, folder: Path, patience: float) -> Result:
    """Send a digest to a relay with this fault."""
    copytree(waiting, folder)
    with relay(cell) as server:
        room = office(folder, url(server), patience=patience)
        began = time.monotonic()
        report = room.digest()
        took = time.monotonic() - began
        said = " ".join([*report.problems, *(line.why for line in report.lines)])
        return Result(report.exit_code, room.states("harian"), took, said, len(server.letters))


@contextmanager
def relay(cell: Cell) -> Iterator[SmtpServer]:
    fault = Fault(at=cell.at, do=cell.do, seconds=cell.seconds, keep=cell.keep)  # type: ignore[arg-type]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    login = {"user": "desk", "password": "secret"} if cell.at in ("starttls", "auth") else {}
    secure = context if cell.at in ("starttls", "auth") else None
    with SmtpServer(
        faults=[fault], starttls=secure, tls=context if cell.at == "tls" else None, **login
    ) as server:  # fmt: skip
        yield server


def url(server: SmtpServer) -> str:
    return server.url.replace("://", "://desk:secret@") if server.user else server.url


def wrong(cell: Cell, result: Result, deadline: float) -> Iterator[str]:
    """What is not as it must be."""
    if result.states != [cell.booked]:
        yield f"{cell}: {result.states}, not {cell.booked}: {result.said}"
    if result.code != EXIT[cell.booked]:
        yield f"{cell}: exit code {result.code}"
    if result.seconds > deadline + SLACK:
        yield f"{cell}: {result.seconds:.1f} s"
    if "unexpected" in result.said or "Error(" in result.said or not result.said.isprintable():
        yield f"{cell}: {result.said}"
    if cell.booked == "due" and result.taken:
        yield f"{cell}: the relay has it"
    if cell.booked == "sent" and result.taken != 1:
        yield f"{cell}: the relay has {result.taken}"
    if cell.booked != "sent" and not result.said:
        yield f"{cell}: nobody is told why"


def failures(
    table: Sequence[Cell], waiting: Path, folder: Path, patience: float, at_once: int
) -> list[str]:
    """What is wrong in a table's cells, each in a copy of an office, so many side by side."""
    with ThreadPoolExecutor(at_once) as threads:
        results = [
            threads.submit(tried, cell, waiting, folder / f"{number}", patience)
            for number, cell in enumerate(table)
        ]
    deadline = min(2 * patience, LONGEST)
    return [
        one
        for cell, result in zip(table, results, strict=True)
        for one in wrong(cell, result.result(), deadline)
    ]


def test_whatever_a_relay_does_at_any_step_the_digest_ends_and_is_booked_as_it_was(
    waiting: Path, tmp_path: Path
) -> None:
    table = list(cells())
    assert len(table) >= 45
    found = failures(table, waiting, tmp_path, 1.0, AT_ONCE)
    assert not found, "\n".join(found)
