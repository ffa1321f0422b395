"""Text and styles of a Telegram post: nothing of the article's HTML is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from support.telegram_channel import HOSTED, INDONESIAN, marked, marked_post, post_fields, shown_as
from syndicate import ArticleError, Correction, Dateline
from syndicate.testing import HELLO, NOON, item, withdrawn
from syndicate.text import utf16_length
from syndicate_telegram.rendering.blocks import parse_blocks
from syndicate_telegram.rendering.hashtags import subject_line
from syndicate_telegram.rendering.word_check import first_missing_word


def test_a_whole_post_reads_well() -> None:
    assert marked_post(item(INDONESIAN)) == (
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
    assert marked_post(item(INDONESIAN, corrections=tuple(notes))).splitlines()[:5] == [
        "<b>Pendaftaran PPS Dibuka, Cek Syarat & Jadwalnya</b>",
        "",
        "<b>RALAT</b> (14 Agustus 2026 21.00 WIB): Tautan diperbaiki.",
        "<b>RALAT</b> (14 Agustus 2026 20.00 WIB): Batas umur semula 18 tahun.",
        "",
    ]


def test_a_notice_stands_in_the_place_of_a_withdrawn_article() -> None:
    pictured = replace(INDONESIAN, media=(HOSTED,))
    post = post_fields(withdrawn(pictured, "KPU membatalkan jadwal."))
    assert marked(post["text"], post["entities"]) == (
        "<b>DITARIK: Pendaftaran PPS Dibuka, Cek Syarat & Jadwalnya</b>\n\n"
        "Artikel ini telah ditarik.\n"
        "Alasan (14 Agustus 2026 21.00 WIB): KPU membatalkan jadwal."
    )
    assert (post["card"], post["attached"]) == ("", [])


def test_a_notice_always_fits_a_caption() -> None:
    endless = replace(HELLO, headline="So it is. " * 200)
    text = post_fields(withdrawn(endless, "It was not so. " * 200))["text"]
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
    assert marked_post(item(article)).startswith(f"<b>Hello, world</b>\n\n{begins}\n\n")


def test_the_photographer_is_named_with_the_picture_only() -> None:
    taken = replace(HELLO, media=(replace(HOSTED, creator="Ann"),))
    assert "\n\nPhoto: A dot (Ann)\n\n#greetings" in post_fields(item(taken))["text"]
    assert "Ann" not in post_fields(item(taken), preview="none")["text"]


def test_an_article_may_have_its_own_words_for_the_channel() -> None:
    own = replace(HELLO, overrides={"tg": {"description": "In short."}, "other": {}})
    assert post_fields(item(own))["text"].split("\n\n")[1:3] == ["In short.", "Read more"]


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
    post = post_fields(item(replace(HELLO, html=html)))
    kinds = [entity["type"] for entity in post["entities"]]
    assert len(kinds) == 100
    assert (kinds.count("bold"), kinds.count("text_link")) == (1, 91)
    assert post["entities"][-1]["url"] == HELLO.url
    assert "i89 l89" in post["text"]


def test_very_long_links_do_not_break_the_post() -> None:
    html = "".join(f"<p><a href='https://e.org/{'x' * 900}'>l{n}</a></p>" for n in range(30))
    post = post_fields(item(replace(HELLO, html=html)))
    assert sum(len(entity.get("url", "")) for entity in post["entities"]) < 9500
    assert post["entities"][-1]["url"] == HELLO.url
    assert "l29" in post["text"]


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
        post_fields(item(article))


def test_a_long_quotation_is_folded() -> None:
    quotes = (f"<blockquote><p>{'kata ' * n}</p></blockquote>" for n in (20, 200))
    [short, long] = (parse_blocks(quote)[0].content for quote in quotes)
    kinds = [entity.kind for entity in (*short.entities, *long.entities)]
    assert kinds == ["blockquote", "expandable_blockquote"]
