"""Read parts, headers and text of a received message, however malformed."""

from __future__ import annotations

import logging
import re
from binascii import Error, a2b_qp, a2b_uu
from collections import deque
from collections.abc import Iterator
from email.message import Message
from itertools import islice

from syndicate.text import BLOCK_TAGS, WORD_SEPARATING_TAGS, plain, squeeze
from syndicate_email.inbox.charsets import decode_charset, decode_words, out_of_base64, raw
from syndicate_email.inbox.structure import fields_of

log = logging.getLogger(__name__)

UNSEEN_TAGS = {"title", "style", "script"}
QUOTE_TAGS = {"blockquote"}
HEADER_CHARACTERS = 2_000  # characters of a header that are looked at
MOST_VALUES = 20  # headers of the same name that are looked at
MOST_TEXT = 20_000  # characters of a text that are looked at
LONGEST_SIGN = 4  # bytes of a character, in any charset
MOST_TAGS = 2_000  # of HTML
MOST_BLOCKS = 100  # of fields, in a report
MOST_REPORT = 65_536  # bytes of a report
MOST_BLOCK_FIELDS = 100
MOST_UU = 500  # lines of uuencoded text


def leaf_parts(message: Message) -> Iterator[Message]:
    """Yield the leaf parts, but not those of attached messages."""
    waiting = deque([message])
    while waiting:
        part = waiting.popleft()
        if part.is_multipart():
            waiting.extendleft(reversed(_within(part)))
        else:
            yield part


def _within(part: Message) -> list[Message]:
    return [inner for inner in part.get_payload() if isinstance(inner, Message)]


def header(message: Message, name: str) -> str:
    """Return all values of a header in one line."""
    return " ".join(headers(message, name))[:HEADER_CHARACTERS]


def headers(message: Message, *names: str) -> list[str]:
    """Return the decoded values of these headers (names in lower case), a line each."""
    values = (value for name, value in message.raw_items() if name.lower() in names)
    return [
        decode_words(squeeze(raw(value))[:HEADER_CHARACTERS])
        for value in islice(values, MOST_VALUES)
    ]


def blocks(part: Message, most: int = MOST_BLOCKS) -> list[Message]:
    """Return the groups of fields in a part: ASCII, or UTF-8 (RFC 6533)."""
    content = decode_charset(_out_of_transfer(part)[:MOST_REPORT], "utf-8")
    groups = re.split(r"\n\s*\n", content.strip(), maxsplit=most)[:most]
    written = (group.encode("utf-8", "surrogateescape") for group in groups)
    return [fields_of(group, MOST_BLOCK_FIELDS) for group in written]


def readable_text(message: Message, *, quoted: bool = True) -> str:
    """Return the start of the text; from HTML only where there is no plain text.

    ``quoted``: with what HTML marks as a quotation.
    """
    found: dict[bool, Message] = {}
    for part in leaf_parts(message):
        kind = part.get_content_maintype()  # a multipart here is one without its parts
        if kind in ("text", "multipart") and part.get_content_disposition() != "attachment":
            found.setdefault(part.get_content_type() == "text/html", part)
    if not found:
        return ""
    is_html = min(found)
    content = _content(found[is_html])
    return (
        _shown(content, UNSEEN_TAGS if quoted else UNSEEN_TAGS | QUOTE_TAGS) if is_html else content
    )


def _shown(html: str, unseen: set[str]) -> str:
    """Return what a mail program shows of untrusted HTML."""
    import nh3

    tags = (BLOCK_TAGS | WORD_SEPARATING_TAGS) - unseen
    html = "<".join(html.split("<", MOST_TAGS + 1)[: MOST_TAGS + 1])  # one in another, quadratic
    return plain(nh3.clean(html, tags=tags, clean_content_tags=unseen, attributes={}))


def _content(part: Message) -> str:
    """Return the start of a part's text, decoded as far as its encoding is known.

    It is cut before it is decoded: bytes that are invalid in a charset cost much more than others.
    """
    try:
        charset = part.get_content_charset() or ""
    except Exception:  # what RFC 2231 makes of garbage
        log.debug("a part's charset cannot be read", exc_info=True)
        charset = ""
    content = _out_of_transfer(part)[: MOST_TEXT * LONGEST_SIGN]
    return decode_charset(content, charset)[:MOST_TEXT]


def _out_of_transfer(part: Message) -> bytes:
    """Return the bytes of a part (RFC 2045 6); as they are where the encoding is wrong."""
    payload = part.get_payload()
    assert isinstance(payload, str)
    content = payload.encode("latin-1")
    match str(part.get("content-transfer-encoding", "")).strip().lower():
        case "base64":
            return out_of_base64(content)
        case "quoted-printable":
            return a2b_qp(content)
        case "x-uuencode" | "uuencode" | "uue" | "x-uue":
            return _out_of_uu(content)
    return content


def _out_of_uu(content: bytes) -> bytes:
    lines = content.split(b"\n", MOST_UU)[:MOST_UU]
    begin = next((at for at, line in enumerate(lines) if line.startswith(b"begin ")), None)
    decoded_lines = []
    try:
        for line in lines[begin + 1 :] if begin is not None else ():
            if line.strip() == b"end":
                break
            decoded_lines.append(a2b_uu(line))
    except Error:
        return content
    return b"".join(decoded_lines) if begin is not None else content
