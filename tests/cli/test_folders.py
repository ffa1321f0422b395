"""A feed's folder is known by its mark: nothing is written into another one in its place."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from support.newsroom import EVENING, NOON, REAL, Newsroom, Table

MISSING = "is not the folder that the ledger knows: its mark is missing there"


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    room.only("feed", "telegram")
    room.change("feed", pages=True)
    return room


def mark(folder: Path) -> Path:
    [found] = folder.glob(".syndicate-*")
    return found


def emptied(feed: Path) -> None:
    feed.mkdir()


def removed(_feed: Path) -> None:
    """Leave nothing at all."""


def placeholder(feed: Path) -> None:
    feed.mkdir()
    (feed / "NOT-MOUNTED").touch()


def mirrored(feed: Path) -> None:
    """Put a copy there that was made without what begins with a dot."""
    shutil.copytree(feed.with_name("away"), feed, ignore=shutil.ignore_patterns(".*"))


def linked_away(feed: Path) -> None:
    feed.with_name("other").mkdir()
    feed.symlink_to("other")


def of_another_ledger(feed: Path) -> None:
    mirrored(feed)
    (feed / f".syndicate-{'0' * 32}").touch(mode=0o600)


def with_a_link_as_mark(feed: Path) -> None:
    mirrored(feed)
    name = mark(feed.with_name("away")).name
    (feed / name).symlink_to("rss.xml")


IN_ITS_PLACE = [emptied, removed, placeholder, mirrored, linked_away, of_another_ledger,
                with_a_link_as_mark]  # fmt: skip


def unmount(room: Newsroom, leave: Callable[[Path], None] = emptied) -> None:
    room.feed.rename(room.feed.with_name("away"))
    leave(room.feed)


def mount(room: Newsroom) -> None:
    if room.feed.is_symlink():
        room.feed.unlink()
    elif room.feed.exists():
        shutil.rmtree(room.feed)
    room.feed.with_name("away").rename(room.feed)


def contents(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


@pytest.mark.parametrize("leave", IN_ITS_PLACE)
def test_what_is_said_while_the_folder_is_away_waits_for_it(
    leave: Callable[[Path], None], room: Newsroom
) -> None:
    room.write("satu.md", headline="Satu", url=None)
    room.write("dua.md", headline="Dua", url=None)
    room.publish("satu.md", "dua.md")
    unmount(room, leave)
    before = contents(room.feed)
    withdrawn = room.run("withdraw", "satu.md", "--reason", "Keliru.", "--yes")
    room.rewrite("Isi kabar.", "Isi lain.", "dua.md")
    corrected = room.run("publish", "dua.md", "--note", "Isinya salah.")
    room.write("tiga.md", headline="Tiga")
    for answer in (withdrawn, corrected, room.run("publish", "tiga.md"), room.run("tick")):
        assert answer.code == 3, answer.said
        assert MISSING in answer.said or "it now leads to" in answer.said
        assert "syndicate channels move feed" in answer.said
    assert contents(room.feed) == before
    assert "syndicate channels move feed" in room.run("status").out
    assert "syndicate channels move feed" in room.run("channels", "check", "feed", at=REAL).out
    mount(room)
    done = room.run("tick", at=NOON)
    assert done.code == 0, done.said
    titles = [one["title"] for one in room.entries]
    assert sorted(titles) == ["DITARIK: Satu", "Dua", "Tiga"]
    pages = "".join(path.read_text() for path in (room.feed / "articles").iterdir())
    assert "Keliru." in pages
    assert "Isi lain." in pages
    assert room.run("status").code == 0


@pytest.mark.parametrize(
    "words",
    [("publish", "kabar.md"), ("publish", "kabar.md", "--refresh"),
     ("withdraw", "kabar.md", "--reason", "Keliru.", "--kill", "--yes")],
)  # fmt: skip
def test_nothing_counts_as_done_that_cannot_be_seen(words: tuple[str, ...], room: Newsroom) -> None:
    room.write()
    room.publish()
    unmount(room)
    answer = room.run(*words, "--json")
    assert answer.code == 3
    states = {one["state"] for one in answer.json["lines"] if one["channel"] == "feed"}
    assert states == {"waiting"}
    assert MISSING in answer.said
    assert not contents(room.feed)


def test_a_machine_without_the_folder_is_quiet_where_nothing_waits(room: Newsroom) -> None:
    room.write()
    room.publish()
    unmount(room, removed)
    answer = room.run("tick", at=NOON)
    assert (answer.code, answer.out) == (0, "")
    assert not room.feed.exists()


def test_what_expires_while_the_folder_is_away_leaves_the_feed_afterwards(room: Newsroom) -> None:
    room.write(expires=NOON)
    room.publish()
    unmount(room)
    assert room.run("tick", at=EVENING).code == 3
    assert not contents(room.feed)
    mount(room)
    assert room.run("tick", at=EVENING).code == 0
    assert room.entries == []


def test_a_dry_run_says_that_the_folder_is_away(room: Newsroom) -> None:
    room.write()
    room.publish()
    unmount(room)
    room.rewrite("Isi kabar.", "Isi lain.")
    assert MISSING in room.run("publish", "kabar.md", "--minor", "--dry-run").said


def test_a_folder_is_the_same_under_another_path(room: Newsroom) -> None:
    room.write(url=None)
    room.publish()
    room.feed.rename(room.folder / "disk")
    room.change("feed", directory="disk")
    answer = room.run("withdraw", "kabar.md", "--reason", "Keliru.", "--yes")
    assert answer.code == 0, answer.said
    assert "Keliru." in (room.folder / "disk" / "feed.json").read_text()
    assert "Keliru." in "".join(p.read_text() for p in (room.folder / "disk/articles").iterdir())
    assert "has not moved" in room.run("channels", "move", "feed").out
    assert room.run("channels", "check", "feed", at=REAL).code == 0
    room.change("feed", directory="public/feed")
    (room.folder / "disk").rename(room.feed)
    room.write("dua.md", headline="Dua")
    room.publish("dua.md")
    assert len(room.entries) == 2


def test_another_path_without_the_mark_is_told_by_what_it_lacks(room: Newsroom) -> None:
    room.write(url=None)
    room.publish()
    room.change("feed", directory="mnt/feed")  # the share is not mounted there
    (room.folder / "mnt" / "feed").mkdir(parents=True)
    answer = room.run("withdraw", "kabar.md", "--reason", "Keliru.", "--yes")
    assert (answer.code, list((room.folder / "mnt" / "feed").iterdir())) == (3, [])
    assert "where the mark of the ledger's folder" in answer.said
    assert "not mounted" in answer.said
    assert "the machine that has it" in answer.said


def test_a_new_feed_may_begin_where_another_one_was(room: Newsroom) -> None:
    room.write()
    room.publish()
    room.feed.rename(room.folder / "disk")
    room.change("feed", directory="disk")
    other: Table = {"url": "https://lain.example", "directory": "public/feed", "title": "Lain"}
    room.channels["lain"] = {"kind": "feed"} | other
    room.configure()
    room.write("dua.md", headline="Dua")
    room.publish("dua.md")
    assert mark(room.feed).name != mark(room.folder / "disk").name


def test_a_folder_that_was_emptied_on_purpose_is_written_anew(room: Newsroom) -> None:
    room.write(url=None)
    room.publish()
    before = contents(room.feed)
    old = mark(room.feed).name
    shutil.rmtree(room.feed)
    assert "starts again" in room.run("channels", "move", "feed").out
    room.write("dua.md", headline="Dua")
    room.publish("dua.md")
    assert mark(room.feed).name != old
    assert before.keys() - contents(room.feed).keys() == {old}
    assert len(room.entries) == 2
    assert "has not moved" in room.run("channels", "move", "feed").out


def test_a_folder_of_an_older_ledger_gets_its_mark_where_something_of_it_stands(
    room: Newsroom,
) -> None:
    room.write()
    room.publish()
    mark(room.feed).unlink()
    room.change_ledger("UPDATE channels SET mark = ''")
    (room.feed / "rss.xml").unlink()  # the rest is enough
    room.rewrite("Isi kabar.", "Isi lain.")
    room.publish("--minor")
    assert "Isi lain." in (room.feed / "rss.xml").read_text()
    assert mark(room.feed)


@pytest.mark.parametrize("leave", [emptied, removed, placeholder])
def test_a_folder_of_an_older_ledger_that_shows_nothing_of_it_is_waited_for(
    leave: Callable[[Path], None], room: Newsroom
) -> None:
    room.write(url=None)
    room.publish()
    mark(room.feed).unlink()
    room.change_ledger("UPDATE channels SET mark = ''")
    unmount(room, leave)
    answer = room.run("withdraw", "kabar.md", "--reason", "Keliru.", "--yes")
    assert (answer.code, MISSING in answer.said) == (3, True)
    assert MISSING in room.run("channels", "check", "feed", at=REAL).out
    mount(room)
    assert room.run("tick").code == 0
    [page] = (room.feed / "articles").iterdir()
    assert "Keliru." in page.read_text()


def test_a_mark_is_private_and_told_to_nobody(room: Newsroom) -> None:
    room.change("feed", after=["sh", "-c", 'echo "$@" > told', "sh", "{files}"])
    room.write()
    room.publish("--channel", "feed", at=REAL)
    state = mark(room.feed).stat()
    assert stat.S_IMODE(state.st_mode) == 0o600
    told = (room.feed / "told").read_text()
    assert "rss.xml" in told
    assert ".syndicate" not in told
    [(kept,)] = room.rows("SELECT mark FROM channels WHERE name = 'feed'")
    assert kept not in mark(room.feed).name + mark(room.feed).read_text()


def test_two_ledgers_may_know_one_folder(room: Newsroom) -> None:
    room.write()
    room.publish()
    for path in room.folder.glob("*syndicate.db*"):
        path.unlink()
    for path in room.folder.glob(".syndicate.db*"):
        path.unlink()
    for name in ("rss.xml", "atom.xml", "feed.json", "index.html"):
        (room.feed / name).unlink()
    room.publish("--new")
    assert len(list(room.feed.glob(".syndicate-*"))) == 2


def test_a_folder_that_cannot_be_looked_into_is_no_emptied_one(room: Newsroom) -> None:
    if os.geteuid() == 0:
        pytest.skip("nothing is closed to root")
    room.write()
    room.publish()
    room.feed.chmod(0)
    try:
        answer = room.run("withdraw", "kabar.md", "--reason", "Keliru.", "--yes")
        assert answer.code == 3
    finally:
        room.feed.chmod(0o755)
    assert room.run("tick").code == 0
    assert room.entries[0]["title"].startswith("DITARIK")
