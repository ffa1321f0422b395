"""A table of relays that misbehave; a digest meets each of them, many side by side.

    python -m support.hostile.smtp_cells FOLDER PATIENCE [CELL…]

FOLDER/office is one whose digest for one reader waits for a relay.

One process is a whole table: what it needed at most is what no single command may need.
"""

from __future__ import annotations

import json
import ssl
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from shutil import copytree
from typing import Any, get_args

from support.direct_office import DirectOffice
from support.hostile.memory import peak
from support.onlookers import look_away
from syndicate.loopback.line_faults import Manner
from syndicate.loopback.smtp import SmtpFault, SmtpServer, Step
from syndicate.testing import NOON

CERTIFICATE = Path(__file__).parents[2] / "channels" / "loopback.pem"
AT_ONCE = 16  # cells, of which most only wait
ENTRY: tuple[Step, ...] = ("connect", "ehlo", "starttls", "tls", "auth")
LETTER: tuple[Step, ...] = ("mail", "rcpt", "data")
MOST_SECONDS = 20.0  # that a pause is multiplied by: three of those are more than a minute
HARMLESS = ("nul",)  # words that hold one are words nevertheless


@dataclass(frozen=True)
class Cell:
    """One fault at one step, and how the letter is booked."""

    at: Step
    do: str
    booked: str
    seconds: float = 0.0  # between two pieces of an answer, where a whole one may take a second
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
    for at in ("auth", *LETTER, "dot"):
        yield Cell(at, "beneath", "in_doubt" if at == "dot" else "due")  # noise beneath TLS
    yield Cell("sent", "hang up", "sent")
    yield Cell("quit", "hang up", "sent")


def office(folder: Path, relay: str, **given: Any) -> DirectOffice:
    """An office with one list."""
    table = {
        "kind": "email", "title": "Kabar", "sender": "Redaksi <redaksi@kantor.example>",
        "schedule": "daily 17:00", "mailbox": "berhenti@kantor.example", "smtp": relay,
        "tls_ca": str(CERTIFICATE), "connections": 2,
    }  # fmt: skip
    ledger = f"sqlite:///{folder / 'ledger.db'}"
    return DirectOffice(home=folder, url=ledger, walls={"harian": table | given}).tomorrow()


def prepared(folder: Path, readers: int = 1) -> None:
    """An office whose digest for so many readers waits for a relay."""
    folder.mkdir()
    room = office(folder, "smtp://127.0.0.1:9")
    today = room.at(NOON)
    today.publish(today.write("kabar"))
    today.subscribe("harian", *(f"ann{number}@pembaca.example" for number in range(readers)))
    assert room.digest().exit_code == 3


def tried(cell: Cell, waiting: Path, folder: Path, patience: float) -> Result:
    """Send a digest to a relay with this fault."""
    copytree(waiting, folder)
    with relay(cell, patience) as server:
        room = office(folder, url(server), patience=patience)
        result = sent(room, server)
    look_away(room.url)  # a command holds no other's engine
    return result


def sent(room: DirectOffice, server: SmtpServer) -> Result:
    """Send what waits."""
    began = time.monotonic()
    report = room.digest()
    took = time.monotonic() - began
    said = " ".join([*report.problems, *(line.why for line in report.lines)])
    return Result(report.exit_code, room.states("harian"), took, said, len(server.letters))


@contextmanager
def relay(cell: Cell, patience: float) -> Iterator[SmtpServer]:
    seconds = cell.seconds * min(patience, MOST_SECONDS)
    fault = SmtpFault(at=cell.at, do=cell.do, seconds=seconds, keep=cell.keep)  # type: ignore[arg-type]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    user, password = ("desk", "secret") if cell.at in ("starttls", "auth") else ("", "")
    in_tls = cell.at == "tls" or cell.do == "beneath"
    secure = context if cell.at in ("starttls", "auth") else None
    with SmtpServer(
        faults=[fault], starttls=secure, tls=context if in_tls else None,
        user=user, password=password,
    ) as server:  # fmt: skip
        yield server


def url(server: SmtpServer) -> str:
    return server.url.replace("://", "://desk:secret@") if server.user else server.url


CELLS = {str(cell): cell for cell in cells()}


def main(folder: Path, patience: float, names: Sequence[str]) -> None:
    """Try the named cells (all), and say what came of them as JSON."""
    chosen = [CELLS[name] for name in names or CELLS]
    with ThreadPoolExecutor(AT_ONCE if patience < MOST_SECONDS else len(chosen)) as threads:
        results = threads.map(
            lambda numbered: tried(
                numbered[1], folder / "office", folder / f"{numbered[0]}", patience
            ),
            enumerate(chosen),
        )
        found = {str(cell): asdict(one) for cell, one in zip(chosen, results, strict=True)}
    print(json.dumps({"peak": peak(), "cells": found}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3:])
