"""Emphasis as writers mean it: CommonMark's rules for its signs are not a writer's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from markdown_it.token import Token

PARAGRAPH = re.compile(r"[^\n]+(?:\n[^\n]+)*")
DOUBLE_STARS = re.compile(r"(?<![*\\])\*\*(?!\*)")
BLOCK_SIGN = re.compile(r"^[ >]*(?:[-+*]|\d{1,9}[.)])\s|^[ >]*#{1,6}\s|^[ >]*\|", re.MULTILINE)
TIMES = re.compile(r"(?<=\d)\*(?=\d)")
TWO_LETTERS = re.compile(r"[^\W\d_]{2}")
BOLD = re.compile(r"\*\*(?=[^\W\d_])|(?<=[^\W\d_])\*\*|(?<=[:;,.!?])\*\*")
EMPHASIS_SIGN = re.compile(r"[*_~](?:[*_~]|(?<= .)(?!\w)|(?<!\w.)(?= ))")
SIGNS_LEFT = re.compile(
    r"(?<![\w_])__(?=[^\W\d_])|(?<=[^\W\d_])__(?![\w_])|(?<!~)~~(?=[^\W_])|(?<=[^\W_])~~(?!~)"
    r"|(?<![\w*])\*(?= [^\W\d_][^*]*[^\W\d_]\*(?![\w*]))"
)
IN_A_WORD = re.compile(r"[^_]*[^\W\d_](?P<sign>_)[^\W\d_][^_]* _(?!\w)[^_]*")  # kata_miring _
# **Syarat:**KTP, _Syarat:_KTP, H~2~O, m^2^, ==penting==
STYLED = re.compile(
    r"(?<![\w*])(?P<both>\*\*\*|___)(?=[^\s*_])(?P<of_both>[^*_\n]*?[^\w\s*])(?P=both)(?=\w)"
    r"|(?P<strong>\*\*|__)(?=\S)(?P<of_strong>.+?)(?<=\S)(?P=strong)"
    r"|(?<![\w*])(?P<em>[*_])(?=[^\s*_])(?P<of_em>[^*\n]*?[^\w\s*])(?P=em)(?=\w)"
    r"|(?<=[A-Za-z)])~(?P<sub>\d{1,3})~"
    r"|(?<=\w)\^(?P<sup>\d{1,3})\^(?!\w)"
    r"|(?<![=\w])==(?=[^\s=])(?P<mark>[^=\n]+?)(?<=\S)==(?![=\w])",
    re.DOTALL,
)


# both begin with a sign: a text without any is read through at once
SPACED_SIGNS = re.compile(r"[*_~](?:(?<=[ \t].)[*~]{0,2}(?![\w*~])|[~_](?=[ \t]))")
NO_MATCH = re.compile(r"(?P<gap>)(?P<inner>)(?!)")


def _loose(sign: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A pair with a space behind its first sign, which must be a double one; before its last."""
    both, single = re.escape(sign), re.escape(sign[0])
    inner = rf"(?P<inner>[^\W\d_][^{single}\n]*[^\s{single}])"
    opening, closing = rf"(?<![\w\\{single}]){both}", rf"{both}(?![\w{single}])"
    behind = re.compile(rf"{opening}(?P<gap>[ \t]+){inner}{closing}")
    before = re.compile(rf"{opening}{inner}(?P<gap>[ \t]+){closing}")
    return behind if len(sign) > 1 else NO_MATCH, before


SPACED_PAIR = {sign: _loose(sign) for sign in ("***", "___", "~~", "__", "*", "_")}


def closed_up(markdown: str) -> str:
    """Return the text with spaces inside of ``** … **`` put outside, where a pair has words.

    A star between two digits multiplies them.
    """
    if "*" in markdown:
        markdown = TIMES.sub(r"\*", markdown)
    if "**" in markdown:
        markdown = PARAGRAPH.sub(_paragraph, markdown)
    if SPACED_SIGNS.search(markdown):
        markdown = "\n".join(map(_line, markdown.split("\n")))
    return markdown


def _line(line: str) -> str:
    """``*miring *`` and ``~~ coret~~``, where these are the only such signs of their line."""
    for sign, (behind, before) in SPACED_PAIR.items():
        if len(re.findall(rf"{re.escape(sign)}(?!{re.escape(sign[0])})", line)) == 2:
            line = before.sub(rf"{sign}\g<inner>{sign}\g<gap>", line)
            line = behind.sub(rf"\g<gap>{sign}\g<inner>{sign}", line)
    return line


def _paragraph(found: re.Match[str]) -> str:
    text = found[0]
    if DOUBLE_STARS.search(text) is None or not re.search(r"\*\*[ \t]|[ \t]\*\*", text):
        return text
    starts = [0, *(item.start() for item in BLOCK_SIGN.finditer(text) if item.start()), len(text)]
    return "".join(_closed_up(text[a:b]) for a, b in pairwise(starts))


def _closed_up(text: str) -> str:
    signs = list(DOUBLE_STARS.finditer(text))
    if len(signs) % 2:
        return text
    pieces, at = [], 0
    for opening, closing in zip(signs[::2], signs[1::2], strict=True):
        inner = text[opening.end() : closing.start()]
        before, after = text[: opening.start()][-1:], text[closing.end() :][:1]
        is_closing = inner[:1].isspace() and before and not before.isspace()
        is_opening = inner[-1:].isspace() and after.isalnum() and inner[:1].isspace()
        if is_closing or is_opening:
            return text  # they are not paired like that
        pieces.append(text[at : opening.start()])
        meant = _outside(inner) if TWO_LETTERS.search(inner) else f"**{inner}**"
        pieces.append(meant.lstrip(" \t") if before.isspace() else meant)
        at = closing.end()
    return "".join((*pieces, text[at:]))


def _outside(inner: str) -> str:
    bare = inner.strip(" \t")
    lead = inner[: len(inner) - len(inner.lstrip(" \t"))]
    return f"{lead}**{bare}**{inner[len(lead) + len(bare) :]}"


def styled(children: Iterable[Token]) -> Iterator[Token]:
    """The tokens of a line, with what CommonMark leaves of signs that plainly are emphasis."""
    for child in children:
        at = 0
        for found in STYLED.finditer(child.content) if child.type == "text" else ():
            if not _is_meant(found):
                continue
            yield text_token(child, child.content[at : found.start()])
            yield from _style(child, found)
            at = found.end()
        yield text_token(child, child.content[at:]) if at else child


def is_odd(text: str) -> bool:
    """Return True for a text that may have signs of emphasis that are none."""
    return EMPHASIS_SIGN.search(text) is not None


def left_sign(line: str) -> tuple[int, str]:
    """Return the sign that readers would see in a line without its emphasis, and where it is."""
    if found := BOLD.search(line) or _odd(line):
        return found.start(), "**"
    if found := SIGNS_LEFT.search(line):
        return found.start(), found[0]
    found = IN_A_WORD.fullmatch(line)
    return (found.start("sign"), "_") if found else (0, "")


def _odd(line: str) -> re.Match[str] | None:
    found = list(re.finditer(r"\*\*", line))
    return found[-1] if len(found) % 2 else None


def uneven(children: Sequence[Token]) -> Iterator[int]:
    """Yield the lines, from 0, where stars of one pair are more on one side: ``**kata*``."""
    line = 0
    for token, next_ in pairwise(children):
        line += token.content.count("\n") + (token.type in ("softbreak", "hardbreak"))
        opens = next_.type == "em_open" and token.type == "text" and token.content[-1:] == "*"
        closes = token.type == "em_close" and next_.type == "text" and next_.content[:1] == "*"
        if opens or closes:
            yield line


def _is_meant(found: re.Match[str]) -> bool:
    """Return True for signs around words, unless underscores are part of a name."""
    words, sign = found["of_strong"], found["strong"]
    if words is None:
        inner = found["of_both"] or found["of_em"]
        return inner is None or TWO_LETTERS.search(inner) is not None
    before = found.string[: found.start()][-1:]
    if sign == "__" and (before.isalnum() or before == "_" or words[-1].isalnum()):
        return False
    return re.search(r"\w", words.replace("_", "")) is not None


def _style(like: Token, found: re.Match[str]) -> Iterator[Token]:
    kind = found.lastgroup or ""
    words = found[kind]
    tags = {"of_strong": ["strong"], "of_both": ["em", "strong"], "of_em": ["em"]}.get(kind, [kind])
    for tag in tags:
        yield Token(f"{tag}_open", tag, 1)
    yield text_token(like, words)
    for tag in reversed(tags):
        yield Token(f"{tag}_close", tag, -1)


def text_token(like: Token, content: str) -> Token:
    """A token of these words, in the place of another one."""
    return Token("text", "", 0, content=content, level=like.level)
