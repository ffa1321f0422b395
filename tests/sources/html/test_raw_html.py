"""Raw HTML and words in angle brackets: what a browser would not show, and what a writer meant."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest

from syndicate.errors import ArticleError
from syndicate.model.article import Publisher
from syndicate.sources import Draft, read
from syndicate.testing import PIXEL

OFFICE = Publisher(name="Dinas", url="https://dinas.example/id", timezone="Asia/Jakarta")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "s.png").write_bytes(PIXEL)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def draft(body: str) -> Draft:
    path = Path("article.md")
    path.write_text(f"---\nheadline: Judul\n---\n{body}\n", encoding="utf-8")
    return read(path, OFFICE)


def html(body: str) -> str:
    return draft(body).article.html


def refusal(body: str) -> str:
    with pytest.raises(ArticleError) as wrong:
        draft(body)
    return str(wrong.value)


HIDDEN = {
    "Teks <script>alert(1)</script> akhir.": "<p>Teks  akhir.</p>",
    "Teks:<style>.a{color:red}</style>": "<p>Teks:</p>",
    "- butir <script>gtag('x')</script>": "<ul>\n<li>butir </li>\n</ul>",
    "| a |\n|---|\n| x <script>y()</script> |": "<td>x </td>",
    "a <svg><style>.b{c:d}</style><script>x()</script></svg> e": "<p>a  e</p>",
    "a <SCRIPT type='x'>\nvar b = `*c*` < 5 && [d](e);\n</SCRIPT > f": "<p>a  f</p>",
    "*a <script>b*c*d</script> e*": "<p><em>a  e</em></p>",
    "> a <style media=print>b</style> c": "<p>a  c</p>",
    "[a <script>b()</script> c](/d)": ">a  c</a></p>",
    "a <script src='https://b.example/c.js' async></script> d": "<p>a  d</p>",
    "a <script src='https://b.example/c.js' /> d": "<p>a  d</p>",
    "a <script src='b.js'/> c <script>d()</script> e": "<p>a  c  e</p>",
    "<div>a <script>b()</script> <!-- c --> d</div>": "<div>a   d</div>",
    "## a <!-- b --> c": ">a  c</h2>",
    "`<script>a()</script>` b": "<p><code>&lt;script&gt;a()&lt;/script&gt;</code> b</p>",
    r"a \<script>b\</script> c": "<p>a &lt;script&gt;b&lt;/script&gt; c</p>",
    "a <?php echo 1; ?> b <?xml version='1.0'?> c <!doctype html> d": "<p>a  b  c  d</p>",
    "a <![if !supportLists]>b<![endif]> c": "<p>a b c</p>",
    "<p>a <![if !supportLists]>b<![endif]> c</p>": "<p>a b c</p>",
}


@pytest.mark.parametrize("body", HIDDEN, ids=ascii)
def test_programs_styles_and_remarks_are_never_published(body: str) -> None:
    assert HIDDEN[body] in html(body)


UNENDED = {
    "a\n\nTeks <!-- komentar\n\nlain --> akhir": (6, "<!-- has no end in its paragraph"),
    "a\nb <!-- komentar\n- lain --> akhir": (5, "<!-- has no end in its paragraph"),
    "a <!-- komentar": (4, "<!-- has no end in its paragraph"),
    "<p>a</p>\n<p>b <!-- komentar</p>\n\nlain --> akhir": (5, "<!-- has no end"),
    "a\n\nb <script>\n\nc()\n</script>": (6, "<script has no end in its paragraph"),
    "a <style> b": (4, "<style has no end in its paragraph"),
    "<div>a <script> b</div>": (4, "<script has no end"),
    "| a |\n|---|\n| <script>b()||c()</script> |": (6, ""),
}


@pytest.mark.parametrize("body", UNENDED, ids=ascii)
def test_what_hides_text_without_an_end_is_refused_by_its_line(body: str) -> None:
    line, says = UNENDED[body]
    message = refusal(body)
    assert message.startswith(f"article.md:{line}: ")
    assert says in message


LONG_ROWS = {
    "| Nama | Jumlah |\n|---|---|\n| Budi | 10 | Desa Satu |\n| Ani | 20 | Desa Dua |": (8, "Desa"),
    "| Nama | L | P |\n|---|---|---|\n| Budi | 1 | 2 | 1 |": (8, "1"),
    "- x\n\n  | a |\n  |---|\n  | x | x |": (10, "x"),
    "> | a | b |\n> |---|---|\n> x | a | b": (8, "b"),
    "| a | b |\n|---|---|\n| `a|b` | b |": (8, "b"),
    "a | b\n--|--\na | b | a": (8, "a"),
}


@pytest.mark.parametrize("body", LONG_ROWS, ids=ascii)
def test_a_row_with_more_cells_than_its_head_is_refused_by_its_line(body: str) -> None:
    line, _ = LONG_ROWS[body]
    message = refusal(f"Rapat di Desa Satu dan Desa Dua.\n\n{body}")
    assert message.startswith(f"article.md:{line}: ")
    assert "cells" in message


def test_empty_cells_at_a_row_s_end_and_escaped_bars_are_no_cells_too_many() -> None:
    said = html("| a | b |\n|---|---|\n| c | d | |\n| e \\| f | g |\n| h |")
    assert "<td>e | f</td>" in said
    assert "<td>d</td>" in said


NAMES = ("region", "section", "copy", "reg", "center", "timestamp", "param", "currency", "not")


def test_an_address_in_an_attribute_keeps_its_parameters() -> None:
    query = "&".join(f"{name}=2" for name in NAMES)
    address = f"https://a.example/?a=1&{query}"
    kept = address.replace("&", "&amp;")
    for tag in (
        f"<iframe src='{address}'></iframe>",
        f'a <iframe src="{address}"></iframe>',
        f"<video><source src='{address}'></video>",
        f"<a href='{address}'>b</a>",
        f"<img data-src='{address}' alt='b'>",
        f"<img src='{address}' alt='b'>",
        f"[b]({address})",
        f"<{address}>",
        address,
    ):
        assert f'"{kept}"' in html(tag), tag
    assert '"https://a.example/?a=1&amp;b=©"' in html(
        "<iframe src='https://a.example/?a=1&amp;b=&copy;'></iframe>"
    )


WORDS = [
    "Jenis kelamin <L> atau <P>, golongan <A>, <B>, <AB> atau <O>.",
    "Tanggal lahir <DD>-<MM>-<YYYY>",
    "tanggal <dd>/<mm>/<yy>",
    "<RT>/<RW>",
    "Blok <TT>, kolom <td>, baris <tr> dan <li>",
    "Isi <e-mail>, <Tgl-Lahir> dan <kode-pos>",
    "if a<b then c>d",
    "Tulis <i nama lengkap> lalu <b tanggal lahir>",
    "<KODE POS=5>",
    "Isi <nomor hp=0812> ya",
    "<Section> dua",
    "<Summary> tiga",
    "<section> dua",
    "<title> buku, <address> rumah",
    "Pilih menu <Menu> lalu <Search>.",
    "pilihan <a>, <b>, <i> dan <s>",
    "REG<b>NIK<p>NAMA",
    "ukuran <small>, <big> atau <center>",
    "Penting <!penting sekali> akhir",
    "Kata <?kata rahasia?> akhir",
    "<!penting sekali> awal",
    "<NIK:nomor> lalu <pukul:08.00>",
    "x <a:b> y",
    "<P> perempuan\n<L> laki-laki\n<P> lagi",
    "<source> dan <link> serta <meta>",
    "Nilai <P DAN L> atau <Data penduduk>",
]


@pytest.mark.parametrize("body", WORDS, ids=ascii)
def test_words_in_angle_brackets_are_words(body: str) -> None:
    assert unescape(html(body)) == f"<p>{body}</p>"


def test_words_in_angle_brackets_are_words_wherever_they_stand() -> None:
    assert "<li>&lt;P&gt; <em>x</em></li>" in html("- <P> *x*\n- b")
    assert "&lt;P&gt; <em>x</em>" in html("> <P> *x*")
    assert "<td>&lt;L&gt;</td>" in html("| a |\n|---|\n| <L> |")
    assert 'alt="REG&lt;spasi&gt;NIK &lt;P&gt;"' in html("![REG<spasi>NIK <P>](s.png)").replace(
        "<spasi>", "&lt;spasi&gt;"
    ).replace("<P>", "&lt;P&gt;")
    assert "&lt;A&gt;, &lt;B&gt;" in html("<div>Golongan <A>, <B></div>")
    assert "<b>c</b>" in html("Golongan <B> atau <b>c</b>")
    assert "&lt;B&gt; atau" in html("Golongan <B> atau <b>c</b>")
    assert "> &lt;L&gt;</a>" in html("[a <L>](/b)").replace("a &lt;", "&lt;").replace('">', '"> ')
    assert "&lt;L&gt; b" in html("## <L> b")


MARKUP = {
    "<b>a</b> <B>b</B> <I>c</I>": "<p><b>a</b> <b>b</b> <i>c</i></p>",
    "a<br>b<BR>c<br/>d<hr>": "<p>a<br>b<br>c<br>d",
    "<FONT SIZE=3 COLOR=red>a</FONT>": "<p>a</p>",
    "<P ALIGN=center>a</P>": "<p>a</p>",
    "a <span class=b data-c='d'>e</span>": "<p>a <span>e</span></p>",
    "<table border>\n<tr><td>a<td>b\n<tr><td>c<td>d\n</table>": "<td>c</td><td>d\n</td>",
    "<ul>\n<li>a\n<li>b\n</ul>": "<ul>\n<li>a\n</li><li>b\n</li></ul>",
    "<dl>\n<dt>a\n<dd>b\n</dl>": "<dl>\n<dt>a\n</dt><dd>b\n</dd></dl>",
    "<p>a\n<p>b": "<p>a\n</p><p>b\n</p>",
    "a <x-y>b</x-y> c": "<p>a b c</p>",
    "a <o:p></o:p>b <w:sdt>c</w:sdt> <fb:like>d</fb:like>": "<p>a b c d</p>",
    "<A HREF='/b'>a</A>": '<p><a href="https://dinas.example/b">a</a></p>',
    "<b jsname=\"x\">a</b> <p ng-if='y'>": "<b>a</b>",
    "<svg viewBox='0 0 1 1'><g><path d='M0'/></g><text x=1>a</text></svg>": "a",
    "<skype:humas.kpu>": '<a href="skype:humas.kpu">skype:humas.kpu</a>',
    "<https://a.example/b>": '<a href="https://a.example/b">https://a.example/b</a>',
    "</b> a </div>": "a",
    "![a <b>b</b>](s.png)": 'alt="a b"',
}


@pytest.mark.parametrize("body", MARKUP, ids=ascii)
def test_html_that_is_used_as_html_is_html(body: str) -> None:
    assert MARKUP[body] in html(body)
    assert "&lt;" not in html(body)


def test_html_that_may_have_lost_its_end_is_named_by_its_line() -> None:
    for body, tag in (
        ("a\n<b>b c", "<b>"),
        ("a\nSatu.<p>Dua.", "<p>"),
        ("a\n<div>\nb", "<div>"),
        ("a\nb <strong>c</strong> <em>d", "<em>"),
    ):
        said = draft(body)
        assert "&lt;" not in said.article.html
        (remark,) = said.remark_lines()
        assert remark.startswith(f"article.md:5: {tag} is taken for HTML, but has no end"), remark


LOST = {
    "a\n\n<iframe srcdoc='<p>Halo</p>'></iframe>": "Halo",
    "a\n\n<foo-bar kode='xyz'></foo-bar>": "kode",
    "a\n\n<foo-bar kode='xyz'>": "kode",
    "a\n\n<input type=submit value='Kirim'>": "Kirim",
    "a\n\n<foo hp='xyz'>b</foo>": "hp",
    "a\n\n<fb:like ya='xyz'>b</fb:like>": "ya",
}


@pytest.mark.parametrize("body", LOST, ids=ascii)
def test_words_in_attributes_that_no_reader_would_get_are_refused_by_their_line(body: str) -> None:
    message = refusal(body)
    assert message.startswith(f"article.md:6: '{LOST[body]}' would reach no reader")


PLAYERS = {
    "<lite-youtube videoid='xyz'></lite-youtube>": "https://www.youtube.com/watch?v=xyz",
    "a <lite-youtube videoid='xyz'> b": "https://www.youtube.com/watch?v=xyz",
    "<amp-youtube data-videoid='abc' layout='responsive'></amp-youtube>": (
        "https://www.youtube.com/watch?v=abc"
    ),
    "<lite-vimeo videoid='123'></lite-vimeo>": "https://vimeo.com/123",
    "<amp-iframe src='https://a.example/b'></amp-iframe>": "https://a.example/b",
    "<amp-video src='https://a.example/b.mp4'></amp-video>": "https://a.example/b.mp4",
}


@pytest.mark.parametrize("body", PLAYERS, ids=ascii)
def test_a_player_of_another_site_s_making_is_a_link_to_what_it_plays(body: str) -> None:
    assert f'<a href="{PLAYERS[body]}">' in html(body)


def test_a_word_that_is_lost_is_not_made_up_for_by_the_same_word_in_a_link() -> None:
    message = refusal("[a](https://a.example/kata) <i class='kata'>b</i>\n\n<input value='kata'>")
    assert message.startswith("article.md:6: 'kata' would reach no reader")


APART = {
    "<address>Jl. Antara</address>Teks": "<div>Jl. Antara</div>Teks",
    "<center>Satu</center><center>Dua</center>": "<div>Satu</div><div>Dua</div>",
    "<article><header>Kepala</header><main>Isi</main></article>": (
        "<div><div>Kepala</div><div>Isi</div></div>"
    ),
    "a <svg><text>Satu</text><text>Dua</text></svg>": "<p>a Satu Dua</p>",
    "<div><svg><text>Satu</text><text>Dua</text></svg></div>": "<div>  Satu  Dua  </div>",
    "Satu<div>Dua</div>Tiga": "<p>Satu<br>Dua<br>Tiga</p>",
    "Satu.<p>Dua": "<p>Satu.<br>Dua</p>",
    "<select><option>Satu</option><option>Dua</option></select>": "<p>Satu Dua</p>",
    "<div><legend>Satu</legend><button>Dua</button></div>": "<div> Satu  Dua </div>",
    "<math><mi>x</mi><mo>=</mo><mn>2</mn></math>": "<p>x = 2</p>",
    "<p>a</p><title>b</title>c": "<p>a</p>\nb\nc",
    "<menu><li>a</li><li>b</li></menu>": "<ul><li>a</li><li>b</li></ul>",
    "**Satu**<center>Dua</center>": "<p><strong>Satu</strong><br>Dua</p>",
}


@pytest.mark.parametrize("body", APART, ids=ascii)
def test_elements_that_are_dropped_leave_their_words_apart(body: str) -> None:
    assert html(body) == APART[body]


MARKERS = {
    '<ol style="list-style-type: lower-alpha">\n<li>a</li></ol>': '<ol type="a">',
    "<OL STYLE='list-style: inside upper-latin'>\n<LI>a</LI></OL>": '<ol type="A">',
    '<ol start="3">\n<li dir="ltr" style="color:red;list-style-type:upper-roman">a</li></ol>': (
        '<ol start="3" type="I">'
    ),
    "<ol type=a style='list-style-type: lower-roman'>\n<li>a</li></ol>": '<ol type="a">',
    "<ol style='color: red'>\n<li>a</li></ol>": "<ol>",
}


@pytest.mark.parametrize("body", MARKERS, ids=ascii)
def test_the_markers_that_a_list_s_style_names_are_kept(body: str) -> None:
    assert html(body).startswith(MARKERS[body])


@pytest.mark.parametrize(
    "body",
    [
        '<picture><source data-srcset="s.png 1x"></picture>',
        '<picture>\n<source data-srcset="s.png 1x">\n<img alt="rapat">\n</picture>',
        'a <picture><source srcset="s.png"><img alt="rapat"></picture> b',
        '<div><picture><source srcset="x.webp"><img src="s.png" alt="rapat"></picture></div>',
        '<picture><source data-srcset="s.png"><img src="data:image/gif;base64,R0"></picture>',
    ],
    ids=ascii,
)
def test_a_picture_with_its_address_in_a_source_is_a_picture(body: str) -> None:
    said = html(body)
    assert '<img src="media:' in said
    assert ('alt="rapat"' in said) == ("rapat" in body)


SIGNS = {
    "<p>a</p>\n<p>[caption id='x' width=3]Teks[/caption]</p>": (5, "a WordPress shortcode"),
    "<div>\n[gallery ids=1,2]\n</div>": (5, "a WordPress shortcode"),
    "<div>a</div>\n<p>b {loadposition kanan}</p>": (5, "a Joomla plugin"),
    "<div>\n\n<p>{{< figure src=x >}}</p>": (6, "a shortcode"),
    "<center>![rapat](s.png)</center>": (4, "a picture that Markdown does not understand"),
    "<!-- a\n--><p>[b]x[/b]</p>": (5, "a forum's mark"),
}


@pytest.mark.parametrize("body", SIGNS, ids=ascii)
def test_signs_of_other_programs_in_raw_html_are_refused_by_their_line(body: str) -> None:
    line, says = SIGNS[body]
    message = refusal(body)
    assert message.startswith(f"article.md:{line}: ")
    assert says in message


NAMED = {
    "<center>**Judul**</center>": (4, "**Judul**: readers would see it as it stands"),
    "<div>\nlihat [x](https://a.example/b)\n</div>": (5, "[x](https://a.example/b): readers would"),
    "<div>[[tautan]] x</div>": (4, "[[tautan]]: readers would see it"),
    "a\n\n<div hidden>Rahasia</div>": (6, "<div hidden> hides nothing: readers get the words"),
    "a <span style='display: none'>b</span>": (4, "hides nothing"),
    "<base href='https://a.example/'>\n\n[x](/y)": (4, "relative links cannot use <base href="),
    "a\n<math><msup><mi>x</mi><mn>2</mn></msup></math>": (5, "a formula (<math>) is shown as its"),
    "<div>a</div>\n<svg width='9'><text>b</text></svg>": (5, "of a drawing (<svg>) readers get"),
    "<p>a</p>\n<p style='mso-hide:all'>b</p>": (5, "hides nothing"),
}


@pytest.mark.parametrize("body", NAMED, ids=ascii)
def test_what_readers_of_raw_html_would_see_unawares_is_named_by_its_line(body: str) -> None:
    line, says = NAMED[body]
    remarks = draft(body).remark_lines()
    assert remarks
    assert remarks[0].startswith(f"article.md:{line}: ")
    assert says in remarks[0]


@pytest.mark.parametrize(
    "body",
    [
        "<pre>**a** {{ b }} [c](https://a.example/d)</pre>",
        "<p>a <code>[gallery ids=1]</code></p>",
        "<div>\n\n**a** [b](https://a.example/c)\n\n</div>",
        "<div>5 ** 2 [catatan] {a} (b)</div>",
        "<script>var a = {{ b }}; [c](https://a.example/d)</script>\n\nTeks",
        "<p class='[a]'>b</p>",
        "a <svg aria-hidden='true'><path d='M0'/></svg> b",
    ],
    ids=ascii,
)
def test_signs_in_code_and_in_what_nobody_sees_are_nothing_to_name(body: str) -> None:
    assert draft(body).remark_lines() == []


def test_a_run_of_remarks_is_hidden_to_its_end() -> None:
    for run in (
        "<!-- a -->\n<!-- b\n\nc -->",
        "<!-- a\n--><!-- b\n\n<p>c</p>\n--> <style>\n\n.d{}\n</style>",
        "<!-- a --><script>\n\nb()\n</script>",
    ):
        assert html(f"Satu.\n\n{run}\n\nDua.").replace("\n", "") == "<p>Satu.</p><p>Dua.</p>"
    assert refusal("<!-- a -->\n" + "<!-- b\n" * 4_000).startswith("article.md:5: <!-- has no end")
    assert refusal("Satu.\n\n<!-- a --><!-- b\n\nDua.").startswith("article.md:6: <!-- has no end")


def test_html_that_begins_with_tags_of_a_line_is_read_as_html() -> None:
    assert html("<b><p>a</p>\n<ul><li>b</li></ul></b>") == ("<b><p>a</p>\n<ul><li>b</li></ul></b>")
    assert html("x\n\n- <span><h2>a</h2></span> b").endswith(
        "<li>\n<span><h2>a</h2></span> b\n</li>\n</ul>"
    )
    assert html("<b>a</b> **b**") == "<p><b>a</b> <strong>b</strong></p>"
