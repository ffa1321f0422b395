"""Fixtures of a newsroom with its own destinations, for tests that run commands in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from support.newsroom import Newsroom, newsroom

MEMORY = Path("/dev/shm")  # where a disk's patience with fsync is not tested


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that is gone afterwards, in memory where that can be had."""
    with TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else tmp_path) as name:
        yield Path(name)


@pytest.fixture
def room(folder: Path) -> Iterator[Newsroom]:
    """An office with a feed, a Telegram channel and a daily letter."""
    with newsroom(folder / "kantor") as opened:
        yield opened
