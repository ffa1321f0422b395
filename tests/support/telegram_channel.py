"""Telegram channel that waits for nothing long, with its posts as tests send and read them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

import pytest
from pydantic import SecretStr

from support import posts
from syndicate import Article, Dateline, Delivery, InfoSource, Item, Receipt
from syndicate.loopback.botapi import LOOPBACK_TOKEN, BotApi
from syndicate.testing import HELLO, PICTURE, PIXEL, deliveries, edition
from syndicate.text import utf16_length
from syndicate_telegram import Telegram
from syndicate_telegram.api.client import Timing
from syndicate_telegram.rendering.blocks import assemble, parse_blocks
from syndicate_telegram.rendering.entities import api_entities

MARKS = {
    "bold": "b", "italic": "i", "underline": "u", "strikethrough": "s", "code": "code",
    "pre": "pre", "blockquote": "quote", "text_link": "a",
}  # fmt: skip
HOSTED = replace(PICTURE, url="https://example.org/media/dot.png")
SENTENCE = "Lorem ipsum dolor sit amet, consectetur adipiscing elit. "
PARAGRAPH = f"<p>{SENTENCE * 10}</p>"  # 569 characters
INDONESIAN = Article(
    uri="tag:example.go.id,2024-05-02:pps",
    headline="Pendaftaran PPS Dibuka, Cek Syarat & Jadwalnya",
    html="""
        <p>KPU membuka <strong>pendaftaran PPS</strong> lewat
        <a href="https://siakba.kpu.go.id/" title="Siakba">Siakba</a>.</p>
        <h2>Syarat</h2>
        <ol><li>paling rendah 17 tahun;</li>
        <li>setia kepada Pancasila;
        <ul><li>dengan surat pernyataan</li></ul></li></ol>
        <blockquote><p>“Waspadai <em>hoaks</em>,” kata Ketua KPU.</p></blockquote>
        """,
    lead="KPU membuka pendaftaran PPS lewat Siakba.",
    language="id",
    dateline=Dateline("BENGKALIS"),
    info_sources=(
        InfoSource(name="KPU Bengkalis", role="originator", uri="https://kab-bengkalis.kpu.go.id/"),
        InfoSource(name="Bawaslu", role="subject"),
    ),
    subjects=("pilkada-2024", "PPS", "pps", "2024"),
    url="https://example.go.id/berita/pps",
)


def marked(text: str, entities: list[dict[str, Any]]) -> str:
    """Return a post as a reader would see it, its styles written as marks."""
    ends: dict[int, str] = {}
    for entity in sorted(entities, key=lambda e: (e["offset"], -e["length"])):
        start, end, mark = (
            entity["offset"],
            entity["offset"] + entity["length"],
            MARKS[entity["type"]],
        )
        href = f" {entity['url']}" if "url" in entity else ""
        href += f" {entity['language']}" if "language" in entity else ""
        ends[start] = ends.get(start, "") + f"<{mark}{href}>"
        ends[end] = f"</{mark}>" + ends.get(end, "")
    raw, out, last = text.encode("utf-16-le"), "", 0
    for place in sorted(ends):
        out += raw[2 * last : 2 * place].decode("utf-16-le") + ends[place]
        last = place
    return out + raw[2 * last :].decode("utf-16-le")


def shown_as(html: str) -> str:
    rich = assemble(parse_blocks(html))
    return marked(rich.text, api_entities(rich))


class Hasty(Telegram):
    """Telegram channel that waits for nothing long."""

    timing: ClassVar[Timing] = Timing(pauses=1.5, connect=1, answer=0.5)


def hasty_telegram(api: str = "http://127.0.0.1:9", **given: Any) -> Telegram:
    fields: dict[str, Any] = {
        "name": "tg",
        "token": SecretStr(LOOPBACK_TOKEN),
        "chat": "@kabar",
        "api": api,
        "web": api,
    } | given
    return Hasty(**fields)


def post_fields(state: Item, **given: Any) -> dict[str, Any]:
    """Return the fields that would be sent for an article as it stands."""
    channel = hasty_telegram(**given)
    [rendition] = channel.render(edition(channel, state))
    post = posts.read(rendition.content)
    assert set(rendition.media) >= {name for name in post.given["attached"] if ":" not in name}
    assert len(post.entities) <= 100
    assert utf16_length(post.text) <= (1024 if post.is_caption else 4096)
    return {"text": post.text, "entities": list(post.entities), **post.given}


def marked_post(state: Item, **given: Any) -> str:
    post = post_fields(state, **given)
    return marked(post["text"], post["entities"])


def delivery(channel: Telegram, state: Item) -> Delivery:
    [made] = deliveries(channel, edition(channel, state))
    return replace(made, files={PICTURE.sha256: PIXEL})


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as server:
        yield server


@pytest.fixture
def channel(api: BotApi) -> Iterator[Telegram]:
    with hasty_telegram(api.url) as opened:
        yield opened


def published(channel: Telegram, state: Item) -> Receipt:
    receipt = channel.publish(delivery(channel, state))
    return replace(receipt, destination=channel.identity())


def bodies(text: str) -> list[str]:
    """Return the paragraphs of a post without headline, link and hashtags."""
    return text.split("\n\n")[1:-2]


LONG = replace(HELLO, html=PARAGRAPH * 3)
PHOTO_HELLO = replace(HELLO, media=(PICTURE,))
