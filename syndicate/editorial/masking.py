"""Mask what is no prose in an article's file: addresses, code, tags; offsets stay what they are."""

from __future__ import annotations

import re

# keys of the front matter whose values are no words of the article
MACHINE_LINE = re.compile(
    r"(?:uri|url|date|expires|embargoedUntil|channels|profile|language|urgency|checks|repliesTo"
    r"|remind|edNote)\s*:"
)
FENCE = re.compile(r" {0,3}(?:```|~~~)")
NO_PROSE = re.compile(
    r"`[^`\n]+`|<[A-Za-z/!][^<>]*>|\]\([^()\n]*\)|\b(?:https?://|www\.)[^\s<>\"')\]}]*"
    r"|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]*|^ {0,3}\[[^\[\]\n]+\]:.*$|&[#\w]{2,10};"
    r"|\bfile\s*:[^,}\n]*|\b(?:uri|role|alt|caption|creator|name)\s*:",
    re.MULTILINE,
)
COMMENT_OPENS, COMMENT_CLOSES = "<!--", "-->"


def masked(text: str, body: int) -> str:
    """Return the text with spaces in the place of what is no prose; ``body`` is where that begins.

    Line ends stay, and every word keeps its offset.
    """
    front = "".join(map(_front_line, text[:body].splitlines(keepends=True)))
    return NO_PROSE.sub(_blank, front + _without_code(_without_comments(text[body:])))


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
    if "```" not in body and "~~~" not in body:
        return body
    lines, is_code = [], False
    for line in body.splitlines(keepends=True):
        is_fence = FENCE.match(line) is not None
        lines.append(_spaces(line) if is_code or is_fence else line)
        is_code = is_code != is_fence
    return "".join(lines)


def _blank(found: re.Match[str]) -> str:
    return _spaces(found[0])


def _spaces(text: str) -> str:
    return (
        "\n".join(" " * len(line) for line in text.split("\n")) if "\n" in text else " " * len(text)
    )
