"""What people paste from programs and pages: their words and links reach the readers of every
channel, as they were divided."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from random import Random

import pytest

from support.everywhere import everywhere_at_once
from support.newsroom import Newsroom
from syndicate.sources.body import read_body
from syndicate.sources.front_matter.flaws import Flaw
from syndicate.text import plain
from syndicate_email.letter.plain_text import html_to_text
from syndicate_telegram.rendering.blocks import assemble, parse_blocks

WORD = re.compile(r"\w+")


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    """An office with a feed, a Telegram channel and a list with one reader."""
    room.subscribe("ani@example.org")
    return room


def has_in_a_row(words: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether these words follow each other, neither glued nor divided."""
    count = len(wanted)
    return any(list(words[at : at + count]) == list(wanted) for at in range(len(words) - count + 1))


DIVIDED = {
    "**Syarat:**KTP": "Syarat KTP",
    "kata<br>kata": "kata kata",
    "kata  \nkata": "kata kata",
    "<li>Satu</li><li>Dua</li>": "Satu Dua",
    "<ul><li>Satu</li><li>Dua</li></ul>Tiga": "Satu Dua Tiga",
    "<p>Satu</p><p>Dua</p>": "Satu Dua",
    "<p>Satu</p>Dua<p>Tiga</p>": "Satu Dua Tiga",
    "<table><tr><td>Satu</td><td>Dua</td></tr></table>Tiga": "Satu Dua Tiga",
    "| Satu | Dua |\n|---|---|\n| Tiga<br>Empat | Lima |": "Tiga Empat",
    "# Satu\n## Dua\nTiga": "Satu Dua Tiga",
    "<h2>Satu</h2><h3>Dua</h3><p>Tiga</p>": "Satu Dua Tiga",
    "<dl><dt>Satu</dt><dd>Dua</dd></dl>": "Satu Dua",
    "<blockquote>Satu</blockquote><blockquote>Dua</blockquote>": "Satu Dua",
    "<div>Satu<div>Dua</div>Tiga</div>": "Satu Dua Tiga",
    "<button>Satu</button><button>Dua</button>": "Satu Dua",
    "Satu<hr>Dua": "Satu Dua",
    "a<iframe src='https://a.example/e'></iframe>b": "a https a example e b",
    "<div>a<iframe src='https://a.example/e'></iframe>b</div>": "a https a example e b",
    "<ruby>Satu<rt>Dua</rt></ruby>": "Satu Dua",
    # blocks in elements of a line
    "<div><b><p>Satu</p><p>Dua</p></b></div>": "Satu Dua",
    "<div><a href='https://a.example/x'><div>Satu</div><div>Dua</div></a></div>": "Satu Dua",
    "<figure><figcaption><p>Satu</p><p>Dua</p></figcaption></figure>": "Satu Dua",
    "<h2><div>Satu</div><div>Dua</div></h2>": "Satu Dua",
    "<table><tr><td><b><p>Satu</p><p>Dua</p></b></td></tr></table>": "Satu Dua",
    "<div><span><ul><li>Satu</li><li>Dua</li></ul></span>Tiga</div>": "Satu Dua Tiga",
    "<p>Satu</p><b><em><p>Dua</p></em>Tiga<table><tr><td><div>Empat</div></td></tr></table></b>": (
        "Satu Dua Tiga Empat"
    ),
    "Awal <form>satu\n</form>dua</section>tiga": "satu dua tiga",
    "<div>Satu<table>Dua<tr><td>Tiga</td></tr></table></div>": "Satu Dua Tiga",
    # in no parent
    "a\n\n<td>Satu</td><td>Dua</td>\n\nb": "a Satu Dua b",
    "<tr><td>Satu</td><td>Dua</td></tr>\n<tr><td>Tiga</td></tr>": "Satu Dua Tiga",
    "<thead><tr><th>Satu</th></tr></thead><tbody><tr><td>Dua</td></tr></tbody>": "Satu Dua",
    "<caption>Satu</caption>Dua": "Satu Dua",
    "<dt>Satu</dt><dd>Dua</dd>": "Satu Dua",
    "<option>Satu</option><option>Dua</option>": "Satu Dua",
    "<legend>Satu</legend>Dua": "Satu Dua",
    "<summary>Satu</summary>Dua": "Satu Dua",
    "<figcaption>Satu</figcaption>Dua": "Satu Dua",
    "<table>Satu<tr><td>Dua</td></tr></table>": "Satu Dua",
    "<ul>Satu<li>Dua</li></ul>": "Satu Dua",
    "<ul><p>Satu</p><li>Dua</li></ul>": "Satu Dua",
    "<ul><ul><li>Satu</li></ul></ul>": "Satu",
    "<ul><div><li>Satu</li></div><li>Dua</li></ul>": "Satu Dua",
    "<ul><li>Satu</li><ul><li>Dua</li></ul>Tiga</ul>": "Satu Dua Tiga",
}
WHOLE = {
    "5<font color=red>kg</font> beras": "5kg beras",
    "<div>5<font color=red>kg</font></div>": "5kg",
    "<p>6<font>kg</font>lagi</p><p>x</p><tt>7</tt>8": "6kglagi x 78",
    "H<big>A</big>LO ber<tt>satu</tt>": "HALO bersatu",
    "kata<o:p></o:p>kata<st1:place w:st='on'>kata</st1:place>": "katakatakata",
    "anti<!-- x -->korupsi": "antikorupsi",
    "peng<script>x()</script>awasan": "pengawasan",
    "a<em>b<div>c</div>d</em>e": "ab c de",
    "<div>a<em>b<div>c</div>d</em>e</div>": "ab c de",
    "Juga [MK](https://a.example/mk)<b>nya</b>": "Juga MKnya",
    "Dan [MA](mailto:a@b.example)<i>nya</i>": "Dan MAnya",
    "R&amp;D<label>E</label>F": "R DEF",
    "<b>H</b>alo <span>Ka</span><span>ta</span>": "Halo Kata",
    "[KPU](https://a.example/k)nya": "KPUnya",
    "[PPK](https://a.example/p)-nya": "PPK nya",
    "[PPS](mailto:a@b.example)nya dan [x](tel:+628123456)-[y](/z)": "PPSnya",
    "[KPPS](htps://a.example/k)nya": "KPPSnya",
    "a[^1]b\n\n[^1]: cat": "a 1 b",
}


WORD_PASTE = """\
<!--[if gte mso 9]><xml>
 <o:OfficeDocumentSettings><o:AllowPNG/></o:OfficeDocumentSettings>
</xml><![endif]--><!--[if gte mso 10]>
<style>
 table.MsoNormalTable {mso-style-name:"rahasia"}

</style>
<![endif]-->
<p class="MsoNormal" style="mso-margin:auto"><b><span lang="IN">Syarat<o:p></o:p></span></b></p>
<p class="MsoListParagraph"><!--[if !supportLists]--><span style="mso-list:Ignore">1.<span>&nbsp;\
</span></span><!--[endif]-->KTP asli<o:p></o:p></p>
<p class="MsoNormal"><o:p>&nbsp;</o:p></p>

Akhir kata."""
GOOGLE_DOCS = """\
<meta charset='utf-8'><b style="font-weight:normal;" id="docs-internal-guid-rahasia"><p dir="ltr">\
<span style="font-size:11pt">Rapat koordinasi</span></p><br /><ul><li dir="ltr" aria-level="1">\
<p role="presentation"><span>Butir satu</span></p></li></ul></b>"""
SHOWN = "https://a.example/x.jpg"
VIDEO = "https://www.youtube.com/v/abc"
PASTED = {
    WORD_PASTE: ["Syarat", "1.", "KTP asli", "Akhir kata."],
    GOOGLE_DOCS: ["Rapat koordinasi", "Butir satu"],
    '<!-- wp:paragraph {"a":"rahasia"} -->\n<p class="x">Isi blok</p>\n<!-- /wp:paragraph -->': [
        "Isi blok"
    ],
    f'<!-- wp:embed {{"url":"{VIDEO}1"}} -->\n<figure class="wp-block-embed"><div>\n{VIDEO}1\n'
    "</div><figcaption>Video rapat</figcaption></figure>\n<!-- /wp:embed -->": [
        f"{VIDEO}1", "Video rapat",
    ],
    '<blockquote class="twitter-tweet"><p lang="in">Selamat pagi</p>&mdash; KPU '
    '<a href="https://twitter.com/k/1">4 Mei</a></blockquote>\n'
    '<script async src="https://rahasia.example/w.js"></script>': [
        "Selamat pagi", "— KPU", "https://twitter.com/k/1",
    ],
    "<div class='separator'><a href='https://a.example/s1600/f.jpg'><img border='0' "
    "src='https://a.example/s320/f.jpg' alt='Foto'/></a></div><br /><div><br /></div>"
    "<div>Isi blog.</div><a name='more'></a>Lanjutan": [
        "https://a.example/s1600/f.jpg", "Isi blog.", "Lanjutan",
    ],
    "<center><font color=red size=5>PENGUMUMAN</font></center>\n&nbsp;\n\n&nbsp;\n\nIsi": [
        "PENGUMUMAN", "Isi",
    ],
    f"<div><img src='data:image/gif;base64,rahasia' data-src='{SHOWN}1' alt='Malas'>"
    f"<noscript><img src='{SHOWN}1' alt='Malas'></noscript></div>": [f"{SHOWN}1"],
    f"a <img src='https://a.example/rahasia.gif' data-lazy-src='{SHOWN}2' alt='Lambat'>"
    f"<noscript><img src='{SHOWN}2' alt='Lambat'></noscript> b": [f"{SHOWN}2"],
    f"<noscript><img src='{SHOWN}3' alt='Nanti'></noscript><img data-src='{SHOWN}3' alt='Nanti'>": [
        f"{SHOWN}3"
    ],
    f"<amp-img src='{SHOWN}4' alt='Amp' layout='responsive'></amp-img>": [f"{SHOWN}4"],
    f"<picture><source srcset='https://a.example/rahasia.webp'><img src='{SHOWN}5' alt='P'>"
    "</picture>": [f"{SHOWN}5"],
    f'<object width="425" codebase="https://rahasia.example/a.cab"><param name="movie" '
    f'value="{VIDEO}2" /><param name="allowFullScreen" value="true" /><embed src="{VIDEO}2" '
    'type="application/x-shockwave-flash" /></object>': [f"{VIDEO}2"],
    f"Film: <object><param name='movie' value='{VIDEO}3'></object>": ["Film:", f"{VIDEO}3"],
    f"<object data='https://a.example/s.pdf'>Unduh <a href='{SHOWN}6'>surat</a></object>": [
        "https://a.example/s.pdf", "Unduh", "surat", f"{SHOWN}6",
    ],
    f"<iframe data-src='{VIDEO}4' src='about:blank'></iframe>": [f"{VIDEO}4"],
    f"<video controls poster='{SHOWN}7'><source src='{VIDEO}5'></video>": [
        f"{SHOWN}7", f"{VIDEO}5",
    ],
    f"<map name='m'><area shape='rect' href='{SHOWN}8' alt='Mandau'></map> peta": [
        "Mandau", f"{SHOWN}8",
    ],
    "<select><optgroup label='Buah'><option>Apel</option></optgroup></select>": ["Buah", "Apel"],
    "<acronym title='x'>KPU</acronym> dan <marquee>Selamat datang</marquee>": [
        "KPU", "Selamat datang",
    ],
    "<link rel='stylesheet' href='https://rahasia.example/x.css'>\n\nTeks biasa": ["Teks biasa"],
    "| Syarat |\n|---|\n| <ol type='a'><li>KTP</li><li value='5'><p>KK</p></li></ol> |": [
        "a. KTP", "e. KK",
    ],
    "| Isi |\n|---|\n| <ul><li>Nasi</li><li>Ikan</li></ul> |": ["• Nasi", "• Ikan"],
    "<math><mi>x</mi><mo>=</mo><mn>2</mn></math> rumus": ["x = 2 rumus"],
    "<svg width='1'><style>.rahasia{}</style><text x='1'>Bengkalis</text></svg> kota": [
        "Bengkalis kota"
    ],
    "<form><label>Nama</label> <button type='submit'>Kirim</button></form>": ["Nama", "Kirim"],
    "<details><summary>Lihat syarat</summary>\n\nKTP **dan** KK\n\n</details>": [
        "Lihat syarat", "KTP", "dan", "KK",
    ],
}  # fmt: skip


@pytest.mark.soak
def test_what_is_pasted_reaches_every_channel_once_and_nothing_is_said_of_it(
    room: Newsroom,
) -> None:
    every = everywhere_at_once(room, PASTED)
    for (body, wanted), channels in zip(PASTED.items(), every, strict=True):
        for channel, seen in channels.items():
            for words in wanted:
                assert words in seen, f"{body}: {channel}: {seen}"
            assert "rahasia" not in seen, f"{body}: {channel}: {seen}"
            pictures = seen.count('<img src="https://a.example') if channel == "feed" else 1
            assert pictures <= 1, f"{body}: {channel}: {seen}"
    names = [f"kabar-{number:02}.md" for number, _ in enumerate(PASTED, 1)]
    checked = room.run("check", *names)
    assert "would reach no reader" not in checked.said
    assert "would not be shown" not in checked.said


NAMES = ("region", "section", "copy", "reg", "center", "timestamp", "param", "currency", "not")
QUERY = "&".join(f"{name}={number}" for number, name in enumerate(NAMES))
# what readers see, or the address that they can open
AS_TYPED = {
    "Ketik REG<spasi>NIK<SPASI>NAMA ke 1234": "REG<spasi>NIK<SPASI>NAMA",
    "Isi <nama lengkap> dan <tanggal-lahir>": "<nama lengkap> dan <tanggal-lahir>",
    "<nama ibu>": "<nama ibu>",
    "Jika a < b > c maka <3 hati": "a < b > c maka <3 hati",
    "Harga <10.000, >5.000 atau <=20": "<10.000, >5.000 atau <=20",
    "Tidak ditutup: <b": "Tidak ditutup: <b",
    "<p tanpa akhir": "<p tanpa akhir",
    "<div>isi <kota</div>": "isi <kota",
    "Golongan <A>, <B> dan <b>tebal</b>": "<A>, <B> dan",
    "[<nama surat>](https://a.example/n)": "<nama surat>",
    "- <nama ayah>\n- lain": "<nama ayah>",
    "| <L> | <P> |\n|---|---|\n| <ya> | <tidak> |": "<tidak>",
    "## <nama desa> lengkap": "<nama desa> lengkap",
    r"Tulis \<i\> begitu": "Tulis <i> begitu",
    "Tulis &lt;u&gt; begini": "Tulis <u> begini",
    **{
        form.format(f"https://a.example/{number}?a=1&{QUERY}"): f"a.example/{number}?a=1&{QUERY}"
        for number, form in enumerate(
            (
                "[satu]({})", "<{}>", "Lihat {} ya", "[dua][q]\n\n[q]: {}", "<a href='{}'>tiga</a>",
                "<iframe src='{}'></iframe>", 'a <a href="{}">empat</a>', "<img data-src='{}'>",
                "<video><source src='{}'></video>", "<div><embed src={}></div>", "![lima]({})",
            )
        )
    },
}  # fmt: skip


def test_angle_brackets_and_addresses_arrive_as_they_were_typed(room: Newsroom) -> None:
    every = everywhere_at_once(room, AS_TYPED)
    for (body, wanted), channels in zip(AS_TYPED.items(), every, strict=True):
        for channel, seen in channels.items():
            assert wanted in seen, f"{body}: {channel}: {seen}"


def test_html_that_is_nested_too_deeply_is_refused_in_a_line(room: Newsroom) -> None:
    room.only("telegram")
    room.write(body=f"{'<b> <div>' * 600}kata{'</div> </b>' * 600}")
    answer = room.run("publish", "kabar.md")
    assert answer.code == 1
    assert answer.complaint == (
        "syndicate: kabar.md:6: channels.telegram: its HTML is nested too deeply (flatten it)"
    )


LONG_ROWS = {
    "| Nama | Jumlah |\n|---|---|\n| Budi | 10 | Desa |": (8, "'Desa' would reach no reader"),
    "a | b\n--|--\na | b | akhir": (8, "'akhir' would reach no reader"),
    "> | a |\n> |---|\n> | b | lebih |": (8, "'lebih' would reach no reader"),
}


def test_rows_with_more_cells_than_their_head_stop_the_command_and_are_all_named(
    room: Newsroom,
) -> None:
    names = [room.write(f"tabel-{n}.md", body).name for n, body in enumerate(LONG_ROWS)]
    before = room.effects
    answer = room.run("publish", *names)
    assert answer.code == 1
    for name, (line, says) in zip(names, LONG_ROWS.values(), strict=True):
        assert f"{name}:{line}: {says}" in answer.err
    assert room.effects == before


@pytest.mark.parametrize("bodies", [DIVIDED, WHOLE], ids=["divided", "whole"])
def test_words_are_divided_as_they_were_typed_on_every_channel(
    room: Newsroom, bodies: Mapping[str, str]
) -> None:
    every = everywhere_at_once(room, bodies)
    for (body, wanted), channels in zip(bodies.items(), every, strict=True):
        for channel, seen in channels.items():
            text = plain(seen) if channel in ("feed", "letter") else seen
            assert has_in_a_row(WORD.findall(text), wanted.split()), f"{body}: {channel}: {text}"


IN_LINES = (
    "abbr title='x'", "b", "big", "code", "em", "font", "i", "label", "mark", "o:p", "small",
    "span", "strong", "tt", "u",
)  # fmt: skip
IN_BLOCKS = (
    "address", "article", "blockquote", "button", "caption", "center", "dd", "details", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "form", "h2", "legend", "li", "ol", "option", "p",
    "pre", "section", "select", "summary", "table", "tbody", "td", "th", "tr", "ul",
)  # fmt: skip
LOOSE = ("<br>", "<hr>", "<!-- x -->", "<script>y()</script>", "&nbsp;")


def tangled(dice: Random, words: Iterator[int], depth: int) -> str:
    """HTML as only programs paste it: any element in any other one."""
    if depth == 0 or dice.random() < 0.35:
        return f"{dice.choice(['', ' '])}kata{next(words)}{dice.choice(['', ' ', chr(10)])}"
    if dice.random() < 0.1:
        return dice.choice(LOOSE)
    tag = dice.choice(IN_LINES if dice.random() < 0.4 else IN_BLOCKS)
    inner = "".join(tangled(dice, words, depth - 1) for _ in range(dice.randint(1, 3)))
    return f"<{tag}>{inner}</{tag.split()[0]}>"


def test_of_any_tangle_of_elements_posts_and_letters_say_the_same_words(tmp_path: Path) -> None:
    refused = 0
    for seed in range(300):
        dice = Random(seed)
        typed = "".join(tangled(dice, count(), 4) for _ in range(dice.randint(1, 3)))
        try:
            html = read_body(typed, 1, "https://kantor.example/", tmp_path).html
        except Flaw:  # names it, or there is no word in it
            refused += 1
            continue
        wanted = sorted(word for word in WORD.findall(plain(html)) if word.startswith("kata"))
        for text in (assemble(parse_blocks(html)).text, html_to_text(html, "id")):
            said = sorted(word for word in WORD.findall(text) if word.startswith("kata"))
            assert said == wanted, f"{seed}: {typed}: {text}"
    assert refused < 10
