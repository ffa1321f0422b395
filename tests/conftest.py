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

# folders whose tests each run a whole command or more
COSTLY = (
    "cli", "config", "delivery", "hostile", "intake", "ledger", "machines", "network",
    "operations", "planning", "subscribers",
)  # fmt: skip
EVERY = 7  # of so many cases of a table, one is for `make test`; of two, one
# each of them runs several commands: every other one is for `make test`
HALVED = ("tests/cli/", "tests/config/", "tests/operations/", "tests/subscribers/")


def pytest_configure() -> None:
    """Keep the tests' folders in memory: on a disk each commit of a ledger waits for fsync."""
    if folder := memory_folder():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave most cases of the large and costly tables to `make soak`."""
    tables: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.path.parent.name in COSTLY and item.get_closest_marker("soak") is None:
            tables.setdefault(item.nodeid.partition("[")[0], []).append(item)
    for name, cases in tables.items():
        if len(cases) == 1 and name.startswith(HALVED) and crc32(name.encode()) % 2:
            cases[0].add_marker(pytest.mark.soak)
            continue
        step = min(EVERY, len(cases))
        first = crc32(name.encode()) % step  # of two databases, now one and now the other
        for number, case in enumerate(cases):
            if number % step != first:
                case.add_marker(pytest.mark.soak)


def pytest_collection_finish() -> None:
    """Leave thousands of tests out of every search for garbage, and search less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


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
