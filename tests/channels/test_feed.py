from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from errno import EACCES, EDQUOT, EFBIG, EIO, ENOSPC, EROFS
from hashlib import sha256
from pathlib import Path
from typing import Any

import feedparser
import pytest
from pydantic import TypeAdapter, ValidationError

from support.papers import FORM, HOSTED_FORM
from syndicate.errors import DeliveryError, Refused, Unavailable
from syndicate.model.article import (
    Article,
    Correction,
    Dateline,
    Edition,
    InfoSource,
    Item,
    Media,
    Publisher,
    Withdrawal,
)
from syndicate.model.delivery import Delivery, Receipt, Rendition
from syndicate.testing import (
    HARD,
    HELLO,
    NOON,
    OFFICE,
    PICTURE,
    PIXEL,
    ChannelTests,
    corrected,
    deliveries,
    edition,
    item,
    publish,
    withdrawn,
)
from syndicate_feed import Feed, files
from syndicate_feed.entries import with_dateline, without_homeless_pictures

GOLDEN = Path(__file__).with_name("golden_feed")
URL = "https://example.org/feed"
FORMATS = ("rss.xml", "atom.xml", "feed.json")
HOSTED = replace(PICTURE, url=f"{URL}/media/{PICTURE.name}", caption="One dot", creator="Ann")
ILLUSTRATED = replace(HELLO, media=(HOSTED,))


class TestFeed(ChannelTests):
    @pytest.fixture(autouse=True)
    def served(self, tmp_path: Path) -> None:
        self.directory = tmp_path / "public" / "feed"

    def make_channel(self) -> Feed:
        return make_feed(self.directory, hubs=("https://hub.example/",), after=("true",))

    def shown(self) -> list[str]:
        return [file.read_text() for file in sorted(self.directory.iterdir()) if file.is_file()]


def make_feed(directory: Path = Path("unused"), **given: Any) -> Feed:
    return Feed(name="feed", title="News", url=URL, directory=directory, **given)


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    return make_feed(tmp_path / "feed")


def rendered(feed: Feed, *items: Item) -> dict[str, Rendition]:
    return {r.address: r for r in feed.render(edition(feed, *items))}


def parsed(rendition: Rendition) -> Any:
    """What an independent reader makes of an XML feed."""
    read = feedparser.parse(rendition.content, sanitize_html=False, resolve_relative_uris=False)
    assert not read.bozo, read.get("bozo_exception")
    return read


def contents_of(feed: Feed, *items: Item) -> list[str]:
    """The HTML of the first item, in each format."""
    made = rendered(feed, *items)
    xml = [parsed(made[name]).entries[0].content[0].value for name in FORMATS[:2]]
    return [*xml, json.loads(made["feed.json"].content)["items"][0]["content_html"]]


# What a feed says


OFFICE_OF_BENGKALIS = Publisher(
    name="Diskominfotik Bengkalis",
    url="https://kominfo.example.id",
    language="id",
    timezone="Asia/Jakarta",
    email="redaksi@example.id",
    logo="https://kominfo.example.id/logo.png",
)


def newsroom() -> Edition:
    """A corrected, illustrated article; one in another language; one that was taken back."""
    at = datetime(2022, 3, 18, 9, 30, tzinfo=UTC)
    award = Article(
        uri="tag:example.id,2022-03-18:piagam",
        headline="Plt. Kepala Dinas & KPU: “piagam” <baru>",
        html='<p>Plt. Kepala Dinas menerima piagam &amp; ucapan.</p>\n<p><img src="media:x.png" '
        'alt="a > b"></p>\n<p>Jum’at 18 Maret 2022 ]]&gt; #DISKOMINFOTIK.</p>\n',
        lead="Plt. Kepala Dinas menerima piagam & ucapan.",
        dateline=Dateline("BENGKALIS", "Bengkalis"),
        by="Tim Redaksi",
        info_sources=(InfoSource("KPU & mitra", "originator", "https://kpu.example.id/?a=1&b=2"),),
        subjects=("KPU", "pilkada"),
        url="https://kominfo.example.id/berita/piagam?x=1&y=2",
        media=(HOSTED, replace(PICTURE, file="unhosted.png")),
    )
    english = replace(HELLO, info_sources=(InfoSource("A subject", "subject"),), url=None)
    corrections = (
        Correction(version=2, at=at, note="Nama ketua salah."),
        Correction(version=3, at=at + timedelta(hours=1), note="Tahun <2020> & bukan 2021."),
    )
    gone = replace(award, uri="tag:example.id,2022-03-17:hoaks", headline="Kabar", url=None)
    return Edition(
        key="feed",
        publisher=OFFICE_OF_BENGKALIS,
        items=(
            Item(
                article=award,
                version=3,
                published=at - timedelta(hours=1),
                updated=at + timedelta(hours=1),
                corrections=corrections,
            ),
            Item(article=english, version=1, published=at, updated=at),
            Item(
                article=gone,
                version=2,
                published=at - timedelta(days=1),
                updated=at + timedelta(hours=2),
                withdrawal=Withdrawal(at=at, reason="Isinya keliru & tidak benar."),
            ),
        ),
    )


@pytest.mark.parametrize("name", FORMATS)
def test_the_newsroom_feed_is_the_one_that_was_looked_at(name: str) -> None:
    (made,) = (r for r in make_feed().render(newsroom()) if r.address == name)
    if os.environ.get("GOLDEN") == "write":  # then look at them
        (GOLDEN / name).write_bytes(made.content)
    assert made.content.decode() == (GOLDEN / name).read_bytes().decode()


def test_readers_get_every_field_of_an_article() -> None:
    made = {r.address: r for r in make_feed().render(newsroom())}
    for name in FORMATS[:2]:
        read = parsed(made[name])
        entry = read.entries[0]
        assert read.feed.title == "News"
        assert read.feed.link == "https://kominfo.example.id"
        assert read.feed.language == "id"
        assert {"rel": "self", "href": f"{URL}/{name}", "type": made[name].media_type} in [
            {key: link.get(key) for key in ("rel", "href", "type")} for link in read.feed.links
        ]
        assert entry.id == "tag:example.id,2022-03-18:piagam"
        assert entry.title == "Plt. Kepala Dinas & KPU: “piagam” <baru>"
        assert entry.link == "https://kominfo.example.id/berita/piagam?x=1&y=2"
        assert entry.summary == "Plt. Kepala Dinas menerima piagam & ucapan."
        assert entry.author == "Tim Redaksi"
        assert [tag.term for tag in entry.tags] == ["KPU", "pilkada"]
        assert entry.published_parsed[:5] == (2022, 3, 18, 8, 30)
        assert entry.updated_parsed[:5] == (2022, 3, 18, 10, 30)
        assert entry.content[0].type == "text/html"
        assert read.entries[1].author == "Diskominfotik Bengkalis"


def test_a_subject_is_one_category_however_it_is_spelt() -> None:
    """Older ledgers have articles whose subjects are there twice."""
    subjects = ("Ke\u0301sehatan", "K\u00e9sehatan", "KPU", " kpu", "KE\u0301SEHATAN")
    whole = make_feed().render(edition(make_feed(), item(replace(HELLO, subjects=subjects))))
    made = {r.address: r for r in whole}
    for name in FORMATS[:2]:
        tags = [tag.term for tag in parsed(made[name]).entries[0].tags]
        assert tags == ["Ke\u0301sehatan", "KPU"]
    [entry] = json.loads(made["feed.json"].content)["items"]
    assert entry["tags"] == ["Ke\u0301sehatan", "KPU"]


def test_json_readers_get_every_field_of_an_article() -> None:
    (made,) = (r for r in make_feed().render(newsroom()) if r.address == "feed.json")
    read = json.loads(made.content)
    first, english, gone = read["items"]
    assert read["version"] == "https://jsonfeed.org/version/1.1"
    assert read["feed_url"] == f"{URL}/feed.json"
    assert first["date_published"] == "2022-03-18T15:30:00+07:00"
    assert first["date_modified"] == "2022-03-18T17:30:00+07:00"
    assert first["authors"] == [{"name": "Tim Redaksi"}]
    assert first["tags"] == ["KPU", "pilkada"]
    assert first["image"] == HOSTED.url
    assert "language" not in first
    assert english["language"] == "en"
    assert "url" not in english
    assert "attachments" not in gone


def test_an_entry_in_another_language_says_so() -> None:
    made = {r.address: r for r in make_feed().render(newsroom())}
    assert [e.title_detail.language for e in parsed(made["atom.xml"]).entries[:2]] == ["id", "en"]
    assert [e.get("language") for e in parsed(made["rss.xml"]).entries[:2]] == [None, "en"]


def test_the_content_has_corrections_dateline_text_and_source_in_this_order() -> None:
    made = {r.address: r for r in make_feed().render(newsroom())}
    content = parsed(made["rss.xml"]).entries[0].content[0].value
    parts = (
        "<strong>RALAT (18 Maret 2022 17.30 WIB): Tahun &lt;2020&gt; &amp; bukan 2021.</strong>",
        "<strong>RALAT (18 Maret 2022 16.30 WIB): Nama ketua salah.</strong>",
        f'<img src="{HOSTED.url}" alt="A dot"',
        "<figcaption>One dot – Foto: Ann</figcaption>",
        "<p><strong>BENGKALIS– </strong>Plt. Kepala Dinas menerima piagam &amp; ucapan.</p>",
        "Jum’at 18 Maret 2022 ]]&gt; #DISKOMINFOTIK.",
        '<p>Sumber: <a href="https://kpu.example.id/?a=1&amp;b=2">KPU &amp; mitra</a></p>',
    )
    places = [content.index(part) for part in parts]
    assert places == sorted(places)
    assert "media:" not in content


DATELINES = {
    "plain": ("BENGKALIS", "<p>A.</p>", "<p><strong>BENGKALIS– </strong>A.</p>"),
    "dashed": ("BENGKALIS–", "<p>A.</p>", "<p><strong>BENGKALIS– </strong>A.</p>"),
    "escaped": ("A & B", "<p>C.</p>", "<p><strong>A &amp; B– </strong>C.</p>"),
    "picture first": (
        "X",
        '<p><img src="a" alt="<p>"></p><p>A.</p>',
        '<p><img src="a" alt="<p>"></p><p><strong>X– </strong>A.</p>',
    ),
    "quotation first": (
        "X",
        "<blockquote><p>Q.</p></blockquote><p>A.</p>",
        "<blockquote><p>Q.</p></blockquote><p><strong>X– </strong>A.</p>",
    ),
    "only a list": (
        "X",
        "<ul><li>A.</li></ul>",
        "<p><strong>X– </strong></p>\n<ul><li>A.</li></ul>",
    ),
    "blank": (" ", "<p>A.</p>", "<p>A.</p>"),
}


@pytest.mark.parametrize(("text", "html", "expected"), DATELINES.values(), ids=DATELINES.keys())
def test_the_dateline_begins_the_first_paragraph(text: str, html: str, expected: str) -> None:
    assert with_dateline(html, Dateline(text)) == expected


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
    source = (InfoSource("KPU", "originator"),)
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
    delivery = Delivery("0" * 32, feed.host(local), {local.sha256: FORM})
    receipt = feed.publish(delivery)
    hosted = feed.directory / "media" / local.name
    assert receipt == Receipt(f"media/{local.sha256}.pdf", HOSTED_FORM.url)
    assert hosted.read_bytes() == FORM
    assert feed.holds(delivery.rendition, receipt)
    feed.remove(receipt)
    assert not hosted.exists()


@pytest.mark.parametrize("text", HARD.values(), ids=HARD.keys())
def test_hard_text_arrives_as_it_was_written(feed: Feed, text: str) -> None:
    from html import escape

    kept = "".join(c for c in text if c >= " " and c != "\ufffe").strip()
    said = f"<p>{escape(text)}</p>"
    hard = replace(HELLO, headline=text, lead=text, html=said, subjects=(text,), by=text)
    made = rendered(feed, item(hard))
    assert parsed(made["atom.xml"]).entries[0].title == kept
    assert parsed(made["atom.xml"]).entries[0].summary == kept
    assert json.loads(made["feed.json"].content)["items"][0]["title"] == kept
    assert all(escape(kept) in html for html in contents_of(feed, item(hard)))
    assert all(kept in feed.as_text(rendition) for rendition in made.values())


def test_lone_surrogates_are_left_out(feed: Feed) -> None:
    made = rendered(feed, item(replace(HELLO, headline="a\ud800b\uffffc")))
    assert all("abc" in r.content.decode() for r in made.values())


def test_a_summary_that_looks_like_markup_is_text_in_rss(feed: Feed) -> None:
    made = rendered(feed, item(replace(HELLO, lead="Use <b> & &amp;.")))
    assert parsed(made["rss.xml"]).entries[0].summary == "Use &lt;b&gt; &amp; &amp;amp;."
    assert parsed(made["atom.xml"]).entries[0].summary == "Use <b> & &amp;."


def test_a_headline_of_nothing_readable_gives_way_to_the_uri(feed: Feed) -> None:
    made = rendered(feed, item(replace(HELLO, headline="\x01 \x02")))
    assert parsed(made["atom.xml"]).entries[0].title == HELLO.uri


def test_an_empty_feed_is_a_feed_with_a_fixed_date(feed: Feed) -> None:
    made = rendered(feed)
    assert [parsed(made[name]).entries for name in FORMATS[:2]] == [[], []]
    assert parsed(made["atom.xml"]).feed.updated == "2000-01-01T00:00:00+00:00"
    assert b"<lastBuildDate>Sat, 01 Jan 2000 00:00:00 +0000</" in made["rss.xml"].content
    assert json.loads(made["feed.json"].content)["items"] == []


def test_the_feed_is_as_new_as_its_newest_change(feed: Feed) -> None:
    fixed = corrected(HELLO)
    other = item(replace(HELLO, uri="tag:example.org,2026:other"))
    made = rendered(feed, other, fixed)
    assert parsed(made["atom.xml"]).feed.updated == "2026-08-14T20:00:00+07:00"
    assert b"<lastBuildDate>Fri, 14 Aug 2026 20:00:00 +0700</" in made["rss.xml"].content


def test_the_bytes_do_not_depend_on_the_zone_the_ledger_answers_in(feed: Feed) -> None:
    elsewhere = NOON.astimezone(OFFICE.zone)
    assert rendered(feed, item()) == rendered(
        feed, item(HELLO, published=elsewhere, updated=elsewhere)
    )


def test_only_the_newest_items_are_kept() -> None:
    feed = make_feed(items=2)
    items = [item(replace(HELLO, uri=f"tag:example.org,2026:{n}")) for n in range(4)]
    made = rendered(feed, *items)
    for name in FORMATS[:2]:
        ids = [entry.id for entry in parsed(made[name]).entries]
        assert ids == ["tag:example.org,2026:0", "tag:example.org,2026:1"]
    assert len(json.loads(made["feed.json"].content)["items"]) == 2


def test_a_correction_bumps_updated_and_a_refile_does_not(feed: Feed) -> None:
    refiled = item(replace(HELLO, html="<p>It began.</p>"), version=2)
    for state, updated, noted in ((refiled, "19:00", 0), (corrected(HELLO), "20:00", 1)):
        made = rendered(feed, state)
        entry = parsed(made["atom.xml"]).entries[0]
        assert entry.updated == f"2026-08-14T{updated}:00+07:00"
        assert entry.published == "2026-08-14T19:00:00+07:00"
        assert entry.content[0].value.count("CORRECTION") == noted


def test_a_withdrawn_article_stays_under_its_id_as_a_notice(feed: Feed) -> None:
    gone = replace(ILLUSTRATED, language="id", dateline=Dateline("X"))
    made = rendered(feed, withdrawn(gone, "Salah <total> & keliru."))
    for name in FORMATS[:2]:
        entry = parsed(made[name]).entries[0]
        assert entry.id == HELLO.uri
        assert entry.title == "DITARIK: Hello, world"
        assert entry.content[0].value == (
            "<p><strong>Artikel ini telah ditarik.</strong></p>\n"
            "<p>Alasan: Salah &lt;total&gt; &amp; keliru.</p>"
        )
        assert entry.updated_parsed[:4] == (2026, 8, 14, 14)
        assert not entry.enclosures
        assert not entry.get("media_content")
    in_atom = parsed(made["atom.xml"]).entries[0]
    in_json = json.loads(made["feed.json"].content)["items"][0]
    said = "Artikel ini telah ditarik. Alasan: Salah <total> & keliru."
    assert (in_atom.summary, in_json["summary"]) == (said, said)
    assert not {"image", "attachments"} & in_json.keys()


def test_the_preview_is_what_readers_see(feed: Feed) -> None:
    article = replace(HELLO, headline="A & B", html="<p>C &amp; <em>D</em></p>\n<p>E</p>")
    made = rendered(feed, corrected(article))
    for name in FORMATS:
        assert feed.as_text(made[name]) == (
            "News\nNews\n\nA & B\nCORRECTION (14 August 2026 20:00 WIB): The year was wrong.\n"
            "C & D\nE"
        )
    seen = feed.as_text(made["index.html"]).partition("Newest\n")[2]
    assert seen.splitlines()[:4] == [
        "A & B",
        "14 August 2026",
        "CORRECTION (14 August 2026 20:00 WIB): The year was wrong.",
        "It begins.",
    ]


# The folder


def test_what_stands_already_is_not_touched(feed: Feed) -> None:
    todo = [*deliveries(feed, edition(feed, item())), picture_delivery(feed)]
    publish(feed, todo)
    before = states(feed.directory)
    time.sleep(0.02)
    publish(feed, todo)
    assert states(feed.directory) == before
    publish(feed, deliveries(feed, edition(feed, corrected(HELLO))))
    assert states(feed.directory) != before


def test_files_and_folders_can_be_read_by_a_web_server(feed: Feed) -> None:
    with umask(0o077):
        feed.publish(picture_delivery(feed))
    assert mode(feed.directory) == mode(feed.directory / "media") == 0o755
    assert mode(feed.directory / "media" / PICTURE.name) == 0o644


def test_a_mode_somebody_chose_is_kept(feed: Feed) -> None:
    publish(feed, deliveries(feed, edition(feed, item())))
    (feed.directory / "rss.xml").chmod(0o640)
    publish(feed, deliveries(feed, edition(feed, corrected(HELLO))))
    assert mode(feed.directory / "rss.xml") == 0o640


def test_a_picture_is_put_where_its_address_says(feed: Feed) -> None:
    receipt = feed.publish(picture_delivery(feed))
    assert receipt == Receipt(f"media/{PICTURE.name}", f"{URL}/media/{PICTURE.name}")
    assert (feed.directory / "media" / PICTURE.name).read_bytes() == PIXEL


def test_a_picture_stands_as_long_as_its_bytes_are_its_own(feed: Feed) -> None:
    rendition = feed.host(PICTURE)
    receipt = Receipt(rendition.address)
    assert not feed.holds(rendition, receipt)
    feed.publish(picture_delivery(feed))
    assert feed.holds(rendition, receipt)
    (feed.directory / rendition.address).write_bytes(PIXEL[:-1] + b"?")
    assert not feed.holds(rendition, receipt)


def test_a_file_that_is_gone_or_changed_no_longer_stands(feed: Feed) -> None:
    delivery, *_ = deliveries(feed, edition(feed, item()))
    receipt = feed.publish(delivery)
    (feed.directory / "rss.xml").write_bytes(b"x" * len(delivery.rendition.content))
    assert not feed.holds(delivery.rendition, receipt)
    feed.remove(receipt)
    assert not feed.holds(delivery.rendition, receipt)


ESCAPES = ("../secret", "/etc/hostname", "media/../../secret", "", ".", "media", "theirs.html")


@pytest.mark.parametrize("reference", ESCAPES)
def test_nothing_but_our_own_files_is_ever_touched(feed: Feed, reference: str) -> None:
    (feed.directory / "media").mkdir(parents=True)
    secret = feed.directory.parent / "secret"
    for stranger in (secret, feed.directory / "theirs.html"):
        stranger.write_text("theirs")
    rendition = Rendition(reference, "text/plain", b"theirs")
    with pytest.raises(Refused, match=r"channels\.feed\.directory"):
        feed.remove(Receipt(reference))
    with pytest.raises(Refused, match=r"channels\.feed\.directory"):
        feed.publish(Delivery("0" * 32, rendition))
    assert not feed.holds(rendition, Receipt(reference))
    assert secret.read_text() == (feed.directory / "theirs.html").read_text() == "theirs"


def test_removing_from_a_folder_that_is_gone_is_fine(feed: Feed) -> None:
    feed.remove(Receipt("rss.xml"))
    assert not feed.directory.exists()


def test_the_folder_is_the_identity(tmp_path: Path) -> None:
    feed = make_feed(tmp_path / "a" / ".." / "b")
    assert feed.target() == feed.identity() == str(tmp_path.resolve() / "b")


# When the disk says no


def test_opening_refuses_a_file_in_the_folders_place(feed: Feed) -> None:
    feed.directory.write_text("theirs")
    with pytest.raises(Refused, match=rf"channels\.feed\.directory: {feed.directory} is not a fo"):
        feed.__enter__()
    with pytest.raises(Refused, match=rf"channels\.feed\.directory: {feed.directory} is not a fo"):
        publish(feed, deliveries(feed, edition(feed, item())))
    assert feed.directory.read_text() == "theirs"


def test_opening_allows_a_folder_that_is_yet_to_be_made(tmp_path: Path) -> None:
    with make_feed(tmp_path / "a" / "b") as feed:
        publish(feed, deliveries(feed, edition(feed, item())))
    assert sorted(path.name for path in feed.directory.iterdir()) == sorted(
        (*FORMATS, "index.html")
    )


def test_a_file_above_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "www").write_text("theirs")
    feed = make_feed(tmp_path / "www" / "news" / "feed")
    with feed, pytest.raises(Refused, match=f"{tmp_path / 'www'} is not a folder; move"):
        publish(feed, deliveries(feed, edition(feed, item())))


def test_a_link_to_nowhere_is_named(feed: Feed) -> None:
    feed.directory.symlink_to("nowhere")
    with pytest.raises(Refused, match=f"{feed.directory} is not a folder"):
        publish(feed, deliveries(feed, edition(feed, item())))


def test_a_folder_in_a_files_place_is_refused_and_nothing_is_left_over(feed: Feed) -> None:
    (feed.directory / "rss.xml" / "theirs").mkdir(parents=True)
    delivery, *_ = deliveries(feed, edition(feed, item()))
    with pytest.raises(Refused, match=r"rss\.xml is a folder where a file belongs; move it away"):
        feed.publish(delivery)
    with pytest.raises(Refused, match=r"rss\.xml is a folder where a file belongs; move it away"):
        feed.remove(Receipt("rss.xml"))
    assert os.listdir(feed.directory) == ["rss.xml"]


def test_a_folder_we_may_not_write_in_is_refused(feed: Feed) -> None:
    feed.directory.mkdir(mode=0o555)
    delivery, *_ = deliveries(feed, edition(feed, item()))
    with (
        nobody(),
        pytest.raises(Refused, match=r"channels\.feed\.directory: no permission to write"),
    ):
        feed.publish(delivery)


def test_a_full_disk_leaves_the_old_file_and_nothing_else(feed: Feed) -> None:
    before, *_ = deliveries(feed, edition(feed, item()))
    after, *_ = deliveries(feed, edition(feed, corrected(HELLO)))
    receipt = feed.publish(before)
    with full_disk(), pytest.raises(Unavailable, match=r"channels\.feed\.directory: .* make room"):
        feed.revise(after, receipt)
    assert os.listdir(feed.directory) == ["rss.xml"]
    assert feed.holds(before.rendition, receipt)
    assert feed.holds(after.rendition, feed.revise(after, receipt))


ERRORS: dict[int, tuple[type[DeliveryError], str]] = {
    ENOSPC: (Unavailable, "the disk is full at /www; make room and run again"),
    EDQUOT: (Unavailable, "the disk is full at /www; make room and run again"),
    EFBIG: (Unavailable, "the disk is full at /www; make room and run again"),
    EACCES: (Refused, "no permission to write /www/rss.xml; give it to this user"),
    EROFS: (Refused, "/www is read-only; choose a folder that can be written"),
    EIO: (Unavailable, "/www/rss.xml cannot be written (Input/output error); run again"),
}


@pytest.mark.parametrize("number", ERRORS)
def test_every_error_is_one_line_that_says_what_to_do(number: int) -> None:
    kind, words = ERRORS[number]
    error = OSError(number, os.strerror(number))
    explained = files.explanation("channels.feed.directory", Path("/www/rss.xml"), error)
    assert type(explained) is kind
    assert str(explained) == f"channels.feed.directory: {words}"


def test_what_a_dead_writer_left_is_cleared_away_and_nothing_else(feed: Feed) -> None:
    delivery, *_ = deliveries(feed, edition(feed, item()))
    feed.directory.mkdir()
    strangers = {".rss.xml.swp", ".syndicate", "syndicate-rss.xml.x.tmp"}
    for name in (*strangers, ".syndicate-rss.xml.k1.tmp"):
        (feed.directory / name).write_text("")
    feed.publish(delivery)
    assert set(os.listdir(feed.directory)) == {"rss.xml", *strangers}


WRITER = """
import os, sys
from pathlib import Path
from syndicate_feed import files
os.fsync = lambda handle: (print("writing", flush=True), sys.stdin.read())
files.write_file(Path(sys.argv[1]), b"new" * 1000)
"""


def test_a_kill_in_mid_write_leaves_the_old_file_and_the_next_write_tidies_up(
    tmp_path: Path,
) -> None:
    path = tmp_path / "rss.xml"
    path.write_bytes(b"old")
    with writer(path) as killed:
        assert len(os.listdir(tmp_path)) == 2
        kill(killed)
    assert path.read_bytes() == b"old"
    files.write_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["rss.xml"]


def test_what_a_living_writer_has_begun_is_left_to_it(tmp_path: Path) -> None:
    path = tmp_path / "rss.xml"
    with writer(path) as killed, writer(path) as living:
        assert len(os.listdir(tmp_path)) == 2
        kill(killed)
        files.write_file(tmp_path / "atom.xml", b"beside a living writer")
        assert len(os.listdir(tmp_path)) == 2  # without what the dead one left
        living.communicate()
    assert path.read_bytes() == b"new" * 1000


# The settings


def test_settings_are_read_and_a_relative_folder_is_beside_the_configuration(
    tmp_path: Path,
) -> None:
    given = {"name": "feed", "title": "News", "url": f"{URL}/", "directory": "public"}
    feed = TypeAdapter(Feed).validate_python(given, context={"folder": tmp_path})
    assert (feed.url, feed.directory, feed.items) == (URL, tmp_path / "public", 50)


@pytest.mark.parametrize("wrong", [{"items": 0}, {"title": ""}, {"url": "example.org"}])
def test_settings_that_cannot_work_are_refused(wrong: dict[str, object]) -> None:
    given = {"name": "feed", "title": "News", "url": URL, "directory": "public"} | wrong
    with pytest.raises(ValidationError):
        TypeAdapter(Feed).validate_python(given)


def test_the_channel_is_imported_without_anything_heavy() -> None:
    code = "import sys, syndicate_feed; print({'feedgen', 'lxml', 'dateutil'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout == b"set()\n"


# Helpers


def picture_delivery(feed: Feed) -> Delivery:
    assert sha256(PIXEL).hexdigest() == PICTURE.sha256
    return Delivery("1" * 32, feed.host(PICTURE), {PICTURE.sha256: PIXEL})


def states(folder: Path) -> dict[Path, tuple[int, int, bytes]]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {p: (p.stat().st_ino, p.stat().st_mtime_ns, p.read_bytes()) for p in found}


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


@contextmanager
def umask(mask: int) -> Iterator[None]:
    old = os.umask(mask)
    try:
        yield
    finally:
        os.umask(old)


@contextmanager
def nobody() -> Iterator[None]:
    """Without the powers of root, whom no mode keeps out."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


@contextmanager
def full_disk(room: int = 100) -> Iterator[None]:
    """No file may grow beyond ``room`` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def writer(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that has written a temporary file and not renamed it yet."""
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"writing\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_partner_s_article_names_its_source() -> None:
    linked = InfoSource("KPU Contoh", "originator", "https://kpu.example/")
    named = InfoSource("Bawaslu Contoh", "originator")
    for sources, rss, atom in (
        ((linked, named), '<source url="https://kpu.example/">KPU Contoh</source>', linked.uri),
        ((named,), "<dc:source>Bawaslu Contoh</dc:source>", named.name),
    ):
        state = item(replace(HELLO, info_sources=sources))
        made = {n: r.content.decode() for n, r in rendered(make_feed(), state).items()}
        assert made["rss.xml"].count("source>") == 1 + rss.startswith("<dc")
        assert rss in made["rss.xml"]
        assert made["atom.xml"].count(f"<dc:source>{atom}</dc:source>") == 1


def test_what_was_killed_has_a_tombstone_beside_its_notice() -> None:
    gone = withdrawn(HELLO, "It was not so.")
    assert gone.withdrawal
    killed = replace(gone, withdrawal=replace(gone.withdrawal, kill=True))
    for state, stones in ((gone, 0), (killed, 1)):
        made = {n: r.content.decode() for n, r in rendered(make_feed(), state).items()}
        assert made["atom.xml"].count("<at:deleted-entry ") == stones
        assert all("It was not so." in one for one in made.values())
    assert f'<at:deleted-entry ref="{HELLO.uri}" when="' in made["atom.xml"]
    assert "<at:comment>It was not so.</at:comment>" in made["atom.xml"]
