"""A ledger knows, on each database, whether it was made in earnest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection

from support.direct_office import DirectOffice
from syndicate.errors import UsageError
from syndicate.ledger import migrations, open_ledger
from syndicate.ledger.database.sqlite_file import make
from syndicate.testing import NOON


@pytest.fixture
def opened(emptied_ledger: str) -> Callable[..., bool]:
    """Open the ledger and close it again; whether it is a rehearsal's."""

    def run(*, rehearsed: bool = False, looks: bool = True) -> bool:
        made = open_ledger(emptied_ledger, NOON, rehearsed=rehearsed, looks=looks)
        made.close()
        return made.rehearsal

    return run


def test_what_is_made_by_a_set_clock_is_a_rehearsal_s_for_ever(
    opened: Callable[..., bool],
) -> None:
    assert opened(rehearsed=True, looks=False)
    assert opened()
    assert opened(rehearsed=True, looks=False)


def test_a_real_ledger_is_only_looked_at_by_a_set_clock(opened: Callable[..., bool]) -> None:
    assert not opened()
    with pytest.raises(UsageError, match="a real ledger"):
        opened(rehearsed=True, looks=False)
    assert not opened(rehearsed=True, looks=True)
    assert not opened()


def test_a_real_ledger_that_somebody_makes_at_the_same_moment_is_none_for_rehearsals(
    opened: Callable[..., bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard: the looks of open_ledger, and its file that replaces none."""
    is_real = migrations.is_real
    meanwhile = [opened]

    def somebody_does() -> None:
        if meanwhile:
            meanwhile.pop()()

    def made(path: Path, fill: Callable[[Path], None]) -> None:
        somebody_does()
        make(path, fill)

    def looked(db: Connection) -> bool:
        found = is_real(db)
        somebody_does()
        return found

    monkeypatch.setattr("syndicate.ledger.opening.make", made)
    monkeypatch.setattr(migrations, "is_real", looked)
    with pytest.raises(UsageError, match="a real ledger"):
        opened(rehearsed=True, looks=False)


def test_in_a_rehearsal_a_channel_that_does_not_say_is_taken_for_a_real_one(
    room: DirectOffice, opened: Callable[..., bool]
) -> None:
    assert opened(rehearsed=True)
    room = room.having(wall="Wall", letters="Letters")
    room.subscribe("letters", "ann@example.org")
    report = room.publish(room.write("hello"))
    assert report.exit_code == 3
    assert room.tomorrow().digest().exit_code == 3
    assert not room.folder("wall").exists()
    assert not room.folder("letters").exists()
