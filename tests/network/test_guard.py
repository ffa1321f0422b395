"""What articles and hubs name is asked only where it is everybody's."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from support.newsroom import REAL, Newsroom, newsroom
from support.serving import served
from syndicate import Unavailable
from syndicate.intake.remote_media import UNMEASURED, Sizes
from syndicate.loopback.botapi import No
from syndicate.model.article import Media
from syndicate.network.asking import HttpClient, NoAnswer
from syndicate.network.exchange import Limits
from syndicate.network.http import PROXIES
from syndicate.network.public import is_public, may_be_public, sites
from syndicate.testing import HELLO, PIXEL
from syndicate_feed.announce import ping

BRIEF = Limits(seconds=5, octets=1000)
PUBLIC = ["8.8.8.8", "103.28.12.1", "2606:4700::1111", "2001:4860:4860::8888", "64:ff9b::808:808"]
INSIDE = [
    "127.0.0.1", "127.1.2.3", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "240.0.0.1",
    "192.0.2.1", "198.18.0.1", "203.0.113.9", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1",
    "fd12:3456::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "2002:7f00:1::",
    "2002:a00:1::1", "::ffff:0:0", "2001::1", "no number", "",
]  # fmt: skip
LITERALS = [
    "http://127.0.0.1/", "http://127.1/", "http://0x7f000001/", "http://2130706433/",
    "http://017700000001/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[fe80::1]/",
    "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://169.254.169.254/latest/",
    "http://localhost/", "http://LOCALHOST./", "http://db.internal/", "http://printer.lan/",
    "http://intranet/", "http://router.home.arpa/", "http://a.localhost/",
    "http://user:word@10.0.0.1/", "http://127.0.0.1.:80/",
]  # fmt: skip


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def test_an_address_is_judged_by_where_packets_to_it_end() -> None:
    assert [one for one in PUBLIC if not is_public(one)] == []
    assert [one for one in INSIDE if is_public(one)] == []


def test_a_name_is_judged_as_far_as_it_tells() -> None:
    assert [url for url in LITERALS if may_be_public(urlsplit(url).hostname or "")] == []
    assert [one for one in ("kpu.go.id", "8.8.8.8", "xn--a.example", "local.example")
            if not may_be_public(one)] == []  # fmt: skip


class Site(ThreadingHTTPServer):
    """Answers everything with a picture, or sends on."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.asked: list[str] = []
        self.moved = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answering(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(307 if self.server.moved else 200)
        if self.server.moved:
            self.send_header("Location", self.server.moved)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", f"{len(PIXEL)}")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(PIXEL)

    do_HEAD = do_POST = do_GET

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def inside() -> Iterator[Site]:
    with served(Site()) as server:
        yield server


@pytest.fixture
def outside() -> Iterator[Site]:
    with served(Site()) as server:
        yield server


def names(monkeypatch: pytest.MonkeyPatch, table: dict[str, list[str]]) -> list[str]:
    """A DNS of these names; what was looked up is in the list that comes back."""
    asked: list[str] = []

    def look_up(host: object, port: object, *_: object, **__: object) -> list[object]:
        name = host.decode() if isinstance(host, bytes) else str(host)
        asked.append(name)
        numbers = table.get(name, [name] if name[0].isdigit() else [])
        if not numbers:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "",
             (one, int(str(port or 0))))
            for one in numbers
        ]  # fmt: skip

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


def why(url: str, own: frozenset[tuple[str, int]] = frozenset()) -> str:
    return whys([url], own)[0]


def whys(urls: Iterable[str], own: frozenset[tuple[str, int]] = frozenset()) -> list[str]:
    """What comes of each question; "no answer ()" is what nothing may be told of."""
    with HttpClient("x", own=own) as line:
        return [asked(line, url) for url in urls]


def asked(line: HttpClient, url: str) -> str:
    try:
        return str(line.ask("HEAD", url, BRIEF, follow=True).status_code)
    except NoAnswer as error:
        return f"no answer ({error})"


def test_no_address_that_leads_inside_is_asked(inside: Site) -> None:
    hosts = [re.sub(r"^http://|(:80)?/.*", "", url) for url in LITERALS]
    urls = [f"http://{host}:{inside.server_port}/a.png" for host in hosts]
    assert set(whys(urls)) == {"no answer ()"}
    assert inside.asked == []


def test_a_name_that_leads_inside_is_not_asked(
    inside: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    names(
        monkeypatch,
        {
            "jahat.example": ["127.0.0.1"],
            "enam.example": ["::ffff:127.0.0.1"],
            "nat.example": ["64:ff9b::7f00:1"],
            "banyak.example": ["10.0.0.1", "::1"],
        },
    )
    hosts = ("jahat", "enam", "nat", "banyak")
    urls = [f"http://{host}.example:{inside.server_port}/" for host in hosts]
    assert set(whys(urls)) == {"no answer ()"}
    assert inside.asked == []


def test_the_connection_goes_to_the_address_that_was_looked_at(
    inside: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that would lead elsewhere the next time is looked up only once."""
    table = {"ganti.example": ["127.0.0.1"]}
    lookups = names(monkeypatch, table)

    def looked_at(number: str) -> bool:
        table["ganti.example"] = ["127.0.0.9"]
        return number == "127.0.0.1"

    monkeypatch.setattr("syndicate.network.asking.is_public", looked_at)
    assert why(f"http://ganti.example:{inside.server_port}/") == "200"
    assert lookups == ["ganti.example"]


def test_a_redirect_is_looked_at_as_the_first_address_is(inside: Site, outside: Site) -> None:
    own = sites([outside.url])
    outside.moved = f"{inside.url}/a.png"
    assert why(f"{outside.url}/a.png", own) == "no answer ()"
    outside.moved = f"http://localhost:{inside.server_port}/"
    assert why(f"{outside.url}/a.png", own) == "no answer ()"
    assert inside.asked == []
    assert len(outside.asked) == 2


def test_the_office_s_own_sites_may_lie_inside_and_other_ports_of_them_not(inside: Site) -> None:
    assert why(f"{inside.url}/a.png", sites([inside.url])) == "200"
    assert why(f"{inside.url}/a.png", sites(["http://127.0.0.1:1"])) == "no answer ()"


def test_by_a_proxy_names_are_judged_and_the_proxy_itself_may_lie_inside(
    inside: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", inside.url)
    lookups = names(monkeypatch, {})
    assert why("http://situs.example/a.png") == "200"
    assert inside.asked == ["http://situs.example/a.png"]
    assert set(whys([*LITERALS, f"{inside.url}/"])) == {"no answer ()"}
    assert len(inside.asked) == 1
    assert lookups == []


def test_where_no_proxy_is_named_for_a_host_it_is_looked_at(
    inside: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "jahat.example")
    names(monkeypatch, {"jahat.example": ["127.0.0.1"]})
    assert why(f"http://jahat.example:{inside.server_port}/") == "no answer ()"
    assert inside.asked == []


def test_a_hub_may_lie_inside_and_sends_nobody_elsewhere_there(inside: Site, outside: Site) -> None:
    hub = f"{outside.url}/hub"
    assert ping("channels.feed.hubs", hub, "https://a.example", b'{"rss.xml": ""}') == ""
    outside.moved = f"{inside.url}/delete"
    with pytest.raises(Unavailable, match=r"/hub cannot be reached$"):
        ping("channels.feed.hubs", hub, "https://a.example", b'{"rss.xml": ""}')
    assert inside.asked == []


def test_a_picture_inside_is_shown_and_not_measured(inside: Site) -> None:
    url = f"{inside.url}/a.png"
    article = replace(HELLO, media=(Media(url=url),))
    unasked = Sizes().measured(article, None)
    assert unasked.article == article
    assert unasked.notes == (f"{url}: {UNMEASURED}: it cannot be reached",)
    assert inside.asked == []
    found = Sizes(own=sites([inside.url])).measured(article, None).article
    assert found.media[0].size == len(PIXEL)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom(tmp_path / "office") as office:
        yield office


def test_a_plan_says_what_is_not_going_to_be_asked(room: Newsroom, inside: Site) -> None:
    url = f"{inside.url}/a.png"
    room.write(associations=[{"file": url, "alt": "x"}])
    note = f"{url}: {UNMEASURED}: it cannot be reached"
    for words in (("check", "kabar.md"), ("publish", "kabar.md", "--dry-run")):
        answer = room.run(*words, at=REAL)
        assert answer.said.count(note) == 1, answer.said
    assert room.run("publish", "kabar.md", at=REAL).said.count(note) == 1
    assert inside.asked == []


def test_a_picture_that_telegram_cannot_fetch_is_not_fetched_from_inside(
    room: Newsroom, inside: Site
) -> None:
    room.only("telegram", "feed")
    room.change("telegram", preview="photo")
    room.write(associations=[{"file": f"{inside.url}/a.png", "alt": "x"}])
    room.api.faults.append(No(on="sendPhoto", description="Bad Request: webpage_curl_failed"))
    answer = room.run("publish", "kabar.md", at=REAL)
    assert "neither Telegram nor we can fetch it" in answer.said
    assert inside.asked == []
    # the feed's own site is asked, wherever it lies
    room.change("feed", url=f"{inside.url}/feed")
    room.write("dua.md", headline="Kabar dua",
               associations=[{"file": f"{inside.url}/b.png", "alt": "x"}])  # fmt: skip
    room.api.faults.append(No(on="sendPhoto", description="Bad Request: webpage_curl_failed"))
    room.run("publish", "dua.md", at=REAL)
    assert inside.asked == ["/b.png", "/b.png"]
    assert room.posts[-1].startswith("Kabar dua")
