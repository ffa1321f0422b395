"""Signs of Markdown, typed a little wrong, and signs of other programs: understood, or named."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.papers import FORM
from syndicate.errors import ArticleError
from syndicate.sources import Draft, read
from syndicate.testing import OFFICE, PIXEL

PDFS = ("surat (1).pdf", "surat edaran (final).pdf", "surat edaran.pdf")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in PDFS:
        (tmp_path / name).write_bytes(FORM)
    (tmp_path / "foto (1).png").write_bytes(PIXEL)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def draft(body: str, front: str = "headline: Judul") -> Draft:
    path = Path("article.md")
    path.write_text(f"---\n{front}\n---\n{body}\n", encoding="utf-8")
    return read(path, OFFICE)


def complaint(body: str, front: str = "headline: Judul") -> str:
    try:
        draft(body, front)
    except ArticleError as error:
        return str(error)
    return ""


FILES = {
    "[Unduh](surat (1).pdf)": "surat (1).pdf",
    "[Unduh](surat edaran (final).pdf)": "surat edaran (final).pdf",
    '[Unduh](surat edaran.pdf "Surat")': "surat edaran.pdf",
    "[Unduh](surat (1).pdf 'Surat')": "surat (1).pdf",
    "[Unduh](surat edaran.pdf#hal=2)": "surat edaran.pdf",
    "[Unduh][f]\n\n[f]: surat edaran.pdf": "surat edaran.pdf",
    "[f]\n\n[f]: surat (1).pdf 'Surat'": "surat (1).pdf",
    "![foto](foto (1).png)": "foto (1).png",
    "[![foto](foto (1).png)](https://a.example/x)": "foto (1).png",
}


def test_a_file_whose_name_has_spaces_and_brackets_is_found() -> None:
    for body, name in FILES.items():
        made = draft(body)
        assert [one.file for one in made.article.media] == [name], body
        assert made.remark_lines() == [], body
        assert "](" not in made.article.html
        assert "Surat&quot;" not in made.article.html
    shown = draft("`[Unduh](surat edaran.pdf)`").article.html
    assert "<code>[Unduh](surat edaran.pdf)</code>" in shown


LED = {
    "[Unduh](https://a.example/surat (1).pdf)": 'href="https://a.example/surat%20(1).pdf"',
    "[Unduh](https://a.example/surat edaran.pdf)": 'href="https://a.example/surat%20edaran.pdf"',
    "[H](0812 3456 7890)": 'href="tel:081234567890"',
    "[H](+62 812 3456 7890)": 'href="tel:+6281234567890"',
    "[H]((0766) 21 000)": 'href="tel:076621000"',
}


def test_an_address_with_spaces_that_is_plain_is_a_link() -> None:
    for body, href in LED.items():
        made = draft(body)
        assert href in made.article.html, body
        assert made.remark_lines() == []


NO_LINKS = [
    "[x][tidak ada]", "[y][]", "[Lihat](halaman depan kami)", "[Unduh](surat tugas (2).pdf)",
    "[x](https://a.example/a b)", "[Baca selengkapnya][sumber]",
]  # fmt: skip


def test_a_link_that_is_none_is_refused_by_its_line() -> None:
    for body in NO_LINKS:
        assert complaint(f"a\n\nb\n{body}").startswith("article.md:7: "), body
    for body in ("Nilai a[i][j] dan [1][2].", r"\[Lihat](halaman depan kami)", "[sic] (begitu)",
                 "`[x][tidak ada]`", "Pasal 5 [dua] [tiga]"):  # fmt: skip
        assert complaint(body) == "", body
        assert draft(body).remark_lines() == [], body


def paragraph(body: str) -> str:
    made = draft(body)
    assert made.remark_lines() == [], body
    return made.article.html.removeprefix("<p>").removesuffix("</p>")


EMPHASIS = {
    "** Catatan **": "<strong>Catatan</strong>",
    "**Catatan: **KTP": "<strong>Catatan:</strong> KTP",
    "**Catatan: **KTP dan **Syarat: **KK": (
        "<strong>Catatan:</strong> KTP dan <strong>Syarat:</strong> KK"
    ),
    "a **b** c ** Dua kata** d": "a <strong>b</strong> c <strong>Dua kata</strong> d",
    "*Syarat:*KTP": "<em>Syarat:</em>KTP",
    "_Syarat:_KTP": "<em>Syarat:</em>KTP",
    "***Syarat:***KTP": "<em><strong>Syarat:</strong></em>KTP",
    "5 ** 2 ** 3 = 2*3*4": "5 ** 2 ** 3 = 2*3*4",
    "nama_berkas_baru:_x dan a*b:*c": "nama_berkas_baru:_x dan a*b:*c",
    "**Satu\ndua** dan **tiga**": "<strong>Satu\ndua</strong> dan <strong>tiga</strong>",
    "`** a **` dan `x **`": "<code>** a **</code> dan <code>x **</code>",
    "H~2~O dan m^2^": "H<sub>2</sub>O dan m<sup>2</sup>",
    "Kata ==penting sekali== ini": "Kata <mark>penting sekali</mark> ini",
    "a==b==c, x^y^z dan ~5~": "a==b==c, x^y^z dan ~5~",
}


@pytest.mark.parametrize("body", EMPHASIS, ids=ascii)
def test_emphasis_is_understood_where_it_is_plain(body: str) -> None:
    assert paragraph(body) == EMPHASIS[body]


BULLETS = "<ul>\n<li>KTP</li>\n<li>KK</li>\n</ul>"
NUMBERS = "<ol>\n<li>KTP</li>\n<li>KK</li>\n</ol>"
BLOCKS = {
    "-KTP\n-KK": BULLETS,
    "*KTP\n*KK": BULLETS,
    "• KTP\n• KK": BULLETS,
    "•KTP\n•KK": BULLETS,
    "1.KTP\n2.KK": NUMBERS,
    "1)KTP\n2)KK": NUMBERS,
    "-\u2003KTP\n-\u2009KK": BULLETS,
    "-\u200bKTP\n-\u200bKK": BULLETS,
    "\u200b- KTP\n\u00a0- KK": BULLETS,
    "1.\u2003KTP\n\ufeff2. KK": NUMBERS,
    "- [ ] KTP\n- [x] KK": "<ul>\n<li>☐ KTP</li>\n<li>☑ KK</li>\n</ul>",
    "\u200b## Dua": '<h2 id="dua">Dua</h2>',
    "\ufeff## Dua": '<h2 id="dua">Dua</h2>',
    "\u200b# Dua": '<h1 id="dua">Dua</h1>',
    "##Dua##": '<h2 id="dua">Dua</h2>',
    "## Dua##": '<h2 id="dua">Dua</h2>',
    "-5 derajat\n-6 derajat": "<p>-5 derajat\n-6 derajat</p>",
    "1.500 orang\n2.300 orang": "<p>1.500 orang\n2.300 orang</p>",
    "Hormat kami,\n-Redaksi": "<p>Hormat kami,\n-Redaksi</p>",
    "Pukul\n8.Sampai": "<p>Pukul\n8.Sampai</p>",
    "*KTP*\n*KK*": "<p><em>KTP</em>\n<em>KK</em></p>",
    "```\n-KTP\n-KK\n```": "<pre><code>-KTP\n-KK\n</code></pre>",
}


@pytest.mark.parametrize("body", BLOCKS, ids=ascii)
def test_lists_and_headings_are_understood_where_they_are_plain(body: str) -> None:
    made = draft(f"{body}\n")
    assert made.article.html == BLOCKS[body]
    assert made.remark_lines() == []


def test_letters_before_lines_keep_their_lines() -> None:
    for body in ("a. KTP\nb. KK", "a) KTP\nb) KK", "Syarat:\na. KTP\nb. KK"):
        html = draft(body).article.html
        assert "KTP<br />\nb" in html or "KTP<br>\nb" in html, html


def test_lines_that_end_already_are_not_ended_twice() -> None:
    assert draft("Syarat:<br />\na. KTP<br>\nb. KK").article.html.count("<br") == 2
    assert draft("Syarat:  \na. KTP\\\nb. KK").article.html.count("<br") == 2


def test_a_table_s_second_line_is_given_its_columns() -> None:
    for row in ("|---|", "|---|---|---|", "| :--- |"):
        html = draft(f"| Desa | Jiwa |\n{row}\n| Todo | 5 |").article.html
        assert "<td>5</td>" in html, row


FOREIGN = [
    "| a | b |\n| 1 | 2 |", "+---+---+\n| a | b |\n+---+---+", "> [!NOTE]\n> Isi",
    "!!! note\n    Isi",
    '!!! warning "Awas"', "[b]Tebal[/b]", "[url=https://a.example]x[/url]", "[quote]x[/quote]",
    "{youtube}abc{/youtube}", "{loadposition iklan}", '[button url="https://a.example/x"]',
    "[contact-form-7 id=1]", "[su_button url='/x']x[/su_button]", "[vc_row]\n\nx\n\n[/vc_row]",
    "[color=red]Merah[/color]", "??? tip",
]  # fmt: skip


def test_signs_of_other_programs_are_refused_by_their_line() -> None:
    for body in FOREIGN:
        message = complaint(f"a\n\n{body}")
        line = 6 if "vc_row" not in body else 10
        assert message.startswith(f"article.md:{line}: "), f"{body}: {message}"


REMARKS = ["Kata[^a b].", "a **b: ** c **d", "x **Satu **dua** tiga"]


def test_signs_that_are_left_are_named_by_their_line() -> None:
    for body in REMARKS:
        assert [
            one.startswith("article.md:6: ") for one in draft(f"a\n\n{body}").remark_lines()
        ] == [True]


PROSE = [
    "Nilai [b] dan [i] serta [url].", "Ia berkata: !!! Awas !!!", "!!! PENTING",
    "Rumus {a} dan {b}.",
    "[Catatan] dan [tahun=2024]", "a | b | c", "| a | b |", "+62 812 dan +---", "> [!] awas",
    "Surel: a_b@c.example, f_g_h", "Harga Rp 5.000,-\nOngkos Rp 6.000,-", "Pilih [ya/tidak].",
    "Suhu -5 s.d. -7", "#Pemilu2024 #KPU", "Jam 08.00–09.00\n–\nselesai", "[1]: lihat", "50% ~ 60%",
    "C# dan F#", "= 5 == 5", "Kata^kata", "A. Rahman\nB. Santoso dan C. Dewi menandatangani",
]  # fmt: skip


@pytest.mark.parametrize("body", PROSE, ids=ascii)
def test_prose_is_left_alone(body: str) -> None:
    made = draft(f"a\n\n{body}\n\nb")
    assert made.remark_lines() == []
    assert "<li>" not in made.article.html
    assert "<br" not in made.article.html


HEADLINES = [
    "<b>Tebal</b>", "**Tebal** [taut](https://a.example)", "`kode` {{ x }}",
    "Rapat __penting__", "![foto](a.png) Rapat", "Rapat<br>kerja", "{{ judul }}", "# Judul",
    "[Rapat](https://a.example/x)", "Rapat <span style='x'>kerja</span>", "[b]Rapat[/b]",
]  # fmt: skip
PLAIN = [
    "Suhu < 5 dan > 3", "Harga naik 5*", "Lomba #1", "Rapat [tunda]", "Uji {coba}", "REG<spasi>NIK",
    "2 ** 3", "Jum`at", "a_b_c", "R&D", "C# untuk desa", "[Cek fakta] Isu (lama)", "f(x) [2](",
]  # fmt: skip


def test_marks_in_a_headline_are_refused_by_its_line() -> None:
    for text in HEADLINES:
        front = "by: Ani\nheadline: '{}'".format(text.replace("'", "''"))
        assert complaint("Isi.", front).startswith("article.md:3: headline"), text
    for text in PLAIN:
        front = "by: Ani\nheadline: '{}'".format(text.replace("'", "''"))
        assert complaint("Isi.", front) == "", text


def test_entities_that_were_encoded_twice_are_decoded() -> None:
    made = draft("Isi.", "headline: Q&amp;amp;A\ndescription: A &amp;#8211; B").article
    assert (made.headline, made.description) == ("Q&A", "A – B")


def test_marks_in_other_fields_are_named_by_their_line() -> None:
    told = draft(
        "Isi.", "headline: J\ndescription: '**Tebal** sekali'\nby: <b>Ani</b>"
    ).remark_lines()
    assert [one.split(" ")[0] for one in told] == ["article.md:3:", "article.md:4:"]
    (escaped,) = draft("Isi.", "by: Ani\nheadline: '&lt;b&gt;Tebal&lt;/b&gt;'").remark_lines()
    assert escaped.startswith("article.md:3: headline: readers would see <b> as it stands")
