"""Servers of HTTP that mean harm, or are out of their minds: what a command makes of each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from support.hostile.http_cells import API, CELLS, LOST, NEW, OLD, PICTURES, SITE
from support.hostile.table import faults_at, faults_found
from support.newsroom import REAL, newsroom
from syndicate.loopback.botapi import LostReply
from syndicate.loopback.http_faults import RUDE, SLOW
from syndicate.testing import PIXEL

TESTS = Path(__file__).parent.parent
GRACE = 5.0  # seconds beyond the deadline
SIZE = 5.0  # seconds that a site may take to say how large a picture is
EVERY = 13  # which of the cells that are no post is tried


def sample() -> list[str]:
    """Every third fault when a post is sent, and every so many of the others."""
    cells = CELLS.items()
    posts = [name for name, cell in cells if cell.step.name == "a post"]
    pictures = [name for name, cell in cells if cell.step.name in PICTURES]
    quick = [name for name in pictures if CELLS[name].fault not in SLOW]
    others = [name for name in CELLS if name not in (*posts, *pictures)]
    return [*posts[::3], *others[::EVERY], *quick[::EVERY]]


def prepare(folder: Path) -> None:
    """An office with articles, one that has published, and one that does not know whether."""
    for name in (NEW, OLD, LOST):
        with newsroom(folder / name) as room:
            room.change("feed", hubs=[f"{SITE}/hub"])
            room.change("telegram", preview="photo", web=SITE)
            config = room.folder / "config.toml"
            (room.folder / "foto.png").write_bytes(PIXEL)
            room.write("foto.md", associations=[{"file": "foto.png", "alt": "x"}])
            room.write("gambar.md", associations=[{"file": f"{SITE}/a.png", "alt": "x"}])
            room.write()
            if name == LOST:
                room.api.faults.append(LostReply())
            if name != NEW:
                room.run("publish", "kabar.md", "--channel", "telegram", at=REAL)
                minutes = "strftime('%Y-%m-%d %H:%M:%f000', started_at, '-5 minutes')"
                room.change_ledger(f"UPDATE attempts SET started_at = {minutes}")
                room.let_pauses_end()
            text = config.read_text().replace(room.api.url, API)
            config.write_text(text.replace('url = "https://kantor.example"', f'url = "{SITE}"'))


def tried(folder: Path, patience: float, names: Sequence[str]) -> dict[str, Any]:
    """What a table's process says."""
    prepare(folder)
    done = subprocess.run(
        [sys.executable, "-m", "support.hostile.http_cells", f"{folder}", f"{patience}", *names],
        env={**os.environ, "PYTHONPATH": f"{TESTS}", "TG_TOKEN": "123456:SECRET-of_the-BOT"},
        capture_output=True, text=True, timeout=patience * 5 + 200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def wrong(name: str, outcome: dict[str, Any], patience: float) -> Iterator[str]:
    """What is not as it has to be."""
    cell = CELLS[name]
    booked = (outcome["code"], outcome["state"], outcome["posts"])
    if booked != cell.expected:
        yield f"{booked} and not {cell.expected}: {outcome['said']}"
    if "unexpected" in outcome["said"] or "SECRET" in outcome["said"]:
        yield f"{outcome['said']!r}"
    if outcome["seconds"] > patience + GRACE + SIZE * (cell.step.name in PICTURES):
        yield f"{outcome['seconds']:.1f} s"


def test_no_server_holds_up_a_command_or_fills_the_memory(tmp_path: Path) -> None:
    assert faults_found(tmp_path, sample(), tried, wrong) == []


@pytest.mark.soak
@pytest.mark.timeout(300)
def test_no_server_does_at_any_step(tmp_path: Path) -> None:
    assert faults_found(tmp_path, list(CELLS), tried, wrong) == []


@pytest.mark.soak
@pytest.mark.timeout(300)
def test_no_server_does_for_longer_than_it_really_may(tmp_path: Path) -> None:
    names = [f"{step}: {fault}" for step in ("a post", "a hub") for fault in RUDE]
    assert faults_at(tmp_path, 30.0, names, tried, wrong) == []
