"""A connection that cannot be made is refused with the setting and the variable behind it."""

from __future__ import annotations

import socketserver
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from support.posts import channel
from syndicate import Refused, Unavailable
from syndicate.intake.remote_media import Sizes
from syndicate.model.article import Media
from syndicate.network.asking import HttpClient, NoAnswer
from syndicate.network.exchange import Limits
from syndicate.network.http import PROXIES
from syndicate.testing import HELLO
from syndicate_feed.announce import ping

BRIEF = Limits(seconds=5, octets=1000)
SECRET = "pr0xy-w0rd"
WRONG = {
    "HTTPS_PROXY": (f"gopher://u:{SECRET}@proxy.example:1", "the proxy's address must begin with"),
    "http_proxy": (f"socks4://u:{SECRET}@h:1", "the proxy's address must begin with"),
    "all_proxy": ("http://[::", "a proxy's host or port is not valid"),
    "https_proxy": (f"http://u:{SECRET}@127.0.0.1:abc", "a proxy's host or port is not valid"),
    "HTTP_PROXY": (f"http://u:{SECRET}/w@proxy.example:1", "/ in a password as %2F"),
    "NO_PROXY": ("[::", "a proxy's host or port is not valid"),
    "SSL_CERT_FILE": ("/nowhere/ca.pem", "the certificates cannot be read"),
}


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(params=WRONG)
def wrong(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """A variable that no connection can be made with, and what is said of it."""
    value, says = WRONG[request.param]
    monkeypatch.setenv(request.param, value)
    return request.param, says


def test_a_client_that_cannot_be_made_names_the_setting_and_the_variable(
    wrong: tuple[str, str],
) -> None:
    with pytest.raises(Refused) as refused:
        HttpClient("channels.x.api").__enter__()
    said = str(refused.value)
    assert said.startswith("channels.x.api: no connection can be made: ")
    assert wrong[1] in said
    assert wrong[0] in said
    assert SECRET not in said


def test_a_bot_is_refused_and_not_in_doubt(wrong: tuple[str, str]) -> None:
    with pytest.raises(Refused, match=r"channels\.tg\.api: no connection"):
        channel("https://api.telegram.example").__enter__()


def test_a_hub_is_refused(wrong: tuple[str, str]) -> None:
    with pytest.raises(Refused, match=r"channels\.feed\.hubs: no connection"):
        ping("channels.feed.hubs", "https://hub.example/", "https://a.example", b'{"rss.xml": ""}')


def test_pictures_of_other_sites_are_shown_and_not_measured(wrong: tuple[str, str]) -> None:
    media = Media(file="a", url="https://a.example/a.png")
    measured = Sizes().measured(replace(HELLO, media=(media,)), None)
    assert measured.article.media == (media,)
    assert "no connection can be made" in measured.notes[0]


class Socks(socketserver.StreamRequestHandler):
    """A SOCKS 5 proxy that answers for the site behind it (RFC 1928)."""

    def handle(self) -> None:
        version, count = self.rfile.read(2)
        self.rfile.read(count)
        self.wfile.write(b"\x05\x00")
        _, _, _, kind = self.rfile.read(4)
        length = self.rfile.read(1)[0] if kind == 3 else 4
        self.rfile.read(length + 2)
        self.wfile.write(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
        while self.rfile.readline().strip():
            pass
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nsocks")
        assert version == 5


@pytest.fixture
def socks() -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Socks) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks"])
def test_socks_proxies_work_however_they_are_written(
    scheme: str, socks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", f"{scheme}://127.0.0.1:{socks}")
    with HttpClient("x") as line:
        assert line.ask("GET", "http://192.0.2.1/", BRIEF).text == "socks"


def test_a_proxy_that_nobody_answers_at_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with pytest.raises(Unavailable):
        ping("channels.feed.hubs", "http://hub.example/", "https://a.example", b'{"rss.xml": ""}')
    with pytest.raises(NoAnswer), HttpClient("x") as line:
        line.ask("GET", "http://192.0.2.1/", BRIEF)


def test_the_machine_s_own_certificates_are_read_from_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ca.pem").write_text("no certificate", encoding="ascii")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with pytest.raises(Refused, match="SSL_CERT_FILE"):
        HttpClient("x").__enter__()
