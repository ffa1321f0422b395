"""What is urgent goes at once, alone and in full, and is not said again by the digest."""

from __future__ import annotations

import pytest

from cli.newsroom import EVENING, NEXT_EVENING, NOON, Newsroom, part
from syndicate.loopback.smtp import Fault

ANI, BUDI = "ani@pembaca.example", "budi@pembaca.example"


@pytest.fixture
def office(room: Newsroom) -> Newsroom:
    """An office whose list is told at once of what is urgent; two readers."""
    room.change("harian", immediate=True)
    room.subscribe(ANI, BUDI)
    room.write(headline="Air tercemar", body="Jangan diminum.\n\nTangki disiapkan.", urgency=1)
    return room


def subjects(room: Newsroom) -> list[str]:
    return [str(letter["Subject"]) for letter in room.letters]


def test_an_urgent_article_goes_at_once_and_in_full(office: Newsroom) -> None:
    answer = office.publish()
    assert sorted(office.readers) == [ANI, BUDI]
    assert subjects(office) == ["Air tercemar"] * 2
    for kind in ("plain", "html"):
        assert "Tangki disiapkan." in part(office.letters[0], kind)
    assert "in the digest of" not in answer.out


@pytest.mark.parametrize("command", [("publish", "kabar.md"), ("tick",)])
def test_it_goes_once_however_often_a_command_runs(
    office: Newsroom, command: tuple[str, ...]
) -> None:
    office.publish()
    assert office.run(*command, at=NOON).code == 0
    assert len(office.letters) == 2


def test_the_next_digest_does_not_repeat_it(office: Newsroom) -> None:
    office.publish()
    office.write("lain.md", headline="Kabar biasa", body="Isi lain.")
    office.publish("lain.md")
    assert office.run("digest", at=EVENING).code == 0
    digest = office.letters[-1]
    assert digest["Subject"] == "Kabar biasa"
    assert "Air tercemar" not in part(digest, "plain")


@pytest.mark.parametrize("front", [{"urgency": 3}, {}])
def test_what_is_not_urgent_waits_for_the_digest(
    office: Newsroom, front: dict[str, object]
) -> None:
    office.write("biasa.md", headline="Kabar biasa", body="Isi biasa.", **front)
    office.publish("biasa.md")
    assert office.letters == []


def test_a_list_without_immediate_waits_for_the_digest(office: Newsroom) -> None:
    office.change("harian", immediate=False)
    office.publish()
    assert office.letters == []
    office.run("digest", at=EVENING)
    assert subjects(office) == ["Air tercemar"] * 2


def test_a_dry_run_says_to_how_many_it_would_go(office: Newsroom) -> None:
    answer = office.run("publish", "kabar.md", "--dry-run")
    assert "at once to 2 readers" in answer.out
    assert office.letters == []


def test_a_correction_goes_at_once_to_those_who_got_it(office: Newsroom) -> None:
    office.publish()
    office.subscribe("cici@pembaca.example", at=NOON)
    office.rewrite("diminum", "direbus")
    office.publish("--note", "Air boleh dipakai mandi.", at=NOON)
    assert sorted(office.readers[2:]) == [ANI, BUDI]
    assert "Air boleh dipakai mandi." in part(office.letters[-1], "plain")
    assert office.run("digest", at=EVENING).code == 0
    assert len(office.letters) == 4


def test_a_refile_tells_nobody(office: Newsroom) -> None:
    office.publish()
    office.rewrite("Tangki", "Truk tangki")
    office.publish("--minor", at=NOON)
    assert len(office.letters) == 2


def test_a_withdrawal_goes_at_once_to_those_who_got_it(office: Newsroom) -> None:
    office.publish()
    answer = office.run("withdraw", "kabar.md", "--reason", "Hasil uji keliru.", at=NOON)
    assert answer.code == 0, answer.said
    assert sorted(office.readers[2:]) == [ANI, BUDI]
    for kind in ("plain", "html"):
        assert "Hasil uji keliru." in part(office.letters[-1], kind)
    assert office.run("digest", at=EVENING).code == 0
    assert len(office.letters) == 4


def test_what_the_relay_put_off_is_sent_by_the_next_tick(office: Newsroom) -> None:
    office.smtp.faults = [Fault(at="rcpt", do="defer", recipient=BUDI, nth=1)]
    assert office.run("publish", "kabar.md").code == 3
    assert office.readers == [ANI]
    office.let_pauses_end()
    assert office.run("tick", at=NOON).code == 0
    assert office.readers == [ANI, BUDI]


def test_what_is_withdrawn_before_it_left_is_never_said(office: Newsroom) -> None:
    office.smtp.faults = [Fault(at="rcpt", do="defer")]
    assert office.run("publish", "kabar.md").code == 3
    office.smtp.faults = []
    office.let_pauses_end()
    office.run("withdraw", "kabar.md", "--reason", "Keliru.", at=NOON)
    office.let_pauses_end()
    for at in (NOON, EVENING, NEXT_EVENING):
        assert office.run("tick", at=at).code == 0
    assert office.letters == []


def test_what_is_corrected_before_it_left_is_said_as_it_is_now_and_only_once(
    office: Newsroom,
) -> None:
    office.smtp.faults = [Fault(at="rcpt", do="defer", recipient=BUDI, nth=1)]
    assert office.run("publish", "kabar.md").code == 3
    office.rewrite("diminum", "direbus")
    assert office.run("publish", "kabar.md", "--note", "Boleh mandi.", at=NOON).code == 3
    office.let_pauses_end()
    assert office.run("tick", at=EVENING).code == 0
    assert office.readers == [ANI, ANI, BUDI]
    late = part(office.letters[2], "plain")
    assert "direbus" in late
    assert "Boleh mandi." in late
