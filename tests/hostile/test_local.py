"""What another user of the machine can do, who may read our folders: nothing that stops us."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.newsroom import REAL, Newsroom, newsroom


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom(tmp_path / "kantor") as room:
        yield room


@contextmanager
def held(*paths: Path) -> Iterator[None]:
    """Lock all of these as somebody who may read them can."""
    handles = [os.open(path, os.O_RDONLY) for path in paths]
    try:
        for handle in handles:
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        for handle in handles:
            os.close(handle)


def readable_by_all(folder: Path) -> list[Path]:
    """All that another user can open, folders and files."""
    found = [folder, *folder.rglob("*")]
    return [path for path in found if path.stat().st_mode & 0o004 and not path.is_symlink()]


@pytest.mark.soak
def test_no_lock_that_others_can_hold_stops_a_publication(room: Newsroom) -> None:
    room.write()
    room.publish()
    room.rewrite("Isi kabar.", "Isi kabar yang lain.")
    room.write("dua.md", headline="Kabar kedua")
    public = readable_by_all(room.folder / "public")
    articles = [room.folder, room.folder / "kabar.md", room.folder / "dua.md"]
    began = time.monotonic()
    with held(*public, *articles):
        room.publish("--minor")
        room.publish("dua.md")
        assert room.run("withdraw", "dua.md", "--reason", "Keliru.", "--yes").code == 0
    assert time.monotonic() - began < 15
    assert "Isi kabar yang lain." in room.entries[-1]["content_html"]


def test_a_lock_that_another_holds_keeps_nobody_from_the_uri(room: Newsroom) -> None:
    room.write()
    began = time.monotonic()
    with held(room.folder):
        room.publish("--channel", "feed")
    assert room.uri().startswith("tag:kantor.example,")
    assert time.monotonic() - began < 8


def test_what_a_living_writer_writes_is_left_to_it(room: Newsroom) -> None:
    room.write()
    room.publish()
    busy = room.feed / ".syndicate-rss.xml.hidup.tmp"
    busy.write_text("half")
    dead = room.feed / ".syndicate-rss.xml.mati.tmp"
    dead.write_text("half")
    room.rewrite("Isi kabar.", "Isi kabar yang lain.")
    with held(busy):
        room.publish("--minor")
        assert busy.exists()
    assert not dead.exists()


@pytest.mark.parametrize("name", ["rss.xml", "atom.xml", "feed.json", "index.html"])
def test_a_link_in_the_feeds_folder_leads_no_writing_elsewhere(name: str, room: Newsroom) -> None:
    aim = room.folder / "aim"
    aim.write_text("mine")
    room.write()
    room.publish()
    (room.feed / name).unlink()
    (room.feed / name).symlink_to(aim)
    planted = room.feed / f".syndicate-{name}.x.tmp"
    planted.symlink_to(aim)
    room.rewrite("Isi kabar.", "Isi kabar yang lain.")
    room.publish("--minor")
    assert aim.read_text() == "mine"
    assert not (room.feed / name).is_symlink()
    assert (room.feed / name).stat().st_mode & 0o777 == 0o644


def test_a_pipe_in_a_feeds_place_keeps_nobody_waiting(room: Newsroom) -> None:
    room.write()
    room.publish()
    for name in ("rss.xml", "index.html"):
        (room.feed / name).unlink()
        os.mkfifo(room.feed / name)
    room.rewrite("Isi kabar.", "Isi kabar yang lain.")
    began = time.monotonic()
    room.publish("--minor")
    assert time.monotonic() - began < 10
    assert (room.feed / "rss.xml").is_file()


def unmount(room: Newsroom) -> None:
    """Leave an empty folder on another disk in the feed's place."""
    shutil.rmtree(room.feed)
    room.feed.mkdir()
    room.change_ledger("UPDATE channels SET disk = 'another' WHERE disk != ''")


def test_a_feeds_disk_that_is_not_mounted_is_waited_for(room: Newsroom) -> None:
    room.write()
    room.publish()
    unmount(room)
    room.write("dua.md", headline="Kabar kedua")
    answer = room.run("publish", "dua.md")
    assert answer.code == 3
    assert "is that disk mounted?" in answer.said
    assert list(room.feed.iterdir()) == []
    assert "Kabar kedua" in room.posts[-1]  # the other channels go on
    assert "is that disk mounted?" in room.run("status").out
    assert room.run("withdraw", "kabar.md", "--reason", "Keliru.", "--yes").code == 3
    room.let_pauses_end()
    assert room.run("tick").code == 3
    assert list(room.feed.iterdir()) == []
    assert "is that disk mounted?" in room.run("channels", "check", at=REAL).out
    room.change_ledger("UPDATE channels SET disk = '' WHERE disk != ''")  # it is mounted again
    room.let_pauses_end()
    assert room.run("tick").code == 0
    assert room.entries[0]["title"] == "Kabar kedua"


def test_a_feed_that_is_to_start_on_a_new_disk_is_written_anew(room: Newsroom) -> None:
    room.write()
    room.publish()
    unmount(room)
    room.rewrite("Isi kabar.", "Isi kabar yang lain.")
    assert room.run("publish", "kabar.md", "--minor").code == 3
    assert list(room.feed.iterdir()) == []
    room.let_pauses_end()
    room.publish("--refresh")
    assert "yang lain" in room.entries[0]["content_html"]
    room.rewrite("yang lain", "yang ketiga")
    room.publish("--minor")


@pytest.mark.parametrize("how", ["emptied", "removed", "another number"])
def test_what_is_no_missing_disk_is_written_as_ever(how: str, room: Newsroom) -> None:
    room.write()
    room.publish()
    if how == "another number":  # a restart can give a disk one
        room.change_ledger("UPDATE channels SET disk = 'another' WHERE disk != ''")
    else:
        shutil.rmtree(room.feed)
    if how == "emptied":
        room.feed.mkdir()
    room.rewrite("Isi kabar.", "Isi kabar yang lain.")
    room.publish("--minor")
    assert "yang lain" in room.entries[0]["content_html"]
    assert room.rows("SELECT disk FROM channels WHERE name = 'feed'") == [
        (f"{room.feed.stat().st_dev}",)
    ]


def test_a_first_publication_to_an_empty_disk_waits_for_nothing(room: Newsroom) -> None:
    room.write()
    room.publish("--channel", "telegram")
    room.change_ledger("UPDATE channels SET disk = 'another' WHERE name = 'feed'")
    room.publish()
    assert len(room.entries) == 1
