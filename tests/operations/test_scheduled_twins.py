"""What is scheduled is not replaced or doubled by another file unasked, as what is published."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.newsroom import Newsroom

TEXT = "Rapat pleno rekapitulasi tingkat kecamatan digelar di aula kantor camat pada hari Senin."
OTHER = "Pasar murah dibuka di lapangan kota sejak pagi dan dihadiri ribuan warga kabupaten."


@pytest.fixture
def coming(room: Newsroom) -> Newsroom:
    """An office with one scheduled article."""
    room.only("feed")
    room.write(body=TEXT)
    assert room.run("publish", "kabar.md", "--at", "10.00").code == 0
    return room


def copied(room: Newsroom, body: str, headline: str) -> Path:
    """Write a second file with the uri of the first."""
    return room.write("salinan.md", body, headline=headline, uri=room.uri())


@pytest.mark.parametrize("words", [("--at", "11.00"), ()], ids=["scheduled", "published"])
def test_another_text_does_not_take_its_place_by_a_copied_uri(
    coming: Newsroom, words: tuple[str, ...]
) -> None:
    copied(coming, OTHER, "Pasar murah dibuka")
    answer = coming.run("publish", "salinan.md", *words)
    assert (answer.code, "this uri belongs to “Kabar pertama”" in answer.said) == (1, True)
    copied(coming, f"{TEXT} Bupati hadir.", "Kabar pertama")
    answer = coming.run("publish", "salinan.md", *words)
    assert (answer.code, "has this uri, too" in answer.said) == (1, True)
    answer = coming.run("publish", "salinan.md", *words, "--same-article")
    assert answer.code == 0, answer.said


@pytest.mark.parametrize("what", ["text", "headline"])
def test_the_same_text_or_headline_is_asked_about(coming: Newsroom, what: str) -> None:
    front = {"text": (TEXT, "Judul yang lain"), "headline": (OTHER, "Kabar pertama")}[what]
    coming.write("salinan.md", front[0], headline=front[1])
    for words in ((), ("--at", "11.00")):
        answer = coming.run("publish", "salinan.md", *words)
        assert answer.code == 1
        assert f"salinan.md:2: this {what} goes out on 4 May 2026 10:00 WIB" in answer.said
        assert "from kabar.md: if this is another article, --new" in answer.said
    assert coming.run("publish", "salinan.md", "--at", "11.00", "--new").code == 0


def test_a_weekly_notice_may_have_the_headline_of_the_next_one(coming: Newsroom) -> None:
    coming.write("salinan.md", OTHER, headline="Kabar pertama")
    assert coming.run("publish", "salinan.md", "--at", "2026-05-11 10.00").code == 0
