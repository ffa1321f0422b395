"""Text that YAML drops from a front matter without an error, or makes into other signs."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from syndicate.text import excerpt, squeeze

STRUCTURE_SIGNS = "[]{},:?- \t\n"
STRUCTURE = re.compile(r"[\[\]{},:?\s-]*")
NODE_PROPERTY = re.compile(r"\s*[!&]\S*\s*")
BLOCK_HEADER = re.compile(r"[|>][0-9+-]*")
VALUE = re.compile(r"(?P<depth> *)(?P<key>(?:- +)?[^\s#:]+:\s+|- +)?(?P<text>[^\s|>#].*)")
ENTRY = re.compile(r"[ ]*(?P<head>- +(?:[\w.-]+ *: +)?|(?P<key>[\w.-]+) *: +)(?P<value>[^ ].*)")
# numbers, dates and names: a comment behind one takes no text away
OF_NO_TEXT = {
    "urgency",
    "date",
    "embargoedUntil",
    "expires",
    "replyDue",
    "language",
    "profile",
    "role",
}
ADDRESS_KEYS = {"url", "uri", "file"}  # a # without a space after it may be meant as a part of one
QUOTE_IT = "put the whole value in quotes"
# in double quotes: a pair of backslashes, or a backslash and what it takes with it
ESCAPE = re.compile(r"\\(?P<sign>.)", re.DOTALL)
MEANT_ESCAPES = {"\\", '"', "/", " ", "\n", "x", "u", "U", "N", "n"}
SINGLE_QUOTES_ADVICE = "for a backslash put the text in single quotes: '…'"


def away(front: str, node: yaml.Node) -> Iterator[tuple[int, str]]:
    """Yield where text is lost: `` #`` begins a comment, ``&`` a name, and so on; what to do.

    Whatever stands between keys and values, and neither gives them their structure nor is a
    comment on a line of its own, was meant to be read.
    """
    done = 0
    for start, end in (*_spans(front, node), (len(front), len(front))):
        at = done
        for part in front[done:start].splitlines(keepends=True):
            bare = part.lstrip(STRUCTURE_SIGNS)
            here = at + len(part) - len(bare)
            if not STRUCTURE.fullmatch(part) and not _is_comment(front, here, bare):
                lost = f"'{_from(front, at)}' is not text in YAML and would be lost"
                yield at, f"{lost} ({_quoted(front, at)})"
            at += len(part)
        done = max(done, end)
    for scalar in _scalars(node):
        yield from _escapes(front, scalar)


def _escapes(front: str, node: yaml.ScalarNode) -> Iterator[tuple[int, str]]:
    """Backslashes in double quotes that are no text: ``\\t`` is a tab, ``C:\\new`` two lines."""
    if node.style != '"':
        return
    typed = front[node.start_mark.index : node.end_mark.index]
    for found in ESCAPE.finditer(typed):
        is_path = found["sign"] in "nN" and _is_path(typed, found.start())
        if found["sign"] not in MEANT_ESCAPES or is_path:
            yield node.start_mark.index + found.start(), escaped(typed, found.start())


def escaped(front: str, at: int) -> str:
    """Explain what is wrong with the backslash at this place."""
    sign = front[at : at + 2].strip()
    word = re.search(r"[^\s\"']*$", front[:at])
    rest = re.match(r"[^\s\"']*", front[at:])
    quoted = excerpt((word[0] if word else "") + (rest[0] if rest else ""), 40)
    return (
        f"{sign} in {quoted} means another character in YAML's double quotes"
        f" ({SINGLE_QUOTES_ADVICE})"
    )


def _is_path(typed: str, at: int) -> bool:
    """Return True for a new line within a path: ``C:\\new``."""
    return typed[at - 1] == ":" or "\\\\" in typed[:at]


def _spans(front: str, node: yaml.Node) -> Iterator[tuple[int, int]]:
    """Yield keys and values in order; a block's text begins on the line after its sign."""
    for scalar in _scalars(node):
        start, end = scalar.start_mark.index, scalar.end_mark.index
        while found := NODE_PROPERTY.match(front, start):  # a tag or an anchor is no text
            start = found.end()
        if scalar.style in ("|", ">") and (header := BLOCK_HEADER.match(front, start)):
            yield start, header.end()
            below = front.find("\n", header.end())
            start = below if below >= 0 else len(front)
        yield min(start, end), end


def _is_comment(front: str, at: int, bare: str) -> bool:
    """Return True for a comment that goes on with no text before it."""
    if not bare.startswith("#"):
        return False
    begins = front.rfind("\n", 0, at) + 1
    if before := front[begins:at].strip():
        return _takes_none(before, bare) or (before[-1] == ":" and _is_opened(front[begins:]))
    above = [line for line in front[:begins].split("\n") if line.strip() and line.strip()[0] != "#"]
    ends = front.find("\n", at)
    return not _continues(front[begins : ends if ends >= 0 else len(front)], (above or [""])[-1])


def _takes_none(before: str, comment: str) -> bool:
    """Return True for a comment behind a value that can be no more of the value's text."""
    entry = ENTRY.fullmatch(before)
    if entry is None:
        return False
    if entry["value"][0] in "[{":
        return comment.startswith("# ") and entry["value"][-1] in "]}"
    key = entry["key"] or entry["head"].strip(" -:")
    return key in OF_NO_TEXT or (key in ADDRESS_KEYS and comment.startswith("# "))


def _is_opened(rest: str) -> bool:
    """Return True for a key, followed by a comment, whose value is on the lines below it."""
    first, *below = (line for line in rest.split("\n") if line.strip())
    depth = len(first) - len(first.lstrip(" "))
    deeper = len(below[0]) - len(below[0].lstrip(" ")) if below else 0
    return bool(below) and (deeper > depth or below[0].lstrip().startswith("- "))


def _quoted(front: str, at: int) -> str:
    """Return what to write in the line's place, where that is one value."""
    begins = front.rfind("\n", 0, at) + 1
    ends = front.find("\n", at)
    line = front[begins : ends if ends >= 0 else len(front)].rstrip()
    entry = ENTRY.fullmatch(line)
    if entry is None or entry["value"][0] in "[{|>":
        return QUOTE_IT
    return f"{QUOTE_IT}: {entry['head']}{in_quotes(entry['value'])}"


def in_quotes(text: str) -> str:
    """A value that YAML takes as it stands."""
    if '"' in text or "\\" in text:
        return "'{}'".format(text.replace("'", "''"))
    return f'"{text}"'


def _from(front: str, at: int) -> str:
    """Quote what is lost, as a person sees it: from its first sign to the end of the line."""
    ends = front.find("\n", at)
    line = front[at : ends if ends >= 0 else len(front)]
    return excerpt(squeeze(line.lstrip(STRUCTURE_SIGNS)), 40)


def _continues(line: str, above: str) -> bool:
    """Return True for a line with # that may be meant as more of the plain text above it."""
    found = VALUE.fullmatch(above.rstrip())
    if found is None or found["text"][-1:] in "\"']}:":
        return False
    depth = len(line) - len(line.lstrip(" "))
    return depth > len(found["depth"]) or (not found["key"] and depth == len(found["depth"]))


def _scalars(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    """Every key and value."""
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item)
    else:
        for key, value in node.value:
            yield from _scalars(key)
            yield from _scalars(value)
