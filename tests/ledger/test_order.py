"""Readers tell the order of articles by their dates, also after large commands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from syndicate.ledger import open_ledger
from syndicate.ledger.catalogue import Catalogue
from syndicate.ledger.schema import articles
from syndicate.testing import HELLO, NOON

MANY = 100


def record(
    catalogue: Catalogue, names: Sequence[str], at: datetime, *, kind: str = "original",
    dates: Sequence[datetime] = (),
) -> None:  # fmt: skip
    for place, name in enumerate(names):
        catalogue.revisions.record(
            replace(HELLO, uri=name), kind=kind, note="", source="", path=f"{name}.md", at=at,
            published=dates[place] if dates else None, after=place, before=len(names) - 1 - place,
        )  # fmt: skip


def names_of(prefix: str) -> list[str]:
    return [f"{prefix}{number}" for number in range(MANY)]


def by_date(catalogue: Catalogue, column: str) -> list[str]:
    """The articles by a date; no two of them share its second."""
    found = catalogue.db.execute(select(articles.c.uri, articles.c[column])).all()
    assert len({row[1].replace(microsecond=0) for row in found}) == len(found)
    return [row[0] for row in sorted(found, key=lambda row: row[1])]


def test_large_commands_soon_after_each_other_keep_their_order(ledger_url: str) -> None:
    ledger = open_ledger(ledger_url, NOON)
    with ledger.planning() as catalogue:
        commands = [names_of("z"), names_of("y"), ["x"]]
        for number, names in enumerate(commands):
            record(catalogue, names, NOON + timedelta(seconds=5 * number))
        for column in ("published_at", "updated_at"):
            assert by_date(catalogue, column) == [name for names in commands for name in names]
    ledger.close()


def test_an_archive_that_is_corrected_twice_keeps_the_order_of_the_commands(
    ledger_url: str,
) -> None:
    ledger = open_ledger(ledger_url, NOON)
    with ledger.planning() as catalogue:
        names = names_of("z")
        dates = [NOON - timedelta(days=number) for number in range(1, MANY + 1)]
        record(catalogue, names, NOON, dates=dates)
        record(catalogue, names, NOON + timedelta(seconds=5), kind="correction")
        later = sorted(names)
        record(catalogue, later, NOON + timedelta(seconds=10), kind="correction")
        record(catalogue, ["x"], NOON + timedelta(seconds=15))
        assert by_date(catalogue, "updated_at") == [*later, "x"]
    ledger.close()


def test_what_is_dated_ahead_moves_nothing_that_has_no_date(ledger_url: str) -> None:
    ledger = open_ledger(ledger_url, NOON)
    with ledger.planning() as catalogue:
        record(catalogue, ["ahead"], NOON, dates=[NOON + timedelta(minutes=30)])
        record(catalogue, ["ahead"], NOON + timedelta(seconds=1), kind="correction")
        record(catalogue, ["now"], NOON + timedelta(seconds=2))
        assert by_date(catalogue, "updated_at") == ["now", "ahead"]
        newest = select(articles.c.updated_at).where(articles.c.uri == "now")
        assert catalogue.db.scalar(newest) == NOON + timedelta(seconds=2)
    ledger.close()


def test_a_clock_that_ran_fast_for_long_dates_nothing_ahead_afterwards(ledger_url: str) -> None:
    ledger = open_ledger(ledger_url, NOON)
    with ledger.planning() as catalogue:
        record(catalogue, ["fast"], NOON + timedelta(days=300))
        record(catalogue, ["now"], NOON)
        newest = select(articles.c.updated_at).where(articles.c.uri == "now")
        assert catalogue.db.scalar(newest) == NOON
    ledger.close()
