"""A relay with bad intent, or none at all: whatever it does at whatever step, the digest ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from hostile.smtp_cells import CELLS, Cell, prepared
from syndicate.exchange import LONGEST

TESTS = Path(__file__).parent.parent
MOST_MEMORY = 150 * 1024  # KiB that any command may need
SLACK = 5.0  # seconds beyond the deadline
EXIT = {"sent": 0, "due": 3, "in_doubt": 4}


def tried(folder: Path, patience: float, names: Sequence[str] = ()) -> dict[str, Any]:
    """What a table's process says."""
    prepared(folder / "office")
    done = subprocess.run(
        [sys.executable, "-m", "hostile.smtp_cells", f"{folder}", f"{patience}", *names],
        env={**os.environ, "PYTHONPATH": f"{TESTS}"}, capture_output=True, text=True,
        timeout=patience * 5 + 100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def wrong(cell: Cell, result: dict[str, Any], deadline: float) -> Iterator[str]:
    """What is not as it must be."""
    states, said, taken = result["states"], result["said"], result["taken"]
    if states != [cell.booked]:
        yield f"{cell}: {states}, not {cell.booked}: {said}"
    if result["code"] != EXIT[cell.booked]:
        yield f"{cell}: exit code {result['code']}"
    if result["seconds"] > deadline + SLACK:
        yield f"{cell}: {result['seconds']:.1f} s"
    if "unexpected" in said or "Error(" in said or not said.isprintable():
        yield f"{cell}: {said}"
    if cell.booked == "due" and taken:
        yield f"{cell}: the relay has it"
    if cell.booked == "sent" and taken != 1:
        yield f"{cell}: the relay has {taken}"
    if cell.booked != "sent" and not said:
        yield f"{cell}: nobody is told why"


def check(found: dict[str, Any], patience: float) -> None:
    deadline = min(2 * patience, LONGEST)
    faults = [
        one
        for name, result in found["cells"].items()
        for one in wrong(CELLS[name], result, deadline)
    ]
    assert not faults, "\n".join(faults)
    assert found["peak"] < MOST_MEMORY


def test_whatever_a_relay_does_at_any_step_the_digest_ends_and_is_booked_as_it_was(
    tmp_path: Path,
) -> None:
    assert len(CELLS) >= 45
    check(tried(tmp_path, 1.0), 1.0)


@pytest.mark.soak
def test_it_does_so_within_the_time_that_offices_give_it(tmp_path: Path) -> None:
    by_fault = {cell.do: name for name, cell in reversed(CELLS.items()) if cell.at != "quit"}
    names = [*by_fault.values(), "mail × say nothing", "dot × say nothing", "connect × drip"]
    check(tried(tmp_path, 60.0, list(dict.fromkeys(names))), 60.0)
