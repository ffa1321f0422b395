"""A machine that lacks a channel leaves its work to one that has it, and says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from support.newsroom import EVENING, NEXT_EVENING, NOON, Newsroom, part
from syndicate.testing import PIXEL

LEFT = "waits for a machine that has this channel"


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    room.write("lama.md", headline="Lama")
    room.subscribe("a@example.org")
    room.publish("lama.md")
    return room


@contextmanager
def lacking(room: Newsroom, *names: str) -> Iterator[None]:
    """The other machine, whose configuration is without these channels."""
    whole = dict(room.channels)
    room.only(*(name for name in whole if name not in names))
    yield
    room.channels = whole
    room.configure()


def titles(room: Newsroom) -> list[str]:
    return [one["title"] for one in room.entries]


def test_what_a_machine_cannot_say_another_one_says(room: Newsroom) -> None:
    (room.folder / "foto.png").write_bytes(PIXEL)
    foto = [{"file": "foto.png", "alt": "Sebuah foto"}]
    room.write("baru.md", headline="Baru", associations=foto)
    with lacking(room, "feed", "telegram"):
        answer = room.run("publish", "baru.md")
        assert answer.code == 3
        for name in ("feed", "telegram"):
            assert f"syndicate channels retire {name}" in answer.out
        assert LEFT in answer.out
        assert room.run("publish", "baru.md").code == 3  # it still waits
        assert LEFT in room.run("status").out
        ticked = room.run("tick", at=NOON)
        assert (ticked.code, "telegram: 1 thing waits" in ticked.said) == (3, True)
        digested = room.run("digest", at=NOON)
        assert (digested.code, "telegram: 1 thing waits" in digested.said) == (3, True)
    assert titles(room) == ["Lama"]
    (room.folder / "foto.png").unlink()  # it lies on the other machine
    answer = room.run("tick", at=NOON)
    assert answer.code == 0, answer.said
    assert titles(room) == ["Baru", "Lama"]
    assert "Baru" in room.posts[-1]
    [hosted] = (room.feed / "media").iterdir()
    assert hosted.read_bytes() == PIXEL
    assert room.run("tick", at=NOON).out == ""
    assert room.run("status").code == 0


def test_what_became_of_an_article_reaches_channels_that_a_machine_lacks(room: Newsroom) -> None:
    with lacking(room, "feed", "telegram"):
        answer = room.run("withdraw", "lama.md", "--reason", "Keliru.", "--yes", at=NOON)
        assert (answer.code, LEFT in answer.out) == (3, True)
        again = room.run("withdraw", "lama.md", "--reason", "Keliru.", "--yes", at=NOON)
        assert (again.code, LEFT in again.out) == (3, True)
    assert room.run("tick", at=NOON).code == 0
    assert titles(room) == ["DITARIK: Lama"]
    assert "Keliru." in room.posts[-1]


def test_a_correction_reaches_a_channel_that_a_machine_lacks(room: Newsroom) -> None:
    with lacking(room, "telegram"):
        room.rewrite("Isi kabar.", "Isi yang benar.", "lama.md")
        assert room.run("publish", "lama.md", "--note", "Isinya salah.", at=NOON).code == 3
    assert room.run("tick", at=NOON).code == 0
    assert any("Isi yang benar." in post for post in room.posts)


def test_what_expires_on_a_machine_without_the_feed_leaves_it(room: Newsroom) -> None:
    room.write("sebentar.md", headline="Sebentar", expires=NOON)
    room.publish("sebentar.md", "--channel", "feed")
    with lacking(room, "feed"):
        assert room.run("tick", at=EVENING).code == 3
    assert room.run("tick", at=EVENING).code == 0
    assert titles(room) == ["Lama"]


def test_a_list_that_a_machine_lacks_carries_the_article_in_the_next_digest(room: Newsroom) -> None:
    room.write("baru.md", headline="Baru")
    with lacking(room, "harian"):
        assert room.run("publish", "baru.md", at=NOON).code == 3
        note = "harian: 1 thing waits for a machine that has it"
        assert note in room.run("digest", at=EVENING).said
    assert room.run("tick", at=EVENING).code == 0
    [letter] = room.letters
    assert "Baru" in part(letter, "plain")
    with lacking(room, "harian"):
        quiet = room.run("tick", at=NEXT_EVENING)
        assert (quiet.code, quiet.out) == (0, "")
        assert "its digests wait for a machine that has it" in room.run("digest", "--json").out


def test_an_article_may_name_a_channel_of_another_machine(room: Newsroom) -> None:
    room.write("baru.md", headline="Baru", channels=["telegram"])
    with lacking(room, "telegram", "harian"):
        assert room.run("publish", "baru.md", at=NOON).code == 3
        room.write("salah.md", headline="Salah", channels=["telegrm"])
        assert room.run("publish", "salah.md", at=NOON).code == 1
    assert room.run("tick", at=NOON).code == 0
    assert "Baru" in room.posts[-1]
    assert titles(room) == ["Lama"]


def test_nothing_is_left_to_channels_that_an_article_is_not_for(room: Newsroom) -> None:
    room.write("baru.md", headline="Baru", channels=["feed"])
    room.write("satu.md", headline="Satu")
    with lacking(room, "telegram"):
        room.publish("baru.md", at=NOON)
        room.publish("satu.md", "--channel", "feed", at=NOON)
        assert room.run("tick", at=NOON).code == 0


def test_what_was_left_and_is_withdrawn_is_never_said(room: Newsroom) -> None:
    room.write("baru.md", headline="Baru")
    with lacking(room, "telegram"):
        room.run("publish", "baru.md", at=NOON)
        room.run("withdraw", "baru.md", "--reason", "Keliru.", "--yes", at=NOON)
    before = len(room.posts)
    assert room.run("tick", at=NOON).code == 0
    assert len(room.posts) == before


def test_a_channel_that_no_machine_has_any_more_is_retired(room: Newsroom) -> None:
    room.write("baru.md", headline="Baru")
    wrong = room.run("channels", "retire", "telegram")
    assert wrong.code == 2
    assert "first remove it from the configuration of every machine" in wrong.err
    with lacking(room, "telegram"):
        room.run("publish", "baru.md", at=NOON)
        assert "channels retire telegram" in room.run("channels", "list").out
        assert room.run("channels", "retire", "telegram").code == 0
        assert room.run("tick", at=NOON).code == 0
        assert room.run("status").code == 0
        assert "retire" not in room.run("status").out + room.run("channels", "list").out
        room.write("tiga.md", headline="Tiga")
        room.publish("tiga.md", at=NOON)
    posts = len(room.posts)
    assert room.run("tick", at=NOON).code == 0
    answer = room.publish("tiga.md", at=NOON)
    assert "--backfill" in answer.out
    assert len(room.posts) == posts
    room.write("empat.md", headline="Empat")
    room.publish("empat.md", at=NOON)
    assert "Empat" in room.posts[-1]


def test_a_post_that_waits_for_a_machine_is_told_by_one_that_lacks_its_channel(
    room: Newsroom,
) -> None:
    room.write("baru.md", headline="Baru")
    room.change("telegram", api="http://127.0.0.1:9")
    assert room.run("publish", "baru.md", at=NOON).code == 3
    with lacking(room, "telegram"):
        answer = room.run("tick", at=NOON)
        assert (answer.code, "telegram: 1 thing waits" in answer.said) == (3, True)
