"""One machine holds an article while another one is about to say it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.machine import Machine, Point
from support.newsroom import part
from syndicate.loopback.botapi import Flood
from syndicate.loopback.smtp import SmtpFault

DAY = timedelta(days=1)
PEOPLE = [f"{name}@pembaca.example" for name in ("ani", "budi", "citra")]


def test_a_post_that_another_machine_has_claimed_is_not_said(satu: Machine, dua: Machine) -> None:
    """Guard: is_held in Queue._start, by a statement of its own."""
    satu.write()
    satu.api.faults.append(Flood(retry_after=60))
    assert satu.run("publish", "kabar.md").code == 3
    satu.let_pauses_end()
    ticking = dua.start("tick", stops=Point("syndicate.ledger.sending.queue:Queue.start"))
    ticking.wait_until_still()
    held = satu.run("hold", "kabar.md")
    assert held.code == 0, held.said
    ticking.thaw()
    assert ticking.answer().code == 0
    assert satu.posts == []
    waiting = satu.rows("SELECT state FROM deliveries WHERE state <> 'settled'")
    assert waiting == [("due",)]
    assert satu.run("release", satu.uri()).code == 0
    assert len(satu.posts) == 1


@pytest.mark.parametrize("urgent", [False, True], ids=["digest", "urgent"])
def test_letters_that_another_machine_sends_go_without_it_or_wait(
    satu: Machine, dua: Machine, urgent: bool
) -> None:
    """Guard: the last column of HELD_SQL."""
    for machine in (satu, dua):
        machine.only("harian")
        machine.change("harian", immediate=urgent)
    satu.subscribe(*PEOPLE)
    satu.write(urgency=1 if urgent else 5)
    satu.write("lain.md", headline="Kabar lain", body="Isi lain.")
    if urgent:
        satu.smtp.faults.append(SmtpFault(at="connect", do="refuse"))
    satu.run("publish", "kabar.md", "lain.md")
    satu.smtp.faults.clear()
    satu.let_pauses_end()
    if not urgent:
        now = satu.site.now
        satu.site.turn_to((now.replace(hour=10, minute=1) + DAY).isoformat())
    sending = dua.start("tick", stops=Point("syndicate.ledger.sending.letters:Letters.turn"))
    sending.wait_until_still()
    assert satu.run("hold", "kabar.md").code == 0
    sending.thaw()
    sending.answer()
    texts = [part(letter, "plain") for letter in satu.letters]
    assert len(texts) == (0 if urgent else len(PEOPLE))
    assert [text for text in texts if "Kabar pertama" in text] == []
    assert satu.run("release", satu.uri()).code == 0
    assert len(satu.letters) == len(PEOPLE)
    if urgent:
        assert all("Kabar pertama" in str(letter["Subject"]) for letter in satu.letters)
