"""Raw HTML and words in angle brackets: what a browser would not show, and what a writer meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicate.article import Publisher
from syndicate.errors import ArticleError
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
