"""A proxy that is none, or lets nobody through: said with its variable, and nothing in doubt."""

from __future__ import annotations

import gc
import socketserver
from collections.abc import Iterator
from contextlib import ExitStack
from threading import Event, Thread

import pytest

from support import posts
from support.newsroom import REAL, Newsroom, newsroom
from syndicate import Unavailable
from syndicate.loopback.botapi import No
from syndicate.network.http import PROXIES
from syndicate_feed.announce import HUB_LIMITS, ping
from syndicate_telegram.api.client import Timing

# httpcore leaves a line open whose SOCKS handshake came to nothing
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
CLOSE = b"Content-Length: 0\r\nConnection: close\r\n\r\n"
# what answers at the proxy's port, when it has read a line or a hello
ANSWERS = {
    "hangs up": b"",
    "is a web server": b"HTTP/1.1 400 Bad Request\r\n" + CLOSE,
    "wants a name": b"HTTP/1.1 407 Proxy Authentication Required\r\n" + CLOSE,
    "forbids it": b"HTTP/1.1 403 Forbidden\r\n" + CLOSE,
    "is lost itself": b"HTTP/1.1 502 Bad Gateway\r\n" + CLOSE,
    "is a SOCKS proxy that takes nobody": b"\x05\xff",
    "is a SOCKS 4 proxy": b"\x00\x5b\x00\x00\x00\x00\x00\x00",
    "is a SOCKS proxy that knows no such name": b"\x05\x02",
    "is a SOCKS proxy that breaks off": b"\x05",
    "stammers": b"\xff" * 40,
}
SCHEMES = ["socks5", "socks5h", "socks", "http"]


class Proxies:
    """A port for each answer."""

    def __init__(self, stack: ExitStack) -> None:
        self.ports = {name: _port(stack, answer) for name, answer in ANSWERS.items()}


def _port(stack: ExitStack, answer: bytes) -> int:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(300)
            self.request.sendall(answer)

    server = stack.enter_context(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler))
    server.daemon_threads = True
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    stack.callback(server.shutdown)
    return int(server.server_address[1])


@pytest.fixture(scope="module")
def ports() -> Iterator[dict[str, int]]:
    with ExitStack() as stack:
        yield Proxies(stack).ports


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in (*PROXIES, "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    yield
    gc.collect()  # what httpcore left open, before the next test is asked about it


@pytest.fixture
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    with newsroom(tmp_path_factory.mktemp("o") / "office") as office:
        yield office


def proxied(scheme: str, port: int) -> tuple[str, dict[str, str]]:
    name = "HTTPS_PROXY" if scheme == "http" else "ALL_PROXY"
    return name, {name: f"{scheme}://kabar:w0rd9@127.0.0.1:{port}"}


@pytest.mark.parametrize("scheme", ["socks5", "http"])
def test_pictures_and_hubs_wait_for_the_proxy_and_the_words_go_out(
    room: Newsroom, ports: dict[str, int], scheme: str
) -> None:
    room.only("telegram", "feed")
    room.change("telegram", preview="photo")
    room.change("feed", hubs=["https://hub.example/"])
    for number, (what, port) in enumerate(ports.items()):
        name, env = proxied(scheme, port)
        there = {"file": f"https://lain.example/{number}.png", "alt": "x"}
        room.write(
            f"{number}.md", f"Isi {number}.", headline=f"Kabar {number}", associations=[there]
        )
        room.api.faults[:] = [No(on="sendPhoto", description="Bad Request: webpage_curl_failed")]
        answer = room.run("publish", f"{number}.md", "--json", env=env, at=REAL)
        assert len(room.posts) == number + 1, (what, answer.said)
        assert "unexpected" not in answer.said, what
        assert "w0rd9" not in answer.said, what
        lines = {one["address"]: one for one in answer.json["lines"]}
        for part in ("post", "hub/https://hub.example/"):
            line = lines[part]
            assert line["state"] in ("due", "waiting"), (what, line)
            assert f"through the proxy of the environment variable {name}" in line["why"], what


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_bot_waits_for_the_proxy_and_names_its_variable(
    ports: dict[str, int], scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicate_telegram.api.client.RECONNECT_PAUSES", (0.0,))
    for what, port in ports.items():
        name, env = proxied(scheme, port)
        monkeypatch.setenv(name, env[name])
        with pytest.raises(Unavailable) as waits:
            posts.channel("https://api.telegram.example").__enter__()
        said = str(waits.value)
        assert said.startswith("channels.tg.api: https://api.telegram.example cannot be"), what
        assert f"through the proxy of the environment variable {name}" in said, what
        assert "w0rd9" not in said, what
        assert "unexpected" not in said.lower(), what
        assert "Unknown error" not in said, what
        if scheme != "http":
            assert "SOCKS" in said or "proxy server" in said or "Proxy" in said, said


@pytest.mark.parametrize("scheme", ["socks5", "http"])
def test_a_proxy_that_says_nothing_is_not_waited_for_without_end(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = Event()

    class Silent(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            ended.wait(30)

    monkeypatch.setattr("syndicate_telegram.api.client.RECONNECT_PAUSES", ())
    monkeypatch.setattr(
        "syndicate_telegram.Telegram.timing", Timing(pauses=0, connect=0.1, answer=0.3)
    )
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Silent) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        name, env = proxied(scheme, server.server_address[1])
        monkeypatch.setenv(name, env[name])
        try:
            with pytest.raises(Unavailable, match=f"through the proxy of .* {name}"):
                posts.channel("https://api.telegram.example").__enter__()
            with pytest.raises(Unavailable, match=f"through the proxy of .* {name}"):
                ping(
                    "channels.feed.hubs",
                    "https://hub.example/",
                    "https://a.example",
                    b'{"a": ""}',
                    limits=HUB_LIMITS.within(0.3),
                )
        finally:
            ended.set()
            server.shutdown()
