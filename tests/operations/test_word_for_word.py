"""Hard articles arrive word for word in feed, post and letter."""

from __future__ import annotations

import re
from html import unescape
from itertools import chain

import feedparser
import pytest
from markdown_it import MarkdownIt

from support.newsroom import EVENING, Newsroom, part

HARD = {
    "recruitment": """
**Pendaftaran PPS** dibuka; lihat [laman resmi](https://kpu.example/?a=1&b=2 "Laman & jadwal").

## Syarat & ketentuan

1. warga negara, *paling rendah* 17 tahun;
2. setia:
   - surat bermeterai Rp10.000 (≥ 5 tahun)
   - ~~salinan~~ asli

     paragraf kedua dari butir itu
3. membaca, menulis &amp; berhitung.

| Tahap | Mulai | Selesai |
|:--|--:|---|
| Pendaftaran | 2 Mei | 8 Mei, 23.59 WIB |
| **Seleksi** | `12` | [14](https://kpu.example/14) |

> “Waspadai *hoaks*,” kata Ketua KPU.
>
> > Kutipan di dalam kutipan.
""",
    "punctuation": r"""
Harga < 5 & > 3: "kutip", 'petik', \*bintang\*, \<b\> bukan tanda, &lt;i&gt; juga bukan, a_b_c.

Tanda ]]> dan <!-- komentar --> serta {{ kurung }} ${NAMA} %s \\ \` dan __init__ __tebal__.

Baris satu\
baris dua, lalu
baris tiga.
""",
    "languages": """
Съешь ещё этих мягких булок. 你好，世界。 مرحبا بالعالم. Jum’at – naïve café Å, ﷽.

👩🏽‍🚒 🇮🇩 ℃ ½ H<sub>2</sub>O dan x<sup>2</sup>; ꦲꦤꦕꦫꦏ.
""",
    "code": """
Jalankan `rm -rf "$HOME/<nama>" && echo ok`:

```python
if a < b and b > c:  # & seterusnya
    print("</pre><script>alert(1)</script>")
```

    empat spasi & <b>kode</b>
""",
    "raw HTML": """
<p>Dari <b>papan klip</b>: <a href="https://kantor.example/a?b=1&amp;c=2">tautan</a></p>

Teks <span onclick="x()">di dalam</span> baris <script>alert(1)</script> selesai.
""",
    "long": "\n\n".join(f"Alinea {n} berisi kalimat & tanda <{n}." for n in range(1, 400)),
}


def words_in(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def words_in_markdown(markdown: str) -> list[str]:
    """Return every word of markdown-it's text tokens, code included; a script's are for nobody."""
    published = re.sub(r"(?m)(?<= )<script>.*?</script>", "", markdown)
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(published)
    leaves = chain.from_iterable(token.children or [token] for token in tokens)
    spoken = ("text", "code_inline", "code_block", "fence")
    return words_in(" ".join(leaf.content for leaf in leaves if leaf.type in spoken))


def in_order(wanted: list[str], found: list[str]) -> bool:
    rest = iter(found)
    return all(word in rest for word in wanted)


def words_in_html(html: str) -> list[str]:
    """Return the words of HTML, apart wherever a tag stands."""
    return words_in(unescape(re.sub(r"<[^>]*>", " ", html)))


def contents(room: Newsroom) -> dict[str, str]:
    """Return the newest item's full HTML in each form of the feed."""
    found = {"feed.json": room.entries[0]["content_html"]}
    for name in ("rss.xml", "atom.xml"):
        parsed = feedparser.parse((room.feed / name).read_bytes(), sanitize_html=False)
        assert not parsed.bozo
        found[name] = parsed.entries[0].content[0].value
    return found


HEADLINE = "Syarat & jadwal: “5 < 6” PPS's <baru>"


@pytest.mark.parametrize("body", HARD.values(), ids=HARD.keys())
def test_a_hard_article_arrives_word_for_word(room: Newsroom, body: str) -> None:
    room.subscribe("ani@pembaca.example")
    room.write(body=body, headline=HEADLINE, description="Satu & dua < tiga.")
    room.publish()
    for name, html in contents(room).items():
        assert in_order(words_in_markdown(body), words_in_html(html)), name
        assert not re.search(r"&amp;(amp|lt|gt|quot|#\d+);", html), name
        assert "<script" not in html
    assert room.entries[0]["title"] == HEADLINE
    assert room.post.text.startswith(HEADLINE)
    assert not re.search(r"&(amp|lt|gt|quot);", room.post.text.replace("&lt;i&gt;", ""))

    room.run("digest", at=EVENING)
    [letter] = room.letters
    html = part(letter, "html")
    for text in (part(letter, "plain"), unescape(re.sub("<[^>]*>", "", html))):
        assert HEADLINE in " ".join(text.split())
        assert "Satu & dua < tiga." in " ".join(text.split())
    assert "https://kantor.example/kabar" in part(letter, "plain")
    assert 'href="https://kantor.example/kabar"' in html
    assert not re.search(r"&amp;(amp|lt|gt|quot);", html)


def test_the_words_would_be_missed() -> None:
    assert words_in_markdown("a **b** `c`") == ["a", "b", "c"]
    assert not in_order(["a", "b", "c"], words_in_html("<p>a c b</p>"))
