"""The words the tool says itself."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from syndicate.model.article import PDF, Media
from syndicate.text import i18n, people_words
from syndicate.text.i18n import (
    TABLES,
    correction_line,
    day,
    document_line,
    file_size,
    moment,
    words_for,
)
from syndicate.text.preview_words import preview_words

WHEN = datetime(2022, 3, 18, 9, 30, tzinfo=UTC)


def test_every_language_has_every_word_and_twelve_months() -> None:
    for table in TABLES.values():
        assert table.keys() == TABLES["en"].keys()
        assert all(table.values())
        assert len(table["months"].split()) == 12


def test_every_word_of_a_preview_is_there_in_every_language() -> None:
    english, indonesian = preview_words("en"), preview_words("id")
    assert english.keys() == indonesian.keys()
    fields = re.compile(r"\{(\w+)\}")
    for name, text in english.items():
        assert fields.findall(text) == fields.findall(indonesian[name])


@pytest.mark.parametrize(
    ("tag", "said"), [("id", "RALAT"), ("id-ID", "RALAT"), ("ID", "RALAT"), ("xx", "CORRECTION")]
)
def test_a_language_is_found_by_its_tag_and_english_stands_in(tag: str, said: str) -> None:
    assert words_for(tag)["correction"] == said


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


SIZES = [
    (1, "1 kB", "1 kB"),
    (1499, "1 kB", "1 kB"),
    (120_400, "120 kB", "120 kB"),
    (999_499, "999 kB", "999 kB"),
    (999_500, "1.0 MB", "1,0 MB"),
    (12_340_000, "12.3 MB", "12,3 MB"),
]


@pytest.mark.parametrize(("count", "in_english", "in_indonesian"), SIZES)
def test_a_size_is_said_as_people_say_it(count: int, in_english: str, in_indonesian: str) -> None:
    assert (file_size(count, "en"), file_size(count, "id-ID")) == (in_english, in_indonesian)


LINES = [
    (Media(caption="Formulir"), "Formulir (PDF)"),
    (Media(caption="Formulir", size=1_250_000), "Formulir (PDF, 1,2 MB)"),
    (Media(caption="Formulir", creator="KPU", size=120_000), "Formulir – KPU (PDF, 120 kB)"),
    (Media(url="https://a.example/a%20%20b.pdf", media_type=PDF), "a b.pdf (PDF)"),
]


@pytest.mark.parametrize(("document", "line"), LINES, ids=[line for _, line in LINES])
def test_a_link_to_a_document_says_what_it_is_and_how_large(document: Media, line: str) -> None:
    assert document_line(document, "id") == line


def test_no_word_is_there_twice_with_different_texts() -> None:
    source = Path(i18n.__file__).read_text(encoding="utf-8")
    for own in (people_words.PEOPLE_ENGLISH, people_words.PEOPLE_INDONESIAN):
        assert [name for name in own if f'\n    "{name}":' in source] == []
