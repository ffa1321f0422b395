"""A message that came in, read without stumbling over what is wrong with it."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser, HeaderParser
from email.policy import default

from syndicate.text import APART, BLOCKS, plain, squeeze

LONE = re.compile(r"[\ud800-\udc7f\udd00-\udfff]")  # surrogates that stand for no byte
UNSEEN = {"title", "style", "script"}
QUOTES = {"blockquote"}
LONGEST = 2000  # characters of a header that are decoded: the parser takes quadratic time
MOST_TEXT = 20_000  # characters of a text that are looked at
MOST_BLOCKS = 100  # of fields, in a report


def parsed(content: bytes) -> Message:
    """The message as it stands: no header is looked into yet."""
    try:
        return BytesParser().parsebytes(content)
    except Exception:  # RecursionError for parts in parts, and whatever garbage makes of it
        return BytesHeaderParser().parsebytes(content)


def parts(message: Message) -> Iterator[Message]:
    """What it is made of; not what messages in it are made of."""
    waiting = deque([message])
    while waiting:
        part = waiting.popleft()
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting.extendleft(reversed(_within(part)))
        else:
            yield part


def _within(part: Message) -> list[Message]:
    return [one for one in part.get_payload() if isinstance(one, Message)]


def header(message: Message, name: str) -> str:
    """All that is said under this name, in one line."""
    return " ".join(headers(message, name))


def headers(message: Message, *names: str) -> list[str]:
    """What is said under these names (lower case), decoded, a line each."""
    return [_decoded(value) for name, value in message.raw_items() if name.lower() in names]


def raw(value: str) -> str:
    """As it was written, in UTF-8 perhaps (RFC 6532); what is no text becomes U+FFFD."""
    return LONE.sub("\ufffd", value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _decoded(value: str) -> str:
    value = squeeze(raw(value))
    if "=?" not in value:
        return value
    try:
        return squeeze(raw(str(default.header_factory("subject", value[:LONGEST]))))
    except Exception:  # it stumbles over garbage in many ways
        return value


def blocks(part: Message, most: int = MOST_BLOCKS) -> list[Message]:
    """The groups of fields that a part holds, whether or not the parser saw messages in it."""
    if part.is_multipart():
        said = _without_encoding(part, "\n\n".join(map(_whole, _within(part))))
    else:
        said = _content(part)
    found = re.split(r"\n\s*\n", said.strip(), maxsplit=most)[:most]
    return [HeaderParser().parsestr(one) for one in found]


def _without_encoding(part: Message, said: str) -> str:
    """No message in a message may be encoded, but for RFC 6533; the parser looks for none."""
    encoding = header(part, "content-transfer-encoding")
    if encoding.lower() not in ("base64", "quoted-printable"):
        return said
    unseen = Message()
    unseen["Content-Transfer-Encoding"] = encoding
    unseen.set_payload(said.encode("ascii", "replace").decode())
    return _content(unseen)


def _whole(message: Message) -> str:
    fields = "".join(f"{name}: {value}\n" for name, value in message.raw_items())
    return f"{fields}\n{'' if message.is_multipart() else _content(message)}"


def text(message: Message, *, quoted: bool = True) -> str:
    """What it says to people, from its start; HTML only where there is no plain text.

    ``quoted``: with what HTML marks as others' words.
    """
    found: dict[bool, Message] = {}
    for part in parts(message):
        kind = part.get_content_maintype()  # a multipart here is one without its parts
        if kind in ("text", "multipart") and part.get_content_disposition() != "attachment":
            found.setdefault(part.get_content_type() == "text/html", part)
    if not found:
        return ""
    is_html = min(found)
    said = _content(found[is_html])[:MOST_TEXT]
    return _words(said, UNSEEN if quoted else UNSEEN | QUOTES) if is_html else said


def _words(html: str, unseen: set[str]) -> str:
    """What a mail program shows of HTML that anybody may have written."""
    import nh3

    tags = (BLOCKS | APART) - unseen
    return plain(nh3.clean(html, tags=tags, clean_content_tags=unseen, attributes={}))


def _content(part: Message) -> str:
    """A part's text, out of its transfer encoding and its charset, as far as they can be told."""
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    try:
        return raw(content.decode(part.get_content_charset() or "utf-8", "replace"))
    except (LookupError, ValueError):  # there is no such charset
        return content.decode("utf-8", "replace")
