"""What the writer typed reaches the reader, or is named by its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.papers import FORM
from syndicate.errors import ArticleError
from syndicate.model.article import Publisher
from syndicate.sources import Draft, read
from syndicate.testing import PICTURE, PIXEL

OFFICE = Publisher(name="Dinas", url="https://dinas.example/id", timezone="Asia/Jakarta")
DOT = f"media:{PICTURE.name}"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("s.png", "foto rapat.png"):
        (tmp_path / name).write_bytes(PIXEL)
    for name in ("lampiran.pdf", "surat edaran.pdf"):
        (tmp_path / name).write_bytes(FORM)
    (tmp_path / "data.docx").write_bytes(b"PK\3\4")
    (tmp_path / "lain.md").write_text("---\nheadline: Lain\n---\nIsi.\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def draft(body: str, front: str = "headline: Judul") -> Draft:
    path = Path("article.md")
    path.write_text(f"---\n{front}\n---\n{body}\n", encoding="utf-8")
    return read(path, OFFICE)


def html(body: str) -> str:
    return draft(body).article.html


def paragraph(body: str) -> str:
    return html(body).removeprefix("<p>").removesuffix("</p>")


WORDS = {
    "Ketik REG<spasi>NIK<spasi>NAMA": "Ketik REG&lt;spasi&gt;NIK&lt;spasi&gt;NAMA",
    "Isi <nama lengkap> dan </alamat>.": "Isi &lt;nama lengkap&gt; dan &lt;/alamat&gt;.",
    "DAF<label>NIK, <title> dan <time>": "DAF&lt;label&gt;NIK, &lt;title&gt; dan &lt;time&gt;",
    "a <svg><text>b</text></svg> c": "a b c",
    "<nik> di awal baris": "&lt;nik&gt; di awal baris",
    "<nik>\nsendiri": "&lt;nik&gt;\nsendiri",
    "a <input> b": "a &lt;input&gt; b",
    "a <label>b</label> c": "a b c",
    "a <x-y>b</x-y> <foo class=b>c</foo>": "a b c",
    "a <o:p></o:p>b <st1:City w:st='on'>Siak</st1:City>": "a b Siak",
    "di <st1:place>Bengkalis</st1:place>": "di Bengkalis",
    "a <![CDATA[ b ]]> c": "a  b  c",
    "a <?xml:namespace prefix = o ns = 'urn:x' />b": "a b",
    "<!DOCTYPE html>\n\na": "a",
    "a <!-- b --> c": "a  c",
    "<textarea>kata</textarea>": "kata",
    "<noscript>kata</noscript>": "kata",
    "[Syarat]: KTP": "[Syarat]: KTP",
    "a [b] [Syarat]\n\n[b]: /b\n[b]: /dua": 'a <a href="https://dinas.example/b">b</a> [Syarat]</p>'
    "\n<p>[b]: /dua",
    "a\n\n[^2]: Ibid.": "a</p>\n<p>[^2]: Ibid.",
    "a\n\n[//]: # (untuk redaksi)\n[catatan]: <> (juga)": "a",
    "**Syarat:**KTP": "<strong>Syarat:</strong>KTP",
    "__Syarat:__KTP **“Tema”**nya": "<strong>Syarat:</strong>KTP <strong>“Tema”</strong>nya",
    r"\*\*bukan\*\*": "**bukan**",
    "nama__berkas__lama": "nama__berkas__lama",
}


@pytest.mark.parametrize("body", WORDS, ids=ascii)
def test_every_word_is_said_as_it_was_typed(body: str) -> None:
    assert paragraph(body) == WORDS[body]


LISTS = {
    "-\u00a0KTP\n-\u00a0KK": "<ul>\n<li>KTP</li>\n<li>KK</li>\n</ul>",
    "1.\u00a0KTP\n2.\u202fKK": "<ol>\n<li>KTP</li>\n<li>KK</li>\n</ol>",
    "1. a\n3. b\n4. c": '<ol>\n<li>a</li>\n<li value="3">b</li>\n<li>c</li>\n</ol>',
    "1. a\n1. b": "<ol>\n<li>a</li>\n<li>b</li>\n</ol>",
    "##Judul": '<h2 id="judul">Judul</h2>',
    "##\u00a0Judul": '<h2 id="judul">Judul</h2>',
    "## Syarat {#s}\n\n## Syarat\n\n## Syarat": (
        '<h2 id="s">Syarat</h2>\n<h2 id="syarat">Syarat</h2>\n<h2 id="syarat-1">Syarat</h2>'
    ),
    "```\n##!x\n- [ ] [[y]]\n```": "<pre><code>##!x\n- [ ] [[y]]\n</code></pre>",
}


@pytest.mark.parametrize("body", LISTS, ids=ascii)
def test_signs_are_understood_where_the_intent_is_plain(body: str) -> None:
    assert html(body) == LISTS[body]


def test_a_footnote_is_a_note_below_the_text() -> None:
    said = html("Hadir[^2] dan[^a].\n\n[^2]: Ibid.\n[^a]: Lihat *juga*.")
    assert "Ibid." in said
    assert 'Hadir<a href="#fn1" id="fnref1">[1]</a>' in said
    assert '<li id="fn2"><p>Lihat <em>juga</em>.</p>' in said
    assert "dinas.example" not in said


EMBEDS = {
    '<iframe src="https://www.youtube.com/embed/abc"></iframe>': (
        "https://www.youtube.com/embed/abc",
        "https://www.youtube.com/embed/abc",
    ),
    '<iframe src="//peta.example/x" title="Peta lokasi" width="9"></iframe>': (
        "https://peta.example/x",
        "Peta lokasi",
    ),
    "a <video controls src='https://v.example/x.mp4'></video> b": (
        "https://v.example/x.mp4",
        "https://v.example/x.mp4",
    ),
    "<video><source src='https://v.example/y.webm' type='video/webm'></video>": (
        "https://v.example/y.webm",
        "https://v.example/y.webm",
    ),
    "<audio src=https://v.example/z.mp3></audio>": (
        "https://v.example/z.mp3",
        "https://v.example/z.mp3",
    ),
    "<object data='https://v.example/d.swf'></object>": (
        "https://v.example/d.swf",
        "https://v.example/d.swf",
    ),
    "<embed src='https://v.example/e'>": ("https://v.example/e", "https://v.example/e"),
}


@pytest.mark.parametrize("body", EMBEDS, ids=ascii)
def test_an_embed_is_a_link_to_what_was_embedded(body: str) -> None:
    address, label = EMBEDS[body]
    assert f'<a href="{address}">{label}</a>' in html(body)


def test_the_words_inside_an_embed_are_kept() -> None:
    said = html("<video src='https://v.example/x.mp4'>Unduh <a href='/x'>di sini</a></video>")
    assert 'Unduh <a href="https://dinas.example/x">di sini</a>' in said


LINKS = {
    "[WA](whatsapp://send?phone=62811)": '<a href="whatsapp://send?phone=62811">WA</a>',
    "[S](sms:+62811)": '<a href="sms:+62811">S</a>',
    "[G](geo:1.4,102.1)": '<a href="geo:1.4,102.1">G</a>',
    "[F](ftp://a.example/x)": '<a href="ftp://a.example/x">F</a>',
    "[h](htps://a.example/x)": "h (htps://a.example/x)",
    "[z](zoomus://x.example/1)": "z (zoomus://x.example/1)",
    "[W](www.contoh.go.id/daftar)": '<a href="https://www.contoh.go.id/daftar">W</a>',
    "[C](contoh.go.id/daftar)": '<a href="https://contoh.go.id/daftar">C</a>',
    "[P](contoh.go.id:8080/x)": '<a href="https://contoh.go.id:8080/x">P</a>',
    "[T](info@contoh.go.id)": '<a href="mailto:info@contoh.go.id">T</a>',
    "[H](0766-21000)": '<a href="tel:076621000">H</a>',
    "[L](lain.md)": '<a href="beside:lain.md">L</a>',
    "[L](lain.md#syarat)": '<a href="beside:lain.md#syarat">L</a>',
    "[x]()": "x",
    "[](https://a.example/x)": '<a href="https://a.example/x">https://a.example/x</a>',
    "[lihat](#tidak-ada)": "lihat",
    "lihat https://contoh.go.id/x, ya": (
        'lihat <a href="https://contoh.go.id/x">https://contoh.go.id/x</a>, ya'
    ),
    "(www.contoh.go.id/a_(b)).": (
        '(<a href="https://www.contoh.go.id/a_(b)">www.contoh.go.id/a_(b)</a>).'
    ),
    "https://a.example/?b=1&c=2": (
        '<a href="https://a.example/?b=1&amp;c=2">https://a.example/?b=1&amp;c=2</a>'
    ),
    "`https://a.example` M.Si S.Pd.I info@a.example": (
        "<code>https://a.example</code> M.Si S.Pd.I info@a.example"
    ),
    "<b>www.a.example</b>": '<b><a href="https://www.a.example">www.a.example</a></b>',
}


@pytest.mark.parametrize("body", LINKS, ids=ascii)
def test_a_link_leads_where_it_was_meant_to(body: str) -> None:
    assert paragraph(body) == LINKS[body]


def test_a_link_to_a_heading_is_one_to_a_place_in_the_article() -> None:
    said = html("[lihat syarat](#Syarat-Umum) [b](#b)\n\n## Syarat Umum\n\n<p id='b'>b</p>")
    assert '<a href="#syarat-umum">lihat syarat</a> <a href="#b">b</a>' in said
    assert '<h2 id="syarat-umum">' in said


@pytest.mark.parametrize(
    ("body", "name", "shown"),
    [
        ("[PDF](lampiran.pdf)", "lampiran.pdf", "PDF"),
        ("[Unduh](surat edaran.pdf)", "surat edaran.pdf", "Unduh"),
        ("[Unduh](surat%20edaran.pdf)", "surat edaran.pdf", "Unduh"),
        ("[[surat edaran.pdf|Unduh]]", "surat edaran.pdf", "Unduh"),
        ("<a href='lampiran.pdf'>PDF</a>", "lampiran.pdf", "PDF"),
    ],
)
def test_a_file_beside_the_article_that_is_linked_to_is_hosted(
    body: str, name: str, shown: str
) -> None:
    made = draft(body)
    (media,) = made.article.media
    assert (media.file, media.is_document, media.label) == (name, True, shown)
    assert f'<a href="media:{media.name}">{shown}</a>' in made.article.html
    assert made.files == {media.sha256: FORM}


PICTURES = {
    "![rapat](foto rapat.png)": "rapat",
    "![[foto rapat.png|rapat]]": "rapat",
    "![[s.png]]": "",
    '<img data-src="s.png" alt="rapat">': "rapat",
    '<img src="data:image/gif;base64,R0lGOD" data-original="s.png" alt="rapat">': "rapat",
    '<img srcset="s.png 1x, foto%20rapat.png 2x" alt="rapat">': "rapat",
    '<picture><source srcset="s.webp"><img srcset="s.png 300w" alt="rapat"></picture>': "rapat",
}


@pytest.mark.parametrize("body", PICTURES, ids=ascii)
def test_a_picture_is_found_where_it_was_meant(body: str) -> None:
    assert f'<img src="{DOT}" alt="{PICTURES[body]}">' in html(body)


REFUSED = {
    "a\n\n[x](javascript:alert(1))": (6, "a link leads to javascript:..."),
    "a\n\n[x](data:text/html,x)": (6, "a link leads to data:..."),
    "a\n\n<a href=' java\tscript:alert(1)'>x</a>": (6, "a link leads to javascript:..."),
    "[x](file:///etc/passwd)": (4, "a link leads to file:..."),
    "[x](C:\\\\surat.pdf)": (4, "a link leads to c:..."),
    "<a href='//[b'>x</a>": (4, "//[b is not a web address"),
    "a\n\n[x](”https://contoh.go.id/x”)": (6, "has quotation marks around it"),
    "[x](‘www.contoh.go.id’)": (4, "has quotation marks around it"),
    "a\n\n[L](tidak.md)": (6, "the file tidak.md is missing"),
    "a\n\n[L](tidak.pdf)": (6, "the file tidak.pdf is missing"),
    "a\n\n[D](data.docx)": (6, "data.docx is not a PDF or a"),
    "a\n\n[x](../../etc/passwd)": (6, "which is no address"),
    "a\n\n[x](Ibid.)": (6, "Ibid., which is no address"),
    "a\n\n{{< figure src='s.png' >}}": (6, "{{< figure src='s.png' >}} is a shortcode"),
    "a\n\n{{ x | url }}": (6, "{{ x | url }} is a template's variable"),
    "a\n\n{% include a %}": (6, "is a template's tag"),
    "a\n\n{:toc}": (6, "{:toc} is another program's mark"),
    "a\n\n[TOC]": (6, "[TOC] is another program's mark"),
    "a\n\n[caption id='1']x[/caption]": (6, "is a WordPress shortcode"),
    "a\n\n:::tip\nb\n:::": (6, ":::tip is another program's block"),
    "a\n\n![[tidak.png]]": (6, "![[tidak.png]] is another program's picture"),
    "a\n\n![b](tidak ada.png)": (6, "is a picture that Markdown does not understand"),
    "a\nb\n[Unduh](tidak ada.pdf)": (6, "[Unduh](tidak ada.pdf) is not a link in Markdown"),
    "a\n\n<img alt='b'>": (6, "a picture names no file"),
    "a\n\n| a | b |\n|---|---|\n| 1 | 2 | tiga |": (8, "'tiga' would reach no reader"),
    "a\n\n``` Syarat umum\nb\n```": (6, "'umum' would reach no reader"),
    "a\n\n<iframe src='video.mp4'></iframe>": (6, "the file video.mp4 is missing"),
}


@pytest.mark.parametrize("body", REFUSED, ids=ascii)
def test_what_cannot_reach_readers_is_refused_by_its_line(body: str) -> None:
    line, says = REFUSED[body]
    with pytest.raises(ArticleError) as wrong:
        draft(body)
    message = str(wrong.value)
    assert message.startswith(f"article.md:{line}: ")
    assert says in message
    assert len(message.splitlines()) == 1


REMARKS = {
    "a\n\n[h](htps://a.example/x)": (6, "did you mean https:?"),
    "a\n\n[x]()": (6, "a link has no address"),
    "a\n\n[lihat](#tidak-ada)": (6, "tidak-ada is not a heading of this article"),
    "a\n\n#Judul\n\nb": (6, "#Judul is not a heading"),
    "a\n\nb **c": (6, "readers would see **"),
    "a\n\nHadir[^9].": (6, "its footnote is missing"),
    "a\n\n{{ nama }}": (6, "{{ nama }}: readers would see it as it stands"),
    "a\n\n[[Catatan]]": (6, "[[Catatan]]: readers would see it as it stands"),
    "a\n\n<form action='https://a.example/kirim'>b</form>": (6, "https://a.example/kirim"),
}


@pytest.mark.parametrize("body", REMARKS, ids=ascii)
def test_what_loses_only_its_form_is_named_by_its_line(body: str) -> None:
    line, says = REMARKS[body]
    (told,) = draft(body).remark_lines()
    assert told.startswith(f"article.md:{line}: ")
    assert says in told


@pytest.mark.parametrize(
    "body",
    [
        "a\n\n#KPUMelayani #Pemilu2024\n\nb",
        "a\n\n#KPUMelayani",
        "Perda No. 5 [1] dan [dua] (tiga) {empat}",
        "Suhu < 5 dan > 3; a < b",
        r"\[bukan tautan](/foo/bar) \*\* \{\{ x | y \}\} `{{ x | y }}`",
        "[a][R] [r] [b][r]\n\n[R]: https://a.example/b 'Judul rujukan'",
        "- [ ] belum\n- [x] sudah",
        "Rp 1.000,- / 2*3*4 = 24; 5 ** 2 ** 3",
    ],
    ids=ascii,
)
def test_plain_prose_is_not_remarked_upon(body: str) -> None:
    assert draft(body).remark_lines() == []
