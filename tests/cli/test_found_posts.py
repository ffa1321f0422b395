"""Doubts that settle themselves: a post is found, or a later one proves that it never came."""

from __future__ import annotations

import pytest

from support.doubts import let_time_pass, look_by, lose_the_answer, resolve_command
from support.newsroom import Newsroom
from syndicate.loopback.botapi import Http500

looking = pytest.mark.parametrize("way", ["forwarded", "page"])


@looking
def test_a_post_that_arrived_is_found_and_then_corrected_in_its_place(
    room: Newsroom, way: str
) -> None:
    look_by(room, way)
    room.write("pagi.md", headline="Kabar pagi")
    room.publish("pagi.md")
    assert lose_the_answer(room).code == 4
    let_time_pass(room)
    assert room.run("tick").code == 0
    assert room.run("status").code == 0
    room.rewrite("Isi kabar.", "Isi yang benar.")
    room.publish("--note", "Isinya salah.")
    assert len(room.api.shown) == 2
    assert "Isi yang benar." in room.posts[1]


def test_the_very_first_post_is_found_on_the_page(room: Newsroom) -> None:
    look_by(room, "page")
    lose_the_answer(room)
    assert room.run("publish", "kabar.md").code == 4  # the page is some time behind
    let_time_pass(room)
    room.publish()
    assert len(room.posts) == 1


@looking
def test_a_post_that_never_came_is_sent_once_a_later_one_proves_it(
    room: Newsroom, way: str
) -> None:
    look_by(room, way)
    room.write("pagi.md", headline="Kabar pagi")
    room.publish("pagi.md")
    room.write()
    room.api.faults.append(Http500(done=False))
    assert room.run("publish", "kabar.md").code == 4
    let_time_pass(room)
    shown = room.run("tick")
    assert shown.code == 4
    assert "only a later post proves that it is lost: look whether the post is in" in shown.out
    assert resolve_command(room.run("status"), "--not-sent") == resolve_command(shown, "--not-sent")
    room.write("siang.md", headline="Kabar siang")
    room.publish("siang.md")
    looked = len(room.api.requests) + len(room.api.pages)
    assert room.run("tick").code == 4  # an old doubt is not looked for every minute
    assert len(room.api.requests) + len(room.api.pages) == looked
    room.let_pauses_end()
    assert room.run("tick").code == 0
    assert [text.partition("\n")[0] for text in room.posts] == [
        "Kabar pagi",
        "Kabar siang",
        "Kabar pertama",
    ]


@looking
def test_the_same_words_of_another_article_are_not_taken_for_the_post(
    room: Newsroom, way: str
) -> None:
    look_by(room, way)
    room.write("pagi.md", headline="Kabar pagi")
    room.publish("pagi.md")
    room.write()
    room.api.faults.append(Http500(done=False))
    assert room.run("publish", "kabar.md").code == 4
    room.write("kembar.md")
    room.publish("kembar.md", "--new")
    let_time_pass(room)
    shown = room.run("tick")
    assert shown.code == 4
    assert "https://t.me/kabar/2 has the same text but belongs to another article" in shown.out
    assert len(room.posts) == 2


def test_a_private_channel_says_what_would_look_for_its_posts(room: Newsroom) -> None:
    room.change("telegram", chat="-1001")
    lose_the_answer(room)
    shown = room.run("tick")
    assert shown.code == 4
    assert "channels.telegram.audit_chat, a chat of the office" in shown.out
    resolve_command(shown, "--not-sent")
