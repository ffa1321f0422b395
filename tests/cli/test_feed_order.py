"""A feed's order, and its folder after crashes and beside other people's files."""

from __future__ import annotations

import os
import re
import signal
import stat
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import feedparser
import pytest

from support.feed_folder import BASE, MAIN, changed, everything, public, stamps, titles
from support.newsroom import EVENING, MORNING, NOON, Newsroom
from syndicate_feed import files


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    room.only("feed", "telegram")
    return room


def points_to(folder: Path) -> set[str]:
    """The files of the folder that its feeds and its page name."""
    found: set[str] = set()
    for path in [*folder.rglob("*.xml"), *folder.rglob("*.json"), *folder.glob("index.html")]:
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(rf"{BASE}/((?:media|articles|archive|subjects)/[\w./-]+)", text))
    return found


def test_no_feed_ever_points_to_what_is_not_there(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = 0

    def then_look(done: Callable[..., None]) -> Callable[..., None]:
        def both(*given: Any) -> None:
            nonlocal looked
            done(*given)
            looked += 1
            assert {
                name for name in points_to(room.feed) if not (room.feed / name).exists()
            } == set()

        return both

    monkeypatch.setattr(files, "write_file", then_look(files.write_file))
    monkeypatch.setattr(files, "delete_file", then_look(files.delete_file))
    everything(room)
    room.publish()
    room.publish("lain.md", at=NOON)
    room.run("withdraw", "kabar.md", "--reason", "Tidak benar.", "--kill", at=EVENING)
    assert looked > 20
    assert not list((room.feed / "media").iterdir())


@pytest.mark.parametrize("moment", range(1, 15))
def test_a_crash_between_two_files_heals_at_the_next_run(
    room: Newsroom, moment: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything(room)
    room.publish("lain.md")
    write, left = files.write_file, moment

    def die(*given: Any) -> None:
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        write(*given)

    child = os.fork()
    if not child:
        monkeypatch.setattr(files, "write_file", die)
        try:
            room.run("publish", "kabar.md", at=NOON)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert all((room.feed / name).exists() for name in points_to(room.feed))
    room.write("baru.md", headline="Baru")
    room.publish("baru.md", at=EVENING)  # of something else
    room.publish("kabar.md", at=EVENING)
    assert room.run("status", at=EVENING).code == 0
    assert {name for name in points_to(room.feed) if not (room.feed / name).exists()} == set()
    held = {uri for path in room.feed.rglob("*.xml") for uri in _uris(path)}
    assert held == {room.uri(name) for name in ("kabar.md", "lain.md", "baru.md")}
    assert len(room.posts) == 3


def _uris(path: Path) -> set[str]:
    return set(re.findall(r"tag:kantor[^<]+", path.read_text(encoding="utf-8")))


def test_a_feed_waits_for_the_picture_that_it_shows(room: Newsroom) -> None:
    everything(room)
    room.publish("lain.md")
    before = stamps(room.feed)
    (room.feed / "media").write_text("in the way")
    answer = room.run("publish", "kabar.md", at=NOON)
    assert answer.code == 3
    assert "media is not a folder" in answer.out
    assert answer.out.count("comes after media/") > 1
    changes = changed(before, stamps(room.feed))
    assert [name for name in changes if not name.startswith("articles/")] == ["media"]
    (room.feed / "media").unlink()
    room.publish("kabar.md", at=NOON)
    assert titles(room) == ["Kabar pertama"]


def test_other_peoples_files_are_left_alone(room: Newsroom) -> None:
    room.feed.mkdir(parents=True)
    room.feed.chmod(0o750)
    theirs = {"index.html": "<p>theirs", "feed.txt": "theirs", "media": None}
    for name, text in theirs.items():
        path = room.feed / name
        path.write_text(text) if text else path.mkdir()
    (room.feed / "media" / "logo.png").write_bytes(b"theirs")
    room.write()
    answer = room.run("publish", "kabar.md")
    assert answer.code == 3
    assert "index.html is not ours: move it away, or set index = false" in answer.out
    assert (room.feed / "index.html").read_text() == "<p>theirs"
    assert titles(room) == ["Kabar pertama"]
    room.change("feed", index=False)
    assert room.run("publish", "kabar.md").code == 0
    assert (room.feed / "index.html").read_text() == "<p>theirs"
    assert (room.feed / "media" / "logo.png").read_bytes() == b"theirs"
    assert stat.S_IMODE(room.feed.stat().st_mode) == 0o750


def test_a_ledger_that_was_lost_goes_on_with_the_folder_it_finds(room: Newsroom) -> None:
    everything(room)
    room.publish("kabar.md", "lain.md")
    for path in room.folder.glob("syndicate.db*"):
        path.unlink()
    assert room.run("publish", "kabar.md", "--channel", "feed", "--new", at=NOON).code == 1
    assert room.run("ledger", "restored", at=NOON).code == 0
    answer = room.run("publish", "kabar.md", "--channel", "feed", "--new", at=NOON)
    assert answer.code == 0, answer.said


def test_a_wiped_folder_is_filled_again_when_that_is_asked_for(room: Newsroom) -> None:
    everything(room)
    room.publish()
    room.publish("lain.md", at=NOON)
    before = {name: content for name, (content, *_) in stamps(room.feed).items()}
    for path in sorted(room.feed.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    assert room.run("channels", "move", "feed", at=NOON).code == 0
    room.publish("lain.md", at=NOON)
    after = {name: content for name, (content, *_) in stamps(room.feed).items()}
    assert public(after) == public(before)


def test_the_feed_keeps_its_id_and_its_items_theirs_when_its_address_changes(
    room: Newsroom,
) -> None:
    room.change("feed", subjects=["pilkada"])
    room.write(subjects=["pilkada"])
    room.publish()
    names = ("atom.xml", "subjects/pilkada/atom.xml")
    before = [feedparser.parse((room.feed / name).read_bytes()).feed.id for name in names]
    assert before == [f"{BASE}/{name}" for name in names]
    room.change("feed", url="https://baru.example/kabar")
    room.publish("--refresh")
    feeds = [feedparser.parse((room.feed / name).read_bytes()).feed for name in names]
    assert [feed.id for feed in feeds] == before
    assert "https://baru.example/kabar/atom.xml" in [link.href for link in feeds[0].links]


def test_articles_of_one_command_and_one_day_keep_their_order(room: Newsroom) -> None:
    for number in (3, 1, 2):
        name, date = f"k{number}.md", "2026-05-03"
        room.write(name, f"Isi ke-{number}.", headline=f"Kabar {number}", date=date)
    room.publish("k3.md", "k1.md", "k2.md")
    assert titles(room) == ["Kabar 2", "Kabar 1", "Kabar 3"]
    stamps = [entry["date_modified"] for entry in room.entries]
    assert len(set(stamps)) == 3
    for entry in room.entries:
        assert entry["date_modified"] >= entry["date_published"]


def test_articles_without_a_date_are_told_apart_by_seconds(room: Newsroom) -> None:
    for number in range(3):
        room.write(f"k{number}.md", f"Isi ke-{number}.", headline=f"Kabar {number}")
    room.publish("k2.md", "k0.md", "k1.md")
    assert titles(room) == ["Kabar 1", "Kabar 0", "Kabar 2"]
    stamps = [entry["date_modified"] for entry in room.entries]
    assert stamps == sorted(set(stamps), reverse=True)
    assert stamps[0] == MORNING


def test_commands_keep_their_order_whatever_number_of_articles_each_has(room: Newsroom) -> None:
    room.write("a.md", headline="Kabar a")
    room.publish("a.md", at="2026-05-04T10:00:00+07:00")
    names = [f"b{number}" for number in range(9)]
    for name in names:
        room.write(f"{name}.md", f"Isi {name}.", headline=f"Kabar {name}")
    room.publish(*(f"{name}.md" for name in names), at="2026-05-04T10:00:03+07:00")
    assert titles(room) == [*(f"Kabar {name}" for name in reversed(names)), "Kabar a"]
    stamps = [entry["date_modified"] for entry in room.entries]
    assert stamps == sorted(set(stamps), reverse=True)


def test_each_correction_is_newer_than_what_it_corrects(room: Newsroom) -> None:
    for name in ("a", "b"):
        room.write(f"{name}.md", date="2026-05-04T20:00:00+07:00", headline=f"Kabar {name}")
    room.publish("a.md", "b.md")
    seen = {entry["date_modified"] for entry in room.entries}
    for hour, word in ((13, "satu"), (14, "dua")):
        for name in ("a", "b"):
            path = room.folder / f"{name}.md"
            path.write_text(path.read_text().replace("Isi", f"{word} Isi"))
            at = f"2026-05-04T{hour}:00:00+07:00"
            room.publish(f"{name}.md", "--note", "Keliru.", at=at)
        now = {entry["date_modified"] for entry in room.entries}
        assert len(now) == 2
        assert not now & seen
        assert min(now) > max(seen)
        seen |= now


def test_dated_articles_of_one_command_never_share_a_second(room: Newsroom) -> None:
    room.write("a.md", date="2026-05-03T10:00:01+07:00", headline="Kabar a")
    room.write("b.md", date="2026-05-03T10:00:00+07:00", headline="Kabar b")
    room.publish("a.md", "b.md")
    stamps = [entry["date_modified"] for entry in room.entries]
    assert len(set(stamps)) == 2


def test_what_is_dated_ahead_is_not_changed_before_it_was_published(room: Newsroom) -> None:
    room.write(date="2026-05-04T18:00:00+07:00")
    room.publish()
    room.rewrite("Isi kabar.", "Isi yang benar.")
    room.publish("--note", "Isinya keliru.", at=NOON)
    [entry] = room.entries
    assert entry["date_published"] == "2026-05-04T18:00:00+07:00"
    assert entry["date_modified"] == "2026-05-04T18:00:01+07:00"


def test_addresses_beyond_ascii_are_uris_in_every_feed(room: Newsroom) -> None:
    room.write(
        body="[Peta](<https://contoh.go.id/peta é?x=[1]>) <a href='https://ä.example/ü'>x</a>",
        url="https://contoh.go.id/berita/é?x=[1]",
        infoSources=[{"name": "KPU", "role": "originator", "uri": "https://kpu.example/ñ"}],
        associations=[{"file": "https://contoh.go.id/foto-é.png", "alt": "a"}],
    )
    room.publish()
    for name in MAIN[:3]:
        text = (room.feed / name).read_text(encoding="utf-8")
        found = [unescape(unescape(one)) for one in re.findall(r"https?://[^\s\"'<>\\]+", text)]
        assert [one for one in found if not one.isascii() or "[" in one] == []
        assert "https://contoh.go.id/berita/%C3%A9?x=%5B1%5D" in found
