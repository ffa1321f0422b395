"""Every document of a feed is valid, whatever the text and whatever has become of it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from email.utils import parsedate_to_datetime
from functools import cache
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import feedparser
import pytest
from jsonschema import Draft202012Validator
from lxml import etree

from support.papers import HOSTED_FORM
from syndicate.model.article import Article, Dateline, Edition, InfoSource, Item, Media
from syndicate.model.delivery import Rendition
from syndicate.testing import (
    HARD,
    HELLO,
    PICTURE,
    corrected,
    edition,
    item,
    withdrawn,
)
from syndicate_feed import Feed

DATA = Path(__file__).resolve().parent.parent / "data"
URL = "https://example.org/feed"
HOSTED = replace(PICTURE, url=f"{URL}/media/{PICTURE.name}", caption="One dot", creator="Ann")
REMOTE = Media(
    url="https://elsewhere.example/a.jpg?a=1&b=2", alt="Far", size=9, media_type="image/jpeg"
)
UNMEASURED = Media(url="https://elsewhere.example/b.jpg")
ORIGIN = (InfoSource(name="KPU <&> mitra", role="originator", uri="https://kpu.example/?a=1&b=2"),)

TEXTS = HARD | {
    "surrogates": "a\ud800b\udfffc \uffff\ufdd0",
    "nothing": "\x01 \x02",
    "bidirectional": "\u202eevil\u202c \u200f שלום \u2066x\u2069",
    "a megabyte": "Ein langer Satz, der nicht endet. " * 31_000,
    "cdata": "]]> <![CDATA[ ]]&gt; <!-- --> <?pi ?> &#0; &#x1F; &nbsp; &amp;lt;",
}
MEDIA = {
    "none": (),
    "a picture": (HOSTED,),
    "everything": (HOSTED, HOSTED_FORM, REMOTE, UNMEASURED),
    "elsewhere": (UNMEASURED, REMOTE),
}
DOCUMENTS: dict[str, dict[str, Any]] = {
    "everything": {"pages": 3},
    "a subject": {"subject": "greetings"},
    "the archive's first": {"page": 1},
    "the archive's third": {"page": 3},
}


def make_feed(**given: Any) -> Feed:
    settings = {"hubs": ("https://hub.example.org/",), "subjects": ("greetings",)} | given
    return Feed(name="feed", title="News", url=URL, directory=Path("unused"), **settings)


def states(article: Article, note: str) -> Iterator[Item]:
    """Everything that can become of an article."""
    for number, state in enumerate(
        (
            item(article),
            item(article, version=2),  # refiled
            corrected(article, note),
            withdrawn(article, note),
            withdrawn(article, note, kill=True),
            item(article, expired=True),
        )
    ):
        yield replace(state, article=replace(article, uri=f"{article.uri}:{number}"))


def articles() -> Iterator[Any]:
    for name, text in TEXTS.items():
        html = f"<p>{escape(text)}</p>"
        own = replace(HELLO, headline=text[:300], lead=text, html=html, by=text[:80])
        hard = replace(own, subjects=(text[:80], "x"), dateline=Dateline(text[:60]), language="id")
        yield pytest.param(hard, text[:300], id=name)
    for name, media in MEDIA.items():
        shown = replace(HELLO, media=media, info_sources=ORIGIN, url="https://example.org/?a=1&b=2")
        yield pytest.param(shown, "The year was wrong.", id=f"media: {name}")
    yield pytest.param(
        replace(HELLO, url=None, lead="", html="", subjects=()), "x", id="hardly any"
    )


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS.keys())
@pytest.mark.parametrize(("article", "note"), list(articles()))
def test_every_document_is_valid(article: Article, note: str, document: dict[str, Any]) -> None:
    feed = make_feed()
    held = replace(edition(feed, *states(article, note)), **document)
    check(feed, held)


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_an_empty_document_is_valid(document: dict[str, Any]) -> None:
    feed = make_feed()
    check(feed, replace(edition(feed), **document))


def check(feed: Feed, held: Edition) -> None:
    """Read what a feed says with every reader there is."""
    ids = [one.article.uri for one in held.items]
    for rendition in feed.render(held):
        if rendition.address.endswith(".json"):
            check_json(rendition, ids)
        elif rendition.address.endswith(".xml"):
            check_xml(rendition, ids)
            (check_rss if rendition.address.endswith("rss.xml") else check_atom)(rendition)


def check_json(rendition: Rendition, ids: list[str]) -> None:
    read = json.loads(rendition.content)
    assert [one.message for one in json_feed_schema().iter_errors(read)] == []
    assert [one["id"] for one in read["items"]] == ids
    assert read["feed_url"] == f"{URL}/{rendition.address}"
    for one in read["items"]:
        check_html(one["content_html"])


def check_xml(rendition: Rendition, ids: list[str]) -> None:
    read = feedparser.parse(rendition.content, sanitize_html=False, resolve_relative_uris=False)
    assert not read.bozo, read.get("bozo_exception")
    assert [one.id for one in read.entries] == ids
    selves = [one.href for one in read.feed.links if one.rel == "self"]
    assert selves == [f"{URL}/{rendition.address}"]
    for one in read.entries:
        for content in one.get("content", ()):
            check_html(content.value)
        for link in (*one.get("links", ()), *one.get("media_content", ())):
            assert (link.get("href") or link["url"]).startswith("https://")


def check_rss(rendition: Rendition) -> None:
    """What RSS 2.0 and its Best Practices Profile ask for."""
    root = etree.fromstring(rendition.content)
    channel = root.find("channel")
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    for name in ("title", "link", "description", "language", "lastBuildDate", "generator"):
        assert len(channel.findall(name)) == 1, name
    for one in channel.iter("item"):
        assert {n for n, times in Counter(child.tag for child in one).items() if times > 1} <= {
            "category", f"{{{MEDIA_RSS}}}content"
        }  # fmt: skip
        assert one.findtext("title").strip()
        guid = one.find("guid")
        assert guid.get("isPermaLink") == "false"
        moment = one.findtext("pubDate")
        assert parsedate_to_datetime(moment).utcoffset() is not None
        for enclosure in one.findall("enclosure"):
            assert int(enclosure.get("length")) > 0
            assert re.fullmatch(r"[\w.+-]+/[\w.+-]+", enclosure.get("type"))
    assert parsedate_to_datetime(channel.findtext("lastBuildDate"))


MEDIA_RSS = "http://search.yahoo.com/mrss/"


def check_atom(rendition: Rendition) -> None:
    schema = atom_schema()
    schema.validate(etree.fromstring(rendition.content))
    assert [str(one) for one in schema.error_log] == []


class Checker(HTMLParser):
    """Every tag is closed, every address absolute, and nothing is run."""

    VOID = ("img", "br", "hr", "wbr")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "style", "form", "iframe")
        for name, value in attrs:
            assert not name.startswith("on")
            if name in ("href", "src"):
                assert value is not None
                assert value.startswith(("https://", "mailto:", "tel:")), value
            if tag == "img" and name == "alt":
                assert value is not None
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def check_html(html: str) -> None:
    checker = Checker()
    checker.feed(html)
    checker.close()
    assert checker.open == []


@cache
def atom_schema() -> Any:
    return etree.RelaxNG(etree.parse(DATA / "atom.rng"))


@cache
def json_feed_schema() -> Any:
    schema = json.loads((DATA / "json-feed-1.1.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


WRONG = {
    "a missing id": (b"<id>tag:", b"<logo>tag:"),
    "a local time": (b"+07:00</updated>", b"</updated>"),
    "an unknown element": (b"<summary>", b"<sumary>"),
}


@pytest.mark.parametrize(("old", "new"), WRONG.values(), ids=WRONG.keys())
def test_the_schemas_see_what_is_wrong(old: bytes, new: bytes) -> None:
    feed = make_feed()
    made = {r.address: r for r in feed.render(edition(feed, item(HELLO)))}
    wrong = made["atom.xml"].content.replace(old, new, 1)
    try:
        assert not atom_schema().validate(etree.fromstring(wrong))
    except etree.XMLSyntaxError:
        assert old == b"<summary>" or old.startswith(b"<id>")
    read = json.loads(made["feed.json"].content)
    del read["items"][0]["content_html"]
    assert list(json_feed_schema().iter_errors(read))
