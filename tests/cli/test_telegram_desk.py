"""A day at a desk with Telegram: pins that end, corrections told under posts, albums, a PDF."""

from __future__ import annotations

import pytest

from support.newsroom import NOON, TOKEN, Newsroom
from syndicate.loopback.botapi import Flood, LostReply, No
from syndicate.testing import PIXEL

LATER = "2026-05-06T12:00:00+07:00"
PAPER = b"%PDF-1.4\nform\n%%EOF\n"


@pytest.fixture
def desk(room: Newsroom) -> Newsroom:
    room.only("telegram")
    room.change("telegram", pin=True, reply_on_correction=True, web=room.api.url)
    return room


def addressed(room: Newsroom) -> dict[str, str]:
    return dict(room.rows("SELECT address, state FROM deliveries"))


def test_an_urgent_post_is_pinned_until_it_expires(desk: Newsroom) -> None:
    desk.write(urgency=1, expires="2026-05-05 18:00")
    desk.publish()
    assert desk.api.pinned == [1]
    assert desk.run("tick", at=NOON).out == ""
    assert desk.api.pinned == [1]
    answer = desk.run("tick", at=LATER)
    assert answer.code == 0
    assert "pin  remove  done" in answer.out
    assert desk.api.pinned == []
    assert desk.posts[0].startswith("Kabar pertama")
    assert desk.run("tick", at=LATER).out == ""


def test_a_longer_life_is_noted_without_a_new_revision(desk: Newsroom) -> None:
    desk.write(urgency=1, expires="2026-05-05 18:00")
    desk.publish()
    desk.rewrite("2026-05-05", "2026-05-07")
    desk.publish()
    desk.run("tick", at=LATER)
    assert desk.api.pinned == [1]


def test_a_rehearsal_pins_nothing(desk: Newsroom) -> None:
    desk.change("telegram", test_chat="@kabar_uji")
    desk.write(urgency=1)
    answer = desk.run("publish", "kabar.md", "--test")
    assert answer.code == 0, answer.said
    assert (len(desk.posts), desk.api.pinned) == (1, [])


def test_a_correction_unpins_nothing_and_a_withdrawal_does(desk: Newsroom) -> None:
    desk.write(urgency=2)
    desk.publish()
    desk.rewrite("Isi kabar.", "Isi yang benar.")
    desk.publish("--note", "Isinya keliru.")
    assert desk.api.pinned == [1]
    desk.run("withdraw", "kabar.md", "--reason", "Tidak benar.")
    assert desk.api.pinned == []
    assert "DITARIK" in desk.posts[0]


def test_a_correction_is_told_once_under_its_post(desk: Newsroom) -> None:
    desk.write()
    desk.publish()
    desk.rewrite("Isi kabar.", "Isi yang benar.")
    for _ in range(3):
        desk.publish("--note", "Isinya keliru.")
        desk.run("tick")
    assert [post.reply_to for post in desk.api.shown] == [0, 1]
    assert desk.posts[1] == "RALAT (4 Mei 2026 09.00 WIB): Isinya keliru."
    desk.rewrite("benar", "baik")
    desk.publish("--minor")
    assert len(desk.posts) == 2


FLOOD = Flood(on="sendMessage", retry_after=600)
FORBIDDEN = No(on="sendMessage", code=403, description="Forbidden: bot was kicked")


@pytest.mark.parametrize("fault", [FLOOD, FORBIDDEN], ids=["flood", "forbidden"])
def test_a_reply_that_failed_is_sent_later_and_once(desk: Newsroom, fault: Flood | No) -> None:
    desk.write()
    desk.publish()
    desk.rewrite("Isi kabar.", "Isi yang benar.")
    desk.api.faults.append(fault)
    assert desk.run("publish", "kabar.md", "--note", "Keliru.").code == 3
    assert "RALAT" in desk.posts[0]
    assert len(desk.posts) == 1
    desk.let_pauses_end()
    desk.publish()
    desk.publish()
    assert len(desk.posts) == 2


def test_a_reply_in_doubt_is_never_doubled(desk: Newsroom) -> None:
    desk.write()
    desk.publish()
    desk.rewrite("Isi kabar.", "Isi yang benar.")
    desk.api.faults.append(LostReply(on="sendMessage"))
    assert desk.run("publish", "kabar.md", "--note", "Keliru.").code == 4
    for _ in range(3):
        desk.run("tick")
        desk.run("publish", "kabar.md")
    assert len(desk.posts) == 2


def test_a_killed_article_leaves_neither_pin_nor_reply(desk: Newsroom) -> None:
    desk.write(urgency=1)
    desk.publish()
    desk.rewrite("Isi kabar.", "Isi yang benar.")
    desk.publish("--note", "Keliru.")
    answer = desk.run("withdraw", "kabar.md", "--reason", "Tidak benar.", "--kill")
    assert answer.code == 0, answer.said
    assert (desk.posts, desk.api.pinned) == ([], [])


def test_a_pin_that_is_refused_keeps_the_post_and_says_what_to_do(desk: Newsroom) -> None:
    desk.write(urgency=1)
    text = "Bad Request: not enough rights to manage pinned messages in the chat"
    desk.api.faults.append(No(on="pinChatMessage", description=text))
    answer = desk.run("publish", "kabar.md")
    assert answer.code == 3
    assert "channels.telegram.pin: make the bot an administrator" in answer.out
    assert len(desk.posts) == 1
    assert TOKEN not in answer.said
    desk.publish()
    assert (len(desk.posts), desk.api.pinned) == (1, [1])


def test_a_changed_album_is_refused_in_the_plan(desk: Newsroom) -> None:
    for name in ("a", "b", "c"):
        (desk.folder / f"{name}.png").write_bytes(PIXEL + name.encode())
    desk.write(associations=[{"file": "a.png"}, {"file": "b.png"}])
    desk.publish()
    assert [post.album for post in desk.api.shown] == [1, 1]
    desk.write(associations=[{"file": f"{name}.png"} for name in "abc"], uri=desk.uri())
    answer = desk.run("publish", "kabar.md", "--note", "Satu foto lagi.", "--dry-run")
    assert answer.code == 3
    assert "cannot" in answer.out
    why = "is 2 photos, and the article now has 3"
    assert why in answer.out
    checked = desk.run("check", "kabar.md")
    assert checked.code == 1
    [line] = [line for line in checked.out.splitlines() if why in line]
    assert line.startswith("kabar.md: channel: telegram: ")
    assert all(post.edits == [] for post in desk.api.shown)


def test_a_form_is_sent_as_a_document(desk: Newsroom) -> None:
    (desk.folder / "formulir.pdf").write_bytes(PAPER)
    desk.write(associations=[{"file": "formulir.pdf", "caption": "Formulir pendaftaran"}])
    desk.publish()
    assert desk.post.document
    assert (desk.post.document.name, desk.post.document.content) == ("formulir.pdf", PAPER)
    assert "Dokumen: Formulir pendaftaran" in desk.post.text


UNFETCHED = "Bad Request: failed to get HTTP URL content"


@pytest.fixture
def bare(desk: Newsroom) -> Newsroom:
    """A desk whose urgent post has a picture that nobody can fetch just now."""
    desk.change("telegram", preview="photo")
    picture = {"file": "http://127.0.0.1:9/foto.png", "alt": "Foto"}
    desk.write(urgency=1, associations=[picture])
    desk.api.faults.append(No(on="sendPhoto", description=UNFETCHED))
    answer = desk.run("publish", "kabar.md")
    assert "http://127.0.0.1:9/foto.png left out" in answer.out
    assert answer.code == 3
    return desk


def test_a_post_whose_picture_waits_is_out_and_pinned(bare: Newsroom) -> None:
    [post] = bare.api.shown
    assert post.photo is None
    assert bare.api.pinned == [1]
    assert addressed(bare) == {"post": "due", "pin": "settled"}
    assert "foto.png left out" in bare.run("status").out
    asked = len(bare.api.requests)
    bare.run("tick")
    assert len(bare.api.requests) == asked  # not before its time


def test_a_picture_that_waits_is_put_there_by_a_later_tick(bare: Newsroom) -> None:
    bare.api.faults.append(No(on="editMessageMedia", description=UNFETCHED))
    bare.let_pauses_end()
    assert bare.run("tick").code == 3
    bare.let_pauses_end()
    assert bare.run("tick").code == 0
    [post] = bare.api.shown
    assert post.photo
    assert addressed(bare) == {"post": "settled", "pin": "settled"}


def test_after_two_days_a_post_stays_without_its_picture(bare: Newsroom) -> None:
    for _ in range(11):
        bare.api.faults.append(No(on="editMessageMedia", description=UNFETCHED))
        bare.let_pauses_end()
        bare.run("tick")
    assert addressed(bare) == {"post": "settled", "pin": "settled"}
    assert bare.run("status").code == 0


def test_a_picture_that_waits_is_taken_out_by_a_correction(bare: Newsroom) -> None:
    path = bare.folder / "kabar.md"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "foto.png" not in line))
    bare.publish("--note", "Fotonya keliru.")
    assert addressed(bare)["post"] == "settled"
    assert bare.api.shown[0].photo is None


def test_a_post_whose_picture_waits_can_be_withdrawn_at_once(bare: Newsroom) -> None:
    assert bare.run("withdraw", "kabar.md", "--reason", "Keliru.").code == 0
    assert "Keliru." in bare.posts[0]
    assert addressed(bare) == {"post": "settled", "pin": "settled"}
    assert bare.api.pinned == []
