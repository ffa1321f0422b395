"""Mask what is no prose in an article's file: addresses, code, tags; offsets stay what they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

# keys of the front matter whose values are no words of the article
MACHINE_LINE = re.compile(
    r"(?:uri|url|date|expires|embargoedUntil|channels|profile|language|urgency|checks|repliesTo"
    r"|remind|edNote)\s*:"
)
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*([^\n]*)")
INDENTED = re.compile(r"(?: {4}| {0,3}\t)")
LIST_ITEM = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])[ \t]")
ADDRESS_END = r"[^\s<>\"')\]}]*"
NO_PROSE = re.compile(
    rf"(?P<code>`{{1,8}})(?!`)[^\n]+?(?<!`)(?P=code)(?!`)|<[A-Za-z/!][^<>]*>|\]\([^()\n]*\)"
    rf"|\]\[[^\[\]\n]*\]|\b(?:https?://|www\.){ADDRESS_END}"
    r"|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]*|^ {0,3}\[[^\[\]\n]+\]:.*$|&[#\w]{2,10};"
    r"|(?<![\w/&@#])[@#][\w.]*\w"
    r"|\bfile\s*:[^,}\n]*|\b(?:uri|role|alt|caption|creator|name)\s*:",
    re.MULTILINE,
)
BARE_ADDRESS = re.compile(
    rf"(?<![\w.-])(?:[\w-]{{1,63}}\.){{1,6}}(?:[a-z]{{2,9}}/{ADDRESS_END}"
    r"|(?:id|com|org|net|pdf|docx?|xlsx?|pptx?|jpe?g|png|webp|zip|apk|csv)(?!\w))"
)
DOT_WITHIN = re.compile(r"\w\.\w")  # without one, a text has no bare address
COMMENT_OPENS, COMMENT_CLOSES = "<!--", "-->"


def masked(text: str, body: int) -> str:
    """Return the text with spaces in the place of what is no prose; ``body`` is where that begins.

    Line ends stay, and every word keeps its offset.
    """
    front = "".join(map(_front_line, text[:body].splitlines(keepends=True)))
    prose = NO_PROSE.sub(_blank, front + _without_code(_without_comments(text[body:])))
    return BARE_ADDRESS.sub(_blank, prose) if DOT_WITHIN.search(prose) else prose


def _front_line(line: str) -> str:
    if MACHINE_LINE.match(line) or line.lstrip().startswith("#") or line.startswith("---"):
        return _spaces(line)
    key, colon, value = line.partition(":")
    is_key = colon and key.strip(" -").isidentifier()
    return f"{' ' * (len(key) + 1)}{value}" if is_key else line


def _without_comments(body: str) -> str:
    pieces, at = [], 0
    while (start := body.find(COMMENT_OPENS, at)) >= 0:
        end = body.find(COMMENT_CLOSES, start)
        end = len(body) if end < 0 else end + len(COMMENT_CLOSES)
        pieces += [body[at:start], _spaces(body[start:end])]
        at = end
    return "".join((*pieces, body[at:])) if pieces else body


def _without_code(body: str) -> str:
    if not any(mark in body for mark in ("```", "~~~", "\n    ", "\n\t")):
        return body
    lines = body.splitlines(keepends=True)
    return "".join(map(_code_blanked, lines, _are_code(lines)))


def _code_blanked(line: str, is_code: bool) -> str:
    return _spaces(line) if is_code else line


def _are_code(lines: Iterable[str]) -> Iterator[bool]:
    """Yield whether each line is of fenced or indented code (CommonMark 4.4, 4.5)."""
    fence, is_list, after_code = "", False, True
    for line in lines:
        found = FENCE.match(line)
        if fence:
            yield True
            if found and found[1].startswith(fence) and not found[2].strip():
                fence = ""
        elif found and not (found[1][0] == "`" and "`" in found[2]):
            fence = found[1]
            yield True
        else:
            is_list = bool(LIST_ITEM.match(line)) or (is_list and _is_within(line))
            is_code = after_code and not is_list and INDENTED.match(line) is not None
            after_code = is_code or not line.strip()
            yield is_code


def _is_within(line: str) -> bool:
    """Return True for a line that may continue a list."""
    return not line.strip() or line[0] in " \t"


def _blank(found: re.Match[str]) -> str:
    return _spaces(found[0])


def _spaces(text: str) -> str:
    return (
        "\n".join(" " * len(line) for line in text.split("\n")) if "\n" in text else " " * len(text)
    )
