"""Each benchmark runs to its end, at the smallest sizes that its options allow."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PEERS = "peers.py"  # what they share

# the options, and a figure of each part of what is printed
SMALLEST = {
    "bulk.py": ("--articles 10 --rounds 1 --few", r"one article changed +\d+\.\d+ s"),
    "checks.py": ("--files 5", r"check, with all renditions of three channels: \d+\.\d+ ms"),
    "digest.py": (
        "--letters 50 --connections 2 --rounds 1 --million 60 --notice 20 --corrections 20",
        r"syndicate digest +\d+ letters/s.*behind 10 ms.*20 readers: frozen.*"
        r"20 readers: their own corrections.*time per letter, 60 against 6: \d+\.\d+",
    ),
    "feeds.py": ("--rounds 1 --history 2 3", r"a publication with 2 articles: \d+\.\d+ ms"),
    "inbox.py": ("--letters 3", r"Maildir +3 letters:.*exit 0.*IMAP +3 letters:.*exit 0"),
    "ledger_move.py": ("--letters 20 --rounds 1", r"SQLite to SQLite +\d+\.\d+ s"),
    "letters.py": ("--times 1 --hostile 5", r"the worst of 5: \d+ ms"),
    "startup.py": ("--rounds 1", r'"syndicate publish, all looked at": \d+\.\d+'),
    "telegram_render.py": ("--rounds 1", r"syndicate, from HTML +\d+ +0 +0"),
}


def test_every_benchmark_is_run() -> None:
    assert {path.name for path in (ROOT / "benchmarks").glob("*.py")} == {*SMALLEST, PEERS}


@pytest.mark.soak
@pytest.mark.parametrize("name", SMALLEST)
def test_it_runs_to_its_end(name: str, tmp_path: Path) -> None:
    options, figures = SMALLEST[name]
    command = [sys.executable, str(ROOT / "benchmarks" / name), *options.split()]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False,
        env=os.environ | {"PIP_NO_INDEX": "1", "NO_COLOR": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(figures, done.stdout, re.DOTALL), done.stdout
