"""Fragments of HTML that are safe wherever they are shown."""

from __future__ import annotations

import pytest

from syndicate.text.fragments import as_fragment, sanitised, with_pictures

DOT = "ab" * 32


def cleaned(html: str) -> str:
    return sanitised(html, is_dead=lambda to: "coming.example" in to, picture="Picture")


@pytest.mark.parametrize(
    ("html", "safe"),
    [
        ("<b>a</b><script>alert(1)</script>", "<b>a</b>"),
        ('<p onclick="x()" style="color:red" class="c">a</p>', "<p>a</p>"),
        ('<a href="javascript:alert(1)">a</a>', "<u>a</u>"),
        ("<a href='https://a.example/?x=1&y=2' title='\"'>a</a>",
         '<a href="https://a.example/?x=1&amp;y=2" rel="noopener noreferrer">a</a>'),
        ('<a href="https://coming.example/page">Read more</a>', "<u>Read more</u>"),
        ('<img src="https://a.example/1.png" alt="Ibu > anak" onerror="x()">',
         "<em>[Picture: Ibu &gt; anak – https://a.example/1.png]</em>"),
        ('<img src="https://coming.example/1.png">', "<em>[Picture]</em>"),
        ('<img src="data:image/png;base64,AAAA" alt="">', "<em>[Picture]</em>"),
        (f'<img src="media:{DOT}.png" alt="Titik">', f'<img src="media:{DOT}.png" alt="Titik">'),
        ("<iframe srcdoc='<p>a</p>'>b</iframe><form><input></form><svg><a>c</a></svg>d", "d"),
        ("<h1>a</h1><table><tr><td colspan=2>b", "<h2>a</h2><table><tbody><tr><td colspan=\"2\">b"
         "</td></tr></tbody></table>"),
        ("abc\u202edef", "abcdef"),
    ],
)  # fmt: skip
def test_nothing_of_a_fragment_loads_or_runs(html: str, safe: str) -> None:
    assert cleaned(html) == safe
    assert cleaned(safe) == safe or "<em>" in safe  # what is clean stays as it is


def test_pictures_are_shown_at_their_address_or_named() -> None:
    html = f'<img src="media:{DOT}.png" alt="Titik"><img src="media:{"cd" * 32}" alt="">'
    shown = with_pictures(html, {DOT: "cid:dot@x"}, {"cd" * 32: "[besar.png <1>]"})
    assert shown == (
        '<img src="cid:dot@x" alt="Titik" style="max-width:100%;height:auto">'
        "<em>[besar.png &lt;1&gt;]</em>"
    )


def test_plain_text_keeps_its_paragraphs_and_lines() -> None:
    assert (
        as_fragment("a < b\nc\n\nسلام") == '<p dir="auto">a &lt; b<br>c</p>\n<p dir="auto">سلام</p>'
    )
