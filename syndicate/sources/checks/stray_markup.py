"""Signs of other programs, and Markdown's own where it makes nothing of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from markdown_it.token import Token

from syndicate.sources.front_matter.flaws import Flaw
from syndicate.sources.links import link_syntax
from syndicate.sources.markdown import emphasis
from syndicate.sources.markdown.commonmark import LEFT, PLAIN
from syndicate.text import excerpt, in_full, squeeze

# signs of other programs, with what they are called; a reader would see them as they stand
FOREIGN_MARKS = {
    "a shortcode": re.compile(r"\{\{[<%].*?[>%]\}\}|\{\{[<%]"),
    # that it is closed is seen first: else each sign in it would be tried
    "a template's variable": re.compile(r"\{\{(?=[^{}]*\}\})[^{}]*[|.(\"'=][^{}]*\}\}"),
    "a template's tag": re.compile(r"\{%(?:(?!\{%).)*?%\}"),
    "another program's mark": re.compile(r"\{:[^{}\n]*\}|^\[\[?_?toc_?\]?\]$", re.IGNORECASE),
    "a WordPress shortcode": re.compile(
        r"\[/?(?:caption|gallery|embed|video|audio|playlist)\b[^\[\]\n]*\](?!\()"
        r"|\[[a-z][\w-]*(?:\s+[\w-]+=(?:\"[^\"\[]*\"|'[^'\[]*'|[“”″][^“”″\[]*[“”″]|[^\s\[\]\"']+))+"
        r"\s*/?\](?!\()"
        r"|\[/[a-z][a-z0-9_-]{3,40}\](?![(\[])"
    ),
    "a forum's mark": re.compile(
        r"\[/(?:b|i|u|s|url|img|quote|color|colour|size|font|left|right|list|code|td|tr|th)\]"
        r"|\[(?:url|color|colour|size|font|img|quote)=[^\[\]\n]+\](?!\()",
        re.IGNORECASE,
    ),
    "another program's block": re.compile(
        r"^:::+ *\w*|^\[!(?:note|tip|important|warning|caution)\]"
        r"|^(?:!!!|\?\?\?)\+? *(?:note|abstract|info"
        r"|tip|success|question|warning|failure|danger|bug|example|quote|caution|important|hint"
        r"|error|attention)\b",
        re.IGNORECASE,
    ),
    "a Joomla plugin": re.compile(
        r"\{(\w+)(?:[ =][^{}\n]*)?\}[^{}\n]*\{/\1\}|\{(?:loadposition|loadmodule|module) [^{}\n]+\}"
    ),
    "a table drawn with characters": re.compile(r"^\+(?:[-=]{2,}\+)+$"),
    "another program's picture": re.compile(r"!\[\[[^\[\]\n]+\]\]"),
    "a picture that Markdown does not understand": re.compile(r"!\[[^\[\]\n]*\]\s?\([^()\n]*\)?"),
}
# one of them is in each of these
PERHAPS_FOREIGN = re.compile(r"[\[{]|```|^(?::::|!!!|\?\?\?|\+[-=])", re.MULTILINE)
LOOSE_LINK = re.compile(r"(?<!!)\[[^\[\]\n]+\]\((?P<address>(?:[^()\n]|\([^()\n]*\))*)\)")
UNDEFINED = re.compile(
    r"(?<![\w\]\\])\[(?P<text>[^\[\]^\n][^\[\]\n]*)\]\[(?P<label>[^\[\]^\n]*)\](?![\[(])"
)
LETTER = re.compile(r"[^\W\d_]")
ADDRESS_LIKE = re.compile(r"[:/]|\.\w{2,5}\s*$")
IN_A_CELL = re.compile(r"[^|\s]")
UNEVEN = "readers would see a * (its other side has more of them, or fewer)"
NO_HEADING = re.compile(r"#[^\s#]+(?: [^#]*)?")
UNREAD_MARKUP = re.compile(
    r"(?<!!)\[[^\[\]]+\]\([^()\s]*[:/.][^()\s]*\)|\*\*(?=\S)(?=[^*]*?[^\W\d_])[^*]+(?<=\S)\*\*"
    r"|\{\{[^{}]*\}\}|\[\[[^\[\]]+\]\]"
)
OUTSIDE = "Markdown is read below HTML only after an empty line: put one there, or write HTML"
PLAIN_MARKDOWN_ADVICE = "write it in plain Markdown, or delete it"


def markup_remarks(
    tokens: Sequence[Token], env: dict[str, Any]
) -> Iterable[tuple[int, str] | Flaw]:
    """Yield the signs of other programs, as Flaws, and which others readers would see.

    Lines are counted from 0, those of a Flaw too.
    """
    last = max((token.map[1] for token in tokens if token.map), default=0)
    first, is_block = 0, False
    for token in tokens:
        first = token.map[0] if token.map else first
        if token.type not in ("inline", "html_block"):
            continue
        text = str(token.meta.get(PLAIN, ""))
        lines = text.split("\n")
        is_html = token.type == "html_block"
        is_odd = PERHAPS_FOREIGN.search(text) is not None or (is_html and "**" in text)
        for number, line in enumerate(lines, first) if is_odd else ():
            if is_block and not line.strip(": "):
                continue  # the end of one that is named
            if flaw := _foreign(number, line):
                is_block = is_block or ":::" in line
                yield flaw
            elif is_html:
                yield from _unread(number, line)
            else:
                yield from _loose(number, line)
        if is_html:
            continue
        if "[" in text or "](" in text:
            yield from link_syntax.link_remarks(first, lines, escaped="\\[" in token.content)
        if "|" in text:
            yield from _no_rows(first, lines)
        rest = str(token.meta.get(LEFT, ""))
        for number, line in enumerate(rest.split("\n"), first) if emphasis.is_odd(rest) else ():
            at, sign = emphasis.left_sign(line)
            if sign:
                seen = excerpt(squeeze(line if at < 30 else f"…{line[at - 15 :]}"), 40)
                yield number, f"{seen}: readers would see {sign} (close it, or delete it)"
        if "*" in text:
            for number in emphasis.uneven(token.children or ()):
                yield first + number, f"{excerpt(token.content, 40)}: {UNEVEN}"
        is_title = token.level == 1 and first + 1 < last and len(lines) == 1
        if is_title and lines[0].count("#") == 1 and NO_HEADING.fullmatch(lines[0]):
            title = excerpt(lines[0], 40)
            yield first, f"{title} is not a heading: put a space after the # if you want one"


def _foreign(number: int, line: str) -> Flaw | None:
    for what, pattern in FOREIGN_MARKS.items():
        if found := pattern.search(line):
            quoted = excerpt(squeeze(found[0]), 60)
            return Flaw(
                number, f"{quoted} is {what}; readers would see it ({PLAIN_MARKDOWN_ADVICE})"
            )
    return None


def _unread(number: int, line: str) -> Iterable[tuple[int, str]]:
    """Markdown in a line of raw HTML, where it is none."""
    for found in UNREAD_MARKUP.finditer(line):
        yield number, f"{excerpt(found[0], 60)}: readers would see it as it stands ({OUTSIDE})"


def _loose(number: int, line: str) -> Iterable[tuple[int, str] | Flaw]:
    for link in LOOSE_LINK.finditer(line):
        quoted = in_full(link[0])
        if ADDRESS_LIKE.search(link["address"]):
            yield Flaw(
                number,
                f"{quoted} is not a link in Markdown; readers would see it (write a space in the"
                " address as %20, or the address in < >)",
            )
        elif LETTER.search(link["address"]):
            yield Flaw(
                number,
                f"{quoted} leads to no address; readers would see it (write one, or \\[ if it is"
                " text)",
            )
    for link in UNDEFINED.finditer(line):
        if LETTER.search(link["text"]) and (not link["label"] or LETTER.search(link["label"])):
            label = link["label"] or link["text"]
            yield Flaw(
                number,
                f"{in_full(link[0])} leads nowhere; readers would see it (add a line"
                f" [{label}]: https://…, or write \\[ if it is text)",
            )
    if "```" in line:
        yield number, f"{excerpt(line, 40)}: readers would see ``` (close it, or delete it)"
    if re.search(r"\[\^[^\]\n]+\]", line):
        yield number, f"{excerpt(line, 40)}: its footnote is missing"
    if found := re.search(r"\{\{[^{}]*\}\}|\[\[[^\[\]]+\]\]", line):
        yield number, f"{excerpt(found[0], 40)}: readers would see it as it stands"


def _is_row(line: str) -> bool:
    """Return whether a line lies between bars, in the time that reading it takes."""
    return line.startswith("|") and line.endswith("|") and bool(IN_A_CELL.search(line))


def _no_rows(first: int, rows: Sequence[str]) -> Iterable[Flaw]:
    """Lines between bars that are no table, for the line below its head is missing."""
    for number, (row, next_) in enumerate(pairwise(rows), first):
        if _is_row(row.strip()) and _is_row(next_.strip()):
            yield Flaw(
                number,
                f"{excerpt(squeeze(row), 40)} does not begin a table; readers would see the |"
                " (put a line |---|---| below the head)",
            )
            return
