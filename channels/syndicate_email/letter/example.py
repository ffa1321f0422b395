"""A rendition as an example reader gets it, for previews and checks."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import unescape

from syndicate import Recipient, Rendition, Shown
from syndicate.channel import SCHEME_ADDRESS
from syndicate_email.letter.stencil import fill_stencil

READER = Recipient(id="example", email="reader@example.org", token="TOKEN")  # noqa: S106


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleParts:
    """A letter's subject, and both of its parts."""

    subject: str
    text: str
    html: str


def example(rendition: Rendition) -> bytes:
    """Return the letter, filled in for an example reader."""
    return fill_stencil(rendition.content, READER, "0" * 32)


def example_text(rendition: Rendition) -> str:
    """Return the subject and the text part."""
    letter = _message(rendition)
    return f"{letter['Subject']}\n\n{_part(letter, 'plain')}"


def example_parts(rendition: Rendition) -> ExampleParts:
    """Return what a reader sees of the letter."""
    letter = _message(rendition)
    return ExampleParts(
        subject=str(letter["Subject"]), text=_part(letter, "plain"), html=_part(letter, "html")
    )


def example_shown(rendition: Rendition) -> Shown:
    """Return the text, and the addresses that the HTML part shows."""
    html = unescape(_part(_message(rendition), "html"))
    return Shown(example_text(rendition), frozenset(SCHEME_ADDRESS.findall(html)))


def _message(rendition: Rendition) -> EmailMessage:
    letter = message_from_bytes(example(rendition), policy=default)
    assert isinstance(letter, EmailMessage)
    return letter


def _part(letter: EmailMessage, subtype: str) -> str:
    body = letter.get_body((subtype,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")
