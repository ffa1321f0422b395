from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from pydantic import SecretStr, TypeAdapter

from support import posts
from syndicate import (
    Article,
    ArticleError,
    Correction,
    Dateline,
    Delivery,
    DeliveryError,
    InDoubt,
    InfoSource,
    Item,
    Media,
    Receipt,
    Refused,
    Unavailable,
)
from syndicate.loopback.botapi import (
    CHATS,
    LOOPBACK_TOKEN,
    ApiFault,
    BotApi,
    Flood,
    Garbage200,
    Http500,
    LostReply,
    No,
    Reset,
    Slow,
)
from syndicate.testing import (
    HELLO,
    NOON,
    PICTURE,
    PIXEL,
    ChannelTests,
    corrected,
    deliveries,
    edition,
    item,
    withdrawn,
)
from syndicate.text import utf16_length
from syndicate_telegram import Telegram
from syndicate_telegram.api.client import Timing
from syndicate_telegram.rendering.blocks import assemble, parse_blocks
from syndicate_telegram.rendering.entities import api_entities
from syndicate_telegram.rendering.hashtags import subject_line
from syndicate_telegram.rendering.rich_text import RichText
from syndicate_telegram.rendering.shortening import shorten_to_sentence, shorten_to_word
from syndicate_telegram.rendering.word_check import first_missing_word
from syndicate_telegram.settings import Length

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
        InfoSource("KPU Bengkalis", "originator", "https://kab-bengkalis.kpu.go.id/"),
        InfoSource("Bawaslu", "subject"),
    ),
    subjects=("pilkada-2024", "PPS", "pps", "2024"),
    url="https://example.go.id/berita/pps",
)


def marked(text: str, entities: list[dict[str, Any]]) -> str:
    """A post as a reader would see it, its styles written as marks."""
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
    """Waits for nothing long."""

    timing: ClassVar[Timing] = Timing(pauses=1.5, connect=1, answer=0.5)


def make(api: str = "http://127.0.0.1:9", **given: Any) -> Telegram:
    fields: dict[str, Any] = {
        "name": "tg",
        "token": SecretStr(LOOPBACK_TOKEN),
        "chat": "@kabar",
        "api": api,
        "web": api,
    } | given
    return Hasty(**fields)


def said(state: Item, **given: Any) -> dict[str, Any]:
    """What would be sent for an article as it stands."""
    channel = make(**given)
    [rendition] = channel.render(edition(channel, state))
    post = posts.read(rendition.content)
    assert set(rendition.media) >= {name for name in post.given["attached"] if ":" not in name}
    assert len(post.entities) <= 100
    assert utf16_length(post.text) <= (1024 if post.is_caption else 4096)
    return {"text": post.text, "entities": list(post.entities), **post.given}


def read(state: Item, **given: Any) -> str:
    post = said(state, **given)
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
    with make(api.url) as opened:
        yield opened


def published(channel: Telegram, state: Item) -> Receipt:
    receipt = channel.publish(delivery(channel, state))
    return replace(receipt, destination=channel.identity())


class TestTelegram(ChannelTests):
    @pytest.fixture(autouse=True)
    def bot_api(self) -> Iterator[None]:
        with BotApi() as self.api:
            yield

    def make_channel(self) -> Telegram:
        return make(self.api.url)

    def shown(self) -> list[str]:
        return [post.text for post in self.api.shown]


# the text of a post


def test_a_whole_post_reads_well() -> None:
    assert read(item(INDONESIAN)) == (
        "<b>Pendaftaran PPS Dibuka, Cek Syarat & Jadwalnya</b>\n\n"
        "<b>BENGKALIS–</b> KPU membuka <b>pendaftaran PPS</b> lewat"
        " <a https://siakba.kpu.go.id/>Siakba</a>.\n\n"
        "<b>Syarat</b>\n"
        "1. paling rendah 17 tahun;\n"
        "2. setia kepada Pancasila;\n"
        "   – dengan surat pernyataan\n\n"
        "<quote>“Waspadai <i>hoaks</i>,” kata Ketua KPU.</quote>\n\n"
        "<a https://example.go.id/berita/pps>Baca selengkapnya</a>\n\n"
        "Sumber: <a https://kab-bengkalis.kpu.go.id/>KPU Bengkalis</a>\n\n"
        "#pilkada_2024 #PPS · 2024"
    )


def test_a_corrected_post_says_what_was_wrong_newest_first() -> None:
    notes = [
        Correction(version=n, at=NOON + timedelta(hours=n), note=note)
        for n, note in ((1, "Batas umur semula 18 tahun."), (2, "Tautan diperbaiki."))
    ]
    assert read(item(INDONESIAN, corrections=tuple(notes))).splitlines()[:5] == [
        "<b>Pendaftaran PPS Dibuka, Cek Syarat & Jadwalnya</b>",
        "",
        "<b>RALAT</b> (14 Agustus 2026 21.00 WIB): Tautan diperbaiki.",
        "<b>RALAT</b> (14 Agustus 2026 20.00 WIB): Batas umur semula 18 tahun.",
        "",
    ]


def test_a_notice_stands_in_the_place_of_a_withdrawn_article() -> None:
    pictured = replace(INDONESIAN, media=(HOSTED,))
    post = said(withdrawn(pictured, "KPU membatalkan jadwal."))
    assert marked(post["text"], post["entities"]) == (
        "<b>DITARIK: Pendaftaran PPS Dibuka, Cek Syarat & Jadwalnya</b>\n\n"
        "Artikel ini telah ditarik.\n"
        "Alasan (14 Agustus 2026 21.00 WIB): KPU membatalkan jadwal."
    )
    assert (post["card"], post["attached"]) == ("", [])


def test_a_notice_always_fits_a_caption() -> None:
    endless = replace(HELLO, headline="So it is. " * 200)
    text = said(withdrawn(endless, "It was not so. " * 200))["text"]
    assert utf16_length(text) <= 1024
    assert text.endswith("…")


@pytest.mark.parametrize(
    ("dateline", "html", "begins"),
    [
        ("JAKARTA", "<p>One.</p>", "<b>JAKARTA–</b> One."),
        ("JAKARTA –", "<p>One.</p>", "<b>JAKARTA –</b> One."),
        ("JAKARTA", "<h2>Top</h2><p>One.</p>", "<b>Top</b>\n<b>JAKARTA–</b> One."),
        ("JAKARTA", "<ul><li>One</li></ul>", "<b>JAKARTA–</b>\n\n• One"),
        ("", "<p>One.</p>", "One."),
    ],
)
def test_a_dateline_stands_before_the_first_paragraph(
    dateline: str, html: str, begins: str
) -> None:
    article = replace(HELLO, html=html, dateline=Dateline(dateline))
    assert read(item(article)).startswith(f"<b>Hello, world</b>\n\n{begins}\n\n")


def test_the_photographer_is_named_with_the_picture_only() -> None:
    taken = replace(HELLO, media=(replace(HOSTED, creator="Ann"),))
    assert "\n\nPhoto: A dot (Ann)\n\n#greetings" in said(item(taken))["text"]
    assert "Ann" not in said(item(taken), preview="none")["text"]


def test_an_article_may_have_its_own_words_for_the_channel() -> None:
    own = replace(HELLO, overrides={"tg": {"description": "In short."}, "other": {}})
    assert said(item(own))["text"].split("\n\n")[1:3] == ["In short.", "Read more"]


@pytest.mark.parametrize(
    ("subjects", "line"),
    [
        (["pilkada-2024", "Pilkada 2024"], "#pilkada_2024"),
        (["2024", "—", ""], "2024, —"),
        (["C++", "don’t", "a_b"], "#don_t #a_b · C++"),
        (
            ["C#", "Diskon 50%", "#Pemilu", "Rp > 5", "a & b"],
            "#Pemilu #a_b · C#, Diskon 50%, Rp > 5",
        ),
        (
            ["R&D", "Q&A", "P3K/CPNS", "@akun", "CO₂", "m²", "A*", "No. 5°", "a\\b", "¥en"],
            "R&D, Q&A, P3K/CPNS, @akun, CO₂, m², A*, No. 5°, a\\b, ¥en",
        ),
        (["C++", "C#", "50% diskon", "<3", "a=b", "a|b"], "C++, C#, 50% diskon, <3, a=b, a|b"),
        (
            [
                "Jum'at bersih",
                "hari ke-2",
                "COVID‑19",
                "A.B",
                "“kutip”",
                "e-KTP (baru)",
                "Apa, ya?",
            ],
            "#Jum_at_bersih #hari_ke_2 #COVID_19 #A_B #kutip #e_KTP_baru #Apa_ya",
        ),
        (["выборы", "选举", "café", "cafe\u0301"], "#выборы #选举 #café"),
        (["KPU", "kpu", "Kpu "], "#KPU"),
        (["निर्वाचन  आयोग", "निर्वाचन आयोग", "2024", " 2024 "], "निर्वाचन आयोग, 2024"),
        (["x" * 65, "kpu"], f"#kpu · {'x' * 65}"),
        (["निर्वाचन आयोग", "kpu"], "#kpu · निर्वाचन आयोग"),
        (["الانتخابات", "الاِنتخابات"], "#الانتخابات · الاِنتخابات"),
        (["เลือกตั้ง"], "เลือกตั้ง"),
    ],
)
def test_subjects_are_hashtags_or_plain_words(subjects: list[str], line: str) -> None:
    assert subject_line(subjects) == line


# what fits


def bodies(text: str) -> list[str]:
    return text.split("\n\n")[1:-2]  # without headline, link and hashtags


def test_a_long_text_ends_with_a_whole_paragraph_and_a_link() -> None:
    text = said(item(replace(HELLO, html=PARAGRAPH * 20)))["text"]
    assert bodies(text) == [(SENTENCE * 10).strip()] * 7
    assert text.split("\n\n")[-2] == "Read more"


def test_no_heading_is_left_alone_at_the_end() -> None:
    html = PARAGRAPH * 7 + "<h2>Next</h2>" + PARAGRAPH
    assert "Next" not in said(item(replace(HELLO, html=html)))["text"]


def test_a_first_paragraph_too_long_ends_with_a_sentence() -> None:
    text = said(item(replace(HELLO, html=f"<p>{SENTENCE * 100}</p>")))["text"]
    [body] = bodies(text)
    assert body.endswith("adipiscing elit.")
    assert len(text) > 4096 - len(SENTENCE) - 1


def test_a_first_heading_stays_with_the_paragraph_that_is_cut() -> None:
    text = said(item(replace(HELLO, html=f"<h2>Top</h2><p>{SENTENCE * 100}</p>")))["text"]
    assert bodies(text)[0] == "Top"
    assert bodies(text)[1].startswith("Lorem")


def test_what_is_too_long_and_has_no_url_is_refused_with_advice() -> None:
    endless = replace(HELLO, html=PARAGRAPH * 20, url=None)
    with pytest.raises(ArticleError) as caught:
        said(item(endless))
    message = str(caught.value)
    assert "add a `url`, or shorten it" in message
    assert "7,3" in message
    assert "\n" not in message


def test_what_fits_and_has_no_url_has_no_link() -> None:
    assert "Read more" not in said(item(replace(HELLO, url=None)))["text"]


def test_hashtags_give_way_before_words_do() -> None:
    tagged = replace(HELLO, html=f"<p>{'x' * 4080}</p>", url=None)
    text = said(item(tagged))["text"]
    assert text.endswith("x")
    assert text.count("x") == 4080


def test_older_corrections_give_way_to_the_first_paragraph() -> None:
    lines = tuple(
        Correction(version=n, at=NOON, note=f"{n}: " + "wrong " * 50) for n in range(2, 32)
    )
    text = said(item(replace(HELLO, html=PARAGRAPH * 20), corrections=lines))["text"]
    assert "): 31: wrong" in text
    assert "): 2: wrong" not in text
    assert SENTENCE in text
    assert text.count("CORRECTION") > 5


@pytest.mark.parametrize("media", [(), (HOSTED,), (PICTURE,)], ids=["text", "card", "photo"])
@pytest.mark.parametrize("words", [10, 60, 200, 2000])
def test_an_excess_of_everything_still_fits_and_still_leads_to_the_rest(
    words: int, media: tuple[Media, ...]
) -> None:
    many = "word " * words
    source = InfoSource(many, "originator", "https://e.org")
    excess = replace(
        HELLO,
        headline=many,
        html=f"<h2>{many}</h2><ul><li>{many}</li></ul><p>{many}</p>",
        info_sources=(source,) * 9,
        subjects=tuple(f"subject {n}" for n in range(words)),
        dateline=Dateline(many),
        media=media,
    )
    lines = tuple(Correction(version=n, at=NOON, note=f"{n} {many}") for n in range(2, 12))
    post = said(item(excess, corrections=lines))
    assert "CORRECTION (14 August 2026 19:00 WIB): 11 word" in post["text"]
    assert "Read more" in post["text"]
    assert "word word" in post["text"].partition("): 11")[2].partition("\n\n")[2]


def test_no_headline_is_cut_where_nobody_could_read_on() -> None:
    pictured = replace(HELLO, headline="word " * 80, url=None, media=(PICTURE,))
    assert said(item(pictured))["text"].count("word") == 80
    endless = replace(HELLO, headline="word " * 900, url=None)
    with pytest.raises(ArticleError, match="shorten it"):
        said(item(endless))


def test_a_chat_may_be_a_bare_number() -> None:
    given = {"name": "tg", "token": LOOPBACK_TOKEN, "chat": -1001234}
    assert TypeAdapter(Telegram).validate_python(given).chat == "-1001234"


def test_limits_are_counted_in_utf16() -> None:
    text = said(item(replace(HELLO, html="<p>👍</p>" * 3000)))["text"]
    assert 4000 < utf16_length(text) <= 4096
    assert len(text) < 3500


@pytest.mark.parametrize(
    ("text", "units", "result"),
    [
        ("Short.", 10, "Short."),
        ("One two three.", 9, "One two…"),
        ("One two, three.", 9, "One two…"),
        ("Here it ends. And goes on and on.", 20, "Here it ends."),
        ("Adi, the Plt. Kepala, said so.", 20, "Adi, the Plt…"),
        ("Early. " + "word " * 20, 60, "Early. word word word word word word word word word word…"),
        ("你好。世界很大很大。", 6, "你好。"),
        ("你好世界很大", 4, "你好世…"),
        ("👩🏽‍🚒👩🏽‍🚒", 10, "👩🏽‍🚒…"),
        ("👩🏽‍🚒", 5, "…"),
        ("🇮🇩🇺🇳🇮🇩", 8, "🇮🇩…"),
        ("e\u0301e\u0301e\u0301", 4, "e\u0301…"),
    ],
)
def test_a_text_is_shortened_where_a_reader_would(text: str, units: int, result: str) -> None:
    assert shorten_to_sentence(RichText(text), units).text == result
    assert utf16_length(result) <= units


def test_a_style_ends_where_the_text_is_cut() -> None:
    cut = shorten_to_word(RichText("Hello wide world").styled("bold"), 12)
    assert marked(cut.text, api_entities(cut)) == "<b>Hello wide</b>…"


# HTML


@pytest.mark.parametrize(
    ("html", "post"),
    [
        ("<p>a\n  b</p>\n<p>c</p>", "a b\n\nc"),
        ("<p>a<br>\nb</p>", "a\nb"),
        ("loose <b>words</b><p>and a paragraph</p>", "loose <b>words</b>\n\nand a paragraph"),
        ("<p>a <b> b </b> c</p>", "a <b>b</b> c"),
        ("<p><b><strong>a</strong> b</b></p>", "<b>a b</b>"),
        ("<p><b>a <i>b</i></b><del>c</del></p>", "<b>a <i>b</i></b><s>c</s>"),
        ("<p>&lt;b&gt; &amp;amp; *_`</p>", "<b> &amp; *_`"),
        ("<p><b>a <code>x &lt; y</code> b</b></p>", "<b>a </b><code>x < y</code><b> b</b>"),
        (
            '<p><a href="https://e.org/a_(b)"><code>x</code></a></p>',
            "<a https://e.org/a_(b)>x</a>",
        ),
        ('<p><a href="/relative">words</a></p>', "words"),
        ('<p><a href="javascript:alert(1)">words</a></p>', "words"),
        ('<p><a href="tel:+628123456789">0812-345-6789</a></p>', "0812-345-6789"),
        ('<p><a href="tel:+62812">Call us</a></p>', "Call us (+62812)"),
        ('<p><a href="mailto:a@e.org?subject=x">Write</a></p>', "Write (a@e.org, subject: x)"),
        ('<p><a href="mailto:a@e.org">a@e.org</a></p>', "a@e.org"),
        ('<p><a href="https://e.org"><img src="x" alt="y"></a>z</p>', "z"),
        ("<h1>A</h1><p>b</p><h3>C</h3><p>d</p>", "<b>A</b>\nb\n\n<b>C</b>\nd"),
        ('<ol start="10"><li>a</li><li>b</li></ol>', "10. a\n11. b"),
        ("<ul><li><p>a</p><p>b</p></li><li>c</li></ul>", "• a\n   b\n• c"),
        (
            "<ul><li>a<ol><li>b<ul><li>c</li></ul></li></ol></li><li>d</li></ul>",
            "• a\n   1. b\n      – c\n• d",
        ),
        ("<ul><li>a</li></ul><p>b</p>", "• a\n\nb"),
        ("<blockquote><p>a</p><p>b</p></blockquote><p>c</p>", "<quote>a\n\nb</quote>\n\nc"),
        (
            "<blockquote><p>a</p><blockquote><p>b</p></blockquote></blockquote>",
            "<quote>a\n\nb</quote>",
        ),
        ("<ul><li>a<blockquote><p>b</p></blockquote></li></ul>", "• a\n   b"),
        ("<p>a</p><hr><p>b</p>", "a\n\n———\n\nb"),
        (
            '<pre><code class="language-py">if x:\n    y &lt; 1\n</code></pre>',
            "<pre py>if x:\n    y < 1</pre>",
        ),
        (
            "<table><thead><tr><th>Tahap</th><th>Mulai</th></tr></thead><tbody>"
            "<tr><td>Uji</td><td>2 Mei</td></tr><tr><td>市</td><td></td></tr></tbody></table>",
            "<pre>Tahap  Mulai\nUji    2 Mei\n市</pre>",
        ),
        (
            "<table><thead><tr><th>Tahap</th><th>Mulai</th></tr></thead><tbody>"
            "<tr><td>Uji kompetensi calon anggota</td><td>2 Mei</td></tr>"
            "<tr><td>Umum</td><td></td></tr></tbody></table>",
            "Tahap: <b>Uji kompetensi calon anggota</b>\nMulai: 2 Mei\n\nTahap: <b>Umum</b>",
        ),
        (
            "<table><tr><td>a</td><td><a href='https://e.org/'>b</a></td></tr></table>",
            "<b>a</b>\n<a https://e.org/>b</a>",
        ),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "<pre>a  b</pre>"),
        ("<dl><dt>a</dt><dd>b</dd></dl>", "<b>a</b>\nb"),
        ("<p>8 m<sup>2</sup>, H<sub>2</sub>O, 1<sup>st</sup></p>", "8 m², H₂O, 1st"),
        ("<p>x<sup>a+b</sup><sub>k!</sub></p>", "x^(a+b)_(k!)"),
        ("<figure><img src='x'><figcaption>y</figcaption></figure><p>z</p>", "<i>y</i>\n\nz"),
        ("<p>a\x01b\u202ec</p>", "abc"),
        ("<p></p><p> </p><ul></ul>", ""),
    ],
)
def test_html_becomes_text_with_styles(html: str, post: str) -> None:
    assert shown_as(html) == post


def test_of_too_many_styles_the_headline_and_the_link_stay_and_no_word_goes() -> None:
    html = "".join(f"<p><i>i{n}</i> <a href='https://e.org/{n}'>l{n}</a></p>" for n in range(90))
    post = said(item(replace(HELLO, html=html)))
    kinds = [entity["type"] for entity in post["entities"]]
    assert len(kinds) == 100
    assert (kinds.count("bold"), kinds.count("text_link")) == (1, 91)
    assert post["entities"][-1]["url"] == HELLO.url
    assert "i89 l89" in post["text"]


def test_very_long_links_do_not_break_the_post() -> None:
    html = "".join(f"<p><a href='https://e.org/{'x' * 900}'>l{n}</a></p>" for n in range(30))
    post = said(item(replace(HELLO, html=html)))
    assert sum(len(entity.get("url", "")) for entity in post["entities"]) < 9500
    assert post["entities"][-1]["url"] == HELLO.url
    assert "l29" in post["text"]


# the picture

LONG = replace(HELLO, html=PARAGRAPH * 3)


@pytest.mark.parametrize(
    ("media", "setting", "shown"),
    [
        (HOSTED, "above", {"card": HOSTED.url, "above": True}),
        (HOSTED, "below", {"card": HOSTED.url, "above": False}),
        (HOSTED, "photo", {"attached": [PICTURE.sha256]}),
        (HOSTED, "none", {}),
        (PICTURE, "above", {"attached": [PICTURE.sha256]}),
        (PICTURE, "none", {}),
        (Media(url="https://e.org/a.png"), "above", {"card": "https://e.org/a.png"}),
        (Media(url="https://e.org/a.png"), "photo", {"attached": ["https://e.org/a.png"]}),
    ],
)
def test_the_first_picture_is_shown_as_the_setting_says(
    media: Media, setting: str, shown: Mapping[str, object]
) -> None:
    post = said(item(replace(HELLO, media=(media,))), preview=setting)
    nothing: dict[str, object] = {"card": "", "attached": []}
    assert {**post, **nothing, **shown} == post


def test_a_caption_too_long_goes_on_behind_the_url() -> None:
    post = said(item(replace(LONG, media=(PICTURE,))))
    assert post["attached"] == [PICTURE.sha256]
    assert len(bodies(post["text"])) == 1


def test_a_caption_too_long_without_a_url_is_a_text_without_its_picture() -> None:
    post = said(item(replace(LONG, media=(replace(PICTURE, creator="Ann"),), url=None)))
    assert (post["attached"], post["card"]) == ([], "")
    assert post["text"].count("elit.") == 30
    assert "Ann" not in post["text"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"size": 10_000_001}, "dot.png is larger than Telegram's 10 MB"),
        ({"width": 9000, "height": 1200}, r"dot.png \(9000 x 1200\) is too large or too narrow"),
        ({"width": 2100, "height": 100}, "too large or too narrow"),
        ({"media_type": "image/svg+xml"}, "does not accept the picture"),
    ],
)
def test_a_file_that_telegram_does_not_take_is_refused_before_anything_is_sent(
    change: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ArticleError, match=complaint):
        said(item(replace(HELLO, media=(replace(PICTURE, **change),))))


# publishing, correcting, taking back


def test_a_text_arrives_with_its_card_and_its_manner(api: BotApi) -> None:
    with make(api.url, silent=True, protect=True) as channel:
        receipt = published(channel, item(replace(INDONESIAN, media=(HOSTED,))))
    [post] = api.posts
    assert receipt == Receipt("1", "https://t.me/kabar/1", str(CHATS["@kabar"]))
    assert (post.silent, post.protect) == (True, True)
    assert post.link_preview_options == {
        "url": HOSTED.url,
        "prefer_large_media": True,
        "show_above_text": True,
    }
    assert marked(post.text, list(post.entities)) == read(item(INDONESIAN)).replace(
        "</a>\n\n#", "</a>\nFoto: A dot\n\n#"
    )


def test_without_a_picture_no_link_shows_its_page(api: BotApi, channel: Telegram) -> None:
    published(channel, item(INDONESIAN))
    assert api.posts[0].link_preview_options == {"is_disabled": True}


def test_a_local_picture_is_uploaded(api: BotApi, channel: Telegram) -> None:
    receipt = published(channel, item(replace(HELLO, media=(PICTURE,))))
    [post] = api.posts
    assert post.photo
    assert post.photo.content == PIXEL
    assert (post.caption or "").startswith("Hello, world")
    assert receipt.reference.startswith("photo:1:")
    assert receipt.url == "https://t.me/kabar/1"


def test_a_private_channel_gives_its_own_kind_of_link() -> None:
    with BotApi(chats={"Ruang dalam": -1001234}) as api, make(api.url, chat="-1001234") as channel:
        assert published(channel, item()).url == "https://t.me/c/1234/1"
        assert channel.identity() == "-1001234"


PHOTO_HELLO = replace(HELLO, media=(PICTURE,))
OTHER = replace(PICTURE, sha256="f" * 64)


@pytest.mark.parametrize(
    ("before", "after", "method"),
    [
        (HELLO, replace(HELLO, headline="New"), "editMessageText"),
        (HELLO, replace(HELLO, headline="New", media=(HOSTED,)), "editMessageText"),
        (PHOTO_HELLO, replace(PHOTO_HELLO, headline="New"), "editMessageCaption"),
        (PHOTO_HELLO, replace(PHOTO_HELLO, headline="New", media=(OTHER,)), "editMessageMedia"),
    ],
)
def test_a_correction_edits_what_stands_there(
    api: BotApi, channel: Telegram, before: Article, after: Article, method: str
) -> None:
    receipt = published(channel, item(before))
    new = replace(
        delivery(channel, corrected(after)), files={PICTURE.sha256: PIXEL, "f" * 64: PIXEL + b"2"}
    )
    edited = channel.revise(new, receipt)
    assert channel.revise(new, edited) == edited
    [post] = api.shown
    assert post.text.startswith("New\n\nCORRECTION (14 August 2026 20:00 WIB): The year was")
    assert (len(post.edits), bool(post.photo)) == (1, before is PHOTO_HELLO)
    assert {r.method for r in api.requests if r.method.startswith("edit")} == {method} | (
        {"editMessageCaption"} if method == "editMessageMedia" else set()
    )
    if OTHER in after.media:
        assert post.photo
        assert post.photo.content == PIXEL + b"2"


@pytest.mark.parametrize("before", [HELLO, PHOTO_HELLO, LONG], ids=["text", "photo", "long"])
def test_a_withdrawal_puts_the_notice_in_place_of_any_post(
    api: BotApi, channel: Telegram, before: Article
) -> None:
    receipt = published(channel, item(before))
    channel.revise(delivery(channel, withdrawn(before)), receipt)
    [post] = api.shown
    assert post.text.startswith("WITHDRAWN: Hello, world\n\nThis article has been withdrawn.")
    assert "It was not so." in post.text


@pytest.mark.parametrize("said", ["1", "https://t.me/kabar/1", "t.me/s/KABAR/1?single"])
@pytest.mark.parametrize("before", [HELLO, PHOTO_HELLO], ids=["text", "photo"])
def test_a_reference_that_a_person_gave_is_enough(
    api: BotApi, channel: Telegram, before: Article, said: str
) -> None:
    there = published(channel, item(before))
    receipt = channel.receipt(said, there.destination)
    assert receipt == Receipt("1", there.url)
    receipt = replace(receipt, destination=there.destination)
    fixed = replace(before, headline="New")
    edited = channel.revise(delivery(channel, corrected(fixed)), receipt)
    channel.revise(delivery(channel, withdrawn(fixed)), edited)
    assert [version.text[:5] for version in api.posts[0].edits[:1]] == ["New\n\n"]
    assert api.posts[0].text.startswith("WITHDRAWN: New")
    channel.remove(receipt)
    assert api.shown == []


@pytest.mark.parametrize(
    ("chat", "said", "answer"),
    [
        ("@kabar", "https://t.me/lain/1", "https://t.me/lain/1 leads to another chat"),
        ("@kabar", "https://t.me/c/999/1", "leads to another chat"),
        ("-100555", "https://t.me/c/556/1", "leads to another chat"),
        ("@kabar", "https://example.org/1", "is not a link to a post"),
        ("@kabar", "seventeen", "is not a link to a post"),
        ("@kabar", "https://t.me/kabar", "is not a link to a post"),
    ],
)
def test_a_link_into_another_chat_is_refused(
    channel: Telegram, chat: str, said: str, answer: str
) -> None:
    with pytest.raises(Refused, match=answer):
        replace(channel, chat=chat).receipt(said, "-100555")


@pytest.mark.parametrize("said", ["7", "https://t.me/c/555/7", "https://t.me/c/555/3/7"])
def test_a_private_post_has_its_link(channel: Telegram, said: str) -> None:
    there = replace(channel, chat="-100555").receipt(said, "-100555")
    assert there == Receipt("7", "https://t.me/c/555/7")


def test_a_long_correction_of_a_photo_is_refused_with_advice(channel: Telegram) -> None:
    short = replace(PHOTO_HELLO, url=None)
    receipt = published(channel, item(short))
    with pytest.raises(Refused, match=r"post 1 in .* is a photo, and its caption holds 1,024"):
        channel.revise(delivery(channel, corrected(replace(short, html=LONG.html))), receipt)


def test_a_text_does_not_become_a_photo(channel: Telegram) -> None:
    receipt = published(channel, item(HELLO))
    with pytest.raises(Refused, match="is text, and a text cannot become a photo: give the"):
        channel.revise(delivery(channel, corrected(PHOTO_HELLO)), receipt)


def test_a_correction_of_a_post_that_is_gone_says_what_to_do(
    api: BotApi, channel: Telegram
) -> None:
    receipt = published(channel, item())
    api.posts[0].deleted = True
    with pytest.raises(Refused, match=r"no longer in @kabar, .* --not-sent posts it again"):
        channel.revise(delivery(channel, corrected(HELLO)), receipt)


def test_a_post_is_edited_where_its_receipt_says(api: BotApi) -> None:
    with make(api.url) as first:
        receipt = published(first, item())
    with make(api.url, chat="@kabar_uji") as second:
        second.revise(delivery(second, corrected(HELLO)), receipt)
    assert len(api.posts[0].edits) == 1


def test_nothing_older_than_48_hours_is_removed(api: BotApi, channel: Telegram) -> None:
    receipt = published(channel, item())
    api.age(1, hours=49)
    with pytest.raises(Refused, match="48 hours"):
        channel.remove(receipt)
    assert len(api.shown) == 1


def test_a_rehearsal_goes_to_the_test_chat(api: BotApi) -> None:
    channel = make(api.url, test_chat="@kabar_uji")
    with channel.rehearsal() as rehearsal:
        rehearsal.publish(delivery(channel, item()))
    assert [post.chat_id for post in api.posts] == [CHATS["@kabar_uji"]]
    with pytest.raises(Refused, match=r"channels\.tg\.test_chat: not set"):
        make(api.url).rehearsal()


def test_a_rehearsal_goes_without_the_main_chat_s_topic(api: BotApi) -> None:
    api.topics[CHATS["@kabar"]] = {7: True}
    api.topics[CHATS["@kabar_uji"]] = {}
    channel = make(api.url, test_chat="@kabar_uji", thread=7)
    with channel.rehearsal() as rehearsal:
        rehearsal.publish(delivery(channel, item()))
    assert [(post.chat_id, post.thread) for post in api.posts] == [(CHATS["@kabar_uji"], 0)]
    with channel:
        channel.publish(delivery(channel, item()))
    assert (api.posts[1].chat_id, api.posts[1].thread) == (CHATS["@kabar"], 7)


def test_a_rehearsal_in_the_chat_itself_by_another_name_is_refused(api: BotApi) -> None:
    number = str(CHATS["@kabar"])
    for chat, other in (("@kabar", number), (number, "@kabar")):
        channel = make(api.url, chat=chat, test_chat=other)
        with pytest.raises(Refused, match=rf"channels\.tg\.test_chat: {other} is .* itself"):
            channel.rehearsal().__enter__()
    assert api.posts == []


def test_a_rehearsal_needs_no_place_in_the_chat_that_is_not_there_yet(api: BotApi) -> None:
    channel = make(api.url, chat="@belum_ada", test_chat="@kabar_uji")
    with channel.rehearsal() as rehearsal:
        rehearsal.publish(delivery(channel, item()))
    assert len(api.posts) == 1


def test_a_preview_shows_where_the_link_leads() -> None:
    channel = make()
    [rendition] = channel.render(
        edition(channel, item(replace(HELLO, html="<p>👍 It begins.</p>")))
    )
    assert channel.as_text(rendition) == (
        "Hello, world\n\n👍 It begins.\n\nRead more: https://example.org/hello\n\n#greetings"
    )


# what goes wrong


@pytest.mark.parametrize(
    ("fault", "error", "posts"),
    [
        (Flood(retry_after=2), Unavailable, 0),
        (LostReply(), InDoubt, 1),
        (Reset(), InDoubt, 0),
        (Http500(), InDoubt, 0),
        (Http500(done=True, status=502), InDoubt, 1),
        (Garbage200(), InDoubt, 1),
        (Slow(seconds=2), InDoubt, 1),
        (No(code=403, description="Forbidden: bot was kicked from the channel chat"), Refused, 0),
        (No(description="Bad Request: need administrator rights in the channel chat"), Refused, 0),
        (No(description="Bad Request: something new"), Refused, 0),
        (No(code=500, description="Internal Server Error"), InDoubt, 0),
        (No(code=401, description="Unauthorized"), Refused, 0),
    ],
)
def test_an_error_tells_how_sure_it_leaves_us_and_nothing_is_sent_twice(
    api: BotApi, channel: Telegram, fault: ApiFault, error: type[DeliveryError], posts: int
) -> None:
    api.faults.append(fault)
    with pytest.raises(error) as caught:
        published(channel, item())
    assert type(caught.value) in (error, *error.__subclasses__())
    assert "\n" not in str(caught.value)
    assert len(api.posts) == posts
    assert [r.method for r in api.requests].count("sendMessage") <= 1
    if isinstance(fault, Flood):
        assert isinstance(caught.value, Unavailable)
        assert caught.value.retry_after == 2


def test_a_refusal_names_the_setting(api: BotApi, channel: Telegram) -> None:
    api.faults.append(No(description="Bad Request: not enough rights to send text messages"))
    with pytest.raises(Refused, match=r"^channels\.tg\.chat: make the bot an administrator of @k"):
        published(channel, item())


@pytest.mark.parametrize("fault", [LostReply(), Reset(), Http500(done=True), Garbage200()])
def test_a_lost_answer_to_an_edit_is_no_doubt(
    api: BotApi, channel: Telegram, fault: ApiFault
) -> None:
    receipt = published(channel, item())
    fixed = delivery(channel, corrected(HELLO))
    api.faults.append(fault)
    with pytest.raises(Unavailable):
        channel.revise(fixed, receipt)
    assert channel.revise(fixed, receipt) == receipt
    api.faults.append(fault)
    with pytest.raises(Unavailable):
        channel.remove(receipt)
    channel.remove(receipt)
    assert api.shown == []


def test_a_short_pause_is_waited_for(api: BotApi, channel: Telegram) -> None:
    api.faults.append(Flood(retry_after=1))
    assert published(channel, item()).reference == "1"
    assert len(api.posts) == 1


def test_many_short_pauses_are_a_long_one(api: BotApi, channel: Telegram) -> None:
    api.faults += [Flood(retry_after=1), Flood(retry_after=1)]
    with pytest.raises(Unavailable) as caught:
        published(channel, item())
    assert caught.value.retry_after == 1
    assert api.posts == []


def test_an_unreachable_server_is_unavailable_and_named() -> None:
    with pytest.raises(Unavailable, match=r"channels\.tg\.api: http://127\.0\.0\.1:9 cannot be"):
        make("http://127.0.0.1:9").__enter__()


def test_a_connection_that_fails_before_anything_is_sent_is_tried_again(
    api: BotApi, channel: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(api.url.rpartition(":")[2])
    api.__exit__()
    servers: list[BotApi] = []

    def come_back(seconds: float) -> None:
        if not servers:
            servers.append(BotApi(port=port).__enter__())

    monkeypatch.setattr("syndicate.system.stop.sleep", come_back)
    try:
        published(channel, item())
        assert len(servers[0].posts) == 1
    finally:
        servers[0].__exit__()
        api.__enter__()


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"token": SecretStr("999:WRONG")}, r"^channels\.tg\.token: Telegram does not know it"),
        ({"token": SecretStr("nonsense")}, r"^channels\.tg\.token: it is not like 123456:ABC"),
        ({"chat": "@nobody"}, r"^channels\.tg\.chat: Telegram knows no chat @nobody"),
    ],
)
def test_a_wrong_setting_is_refused_at_opening(
    api: BotApi, given: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(Refused, match=complaint):
        make(api.url, **given).__enter__()


def test_a_server_that_answers_nonsense_at_opening_is_unavailable(api: BotApi) -> None:
    for fault in (Http500(on="getMe"), Garbage200(on="getChat")):
        api.faults.append(fault)
        with pytest.raises(Unavailable, match=r"^channels\.tg\.api: no usable answer from http"):
            make(api.url).__enter__()
        assert api.faults == []


def test_it_can_be_opened_again(api: BotApi) -> None:
    channel = make(api.url)
    for _ in range(2):
        with channel:
            published(channel, item())
    assert len(api.posts) == 2


FAULTS: list[ApiFault] = [
    Flood(retry_after=9),
    LostReply(),
    Reset(),
    Http500(),
    Garbage200(),
    No(code=401, description=f"Unauthorized: {LOOPBACK_TOKEN}"),
    No(code=400, description=f"Bad Request: {LOOPBACK_TOKEN} is odd"),
    No(code=500, description=f"Internal Server Error at {LOOPBACK_TOKEN}"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
@pytest.mark.parametrize("method", ["getMe", "getChat", "sendMessage"])
def test_the_token_is_nowhere(
    api: BotApi,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    method: str,
    fault: ApiFault,
) -> None:
    caplog.set_level(logging.DEBUG)
    channel = make(api.url)
    api.faults.append(replace(fault, on=method))
    with pytest.raises(DeliveryError) as caught, channel:
        published(channel, item())
    chain = traceback.TracebackException.from_exception(caught.value)
    seen = [repr(channel), repr(caught.value), *chain.format(), caplog.text, *capfd.readouterr()]
    assert caught.value.__context__ is None
    assert not [text for text in seen if "loopback-token" in text.lower()]


def test_nothing_heavy_is_imported_with_the_channel() -> None:
    import subprocess
    import sys

    code = (
        "import sys, syndicate_telegram;print({'telegram', 'httpx', 'asyncio'} & set(sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "set()\n"


# no word is lost


@pytest.mark.parametrize(
    ("html", "said", "lost"),
    [
        ("<p>satu dua tiga</p>", "satu dua tiga", ""),
        ("<p>satu dua tiga</p>", "satu tiga", "dua"),
        ("<p>satu dua</p>", "dua satu", "dua"),
        ("<p>H<sub>2</sub>O, x<sup>a+b</sup></p>", "H₂O, x^(a+b)", ""),
        ("<table><tr><th>a</th><th>b</th></tr><tr><td>c</td></tr></table>", "a: c", "b"),
        ("<p>a\u202eb</p>", "ab", ""),
        ("<p>x<sub>i,j</sub> a_b</p>", "x_(i,j) a_b", ""),
    ],
)
def test_a_lost_word_is_found(html: str, said: str, lost: str) -> None:
    assert first_missing_word(html, said) == lost


def test_a_word_that_would_be_lost_stops_the_publication_with_its_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("syndicate_telegram.rendering.inline._respelt", lambda *_: [])
    html, markdown = "<p>one</p><p>two <sup>three</sup></p>", "one\n\ntwo <sup>three</sup>"
    article = replace(HELLO, html=html, markdown=markdown)
    with pytest.raises(ArticleError, match="the word “three” in line 3 of its text would be lost"):
        said(item(article))


def test_a_long_quotation_is_folded() -> None:
    quotes = (f"<blockquote><p>{'kata ' * n}</p></blockquote>" for n in (20, 200))
    [short, long] = (parse_blocks(quote)[0].content for quote in quotes)
    kinds = [entity.kind for entity in (*short.entities, *long.entities)]
    assert kinds == ["blockquote", "expandable_blockquote"]


# the office's habits


@pytest.mark.parametrize(
    ("length", "text"),
    [
        ("full", "Hello, world\n\nIt begins. It goes on.\n\nIt ends."),
        ("lead", "Hello, world\n\nIt begins. It goes on."),
        (200, "Hello, world\n\nIt begins. It goes on.\n\nIt ends."),
    ],
)
def test_a_post_is_as_long_as_the_office_likes(length: Length, text: str) -> None:
    html = "<p>It begins. It goes on.</p><p>It ends.</p>"
    article = replace(HELLO, html=html, lead="It begins. It goes on.", media=())
    post = said(item(article), length=length)
    assert post["text"].startswith(f"{text}\n\nRead more")


def test_a_number_of_characters_ends_with_a_paragraph_and_the_link() -> None:
    article = replace(HELLO, html=f"<p>{SENTENCE}</p>" * 20, media=())
    text = said(item(article), length=300)["text"]
    assert text.count(SENTENCE.strip()) == 5
    assert "Read more" in text


@pytest.mark.parametrize("length", ["lead", 200])
def test_no_word_is_left_out_where_no_link_leads_to_it(length: Length) -> None:
    article = replace(HELLO, html=f"<p>{SENTENCE}</p>" * 20, url=None, media=())
    assert said(item(article), length=length)["text"].count(SENTENCE.strip()) == 20


@pytest.mark.parametrize(
    ("hours", "clock", "urgency", "quiet"),
    [
        ("22:00-06:00", "22:00", 0, True),
        ("22:00-06:00", "05:59", 3, True),
        ("22:00-06:00", "06:00", 0, False),
        ("22:00-06:00", "23:00", 2, False),
        ("12:00-13:00", "12:30", 0, True),
        ("12:00-13:00", "13:00", 0, False),
        ("", "23:00", 0, False),
    ],
)
def test_a_post_in_quiet_hours_makes_no_sound(
    api: BotApi, hours: str, clock: str, urgency: int, quiet: bool
) -> None:
    with make(api.url, quiet=hours) as channel:
        one = delivery(channel, item(replace(HELLO, urgency=urgency)))
        started = datetime.fromisoformat(f"2026-08-14T{clock}:00+07:00")
        channel.publish(replace(one, started=started))
    sent = api.requests[-1].params
    assert (sent.get("disable_notification") == "true") is quiet


def test_a_post_goes_to_its_topic(api: BotApi) -> None:
    with make(api.url, thread=7) as channel:
        published(channel, item())
    assert api.requests[-1].params["message_thread_id"] == "7"
