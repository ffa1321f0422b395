"""Fixtures of a newsroom with its own destinations, for tests that run commands in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from support.memory_folder import memory_folder
from support.newsroom import Newsroom, newsroom


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that is gone afterwards, in memory where that can be had."""
    with TemporaryDirectory(dir=memory_folder() or tmp_path) as name:
        yield Path(name)


@pytest.fixture
def room(folder: Path) -> Iterator[Newsroom]:
    """An office with a feed, a Telegram channel and a daily letter."""
    with newsroom(folder / "kantor") as opened:
        yield opened
