"""The words the tool says itself."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from syndicate.words import TABLES, correction_line, day, moment, words

WHEN = datetime(2022, 3, 18, 9, 30, tzinfo=UTC)


def test_every_language_has_every_word_and_twelve_months() -> None:
    for table in TABLES.values():
        assert table.keys() == TABLES["en"].keys()
        assert all(table.values())
        assert len(table["months"].split()) == 12


@pytest.mark.parametrize(
    ("tag", "said"), [("id", "RALAT"), ("id-ID", "RALAT"), ("ID", "RALAT"), ("xx", "CORRECTION")]
)
def test_a_language_is_found_by_its_tag_and_english_stands_in(tag: str, said: str) -> None:
    assert words(tag)["correction"] == said


@pytest.mark.parametrize(("tag", "said"), [("id", "1 Mei 2024"), ("en-GB", "1 May 2024")])
def test_a_day_is_written_in_its_language(tag: str, said: str) -> None:
    assert day(date(2024, 5, 1), tag) == said


@pytest.mark.parametrize(
    ("zone", "tag", "said"),
    [
        ("Asia/Jakarta", "id", "18 Maret 2022 16.30 WIB"),
        ("Asia/Makassar", "id", "18 Maret 2022 17.30 WITA"),
        ("Asia/Jayapura", "id", "18 Maret 2022 18.30 WIT"),
        ("Asia/Jakarta", "en", "18 March 2022 16:30 WIB"),
        ("UTC", "en", "18 March 2022 09:30 UTC"),
    ],
)
def test_a_moment_is_written_in_its_zone(zone: str, tag: str, said: str) -> None:
    assert moment(WHEN, ZoneInfo(zone), tag) == said


def test_a_correction_says_its_time_and_its_note() -> None:
    line = correction_line(WHEN, "tahunnya salah", ZoneInfo("Asia/Jakarta"), "id")
    assert line == "RALAT (18 Maret 2022 16.30 WIB): tahunnya salah"
