"""Parse the headers and parts of any message at a bounded cost.

The standard library's parser has no limits: a hundred thousand parameters, nested parts or lines
cost it seconds, some of them minutes. Here the limits come first.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from email.message import Message
from itertools import islice

log = logging.getLogger(__name__)

MOST_HEAD_BYTES = 256 * 1024  # bytes of a head
MOST_HEAD_FIELDS = 500  # of a head
MOST_STRUCTURAL = 1_000  # bytes of a field that says what a part is
MOST_BODY = 256 * 1024  # bytes of a part: 20,000 characters in any charset and encoding
MOST_PARTS = 100
MOST_PART_DEPTH = 12  # of parts in parts
# lines of a head, and what begins with a blank in it (RFC 5322 2.2)
HEAD = re.compile(rb"(?:(?:[!-9;-~]*:|From |[ \t])[^\n]*(?:\n|\Z))*+")
FIELD = re.compile(rb"^([!-9;-~]++):([^\n]*+(?:\n[ \t][^\n]*+)*+)", re.MULTILINE)
STRUCTURAL = re.compile(r"content-(?:type|disposition|transfer-encoding)", re.IGNORECASE)


def parse_message(content: bytes) -> Message:
    """Parse a message whose lines end in LF; header values are not decoded.

    An attached message is a part without parts. What exceeds the limits is cut off.
    """
    return _part(content, iter(range(MOST_PARTS)), MOST_PART_DEPTH)


def fields_of(content: bytes, most: int = MOST_HEAD_FIELDS) -> Message:
    """Parse only the header fields at the start of a text."""
    return _head(content, HEAD.match(content), most)


def _part(content: bytes, left: Iterator[int], depth: int) -> Message:
    lines = HEAD.match(content)
    part = _head(content, lines, MOST_HEAD_FIELDS)
    body = content[lines.end() :].removeprefix(b"\n") if lines else content
    if part.get_content_maintype() == "multipart" and depth and (boundary := _boundary(part)):
        preamble, pieces = _pieces(body, boundary)
        default = "message/rfc822" if part.get_content_subtype() == "digest" else "text/plain"
        inner = [_part(piece, left, depth - 1) for piece, _ in zip(pieces, left, strict=False)]
        for child in inner:
            child.set_default_type(default)
            part.attach(child)
        body = preamble
    if not part.is_multipart():
        part.set_payload(body[:MOST_BODY].decode("latin-1"))  # bytes, for the reader to decode
    return part


def _head(content: bytes, lines: re.Match[bytes] | None, most: int) -> Message:
    message = Message()
    end = min(lines.end() if lines else 0, MOST_HEAD_BYTES)
    for field in islice(FIELD.finditer(content, 0, end), most):
        name = field[1].decode("ascii")
        value = field[2].decode("ascii", "surrogateescape").lstrip(" \t").rstrip("\n")
        if STRUCTURAL.fullmatch(name):
            value = value[:MOST_STRUCTURAL]
        message.set_raw(name, value)
    return message


def _boundary(part: Message) -> str:
    try:
        boundary = part.get_boundary() or ""
    except Exception:  # what RFC 2231 makes of garbage
        log.debug("a part's boundary cannot be read", exc_info=True)
        return ""
    return boundary if boundary.isascii() else ""


def _pieces(body: bytes, boundary: str) -> tuple[bytes, Iterator[bytes]]:
    """Return the text before the first delimiter, and the pieces between them (RFC 2046 5.1.1)."""
    text = b"\n" + body
    between = re.escape(boundary.encode())
    lines = re.compile(rb"\n--" + between + rb"(--)?[ \t]*+(?![^\n])").finditer(text)
    first = next(lines, None)
    return text[1 : first.start() if first else None], _between(text, first, lines)


def _between(
    text: bytes, last: re.Match[bytes] | None, lines: Iterator[re.Match[bytes]]
) -> Iterator[bytes]:
    for line in islice(lines, 2 * MOST_PARTS):
        if last is None or last[1]:
            return
        if line.start() > last.end():
            yield text[last.end() + 1 : line.start()]
        last = line
    if last is not None and not last[1]:
        yield text[last.end() + 1 :]
