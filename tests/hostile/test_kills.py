"""Commands that are killed anywhere, and their database with them: nothing is lost or doubled."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from support import postgres
from support.hostile.kills import KINDS, Figures, kill_the_database, tried

KILLS = int(os.environ.get("KILLS") or 100)  # of each operation on each database, in `make soak`
SLOW = 4  # a server that was killed takes its time to recover: so many times fewer


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_killed_is_done_once_by_the_next_run(kind: str, tmp_path: Path) -> None:
    figures = tried(kind, "sqlite", tmp_path, 2)
    assert figures.is_clean, figures


@pytest.fixture
def note(record_property: Callable[[str, object], None]) -> Callable[[Figures], None]:
    """Hand figures to the end of the test run, where they are said, and see that they are good."""

    def noted(figures: Figures) -> None:
        record_property("figures", f"{figures}")
        assert figures.is_clean, figures

    return noted


@pytest.mark.soak
@pytest.mark.timeout(36_000)
@pytest.mark.parametrize("kind", KINDS)
def test_an_operation_on_sqlite_is_killed_many_times(
    kind: str, tmp_path: Path, note: Callable[[Figures], None]
) -> None:
    note(tried(kind, "SQLite", tmp_path, KILLS))


@pytest.mark.soak
@pytest.mark.timeout(36_000)
@pytest.mark.parametrize("kind", KINDS)
def test_an_operation_on_postgresql_is_killed_many_times(
    kind: str, tmp_path: Path, postgres_ledger: str, note: Callable[[Figures], None]
) -> None:
    note(tried(kind, "PostgreSQL", tmp_path, KILLS, url=postgres_ledger))


@pytest.mark.soak
@pytest.mark.timeout(36_000)
@pytest.mark.parametrize("kind", KINDS)
def test_the_database_under_an_operation_is_killed_many_times(
    kind: str, tmp_path: Path, note: Callable[[Figures], None]
) -> None:
    with postgres.mortal() as server, postgres.database(server.url) as url:
        kills, strike = max(1, KILLS // SLOW), kill_the_database(server)
        note(tried(kind, "a PostgreSQL that is killed", tmp_path, kills, url=url, strike=strike))
