"""Normalise typed text so that Markdown understands it where the intent is plain.

Every change keeps the number of lines: messages name the line that the writer sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from markdown_it.token import Token

from syndicate.sources.characters import invisible
from syndicate.sources.files import local_files
from syndicate.sources.html import hidden_markup
from syndicate.sources.links import destinations, link_syntax
from syndicate.sources.markdown import emphasis, lines

WIKI = re.compile(r"(?P<picture>!?)\[\[(?P<name>[^\[\]|\n]+)(?:\|(?P<label>[^\[\]\n]*))?\]\]")
FOOTNOTE = re.compile(r"^([ >]{0,12})\[\^(?P<label>[^\s\]]+)\]:", re.MULTILINE)
BLOCK_SIGNS = re.compile(
    r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t>]+)*"
)  # signs of lists and quotations
CODE_BLOCK = re.compile(
    r"^[ \t>]*(?P<fence>```+(?![^\n]*`)|~~~+)[^\n]*\n.*?(?:^[ \t>]*(?P=fence)[`~]*[ \t]*$|\Z)"
    r"|(?<!`)(?P<ticks>`+)(?!`)(?:(?!\n[ \t]*\n).)*?(?<!`)(?P=ticks)(?!`)",
    re.MULTILINE | re.DOTALL,
)
CODE_PLACEHOLDER = (
    "\ufdd0\ufdd1"  # around the number of a piece of code: no characters, so in no text
)
PUT_AWAY = re.compile(rf"{CODE_PLACEHOLDER[0]}(\d+){CODE_PLACEHOLDER[1]}")
COMMENT_DESTINATIONS = ("#", "<>", "")  # [//]: # (for nobody)


def normalize_markdown(markdown: str, folder: Path) -> str:
    """Return the text with what was plainly meant; the rest, and code, as it was typed."""
    codes: list[str] = []

    def put_away(found: re.Match[str]) -> str:
        codes.append(found[0])
        return f"{CODE_PLACEHOLDER[0]}{len(codes) - 1}{CODE_PLACEHOLDER[1]}"

    text = _meant(
        CODE_BLOCK.sub(put_away, markdown) if "`" in markdown or "~~~" in markdown else markdown,
        folder,
    )
    return PUT_AWAY.sub(lambda found: codes[int(found[1])], text) if codes else text


def _meant(markdown: str, folder: Path) -> str:
    markdown = hidden_markup.lifted(markdown)
    markdown = lines.understood(invisible.without_in_addresses(markdown))
    markdown = destinations.bracketed(link_syntax.with_joined_links(markdown, folder), folder)
    markdown = emphasis.closed_up(markdown)
    if "[[" in markdown:
        markdown = WIKI.sub(lambda found: _unlinked(found, folder), markdown)
    return markdown


def code_as_typed(text: str, markdown: str, tokens: Sequence[Token]) -> str:
    """Return the text with the lines that Markdown takes for code as they were typed."""
    rows, typed = text.split("\n"), markdown.split("\n")
    if len(rows) != len(typed):
        return text
    for token in tokens:
        if token.type == "code_block" and token.map:
            for number in range(*token.map):
                rows[number] = typed[number]
    return "\n".join(rows)


def unused(markdown: str, tokens: Sequence[Token], env: dict[str, Any]) -> str:
    """Return the text with what no link or note uses as words; Markdown would drop it."""
    rows = markdown.split("\n")
    marked = {*_unused_links(env), *_unused_notes(markdown, env), *_unknown_tags(tokens)}
    in_code = _code_lines(tokens)
    for number in marked - in_code:
        for sign in "<[":
            head, sign, tail = rows[number].partition(sign)
            if sign and BLOCK_SIGNS.fullmatch(head):
                rows[number] = f"{head}\\{sign}{tail}"
                break
    return "\n".join(rows)


def _unlinked(found: re.Match[str], folder: Path) -> str:
    """``![[foto.png]]`` and ``[[surat.pdf|Unduh]]``, where there is such a file."""
    name = found["name"].strip()
    path = next((file for file in (name, f"{name}.md") if local_files.exists(file, folder)), "")
    label = (found["label"] or ("" if found["picture"] else name)).strip()
    return f"{found['picture']}[{label}](<{path}>)" if path else found[0]


def _unused_links(env: dict[str, Any]) -> Iterable[int]:
    references = env["references"]
    for label, definition in references.items():
        is_comment = definition["href"] in COMMENT_DESTINATIONS
        if label not in references.used and not is_comment:
            yield definition["map"][0]
    for definition in env.get("duplicate_refs", ()):
        if definition["href"] not in COMMENT_DESTINATIONS:
            yield definition["map"][0]


def _unused_notes(markdown: str, env: dict[str, Any]) -> Iterable[int]:
    """The lines of notes that no mark names, and of those defined before, which win."""
    numbers = env.get("footnotes", {}).get("refs", {})
    seen: set[str] = set()
    for found in FOOTNOTE.finditer(markdown):
        label = found["label"]
        if label in seen or numbers.get(f":{label}", 0) < 0:
            yield markdown.count("\n", 0, found.end())
        seen.add(label)


def _unknown_tags(tokens: Sequence[Token]) -> Iterable[int]:
    """Lines that Markdown took for raw HTML, for a word in angle brackets began them."""
    for token in tokens:
        if token.type == "html_block" and token.map:
            lines = token.content.split("\n")
            for number, line in enumerate(lines[: token.map[1] - token.map[0]], token.map[0]):
                if line.lstrip().startswith("&lt;"):
                    yield number
                elif number == token.map[0]:
                    break


def _code_lines(tokens: Sequence[Token]) -> set[int]:
    return {
        number
        for token in tokens
        if token.type in ("fence", "code_block") and token.map
        for number in range(*token.map)
    }
