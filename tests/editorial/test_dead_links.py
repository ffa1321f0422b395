"""`check --online` asks real servers: what is dead is found, and what a person may open is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event

import pytest

from support.rules import article, manuscript
from support.serving import served
from syndicate.editorial import dead_links
from syndicate.editorial.dead_links import LinkChecker
from syndicate.network.http import PROXIES
from syndicate.network.public import sites

NO_ANSWER = "does not answer"
LINKS = {  # by path: what is found, "" for nothing
    "/200": "",
    "/404": "answers 404",
    "/410": "answers 410",
    "/500": "answers 500",
    "/403": "",  # a person may get in
    "/429": "",
    "/405/200": "",  # HEAD is refused, and GET is not
    "/404/200": "",
    "/405/410": "answers 410",
    "/moved?/200": "",
    "/moved?/404": "answers 404",
    "/moved?/moved?/200": "",
    "/moved?http://127.0.0.1:9/": NO_ANSWER,  # inside, which no article leads to
    "/around": NO_ANSWER,
    "/hangup": NO_ANSWER,
}


class Site(ThreadingHTTPServer):
    """Answers /404 by that status, /405/200 to HEAD by the first and to GET by the second."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.asked = Counter[str]()
        self.closing = Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answering(BaseHTTPRequestHandler):
    server: Site

    def do_HEAD(self) -> None:
        self.server.asked[f"{self.command} {self.path}"] += 1
        path, _, to = self.path.partition("?")
        if path == "/silent":
            self.server.closing.wait()
        elif path == "/moved":
            self.answer(302, to)
        elif path == "/around":
            self.answer(302, "/around")
        elif path != "/hangup":
            statuses = path.strip("/").split("/")
            self.answer(int(statuses[0 if self.command == "HEAD" else -1]))

    do_GET = do_HEAD

    def answer(self, status: int, location: str = "") -> None:
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    for name in (*PROXIES, "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with served(Site()) as server:
        yield server
        server.closing.set()


def wrong(checker: LinkChecker, folder: Path, *urls: str) -> dict[str, str]:
    """By address, what is found of a link."""
    text = article("\n\n".join(f"[kata {n}]({url})" for n, url in enumerate(urls)))
    found = list(checker.dead_links(manuscript(folder, text)))
    assert all(finding.rule == "dead-link" and finding.line for finding in found)
    return {
        url: finding.message.removeprefix(f"{url} ")
        for url in urls
        for finding in found
        if finding.message.startswith(f"{url} ")
    }


def test_every_link_is_judged_by_what_its_server_answers(site: Site, tmp_path: Path) -> None:
    checker = LinkChecker(own=sites([site.url]))
    found = wrong(checker, tmp_path, *(f"{site.url}{path}" for path in LINKS))
    said = {path: found.get(f"{site.url}{path}", "") for path in LINKS}
    assert {path: text for path, text in said.items() if not text.startswith(LINKS[path])} == {}
    assert {path: text for path, text in said.items() if text and not LINKS[path]} == {}
    again = wrong(checker, tmp_path, f"{site.url}/404", f"{site.url}/200")
    assert list(again) == [f"{site.url}/404"]
    assert site.asked["HEAD /404"] == 2  # once for itself, once for what was moved there
    assert site.asked["GET /200"] == 0


def test_a_link_without_a_certificate_or_a_server_is_dead(site: Site, tmp_path: Path) -> None:
    secure, nobody = site.url.replace("http:", "https:"), "http://127.0.0.1:1/"
    found = wrong(LinkChecker(own=sites([secure, nobody])), tmp_path, f"{secure}/", nobody)
    assert [text.startswith(f"{NO_ANSWER}: ") for text in found.values()] == [True, True]


def test_a_server_that_stays_silent_is_dead(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_links, "LINK_SECONDS", 0.2)
    [why] = wrong(LinkChecker(own=sites([site.url])), tmp_path, f"{site.url}/silent").values()
    assert why == f"{NO_ANSWER}: no complete answer within 0.2 s"


def test_no_site_inside_is_asked_but_the_office_s_own(site: Site, tmp_path: Path) -> None:
    """Guard: ``own`` of HttpClient."""
    url = f"{site.url}/200"
    assert wrong(LinkChecker(), tmp_path, url) == {url: NO_ANSWER}
    assert not site.asked


def test_what_takes_too_long_in_all_is_not_asked_and_named(site: Site, tmp_path: Path) -> None:
    checker = LinkChecker(own=sites([site.url]), spent=dead_links.ALL_SECONDS + 1)
    assert wrong(checker, tmp_path, f"{site.url}/404") == {}
    assert checker.notes == ["after 120 s the other links were not asked"]
    assert not site.asked
