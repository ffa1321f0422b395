"""Remote pictures are measured once, and nothing waits for them for long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from support.serving import served
from syndicate.intake import remote_media as measure
from syndicate.intake.remote_media import Sizes
from syndicate.model.article import Article, Media
from syndicate.network.public import sites
from syndicate.testing import HELLO

IMAGE = {"Content-Type": "image/png; charset=x", "Content-Length": "1234"}
FORM = {"Content-Type": "application/pdf", "Content-Length": "99"}


class Host(ThreadingHTTPServer):
    """Answers HEAD with what it was told to."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.asked: list[str] = []
        self.answers: dict[str, tuple[int, dict[str, str]]] = {
            "/a.png": (200, IMAGE),
            "/form.pdf": (200, FORM),
            "/form.png": (200, FORM),
            "/moved.png": (301, {"Location": "/a.png"}),
            "/page.png": (200, {"Content-Type": "text/html", "Content-Length": "9"}),
            "/silent.png": (200, {"Content-Type": "image/png"}),
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answering(BaseHTTPRequestHandler):
    server: Host

    def do_HEAD(self) -> None:
        self.server.asked.append(self.path)
        if self.path.startswith("/slow.png"):
            time.sleep(1)
        code, headers = self.server.answers.get(self.path, (404, {}))
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def host() -> Iterator[Host]:
    with served(Host()) as server:
        yield server


def measured(article: Article, known: Article | None, notes: list[str]) -> Article:
    """As an office does it whose own sites these are."""
    own = sites(media.url or "" for media in article.media)
    result = Sizes(own=own).measured(article, known)
    notes += result.notes
    return result.article


def showing(*media: Media) -> Article:
    return replace(HELLO, media=media)


def test_size_and_type_are_what_the_host_says(host: Host) -> None:
    notes: list[str] = []
    form = Media(url=f"{host.url}/form.pdf", media_type="application/pdf")
    article = showing(Media(url=f"{host.url}/a.png"), Media(url=f"{host.url}/moved.png"), form)
    found = measured(article, None, notes)
    assert [(m.size, m.media_type) for m in found.media] == [
        (1234, "image/png"), (1234, "image/png"), (99, "application/pdf")
    ]  # fmt: skip
    assert notes == []
    assert found.fingerprint == article.fingerprint


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("gone.png", "its host answered 404"),
        ("page.png", "its host calls it text/html"),
        ("form.png", "its host calls it application/pdf"),
        ("silent.png", "its host does not say"),
    ],
)
def test_what_cannot_be_measured_stays_and_a_note_says_so(host: Host, name: str, why: str) -> None:
    notes: list[str] = []
    article = showing(Media(url=f"{host.url}/{name}"))
    assert measured(article, None, notes) == article
    [note] = notes
    assert note.startswith(f"{host.url}/{name}: ")
    assert note.endswith(why)


def test_a_host_that_is_not_there_or_slow_delays_and_prevents_nothing(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All articles of a command together have so much time; what a host does say costs none."""
    monkeypatch.setattr(measure, "EACH_SECONDS", 0.1)
    monkeypatch.setattr(measure, "IN_VAIN_SECONDS", 0.25)
    notes: list[str] = []
    slow = [Media(url=f"{host.url}/slow.png?{n}") for n in range(5)]
    sizes = Sizes(own=sites([host.url, "http://127.0.0.1:1"]))
    began = time.monotonic()
    for media in (Media(url="http://127.0.0.1:1/a.png"), *slow):
        article = showing(media)
        result = sizes.measured(article, None)
        assert result.article == article
        notes += result.notes
    assert time.monotonic() - began < 5
    assert len(notes) == 6
    assert notes[-1].endswith("there was no time left")


def test_what_is_known_is_not_asked_again(host: Host) -> None:
    first = measured(showing(Media(url=f"{host.url}/a.png")), None, [])
    again = measured(showing(Media(url=f"{host.url}/a.png")), first, [])
    changed = replace(again, headline="Other", media=(Media(url=f"{host.url}/a.png", alt="A"),))
    later = measured(changed, first, [])
    assert (again, later.media[0].size) == (first, 1234)
    assert host.asked == ["/a.png"]


def test_the_published_revision_stays_what_it_was(host: Host) -> None:
    article = showing(Media(url=f"{host.url}/a.png"))
    assert measured(article, article, []) == article
    assert host.asked == []


def test_local_pictures_are_nobody_elses_business() -> None:
    article = showing(Media(file="a.png", sha256="0" * 64, size=7, media_type="image/png"))
    assert measured(article, None, []) is article
