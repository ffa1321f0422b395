from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

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
from syndicate.model.annotations import Related
from syndicate.model.article import (
    Article,
    Correction,
    Dateline,
    Edition,
    InfoSource,
    Item,
    Publisher,
    Withdrawal,
)
from syndicate.testing import (
    HARD,
    HELLO,
    NOON,
    OFFICE,
    PICTURE,
    ChannelTests,
    corrected,
    edition,
    ended,
    item,
    withdrawn,
)
from syndicate_feed import Feed
from syndicate_feed.entries import with_dateline

GOLDEN = Path(__file__).with_name("golden_feed")


class TestFeed(ChannelTests):
    @pytest.fixture(autouse=True)
    def served(self, tmp_path: Path) -> None:
        self.directory = tmp_path / "public" / "feed"

    def make_channel(self) -> Feed:
        return make_feed(self.directory, hubs=("https://hub.example/",), after=("true",))

    def shown(self) -> list[str]:
        return [file.read_text() for file in sorted(self.directory.iterdir()) if file.is_file()]


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    return make_feed(tmp_path / "feed")


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
        info_sources=(
            InfoSource(
                name="KPU & mitra", role="originator", uri="https://kpu.example.id/?a=1&b=2"
            ),
        ),
        subjects=("KPU", "pilkada"),
        url="https://kominfo.example.id/berita/piagam?x=1&y=2",
        media=(HOSTED, replace(PICTURE, file="unhosted.png")),
    )
    english = replace(HELLO, info_sources=(InfoSource(name="A subject", role="subject"),), url=None)
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


def deadlines() -> Edition:
    """A recruitment that is over; an article that was answered, and its answer."""
    opened = replace(
        HELLO, uri="tag:example.id,2026-05-01:ppk", headline="Rekrutmen petugas PPK",
        profile="rekrutmen", language="id", url="https://kominfo.example.id/ppk",
    )  # fmt: skip
    answer = Related(uri="tag:example.id,2026-05-20:jawab", headline="Kami <tidak> menolak",
                     url="https://kominfo.example.id/jawab?x=1&y=2")  # fmt: skip
    original = Related(uri="tag:example.id,2026-05-02:kpu", headline="KPU & dinas")
    first = replace(opened, uri=original.uri, headline=original.headline, profile="berita")
    second = replace(first, uri=answer.uri, headline=answer.headline, replies_to=first.uri)
    return Edition(
        key="feed",
        publisher=OFFICE_OF_BENGKALIS,
        items=(ended(opened), item(first, replies=(answer,)), item(second, replies_to=original)),
    )


@pytest.mark.parametrize("name", FORMATS)
def test_deadlines_and_answers_are_those_that_were_looked_at(name: str) -> None:
    (made,) = (r for r in make_feed().render(deadlines()) if r.address == name)
    path = GOLDEN / f"deadlines-{name}"
    if os.environ.get("GOLDEN") == "write":  # then look at them
        path.write_bytes(made.content)
    assert made.content.decode() == path.read_bytes().decode()


@pytest.mark.parametrize("place", range(3))
def test_a_page_of_a_deadline_or_an_answer_is_the_one_that_was_looked_at(place: int) -> None:
    what = deadlines()
    made = make_feed().page(replace(what, items=what.items[place : place + 1]))
    path = GOLDEN / f"deadlines-{place}.html"
    if os.environ.get("GOLDEN") == "write":
        path.write_bytes(made.content)
    assert made.content.decode() == path.read_bytes().decode()


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
