"""The ledger's clock is the database's, however wrong its machine's own is or becomes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from syndicate.errors import LedgerError
from syndicate.ledger import open_ledger
from syndicate.ledger.database.clock import _surely_ahead

MINUTE = timedelta(minutes=1)
CLOSE = timedelta(seconds=15)  # on a machine that does much else

OFF = {  # a machine's clock, and what is said of it
    timedelta(0): "",
    0.8 * MINUTE: "",
    -0.8 * MINUTE: "",
    1.5 * MINUTE: "90 seconds ahead of",
    -3 * MINUTE: "3 minutes behind",
    -9.6 * MINUTE: "10 minutes behind",
}
FAR_OFF = {
    10.5 * MINUTE: "10 minutes ahead of",
    -7 * 60 * MINUTE: "7 hours behind",
    timedelta(days=400): "400 days ahead of",
    -timedelta(days=9000): "9000 days behind",
}


@contextmanager
def machine(off: timedelta) -> Iterator[datetime]:
    """Set this machine's clock; gives the true time."""
    true = datetime.now(UTC)
    with time_machine.travel(true + off, tick=True):
        yield true


def test_a_machine_learns_how_far_its_clock_is_off(postgres_ledger: str) -> None:
    for off, words in {timedelta(0): "", **OFF, **FAR_OFF}.items():
        with machine(off) as true, closing(open_ledger(postgres_ledger)) as ledger:
            assert abs(ledger.clock() - true) < CLOSE
            assert abs(ledger.created - datetime.now(UTC) + off) < 2 * MINUTE
            assert abs(ledger.clock.off - off) < CLOSE
            assert ledger.clock.is_far_off == (off in FAR_OFF)
            expected = f"this machine's clock is {words} the database's" if words else ""
            assert ledger.clock.remark.startswith(expected)
            assert bool(ledger.clock.remark) == bool(words)


def test_a_machine_whose_clock_is_far_off_makes_no_ledger(postgres_ledger: str) -> None:
    for off, words in FAR_OFF.items():
        with machine(off), pytest.raises(LedgerError, match=f"{words} the database's: nothing was"):
            open_ledger(postgres_ledger)


def test_a_clock_that_is_set_while_a_command_runs_changes_nothing(postgres_ledger: str) -> None:
    with closing(open_ledger(postgres_ledger)) as ledger:
        with machine(timedelta(days=3)) as true:
            assert abs(ledger.clock() - true) < CLOSE
            with ledger.planning():
                assert abs(ledger.clock() - true) < CLOSE
        before = ledger.clock()
        assert before <= ledger.clock()


def test_who_plans_later_is_later_by_the_clock(postgres_ledger: str) -> None:
    """By however little: the clock that is carried on never shows more than the database's."""
    with closing(open_ledger(postgres_ledger)) as one, closing(open_ledger(postgres_ledger)) as two:
        moments = []
        for number in range(20):
            ledger = (one, two)[number % 2]
            with ledger.planning():
                moments += [ledger.clock(), ledger.clock()]
        assert moments == sorted(moments)


def test_on_sqlite_the_machines_clock_goes(sqlite_ledger: str) -> None:
    for off in FAR_OFF:
        with machine(off), closing(open_ledger(sqlite_ledger)) as ledger:
            with ledger.planning():
                assert abs(ledger.clock() - datetime.now(UTC)) < CLOSE
            assert ledger.clock.remark == ""


ROOT = Path(__file__).resolve().parents[2]
WALL = re.compile(r"datetime\.(now|utcnow|today)|date\.today|\btime\.time(_ns)?\(|localtime|gmtime")
ITS_READERS = {
    "syndicate/ledger/database/clock.py": 2,  # SQLite's, and to see how far a machine is off
    "syndicate/ledger/database/engine.py": 1,  # SQLite's
    "syndicate/system/answer_cache.py": 1,  # SQLite's: for no other ledger an answer is given again
    "syndicate/cli/answer_caching.py": 1,  # likewise
    "syndicate/loopback/botapi/content.py": 1,  # a server has a clock of its own
    "channels/syndicate_telegram/__init__.py": 2,  # where a delivery says no moment
}


def test_nobody_else_reads_a_machines_own_clock() -> None:
    paths = [*ROOT.glob("syndicate/**/*.py"), *ROOT.glob("channels/**/*.py")]
    found = {f"{one.relative_to(ROOT)}": len(WALL.findall(one.read_text())) for one in paths}
    assert {name: count for name, count in found.items() if count} == ITS_READERS


@pytest.mark.parametrize(
    ("difference", "seconds", "sure"),
    [(0.0, 3.0, 0.0), (2.0, 3.0, 0.0), (70.0, 3.0, 67.0), (-5.0, 3.0, -5.0), (-5.0, 0.0, -5.0)],
)
def test_what_the_answer_took_is_not_held_against_a_clock(
    difference: float, seconds: float, sure: float
) -> None:
    """The database's clock was read at some moment between the question and the answer."""
    found = _surely_ahead(timedelta(seconds=difference), seconds)
    assert found == timedelta(seconds=sure)
