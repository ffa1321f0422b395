"""The feed's folder as a whole: subjects, archive, pages, notices, and who is told of a change."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from support.feed_folder import ATOM, BASE, changed, links, page_of, stamps, titles
from support.newsroom import EVENING, NOON, Newsroom


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
