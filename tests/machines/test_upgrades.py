"""An upgrade while another machine still has the older program: nothing is harmed or doubled."""

from __future__ import annotations

import pytest

from support.machine import Machine, Point
from syndicate.ledger.migrations import VERSION

AT_THE_BOT = Point("syndicate_telegram:Telegram.publish")
BEFORE_IT_PLANS = Point("syndicate.ledger:Ledger.planning")


def set_version(machine: Machine, number: int) -> None:
    machine.change_ledger(f"UPDATE ledger SET version = {number}")


@pytest.mark.soak
def test_a_newer_program_waits_for_a_machine_that_is_sending(satu: Machine, dua: Machine) -> None:
    satu.write()
    sending = satu.start("publish", "kabar.md", stops=AT_THE_BOT)
    sending.wait_until_still()
    dua.is_newer = True
    refused = dua.run("ledger", "upgrade")
    assert refused.code == 1
    assert "on satu (since " in refused.complaint
    assert "stop cron on every machine" in refused.complaint
    assert satu.rows("SELECT version FROM ledger") == [(VERSION,)]
    sending.thaw()
    assert sending.answer().code == 0
    assert len(satu.api.shown) == 1


def test_an_older_program_plans_nothing_once_the_tables_are_newer(
    satu: Machine, dua: Machine
) -> None:
    dua.write()
    assert satu.run("ledger", "upgrade").code == 0
    planning = dua.start("publish", "kabar.md", stops=BEFORE_IT_PLANS)
    planning.wait_until_still()
    set_version(satu, VERSION + 1)
    planning.thaw()
    answer = planning.answer()
    assert answer.code == 1
    assert f"upgraded to version {VERSION + 1} while this command ran" in answer.complaint
    late = dua.run("tick")
    assert late.code == 1
    assert "install the newer version of syndicate" in late.complaint
    assert (satu.smtp.letters, satu.api.shown) == ([], [])
