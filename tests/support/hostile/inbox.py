"""An inbox full of letters that are meant to stop the office, and what a tick makes of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle, islice
from pathlib import Path
from time import monotonic

from support.hostile.letters import LETTERS
from support.newsroom import EVENING, Newsroom
from syndicate.ledger import open_ledger

ANI, BUDI = "ani@pembaca.example", "budi@pembaca.example"
# what a command is, with a last line that says how many KiB it has ever held
MEASURED = """
import re, sys
from pathlib import Path
from syndicate.cli import main
try:
    main()
finally:
    sys.stdout.flush()
    held = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())
    sys.stderr.write(f"held {held[1]}\\n")
"""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a tick."""

    code: int
    said: str
    seconds: float
    held: int  # KiB


def office(room: Newsroom) -> str:
    """An office whose digest is due to two readers; returns the token of the first one."""
    room.only("harian")
    room.change("harian", smtp="maildir:terkirim", bounces="balik@kantor.example")
    room.subscribe(ANI, BUDI)
    room.write()
    room.publish()
    ledger = open_ledger(f"sqlite:///{room.ledger}", datetime.fromisoformat(EVENING))
    try:
        return ledger.letters.recipient("harian", 1, "").token
    finally:
        ledger.close()


def wish(token: str) -> bytes:
    """The letter of a reader who leaves."""
    return f"From: {ANI}\r\nSubject: unsubscribe {token}\r\n\r\nTerima kasih.\r\n".encode()


def hostile(count: int) -> Iterator[bytes]:
    """So many letters; each kind is one object however often it comes."""
    kinds = [made() for made in LETTERS.values()]
    return islice(cycle(kinds), count)


def maildir(folder: Path, count: int, last: bytes) -> None:
    """Hostile letters, each kind one file with many names; then one that means no harm."""
    for part in ("new", "cur", "tmp", "kinds"):
        (folder / part).mkdir(parents=True)
    kinds: dict[int, Path] = {}
    for number, letter in enumerate(hostile(count)):
        if id(letter) not in kinds:
            kinds[id(letter)] = folder / "kinds" / f"{number}"
            kinds[id(letter)].write_bytes(letter)
        os.link(kinds[id(letter)], folder / "new" / f"{number:06}.penyerang")
    (folder / "new" / "pembaca").write_bytes(last)


def ticked(room: Newsroom, patience: float = 120.0) -> Outcome:
    """What a tick does, as a program of its own."""
    began = monotonic()
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, "tick"], cwd=room.folder, env=room.environ(EVENING),
        capture_output=True, text=True, timeout=patience, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    said, _, held = (done.stdout + done.stderr).rpartition("held ")
    return Outcome(
        code=done.returncode, said=said, seconds=monotonic() - began, held=int(held or 0)
    )
