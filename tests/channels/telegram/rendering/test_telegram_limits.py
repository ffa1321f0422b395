"""What a post has no room for is named, and no address sinks it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from support.posts import channel, delivery, post
from syndicate import Article, InfoSource, Media
from syndicate.loopback.botapi import BotApi
from syndicate.model.article import PDF
from syndicate.testing import HELLO, OFFICE, PICTURE, edition, item
from syndicate_telegram import Telegram
from syndicate_telegram.rendering.link_urls import is_linkable
from syndicate_telegram.rendering.rich_text import clean_text

BAD = ("http://intranet/x", "https://contoh.go.id:99999/x", "http://localhost:8000/")


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as server:
        yield server


def having(html: str, **given: Any) -> Article:
    return replace(HELLO, html=html, markdown="", **given)


def remarks(article: Article, **settings: Any) -> list[str]:
    made = channel(**settings)
    return list(made.remarks(edition(made, item(article))))


def photo(number: int, **given: Any) -> Media:
    return replace(PICTURE, file=f"foto{number}.png", sha256=f"{number:064x}", **given)


def paper(**given: Any) -> Media:
    return Media(file="formulir.pdf", media_type=PDF, sha256="9" * 64, size=9, **given)


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://contoh.go.id/a?b=1#c", True),
        ("https://[2001:db8::1]/x", True),
        ("https://ä.example/ü", True),
        ("http://127.0.0.1:8000/x", True),
        ("http://intranet/x", False),
        ("https://contoh.go.id:99999/x", False),
        ("https://contoh.go.id:0/x", False),
        ("https://contoh.go.id:/x", False),
        ("https://a b.example/x", False),
        ("https://a|b.example/x", False),
        ("https://con\ttoh.go.id/", False),
        (" https://contoh.go.id/", False),
        ("https://[2001:db8::1]x/", False),
        ("https://u@p@contoh.go.id/", False),
        ("https://u:p@contoh.go.id/", True),
        ("https://contoh%2ego%2eid/", False),
        ("https:///x", False),
        ("whatsapp://send", False),
        ("mailto:a@b.example", False),
    ],
)
def test_telegram_takes_addresses_with_a_host_that_has_a_dot(url: str, taken: bool) -> None:
    assert is_linkable(url) is taken


@pytest.mark.parametrize("url", BAD)
def test_an_address_that_telegram_refuses_is_said_after_its_words(api: BotApi, url: str) -> None:
    article = having(f'<p>Lihat <a href="{url}">laman</a>.</p>')
    with channel(api.url) as opened:
        opened.publish(delivery(opened, item(article)))
    [sent] = api.shown
    assert f"Lihat laman ({url})." in sent.text


@pytest.mark.parametrize("url", BAD)
def test_no_address_of_an_article_sinks_its_post_or_a_correction(api: BotApi, url: str) -> None:
    article = having(
        "<p>Isi.</p>",
        url=url,
        info_sources=(InfoSource(name="KPU", role="originator", uri=url),),
        media=(paper(url=url), replace(PICTURE, sha256="", url=url)),
    )
    with channel(api.url) as opened:
        receipt = opened.publish(delivery(opened, item(article)))
        changed = replace(article, html="<p>Isi lain.</p>")
        opened.revise(delivery(opened, item(changed)), replace(receipt, destination="@kabar"))
    [sent] = api.shown
    assert "Isi lain." in sent.text
    assert sent.text.count(url) >= 3


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("whatsapp://send?phone=62811", "Tulis (whatsapp://send?phone=62811)"),
        ("sms:+62811", "Tulis (sms:+62811)"),
        ("tel:+62811", "Tulis (+62811)"),
        ("mailto:a@b.example?subject=x", "Tulis (a@b.example, subject: x)"),
        ("#syarat", "Tulis"),
    ],
)
def test_a_link_of_another_kind_is_said_with_its_address(url: str, words: str) -> None:
    assert f"\n\n{words}\n\n" in post(item(having(f'<p><a href="{url}">Tulis</a></p>'))).text


def test_a_bare_address_needs_no_entity() -> None:
    said = post(item(having('<p><a href="https://a.example/x">https://a.example/x</a></p>')))
    assert "https://a.example/x" in said.text
    assert [one for one in said.entities if one.get("url") == "https://a.example/x"] == []


def test_the_eleventh_picture_is_named() -> None:
    article = having("<p>Isi.</p>", media=tuple(photo(n) for n in range(1, 13)))
    why = "is left out: an album holds 10"
    assert remarks(article) == [f"foto11.png {why}", f"foto12.png {why}"]


def test_pictures_beside_a_document_that_nobody_hosts_are_named() -> None:
    article = having("<p>Isi.</p>", media=(photo(1), paper()))
    assert remarks(article) == [
        "foto1.png is left out: a post holds pictures or documents, not both"
    ]


def test_pictures_that_a_long_text_has_no_room_for_are_named() -> None:
    hosted = [photo(n, url=f"https://a.example/{n}.png") for n in (1, 2)]
    article = having("<p>" + "Kata demi kata. " * 100 + "</p>", media=tuple(hosted))
    [remark] = remarks(article)
    assert remark.startswith("foto2.png is left out: a text shows one picture")
    none = "is left out: channels.tg.preview is none"
    assert remarks(article, preview="none") == [f"foto1.png {none}", f"foto2.png {none}"]


@pytest.mark.parametrize(("count", "length"), [(120, 20), (30, 400)])
def test_links_beyond_telegram_s_limit_are_named_and_the_important_ones_kept(
    count: int, length: int
) -> None:
    links = [f"https://a.example/{n}/{'x' * length}" for n in range(count)]
    html = "".join(f'<p><a href="{url}">Butir {n}</a></p>' for n, url in enumerate(links))
    source = "https://kpu.example/"
    article = having(html, info_sources=(InfoSource(name="KPU", role="originator", uri=source),))
    kept = {one.get("url") for one in post(item(article)).entities}
    assert {source, article.url} <= kept
    lost = [url for url in links if url not in kept]
    assert lost
    assert [remark.split()[3] for remark in remarks(article)] == lost


def test_a_picture_in_the_text_that_is_not_shown_is_a_link_to_it() -> None:
    html = (
        '<p>Satu.</p><p><img src="https://a.example/peta.png" alt="Peta lokasi"></p>'
        '<p><a href="https://contoh.go.id/daftar"><img src="media:s.png" alt="Daftar"></a></p>'
        '<p><a href="https://contoh.go.id/x"><img src="https://a.example/foto%20x.png" alt=""></a>'
    )
    said = post(item(having(html)))
    urls = {said.text[one["offset"] :][: one["length"]]: one.get("url") for one in said.entities}
    assert urls["Peta lokasi"] == "https://a.example/peta.png"
    assert urls["Daftar"] == "https://contoh.go.id/daftar"
    assert urls["foto x.png"] == "https://contoh.go.id/x"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\u0333b\u033f", "ab"),
        ("A\u030angstro\u0308m x\u030a", "Ångström x"),
        ("\u200f\u200e\u200fa", "\u200c\u200c\u200fa"),
        ("x\u200f\u030a\u200ey", "x\u200c\u200ey"),
        ("a\u2028b\u202ec", "a bc"),
    ],
)
def test_what_telegram_takes_out_of_a_text_is_taken_out_first(text: str, kept: str) -> None:
    assert clean_text(text) == kept


def test_a_topic_that_is_gone_or_closed_names_the_setting(api: BotApi) -> None:
    chat = api.chats["@kabar"]
    api.about[chat] = {"type": "supergroup", "is_forum": True, "description": OFFICE.url}
    api.topics[chat] = {7: True, 8: False}

    def found(thread: int) -> tuple[bool, str]:
        with channel(api.url, thread=thread) as opened:
            findings = {one.what: one for one in opened.inspect(OFFICE)}
        return findings["topic"].ok, findings["topic"].detail

    assert found(7) == (True, "number 7")
    assert found(8)[0] is False
    assert "channels.tg.thread: the topic is closed" in found(8)[1]
    assert "channels.tg.thread: @kabar has no such topic" in found(9)[1]
    api.about[chat]["is_forum"] = False
    assert "has no topics: remove the setting" in found(7)[1]


def test_a_post_for_a_closed_topic_is_refused_with_the_setting(api: BotApi) -> None:
    api.topics[api.chats["@kabar"]] = {8: False}
    opened: Telegram
    with channel(api.url, thread=8) as opened, pytest.raises(Exception, match=r"tg\.thread"):
        opened.publish(delivery(opened, item()))
