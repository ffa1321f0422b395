"""Why a date is not understood is said truly, and what is advised works as it stands."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from syndicate.text.dates import parse

JAKARTA = ZoneInfo("Asia/Jakarta")


def refusal(text: str) -> str:
    with pytest.raises(ValueError, match=r"\S") as refused:
        parse(text, JAKARTA)
    message = str(refused.value)
    assert message.isprintable()
    return message


def follow(message: str, advised: str) -> str:
    """Write what is advised, literally; the moment that it is read as."""
    assert advised in message
    return parse(advised, JAKARTA).isoformat()


# what is typed: why it is refused, what is advised, how that is read
ONE_WAY = {
    "2016/03/10": ("the day with hyphens", "2016-03-10", "2016-03-10T00:00:00+07:00"),
    "2016.3.1 09:00": ("the day with hyphens", "2016-03-01 09:00", "2016-03-01T09:00:00+07:00"),
    "Kamis, 2016/3/10 jam 9.00 WITA": (
        "the day with hyphens", "Kamis, 2016-03-10 jam 9.00 WITA", "2016-03-10T09:00:00+08:00",
    ),
    "31-12-2016": ("the year first", "2016-12-31", "2016-12-31T00:00:00+07:00"),
    "31/12/2016 09.00 WIB": ("the year first", "2016-12-31 09.00 WIB", "2016-12-31T09:00:00+07:00"),
    "18/03/2022": ("the year first", "2022-03-18", "2022-03-18T00:00:00+07:00"),
    "12/31/2016": ("the year first", "2016-12-31", "2016-12-31T00:00:00+07:00"),
    "10.10.2016": ("the year first", "2016-10-10", "2016-10-10T00:00:00+07:00"),
    "Kamis, 10/03/2016": ("the year first", "Kamis, 2016-03-10", "2016-03-10T00:00:00+07:00"),
    "31-12-99": ("the year first", "1999-12-31", "1999-12-31T00:00:00+07:00"),
    "2016-03-10 09:00 (WIB)": ("brackets", "2016-03-10 09:00 WIB", "2016-03-10T09:00:00+07:00"),
    "18 Maret 2022 16.30 WIB (UTC+7)": (
        "brackets", "18 Maret 2022 16.30 WIB", "2022-03-18T16:30:00+07:00",
    ),
    "Thu, 10 Mar 2016 09:00:00 +0700 (WIB)": (
        "brackets", "Thu, 10 Mar 2016 09:00:00 +0700", "2016-03-10T09:00:00+07:00",
    ),
    "2016-03-10 09:00 (GMT+8)": ("brackets", "2016-03-10 09:00 GMT+8", "2016-03-10T09:00:00+08:00"),
    "2016-03-10T09:00+07:00[Asia/Jakarta]": (
        "'[Asia/Jakarta]' is in brackets", "2016-03-10T09:00 +07:00",
        "2016-03-10T09:00:00+07:00",
    ),
    "2016-03-10T09:00:00[Asia/Makassar]": (
        "'Asia/Makassar'", "2016-03-10T09:00:00 +08:00", "2016-03-10T09:00:00+08:00",
    ),
    "2016-03-10 9am": ("no minutes", "2016-03-10 9:00 am", "2016-03-10T09:00:00+07:00"),
    "10 Maret 2016 pukul 9": (
        "no minutes", "10 Maret 2016 pukul 9:00", "2016-03-10T09:00:00+07:00",
    ),
    "10 Maret 2016 pukul 9 WIT": (
        "no minutes", "10 Maret 2016 pukul 9:00 WIT", "2016-03-10T09:00:00+09:00",
    ),
    "2016-03-10 9am EST": ("'EST'", "2016-03-10 9:00 am -05:00", "2016-03-10T09:00:00-05:00"),
    "10 Maret 2016 pukul 7.30 malam WIB": (
        "'malam'", "10 Maret 2016 pukul 19.30 WIB", "2016-03-10T19:30:00+07:00",
    ),
    "10 Maret 2016 jam 9 pagi": ("'pagi'", "10 Maret 2016 jam 9.00", "2016-03-10T09:00:00+07:00"),
    "10 Maret 2016 jam 3 sore": ("'sore'", "10 Maret 2016 jam 15.00", "2016-03-10T15:00:00+07:00"),
    "2016-03-10 09:00 est": (
        "'est' is not a known time zone", "2016-03-10 09:00 -05:00", "2016-03-10T09:00:00-05:00",
    ),
    "2016-03-10 09:00:00 EST": (
        "New York", "2016-03-10 09:00:00 -05:00", "2016-03-10T09:00:00-05:00",
    ),
    "Thu, 10 Mar 2016 09:00:00 PDT": (
        "Los Angeles", "Thu, 10 Mar 2016 09:00:00 -07:00", "2016-03-10T09:00:00-07:00",
    ),
    "2016-03-10 09:00 CST": ("Chicago", "2016-03-10 09:00 -06:00", "2016-03-10T09:00:00-06:00"),
    "2016-03-10 09:00 IST": ("India", "2016-03-10 09:00 +05:30", "2016-03-10T09:00:00+05:30"),
    "2016-03-10 09:00 Etc/GMT-7": (
        "'Etc/GMT-7'", "2016-03-10 09:00 +07:00", "2016-03-10T09:00:00+07:00",
    ),
    "2016-03-10 09:00 Asia/Jakarta": (
        "'Asia/Jakarta'", "2016-03-10 09:00 +07:00", "2016-03-10T09:00:00+07:00",
    ),
    "2016-07-10 09:00 (europe/berlin)": (
        "'europe/berlin'", "2016-07-10 09:00 +02:00", "2016-07-10T09:00:00+02:00",
    ),
    "2016-01-10 09:00 Europe/Berlin": (
        "'Europe/Berlin'", "2016-01-10 09:00 +01:00", "2016-01-10T09:00:00+01:00",
    ),
    "2016-03-10 09:00 America/Argentina/Buenos_Aires": (
        "'America/Argentina/Buenos_Aires'", "2016-03-10 09:00 -03:00", "2016-03-10T09:00:00-03:00",
    ),
    "2016/03/10 9am PST": ("'PST'", "2016-03-10 9:00 am -08:00", "2016-03-10T09:00:00-08:00"),
    "2016-03-10 EST": ("'EST'", "2016-03-10 -05:00", "2016-03-10T00:00:00-05:00"),
    "2016-03-10 09:00 XYZT": (
        "hours from UTC", "2016-03-10 09:00 +07:00", "2016-03-10T09:00:00+07:00",
    ),
}  # fmt: skip


@pytest.mark.parametrize("typed", ONE_WAY)
def test_what_is_advised_is_read_as_it_was_meant(typed: str) -> None:
    why, advised, moment = ONE_WAY[typed]
    message = refusal(typed)
    assert why in message
    assert f"{advised}'" not in message  # it is more than what was typed
    assert follow(message, advised) == moment
    assert "leaves open" not in message


SEVERAL_WAYS = {
    "10/03/2016": ("the month", ("2016-03-10", "2016-10-03")),
    "10-03-2016 09:00": ("the month", ("2016-03-10 09:00", "2016-10-03 09:00")),
    "18.03.22": ("the year", ("2022-03-18", "2018-03-22")),
    "10/03/22 EST": ("the month", ("2022-03-10 -05:00", "2022-10-03 -05:00", "2010-03-22 -05:00")),
}


@pytest.mark.parametrize("typed", SEVERAL_WAYS)
def test_what_can_be_read_in_several_ways_is_said_to_be_and_each_is_named(typed: str) -> None:
    what, ways = SEVERAL_WAYS[typed]
    message = refusal(typed)
    assert f"leaves open which number is {what}" in message
    read = {follow(message, way) for way in ways}
    assert len(read) == len(ways)


# no repair gives a date: what is said is true, and its examples work
NO_WAY = {
    "2016/13/45": "there is no 2016/13/45 in the calendar",
    "2016/02/30": "there is no 2016/02/30 in the calendar",
    "32/13/2016": "there is no 32/13/2016 in the calendar",
    "2016/03/10 25:00": "there is no 25.00 on a clock",
    "2016-03-10 24:00:01": "there is no 24.00.01 on a clock",
    "2016-03-10 09:00:60": "there is no 09.00.60 on a clock",
    "2016-03-10 09:00 WIB+1": "WIB+1 is not a known time zone",
    "2016-02-30 EST": "there is no 2016-02-30 in the calendar",
    "Jumat, 2016/03/10": "2016-03-10 is not a Jumat but a Kamis or Thursday",
    "2016-03-10 13am": "there is no 13 o'clock before or after noon",
    "1/2/3/4": "is not a date",
    "18 Maret 2022 besok": "is not a date",
    "10 Maret 2016 jam 12 malam": "is not a date",
    "123-4-5": "is not a date",
}


@pytest.mark.parametrize("typed", NO_WAY)
def test_what_cannot_be_repaired_is_told_with_examples_that_work(typed: str) -> None:
    message = refusal(typed)
    assert NO_WAY[typed] in message
    assert "leaves open" not in message
    if "correct one of the two" not in message:
        first, second = re.findall(r"write it like (.+) or (.+)\)", message)[0]
        assert (
            parse(first, JAKARTA)
            == parse(second, JAKARTA)
            == datetime(2022, 3, 18, 16, 30, tzinfo=JAKARTA)
        )


def test_an_offset_may_stand_apart_from_its_utc() -> None:
    for typed in ("2016-03-10 09:00 GMT +7", "2016-03-10 09:00 +07.00"):
        assert parse(typed, JAKARTA) == parse("2016-03-10 09:00", JAKARTA)


def test_a_long_text_is_not_repaired_and_costs_nothing() -> None:
    assert "is not a date" in refusal("10/03/2016 " + "9 " * 50_000)
