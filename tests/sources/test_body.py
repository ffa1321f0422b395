"""The body of an article, as HTML."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from support.papers import FORM
from syndicate.errors import ArticleError
from syndicate.model.article import Article, Publisher
from syndicate.sources import read
from syndicate.testing import HARD, PICTURE, PIXEL

OFFICE = Publisher(name="Dinas", url="https://dinas.example/id", timezone="Asia/Jakarta")
EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("[!R]*.md"))
DOT = f"media:{PICTURE.name}"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("dot.png", "foto kantor.png", "é.png", "sub/dot.png"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(PIXEL)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def article(body: str, front: str = "headline: Judul") -> Article:
    path = Path("article.md")
    path.write_text(f"---\n{front}\n---\n{body}\n", encoding="utf-8")
    return read(path, OFFICE).article


def html(body: str) -> str:
    return article(body).html


SANITISED = {
    "a *b* **c** ~~d~~ `e`": "<p>a <em>b</em> <strong>c</strong> <s>d</s> <code>e</code></p>",
    'AT&T &amp; &lt;b&gt; "q" \\*': '<p>AT&amp;T &amp; &lt;b&gt; "q" *</p>',
    "`&amp; <b>`": "<p><code>&amp;amp; &lt;b&gt;</code></p>",
    "3. x\n4. y": '<ol start="3">\n<li>x</li>\n<li>y</li>\n</ol>',
    "```python\na<b\n```": '<pre><code class="language-python">a&lt;b\n</code></pre>',
    "H<sub>2</sub>O<sup>3</sup> <abbr title='X'>x</abbr>": (
        '<p>H<sub>2</sub>O<sup>3</sup> <abbr title="X">x</abbr></p>'
    ),
    "<del>a</del> <ins>b</ins> <b class=c style=d onclick=e>f</b>": (
        "<p><del>a</del> <ins>b</ins> <b>f</b></p>"
    ),
    "<details>\n<summary>S</summary>\n\n*x*\n\n</details>": (
        "<details>\n<summary>S</summary>\n<p><em>x</em></p>\n</details>"
    ),
    "<code class='x language-c y'>a</code> b": '<p><code class="language-c">a</code> b</p>',
    "a <!-- b --> c": "<p>a  c</p>",
    "a\n\n<!-- b -->": "<p>a</p>",
    "<script>\nalert(1)\n</script>\n\na": "<p>a</p>",
    "a <script>b</script> c": "<p>a  c</p>",
    "<style>p {}</style>\n\na": "<p>a</p>",
    "<form action=x>a <input name=b></form>": "<div>a </div>",
    "<div><svg onload=b><path d=c /></svg></div>\n\na": "<div>   </div>\n<p>a</p>",
    "a\x0bb\x1fc": "<p>a b c</p>",
    "<p>a</p>\n<p>b": "<p>a</p>\n<p>b\n</p>",
}


@pytest.mark.parametrize("body", SANITISED, ids=ascii)
def test_markdown_and_raw_html_become_clean_html(body: str) -> None:
    assert html(body) == SANITISED[body]


def test_a_table_keeps_its_parts_and_the_side_of_its_columns() -> None:
    said = html("| a | b |\n|:-:|---|\n| *c* | ~~d~~ |").replace("\n", "")
    assert said == (
        '<table><thead><tr><th align="center">a</th><th>b</th></tr></thead>'
        '<tbody><tr><td align="center"><em>c</em></td><td><s>d</s></td></tr></tbody></table>'
    )


LINKS = {
    "[x](https://a.example/?b=1&c=2 'T')": ("https://a.example/?b=1&c=2", "T"),
    "[x](/unduh/a_(b).pdf)": ("https://dinas.example/unduh/a_(b).pdf", None),
    "[x](#bagian)\n\n## Bagian": ("#bagian", None),
    "[x](?a=b)": ("https://dinas.example/id/?a=b", None),
    "[x](//b.example/y)": ("https://b.example/y", None),
    "[x](mailto:a@b.example)": ("mailto:a@b.example", None),
    "[x](tel:+62812)": ("tel:+62812", None),
    "<a href='/unduh/a.pdf' title='T' target=_top>x</a>": (
        "https://dinas.example/unduh/a.pdf",
        "T",
    ),
}


@pytest.mark.parametrize("body", LINKS, ids=ascii)
def test_links_are_absolute_and_lead_only_where_readers_may_go(body: str) -> None:
    (link,) = _attributes(html(body), "a")
    assert (link.get("href"), link.get("title")) == LINKS[body]


def test_links_are_resolved_against_the_article_s_own_page_where_it_has_one() -> None:
    front = "headline: H\nurl: https://dinas.example/berita/pps-2024"
    links = _attributes(article("[a](#b) [c](d) [e](/f)", front).html, "a")
    assert [link["href"] for link in links] == [
        "https://dinas.example/berita/pps-2024#b",
        "https://dinas.example/berita/d",
        "https://dinas.example/f",
    ]


PICTURES = {
    "![a](dot.png)": DOT,
    "![a](./sub/dot.png)": DOT,
    "![a](<foto kantor.png>)": DOT,
    "![a](%C3%A9.png)": DOT,
    "![a](é.png)": DOT,
    "![a][1]\n\n[1]: dot.png": DOT,
    "<img src='foto kantor.png' alt=a>": DOT,
    "<figure><img src=dot.png alt=a><figcaption>b</figcaption></figure>": DOT,
    "![a](https://c.example/d.png)": "https://c.example/d.png",
    "![a](//c.example/d.png)": "https://c.example/d.png",
    "![a](/logo.png)": "https://dinas.example/logo.png",
}


@pytest.mark.parametrize("body", PICTURES, ids=ascii)
def test_a_picture_is_the_file_beside_the_article_or_at_an_address(body: str) -> None:
    (picture,) = _attributes(html(body), "img")
    assert (picture["src"], picture["alt"]) == (PICTURES[body], "a")


@pytest.mark.parametrize(
    "body",
    [
        f"![a]({DOT})",
        f"<img src='{DOT}' alt=a>",
        f"<img src=' me\ndia:{PICTURE.name}' alt=a>",
        f"<img src='&#109;edia:{PICTURE.name}' alt=a>",
        f"<img src='MEDIA:{PICTURE.name}' alt=a>",
    ],
    ids=ascii,
)
def test_nobody_but_the_reader_of_files_can_name_a_hosted_picture(body: str) -> None:
    with pytest.raises(ArticleError, match=r"article.md:4: the picture .* is missing"):
        article(f"{body}\n\nb")


def test_nobody_but_the_reader_of_files_can_link_to_a_hosted_file() -> None:
    for scheme in ("media", "beside", "spelled", "bare"):
        assert html(f"[x]({scheme}:a.png)") == f"<p>x ({scheme}:a.png)</p>"


def test_quotes_and_brackets_in_alt_and_title_survive_once_escaped() -> None:
    said = article('![Ibu "Sri" & <Pak> > A](dot.png "Kata \\"dia\\" & <b>")')
    (picture,) = _attributes(said.html, "img")
    assert picture == {"src": DOT, "alt": 'Ibu "Sri" & <Pak> > A', "title": 'Kata "dia" & <b>'}
    (media,) = said.media
    assert (media.alt, media.caption) == (picture["alt"], picture["title"])


def test_pictures_of_the_body_are_listed_once_after_the_associations() -> None:
    Path("other.gif").write_bytes(b"GIF89a\x02\x00\x03\x00")
    front = "headline: H\nassociations: [{file: sub/dot.png, alt: first}]"
    said = article("![x](other.gif) ![y](dot.png) ![z](other.gif)", front)
    assert [(m.file, m.alt, m.width, m.height) for m in said.media] == [
        ("sub/dot.png", "first", 1, 1),
        ("other.gif", "x", 2, 3),
    ]
    assert [p["src"] for p in _attributes(said.html, "img")] == [
        f"media:{said.media[n].name}" for n in (1, 0, 1)
    ]


def test_the_bytes_of_every_local_picture_come_with_the_draft() -> None:
    said = article("![x](dot.png)")
    assert said.media == (replace(PICTURE, alt="x"),)
    assert read(Path("article.md"), OFFICE).files == {PICTURE.sha256: PIXEL}


WRONG = {
    "a\n\n![b](gone.png)": (6, "the picture gone.png is missing"),
    "gone.png\n\n![b](gone.png)": (6, "the picture gone.png is missing"),
    "![b][1]\n\n[1]: gone.png": (6, "the picture gone.png is missing"),
    "a\n\n<figure>\n<img src='gone.png'>\n</figure>": (7, "the picture gone.png is missing"),
    "a\n![b](tak%20ada.png)": (5, "the picture tak%20ada.png is missing"),
    "![b](sub)": (4, "the picture sub is missing"),
    "![b](dot.png?x=1)": (4, "the picture dot.png?x=1 is missing"),
    "![b](article.md)": (4, "is not a PNG, JPEG, GIF or WebP picture"),
    "a\n\n![b](formulir.pdf)": (
        6,
        "formulir.pdf is a PDF, not a picture (name it in the front matter,",
    ),
    "a\n\n<img src=formulir.pdf>": (6, "formulir.pdf is a PDF, not a picture ("),
    "a\n\n![b](https://a.example/F.PDF?x=1)": (
        6,
        "https://a.example/F.PDF?x=1 is a PDF, not a picture",
    ),
    "![b](../../etc/passwd)": (4, "is outside the article's folder"),
    "![b](..%2F..%2Fetc/passwd)": (4, "is outside the article's folder"),
    "![b](/etc/passwd)": (4, "is outside the article's folder"),
    "![b](link.png)": (4, "is outside the article's folder"),
    "![b](ring.png)": (4, "the picture ring.png is missing"),
    "a\n\n![b]()": (6, "a picture names no file"),
    "a\n\n![b](data:image/png;base64,iVBORw0K)": (6, "a picture has the address data:"),
    "![b](data:image/svg+xml,x)": (4, "a picture has the address data:"),
    "a\n\n<img src='data:image/png;base64,iVBORw0K'>": (6, "a picture has the address data:"),
    "![b](file:///etc/passwd)": (4, "a picture has the address file:"),
    "![b](C:\\\\foto.png)": (4, "a picture has the address c:"),
    "a\n\n" + "> " * 900 + "b": (6, "lists and quotations are nested too deeply"),
    "[a" * 1000 + "\n\n" + "![a" * 900: (4, "square brackets are nested too deeply"),
    "a\n\n" + "![a" * 900: (6, "square brackets are nested too deeply"),
    "a\n\n" + "[" * 900 + "b" + "]" * 900: (6, "square brackets are nested too deeply"),
    "a\n\n> " + "[b " * 900: (6, "square brackets are nested too deeply"),
    "<!-- b -->": (4, "there is no text below"),
    "a\n\n<!-- b\n\nc": (6, "<!-- has no end and hides the text after it"),
    "a\n\n<script>\n\nc": (6, "<script has no end and hides the text after it"),
    "<table><tr><td>\n\nx\n\n</td></tr>\n\nkata\n\n": (
        10,
        "HTML tags above swallow or move 'kata'",
    ),
}


@pytest.mark.parametrize("body", WRONG, ids=ascii)
def test_what_is_wrong_in_the_text_is_one_line_with_its_place(body: str) -> None:
    line, says = WRONG[body]
    os.symlink("/etc/passwd", "link.png")
    os.symlink("ring.png", "ring.png")
    Path("formulir.pdf").write_bytes(FORM)
    with pytest.raises(ArticleError) as wrong:
        article(body)
    message = str(wrong.value)
    assert message.startswith(f"article.md:{line}: ")
    assert says in message
    assert len(message.splitlines()) == 1
    assert message.endswith(")")


def test_a_link_within_the_folder_is_followed() -> None:
    os.symlink("sub/dot.png", "link.png")
    assert f'src="{DOT}"' in html("![a](link.png)")


LEADS = {
    "10<sup>-3</sup> m<sup>2</sup>, H<sub>2</sub>O[^1]\n\n[^1]: x": "10⁻³ m², H₂O",
    "<p>10<sup>-3</sup> m<sup>2</sup></p>": "10⁻³ m²",
    "`<sup>2</sup>` & x<sup>**[1]**</sup>": "<sup>2</sup> & x[1]",
    "# H\n\n![p](dot.png)\n\n| a |\n|---|\n| b |\n\n> quoted\n\n*First* `one`\nand  \ntwo": (
        "First one and two"
    ),
    "![p](dot.png) beside a picture": "beside a picture",
    "a &amp; <b>b</b><br>c [d](/e)": "a & b c d",
    "- one\n- two": "one",
    "# H\n\n> quoted": "quoted",
    "<div>\nraw\n</div>": "raw",
    "# only": "only",
    "![p](dot.png)": "Judul",
}


@pytest.mark.parametrize("body", LEADS, ids=ascii)
def test_the_lead_is_the_first_paragraph_as_plain_text(body: str) -> None:
    assert article(body).lead == LEADS[body]


def test_the_body_is_kept_as_written_but_for_what_no_feed_may_hold() -> None:
    assert article("*a* \x0b<b>&amp;").markdown == "*a*  <b>&amp;\n"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_no_word_of_an_example_is_lost(path: Path) -> None:
    said = read(path, OFFICE).article
    assert not said.uri
    assert _words_in_order(said.markdown, said.html) > 50


@pytest.mark.parametrize("text", HARD.values(), ids=HARD.keys())
def test_no_word_of_hard_text_is_lost(text: str) -> None:
    body = f"# {text[:99]}\n\n{text}\n\n- {text}\n\n| a |\n|---|\n| {text[:99]} |\n".replace(
        "\0", ""
    )
    front = "headline: H\nurl: https://dinas.example/h"
    assert _words_in_order(body, article(body, front).html)


@pytest.mark.parametrize(
    "body",
    [
        "a <table> b <tr><td>c</td></tr> d </table> e",
        "a <script></script> c <style></style> e <title>f</title> g",
        "a <textarea>b c <plaintext>d",
        "a <select><option>b</option> c",
        "a </p> b </div> c <!-- d --> e <![CDATA[ f ]]> g <?h?> i",
        "*a <b>b* c</b> d\n\ne",
        "a <svg><foreignObject>b</foreignObject></svg> c",
        "fi*re*fly \\<b\\> &lt;script&gt; [x](https://x.example) c",
        "> " * 60 + "a",
        "- " * 60 + "a",
        "`a` ``b ` c``\n\n    d <e>\n\n~~~\nf &amp; g\n~~~",
        "<div>\n\na *b*\n\n<p>\n\nc\n\n</div>\n\nd",
        "x<sub>2</sub>y<sup>3</sup>",
        "a&nbsp;b&shy;c\u200bd\u00ade",
    ],
    ids=ascii,
)
def test_no_word_is_lost_between_tags(body: str) -> None:
    assert _words_in_order(body, html(body))


def _words_in_order(body: str, said: str) -> int:
    """Find every word of Markdown's text tokens in the HTML's text; how many there are."""
    text = _text(said)
    at = count = 0
    for word in _tokens(body):
        here = text.find(word, at)
        assert here >= 0, f"{word!r} is not in {text[at:][:99]!r}"
        at, count = here + len(word), count + 1
    return count


def _tokens(body: str) -> Iterator[str]:
    markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    markdown.options["maxNesting"] = 1000  # what is deeper is no token at all
    for token in markdown.parse(body):
        if token.type in ("fence", "code_block"):
            yield from re.findall(r"\w+", token.content)
        for child in token.children or ():
            if child.type in ("text", "code_inline"):
                yield from re.findall(r"\w+", child.content)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def _read(said: str) -> _Reader:
    reader = _Reader()
    reader.feed(said)
    reader.close()
    return reader


def _text(said: str) -> str:
    return "".join(_read(said).text)


def _attributes(said: str, tag: str) -> list[dict[str, str]]:
    return [attributes for name, attributes in _read(said).tags if name == tag]


@pytest.mark.parametrize(
    "table",
    [
        "- satu\n- | a |\n  | --- |\n  | b |",
        "1. | a | b |\n   |---|---|\n   | c | d |",
        "- satu\n- | a | b |\n  |---|\n  | c | d |",
    ],
)
def test_a_table_in_an_item_is_a_table(table: str) -> None:
    made = html(table)
    assert "<table>" in made
    assert "|" not in made
    assert made.index("<li>") < made.index("<table>") < made.rindex("</li>")
