"""When a digest is due, and what runs `tick` by itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from support.newsroom import EVENING, MORNING, Newsroom, newsroom
from syndicate.config.services import Job, crontab, systemd
from syndicate.errors import ConfigError
from syndicate.model.schedule import Schedule

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
        ("weekly xyz 10:00", "not a day of the week: mon, tue"),
        ("weekly frost 10:00", "not a day of the week"),
        ("weekly fr 10:00", "not a day of the week"),
        ("monthly 0 10:00", "not a day of a month"),
        ("monthly 32 10:00", "not a day of a month"),
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


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    """An office in a folder whose name no program likes."""
    with newsroom(tmp_path / "kantor 50% $HOME") as opened:
        yield opened


def units(printed: str) -> dict[str, list[str]]:
    """By name, the lines of each file that is printed."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in printed.splitlines():
        if line.startswith("# /etc/systemd/system/"):
            name = line.rpartition("/")[2]
        found.setdefault(name, []).append(line)
    return found


def test_systemd_gets_a_service_that_is_nobody_s_but_the_owner_s(room: Newsroom) -> None:
    room.write()
    room.publish()
    room.change("harian", smtp="maildir:surat keluar")
    printed = room.run("schedule", "systemd").out
    service, timer = units(printed)["syndicate.service"], units(printed)["syndicate.timer"]
    assert "User=root" in service
    assert {"UMask=0022", "NoNewPrivileges=yes", "ProtectSystem=strict"} <= set(service)
    folder = str(room.folder).replace("%", "%%")
    assert f'ReadWritePaths="{folder}"' in service  # and nothing that lies in it
    assert len([line for line in service if line.startswith("ReadWritePaths=")]) == 1
    [command] = [line for line in service if line.startswith("ExecStart=")]
    assert command.endswith(f'--config "{folder.replace("$", "$$")}/config.toml" tick')
    assert "OnCalendar=*:0/5" in timer
    assert "# systemctl enable --now syndicate.timer" in timer


def test_what_lies_elsewhere_can_be_written_and_a_command_may_do_more(
    room: Newsroom, tmp_path: Path
) -> None:
    room.change("feed", directory=str(tmp_path / "www" / "feed"))
    printed = room.run("schedule", "systemd").out
    assert f"ReadWritePaths={tmp_path}" in printed.splitlines()  # what there is of it
    room.change("feed", after=["rsync", "-a"])
    printed = room.run("schedule", "systemd").out
    assert "ProtectSystem=full" in printed
    assert "ReadWritePaths" not in printed


def test_the_owner_of_the_configuration_runs_it_with_or_without_a_name(room: Newsroom) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    for number, name in ((65534, "User=nobody"), (54321, "User=54321")):
        os.chown(room.folder / "config.toml", number, number)
        assert name in room.run("schedule", "systemd").out.splitlines()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_itself_takes_the_units(room: Newsroom, tmp_path: Path) -> None:
    program = tmp_path / "50% $HOME; lain" / "syndicate"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    job = Job(
        program=program, config=room.folder / "config.toml", user="root", email="",
        writes=(room.folder, Path("/srv/a\\b")),
    )  # fmt: skip
    for name, lines in units(systemd(job)).items():
        (tmp_path / name).write_text("\n".join(lines))
    done = subprocess.run(
        ["systemd-analyze", "verify", tmp_path / "syndicate.service", tmp_path / "syndicate.timer"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    ours = [line for line in done.stderr.splitlines() if "syndicate." in line]
    assert ours == [], done.stderr


def cron_command(printed: str) -> str:
    """What cron hands to the shell: a % that is not escaped would end it."""
    command = printed.splitlines()[-1].split(maxsplit=5)[5]
    assert "%" not in command.replace("\\%", "")
    return command.replace("\\%", "%")


def test_cron_gets_a_line_that_is_quiet_when_nothing_is_due(room: Newsroom) -> None:
    program = Path(sys.executable).with_name("syndicate")
    if not program.exists():
        pytest.skip("the command is not installed beside this Python")
    config = room.folder / "config.toml"
    job = Job(program=program, config=config, user="humas", email="x@example.org", writes=())
    printed = crontab(job)
    assert printed.splitlines()[:2] == [
        "# in the crontab of humas (crontab -e)", "MAILTO=x@example.org"
    ]  # fmt: skip
    assert printed.splitlines()[2].startswith("*/5 * * * * ")
    room.write()
    room.publish()
    room.subscribe("ani@example.org")
    environment = room.environ(MORNING)

    def cron(at: str) -> str:
        done = subprocess.run(
            ["/bin/sh", "-c", cron_command(printed)], cwd="/", capture_output=True, text=True,
            env=environment | {"SYNDICATE_NOW": at}, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        lines = done.stdout.splitlines(keepends=True)
        return "".join(line for line in lines if not line.startswith("rehearsal: "))

    log = room.folder / "syndicate.log"
    assert cron(MORNING) == ""
    assert "1 sent" in cron(EVENING)
    assert log.stat().st_mode & 0o077 == 0
    assert "1 sent" in log.read_text()
    assert cron(EVENING) == ""


def test_an_address_writes_nothing_but_itself_into_a_crontab(room: Newsroom) -> None:
    job = Job(
        program=Path("/usr/bin/syndicate"), config=room.folder / "config.toml", user="humas",
        email="x@example.org\n* * * * * true", writes=(),
    )  # fmt: skip
    lines = crontab(job).splitlines()
    assert (len(lines), lines[1][0]) == (3, "#")


def test_a_name_that_no_crontab_can_hold_is_refused(room: Newsroom, tmp_path: Path) -> None:
    room.folder.rename(tmp_path / "dua\nbaris")
    room.folder = tmp_path / "dua\nbaris"
    for how in ("cron", "systemd"):
        answer = room.run("schedule", how)
        assert (answer.code, answer.out) == (1, "")
        assert "rename it" in answer.complaint


def test_what_stays_wrong_is_told_once_a_day_and_at_a_change(room: Newsroom) -> None:
    room.only("telegram")
    room.write()
    room.publish()
    room.change_ledger("UPDATE deliveries SET state = 'in_doubt', why = 'satu'")
    first = room.run("tick")
    assert (first.code, "in doubt" in first.out) == (4, True), first.said
    again = room.run("tick", at="2026-05-04T09:05:00+07:00")
    assert (again.code, again.out) == (4, ""), again.said
    as_json = room.run("tick", "--json", at="2026-05-04T09:10:00+07:00").json
    assert [line["state"] for line in as_json["lines"]] == ["in doubt"]
    assert "in doubt" in room.run("tick", at="2026-05-05T09:30:00+07:00").out


def test_a_program_that_systemd_cannot_name_is_refused(room: Newsroom) -> None:
    job = Job(
        program=Path("/opt/pak d'Artagnan/syndicate"), config=room.folder / "config.toml",
        user="humas", email="", writes=(),
    )  # fmt: skip
    with pytest.raises(ConfigError, match="install it elsewhere"):
        systemd(job)
