"""A table of IMAP servers that misbehave; a tick meets each of them, all side by side.

    python -m support.hostile.imap_cells FOLDER TOKEN PATIENCE [CELL…]

FOLDER/kantor is an office whose digest is due.

One process is a whole table: what it needed at most is what no single command may need.
"""

from __future__ import annotations

import gc
import json
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import datetime
from email import message_from_bytes
from itertools import product
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from time import monotonic

from support.hostile.memory import peak
from support.imap import Fault, LoopbackImap, Mail, Step
from syndicate.config.loader import load
from syndicate.office import Office
from syndicate.operations.tick import tick

CERTIFICATE = Path(__file__).parents[2] / "channels" / "loopback.pem"
EVENING = datetime.fromisoformat("2026-05-04T17:01:00+07:00")
ANI, BUDI = "ani@pembaca.example", "budi@pembaca.example"
AT_ONCE = 8  # cells: more of them would wait for each other
UNSOLVED = 60.0  # seconds that a silent server would be silent


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What goes wrong at one step, and what has to come of it."""

    step: str
    fault: str
    faults: tuple[Fault, ...]
    code: int = 3
    left: bool = False  # whether the letter that asks to leave was understood
    tls: str = ""  # from the first byte ("tls"), or by "starttls"

    def __str__(self) -> str:
        return f"{self.step}: {self.fault}"


@dataclass(kw_only=True)
class Outcome:
    """What came of a cell."""

    code: int = 1
    readers: list[str] = field(default_factory=list)  # who is on the list afterwards
    letters: list[str] = field(default_factory=list)  # who got the digest
    said: str = ""
    seconds: float = 0.0


STEPS: tuple[Step, ...] = (
    "connect", "capability", "login", "select", "search", "peek", "fetch", "store", "logout",
)  # fmt: skip
HALO = b"From: warga@pembaca.example\r\nSubject: Halo\r\n\r\nKapan pendaftaran ditutup?\r\n"
STAYS = "* OK masih di sini\r\n"


def _fault(step: Step, name: str) -> Fault:
    match name:
        case "silence":
            return Fault(at=step, do="wait", seconds=UNSOLVED)
        case "a byte now and then":
            return Fault(at=step, do="drip", text=STAYS, seconds=0.1)
        case "lines without end":
            return Fault(at=step, do="pour", text=STAYS)
        case "a line without end":
            return Fault(at=step, do="pour", text="x")
        case "noise without end":
            return Fault(at=step, do="pour", text="\udcff\0\udc80{9}*")
        case "a literal of 2 GB":
            first = "* 7 FETCH (UID 7 BODY[] {2147483647}\r\n"
            return Fault(at=step, do="pour", first=first, text="x")
        case "literals after literals":
            return Fault(at=step, do="pour", first="* 7 FETCH (", text="X {3}\r\nabc")
        case "farewell":
            return Fault(at=step, do="say", text="* BYE penuh")
        case _:
            return Fault(at=step, do="hang up")


FAULTS = (
    "silence", "a byte now and then", "lines without end", "a line without end",
    "noise without end", "a literal of 2 GB", "literals after literals", "farewell", "hang-up",
)  # fmt: skip


def everywhere() -> Iterator[Cell]:
    """Each fault at each step."""
    for step, name in product(STEPS, FAULTS):
        # what was said is done, whatever becomes of marking it; nobody needs a goodbye
        code = 0 if step == "logout" else 3
        left = step in ("store", "logout")
        yield Cell(step=step, fault=name, faults=(_fault(step, name),), code=code, left=left)


def _says(step: Step, text: str) -> tuple[Fault, ...]:
    return (Fault(at=step, do="say", text=text),)


MILLION = "".join(f"{first}" + " 1000001" * 999 + " " for first in range(1, 1_001))
ODD = {
    "ninety-nine billion messages": _says("select", "* 99999999999 EXISTS\r\nTAG OK done"),
    "four billion messages": _says("select", "* 4294967295 EXISTS\r\nTAG OK done"),
    "messages below nothing": _says("select", "* -7 EXISTS\r\nTAG OK done"),
    "numbers of a thousand digits": _says("select", f"* {'9' * 1000} EXISTS\r\nTAG OK done"),
    "a million numbers": _says("search", f"* SEARCH {MILLION}\r\nTAG OK done"),
    "ten million bytes of numbers": (
        Fault(at="search", do="pour", text="* SEARCH " + "7 " * 30_000 + "\r\n"),
    ),
    "numbers below nothing": _says("search", "* SEARCH -7 7\r\nTAG OK done"),
    "a huge number": _says("search", "* SEARCH 99999999999\r\nTAG OK done"),
    "words for numbers": _says("search", "* SEARCH tujuh\r\nTAG OK done"),
    "the same number again and again": _says("search", "* SEARCH" + " 7" * 9000 + "\r\nTAG OK x"),
    "numbers of nothing": _says("search", "* SEARCH 1 2 3 4 5 99\r\nTAG OK done"),
    "another message": _says("fetch", "* 9 FETCH (UID 9 BODY[]<0> {4}\r\nnine)\r\nTAG OK done"),
    "a literal below nothing": _says("fetch", "* 7 FETCH (UID 7 BODY[] {-7}\r\nTAG OK done"),
    "half a literal": _says("fetch", "* 7 FETCH (UID 7 BODY[] {900}\r\nabc"),
}
ODD |= {
    "fields of other letters": _says(
        "peek", "* 9 FETCH (UID 9 BODY[HEADER.FIELDS (TO)]<0> {5}\r\nTo: x)\r\nTAG OK done"
    ),
    "no fields": _says("peek", "TAG OK done"),
    "fields that are none": _says("peek", "* 7 FETCH (UID 7 BODY[HEADER] NIL)\r\nTAG OK done"),
    "fields of 2 GB": _says("peek", "* 7 FETCH (UID 7 BODY[HEADER] {2147483647}\r\nTo: x"),
}
HARMLESS = {  # code, whether somebody left
    "messages below nothing": (0, False),
    "the same number again and again": (0, True),
    "fields of other letters": (0, True),
    "no fields": (0, True),
    "fields that are none": (0, True),
}


def odd() -> Iterator[Cell]:
    """Answers that are none, each where it hurts."""
    for name, faults in ODD.items():
        code, left = HARMLESS.get(name, (3, False))
        yield Cell(step=faults[0].at, fault=name, faults=faults, code=code, left=left)


def encrypted() -> Iterator[Cell]:
    """What goes wrong about TLS."""
    noise = "\x16\x03\x03\x40\x00" + "\udcff" * 64
    for tls in ("tls", "starttls"):
        for name, fault in (
            ("noise beneath TLS", Fault(at="search", do="beneath", text=noise)),
            ("silence beneath TLS", Fault(at="search", do="wait", seconds=UNSOLVED)),
            ("a byte now and then in TLS", Fault(at="login", do="drip", text=STAYS, seconds=0.1)),
            ("lines without end in TLS", Fault(at="select", do="pour", text=STAYS)),
        ):
            yield Cell(step=fault.at, fault=f"{name} ({tls})", faults=(fault,), tls=tls)
    for name, fault in (
        ("no handshake", Fault(at="starttls", do="say", text="TAG OK silakan")),
        ("noise for a handshake", Fault(
            at="starttls", do="pour", first="TAG OK x\r\n", text=noise,
        )),
        ("a byte of it now and then", Fault(
            at="starttls", do="drip", first="TAG OK x\r\n", text="\x16\x03\x03\x02\0", seconds=0.1,
        )),
        ("more in the clear", Fault(at="starttls", do="say", text="TAG OK x\r\n* CAPABILITY X")),
        ("silence", Fault(at="starttls", do="wait", seconds=UNSOLVED)),
    ):  # fmt: skip
        yield Cell(step="starttls", fault=name, faults=(fault,), tls="starttls")


CELLS = {str(cell): cell for cell in (*everywhere(), *odd(), *encrypted())}


def tried(cell: Cell, office: Path, folder: Path, token: str, patience: float) -> Outcome:
    """What a tick of an office makes of one server."""
    shutil.copytree(office, folder)
    wish = f"From: {ANI}\r\nSubject: unsubscribe {token}\r\n\r\nTerima kasih.\r\n"
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    others = range(100, 115) if cell.step == "peek" else ()  # so few are not looked at before
    mails = {7: Mail(wish.encode())} | {uid: Mail(HALO) for uid in others}
    with LoopbackImap(
        mails, faults=cell.faults,
        tls=context if cell.tls == "tls" else None,
        starttls=context if cell.tls == "starttls" else None,
        capabilities="LOGINDISABLED AUTH=PLAIN" if cell.tls == "starttls" else "AUTH=PLAIN",
    ) as imap:  # fmt: skip
        config = folder / "config.toml"
        inbox = imap.url.replace("://", "://desk:secret@")
        config.write_text(
            config.read_text().replace('"INBOX"', f'"{inbox}"\npatience = {patience}')
        )
        return _ticked(config)


def _ticked(config: Path) -> Outcome:
    began = monotonic()
    office = Office.open(load(config), lambda: EVENING, rehearsed=True, looks=False)
    with closing(office):
        report = tick(office)
        seconds = monotonic() - began
    gc.collect()  # of a command that has ended nothing is left
    return Outcome(
        code=report.exit_code, seconds=seconds, said="\n".join([*report.problems, *report.notes]),
        readers=_readers(config), letters=_recipients(config.parent / "terkirim"),
    )  # fmt: skip


def _readers(config: Path) -> list[str]:
    query = """SELECT email FROM subscribers JOIN subscriptions ON subscriber_id = subscribers.id
               WHERE ended_at IS NULL ORDER BY email"""
    with closing(sqlite3.connect(config.parent / "syndicate.db")) as db:
        return [email for [email] in db.execute(query)]


def _recipients(box: Path) -> list[str]:
    """Who got the digest, not a letter that says goodbye."""
    letters = [message_from_bytes(path.read_bytes()) for path in box.glob("new/*")]
    return sorted(str(letter["To"]) for letter in letters if letter["List-Id"])


def main(folder: Path, token: str, patience: float, names: list[str]) -> None:
    """Try the named cells (all), and say what came of them as JSON."""
    chosen, before = [CELLS[name] for name in names or CELLS], peak()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        outcomes = threads.map(
            lambda numbered: tried(
                numbered[1], folder / "kantor", folder / f"{numbered[0]}", token, patience
            ),
            enumerate(chosen),
        )
        found = {str(cell): asdict(one) for cell, one in zip(chosen, outcomes, strict=True)}
    print(json.dumps({"before": before, "peak": peak(), "cells": found}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]), sys.argv[4:])
