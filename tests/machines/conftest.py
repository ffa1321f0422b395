"""A site for every test of several machines, one database, one bot, one relay; a newsroom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from support import machine
from support.ledger_moves import fresh, room
from support.machine import Machine, Site
from support.memory_folder import memory_folder

__all__ = ["dua", "fresh", "ledger_url", "room", "satu", "site"]


@pytest.fixture(
    params=[pytest.param("sqlite_ledger", marks=pytest.mark.soak), "postgres_ledger"],
    ids=["sqlite", "postgresql"],
)
def ledger_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh ledger; on SQLite, which has one writer at a time, by `make soak`."""
    url: str = request.getfixturevalue(request.param)
    return url


@pytest.fixture
def site(tmp_path: Path, postgres_ledger: str) -> Iterator[Site]:
    """What machines share; the database's clock shows the real time until it is turned."""
    with (
        TemporaryDirectory(dir=memory_folder() or tmp_path) as name,
        machine.site(Path(name), postgres_ledger) as made,
    ):
        yield made


@pytest.fixture
def satu(site: Site) -> Machine:
    """A machine whose clock is right."""
    return site.machine("satu")


@pytest.fixture
def dua(site: Site) -> Machine:
    """Another one, whose clock is right as well, or almost."""
    return site.machine("dua", timedelta(seconds=-20))
