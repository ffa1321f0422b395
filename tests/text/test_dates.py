"""Dates as an office writes them."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from syndicate.text.dates import parse
from syndicate.text.i18n import TABLES

JAKARTA = ZoneInfo("Asia/Jakarta")
MIDNIGHT = "2022-03-18T00:00:00+07:00"
AFTERNOON = "2022-03-18T16:30:00+07:00"

READ = {
    "2022-03-18": MIDNIGHT,
    "2022-03-18T16:30": AFTERNOON,
    "2022-03-18 16:30:05Z": "2022-03-18T16:30:05+00:00",
    "2022-03-18T16:30:05.25+07:00": "2022-03-18T16:30:05.250000+07:00",
    "2022-03-18T16:30-0500": "2022-03-18T16:30:00-05:00",
    "2022-03-18 WITA": "2022-03-18T00:00:00+08:00",
    "Jum'at 18 Maret 2022": MIDNIGHT,
    "Jum’at, 18 Maret 2022": MIDNIGHT,
    "jumat 18 maret 2022": MIDNIGHT,
    "  18   Maret\n2022 ": MIDNIGHT,
    "18 Maret 2022 16.30 WIB": AFTERNOON,
    "18 Maret 2022 16:30": AFTERNOON,
    "Jum'at, 18 Maret 2022, pukul 16.30 WIB": AFTERNOON,
    "18 Maret 2022 16.30 WITA": "2022-03-18T16:30:00+08:00",
    "18 Maret 2022 16.30 WIT": "2022-03-18T16:30:00+09:00",
    "18 Maret 2022 16.30 UTC": "2022-03-18T16:30:00+00:00",
    "18 Maret 2022 16.30 GMT+7": AFTERNOON,
    "18 Maret 2022 pukul 24.00": "2022-03-19T00:00:00+07:00",
    "17 Agt 2022": "2022-08-17T00:00:00+07:00",
    "10 Nopember 2022": "2022-11-10T00:00:00+07:00",
    "Ahad 20 Mar 2022": "2022-03-20T00:00:00+07:00",
    "18 March 2022 4:30": "2022-03-18T04:30:00+07:00",
    "18 March 2022 4:30 pm": AFTERNOON,
    "Friday, March 18th, 2022 at 4.30 p.m.": AFTERNOON,
    "18 March 2022 12:00 am": MIDNIGHT,
    "Fri 18-Mar-2022": MIDNIGHT,
}

REFUSED = {
    "Kamis 18 Maret 2022": "not a Kamis but a Jumat or Friday",
    "31 Februari 2022": "no 31 Februari 2022",
    "2022-13-01": "no 2022-13-01",
    "18 Brumaire 2022": "'Brumaire' is not a month",
    "Nonsday 18 March 2022": "'Nonsday' is not a day",
    "2022-03-18 25:00": "no 25.00 on a clock",
    "2022-03-18 24:30": "no 24.30 on a clock",
    "18 March 2022 16:30 pm": "16 o'clock",
    "18 March 2022 16:30 +25:00": "is not a known time zone",
    "18 March 2022 16:30 WIB+1": "is not a known time zone",
    "0022-03-18": "the year 22",
    "18 Maret": "is not a date",
    "18 Ma 2022": "'Ma' is not a month",
    "tomorrow": "'tomorrow' is not a date",
    "": "is not a date",
}


@pytest.mark.parametrize("text", READ)
def test_a_date_is_read(text: str) -> None:
    assert parse(text, JAKARTA).isoformat() == READ[text]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_date_is_refused_in_one_line_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=REFUSED[text]) as refused:
        parse(text, JAKARTA)
    message = str(refused.value)
    assert "\n" not in message
    assert "(write it like 2022-03-18" in message or "(correct one of the two)" in message


@pytest.mark.parametrize("language", TABLES)
@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_is_known_by_its_name_and_its_first_three_letters(
    language: str, month: int
) -> None:
    name = TABLES[language]["months"].split()[month - 1]
    for said in (name, name.upper(), name[:3], f"{name[:3]}."):
        assert parse(f"5 {said} 2024", JAKARTA).month == month


def test_the_zone_counts_only_where_the_text_names_none() -> None:
    new_york = ZoneInfo("America/New_York")
    assert parse("2024-07-01 12:00", new_york).isoformat() == "2024-07-01T12:00:00-04:00"
    assert parse("2024-01-01 12:00", new_york).isoformat() == "2024-01-01T12:00:00-05:00"
    assert parse("2024-07-01 12:00 WIB", new_york) == datetime(2024, 7, 1, 5, 0, tzinfo=UTC)


def test_a_wall_time_that_a_clock_change_skips_becomes_the_one_after_the_gap() -> None:
    skipped = parse("2024-03-10 02:30", ZoneInfo("America/New_York"))
    assert skipped.isoformat() == "2024-03-10T03:30:00-04:00"


def test_a_day_without_a_time_gets_the_one_that_is_asked_for() -> None:
    assert parse("8 Mei 2024", JAKARTA, time(23, 59)).isoformat() == "2024-05-08T23:59:00+07:00"
    assert parse("8 Mei 2024 07.00", JAKARTA, time(23, 59)).hour == 7


def test_a_very_long_text_is_refused_at_once_and_not_repeated_in_full() -> None:
    with pytest.raises(ValueError, match="is not a date") as refused:
        parse("a " * 50_000, JAKARTA)
    assert len(str(refused.value)) < 200
