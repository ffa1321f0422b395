"""Convert an article's HTML to the lines of a letter's text part."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape
from urllib.parse import unquote, urlsplit

from syndicate.text import address_of, apart, plain
from syndicate.text.i18n import letter_line, words_for
from syndicate.text.markers import ListTag, item_markers
from syndicate.text.superscript import spelt
from syndicate.text.tables import Cell, SourceRow, TableLine, TableParts

ATTRIBUTES = r"""(?:[^>"']|"[^"]*"|'[^']*')*"""
HTML_LINK = re.compile(
    rf'<a\s{ATTRIBUTES}?href="(?P<to>[^"]*)"{ATTRIBUTES}>(?P<inner>.*?)</a>'
    r"(?P<rest>(?:</?(?:abbr|b|code|em|i|mark|s|small|span|strong|u)(?:\s[^<>]*)?>|-?\w)*)",
    re.I | re.S,
)  # with the rest of its word, which comes before the address
QUOTE = re.compile(rf"<(?P<end>/?)q\b{ATTRIBUTES}>", re.IGNORECASE)
IMG_TAG = re.compile(rf"<img\s{ATTRIBUTES}>", re.IGNORECASE)
ITEMS = re.compile(  # with what an item's first line is in
    rf"<(?P<end>/?)(?P<what>li|ol|ul)\b(?P<more>{ATTRIBUTES})>"
    rf"(?P<into>(?:\s*<(?:p|div|section|blockquote|h[1-6])\b{ATTRIBUTES}>)*)",
    re.IGNORECASE,
)
GIVEN = re.compile(r'([a-z]+)(?:="([^"]*)")?', re.IGNORECASE)
HTML_TABLE = re.compile(r"<table\b[^>]*>(?P<rows>(?:(?!<table\b).)*?)</table>", re.I | re.S)
CAPTION = re.compile(r"<caption\b[^>]*>(.*?)</caption>", re.I | re.S)
ROW = re.compile(r"<(?P<head>/?thead)\b[^>]*>|<tr\b[^>]*>(?P<cells>.*?)</tr>", re.I | re.S)
CELL = re.compile(r"<(?P<tag>t[dh])\b(?P<given>[^>]*)>(?P<inner>.*?)</t[dh]>", re.I | re.S)


def html_to_text(html: str, language: str = "") -> str:
    """Return sanitised HTML as text: a paragraph per block, addresses after links and pictures."""

    def linked(found: re.Match[str]) -> str:
        label = IMG_TAG.sub(_label, found["inner"])
        to = unescape(found["to"])
        address, asks = address_of(to, plain(label)), letter_line(to, plain(label), language)
        behind = f" <{address}>" if address else ""
        behind += f" ({asks})" if asks else ""
        return f"{label}{found['rest']}{escape(behind, quote=False)}"

    html = spelt(html)
    html, found = IMG_TAG.sub(_pictured, HTML_LINK.sub(linked, QUOTE.sub(_quoted, html))), 1
    while found:  # a table in a cell comes first
        html, found = HTML_TABLE.subn(lambda table: _in_words(table, language), html)
    return "\n\n".join(plain(_itemised(html)).splitlines())


def _quoted(found: re.Match[str]) -> str:
    return "”" if found["end"] else "“"


def picture_description(picture: str) -> str:
    """Return the alternative text and the title of a picture's tag, as HTML."""
    given = _given(picture)
    texts = dict.fromkeys(filter(None, (given.get("alt"), given.get("title"))))
    return escape(" – ".join(texts), quote=False)


def _label(picture: re.Match[str]) -> str:
    """Return the text for a picture within a link."""
    return apart(picture, picture_description(picture[0]) or _file(picture[0]))


def _pictured(found: re.Match[str]) -> str:
    """Return a picture's description and address."""
    address = _given(found[0]).get("src", "")
    is_web = address.startswith(("https:", "http:"))
    seen = f"&lt;{escape(address, quote=False)}&gt;" if is_web else ""
    return apart(found, " ".join(filter(None, (picture_description(found[0]), seen))))


def _file(picture: str) -> str:
    path = urlsplit(_given(picture).get("src", "")).path
    return escape(unquote(path).rpartition("/")[2], quote=False)


def _itemised(html: str) -> str:
    """Write the markers of lists as text."""
    marked = iter(item_markers(_of_lists(html)))

    def item(found: re.Match[str]) -> str:
        is_item = found["what"].lower() == "li" and not found["end"]
        return f"{found[0]}{next(marked)} " if is_item else found[0]

    return ITEMS.sub(item, html)


def _of_lists(html: str) -> Iterator[ListTag]:
    for tag in ITEMS.finditer(html):
        what, given = tag["what"].lower(), _given(tag["more"])
        if what != "li":
            yield ("end" if tag["end"] else "ordered" if what == "ol" else "other"), given
        elif not tag["end"]:
            yield "item", given


def _in_words(table: re.Match[str], language: str) -> str:
    """Return a table as a paragraph per row, each value with its label."""
    rows = table["rows"]
    titles = "".join(f"<p>{title}</p>" for title in CAPTION.findall(rows))
    lines = (_line(line, language) for line in TableParts.of(list(_rows(rows))).lines())
    return titles + "".join(f"<p>{line}</p>" for line in lines if line) or "<br>"


def _rows(html: str) -> Iterator[SourceRow[str]]:
    in_head = False
    for found in ROW.finditer(html):
        if found["head"]:
            in_head = not found["head"].startswith("/")
            continue
        cells = list(CELL.finditer(found["cells"]))
        spans = [Cell.of(_content(cell["inner"]), _given(cell["given"])) for cell in cells]
        yield SourceRow(
            cells=spans, tags=tuple(cell["tag"].lower() for cell in cells), in_head=in_head
        )


def _content(html: str) -> str:
    return escape(" ".join(plain(_itemised(html)).split()), quote=False)


def _line(line: TableLine[str], language: str) -> str:
    contents = [value.content for value in line.values]
    match line.kind:
        case "merged":
            return words_for(language)["merged_cells"]
        case "ragged":
            return words_for(language)["ragged_rows"]
        case "cells":
            return " · ".join(contents)
        case "blank":
            return f"{', '.join(contents)}: –"
        case "heading":
            return " ".join(contents)
    labelled = (
        ": ".join(filter(None, (", ".join(v.labels), v.content))) for v in line.values if v.content
    )
    return "; ".join(labelled)


def _given(attributes: str) -> dict[str, str]:
    return {name.lower(): unescape(value) for name, value in GIVEN.findall(attributes)}
