"""The feed's folder of a newsroom, and a hub that is told of its changes."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from xml.etree import ElementTree as ET

from support.newsroom import Newsroom
from syndicate.testing import PIXEL

BASE = "https://kantor.example/feed"
ATOM = "{http://www.w3.org/2005/Atom}"
MAIN = ["atom.xml", "feed.json", "index.html", "rss.xml"]


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


def page_of(room: Newsroom, name: str = "kabar.md") -> Path:
    slug = room.uri(name).rpartition(":")[2]
    [path] = (room.feed / "articles").glob(f"*{slug}*.html")
    return path


def everything(room: Newsroom) -> None:
    """A newsroom whose feed has all there is."""
    room.change("feed", pages=True, subjects=["pilkada"], items=1)
    (room.folder / "foto.png").write_bytes(PIXEL)
    pictures = [{"file": "foto.png", "alt": "Foto"}]
    room.write(url=None, subjects=["pilkada"], associations=pictures)
    room.write("lain.md", headline="Lain", url=None, subjects=["pilkada"])


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
