"""Fixtures of an office on each database in turn, with walls for its channels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support import postgres
from support.direct_office import DirectOffice
from support.onlookers import look_away


@pytest.fixture(scope="module", autouse=True)
def onlookers() -> Iterator[None]:
    """Close at each module's end what its tests have opened to look from outside."""
    yield
    look_away()


@pytest.fixture(scope="session")
def shared_database(postgres_url: str) -> Iterator[str]:
    """One database for the tests of every room: making one takes longer than most of them."""
    with postgres.database(postgres_url) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def emptied_ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a ledger without rows, on each database in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'ledger.db'}"
        return
    url: str = request.getfixturevalue("shared_database")
    DirectOffice(home=tmp_path, url=url, walls={}).forget()
    yield url


@pytest.fixture
def room(tmp_path: Path, emptied_ledger: str) -> DirectOffice:
    """An office without channels yet."""
    return DirectOffice(home=tmp_path, url=emptied_ledger, walls={})
