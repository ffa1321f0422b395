"""The databases that the tests are given."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from support import postgres


def tables(url: str) -> list[str]:
    engine = create_engine(url)
    try:
        return inspect(engine).get_table_names()
    finally:
        engine.dispose()


def ask(url: str, statement: str) -> None:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_gets_an_empty_ledger(ledger_url: str, turn: int) -> None:
    assert tables(ledger_url) == []
    ask(ledger_url, "CREATE TABLE article (id INTEGER)")
    assert tables(ledger_url) == ["article"]


LEAVING_CHILD = """
import os, sys
from support import postgres
with postgres.server() as url:
    if not os.fork():
        sys.exit()  # through every `finally` and all that is registered at exit
    os.wait()
    postgres.ask(url, "SELECT 1")
    print("still there")
"""


def test_a_forked_child_leaves_the_server_alone() -> None:
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-c", LEAVING_CHILD],
        env=environment | {"PYTHONPATH": str(Path(postgres.__file__).parents[1])},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "still there\n", done.stderr


def test_a_dropped_database_is_gone_even_while_it_is_in_use(postgres_url: str) -> None:
    with postgres.database(postgres_url) as url:
        engine = create_engine(url)
        connection = engine.connect()
    with pytest.raises(Exception, match="does not exist"):
        tables(url)
    connection.invalidate()
    engine.dispose()


def test_a_server_named_by_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://ann:secret@db.example.org/x")
    with postgres.server() as url:
        assert url == "postgresql+psycopg://ann:secret@db.example.org/x"
