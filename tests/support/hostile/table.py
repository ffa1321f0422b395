"""A table of faults that a command meets, with what is wrong in each of its cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

MOST_MEMORY = 150 * 1024  # KiB that any command may need
SHORT, LONGER = 1.0, 5.0  # seconds of patience

Try = Callable[[Path, float, Sequence[str]], dict[str, Any]]
Judge = Callable[[str, dict[str, Any], float], Iterator[str]]


def faults_found(folder: Path, names: Sequence[str], attempt: Try, judge: Judge) -> list[str]:
    """Return what is wrong with a short patience, and is so with a longer one too.

    On a busy machine a second may pass before the fault's step is reached, and then what is booked
    is that of an earlier step.
    """
    faults = _faults(folder / "short", SHORT, names, attempt, judge)
    return list(_faults(folder / "longer", LONGER, list(faults), attempt, judge).values())


def faults_at(
    folder: Path, patience: float, names: Sequence[str], attempt: Try, judge: Judge
) -> list[str]:
    """Return what is wrong with a patience."""
    return list(_faults(folder, patience, names, attempt, judge).values())


def _faults(
    folder: Path, patience: float, names: Sequence[str], attempt: Try, judge: Judge
) -> dict[str, str]:
    if not names:
        return {}
    folder.mkdir(exist_ok=True)
    found = attempt(folder, patience, names)
    assert found["peak"] < MOST_MEMORY
    return {
        name: "\n".join(faults)
        for name in names
        if (faults := [f"{name}: {fault}" for fault in judge(name, found["cells"][name], patience)])
    }
