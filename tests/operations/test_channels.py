"""Destinations move, are renamed, come from strangers and break; the ledger keeps its head."""

from __future__ import annotations

import shutil

import pytest

from support.newsroom import EVENING, NOON, Newsroom, Table, part

WALL = """
from dataclasses import dataclass
from pathlib import Path
from syndicate import Channel, Receipt, Refused, Rendition, Revises, Scope, Unavailable

@dataclass(kw_only=True)
class Wall(Revises):
    kind = "wall"
    scope = Scope.ARTICLE
    file: str
    breaks: str = ""

    def trip(self, where):
        if self.breaks == where:
            raise RuntimeError("the wall fell over")

    def render(self, edition):
        self.trip("render")
        [item] = edition.items
        said = item.withdrawal.reason if item.withdrawal else item.article.headline
        yield Rendition(address="note", media_type="text/plain", content=said.encode())

    def __enter__(self):
        self.trip("open")
        return self

    def __exit__(self, *_):
        self.trip("close")

    def identity(self):
        self.trip("identity")
        return self.target()

    def publish(self, delivery):
        self.trip("publish")
        Path(self.file).write_bytes(delivery.rendition.content)
        return Receipt(reference="note")

    def revise(self, delivery, receipt):
        return self.publish(delivery)

    def target(self):
        self.trip("target")
        return self.file

    def outside(self, home, rendition=None):
        return ""
"""


@pytest.fixture
def wall(room: Newsroom) -> Newsroom:
    """An office whose first channel is somebody else's."""
    (room.folder / "wall.py").write_text(WALL)
    own: Table = {"kind": "./wall.py:Wall", "file": str(room.folder / "wall.txt")}
    room.channels = {"wall": own, **room.channels}
    room.configure()
    return room


def on_the_wall(room: Newsroom) -> str:
    path = room.folder / "wall.txt"
    return path.read_text() if path.exists() else ""


# a stranger's channel


@pytest.mark.parametrize("kind", ["./wall.py:Wall", "wall:Wall"])
def test_a_channel_of_one_file_publishes_corrects_and_withdraws(
    wall: Newsroom, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(wall.folder))
    wall.change("wall", kind=kind)
    wall.write()
    wall.publish()
    assert on_the_wall(wall) == "Kabar pertama"
    wall.rewrite("Kabar pertama", "Kabar yang benar")
    wall.publish("--note", "Salah tulis.")
    assert on_the_wall(wall) == "Kabar yang benar"
    assert wall.run("withdraw", "kabar.md", "--reason", "Salah semua.").code == 0
    assert on_the_wall(wall) == "Salah semua."


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("import nothing_of_this_name", "./broken.py:Wall"),
        ("raise RuntimeError('no')", "./broken.py:Wall"),
        ("def (", "./broken.py:Wall"),
        ("Wall = 1", "./broken.py:Wall"),
        ("", "./broken.py:Wall"),
        (WALL.replace("Scope.ARTICLE", "Scope.DIGEST"), "./broken.py:Wall"),
        (WALL.replace("Scope.ARTICLE", "Scope.COLLECTION"), "./broken.py:Wall"),
        ("", "./missing.py:Wall"),
        ("", "nothing_of_this_name:Wall"),
    ],
)
def test_a_channel_that_cannot_be_loaded_is_a_fault_of_the_configuration(
    wall: Newsroom, source: str, kind: str
) -> None:
    (wall.folder / "broken.py").write_text(source)
    wall.change("wall", kind=kind)
    wall.write()
    answer = wall.run("publish", "kabar.md")
    assert answer.code == 1
    assert answer.complaint.startswith("syndicate: channels.wall.kind: ")
    assert wall.effects == 0
    assert not wall.ledger.exists()


@pytest.mark.parametrize("where", ["render", "open", "identity", "publish"])
def test_a_channel_that_breaks_stops_no_other(wall: Newsroom, where: str) -> None:
    wall.change("wall", breaks=where)
    wall.write()
    answer = wall.run("publish", "kabar.md")
    assert answer.code == (4 if where == "publish" else 3)
    assert answer.said.count("the wall fell over") == 1
    assert len(wall.posts) == len(wall.entries) == 1
    wall.change("wall", breaks="")
    if where != "publish":  # there, whether it happened is for a person to say
        wall.publish()
        assert on_the_wall(wall) == "Kabar pertama"
    assert len(wall.api.posts) == 1


def test_a_channel_that_breaks_when_it_hangs_up_has_published(wall: Newsroom) -> None:
    wall.change("wall", breaks="close")
    wall.write()
    answer = wall.run("publish", "kabar.md")
    assert answer.code == 3
    assert on_the_wall(wall) == "Kabar pertama"
    assert len(wall.posts) == len(wall.entries) == 1


# a destination that is another one now


def test_another_chat_gets_nothing_until_the_move_is_confirmed(room: Newsroom) -> None:
    room.write()
    room.publish()
    room.change("telegram", chat="@pindah")
    room.rewrite("Isi kabar.", "Isi yang benar.")
    answer = room.run("publish", "kabar.md", "--note", "Isinya salah.")
    assert answer.code == 3
    assert "syndicate channels move telegram" in answer.said
    assert [post.chat_id for post in room.api.posts] == [-1001]
    assert "Isi kabar." in room.post.text
    assert "Isi yang benar." in room.entries[0]["content_html"]

    assert room.run("channels", "move", "telegram").code == 0
    room.write("lain.md", headline="Kabar lain")
    room.run("publish", "lain.md")
    assert [post.chat_id for post in room.api.posts] == [-1001, -1003]
    assert "Isi kabar." in room.posts[0]  # it is corrected where it stands, or not at all


def test_the_old_chat_set_back_goes_on_as_before(room: Newsroom) -> None:
    room.write()
    room.publish()
    room.change("telegram", chat="@pindah")
    room.rewrite("Isi kabar.", "Isi yang benar.")
    assert room.run("publish", "kabar.md", "--note", "Isinya salah.").code == 3
    room.change("telegram", chat="@kabar")
    room.publish()
    assert "Isi yang benar." in room.post.text


def test_a_chat_that_only_took_another_name_is_the_same_one(room: Newsroom) -> None:
    room.write()
    room.publish()
    room.api.chats = {"@kabar_resmi": -1001}
    room.change("telegram", chat="@kabar_resmi")
    room.rewrite("Isi kabar.", "Isi yang benar.")
    room.publish("--note", "Isinya salah.")
    assert "Isi yang benar." in room.post.text


def test_a_dry_run_tells_of_a_destination_that_changed(room: Newsroom) -> None:
    room.write()
    room.publish()
    room.change("feed", directory="public/baru")
    answer = room.run("publish", "kabar.md", "--dry-run")
    assert "nothing is sent there before you run `syndicate channels move feed`" in answer.out


def test_a_moved_feed_is_written_anew_after_the_move_is_confirmed(room: Newsroom) -> None:
    room.write()
    room.publish()
    room.change("feed", directory="public/baru")
    answer = room.run("publish", "kabar.md")
    assert answer.code == 3
    assert "syndicate channels move feed" in answer.said
    assert not (room.folder / "public" / "baru").exists()
    assert room.run("channels", "move", "feed").code == 0
    room.publish()
    moved = {path.name: path.read_bytes() for path in (room.folder / "public/baru").glob("[!.]*")}
    assert moved == {path.name: path.read_bytes() for path in room.feed.glob("[!.]*")}


@pytest.mark.parametrize("name", ["telegram", "feed", "harian"])
def test_a_renamed_channel_goes_on_after_it_is_said(room: Newsroom, name: str) -> None:
    room.subscribe("ani@pembaca.example")
    room.write()
    room.publish()
    room.channels = {("baru" if n == name else n): table for n, table in room.channels.items()}
    room.configure()
    assert f"channels rename {name} NEW" in room.run("channels", "list").out
    assert room.run("channels", "rename", name, "baru").code == 0
    room.rewrite("Isi kabar.", "Isi yang benar.")
    room.publish("--note", "Isinya salah.", at=NOON)
    assert "Isi yang benar." in room.post.text
    assert len(room.api.posts) == 1
    assert "Isi yang benar." in room.entries[0]["content_html"]
    room.run("digest", at=EVENING)
    assert room.readers == ["ani@pembaca.example"]
    assert "Kabar pertama" in part(room.letters[0], "plain")


def test_a_renamed_channel_posts_nothing_twice_before_it_is_said(room: Newsroom) -> None:
    room.write()
    room.publish()
    room.channels["baru"] = room.channels.pop("telegram")
    room.configure()
    answer = room.run("publish", "kabar.md")
    assert answer.code == 3
    assert "syndicate channels rename telegram baru" in answer.said
    assert len(room.api.posts) == 1


@pytest.mark.parametrize(
    ("old", "new", "code"), [("gone", "feed", 1), ("feed", "gone", 1), ("feed", "telegram", 1)]
)
def test_a_wrong_rename_is_refused(room: Newsroom, old: str, new: str, code: int) -> None:
    room.write()
    room.publish()
    before = room.remembered()
    assert room.run("channels", "rename", old, new).code == code
    assert room.remembered() == before


# the ledger, copied and brought back


def test_a_restored_ledger_posts_nothing_twice(room: Newsroom) -> None:
    room.write()
    room.publish()
    assert room.run("ledger", "backup", "cadangan.db").code == 0
    room.write("lain.md", headline="Kabar lain")
    room.publish("lain.md", at=NOON)
    for path in room.folder.glob("syndicate.db*"):
        path.unlink()
    shutil.copy(room.folder / "cadangan.db", room.ledger)
    asked = room.run("ledger", "restored", at=EVENING)
    assert asked.code == 2
    assert "harian 4 May 2026 17:00 WIB" in asked.complaint
    assert room.run("ledger", "restored", "--digests", "sent", at=EVENING).code == 0

    room.publish(at=EVENING)
    answer = room.run("publish", "lain.md", at=EVENING)
    assert answer.code == 1
    assert "--new" in answer.complaint
    assert "adopt" in answer.complaint
    assert room.run("adopt", "lain.md", "--channel", "telegram", "2", at=EVENING).code == 0
    room.publish("lain.md", at=EVENING)
    assert len(room.api.posts) == 2
    assert len(room.entries) == 2


def test_a_post_of_another_article_cannot_be_taken_on(room: Newsroom) -> None:
    room.write()
    room.publish()
    room.write("lama.md", headline="Kabar lama", uri="tag:kantor.example,2026-05-03:lama")
    before = room.remembered()
    for said in ("1", "https://t.me/kabar/1"):
        answer = room.run("adopt", "lama.md", "--channel", "telegram", said)
        assert answer.code == 2
        assert "another article is there according to the ledger: tag:" in answer.complaint
    answer = room.run("adopt", "lama.md", "--channel", "telegram", "https://t.me/lain/7")
    assert answer.code == 1
    assert "leads to another chat: channels.telegram.chat is @kabar" in answer.complaint
    assert room.remembered() == before


def test_a_backup_is_private_and_never_over_another_file(room: Newsroom) -> None:
    room.write()
    room.publish()
    assert room.run("ledger", "backup", "cadangan.db").code == 0
    copy = room.folder / "cadangan.db"
    assert copy.stat().st_mode & 0o077 == 0
    before = copy.read_bytes()
    assert room.run("ledger", "backup", "cadangan.db").code == 2
    assert copy.read_bytes() == before


def test_what_waited_when_the_backup_was_made_is_in_doubt_after_it(room: Newsroom) -> None:
    room.write()
    room.environment["TG_TOKEN"] = "123456:WRONG"
    assert room.run("publish", "kabar.md").code == 3
    answer = room.run("ledger", "restored")
    assert answer.code == 0
    assert "1 in doubt" in answer.out
    shown = room.run("status")
    assert shown.code == 4
    assert "syndicate resolve" in shown.out


def test_the_ledger_is_private(room: Newsroom) -> None:
    room.write()
    room.publish()
    assert room.ledger.stat().st_mode & 0o077 == 0


def test_a_list_renamed_after_a_publication_keeps_its_readers_and_its_news(room: Newsroom) -> None:
    room.subscribe("ani@pembaca.example")
    room.channels["warta"] = room.channels.pop("harian")
    room.configure()
    room.write()
    assert room.run("publish", "kabar.md").code == 3  # harian may be another machine's
    early = room.run("digest", at=EVENING)
    assert early.code == 3
    assert "syndicate channels rename harian warta" in early.err
    assert not room.letters
    assert room.run("channels", "rename", "harian", "warta").code == 0
    assert room.run("digest", at=EVENING).code == 0
    assert [letter.recipient for letter in room.smtp.letters] == ["ani@pembaca.example"]


def test_a_channel_renamed_after_a_publication_keeps_its_posts(room: Newsroom) -> None:
    room.write()
    room.publish("kabar.md")
    room.channels["siaran"] = room.channels.pop("telegram")
    room.configure()
    assert room.run("publish", "kabar.md").code == 3
    assert room.run("channels", "rename", "telegram", "siaran").code == 0
    assert room.run("publish", "kabar.md").code == 0
    assert len(room.posts) == 1


def test_a_channel_that_has_spoken_is_not_taken_for_another(room: Newsroom) -> None:
    room.subscribe("ani@pembaca.example")
    room.channels["warta"] = dict(room.channels["harian"])
    room.configure()
    room.run("subscribers", "add", "--list", "warta", "budi@pembaca.example")
    room.channels.pop("harian")
    room.configure()
    answer = room.run("channels", "rename", "harian", "warta")
    assert answer.code == 1
    assert "another channel" in answer.err
