"""Addresses as they are typed and pasted: valid ones are kept, and slips mended or named."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest

from syndicate.errors import ArticleError
from syndicate.sources import Draft, read
from syndicate.testing import OFFICE

WHOLE = "https://contoh.go.id/x"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def draft(body: str) -> Draft:
    path = Path("article.md")
    path.write_text(f"---\nheadline: Judul\n---\n{body}\n", encoding="utf-8")
    return read(path, OFFICE)


def complaint(body: str) -> str:
    try:
        draft(body)
    except ArticleError as error:
        return str(error)
    return ""


VALID = [
    "https://www.google.com/search?q=%22kpu+bengkalis%22",
    "https://git.example/a/issues?q=is%3Aopen+label%3A%22feature+request%22",
    "https://git.example/a/issues?q=label:%22feature+request%22",
    "https://a.example/?q='kata'",
    "https://a.example/?a=%3Cb%3E",
    "https://a.example/%60kode%60",
    "https://kbbi.example/jum'at",
    "https://a.example/%E2%80%9Ctema%E2%80%9D",
    "https://a.example/?q=%27",
    "mailto:a@b.example?subject=%22Tanya%22",
]


def test_quotation_marks_that_belong_to_an_address_are_left_in_it() -> None:
    for address in VALID:
        for body in (
            f"[cari]({address})",
            f'<a href="{address}">cari</a>',
            f"[c]\n\n[c]: {address}",
        ):
            made = draft(body)
            assert f'href="{address}"' in unescape(made.article.html), body
            assert made.remark_lines() == []
    quoted = draft('[a](https://a.example/?q="kata") [b](https://a.example/“tema”)').article.html
    assert "?q=%22kata%22" in quoted
    assert "/%E2%80%9Ctema%E2%80%9D" in quoted


@pytest.mark.parametrize(
    "signs", ["””", "“”", "‘’", '""', "''", "„“", "«»", "``", ("", "”"), ("”", "")]
)
def test_quotation_marks_around_an_address_are_refused_with_what_to_write(signs: str) -> None:
    before, after = tuple(signs)
    bodies = [f"[x]({before}{WHOLE}{after})", f"[x]({before}{WHOLE}?q=%22a%22{after})"]
    if '"' not in signs and "'" not in signs:
        bodies.append(f'<a href="{before}{WHOLE}{after}">x</a>')
    for body in bodies:
        message = complaint(f"a\n\n{body}")
        assert message.startswith("article.md:6: the address "), body
        advice = message.partition("(write ")[2].removesuffix(")")
        assert advice in (WHOLE, f"{WHOLE}?q=%22a%22")
        assert not complaint(f"[x]({advice})")


INVISIBLE = {
    "[z](\u200bhttps://contoh.go.id/x)": f'<a href="{WHOLE}">z</a>',
    "[z](https://contoh.go.id/x\u200b)": f'<a href="{WHOLE}">z</a>',
    "[z](https://contoh.\u2060go.id/\ufeffx)": f'<a href="{WHOLE}">z</a>',
    "[z](\u00a0https://contoh.go.id/x\u00a0)": f'<a href="{WHOLE}">z</a>',
    "[z](https://contoh.go.id/x\u202f)": f'<a href="{WHOLE}">z</a>',
    "[z](\ufeffwww.contoh.go.id/x)": '<a href="https://www.contoh.go.id/x">z</a>',
    "[z](\u200binfo@contoh.go.id)": '<a href="mailto:info@contoh.go.id">z</a>',
    "<a href='\u200bhttps://contoh.go.id/x\u00a0'>z</a>": f'<a href="{WHOLE}">z</a>',
    "<a href='%E2%80%8Bhttps://contoh.go.id/x'>z</a>": f'<a href="{WHOLE}">z</a>',
    "[z]\n\n[z]: \u200bhttps://contoh.go.id/x": f'<a href="{WHOLE}">z</a>',
    "<\u200bhttps://contoh.go.id/x>": f'<p><a href="{WHOLE}">{WHOLE}</a></p>',
    "https://contoh.go.id/\u200bx\u200b": f'<a href="{WHOLE}">{WHOLE}</a>',
    "\u200bhttps://contoh.go.id/x\ufeff.": f'<a href="{WHOLE}">{WHOLE}</a>.',
    "[z](lain.pdf\u200b)": "missing",
}  # fmt: skip


@pytest.mark.parametrize("body", INVISIBLE, ids=ascii)
def test_invisible_signs_that_were_pasted_with_an_address_are_no_part_of_it(body: str) -> None:
    if INVISIBLE[body] == "missing":
        assert "the file lain.pdf is missing" in complaint(body)
        return
    made = draft(body)
    assert INVISIBLE[body] in made.article.html
    assert made.remark_lines() == []
