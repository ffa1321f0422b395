"""What was published before a channel was first seen goes there only when it is asked for."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from support.direct_office import DirectOffice
from syndicate.report import Report
from syndicate.testing import NOON

ANN = "ann@example.org"
WHY = "older than this channel (to send it there all the same, use --backfill)"


@pytest.fixture
def archive(room: DirectOffice) -> list[Path]:
    """Two articles that an office with one board has published."""
    before = room.having(first="Board")
    paths = [before.write("a"), before.write("b")]
    before.publish(*paths)
    return paths


@pytest.fixture
def grown(room: DirectOffice, archive: list[Path]) -> DirectOffice:
    """The same office with another board, a sheet and a list."""
    return room.having(first="Board", second="NotedBoard", sheet="Sheet", letters="Letters")


def passed(report: Report) -> list[str]:
    return sorted(line.channel for line in report.lines if line.why == WHY)


def posted(room: DirectOffice) -> list[str]:
    return sorted(text for text in room.texts("second") if text != "ribbon")


@pytest.mark.parametrize("days", [0, 1])
def test_an_archive_goes_to_collections_and_to_no_new_channel(
    grown: DirectOffice, archive: list[Path], days: int
) -> None:
    """Whatever the clock says: a rehearsal's stands still."""
    room = grown.at(NOON + timedelta(days=days))
    room.subscribe("letters", ANN)
    report = room.publish(*archive, room.write("c"))
    assert report.exit_code == 0
    assert posted(room) == ["c"]
    assert sorted(room.texts("sheet")[0].split("\n")) == ["a", "b", "c"]
    assert len(room.texts("first")) == 3
    assert passed(report) == ["letters", "letters", "second", "second"]
    room.tomorrow(3).digest()
    assert room.texts("letters") == [f"{ANN}: c"]
    assert passed(room.publish(*archive)) == ["letters", "letters", "second", "second"]
    assert posted(room) == ["c"]


def test_a_dry_run_says_it_too(grown: DirectOffice, archive: list[Path]) -> None:
    assert passed(grown.publish(*archive, dry_run=True)) == [
        "letters", "letters", "second", "second"
    ]  # fmt: skip
    assert posted(grown) == []


@pytest.mark.parametrize(
    "asked", [{"backfill": True}, {"channels": ("second", "letters")}], ids=["backfill", "named"]
)
def test_it_goes_there_when_it_is_asked_for(
    grown: DirectOffice, archive: list[Path], asked: dict[str, object]
) -> None:
    grown.subscribe("letters", ANN)
    assert passed(grown.publish(*archive, **asked)) == []
    assert posted(grown) == ["a", "b"]
    grown.tomorrow().digest()
    assert sorted(grown.texts("letters")[0].split("\n")) == [f"{ANN}: a", "b"]
    assert passed(grown.publish(*archive)) == []  # it belongs there from now on


def test_it_goes_where_the_article_names_the_channel(
    grown: DirectOffice, archive: list[Path]
) -> None:
    path = archive[0]
    path.write_text(path.read_text().replace("headline:", "channels: [second]\nheadline:"))
    grown.publish(*archive)
    assert posted(grown) == ["a"]


def test_a_correction_makes_no_new_post_there(grown: DirectOffice, archive: list[Path]) -> None:
    grown.subscribe("letters", ANN)
    report = grown.correct("a", "a, rightly")
    assert posted(grown) == []
    assert "a, rightly (it was wrong)" in grown.texts("first")
    assert passed(report) == ["letters", "second"]
    assert not [line for line in report.lines if line.action == "digest"]
    grown.withdraw(archive[0])
    grown.tomorrow().digest()
    assert (posted(grown), grown.texts("letters")) == ([], [])


def test_the_front_matter_s_date_makes_nothing_old(grown: DirectOffice) -> None:
    grown.publish()  # the new channels are seen
    path = grown.write("old")
    path.write_text(path.read_text().replace("headline:", "date: 2019-05-04\nheadline:"))
    grown.publish(path)
    assert posted(grown) == ["old"]


def test_nor_does_it_make_anything_new(room: DirectOffice) -> None:
    before = room.having(first="Board")
    path = before.write("a")
    path.write_text(path.read_text().replace("headline:", "date: 2026-08-15\nheadline:"))
    before.publish(path)
    after = room.having(first="Board", second="NotedBoard").tomorrow(2)
    assert passed(after.publish(path)) == ["second"]


def test_a_channel_is_seen_by_any_publication_not_only_by_its_own(room: DirectOffice) -> None:
    both = room.having(first="Board", second="NotedBoard")
    path = both.write("a")
    both.publish(path, channels=("first",))
    assert posted(both) == []
    assert passed(both.publish(path)) == []
    assert posted(both) == ["a"]


def test_a_renamed_channel_is_no_new_one(room: DirectOffice, archive: list[Path]) -> None:
    renamed = room.with_tables({"kabar": room.having(first="Board").walls["first"]})
    with renamed.office() as office:
        office.ledger.destinations.rename("first", "kabar")
    assert passed(renamed.publish(*archive)) == []


def test_an_older_article_is_urgent_for_no_new_list(
    grown: DirectOffice, archive: list[Path]
) -> None:
    grown.subscribe("letters", ANN)
    path = archive[0]
    path.write_text(path.read_text().replace("headline:", "urgency: 1\nheadline:"))
    grown.publish(*archive, minor=True)
    assert grown.texts("letters") == []
