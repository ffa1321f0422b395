"""What is urgent goes at once, alone and in full, and is not said again by the digest."""

from __future__ import annotations

import pytest

from support.newsroom import EVENING, NEXT_EVENING, NOON, Newsroom, part
from syndicate.loopback.smtp import SmtpFault

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
    office.smtp.faults = [SmtpFault(at="rcpt", do="defer", recipient=BUDI, nth=1)]
    assert office.run("publish", "kabar.md").code == 3
    assert office.readers == [ANI]
    office.let_pauses_end()
    assert office.run("tick", at=NOON).code == 0
    assert office.readers == [ANI, BUDI]


def test_what_is_withdrawn_before_it_left_is_never_said(office: Newsroom) -> None:
    office.smtp.faults = [SmtpFault(at="rcpt", do="defer")]
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
    office.smtp.faults = [SmtpFault(at="rcpt", do="defer", recipient=BUDI, nth=1)]
    assert office.run("publish", "kabar.md").code == 3
    office.rewrite("diminum", "direbus")
    assert office.run("publish", "kabar.md", "--note", "Boleh mandi.", at=NOON).code == 3
    office.let_pauses_end()
    assert office.run("tick", at=EVENING).code == 0
    assert office.readers == [ANI, ANI, BUDI]
    late = part(office.letters[2], "plain")
    assert "direbus" in late
    assert "Boleh mandi." in late


# what readers might stumble over


LONG = "Jangan diminum. " + "Tangki air disiapkan di setiap kelurahan sejak pagi. " * 3000


def html_of(room: Newsroom) -> str:
    return part(room.letters[-1], "html")


def test_an_urgent_letter_too_long_for_mail_systems_is_begun_and_linked(office: Newsroom) -> None:
    office.write(headline="Air tercemar", body=LONG, urgency=1)
    assert len(LONG) > 150_000
    office.publish()
    for kind in ("plain", "html"):
        said = part(office.letters[0], kind)
        assert len(said.encode()) < 100_000
        assert "Jangan diminum." in said
        assert "https://kantor.example/kabar" in said
        assert "berhenti@kantor.example" in said
    assert html_of(office).index("Jangan diminum") < html_of(office).index("berhenti@")


@pytest.mark.parametrize("length", [900, 1500, 1900, 2500])
def test_no_urgent_letter_passes_what_mail_systems_show(office: Newsroom, length: int) -> None:
    body = "Kata-kata <b>tebal</b>, dan **lain** &amp; lagi.\n\n" * length
    office.write(headline="Air tercemar", body=body, urgency=1)
    office.publish()
    assert len(html_of(office).encode()) <= 102_000


@pytest.mark.parametrize("command", [("publish", "kabar.md", "--dry-run"), ("check", "kabar.md")])
def test_an_urgent_letter_is_reviewed_before_it_goes(
    office: Newsroom, command: tuple[str, ...]
) -> None:
    office.write(headline="Air tercemar", body=LONG, urgency=1)
    answer = office.run(*command)
    assert answer.code == 0, answer.said
    assert "Air tercemar: too long for a letter, which has only its lead" in answer.out
    assert "channels.harian.unsubscribe: large mail systems require a page" in answer.out


@pytest.mark.parametrize("command", [("publish", "kabar.md", "--dry-run"), ("check", "kabar.md")])
def test_one_that_cannot_be_shortened_is_said_to_be_too_long(
    office: Newsroom, command: tuple[str, ...]
) -> None:
    office.write(headline="Air tercemar", body=LONG, urgency=1, url="", channels=["harian"])
    answer = office.run(*command)
    assert answer.code == 0, answer.said
    assert "kB of HTML: some mail systems cut off the end" in answer.out
    assert "Air tercemar: without a url all of it is in the letter" in answer.out


def test_a_plan_says_how_large_an_urgent_letter_is(office: Newsroom) -> None:
    answer = office.run("publish", "kabar.md", "--dry-run")
    assert "is sent at once to 2 readers, 4 kB a letter" in " ".join(answer.out.split())


CORRECTION = ("publish", "kabar.md", "--note", "Keliru.", "--dry-run")


@pytest.mark.parametrize("urgency", [1, 3])
@pytest.mark.parametrize("words", [CORRECTION, ("check", "kabar.md")])
def test_a_correction_is_reviewed_before_it_goes(
    office: Newsroom, urgency: int, words: tuple[str, ...]
) -> None:
    office.write(urgency=urgency, url="")
    office.publish()
    office.run("digest", at=EVENING)
    office.rewrite("Isi kabar.", "Isi yang benar.")
    answer = office.run(*words, at="2026-05-05T09:00:00+07:00")
    assert answer.code == 0, answer.said
    assert "channels.harian.unsubscribe: large mail systems require a page" in answer.out
    assert "readers of the correction cannot look it up" in answer.out
    assert len(office.letters) == 2


@pytest.mark.parametrize("urgency", [1, 3])
def test_a_withdrawal_is_reviewed_before_it_goes(office: Newsroom, urgency: int) -> None:
    office.write(urgency=urgency)
    office.publish()
    office.run("digest", at=EVENING)
    answer = office.run(
        "withdraw", "kabar.md", "--reason", "Keliru.", "--dry-run", at="2026-05-05T09:00:00+07:00"
    )
    assert answer.code == 0, answer.said
    assert "channels.harian.unsubscribe: large mail systems require a page" in answer.out
    assert ("kB a letter" in answer.out) is (urgency == 1)


def test_an_urgent_correction_says_only_what_was_not_told_yet(office: Newsroom) -> None:
    office.publish()
    for number, hour in (("satu", "13"), ("dua", "14")):
        office.rewrite("Jangan diminum.", f"Jangan diminum. {number}.")
        office.publish("--note", f"Koreksi {number}.", at=f"2026-05-04T{hour}:00:00+07:00")
    said = part(office.letters[-1], "plain")
    assert "Koreksi dua." in said
    assert "Koreksi satu." not in said
