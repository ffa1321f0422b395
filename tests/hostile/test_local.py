"""What another user of the machine can do, who may read our folders: nothing that stops us."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.newsroom import Newsroom, newsroom


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
