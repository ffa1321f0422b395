"""Pictures and documents in a feed: shown, enclosed, linked, or left out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.feeds import (
    FORMATS,
    HOSTED,
    ILLUSTRATED,
    URL,
    contents_of,
    make_feed,
    parsed,
    rendered,
)
from support.papers import FORM, HOSTED_FORM
from syndicate.model.article import Article, InfoSource, Media
from syndicate.model.delivery import Delivery, Receipt
from syndicate.testing import HELLO, PICTURE, PIXEL, item, withdrawn
from syndicate_feed import Feed
from syndicate_feed.entries import without_homeless_pictures


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    return make_feed(tmp_path / "feed")


HOMELESS = {
    "alone": ('<p>A</p>\n<p><img src="media:x.png" alt="a"></p>\n<p>B</p>', "<p>A</p>\n<p>B</p>"),
    "linked": ('<p><a href="h"><img alt=">" src="media:x.png"></a></p><p>B</p>', "<p>B</p>"),
    "in a sentence": ('<p>A <img src="media:x.png"> B</p>', "<p>A  B</p>"),
    "hosted": ('<p><img src="https://h/x.png"></p>', '<p><img src="https://h/x.png"></p>'),
    "only told of": (
        '<p><img alt=\'src="media:x"\' src="h"></p>',
        '<p><img alt=\'src="media:x"\' src="h"></p>',
    ),
}


@pytest.mark.parametrize(("html", "expected"), HOMELESS.values(), ids=HOMELESS.keys())
def test_a_picture_nobody_hosts_is_left_out_with_its_paragraph(html: str, expected: str) -> None:
    assert without_homeless_pictures(html) == expected


def test_a_picture_the_body_shows_is_not_shown_twice(feed: Feed) -> None:
    shown = replace(ILLUSTRATED, html=f'<p>It begins.</p><p><img src="{HOSTED.url}"></p>')
    for article in (ILLUSTRATED, shown):
        assert [html.count("<img") for html in contents_of(feed, item(article))] == [1, 1, 1]


def test_pictures_are_enclosures_with_their_true_length_and_type(feed: Feed) -> None:
    second = replace(HOSTED, url=f"{URL}/media/second.png", size=70)
    remote = Media(url="https://elsewhere.example/a.png", alt="Far")
    local = replace(PICTURE, file="unhosted.png")
    made = rendered(feed, item(replace(HELLO, media=(HOSTED, second, remote, local))))
    first = (HOSTED.url, str(len(PIXEL)), "image/png")
    both = [first, (second.url, "70", "image/png")]
    in_rss = parsed(made["rss.xml"]).entries[0]
    in_atom = parsed(made["atom.xml"]).entries[0]
    in_json = json.loads(made["feed.json"].content)["items"][0]
    assert [(e.href, e.length, e.type) for e in in_rss.enclosures] == [first]
    assert [(e.href, e.length, e.type) for e in in_atom.enclosures] == both
    assert [
        (a["url"], str(a["size_in_bytes"]), a["mime_type"]) for a in in_json["attachments"]
    ] == both
    assert in_json["image"] == HOSTED.url
    assert [m["url"] for m in in_rss.media_content] == [HOSTED.url, second.url, remote.url]
    assert in_rss.media_credit[0]["content"] == "Ann"


def test_a_remote_picture_is_shown_and_is_no_enclosure(feed: Feed) -> None:
    remote = Media(url="https://elsewhere.example/a.png?b=1&c=2", alt='Far "away"')
    made = rendered(feed, item(replace(HELLO, media=(remote,))))
    assert [parsed(made[name]).entries[0].enclosures for name in FORMATS[:2]] == [[], []]
    for html in contents_of(feed, item(replace(HELLO, media=(remote,)))):
        assert 'src="https://elsewhere.example/a.png?b=1&amp;c=2"' in html
        assert 'alt="Far &quot;away&quot;"' in html


FORM_LINK = (
    f'<p><a href="{HOSTED_FORM.url}">Formulir pendaftaran &lt;A&gt; – KPU &amp; mitra'
    " (PDF, 120 kB)</a></p>"
)
LABELLED = replace(HOSTED_FORM, caption="Formulir pendaftaran <A>", creator="KPU & mitra")


def enclosures_of(feed: Feed, article: Article) -> dict[str, list[tuple[str, str, str]]]:
    """Address, length and type of what is enclosed with the first item, in each format."""
    made = rendered(feed, item(article))
    xml = {name: parsed(made[name]).entries[0].enclosures for name in FORMATS[:2]}
    first = json.loads(made["feed.json"].content)["items"][0]
    attached = [
        (a["url"], str(a["size_in_bytes"]), a["mime_type"]) for a in first.get("attachments", ())
    ]
    read = {name: [(e.href, e.length, e.type) for e in found] for name, found in xml.items()}
    return read | {"feed.json": attached}


A_DOT = (HOSTED.url, str(len(PIXEL)), "image/png")
A_FORM = (HOSTED_FORM.url, "120000", "application/pdf")
ELSEWHERE = Media(url="https://elsewhere.example/a.png")


@pytest.mark.parametrize(
    ("media", "in_rss", "in_the_others"),
    [
        ((LABELLED,), [A_FORM], [A_FORM]),
        ((LABELLED, HOSTED), [A_DOT], [A_DOT, A_FORM]),
        ((ELSEWHERE, LABELLED), [A_FORM], [A_FORM]),
        ((replace(LABELLED, url=None),), [], []),
        ((replace(LABELLED, sha256="", size=0),), [], []),
    ],
    ids=["only a document", "a picture too", "a picture elsewhere", "nowhere", "elsewhere"],
)
def test_documents_are_enclosures_after_the_pictures(
    feed: Feed, media: tuple[Media, ...], in_rss: list[Any], in_the_others: list[Any]
) -> None:
    enclosed = enclosures_of(feed, replace(HELLO, media=media))
    assert enclosed == {
        "rss.xml": in_rss,
        "atom.xml": in_the_others,
        "feed.json": in_the_others,
    }


@pytest.mark.parametrize("beside", [(), (HOSTED,)], ids=["alone", "with a picture"])
def test_a_document_is_a_link_below_the_text_and_never_a_picture(
    feed: Feed, beside: tuple[Media, ...]
) -> None:
    source = (InfoSource(name="KPU", role="originator"),)
    article = replace(HELLO, media=(LABELLED, *beside), info_sources=source)
    for html in contents_of(feed, item(article)):
        assert html.endswith(f"<p>It begins.</p>\n{FORM_LINK}\n<p>Source: KPU</p>")
        assert html.count("<img") == len(beside)
        assert f'src="{HOSTED_FORM.url}"' not in html
    made = rendered(feed, item(article))
    image = json.loads(made["feed.json"].content)["items"][0].get("image")
    assert image == (HOSTED.url if beside else None)
    media = parsed(made["rss.xml"]).entries[0].media_content
    assert [(m["medium"], m["url"]) for m in media] == [
        *[("image", picture.url) for picture in beside],
        ("document", HOSTED_FORM.url),
    ]


def test_a_document_has_its_name_wherever_it_is_enclosed(feed: Feed) -> None:
    made = rendered(feed, item(replace(HELLO, media=(replace(LABELLED, caption=""),))))
    [in_atom] = parsed(made["atom.xml"]).entries[0].enclosures
    [in_json] = json.loads(made["feed.json"].content)["items"][0]["attachments"]
    assert (in_atom.title, in_json["title"]) == ("formulir.pdf", "formulir.pdf")
    for name in FORMATS:
        assert "formulir.pdf – KPU & mitra (PDF, 120 kB)" in feed.as_text(made[name])


def test_a_remote_document_is_linked_without_a_size(feed: Feed) -> None:
    address = "https://elsewhere.example/sk%00.pdf?a=1&b=2"
    remote = Media(url=address, media_type="application/pdf")
    for html in contents_of(feed, item(replace(HELLO, language="id", media=(remote,)))):
        link = '<a href="https://elsewhere.example/sk%00.pdf?a=1&amp;b=2">sk%00.pdf (PDF)</a>'
        assert html.endswith(f"<p>{link}</p>")


def test_a_withdrawn_article_offers_no_document(feed: Feed) -> None:
    made = rendered(feed, withdrawn(replace(HELLO, media=(LABELLED,))))
    for rendition in made.values():
        assert ".pdf" not in rendition.content.decode()


def test_a_document_is_put_where_its_address_says_and_taken_away(feed: Feed) -> None:
    local = replace(HOSTED_FORM, url=None)
    assert feed.media_url(local) == HOSTED_FORM.url
    delivery = Delivery(key="0" * 32, rendition=feed.host(local), files={local.sha256: FORM})
    receipt = feed.publish(delivery)
    hosted = feed.directory / "media" / local.name
    assert receipt == Receipt(reference=f"media/{local.sha256}.pdf", url=HOSTED_FORM.url)
    assert hosted.read_bytes() == FORM
    assert feed.holds(delivery.rendition, receipt)
    feed.remove(receipt)
    assert not hosted.exists()
