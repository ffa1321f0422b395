"""When a digest is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from syndicate.schedule import Schedule

JAKARTA = ZoneInfo("Asia/Jakarta")
BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = JAKARTA) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("daily 17:00", "daily 17:00"),
        (" Daily  7.05 ", "daily 07:05"),
        ("weekly fri 16:00", "weekly fri 16:00"),
        ("weekly Friday 16:00", "weekly fri 16:00"),
        ("monthly 31 08:00", "monthly 31 08:00"),
    ],
)
def test_a_schedule_is_read_and_written(text: str, said: str) -> None:
    assert str(Schedule.parse(text)) == said
    assert Schedule.parse(said) == Schedule.parse(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("daily", "is not like 'daily 17:00'"),
        ("hourly 1:00", "is not like"),
        ("daily 24:00", "no 24:00 on a clock"),
        ("daily 10:61", "no 10:61 on a clock"),
        ("weekly xyz 10:00", "no day of the week: mon, tue"),
        ("weekly frost 10:00", "no day of the week"),
        ("weekly fr 10:00", "no day of the week"),
        ("monthly 0 10:00", "no day of a month"),
        ("monthly 32 10:00", "no day of a month"),
    ],
)
def test_what_is_no_schedule_is_refused_with_a_reason(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Schedule.parse(text)


@pytest.mark.parametrize(
    ("text", "now", "latest", "after"),
    [
        ("daily 17:00", "2024-05-02T16:59", "2024-05-01T17:00", "2024-05-02T17:00"),
        ("daily 17:00", "2024-05-02T17:00", "2024-05-02T17:00", "2024-05-03T17:00"),
        ("weekly thu 09:00", "2024-05-02T08:00", "2024-04-25T09:00", "2024-05-02T09:00"),
        ("weekly fri 16:00", "2024-05-02T08:00", "2024-04-26T16:00", "2024-05-03T16:00"),
        ("monthly 31 08:00", "2024-02-10T00:00", "2024-01-31T08:00", "2024-02-29T08:00"),
        ("monthly 1 08:00", "2024-01-01T07:59", "2023-12-01T08:00", "2024-01-01T08:00"),
    ],
)
def test_the_latest_moment_is_not_after_now_and_the_next_one_is(
    text: str, now: str, latest: str, after: str
) -> None:
    schedule = Schedule.parse(text)
    assert schedule.latest(at(now), JAKARTA) == at(latest)
    assert schedule.next(at(now), JAKARTA) == at(after)


def test_moments_between_leave_out_the_first_end_and_hold_the_second() -> None:
    daily = Schedule.parse("daily 17:00")
    found = list(daily.between(at("2024-05-01T17:00"), at("2024-05-03T17:00"), JAKARTA))
    assert found == [at("2024-05-02T17:00"), at("2024-05-03T17:00")]


@pytest.mark.parametrize(
    ("now", "moment"),
    [
        ("2024-03-31T00:00+00:00", "2024-03-31T03:30+02:00"),  # 02:30 is skipped
        ("2024-10-27T00:00+00:00", "2024-10-27T02:30+02:00"),  # 02:30 comes twice
    ],
)
def test_a_clock_change_moves_a_moment_and_loses_none(now: str, moment: str) -> None:
    nightly = Schedule.parse("daily 02:30")
    start = datetime.fromisoformat(now)
    assert nightly.next(start, BERLIN).isoformat() == f"{moment[:16]}:00{moment[16:]}"
    assert len(list(nightly.between(start, start + timedelta(days=3), BERLIN))) == 3


def test_the_zone_of_now_does_not_matter() -> None:
    now = at("2024-05-02T16:59").astimezone(UTC)
    assert Schedule.parse("daily 17:00").next(now, JAKARTA) == at("2024-05-02T17:00")


def test_in_the_hour_that_comes_twice_a_moment_comes_once() -> None:
    nightly = Schedule.parse("daily 02:30")
    second_time = datetime(2024, 10, 27, 2, 15, tzinfo=BERLIN, fold=1)
    assert nightly.latest(second_time, BERLIN).isoformat() == "2024-10-27T02:30:00+02:00"
    assert nightly.next(second_time, BERLIN).isoformat() == "2024-10-28T02:30:00+01:00"
