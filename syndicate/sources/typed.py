"""What a writer typed, put so that Markdown understands it where the intent is plain.

Every change keeps the number of lines: messages name the line that the writer sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from markdown_it.token import Token

from syndicate.sources import files, unseen
from syndicate.sources.frontmatter import Flaw
from syndicate.sources.marks import PLAIN
from syndicate.text import excerpt, in_full, squeeze

# signs of Markdown with a space behind them that is none to it (pasted from Word and web pages)
HARD_SPACE = re.compile(
    "^([ >]*(?:[-*+]|\\d{1,9}[.)]|#{1,6}))[\u00a0\u2007\u202f\u3000]+", re.MULTILINE
)
NO_SPACE = re.compile(r"^( {0,3}#{2,6})(?=[^\s#])", re.MULTILINE)
SPACED = re.compile(
    r"(?P<head>!?\[[^\[\]\n]*\])\((?P<name>[^()<>\"'\n]*[^\s()<>\"'] [^()<>\"'\n]*)\)"
)
WIKI = re.compile(r"(?P<picture>!?)\[\[(?P<name>[^\[\]|\n]+)(?:\|(?P<label>[^\[\]\n]*))?\]\]")
NOTE = re.compile(r"^([ >]{0,12})\[\^(?P<label>[^\s\]]+)\]:", re.MULTILINE)
FENCED = re.compile(r"^ {0,3}(```+|~~~+)[^\n]*\n.*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)", re.M | re.S)
COMMENTED = ("#", "<>", "")  # [//]: # (for nobody)

# signs of other programs, with what they are called; a reader would see them as they stand
FOREIGN = {
    "a shortcode": re.compile(r"\{\{[<%].*?[>%]\}\}|\{\{[<%]"),
    "a template's variable": re.compile(r"\{\{[^{}]*[|.(\"'=][^{}]*\}\}"),
    "a template's tag": re.compile(r"\{%.*?%\}"),
    "another program's mark": re.compile(r"\{:[^{}\n]*\}|^\[\[?_?toc_?\]?\]$", re.IGNORECASE),
    "a WordPress shortcode": re.compile(
        r"\[/?(?:caption|gallery|embed|video|audio|playlist)\b[^\]\n]*\](?!\()"
    ),
    "another program's block": re.compile(r"^:::+ *\w*"),
    "another program's picture": re.compile(r"!\[\[[^\[\]\n]+\]\]"),
    "a picture that Markdown does not understand": re.compile(r"!\[[^\[\]\n]*\]\s?\([^()\n]*\)?"),
}
LOOSE_LINK = re.compile(r"(?<!!)\[[^\[\]\n]+\]\((?P<address>[^()\n]*)\)")
NO_HEADING = re.compile(r"#[^\s#]+(?: [^#]*)?")
ADVICE = "write it in plain Markdown, or delete it"


def mended(markdown: str, folder: Path) -> str:
    """Return the text with what was plainly meant; the rest, and code, as it was typed."""
    pieces, at = [], 0
    for code in FENCED.finditer(markdown):
        pieces += [_meant(markdown[at : code.start()], folder), code[0]]
        at = code.end()
    return "".join((*pieces, _meant(markdown[at:], folder)))


def _meant(markdown: str, folder: Path) -> str:
    markdown = unseen.without_in_addresses(markdown)
    if "\u00a0" in markdown or "\u202f" in markdown or "\u3000" in markdown or "\u2007" in markdown:
        markdown = HARD_SPACE.sub(r"\1 ", markdown)
    if "##" in markdown:
        markdown = NO_SPACE.sub(r"\1 ", markdown)
    if "](" in markdown:
        markdown = SPACED.sub(lambda found: _bracketed(found, folder), markdown)
    if "[[" in markdown:
        markdown = WIKI.sub(lambda found: _unlinked(found, folder), markdown)
    return markdown


def unused(markdown: str, tokens: Sequence[Token], env: dict[str, Any]) -> str:
    """Return the text with what no link or note uses as words; Markdown would drop it."""
    lines = markdown.split("\n")
    marked = {*_unused_links(env), *_unused_notes(markdown, env), *_unknown_tags(tokens)}
    in_code = _code_lines(tokens)
    for number in marked - in_code:
        for sign in "<[":
            head, sign, tail = lines[number].partition(sign)
            if sign and not head.strip(" >"):
                lines[number] = f"{head}\\{sign}{tail}"
                break
    return "\n".join(lines)


def remarks(tokens: Sequence[Token], env: dict[str, Any]) -> Iterable[tuple[int, str]]:
    """Refuse the signs of other programs, by Flaw; say which others readers would see.

    Lines are counted from 0, those of a Flaw too.
    """
    last = max((token.map[1] for token in tokens if token.map), default=0)
    first = 0
    for token in tokens:
        first = token.map[0] if token.map else first
        if token.type != "inline":
            continue
        lines = str(token.meta.get(PLAIN, "")).split("\n")
        for number, line in enumerate(lines, first):
            for what, pattern in FOREIGN.items():
                if found := pattern.search(line):
                    said = excerpt(squeeze(found[0]), 60)
                    raise Flaw(number, f"{said} is {what}; readers would see it ({ADVICE})")
            yield from _loose(number, line)
        is_title = token.level == 1 and first + 1 < last and len(lines) == 1
        if is_title and lines[0].count("#") == 1 and NO_HEADING.fullmatch(lines[0]):
            title = excerpt(lines[0], 40)
            yield first, f"{title} is no heading: put a space after the # if it was meant"


def _loose(number: int, line: str) -> Iterable[tuple[int, str]]:
    for link in LOOSE_LINK.finditer(line):
        said = in_full(link[0])
        if re.search(r"[:/]|\.\w{2,5}\s*$", link["address"]):
            raise Flaw(
                number,
                f"{said} is no link to Markdown; readers would see it (write a space in the"
                " address as %20, or the address in < >)",
            )
    if re.search(r"\[\^[^\s\]]+\]", line):
        yield number, f"{excerpt(line, 40)}: the note it names is missing"
    if found := re.search(r"\{\{[^{}]*\}\}|\[\[[^\[\]]+\]\]", line):
        yield number, f"{excerpt(found[0], 40)}: readers would see it as it stands"
    if line.count("**") % 2:
        yield number, f"{excerpt(line, 40)}: readers would see ** (close it, or delete it)"


def _bracketed(found: re.Match[str], folder: Path) -> str:
    """A file with a space in its name, as Markdown takes it."""
    name = found["name"].strip()
    return f"{found['head']}(<{name}>)" if files.exists(name, folder) else found[0]


def _unlinked(found: re.Match[str], folder: Path) -> str:
    """``![[foto.png]]`` and ``[[surat.pdf|Unduh]]``, where there is such a file."""
    name = found["name"].strip()
    path = next((one for one in (name, f"{name}.md") if files.exists(one, folder)), "")
    label = (found["label"] or ("" if found["picture"] else name)).strip()
    return f"{found['picture']}[{label}](<{path}>)" if path else found[0]


def _unused_links(env: dict[str, Any]) -> Iterable[int]:
    references = env["references"]
    for label, definition in references.items():
        is_comment = definition["href"] in COMMENTED
        if label not in references.used and not is_comment:
            yield definition["map"][0]
    for definition in env.get("duplicate_refs", ()):
        if definition["href"] not in COMMENTED:
            yield definition["map"][0]


def _unused_notes(markdown: str, env: dict[str, Any]) -> Iterable[int]:
    """The lines of notes that no mark names, and of those defined before, which win."""
    numbers = env.get("footnotes", {}).get("refs", {})
    seen: set[str] = set()
    for found in NOTE.finditer(markdown):
        label = found["label"]
        if label in seen or numbers.get(f":{label}", 0) < 0:
            yield markdown.count("\n", 0, found.end())
        seen.add(label)


def _unknown_tags(tokens: Sequence[Token]) -> Iterable[int]:
    """Lines that Markdown took for raw HTML, for a word in angle brackets began them."""
    for token in tokens:
        if token.type == "html_block" and token.map and token.content.lstrip().startswith("&lt;"):
            yield token.map[0]


def _code_lines(tokens: Sequence[Token]) -> set[int]:
    return {
        number
        for token in tokens
        if token.type in ("fence", "code_block") and token.map
        for number in range(*token.map)
    }
