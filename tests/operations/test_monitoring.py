"""Alerts of `status`, to people and to monitors, of what should have happened and has not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from support.monitors import LATER, after, alerts, checked, tick_every
from support.newsroom import EVENING, MORNING, NEXT_EVENING, REAL, Newsroom
from syndicate.loopback.botapi import Flood


def test_five_days_without_a_tick_are_told(room: Newsroom) -> None:
    room.write()
    room.subscribe("ani@example.org")
    room.publish()
    tick_every(room, 5)
    assert room.run("status", at=after(20)).code == 0
    assert "last tick was 10 minutes ago" in checked(room, at=after(20)).out
    assert "last tick was 0 minutes ago" in checked(room, at=after(5)).out  # a clock went back
    late = room.run("status", at=LATER)
    assert late.code == 3
    assert "no tick for 5 days, and one comes every 5 minutes" in late.out
    assert "harian: its digest was due 4 days ago and was not sent" in late.out
    found = room.run("status", "--json", at=LATER)
    assert alerts(found) == [("tick", "CRITICAL"), ("window", "CRITICAL")]
    assert found.json["exit_code"] == 3
    assert found.json["check"]["exit_code"] == 2
    critical = checked(room, at=LATER)
    assert "no tick for 5 days" in critical.out
    assert "overdue=2 last_tick=" in critical.out
    as_json = room.run("status", "--check", "--json", at=LATER)
    assert as_json.code == as_json.json["exit_code"] == 2
    assert as_json.json["check"]["line"] == critical.out.strip()
    room.run("tick", at=LATER)
    assert room.run("status", at=LATER).code == 0


def test_an_interval_is_what_ticks_have_and_one_alone_has_none(room: Newsroom) -> None:
    room.only("feed")
    room.run("tick", at=MORNING)
    assert room.run("status", at=after(24 * 60)).code == 0
    assert alerts(room.run("status", "--json", at=after(4 * 24 * 60))) == [("tick", "CRITICAL")]
    tick_every(room, 60)
    assert room.run("status", at=after(4 * 60)).code == 0
    assert "one comes every 1 hour" in room.run("status", at=after(6 * 60)).out


def test_an_office_that_never_ticks_is_told_only_of_what_is_overdue(room: Newsroom) -> None:
    room.write()
    room.publish("--channel", "feed")
    assert room.run("status", at=EVENING).code == 0
    assert alerts(room.run("status", "--json", at=NEXT_EVENING)) == [("window", "CRITICAL")]


def test_what_expired_and_still_stands_is_overdue(room: Newsroom) -> None:
    room.only("feed")
    room.write(expires="2026-05-04T10:00:00+07:00")
    room.publish()
    assert room.run("status", at=after(65)).code == 0
    [alert] = room.run("status", "--json", at=after(120)).json["alerts"]
    assert (alert["what"], alert["about"]) == ("expiry", room.uri())
    room.run("tick", at=after(120))
    assert room.run("status", at=after(121)).code == 0


def test_a_post_that_nothing_has_tried_again_in_its_time_is_overdue(room: Newsroom) -> None:
    room.only("telegram")
    room.write()
    room.api.faults.append(Flood(retry_after=600))
    assert room.run("publish", "kabar.md").code == 3
    assert alerts(room.run("status", "--json")) == []  # it waits, as it was asked to
    assert "1 waiting (telegram" in checked(room).out
    room.change_ledger("UPDATE channels SET next_at = '2026-01-01 00:00:00.000000'")
    room.change_ledger("UPDATE deliveries SET not_before = '2026-01-01 00:00:00.000000'")
    assert alerts(room.run("status", "--json")) == [("waiting", "CRITICAL")]


@pytest.mark.parametrize(
    ("days", "made", "looked", "told"),
    [
        (None, True, 10, False),
        (None, True, 20, True),
        (None, False, 400, False),
        (2, True, 3, True),
        (2, False, 3, True),
        (0, True, 400, False),
    ],
)
def test_a_backup_is_told_when_it_is_older_than_is_wanted(
    room: Newsroom, days: int | None, made: bool, looked: int, told: bool
) -> None:
    room.only("feed")
    if days is not None:
        path = room.folder / "config.toml"
        path.write_text(path.read_text().replace("[ledger]\n", f"[ledger]\nbackup = {days}\n"))
    room.write()
    assert room.run("publish", "kabar.md", at=REAL).code == 0
    if made:
        assert room.run("ledger", "backup", "salinan.db", at=REAL).code == 0
    now = datetime.now().astimezone() + timedelta(days=looked)
    answer = room.run("status", "--json", at=now.isoformat())
    assert alerts(answer) == ([("backup", "WARNING")] if told else [])
    assert answer.code == (3 if told else 0)
    assert (answer.json["backup"] is not None) == made


def test_a_machine_that_ticks_no_more_is_told_and_forgotten_after_a_week(room: Newsroom) -> None:
    room.only("feed")
    tick_every(room, 5)
    room.change_ledger("UPDATE ticks SET host = 'malam'")
    for minutes in (15, 20, 25, 30):
        room.run("tick", at=after(minutes))
    assert room.run("status", at=after(20)).code == 0
    found = room.run("status", "--json", at=after(31))
    assert alerts(found) == [("machine", "WARNING")]
    assert {one["host"] for one in found.json["ticks"]} >= {"malam"}
    assert checked(room, at=after(31)).code == 1
    for minutes in (10_000, 10_005, 10_100):
        room.run("tick", at=after(minutes))
    assert alerts(room.run("status", "--json", at=after(10_101))) == []


def test_a_monitor_gets_one_line_whatever_is_wrong(room: Newsroom) -> None:
    assert checked(room).code == 1  # there is no ledger yet
    room.write()
    room.publish()
    for words in (("status", "--check", "--bogus"), ("status", "--check", "a", "b")):
        answer = room.run(*words)
        assert (answer.code, len(answer.out.splitlines())) == (3, 1)
        assert answer.out.startswith("SYNDICATE UNKNOWN - ")
    assert checked(room, "-c", "nowhere.toml").code == 3
    room.ledger.write_bytes(b"no database" * 100)
    damaged = checked(room)
    assert damaged.code == 2
    assert damaged.err.count("\n") <= 1  # that it is a rehearsal
    room.ledger.unlink()
    assert "is missing" in checked(room).out
    room.ledger_url = "postgresql://nobody@127.0.0.1:9/nothing"
    room.configure()
    assert checked(room).code == 2


def test_a_doubt_is_critical_and_a_refusal_a_warning(room: Newsroom) -> None:
    room.only("telegram")
    room.write()
    room.publish()
    room.change_ledger("UPDATE deliveries SET state = 'refused', why = 'a | b'")
    refused = checked(room)
    assert refused.code == 1
    assert "a / b" in refused.out
    room.change_ledger("UPDATE deliveries SET state = 'in_doubt'")
    assert checked(room).code == 2
    assert room.run("status").code == 4


def test_a_publication_without_a_change_says_what_still_waits(room: Newsroom) -> None:
    command = room.folder / "sesudah"
    command.write_text("#!/bin/sh\nexit 7\n")
    command.chmod(0o755)
    room.only("feed", "harian")
    room.change("feed", after=[str(command)])
    room.write()
    first = room.run("publish", "kabar.md", at=REAL)
    assert first.code == 3, first.said
    again = room.run("publish", "kabar.md", at=REAL)
    assert (again.code, again.out.count("waiting")) == (3, 1), again.said
    assert "exit" in again.out or "7" in again.out
    assert room.run("publish", "kabar.md", "--json", at=REAL).json["exit_code"] == 3
    command.write_text("#!/bin/sh\nexit 0\n")
    room.let_pauses_end()
    room.run("tick", at=REAL)
    assert room.run("publish", "kabar.md", at=REAL).code == 0


def test_a_publication_without_a_change_names_other_posts_of_its_channels_that_wait(
    room: Newsroom,
) -> None:
    room.only("feed", "telegram")
    room.write("lama.md", headline="Kabar lama", body="Isi yang lain sama sekali.")
    room.publish("lama.md")
    room.write()
    room.api.faults.append(Flood(retry_after=600))
    assert room.run("publish", "kabar.md").code == 3
    unchanged = room.run("publish", "lama.md")
    assert (unchanged.code, unchanged.out.count("waiting")) == (3, 1), unchanged.said
    assert room.run("publish", "lama.md", "--channel", "feed").code == 0
    assert room.run("publish", "lama.md", "--dry-run").code == 0
