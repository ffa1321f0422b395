"""The pages for people: the feed's folder, and an article's own."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from lxml import html as lxml_html

from support import chromium
from support.papers import HOSTED_FORM
from syndicate.model.article import Correction, Dateline, InfoSource, Item
from syndicate.testing import (
    HARD,
    HELLO,
    NOON,
    OFFICE,
    PICTURE,
    corrected,
    edition,
    item,
    withdrawn,
)
from syndicate_feed import Feed
from syndicate_feed.addresses import of_page, of_subject, require_distinct_folders

URL = "https://example.org/feed"
HOSTED = replace(PICTURE, url=f"{URL}/media/{PICTURE.name}", caption="One dot", creator="Ann")
RICH = replace(
    HELLO,
    url=None,
    html='<h2>Syarat</h2><p>It <a href="https://kpu.example/">begins</a>.</p><ul><li>one</li></ul>'
    "<table><thead><tr><th>A</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>"
    "<blockquote><p>Said.</p></blockquote><pre><code>x = 1</code></pre>",
    media=(HOSTED, HOSTED_FORM),
    dateline=Dateline("BENGKALIS"),
    by="Tim Redaksi",
    info_sources=(InfoSource(name="KPU", role="originator", uri="https://kpu.example"),),
    subjects=("KPU", "pilkada"),
)
STATES = {
    "new": item(RICH),
    "corrected": corrected(RICH, "The <year> & more."),
    "withdrawn": withdrawn(RICH, "It was </script> not so."),
    "killed": withdrawn(RICH, kill=True),
    "right to left": item(
        replace(RICH, headline="مرحبا", html="<p>مرحبا بالعالم</p>", language="ar")
    ),
    "bare": item(replace(HELLO, html="", lead="", subjects=())),
}


def make_feed(**given: Any) -> Feed:
    settings: dict[str, Any] = {"subjects": ("KPU", "Pilkada 2024"), "pages": True} | given
    return Feed(name="feed", title="News & <more>", url=URL, directory=Path("unused"), **settings)


def page(state: Item, **given: Any) -> bytes:
    feed = make_feed(**given)
    at = replace(state.article, url=state.article.url or feed.page_url(state.article))
    return feed.page(edition(feed, replace(state, article=at))).content


def index(*items: Item, **given: Any) -> bytes:
    feed = make_feed(**given)
    [made] = [r for r in feed.render(edition(feed, *items)) if r.address == "index.html"]
    return made.content


def read(written: bytes) -> Any:
    return lxml_html.document_fromstring(written.decode())


def data(written: bytes) -> dict[str, Any]:
    """The article as search engines read it."""
    [said] = read(written).xpath('//script[@type="application/ld+json"]/text()')
    found: dict[str, Any] = json.loads(said)
    return found


# in a browser


@pytest.mark.skipif(chromium.browser() is None, reason="this machine has no Chromium")
@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_on_the_folders_page(width: int, dark: bool) -> None:
    long = replace(RICH, headline="W" * 200, lead="word " * 100)
    look(index(*STATES.values(), item(long)), width, dark)


@pytest.mark.skipif(chromium.browser() is None, reason="this machine has no Chromium")
@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("state", ["corrected", "withdrawn", "right to left"])
def test_axe_finds_nothing_on_an_articles_page(width: int, state: str) -> None:
    look(page(STATES[state]), width, dark=state == "corrected")


def look(written: bytes, width: int, dark: bool) -> None:
    found = chromium.axe(written, width, dark=dark)
    assert found["violations"] == []
    assert found["width"] == width
    assert not found["scrolls"]
    assert found["passes"] > 10


@pytest.mark.skipif(chromium.browser() is None, reason="this machine has no Chromium")
def test_axe_would_find_something() -> None:
    wrong = page(STATES["new"]).replace(b' lang="en"', b"", 1).replace(b'alt="A dot"', b"")
    found = [name for name, *_ in chromium.axe(wrong, 1280)["violations"]]
    assert {"html-has-lang", "image-alt"} <= set(found)


# the folder's page


def test_the_folders_page_tells_how_to_follow_and_what_is_new() -> None:
    made = read(index(STATES["corrected"], item(HELLO)))
    feeds = [f"{URL}/{name}" for name in ("rss.xml", "atom.xml", "feed.json")]
    folders = ("", "subjects/kpu/", "subjects/pilkada-2024/")
    every = [f.replace(f"{URL}/", f"{URL}/{folder}") for folder in folders for f in feeds]
    assert made.xpath('//head/link[@rel="alternate"]/@href') == every
    assert made.xpath("//main//section[1]//a/@href") == every
    assert made.xpath("//html/@lang") == ["en"]
    assert made.xpath("//h1/text()") == ["News & <more>"]
    assert made.xpath('//ul[@class="news"]//h3/a/@href') == [HELLO.url]
    [told] = made.xpath('//p[@class="told"]/text()')
    assert told == "CORRECTION (14 August 2026 20:00 WIB): The <year> & more."
    [code] = made.xpath("//pre/code")
    lines = code.text_content().strip().splitlines()
    assert [lxml_html.fragment_fromstring(line).get("href") for line in lines] == feeds
    assert lxml_html.fragment_fromstring(lines[0]).get("title") == "News & <more>"


def test_a_folder_with_nothing_in_it_says_so() -> None:
    assert "There is nothing here yet." in index().decode()


def test_the_page_can_be_left_out() -> None:
    feed = make_feed(index=False)
    assert "index.html" not in [r.address for r in feed.render(edition(feed))]


@pytest.mark.parametrize("text", HARD.values(), ids=HARD.keys())
def test_hard_text_is_shown_as_it_was_written(text: str) -> None:
    kept = " ".join("".join(c for c in text if c >= " " and c != "\ufffe").split())
    hard = replace(RICH, headline=text, by=text)
    for state in (item(hard), corrected(hard, text), withdrawn(hard, text)):
        made = page(state)
        assert read(made).xpath("//h1")[0].text_content().removeprefix("WITHDRAWN: ") == kept
        assert data(made)["headline"].removeprefix("WITHDRAWN: ") == kept
        [title] = read(index(state)).xpath('//ul[@class="news"]//h3')
        assert title.text_content().removeprefix("WITHDRAWN: ") == kept


# an article's page


def test_an_articles_page_says_all_of_it() -> None:
    said = replace(STATES["corrected"], published=NOON)
    made = page(said)
    seen = read(made)
    own = f"{URL}/{of_page(RICH)}"
    assert seen.xpath('//link[@rel="canonical"]/@href') == [own]
    assert "By Tim Redaksi" in seen.xpath("//article/p[1]")[0].text_content()
    [history] = seen.xpath('//section[@class="notice"]')
    assert history.text_content().split() == (
        ["Corrections", "14", "August", "2026", "20:00", "WIB:", "The", "<year>", "&", "more."]
    )
    [body] = seen.xpath('//div[@class="body"]')
    assert body.xpath(".//img/@alt") == ["A dot"]
    assert body.xpath(".//figcaption/text()") == ["One dot – Photo: Ann"]
    assert "BENGKALIS" in body.text_content()
    assert "CORRECTION" not in body.text_content()
    assert HOSTED_FORM.url in body.xpath(".//a/@href")
    assert seen.xpath("//head//script[not(@type)]") == []
    assert not re.search(rb'(src|href)="(?!https://|mailto:)', made)


def test_search_engines_read_a_news_article() -> None:
    said = data(page(STATES["corrected"]))
    assert (said["@type"], said["headline"]) == ("NewsArticle", "Hello, world")
    assert said["@id"] == HELLO.uri
    assert said["mainEntityOfPage"] == f"{URL}/{of_page(RICH)}"
    assert said["datePublished"] == "2026-08-14T19:00:00+07:00"
    assert said["dateModified"] == "2026-08-14T20:00:00+07:00"
    assert said["publisher"]["name"] == OFFICE.name
    assert said["author"] == {"@type": "Person", "name": "Tim Redaksi"}
    assert said["image"][0]["url"] == HOSTED.url
    assert said["dateline"] == "BENGKALIS"
    assert said["sourceOrganization"][0]["name"] == "KPU"
    [note] = said["correction"]
    assert note["text"] == "The <year> & more."


def test_several_corrections_stand_newest_first() -> None:
    notes = tuple(Correction(version=n, at=NOON, note=f"Note {n}.") for n in (2, 3))
    seen = read(page(item(RICH, corrections=notes)))
    assert [one[-7:] for one in seen.xpath("//section//li//span/text()")] == ["Note 3.", "Note 2."]


@pytest.mark.parametrize("state", ["withdrawn", "killed"])
def test_a_withdrawn_articles_page_is_a_notice(state: str) -> None:
    made = page(STATES[state])
    reason = STATES[state].withdrawal
    assert reason is not None
    assert reason.reason in unescape(read(made).xpath('//div[@class="notice"]')[0].text_content())
    for gone in (b"BENGKALIS", b"begins", b"Syarat", HOSTED.sha256.encode(), b"formulir"):
        assert gone not in made
    assert b'content="noindex"' in made
    said = data(made)
    assert said["creativeWorkStatus"] == "Withdrawn"
    assert not {"image", "dateline", "sourceOrganization"} & said.keys()


def test_nothing_ends_the_data_before_its_time() -> None:
    evil = replace(RICH, headline="</script><script>alert(1)</script>", by="<!-- <script>")
    made = page(item(evil))
    assert made.count(b"<script") == made.count(b"</script>") == 1
    assert data(made)["headline"] == evil.headline


def test_an_article_with_a_url_of_its_own_points_there() -> None:
    made = read(page(item(replace(RICH, url="https://example.org/hello"))))
    assert made.xpath('//link[@rel="canonical"]/@href') == ["https://example.org/hello"]


# addresses


ADDRESSES = {
    "tag:example.org,2026-08-14:hari-tenang-k3x9": "2026-08-14-hari-tenang-k3x9",
    "tag:example.org,2026:A/../B c": "2026-a-b-c",
    "urn:uuid:1": "urn-uuid-1",
    "مرحبا": "",
    "tag:example.org,2026-08-14:" + "long-" * 60: "2026-08-14" + "-long" * 14,
}


@pytest.mark.parametrize(("uri", "name"), ADDRESSES.items())
def test_a_pages_address_is_made_from_the_uri_alone(uri: str, name: str) -> None:
    one, other = (of_page(replace(HELLO, uri=uri, headline=h)) for h in ("One", "Other"))
    assert one == other
    assert re.fullmatch(rf"articles/{name}{'-' if name else ''}[0-9a-f]{{8}}\.html", one)


def test_two_uris_never_share_a_page() -> None:
    uris = [f"tag:example.org,2026:a{mark}b" for mark in "-_ /."]
    assert len({of_page(replace(HELLO, uri=uri)) for uri in uris}) == len(uris)


def test_subjects_have_folders_of_their_own() -> None:
    assert of_subject("Pilkada 2024!") == "subjects/pilkada-2024/"
    assert re.fullmatch(r"subjects/[0-9a-f]{8}/", of_subject("انتخابات"))
    assert require_distinct_folders(("a", "b")) == ("a", "b")
    with pytest.raises(ValueError, match="'KPU' and 'kpu' would have the same address"):
        require_distinct_folders(("KPU", "kpu"))
    with pytest.raises(ValueError, match="needs a name"):
        require_distinct_folders((" ",))


def test_every_page_is_the_same_twice() -> None:
    for state in STATES.values():
        assert page(state) == page(state)
        assert index(state) == index(state)
