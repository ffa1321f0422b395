"""Times to come as people write them; what may mean two things means none."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from syndicate.text.coming_times import coming_time, shown

JAKARTA = ZoneInfo("Asia/Jakarta")
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 5, 4, 9, 30, tzinfo=JAKARTA)  # a Monday

READ = {
    "16.00": "2026-05-04T16:00:00+07:00",
    "pukul 16:00": "2026-05-04T16:00:00+07:00",
    "hari ini 17.00": "2026-05-04T17:00:00+07:00",
    "today at 5 pm": "2026-05-04T17:00:00+07:00",
    "24.00": "2026-05-05T00:00:00+07:00",
    "besok 08.00": "2026-05-05T08:00:00+07:00",
    "Besok, pukul 8.00 WIB": "2026-05-05T08:00:00+07:00",
    "besok jam 8 pagi": "2026-05-05T08:00:00+07:00",
    "besok 4 sore": "2026-05-05T16:00:00+07:00",
    "besok 16.00 sore": "2026-05-05T16:00:00+07:00",
    "besok 12 siang": "2026-05-05T12:00:00+07:00",
    "tomorrow 8am": "2026-05-05T08:00:00+07:00",
    "lusa 07.30": "2026-05-06T07:30:00+07:00",
    "the day after tomorrow 07:30": "2026-05-06T07:30:00+07:00",
    "jumat 16:00 WIB": "2026-05-08T16:00:00+07:00",
    "Jum’at, 16.00": "2026-05-08T16:00:00+07:00",
    "hari jumat jam 16.00": "2026-05-08T16:00:00+07:00",
    "on Friday at 16:00": "2026-05-08T16:00:00+07:00",
    "jumat ini 16.00": "2026-05-08T16:00:00+07:00",
    "minggu 10.00": "2026-05-10T10:00:00+07:00",
    "besok 08.00 WIT": "2026-05-05T08:00:00+09:00",
    "jumat 16.00 UTC+8": "2026-05-08T16:00:00+08:00",
    "2 jam lagi": "2026-05-04T11:30:00+07:00",
    "in 45 minutes": "2026-05-04T10:15:00+07:00",
    "2 hari lagi 08.00": "2026-05-06T08:00:00+07:00",
    "dalam 3 hari, pukul 16.30 WIB": "2026-05-07T16:30:00+07:00",
    "in 1 day at 8 am": "2026-05-05T08:00:00+07:00",
    "besok pagi 08.00": "2026-05-05T08:00:00+07:00",
    "lusa sore pukul 4": "2026-05-06T16:00:00+07:00",
    "jumat malam, pukul 19.30": "2026-05-08T19:30:00+07:00",
    "20 Mei 08.00": "2026-05-20T08:00:00+07:00",
    "20 Mei 2026 08.00": "2026-05-20T08:00:00+07:00",
    "Rabu 20 Mei 2026 pukul 08.00 WITA": "2026-05-20T08:00:00+08:00",
    "20 May 2026 8:00 pm": "2026-05-20T20:00:00+07:00",
    "2026-05-20T08:00": "2026-05-20T08:00:00+07:00",
    "2026-05-20 08:00+09:00": "2026-05-20T08:00:00+09:00",
}
REFUSED = {
    "08.00": "'08.00' is Monday 4 May 2026 08:00 WIB, which has passed (for tomorrow: besok 08.00)",
    "2026-05-04 09:30": "which has passed",
    "2 Mei 08.00": "is Saturday 2 May 2026 08:00 WIB, which has passed",
    "besok": "names a day and no time (write besok 08.00)",
    "jumat": "names a day and no time",
    "20 Mei 2026": "names a day and no time",
    "2 hari lagi": "names a day and no time (write 2 hari lagi 08.00)",
    "besok pagi": "names a day and no time (write besok pagi 08.00)",
    "jumat sore": "names a day and no time (write jumat sore 16.00)",
    "besok 8": "may be 08.00 or another hour",
    "senin 16.00": "may be on 2026-05-04 or 2026-05-11 (write the date)",
    "jumat depan 16.00": "may be on 2026-05-08 or 2026-05-15",
    "next friday 16:00": "may be on 2026-05-08 or 2026-05-15",
    "besok 9 sore": "there is no 9 sore",
    "besok 25.00": "no 25.00 on a clock",
    "kapan 16.00": "'kapan' is not a day of the week",
    "Kamis 20 Mei 2026 08.00": "2026-05-20 is not a Kamis but a Rabu",
    "sekarang juga": "is not a date (write it like besok 08.00, kamis 16.00 WIB, 7 Mei 2026 08.00"
    " or 2026-05-07 08:00)",
    "in 100000 hours": "kamis 16.00 WIB",
    "31 April 08.00": "there is no 31 April 2026 in the calendar (write it like besok 08.00, kamis",
    "16.00 PST": "is not a date",
    "": "is not a date",
    "besok " * 20: "is not a time",
}  # fmt: skip


@pytest.mark.parametrize("text", READ)
def test_a_time_is_read_in_the_office_s_zone_unless_it_names_another(text: str) -> None:
    assert coming_time(text, JAKARTA, NOW).isoformat() == READ[text]


@pytest.mark.parametrize("text", REFUSED)
def test_what_has_passed_or_may_mean_two_things_is_refused_with_what_was_understood(
    text: str,
) -> None:
    with pytest.raises(ValueError, match=re.escape(REFUSED[text])):
        coming_time(text, JAKARTA, NOW)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("25 Oct 2026 02:30", "02:30 comes twice on 2026-10-25: clocks change (02:30+0200 or"),
        ("besok 02:30", "02:30 comes twice"),
        ("28 March 2027 02:30", "there is no 02:30 on 2027-03-28"),
    ],
)
def test_a_time_at_which_clocks_change_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        coming_time(text, BERLIN, datetime(2026, 10, 24, 9, tzinfo=BERLIN))


def test_days_of_another_zone_that_has_begun_the_next_one_are_refused() -> None:
    late = datetime(2026, 5, 4, 22, 30, tzinfo=JAKARTA)
    with pytest.raises(ValueError, match="another day there already"):
        coming_time("besok 08.00 WIT", JAKARTA, late)


def test_a_moment_is_shown_with_its_day() -> None:
    assert shown(NOW, JAKARTA) == "Monday 4 May 2026 09:30 WIB"
