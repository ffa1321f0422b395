"""The feed's folder as a whole: subjects, archive, pages, notices, and who is told of a change."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
from collections.abc import Callable, Iterator
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from xml.etree import ElementTree as ET

import feedparser
import pytest

from support.newsroom import EVENING, MORNING, NOON, REAL, Newsroom
from support.serving import served
from syndicate.testing import PIXEL
from syndicate_feed import files

BASE = "https://kantor.example/feed"
ATOM = "{http://www.w3.org/2005/Atom}"
MAIN = ["atom.xml", "feed.json", "index.html", "rss.xml"]


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    room.only("feed", "telegram")
    return room


def publish_many(room: Newsroom, count: int, **front: object) -> list[str]:
    """Articles a day apart; their uris, oldest first."""
    for number in range(1, count + 1):
        name = f"kabar{number}.md"
        room.write(name, f"Isi {number}.", headline=f"Kabar {number}", **front)
        room.publish(name, at=f"2026-05-{number + 3:02}T09:00:00+07:00")
    return [room.uri(f"kabar{number}.md") for number in range(1, count + 1)]


def ids(path: Path) -> list[str]:
    """What an Atom document holds."""
    return [one.findtext(f"{ATOM}id", "") for one in ET.parse(path).iter(f"{ATOM}entry")]


def links(path: Path, rel: str) -> list[str]:
    return [
        one.get("href", "")
        for one in ET.parse(path).iter(f"{ATOM}link")
        if one.get("rel") == rel
    ]  # fmt: skip


def titles(room: Newsroom) -> list[str]:
    return [one["title"] for one in room.entries]


def stamps(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {
        str(p.relative_to(folder)): (p.read_bytes(), p.stat().st_mtime_ns, p.stat().st_ino)
        for p in found
    }


def public(held: dict[str, Any]) -> dict[str, Any]:
    """What a folder holds, without its mark."""
    return {name: content for name, content in held.items() if not name.startswith(".syndicate")}


def changed(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return sorted(name for name in before | after if before.get(name) != after.get(name))


# subjects


def test_a_subject_has_feeds_of_its_own(room: Newsroom) -> None:
    room.change("feed", subjects=["Pilkada", "rekrutmen"])
    room.write(subjects=["pilkada", "KPU"])
    room.write("lain.md", headline="Lain", subjects=["cuaca"])
    room.publish("kabar.md", "lain.md")
    folder = room.feed / "subjects"
    assert sorted(path.name for path in folder.iterdir()) == ["pilkada", "rekrutmen"]
    assert ids(folder / "pilkada" / "atom.xml") == [room.uri()]
    assert ids(folder / "rekrutmen" / "atom.xml") == []
    assert len(ids(room.feed / "atom.xml")) == 2
    assert ET.parse(folder / "pilkada" / "rss.xml").findtext("channel/title") == "Kabar: Pilkada"
    assert links(folder / "pilkada" / "atom.xml", "self") == [f"{BASE}/subjects/pilkada/atom.xml"]


def test_an_article_that_changes_its_subject_changes_feeds(room: Newsroom) -> None:
    room.change("feed", subjects=["pilkada", "rekrutmen"])
    room.write(subjects=["pilkada"])
    room.publish()
    room.rewrite('["pilkada"]', '["rekrutmen"]')
    room.publish("--minor")
    folder = room.feed / "subjects"
    assert ids(folder / "pilkada" / "atom.xml") == []
    assert ids(folder / "rekrutmen" / "atom.xml") == [room.uri()]


def test_a_change_touches_only_the_feeds_it_is_in(room: Newsroom) -> None:
    room.change("feed", subjects=["pilkada", "rekrutmen"], index=False)
    room.write("a.md", headline="A", subjects=["pilkada"])
    room.write("b.md", headline="B", subjects=["rekrutmen"])
    room.publish("a.md", "b.md")
    before = stamps(room.feed)
    room.rewrite("Isi kabar.", "Isi yang benar.", "a.md")
    room.publish("a.md", "--note", "Isinya salah.")
    feeds = ["atom.xml", "feed.json", "rss.xml"]
    expected = [*feeds, *(f"subjects/pilkada/{name}" for name in feeds)]
    assert changed(before, stamps(room.feed)) == expected


def test_a_subject_that_is_taken_out_of_the_settings_is_taken_away(room: Newsroom) -> None:
    room.change("feed", subjects=["pilkada", "rekrutmen"])
    room.write(subjects=["pilkada"])
    room.publish()
    room.change("feed", subjects=["rekrutmen"])
    answer = room.publish()
    assert "subjects/pilkada/rss.xml  remove  done" in answer.out
    assert [path.name for path in (room.feed / "subjects").iterdir()] == ["rekrutmen"]
    room.change("feed", subjects=["pilkada", "rekrutmen"])
    room.publish()
    assert ids(room.feed / "subjects" / "pilkada" / "atom.xml") == [room.uri()]


def test_two_subjects_with_one_address_are_refused(room: Newsroom) -> None:
    room.change("feed", subjects=["KPU", "kpu!"])
    room.write()
    answer = room.run("publish", "kabar.md")
    assert answer.code == 1
    assert "channels.feed.subjects: 'KPU' and 'kpu!' would have the same address" in answer.err


# the archive


def test_what_has_left_the_feed_is_in_the_archive(room: Newsroom) -> None:
    room.change("feed", items=2)
    uris = publish_many(room, 5)
    archive = room.feed / "archive"
    assert sorted(path.name for path in archive.iterdir()) == ["1.xml", "2.xml"]
    found, document = ids(room.feed / "atom.xml"), room.feed / "atom.xml"
    while older := links(document, "prev-archive"):
        document = room.feed / older[0].removeprefix(f"{BASE}/")
        assert links(document, "current") == [f"{BASE}/atom.xml"]
        assert links(document, "self") == older
        assert (
            ET.parse(document).find("{http://purl.org/syndication/history/1.0}archive") is not None
        )
        assert ET.parse(document).findtext(f"{ATOM}id") == f"{BASE}/atom.xml"
        found += ids(document)
    assert set(found) == set(uris)
    assert links(room.feed / "rss.xml", "prev-archive") == [f"{BASE}/archive/2.xml"]


def test_a_page_of_the_archive_changes_only_with_an_article_of_its_own(room: Newsroom) -> None:
    room.change("feed", items=2)
    publish_many(room, 4)
    before = stamps(room.feed / "archive")
    room.write("kabar5.md", headline="Kabar 5")
    room.publish("kabar5.md", at="2026-05-20T09:00:00+07:00")
    assert stamps(room.feed / "archive") == before
    room.rewrite("Isi 1.", "Isi satu.", "kabar1.md")
    room.publish("kabar1.md", "--note", "Angkanya salah.", at="2026-05-21T09:00:00+07:00")
    assert changed(before, stamps(room.feed / "archive")) == ["1.xml"]
    assert "Angkanya salah." in (room.feed / "archive" / "1.xml").read_text()
    room.run("withdraw", "kabar3.md", "--reason", "Tidak benar.", at="2026-05-22T09:00:00+07:00")
    assert "Tidak benar." in (room.feed / "archive" / "2.xml").read_text()


def test_what_expires_leaves_the_feed_and_not_the_archive(room: Newsroom) -> None:
    room.change("feed", items=1)
    room.write(expires="2026-05-04T12:00:00+07:00")
    room.publish()
    before = stamps(room.feed / "archive")
    assert room.run("tick", at=EVENING).code == 0
    assert titles(room) == []
    assert ids(room.feed / "archive" / "1.xml") == [room.uri()]
    assert stamps(room.feed / "archive") == before


def test_an_office_that_had_no_archive_gets_one(room: Newsroom) -> None:
    room.change("feed", items=50)
    uris = publish_many(room, 7)
    room.change("feed", items=2)
    room.publish("kabar7.md", at="2026-05-20T09:00:00+07:00")
    pages = sorted((room.feed / "archive").iterdir())
    assert [len(ids(page)) for page in pages] == [2, 2, 2]
    assert {uri for page in pages for uri in ids(page)} == set(uris[:6])


def test_a_feed_that_has_moved_is_renewed_on_request(room: Newsroom) -> None:
    room.change("feed", items=2, pages=True)
    publish_many(room, 5, url=None)
    before = stamps(room.feed)
    room.change("feed", url="https://baru.example/umpan")
    assert room.publish("kabar5.md").code == 0
    old = [path for path in room.feed.rglob("*") if path.is_file() and BASE in path.read_text()]
    assert old  # what nothing happened to waits for somebody to ask
    assert room.publish("kabar5.md", "--refresh").code == 0
    after = stamps(room.feed)
    assert sorted(after) == sorted(before)
    its_id = f"<id>{BASE}/atom.xml</id>".encode()  # which it keeps
    said = {name: content.replace(its_id, b"") for name, (content, *_) in after.items()}
    assert [name for name, content in said.items() if BASE.encode() in content] == []
    assert links(room.feed / "archive" / "2.xml", "prev-archive") == [
        "https://baru.example/umpan/archive/1.xml"
    ]
    room.publish("kabar5.md", "--refresh")
    assert stamps(room.feed) == after


# notices


def test_a_notice_leaves_the_feed_after_its_time(room: Newsroom) -> None:
    room.change("feed", notices=7)
    room.write()
    room.write("lain.md", headline="Lain")
    room.publish("kabar.md", "lain.md")
    room.run("withdraw", "kabar.md", "--reason", "Tidak benar.", at=NOON)
    for day, there in (("05-05", True), ("05-11", True), ("05-12", False)):
        assert room.run("tick", at=f"2026-{day}T09:00:00+07:00").code == 0
        assert ("DITARIK: Kabar pertama" in titles(room)) is there, day
    assert titles(room) == ["Lain"]


def test_a_notice_may_stay_for_ever(room: Newsroom) -> None:
    room.change("feed", notices=0)
    room.write()
    room.publish()
    room.run("withdraw", "kabar.md", "--reason", "Tidak benar.", at=NOON)
    room.run("tick", at="2036-05-04T09:00:00+07:00")
    assert titles(room) == ["DITARIK: Kabar pertama"]


def test_a_tick_with_nothing_to_change_changes_nothing(room: Newsroom) -> None:
    room.change("feed", subjects=["pilkada"], notices=7)
    room.write(subjects=["pilkada"])
    room.publish()
    before = stamps(room.feed)
    (room.feed / "rss.xml").write_text("theirs")  # putting it back is a publication's business
    room.change("feed", title="Lain")
    answer = room.run("tick", at=NOON)
    assert (answer.code, answer.out) == (0, "")
    assert changed(before, stamps(room.feed)) == ["rss.xml"]


# pages


def page_of(room: Newsroom, name: str = "kabar.md") -> Path:
    slug = room.uri(name).rpartition(":")[2]
    [path] = (room.feed / "articles").glob(f"*{slug}*.html")
    return path


def test_an_article_without_a_url_has_a_page_and_it_is_its_url_everywhere(room: Newsroom) -> None:
    room.change("feed", pages=True, subjects=["pilkada"])
    room.write(url=None, subjects=["pilkada"])
    room.publish()
    path = page_of(room)
    url = f"{BASE}/articles/{path.name}"
    assert "Isi kabar." in path.read_text()
    assert [one["url"] for one in room.entries] == [url]
    assert url in repr(room.post)
    assert url in (room.feed / "index.html").read_text()
    assert url in (room.feed / "subjects" / "pilkada" / "rss.xml").read_text()
    said = room.run("status", room.uri()).out
    assert f"version 1  done  {url}" in said


def test_an_article_with_a_url_needs_no_page(room: Newsroom) -> None:
    room.change("feed", pages=True)
    room.write()
    room.publish()
    assert not (room.feed / "articles").exists()
    assert [one["url"] for one in room.entries] == ["https://kantor.example/kabar"]


def test_a_page_is_corrected_and_withdrawn_where_it_stands(room: Newsroom) -> None:
    room.change("feed", pages=True)
    room.write(url=None)
    room.publish()
    path = page_of(room)
    room.rewrite("Isi kabar.", "Isi yang benar.")
    room.publish("--note", "Isinya salah.", at=NOON)
    assert "Isi yang benar." in path.read_text()
    assert "Isinya salah." in path.read_text()
    room.run("withdraw", "kabar.md", "--reason", "Tidak benar.", "--kill", at=EVENING)
    assert "Tidak benar." in path.read_text()
    assert "Isi yang benar." not in path.read_text()
    assert [p.name for p in (room.feed / "articles").iterdir()] == [path.name]


def test_pages_that_are_turned_on_later_are_made_for_what_the_feed_holds(room: Newsroom) -> None:
    room.write(url=None)
    room.write("lain.md", headline="Lain", url=None)
    room.publish("kabar.md")
    room.change("feed", pages=True)
    room.publish("lain.md", at=NOON)
    assert [one["url"] for one in room.entries] == [
        f"{BASE}/articles/{page_of(room, name).name}" for name in ("lain.md", "kabar.md")
    ]


def test_a_page_once_made_is_kept_up_when_pages_are_turned_off(room: Newsroom) -> None:
    room.change("feed", pages=True)
    room.write(url=None)
    room.publish()
    room.change("feed", pages=False)
    room.rewrite("Isi kabar.", "Isi yang benar.")
    room.publish("--minor")
    assert "Isi yang benar." in page_of(room).read_text()
    assert room.entries[0]["url"].endswith(page_of(room).name)


# order, crashes, other people's files


def points_to(folder: Path) -> set[str]:
    """The files of the folder that its feeds and its page name."""
    found: set[str] = set()
    for path in [*folder.rglob("*.xml"), *folder.rglob("*.json"), *folder.glob("index.html")]:
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(rf"{BASE}/((?:media|articles|archive|subjects)/[\w./-]+)", text))
    return found


def everything(room: Newsroom) -> None:
    """A newsroom whose feed has all there is."""
    room.change("feed", pages=True, subjects=["pilkada"], items=1)
    (room.folder / "foto.png").write_bytes(PIXEL)
    pictures = [{"file": "foto.png", "alt": "Foto"}]
    room.write(url=None, subjects=["pilkada"], associations=pictures)
    room.write("lain.md", headline="Lain", url=None, subjects=["pilkada"])


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


# who is told


class Hub(ThreadingHTTPServer):
    """A WebSub hub that writes down which topics were published."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.code = 204
        self.target: str | None = ""  # None: an empty header
        self.next = ""  # where /round/ sends on to
        self.told: list[dict[str, list[str]]] = []
        self.moved: list[dict[str, list[str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/push/"


class Asked(BaseHTTPRequestHandler):
    server: Hub

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/push/":
            self.server.told.append(parse_qs(body))
        elif self.path == "/moved/":
            self.server.moved.append(parse_qs(body))
        code = self.server.code
        found = {"/push/": code, "/moved/": 204, "/round/": code}
        self.send_response(found.get(self.path, 404))
        target = self.server.next if self.path == "/round/" else self.server.target
        if target != "":
            self.send_header("Location", target or "")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hub() -> Iterator[Hub]:
    with served(Hub()) as server:
        yield server


FEEDS = [f"{BASE}/{name}" for name in ("atom.xml", "feed.json", "rss.xml")]


def test_hubs_are_told_of_every_change_and_of_nothing_else(room: Newsroom, hub: Hub) -> None:
    room.change("feed", hubs=[hub.url])
    room.write()
    room.run("publish", "kabar.md", "--dry-run")
    assert hub.told == []
    room.publish()
    assert hub.told == [{"hub.mode": ["publish"], "hub.url": FEEDS}]
    assert links(room.feed / "atom.xml", "hub") == links(room.feed / "rss.xml", "hub") == [hub.url]
    assert json.loads((room.feed / "feed.json").read_text())["hubs"] == [
        {"type": "WebSub", "url": hub.url}
    ]
    room.publish()
    room.run("tick")
    assert len(hub.told) == 1
    room.rewrite("Isi kabar.", "Isi yang benar.")
    room.publish("--note", "Isinya salah.", at=NOON)
    room.rewrite("Isi yang benar.", "Isi kabar.")
    room.publish("--note", "Isinya benar.", at=EVENING)
    assert len(hub.told) == 3


def test_a_hub_that_fails_is_told_by_the_next_run(room: Newsroom, hub: Hub) -> None:
    room.change("feed", hubs=[hub.url], subjects=["pilkada"])
    hub.code = 503
    room.write()
    answer = room.run("publish", "kabar.md")
    assert answer.code == 3
    assert f"waiting  channels.feed.hubs: {hub.url} answered 503" in answer.out
    assert titles(room) == ["Kabar pertama"]
    room.rewrite("Isi kabar.", "Isi yang benar.")
    room.run("publish", "kabar.md", "--minor")
    hub.code = 202
    hub.told.clear()
    assert room.run("tick", at=NOON).code == 0
    [told] = hub.told
    assert told["hub.url"] == [
        *FEEDS,
        *(f.replace(BASE, f"{BASE}/subjects/pilkada") for f in FEEDS),
    ]
    assert room.run("status").code == 0


def test_a_hub_that_is_gone_and_no_longer_named_is_forgotten(room: Newsroom) -> None:
    room.change("feed", hubs=["http://127.0.0.1:1/"])
    room.write()
    answer = room.run("publish", "kabar.md")
    assert answer.code == 3
    assert "http://127.0.0.1:1/ cannot be reached" in answer.out
    room.change("feed", hubs=[])
    room.rewrite("Isi kabar.", "Isi yang benar.")
    room.publish("--minor")
    assert room.run("status").code == 0


def test_what_waits_for_a_hub_that_is_no_longer_named_is_dropped_and_said(
    room: Newsroom, hub: Hub
) -> None:
    room.change("feed", hubs=[hub.url])
    hub.code = 503
    room.write()
    assert room.run("publish", "kabar.md").code == 3
    hub.told.clear()
    hub.code = 204
    room.change("feed", hubs=[])
    answer = room.run("tick", at=NOON)
    assert answer.code == 0
    assert f"feed: hub/{hub.url} is no longer named in the configuration" in answer.out
    assert hub.told == []
    assert room.run("status").code == 0
    assert "no longer named" not in room.run("tick", at=NOON).out


@pytest.mark.parametrize(
    ("after", "says"),
    [
        (["{files}"], "{files} is no program"),
        (["./{files}"], "./{files} is no program"),
        (["sh", "-c", "cat {files}"], "'cat {files}': write '{files}' as a word of its own"),
    ],
)
def test_a_file_of_the_feed_is_never_the_program(
    room: Newsroom, after: list[str], says: str
) -> None:
    room.change("feed", after=after)
    room.write()
    answer = room.run("publish", "kabar.md", at=REAL)
    assert answer.code == 1
    assert f"channels.feed.after: {says}" in answer.said


def test_a_command_that_is_no_longer_set_runs_nothing_else(room: Newsroom) -> None:
    """What waited for it names files of the feed: none of them may be taken for a program."""
    command(room, 23)
    room.change("feed", after=["./push.sh"])
    room.write()
    assert room.run("publish", "kabar.md", at=REAL).code == 3
    pushed(room)
    for name in MAIN:
        program = room.feed / name
        program.write_text(f'#!/bin/sh\ntouch "{room.folder}/hacked"\n')
        program.chmod(0o755)
    room.change("feed", after=[])
    answer = room.run("tick", at=REAL)
    assert answer.code == 0
    assert "feed: after is no longer named in the configuration" in answer.out
    assert not (room.folder / "hacked").exists()
    assert pushed(room) == []


@pytest.mark.parametrize("words", [("tick",), ("publish", "kabar.md", "--minor")])
def test_what_no_longer_has_anybody_to_tell_is_not_said_to_be_done(
    room: Newsroom, hub: Hub, words: tuple[str, ...]
) -> None:
    path = command(room)
    room.change("feed", after=[str(path)], hubs=[hub.url])
    room.write()
    room.publish(at=REAL)  # both were told once
    command(room, 23)
    hub.code = 503
    room.rewrite("Isi kabar", "Isi lain")
    assert room.run("publish", "kabar.md", "--minor", at=REAL).code == 3
    pushed(room)
    hub.told.clear()
    room.change("feed", after=[], hubs=[])
    room.rewrite("Isi lain", "Isi baru")
    answer = room.run(*words, at=REAL)
    assert answer.code == 0
    for what in ("after", f"hub/{hub.url}"):
        assert f"feed: {what} is no longer named in the configuration" in answer.out
        assert f"feed  {what}" not in answer.out
    assert pushed(room) == []
    assert hub.told == []
    assert room.run("tick", at=REAL).out == ""


@pytest.mark.parametrize("code", [307, 308])
def test_a_hub_that_sends_the_request_on_is_followed(room: Newsroom, hub: Hub, code: int) -> None:
    room.change("feed", hubs=[hub.url])
    hub.code, hub.target = code, "/moved/"
    room.write()
    answer = room.publish()
    assert hub.moved == [{"hub.mode": ["publish"], "hub.url": FEEDS}]
    told = f"{hub.url} has moved to {hub.url.replace('/push/', '/moved/')}; write that address"
    assert (told in answer.out) == (code == 308)


@pytest.mark.parametrize("code", [307, 308])
def test_a_hub_on_this_machine_sends_nothing_on_to_another(
    room: Newsroom, hub: Hub, code: int
) -> None:
    room.change("feed", hubs=[hub.url])
    hub.code, hub.target = code, "http://192.0.2.1:9/push/"
    room.write()
    answer = room.run("publish", "kabar.md")
    assert answer.code == 3
    assert f"{hub.url} has moved to http://192.0.2.1:9/push/" in answer.out


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("target", ["/push/", "/round/"])
def test_a_hub_that_sends_in_circles_is_not_said_to_have_moved(
    room: Newsroom, hub: Hub, code: int, target: str
) -> None:
    room.change("feed", hubs=[hub.url])
    hub.code, hub.target, hub.next = code, target, "/push/"
    room.write()
    answer = room.run("publish", "kabar.md")
    goes_on = target == "/push/" or code in (307, 308)
    assert (f"channels.feed.hubs: {hub.url} redirects in circles" in answer.out) == goes_on
    assert ("has moved to" in answer.out) == (not goes_on)


@pytest.mark.parametrize(
    ("code", "target", "shown"),
    [
        (301, "https://u:rahasia@hub.example/new", "https://hub.example/new"),
        (308, "https://u:rahasia@hub.example/lain", "https://hub.example/lain"),
    ],
)
def test_where_a_hub_has_moved_to_is_told_without_a_password(
    room: Newsroom, hub: Hub, code: int, target: str, shown: str
) -> None:
    room.change("feed", hubs=[hub.url])
    hub.code, hub.target = code, target
    room.write()
    answer = room.run("publish", "kabar.md")
    assert "rahasia" not in answer.said
    assert f"has moved to {shown}" in answer.said


@pytest.mark.parametrize("code", [301, 302, 303])
def test_a_hub_that_has_moved_is_named_with_where_to(room: Newsroom, hub: Hub, code: int) -> None:
    room.change("feed", hubs=[hub.url])
    hub.code, hub.target = code, "https://hub.example/new"
    room.write()
    answer = room.run("publish", "kabar.md")
    assert answer.code == 3
    assert f"{hub.url} has moved to https://hub.example/new; write that address" in answer.out


@pytest.mark.parametrize("code", [301, 304, 307, 308])
@pytest.mark.parametrize("target", ["", None])
def test_a_hub_that_does_not_say_where_to_is_waited_for_and_in_no_doubt(
    room: Newsroom, hub: Hub, code: int, target: str | None
) -> None:
    room.change("feed", hubs=[hub.url])
    hub.code, hub.target = code, target
    room.write()
    answer = room.run("publish", "kabar.md")
    assert answer.code == 3
    assert f"channels.feed.hubs: {hub.url} answered {code} without a new address" in answer.out
    assert "waiting" in answer.out
    hub.code, hub.target = 204, ""
    room.let_pauses_end()
    assert room.run("tick").code == 0
    assert hub.told[-1]["hub.url"] == FEEDS


def test_a_hub_that_does_not_say_where_to_in_the_end_is_waited_for(
    room: Newsroom, hub: Hub
) -> None:
    room.change("feed", hubs=[hub.url])
    hub.code, hub.target = 308, "/round/"
    room.write()
    answer = room.run("publish", "kabar.md")
    assert answer.code == 3
    assert "answered 308 without a new address" in answer.out


def test_a_hub_that_sends_in_circles_is_left(room: Newsroom, hub: Hub) -> None:
    room.change("feed", hubs=[hub.url])
    hub.code, hub.target = 308, "/push/"
    room.write()
    assert room.run("publish", "kabar.md").code == 3
    assert len(hub.told) == 4


def command(room: Newsroom, code: int = 0) -> Path:
    """A program that writes down where it ran, and with what."""
    path = room.folder / "push.sh"
    path.write_text(
        f'#!/bin/sh\nfor name in "$@"; do echo "$name" >> "{room.folder}/pushed"; done\n'
        f'pwd >> "{room.folder}/where"\necho "no room" >&2\nexit {code}\n'
    )
    path.chmod(0o755)
    return path


def pushed(room: Newsroom) -> list[str]:
    path = room.folder / "pushed"
    names = path.read_text().splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return names


def test_a_command_is_run_with_the_files_that_changed(room: Newsroom) -> None:
    command(room)
    everything(room)
    room.change("feed", after=["./push.sh", "--", "{files}", "host:to"])
    room.publish(at=REAL)
    page = f"articles/{page_of(room).name}"
    [picture] = (room.feed / "media").iterdir()
    before = pushed(room)
    assert before[0] == "--"
    assert before[-1] == "host:to"
    beside = ["archive/1.xml", page, f"media/{picture.name}"]
    feeds = [f"subjects/pilkada/{name}" for name in ("atom.xml", "feed.json", "rss.xml")]
    assert before[1:-1] == [*beside, *feeds, *MAIN]
    assert (room.folder / "where").read_text().splitlines() == [str(room.feed)]
    room.publish(at=REAL)
    assert pushed(room) == []
    room.run("withdraw", "kabar.md", "--reason", "Tidak benar.", "--kill", at=REAL)
    assert f"media/{picture.name}" in pushed(room)  # it is gone, and is to be purged
    assert not picture.exists()


def test_without_a_place_of_their_own_the_files_come_last(room: Newsroom) -> None:
    command(room)
    room.change("feed", after=["./push.sh", "to"])
    room.write()
    room.publish(at=REAL)
    assert pushed(room) == ["to", *MAIN]


def test_a_command_that_fails_is_run_again_and_undoes_nothing(room: Newsroom) -> None:
    command(room, 23)
    room.change("feed", after=["./push.sh"])
    room.write()
    answer = room.run("publish", "kabar.md", at=REAL)
    assert answer.code == 3
    assert "channels.feed.after: " in answer.out
    assert "push.sh ended with 23 (no room)" in answer.out
    assert titles(room) == ["Kabar pertama"]
    pushed(room)
    command(room)
    assert room.run("tick", at=REAL).code == 0
    assert pushed(room) == MAIN


def test_a_command_that_is_not_there_is_told_of_before_and_after(room: Newsroom) -> None:
    room.change("feed", after=["./gone.sh", "$(touch hacked); echo"])
    room.write()
    assert "gone.sh is not there: install it" in room.run("channels", "check", "feed").out
    answer = room.run("publish", "kabar.md", at=REAL)
    assert answer.code == 3
    assert "gone.sh cannot be run (No such file or directory)" in answer.out
    command(room)
    room.change("feed", after=["./push.sh", "$(touch hacked); `touch hacked`"])
    room.publish(at=REAL)
    assert pushed(room)[0] == "$(touch hacked); `touch hacked`"
    assert not list(room.folder.rglob("hacked"))


def test_a_command_that_never_ends_is_ended(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicate_feed.announce.COMMAND_SECONDS", 0.3)
    (room.folder / "push.sh").write_text("#!/bin/sh\nsleep 60 & wait\n")
    (room.folder / "push.sh").chmod(0o755)
    room.change("feed", after=["./push.sh"])
    room.write()
    answer = room.run("publish", "kabar.md", at=REAL)
    assert answer.code == 3
    assert "push.sh took longer than 0.3 s" in answer.out


def test_who_is_told_is_in_the_plan_of_a_dry_run(room: Newsroom, hub: Hub) -> None:
    room.change("feed", hubs=[hub.url], after=["./push.sh"])
    room.write()
    said = room.run("publish", "kabar.md", "--dry-run").out
    assert f"hub/{hub.url}" in said
    assert "announce" in said
    assert hub.told == []
