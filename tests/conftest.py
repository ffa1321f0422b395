"""Fixtures for every test: the ledgers, on SQLite and on PostgreSQL."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import pytest

from support import compiled, postgres
from support.memory_folder import memory_folder

pytest_plugins = ["support.rooms"]

# Rooms whose tests each run whole commands. `make test` takes a sample of them, and `make soak` the
# rest, so that the first ends within four minutes on two cores:
# - of each table one case in SAMPLE_EVERY, and at least one;
# - in HALVED_ROOMS, which take longest, every other test that is no table.
# Which ones depends on the test's name alone: the sample is the same in every run, and is taken now
# from one database and now from the other.
SAMPLED_ROOMS = (
    "cli",
    "config",
    "delivery",
    "hostile",
    "intake",
    "ledger",
    "machines",
    "network",
    "operations",
    "planning",
    "subscribers",
)
HALVED_ROOMS = ("cli", "operations", "subscribers")
SAMPLE_EVERY = 7


def pytest_configure() -> None:
    """Keep the tests' folders in memory: on a disk each commit of a ledger waits for fsync."""
    if folder := memory_folder():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))


def pytest_collectstart() -> None:
    """Look for no garbage while tests are collected: most of what is made then stays to the end."""
    gc.disable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave what is not in the sample to `make soak`."""
    tables: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.path.parent.name in SAMPLED_ROOMS and item.get_closest_marker("soak") is None:
            tables.setdefault(item.nodeid.partition("[")[0], []).append(item)
    for name, cases in tables.items():
        for number, case in enumerate(cases):
            if not _is_sampled(name, number, len(cases), case.path.parent.name):
                case.add_marker(pytest.mark.soak)


def _is_sampled(name: str, number: int, cases: int, room: str) -> bool:
    if cases == 1:
        return room not in HALVED_ROOMS or crc32(name.encode()) % 2 == 0
    step = min(SAMPLE_EVERY, cases)
    return number % step == crc32(name.encode()) % step


def pytest_collection_finish() -> None:
    """Leave thousands of tests out of every search for garbage, and search less often."""
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _statements_are_compiled_once() -> Iterator[None]:
    with compiled.shared():
        yield


@pytest.fixture(scope="session", autouse=True)
def _nothing_is_kept_in_a_person_s_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL server, started when the first test asks for it."""
    with postgres.server() as url:
        yield url


@pytest.fixture
def sqlite_ledger(tmp_path: Path) -> str:
    """The URL of a ledger that does not exist yet, on SQLite."""
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture
def postgres_ledger(postgres_url: str) -> Iterator[str]:
    """The URL of an empty database."""
    with postgres.database(postgres_url) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh ledger, on each database in turn."""
    fixture = {"sqlite": "sqlite_ledger", "postgresql": "postgres_ledger"}[request.param]
    url: str = request.getfixturevalue(fixture)
    return url
