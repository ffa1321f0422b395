"""Articles that are meant to hold us up: each construct, over and over, up to a size."""

from __future__ import annotations

from collections.abc import Callable

Maker = Callable[[int], str]
TOP = "---\nheadline: Kabar\nurl: https://kantor.example/x\n---\n\n"


def over(unit: str, before: str = "", after: str = "") -> Maker:
    """The same unit again and again."""
    return lambda size: f"{before}{unit * (size // len(unit.encode()))}{after}"


def each(unit: str, before: str = "", after: str = "") -> Maker:
    """A unit with a number in it, from 0 on."""

    def make(size: int) -> str:
        count = size // (len(unit.encode()) + 3)
        return f"{before}{''.join(unit.replace('%', str(n)) for n in range(count))}{after}"

    return make


def growing(unit: str, between: str, before: str = "") -> Maker:
    """A unit once, twice, three times …"""

    def make(size: int) -> str:
        steps = int((2 * size / len(unit.encode())) ** 0.5)
        return before + "".join(f"{unit * n}{between}" for n in range(1, steps))

    return make


def _halves(opening: str, closing: str) -> Maker:
    def make(size: int) -> str:
        count = size // len(opening + closing)
        return opening * count + closing * count

    return make


# what a body of 120 kB is refused for; None where it is simply read
BODIES: dict[str, tuple[Maker, str | None]] = {
    "blocks of HTML": (over("<div>"), "'<div>"),
    "blocks of HTML on lines": (over("<div>\n"), "lines with words"),
    "bold tags": (over("<b>y ", "x "), "HTML tags"),
    "pairs of tags": (over("<b>y</b> "), "HTML tags"),
    "angle brackets": (over("< "), "signs like & < { }"),
    "remarks that do not end": (over("<!-- "), "HTML tags"),
    "remarks": (over("<!-- a -->\n"), "lines with words"),
    "cdata": (over("<![CDATA[ "), "HTML tags"),
    "programs": (over("<script>\n"), "lines with words"),
    "attributes without a quote": (over('<a href="x '), "HTML tags"),
    "an HTML table": (over("<tr><td>x</td></tr>\n", "<table>\n"), "HTML tags"),
    "square brackets": (over("[ "), "square brackets"),
    "pictures that do not end": (over("![a]( "), "links and pictures"),
    "links": (each("[a%](https://a.example/%)\n\n"), "links and pictures"),
    "links without an end": (over("[a](<b "), "HTML tags"),
    "wiki's links": (over("[[a]] "), "square brackets"),
    "definitions": (each("[r%]: https://a.example/%\n"), "square brackets"),
    "a long label": (over("a", "[", "]: b"), "characters without a space"),
    "notes": (each("x[^%]\n\n[^%]: catatan %\n\n"), "notes"),
    "stars": (over("*_ "), "signs like * _ ~ `"),
    "pairs of stars": (over("**a *b "), "signs like * _ ~ `"),
    "struck words": (over("~~a "), "signs like * _ ~ `"),
    "marked words": (over("==a "), "signs like * _ ~ `"),
    "code in a line": (over("`a "), "signs like * _ ~ `"),
    "ticks, more and more": (growing("`", " "), "` in a row"),
    "blocks of code": (over("```\n\n~~~\n"), "lines with words"),
    "quotations": (over("> ", "", "x"), "nested too deeply"),
    "items in items": (over("- ", "", "x"), "nested too deeply"),
    "numbered items in items": (over("1. ", "", "x"), "nested too deeply"),
    "items of two kinds": (over("- x\n+ y\n"), ""),
    "items and quotations": (over("- > - > x\n"), "items of lists and quotations"),
    "items deeper and deeper": (growing(" ", "- x\n"), "spaces in a row"),
    "headings": (each("## a%\n\n"), "headings"),
    "underlined headings": (over("a\n=\n"), "lines with words"),
    "a wide table": (over("a | "), "cells"),
    "a wide table's head": (
        over("b\n", f"{'a|' * 900}\n{'-|' * 900}\n"), "a table of more than 100 columns",
    ),
    "a tall table": (over("| x | y |\n", "| a | b |\n|---|---|\n"), "tables of more than 10,000"),
    "short rows": (over("| x\n", f"{'|a' * 99}\n{'|-' * 99}\n"), "tables of more than 10,000"),
    "entities": (over("&amp; "), "signs like & < { }"),
    "one word": (over("a"), "characters without a space"),
    "a long address": (over("a", "https://a.example/"), "characters without a space"),
    "addresses": (each("https://a-.example:99999/% "), "addresses"),
    "begun addresses": (over("www. "), "addresses"),
    "empty lines": (over("\n", "x", "x"), "lines"),
    "blanks": (over(" ", "x", "x"), "spaces in a row"),
    "pasted blanks": (over("\u00a0", "x", "x"), "spaces in a row"),
    "shortcodes": (over("{{< "), "signs like & < { }"),
    "a picture in the text": (
        over("QUJD", "![x](data:image/png;base64,", ")"), "is a picture in the text itself",
    ),
    "accents upon accents": (over("\u0301", "a"), "characters without a space"),
    "sharp letters": (over("ß", "[a](b", "](c"), "characters without a space"),
    "Chinese": (over("你好", "[a](b", "](c"), None),
    "words": (over("kata "), None),
    "signs that nobody sees": (over("\u200b ", "x"), "spaces in a row"),
}  # fmt: skip
FRONTS: dict[str, tuple[Maker, str]] = {
    "subjects": (each("- s%\n", "subjects:\n"), "lines with words"),
    "brackets": (_halves("[", "]"), "characters without a space"),
    "tables in tables": (over("{a: ", "subjects: "), "signs like & < { }"),
    "laughs": (each("b%: &b% [*a,*a]\n", "a: &a [x]\n"), "square brackets"),
    "keys": (each("k%: x\n"), "lines with words"),
    "a long key": (over("k", "", ": x"), "characters without a space"),
    "a quote without an end": (over("a\n ", "by: '"), "lines with words"),
    "words": (over("a ", "by: "), "kB above the text"),
    "remarks": (over("# a\n"), "headings"),
    "pictures that are missing": (each("- {file: f%.png}\n", "associations:\n"), "more than "),
    "no end": (over("a: b\n"), "lines with words"),
}
# smaller ones, that no bound for all of a text concerns
FIELDS: dict[str, tuple[str, str]] = {
    "8,000 subjects": (
        f"subjects: [{', '.join(f's{n}' for n in range(8000))}]", "more than 200 items in one list"
    ),
    "201 keys": ("".join(f"k{n}: x\n" for n in range(201)), "more than 200 keys in one table"),
    "201 sources": (
        "infoSources:\n" + "".join(f"- {{name: s{n}}}\n" for n in range(201)),
        "more than 200 items in one list",
    ),
    "lists in lists": (f"subjects: {'[' * 500}{']' * 500}", "nested too deeply (flatten them)"),
    "tables in tables": (f"by: {'{a: ' * 500}x{'}' * 500}", "nested too deeply (flatten them)"),
    "lists below lists": (f"subjects:\n{'- ' * 50}x", "nested too deeply (flatten them)"),
    "an alias": ("by: &a x\ndateline: *a", "a * begins an alias"),
}  # fmt: skip


def with_body(make: Maker, size: int) -> str:
    """An article whose text is of this size."""
    return f"{TOP}{make(size)}\n"


def with_front(make: Maker, size: int) -> str:
    """An article whose front matter is of this size."""
    return f"---\nheadline: Kabar\n{make(size)}\n---\n\nIsi kabar.\n"
