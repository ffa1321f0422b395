"""What Telegram refuses of a picture or a document never sinks the words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from support import posts
from support.serving import served
from syndicate import Article, Delivery, Item, Media, Receipt, Refused
from syndicate.loopback.botapi import BotApi, Http500, No
from syndicate.model.article import PDF
from syndicate.network.public import sites
from syndicate.testing import HELLO, PICTURE, PIXEL, corrected, edition, item, withdrawn
from syndicate_telegram import Telegram

FILES = {letter * 64: PIXEL + letter.encode() for letter in "ab"} | {"f" * 64: b"no picture"}
AVIF = b"\0\0\0 ftypavif" + b"x" * 900
SOME = [
    "Bad Request: webpage_curl_failed",
    "Bad Request: wrong remote file identifier specified: Wrong string length",
    "Bad Request: invalid file HTTP URL specified: URL host is empty",
    "Bad Request: MEDIA_EMPTY",
    "Bad Request: EXTERNAL_URL_INVALID",
    "Bad Request: file is too big",
    "Bad Request: PHOTO_INVALID_DIMENSIONS",
    "Bad Request: IMAGE_PROCESS_FAILED",
    "Bad Request: WEBPAGE_MEDIA_EMPTY",
    "Bad Request: failed to get HTTP URL content",
    "Bad Request: group send failed",
    "Bad Request: wrong file_id or the file is temporarily unavailable",
    "Bad Request: PHOTO_EXT_INVALID",
    "Bad Request: not enough rights to send photos to the chat",
    "Bad Request: words that nobody has seen yet",
]


class Site(BaseHTTPRequestHandler):
    """Another site: its pictures, and what it calls pictures."""

    def do_GET(self) -> None:
        kind = "application/pdf" if "pdf" in self.path else "image/png"
        content = AVIF if "avif" in self.path else b"%PDF-1.4 x" if "pdf" in self.path else PIXEL
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with (
        served(ThreadingHTTPServer(("127.0.0.1", 0), Site)) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        url = f"http://127.0.0.1:{server.server_port}"
        patch.setattr(Telegram, "office_sites", sites([url]))
        yield url


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi(chats={"@kabar": -1001000000001}) as server:
        yield server


@pytest.fixture
def channel(api: BotApi) -> Iterator[Telegram]:
    with posts.channel(api.url, web=api.url, preview="photo") as opened:
        yield opened


def remote(url: str) -> Media:
    return replace(PICTURE, file="", sha256="", url=url, alt="")


def local(letter: str) -> Media:
    return replace(PICTURE, file=f"{letter}.png", sha256=letter * 64, alt="")


def having(*media: Media, text: str = "Hello, world") -> Article:
    return replace(HELLO, headline=text, media=media)


def sending(channel: Telegram, state: Item) -> Delivery:
    [made] = channel.render(edition(channel, state))
    return Delivery(key="0" * 32, rendition=made, files={name: FILES[name] for name in made.media})


def published(channel: Telegram, *media: Media) -> Receipt:
    receipt = channel.publish(sending(channel, item(having(*media))))
    return replace(receipt, destination=channel.identity())


def test_whatever_telegram_answers_about_an_address_the_picture_is_uploaded(
    api: BotApi, channel: Telegram, site: str
) -> None:
    for answer in SOME:
        api.posts.clear()
        api.faults[:] = [No(on="sendPhoto", description=answer)]
        receipt = published(channel, remote(f"{site}/a.png"))
        [post] = api.posts
        assert post.photo is not None, answer
        assert post.photo.content == PIXEL, answer
        assert (receipt.remark, receipt.lacks) == ("", ""), answer


def test_whatever_telegram_answers_to_an_upload_the_words_go_out(
    api: BotApi, channel: Telegram, site: str
) -> None:
    for answer in SOME:
        api.posts.clear()
        api.faults[:] = [No(on="sendPhoto", description=answer)] * 2
        receipt = published(channel, remote(f"{site}/a.png"))
        [post] = api.posts
        assert post.photo is None, answer
        assert post.text.startswith("Hello, world"), answer
        assert receipt.remark.startswith(f"{site}/a.png left out: "), answer
        assert receipt.lacks == receipt.remark, answer
        receipt = channel.revise(sending(channel, item(having(remote(f"{site}/a.png")))), receipt)
        assert post.photo is not None, answer
        assert receipt.lacks == "", answer


def test_what_is_no_picture_whatever_its_host_says_is_left_out(
    api: BotApi, channel: Telegram, site: str
) -> None:
    wrong = "Bad Request: wrong type of the web page content"
    api.faults[:] = [No(on="sendPhoto", description=wrong)]
    receipt = published(channel, remote(f"{site}/avif.png"))
    assert [post.photo for post in api.posts] == [None]
    assert "avif.png left out: its host calls it a picture, but it is not a JPEG" in receipt.remark
    api.posts.clear()
    api.faults[:] = [No(on="sendMediaGroup", description="Bad Request: group send failed")]
    receipt = published(channel, remote(f"{site}/ok.png"), remote(f"{site}/avif.png"))
    assert [post.photo and post.photo.content for post in api.posts] == [PIXEL]
    assert api.posts[0].text.startswith("Hello, world")
    assert "ok.png" not in receipt.remark
    assert "avif.png left out" in receipt.remark


def test_an_album_whose_sending_failed_is_uploaded(
    api: BotApi, channel: Telegram, site: str
) -> None:
    api.faults.append(No(on="sendMediaGroup", description="Bad Request: group send failed"))
    published(channel, remote(f"{site}/a.png"), remote(f"{site}/b.png"))
    assert [post.photo and post.photo.content for post in api.posts] == [PIXEL, PIXEL]


def test_an_album_loses_the_picture_that_telegram_names_and_keeps_the_others(
    api: BotApi, channel: Telegram, site: str
) -> None:
    said = 'Bad Request: failed to send message #2 with the error message "IMAGE_PROCESS_FAILED"'
    api.faults[:] = [No(on="sendMediaGroup", description=said)] * 2
    media = remote(f"{site}/a.png"), remote(f"{site}/b.png"), local("a")
    receipt = published(channel, *media)
    assert [post.photo and post.photo.content for post in api.posts] == [PIXEL, FILES["a" * 64]]
    assert receipt.remark.startswith(f"{site}/b.png left out: Telegram cannot read the picture")
    again = sending(channel, corrected(having(*media)))
    channel.revise(again, receipt)
    assert "The year was wrong." in api.posts[0].text
    assert [post.photo and post.photo.content for post in api.posts] == [PIXEL, FILES["a" * 64]]


def test_an_album_that_is_refused_however_it_is_sent_ends_as_its_words(
    api: BotApi, channel: Telegram, site: str
) -> None:
    failed = "Bad Request: group send failed"
    api.faults[:] = [No(on="sendMediaGroup", description=failed)] * 2
    published(channel, remote(f"{site}/a.png"), remote(f"{site}/b.png"))
    assert [bool(post.photo) for post in api.posts] == [True]
    for media in ((remote(f"{site}/a.png"), remote(f"{site}/b.png")), (local("f"), local("f"))):
        api.posts.clear()
        api.faults[:] = [No(on="sendMediaGroup", description=failed)] * 2
        api.faults += [No(on="sendPhoto", description=failed)]
        receipt = published(channel, *media)
        [post] = api.posts
        assert post.photo is None
        assert post.text.startswith("Hello, world")
        assert receipt.remark
        assert receipt.lacks == ""
        channel.revise(sending(channel, corrected(having(*media))), receipt)
        assert "The year was wrong." in post.text
        channel.revise(sending(channel, withdrawn(having(*media))), receipt)
        assert "The year was wrong." not in post.text


def test_a_file_of_our_own_that_telegram_cannot_read_is_left_out_till_it_is_another(
    api: BotApi, channel: Telegram
) -> None:
    receipt = published(channel, local("f"))
    [post] = api.posts
    assert post.photo is None
    assert receipt.remark == (
        "picture 1 left out: Telegram cannot read the picture: save it again as JPEG or PNG"
    )
    assert receipt.lacks == ""  # the same file will not be another
    receipt = channel.revise(sending(channel, corrected(having(local("f")))), receipt)
    assert "The year was wrong." in post.text
    assert post.photo is None
    channel.revise(sending(channel, corrected(having(local("a")))), receipt)
    assert post.photo
    assert post.photo.content == FILES["a" * 64]


def test_a_document_that_telegram_refuses_is_left_out(
    api: BotApi, channel: Telegram, site: str
) -> None:
    paper = Media(file="", url=f"{site}/formulir.pdf", media_type=PDF, size=10)
    api.faults[:] = [No(on="sendDocument", description="Bad Request: DOCUMENT_INVALID")] * 2
    receipt = published(channel, paper)
    [post] = api.posts
    assert post.document is None
    assert "formulir.pdf left out" in receipt.lacks


def test_no_answer_to_another_picture_keeps_a_correction_from_being_made(
    api: BotApi, channel: Telegram, site: str
) -> None:
    for answer in SOME:
        api.posts.clear()
        api.faults.clear()
        receipt = published(channel, local("a"))
        api.faults[:] = [No(on="editMessageMedia", description=answer)] * 2
        new = corrected(having(remote(f"{site}/a.png")))
        receipt = channel.revise(sending(channel, new), receipt)
        [post] = api.posts
        assert "The year was wrong." in post.text, answer
        assert post.photo, answer
        assert post.photo.content == FILES["a" * 64], answer
        assert receipt.lacks.startswith(f"{site}/a.png left out: "), answer
        receipt = channel.revise(sending(channel, new), receipt)
        assert post.photo.url == f"{site}/a.png", answer
        assert receipt.lacks == "", answer


def test_the_other_pictures_of_an_album_are_changed_where_one_is_refused(
    api: BotApi, channel: Telegram
) -> None:
    receipt = published(channel, local("a"), local("a"))
    receipt = channel.revise(sending(channel, corrected(having(local("f"), local("b")))), receipt)
    shown = [post.photo and post.photo.content for post in api.posts]
    assert shown == [FILES["a" * 64], FILES["b" * 64]]
    assert "The year was wrong." in api.posts[0].text
    assert receipt.remark.startswith("picture 1 left out")


def test_a_text_is_said_without_the_picture_beside_it_if_telegram_refuses_that(
    api: BotApi, site: str
) -> None:
    with posts.channel(api.url, web=api.url) as channel:
        api.faults.append(No(on="sendMessage", description="Bad Request: WEBPAGE_URL_INVALID"))
        receipt = published(channel, remote(f"{site}/a.png"))
        [post] = api.posts
        assert post.text.startswith("Hello, world")
        assert "a.png left out" in receipt.remark
        api.faults.append(No(on="editMessageText", description="Bad Request: WEBPAGE_NOT_FOUND"))
        channel.revise(sending(channel, corrected(having(remote(f"{site}/a.png")))), receipt)
        assert "The year was wrong." in post.text


def test_a_file_too_large_for_the_server_is_left_out_and_in_no_doubt(
    api: BotApi, channel: Telegram
) -> None:
    for fault in (
        No(on="sendPhoto", code=413, description="Request Entity Too Large"),
        Http500(on="sendPhoto", status=413),
    ):
        api.posts.clear()
        api.faults[:] = [fault]
        receipt = published(channel, local("a"))
        [post] = api.posts
        assert post.photo is None
        assert "picture 1 left out: the file is too large" in receipt.remark


@pytest.mark.parametrize(
    "answer",
    [
        "Bad Request: chat not found",
        "Bad Request: message thread not found",
        "Bad Request: TOPIC_CLOSED",
        "Bad Request: need administrator rights in the channel chat",
        "Bad Request: have no rights to send a message",
        "Bad Request: CHAT_WRITE_FORBIDDEN",
        "Forbidden: bot was kicked from the channel chat",
    ],
)
def test_what_is_about_the_chat_is_no_fault_of_a_picture(
    api: BotApi, channel: Telegram, answer: str
) -> None:
    api.faults.append(No(on="sendPhoto", description=answer))
    with pytest.raises(Refused):
        published(channel, local("a"))
    assert api.posts == []
