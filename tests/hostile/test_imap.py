"""IMAP servers that mean harm, or are out of their minds: what a tick makes of each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from support.hostile.imap_cells import ANI, BUDI, CELLS, CERTIFICATE, FAULTS, Cell
from support.imap import Fault, LoopbackImap
from support.newsroom import EVENING, Newsroom, newsroom
from syndicate.ledger import open_ledger

TESTS = Path(__file__).parent.parent
MOST_MEMORY = 150 * 1024  # KiB that any command may need
GRACE = 5.0  # seconds beyond the deadline
REAL = 20.0  # seconds that all inboxes have in a run, whatever their patience
ODD = [name for name, cell in CELLS.items() if cell.fault not in FAULTS]
SAMPLE = [*[name for name in CELLS if name not in ODD][::4], *ODD]


def prepared(folder: Path) -> str:
    """An office whose digest is due, with two readers; returns the token of the first one."""
    with newsroom(folder) as room:
        room.only("harian")
        room.change("harian", smtp="maildir:terkirim", inbox="INBOX", tls_ca=str(CERTIFICATE))
        room.subscribe(ANI, BUDI)
        room.write()
        room.publish()
        ledger = open_ledger(f"sqlite:///{room.ledger}", datetime.fromisoformat(EVENING))
        with closing(ledger):
            return ledger.letters.recipient("harian", 1, "").token


def tried(folder: Path, patience: float, names: list[str]) -> dict[str, Any]:
    """What a table's process says."""
    token = prepared(folder / "kantor")
    done = subprocess.run(
        [sys.executable, "-m", "support.hostile.imap_cells",
         f"{folder}", token, f"{patience}", *names],
        env={**os.environ, "PYTHONPATH": f"{TESTS}"}, capture_output=True, text=True,
        timeout=patience * 5 + 120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def wrong(cell: Cell, outcome: dict[str, Any], most_seconds: float) -> str:
    """What is not as it has to be; "" for nothing."""
    readers = [BUDI] if cell.left else [ANI, BUDI]
    booked = (outcome["code"], outcome["readers"], outcome["letters"])
    if booked != (cell.code, readers, readers):
        return f"{booked} and not {(cell.code, readers, readers)}: {outcome['said']}"
    if outcome["seconds"] > most_seconds:
        return f"{outcome['seconds']:.1f} s"
    if cell.code and "channels.harian.inbox: 127.0.0.1:" not in outcome["said"]:
        return f"the setting is not named: {outcome['said']!r}"
    return ""


def check(found: dict[str, Any], names: list[str], most_seconds: float) -> None:
    faults = {name: wrong(CELLS[name], found["cells"][name], most_seconds) for name in names}
    assert {name: why for name, why in faults.items() if why} == {}
    assert found["peak"] < MOST_MEMORY


def test_no_server_holds_up_a_digest_or_fills_the_memory(tmp_path: Path) -> None:
    assert len(SAMPLE) >= 40
    check(tried(tmp_path, 1.0, SAMPLE), SAMPLE, 1.0 + GRACE)


@pytest.mark.soak
def test_no_server_does_at_any_step(tmp_path: Path) -> None:
    check(tried(tmp_path, 1.0, []), list(CELLS), 1.0 + GRACE)


@pytest.mark.soak
def test_no_server_does_within_the_time_that_offices_give_it(tmp_path: Path) -> None:
    steps = ("connect", "login", "search", "fetch", "store")
    names = [f"{steps[n % len(steps)]}: {fault}" for n, fault in enumerate(FAULTS)] + ODD
    check(tried(tmp_path, 60.0, names), names, REAL + GRACE)


def test_no_server_holds_up_a_person_who_looks(tmp_path: Path) -> None:
    with newsroom(tmp_path / "kantor") as room:
        _look(room)


def _look(room: Newsroom) -> None:
    drip = Fault(at="login", do="drip", text="* OK masih di sini\r\n", seconds=0.1)
    with LoopbackImap({}, faults=[drip]) as imap:
        inbox = imap.url.replace("://", "://desk:secret@")
        room.change("harian", inbox=inbox, patience=1)
        for words in (("channels", "check", "harian"), ("subscribers", "bounce", inbox)):
            began = monotonic()
            answer = room.run(*words)
            assert monotonic() - began < 1.0 + GRACE
            assert answer.code == 3
            assert "no complete answer within 1 s" in answer.said
            assert "secret" not in answer.said
