"""IMAP servers that mean harm, or are out of their minds: what a tick makes of each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from support.hostile.imap_cells import ANI, BUDI, CELLS, CERTIFICATE, FAULTS
from support.hostile.table import faults_at, faults_found
from support.imap import Fault, LoopbackImap
from support.newsroom import EVENING, Newsroom, newsroom
from syndicate.ledger import open_ledger

TESTS = Path(__file__).parent.parent
GRACE = 5.0  # seconds beyond the deadline
REAL = 20.0  # seconds that all inboxes have in a run, whatever their patience
ODD = [name for name, cell in CELLS.items() if cell.fault not in FAULTS]
SAMPLE = [*[name for name in CELLS if name not in ODD][::8], *ODD[::2]]


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


def tried(folder: Path, patience: float, names: Sequence[str]) -> dict[str, Any]:
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


def wrong(name: str, outcome: dict[str, Any], patience: float) -> Iterator[str]:
    """What is not as it has to be."""
    cell = CELLS[name]
    readers = [BUDI] if cell.left else [ANI, BUDI]
    booked = (outcome["code"], outcome["readers"], outcome["letters"])
    if booked != (cell.code, readers, readers):
        yield f"{booked} and not {(cell.code, readers, readers)}: {outcome['said']}"
    if outcome["seconds"] > min(patience, REAL) + GRACE:
        yield f"{outcome['seconds']:.1f} s"
    if cell.code and "channels.harian.inbox: 127.0.0.1:" not in outcome["said"]:
        yield f"the setting is not named: {outcome['said']!r}"


def test_no_server_holds_up_a_digest_or_fills_the_memory(tmp_path: Path) -> None:
    assert len(SAMPLE) >= 25
    assert faults_found(tmp_path, SAMPLE, tried, wrong) == []


@pytest.mark.soak
@pytest.mark.timeout(300)
def test_no_server_does_at_any_step(tmp_path: Path) -> None:
    assert faults_found(tmp_path, list(CELLS), tried, wrong) == []


@pytest.mark.soak
def test_no_server_does_within_the_time_that_offices_give_it(tmp_path: Path) -> None:
    steps = ("connect", "login", "search", "fetch", "store")
    names = [f"{steps[n % len(steps)]}: {fault}" for n, fault in enumerate(FAULTS)] + ODD
    assert faults_at(tmp_path, 60.0, names, tried, wrong) == []


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
