"""Deadlines and answers in a letter, as a reader gets them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from support.letters import RICH, letter, make, named, page, part
from syndicate.testing import ANSWER, NOON, ORIGINAL, item

DAY = timedelta(days=1)
CLOSED = NOON + timedelta(hours=5)
NEAR = item(replace(RICH, expires=CLOSED + 7 * DAY))


def test_reminders_have_a_section_of_their_own() -> None:
    got = letter(make(), named("satu"), reminders=(NEAR,))
    said = "Tinggal 7 hari: Pendaftaran PPS dibuka, ditutup 22 Agustus 2026 00.00 WIB"
    headings = [each.text_content().strip() for each in page(got).xpath("//h2|//h3")]
    assert headings == ["Batas waktu", said, "satu"]
    assert page(got).xpath("//h3/a/@href") == ["https://kabar.example/pps"]
    text = part(got, "plain")
    assert "\nBatas waktu\n-----------\n* " + said + "\n" in text
    assert "\nBaca selengkapnya: https://kabar.example/pps\n" in text
    assert got["Subject"] == "satu"


def test_a_letter_of_reminders_alone_says_so_in_its_subject() -> None:
    got = letter(make(), reminders=(NEAR,))
    assert got["Subject"] == "Batas waktu: Pendaftaran PPS dibuka"


def test_an_entry_says_that_it_is_over_what_it_answers_and_what_answers_it() -> None:
    over = replace(NEAR, expired=True, ended=True)
    got = letter(make(), over, replace(named("dua"), replies_to=ORIGINAL, replies=(ANSWER,)))
    text = part(got, "plain")
    for line in (
        "Pendaftaran ditutup (22 Agustus 2026 00.00 WIB)",
        f"Hak jawab atas: {ORIGINAL.headline} ({ORIGINAL.url})",
        f"Hak jawab: {ANSWER.headline} ({ANSWER.url})",
    ):
        assert f"\n{line}\n" in text
    links = page(got).xpath("//p/a/@href")
    assert {ORIGINAL.url, ANSWER.url} <= set(links)
