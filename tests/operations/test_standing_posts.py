"""What a Telegram post that stands cannot show of a correction is named before it is changed."""

from __future__ import annotations

import pytest

from support.newsroom import Newsroom
from support.papers import FORM
from syndicate.testing import PIXEL

LONG = "Kata demi kata yang panjang sekali. " * 40
ANEW = "remove the post with `withdraw --kill` and publish the article as a new one"
WHY = f"is left out: the published post is a text, which shows one picture at most: {ANEW}"


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    """An office whose feed hosts pictures, with two of them and a document beside the article."""
    for number, name in enumerate(("a.png", "b.png", "c.png")):
        (room.folder / name).write_bytes(PIXEL + bytes([number]))
    (room.folder / "f.pdf").write_bytes(FORM)
    return room


def pictures(*names: str) -> list[dict[str, str]]:
    return [{"file": name} for name in names]


# the pictures and the text before and after, settings of the channel, and what is named
Case = tuple[list[str], str, list[str], str, dict[str, object], list[str]]
A, AB, ABC = ["a.png"], ["a.png", "b.png"], ["a.png", "b.png", "c.png"]
LEFT: dict[str, Case] = {
    "a picture more": (A, "Isi.", AB, "Isi baru.", {}, ["b.png"]),
    "an album of a long text": (AB, LONG, AB, "Isi.", {}, ["b.png"]),
    "two pictures of none": ([], "Isi.", AB, "Isi.", {"preview": "photo"}, ["b.png"]),
    "three of one": (A, "Isi.", ABC, "Isi.", {}, ["b.png", "c.png"]),
    "the other first": (A, "Isi.", ["b.png", "a.png"], "Isi.", {}, ["a.png"]),
}


@pytest.mark.parametrize("case", LEFT.values(), ids=LEFT)
def test_pictures_that_a_text_cannot_show_are_named_before_it_is_corrected(
    room: Newsroom, case: Case
) -> None:
    before, said, after, corrected, settings, left = case
    room.change("telegram", **settings)
    room.write(body=said, associations=pictures(*before))
    room.publish()
    was = room.effects
    uri = room.uri()
    room.write(body=corrected, associations=pictures(*after), uri=uri)
    wanted = [f"kabar.md:4: telegram: {name} {WHY}" for name in left]
    for words in (("publish", "kabar.md", "--dry-run", "--note", "Foto."), ("check", "kabar.md")):
        answer = room.run(*words)
        assert answer.code == 0
        assert [one for one in wanted if one not in answer.said] == []
    assert room.effects == was
    answer = room.publish("--note", "Foto.")
    lines = answer.err.splitlines()
    assert [f"warning: {one}" for one in wanted] == [one for one in lines if "is left out" in one]


def test_a_document_that_a_text_cannot_get_is_named(room: Newsroom) -> None:
    """It has a caption's room, but the post is a text already."""
    room.only("telegram")
    room.write(body="Isi.")
    room.publish()
    room.write(body="Isi.", associations=pictures("f.pdf"), uri=room.uri())
    answer = room.run("publish", "kabar.md", "--dry-run", "--note", "Surat.")
    assert "a text cannot become a document" in answer.said


def test_an_album_that_stands_shows_what_a_new_text_would_leave_out(room: Newsroom) -> None:
    room.write(body="Isi.", associations=pictures("a.png", "b.png"))
    room.publish()
    assert len(room.api.shown) == 2
    room.write(body=LONG, associations=pictures("a.png", "b.png"), uri=room.uri())
    answer = room.publish("--note", "Isi.")
    assert "left out" not in answer.err
    assert len(room.api.shown) == 2


# the caption, and a text in which it is only a part of other words
WITHIN = {
    "Ani": "Warga berani.",
    "foto 1": "Foto 10 orang.",
    "Budi": "Lihat Budi-Utomo.",
    "Nilai 1": "Nilai 1,5 juta.",
    "rapat": "Perapatan ditutup.",
}


def test_a_caption_that_is_only_a_part_of_other_words_is_said(room: Newsroom) -> None:
    room.change("telegram", preview="photo")
    for number, (caption, body) in enumerate(WITHIN.items()):
        name = f"{number}.md"
        room.write(name, body, headline=f"Judul {number}",
                   associations=[{"file": "a.png", "caption": caption}])  # fmt: skip
    room.publish(*(f"{number}.md" for number in range(len(WITHIN))))
    for caption, post in zip(WITHIN, room.posts, strict=True):
        assert f"Foto: {caption}" in post.splitlines()


def test_a_caption_that_the_text_says_is_not_said_twice(room: Newsroom) -> None:
    room.change("telegram", preview="photo")
    room.write(
        body="Warga, ani (foto 1), hadir.", associations=[{"file": "a.png", "caption": "Ani"}]
    )
    room.publish()
    assert "Foto" not in room.posts[0]
