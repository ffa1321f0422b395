"""A real feed reader follows the feed over HTTP: what is new, what has changed, what has not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from reader import Entry, Reader, make_reader

from support.newsroom import EVENING, MORNING, NOON, Newsroom
from support.serving import served

TYPES = {".xml": "application/xml", ".json": "application/feed+json"}


class Site(ThreadingHTTPServer):
    """A web server for a folder, as static ones are: with ETag and 304."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), File)
        self.folder = folder
        self.answers: list[int] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class File(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        content = (self.server.folder / self.path.lstrip("/")).read_bytes()
        tag = f'"{sha256(content).hexdigest()}"'
        known = self.headers.get("If-None-Match") == tag
        self.server.answers.append(304 if known else 200)
        self.send_response(304 if known else 200)
        self.send_header("ETag", tag)
        if not known:
            self.send_header("Content-Type", TYPES[Path(self.path).suffix])
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if not known:
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


class Follower:
    """Somebody who reads the feed."""

    def __init__(self, reader: Reader, site: Site, name: str) -> None:
        self.reader, self.site = reader, site
        self.feed = f"{site.url}/{name}"
        reader.add_feed(self.feed)

    def look(self) -> tuple[int, int, list[str]]:
        """The server's answer, how many entries are new, and which say that they were updated."""
        before = {one.id: one.updated for one in self.entries}
        found = self.reader.update_feed(self.feed)
        new = found.new if found else 0
        after = {one.id: one.updated for one in self.entries}
        return self.site.answers[-1], new, [i for i in before if before[i] != after[i]]

    @property
    def entries(self) -> list[Entry]:
        return list(self.reader.get_entries(feed=self.feed))


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    room.only("feed")
    room.change("feed", url="https://kantor.example/feed")
    return room


@pytest.mark.parametrize("name", ["rss.xml", "atom.xml", "feed.json"])
def test_a_reader_sees_what_is_new_and_what_was_corrected_and_no_more(
    room: Newsroom, name: str
) -> None:
    room.write()
    room.write("lain.md", headline="Lain")
    room.publish("kabar.md", "lain.md")
    with served(Site(room.feed)) as site, _reader() as reader:
        follower = Follower(reader, site, name)
        assert follower.look() == (200, 2, [])
        assert follower.look() == (304, 0, [])
        room.publish("kabar.md", "lain.md", at=NOON)
        room.run("tick", at=NOON)
        assert follower.look() == (304, 0, [])

        room.rewrite("Isi kabar.", "Isi yang benar.")
        room.publish("--note", "Isinya salah.", at=NOON)
        assert follower.look() == (200, 0, [room.uri()])
        assert follower.look() == (304, 0, [])
        said = text(follower, room.uri())
        assert "Isi yang benar." in said
        assert "Isinya salah." in said

        room.rewrite("Isi yang benar.", "Isi yang benar sekali.")
        room.publish("--minor", at=EVENING)
        assert follower.look() == (200, 0, [])
        assert "Isi yang benar sekali." in text(follower, room.uri())

        room.run("withdraw", "lain.md", "--reason", "Tidak benar.", at=EVENING)
        assert follower.look() == (200, 0, [room.uri("lain.md")])
        assert "Tidak benar." in text(follower, room.uri("lain.md"))

        room.write("baru.md", headline="Baru")
        room.publish("baru.md", at=EVENING)
        assert follower.look() == (200, 1, [])
        assert {one.id for one in follower.entries} == {
            room.uri(article) for article in ("kabar.md", "lain.md", "baru.md")
        }


def test_a_new_settings_title_is_no_update_of_any_entry(room: Newsroom) -> None:
    room.write()
    room.publish(at=MORNING)
    with served(Site(room.feed)) as site, _reader() as reader:
        follower = Follower(reader, site, "atom.xml")
        assert follower.look() == (200, 1, [])
        room.change("feed", title="Kabar Kantor")
        room.publish(at=NOON)
        assert follower.look() == (200, 0, [])
        assert reader.get_feed(follower.feed).title == "Kabar Kantor"


def text(follower: Follower, uri: str) -> str:
    [entry] = [one for one in follower.entries if one.id == uri]
    content: Any = entry.get_content(prefer_summary=False)
    return str(content.value)


@contextmanager
def _reader() -> Iterator[Reader]:
    reader = make_reader(":memory:")
    try:
        yield reader
    finally:
        reader.close()
