"""A rendition as an example reader gets it, for previews and checks."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import default
from html import unescape

from syndicate import Recipient, Rendition, Shown
from syndicate.channel import SCHEME_ADDRESS
from syndicate_email.letter.stencil import fill_stencil

READER = Recipient(id="example", email="reader@example.org", token="TOKEN")  # noqa: S106


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleParts:
    """A letter's subject, and its parts; "" for one that it does not have."""

    subject: str
    text: str
    html: str


def example(rendition: Rendition) -> bytes:
    """Return the letter, filled in for an example reader."""
    return fill_stencil(rendition.content, READER, "0" * 32)


def example_text(rendition: Rendition) -> str:
    """Return the subject and the text part."""
    return _text(example_parts(rendition))


def example_shown(rendition: Rendition) -> Shown:
    """Return the text, and the addresses that the HTML part shows."""
    parts = example_parts(rendition)
    return Shown(_text(parts), frozenset(SCHEME_ADDRESS.findall(unescape(parts.html))))


def example_parts(rendition: Rendition) -> ExampleParts:
    """Return what a reader sees of the letter."""
    letter = message_from_bytes(example(rendition))
    # the headers of parts as they are: parsing each of them takes longer than composing a letter
    subject = next(value for name, value in letter.raw_items() if name.lower() == "subject")
    return ExampleParts(
        subject=str(default.header_fetch_parse("Subject", subject)),
        text=_part(letter, "text/plain"),
        html=_part(letter, "text/html"),
    )


def _text(parts: ExampleParts) -> str:
    return f"{parts.subject}\n\n{parts.text}"


def _part(letter: Message, content_type: str) -> str:
    found = (part for part in letter.walk() if part.get_content_type() == content_type)
    if (body := next(found, None)) is None:  # a letter to one person may be text alone
        return ""
    content = body.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode(body.get_content_charset("utf-8"), "replace").replace("\r\n", "\n")
