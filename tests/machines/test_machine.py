"""The stand itself: what a machine of these tests has of its own, and what it shares."""

from __future__ import annotations

import signal
import sys
from datetime import datetime, timedelta

import pytest

from support.forks import WarmProcess
from support.machine import Machine, Point, Site

EVENING = "2027-05-04T16:58:00+07:00"


@pytest.mark.soak
def test_two_machines_have_their_own_hosts_and_folders_and_one_ledger(
    satu: Machine, dua: Machine
) -> None:
    satu.write()
    satu.publish()
    done = dua.run("withdraw", satu.uri(), "--reason", "Salah", "--yes")
    assert done.code == 0, done.said
    assert len(satu.posts) == 1
    hosts = [host.split()[0] for (host,) in satu.rows("SELECT host FROM holders ORDER BY id")]
    assert hosts == ["satu", "dua"]


def test_the_databases_clock_and_the_machines_show_what_a_test_says(site: Site) -> None:
    site.turn_to(EVENING)
    machine = site.machine("satu", timedelta(seconds=50))
    machine.write()
    machine.publish()
    [(moment,)] = machine.rows("SELECT recorded_at FROM revisions")
    assert abs(moment - datetime.fromisoformat(EVENING)) < timedelta(minutes=2)


def test_a_machine_stands_still_at_a_point_and_goes_on_or_dies(satu: Machine) -> None:
    satu.write()
    point = Point("syndicate.ledger.catalogue.revisions:Revisions.record")
    cut_off = satu.start("publish", "kabar.md", stops=point)
    cut_off.wait_until_still()
    cut_off.kill()
    assert cut_off.process.exitcode == -signal.SIGKILL
    assert satu.rows("SELECT count(*) FROM articles") == [(0,)]
    late = satu.start("publish", "kabar.md", stops=point)
    late.wait_until_still()
    assert satu.posts == []
    late.thaw()
    assert late.answer().code == 0
    assert len(satu.posts) == 1


def end_well_where_warm() -> None:
    sys.exit(0 if "support.warm" in sys.modules else 1)


def test_a_process_has_imported_everything_before_it_begins() -> None:
    """Else each of them would, which is seldom noticed: what a server cannot import it passes."""
    process = WarmProcess(target=end_well_where_warm)
    process.start()
    process.join(60)
    assert process.exitcode == 0
