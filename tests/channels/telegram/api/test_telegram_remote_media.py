"""Animations, and pictures that Telegram cannot fetch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from support import posts
from support.serving import served
from support.telegram_media import AUDIT, FILES, PAPER, having, picture, published, sending
from syndicate import Media
from syndicate.loopback.botapi import BotApi, No
from syndicate.network.public import sites
from syndicate.testing import PICTURE, PIXEL, corrected, edition, item
from syndicate_telegram import Telegram


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi(chats={"@kabar": -1001000000001, "Audit": AUDIT}) as server:
        yield server


@pytest.fixture
def channel(api: BotApi) -> Iterator[Telegram]:
    with posts.channel(api.url, web=api.url) as opened:
        yield opened


def gif(letter: str, **given: Any) -> Media:
    return replace(picture(letter), file=f"{letter}.gif", media_type="image/gif", **given)


def test_a_gif_that_moves_is_sent_as_an_animation(api: BotApi, channel: Telegram) -> None:
    receipt = published(channel, item(having(gif("a", moves=True))))
    [post] = api.posts
    assert post.now.is_animation
    assert post.text.startswith("Hello, world")
    changed = item(having(gif("b", moves=True)))
    receipt = channel.revise(sending(channel, changed), receipt)
    assert post.now.is_animation
    assert post.photo is not None
    assert post.photo.content == FILES["b" * 64]
    channel.revise(sending(channel, item(having(picture("c")))), receipt)
    assert not post.now.is_animation


def test_a_gif_that_does_not_move_is_a_photo(api: BotApi, channel: Telegram) -> None:
    published(channel, item(having(gif("a"))))
    assert not api.posts[0].now.is_animation


@pytest.mark.parametrize(
    "media",
    [
        (gif("a", moves=True), picture("b")),
        (replace(picture("a"), file="a.webp", media_type="image/webp", moves=True),),
    ],
)
def test_a_picture_that_is_shown_still_is_named(
    channel: Telegram, media: tuple[Media, ...]
) -> None:
    [remark] = channel.remarks(edition(channel, item(having(*media))))
    assert (
        remark == f"{media[0].file} is shown still: a post animates only a GIF that is alone in it"
    )


# pictures that Telegram cannot fetch


class Site(BaseHTTPRequestHandler):
    """Another site, which lets us have its pictures."""

    def do_GET(self) -> None:
        is_there = "there" in self.path
        self.send_response(200 if is_there else 403)
        self.send_header("Content-Type", "application/pdf" if "pdf" in self.path else "image/png")
        self.end_headers()
        if is_there:
            self.wfile.write(PAPER if "pdf" in self.path else PIXEL)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    with (
        served(ThreadingHTTPServer(("127.0.0.1", 0), Site)) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        url = f"http://127.0.0.1:{server.server_port}"
        patch.setattr(Telegram, "office_sites", sites([url]))
        yield url


def remote(url: str) -> Media:
    return replace(PICTURE, file="", sha256="", url=url, alt="")


REFUSALS = [
    "Bad Request: failed to get HTTP URL content",
    "Bad Request: wrong file identifier/HTTP URL specified",
    "Bad Request: wrong type of the web page content",
    "Bad Request: WEBPAGE_CURL_FAILED",
]


@pytest.mark.parametrize("answer", REFUSALS)
def test_a_picture_that_telegram_cannot_fetch_is_uploaded_by_us(
    api: BotApi, site: str, answer: str
) -> None:
    with posts.channel(api.url, web=api.url, preview="photo") as channel:
        api.faults.append(No(on="sendPhoto", description=answer))
        receipt = published(channel, item(having(remote(f"{site}/there.png"))))
        [post] = api.posts
        assert post.photo is not None
        assert post.photo.content == PIXEL
        assert receipt.remark == ""
        api.faults.append(No(on="editMessageMedia", description=answer))
        channel.revise(sending(channel, item(having(remote(f"{site}/there/two.png")))), receipt)
        assert post.photo.content == PIXEL


@pytest.mark.parametrize("answer", REFUSALS)
def test_a_picture_that_nobody_can_fetch_is_left_out_and_the_text_goes_out(
    api: BotApi, site: str, answer: str
) -> None:
    with posts.channel(api.url, web=api.url, preview="photo") as channel:
        api.faults.append(No(on="sendPhoto", description=answer))
        receipt = published(channel, item(having(remote(f"{site}/gone.png"))))
    [post] = api.posts
    assert post.photo is None
    assert post.text.startswith("Hello, world")
    assert receipt.remark == (
        f"{site}/gone.png left out: neither Telegram nor we can fetch it; is its address public?"
    )


def test_an_album_loses_only_what_nobody_can_fetch(api: BotApi, site: str) -> None:
    with posts.channel(api.url, web=api.url, preview="photo") as channel:
        api.faults.append(No(on="sendMediaGroup", description=REFUSALS[3]))
        three = (remote(f"{site}/there.png"), remote(f"{site}/gone.png"), picture("a"))
        receipt = published(channel, item(having(*three)))
    assert [post.photo and post.photo.content for post in api.posts] == [PIXEL, FILES["a" * 64]]
    assert "gone.png left out" in receipt.remark


@pytest.mark.parametrize("answer", REFUSALS)
def test_a_picture_that_nobody_could_fetch_is_put_there_when_it_can_be_had(
    api: BotApi, site: str, answer: str
) -> None:
    with posts.channel(api.url, web=api.url, preview="photo") as channel:
        api.faults.append(No(on="sendPhoto", description=answer))
        article = having(remote(f"{site}/gone.png"))
        receipt = published(channel, item(article))
        assert receipt.lacks == receipt.remark
        [post] = api.posts
        for wanted in (item(article), corrected(article)):
            api.faults.append(No(on="editMessageMedia", description=answer))
            receipt = channel.revise(sending(channel, wanted), receipt)
            assert "gone.png left out" in receipt.lacks
            assert post.photo is None
        assert "The year was wrong." in post.text
        receipt = channel.revise(sending(channel, corrected(article)), receipt)
        assert receipt.lacks == ""
        assert post.photo
        assert "The year was wrong." in post.text
        receipt = channel.revise(sending(channel, item(article)), receipt)
        assert post.photo
        assert "The year was wrong." not in post.text


def test_a_text_that_can_be_given_no_picture_is_left_as_it_is(api: BotApi, site: str) -> None:
    with posts.channel(api.url, web=api.url, preview="photo") as channel:
        api.faults.append(No(on="sendPhoto", description=REFUSALS[0]))
        article = having(remote(f"{site}/gone.png"))
        receipt = published(channel, item(article))
        no = "Bad Request: there is no media in the message to edit"
        api.faults.append(No(on="editMessageMedia", description=no))
        receipt = channel.revise(sending(channel, corrected(article)), receipt)
        assert receipt.lacks == ""
        [post] = api.posts
        assert "The year was wrong." in post.text
