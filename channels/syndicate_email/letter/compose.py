"""Compose an edition's letter, once for all its recipients: pure, the same bytes every time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256

from syndicate import ConfigError, Edition
from syndicate.text import slug
from syndicate_email.addresses import parse_sender
from syndicate_email.letter.contents import Contents, Wording, letter_contents
from syndicate_email.letter.design import HTML, TEXT, Design
from syndicate_email.letter.entries import clean_line
from syndicate_email.letter.headers import encode_words, phrase
from syndicate_email.letter.stencil import (
    MOST_COLUMNS,
    Stencil,
    leave_links,
    own_link,
    split_at_slots,
)

MOST_ENTRIES = 35  # in full; of the others only the headlines
MOST_HTML = 100_000  # bytes; Gmail hides what is beyond some 102,000
MIME_POLICY = SMTP.clone(max_line_length=MOST_COLUMNS)  # its own 78 breaks quoted-printable's rule


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSettings:
    """The settings of the list that a letter is written for."""

    name: str
    sender: str
    wording: Wording
    unsubscribe: str = ""
    mailbox: str = ""
    change: str = ""
    follows: bool = False  # its mailbox is read, so that readers can follow an article
    design: Design = field(default_factory=Design)


def compose_letter(edition: Edition, to: ListSettings) -> Stencil:
    """Return the letter, with slots for what differs between recipients.

    ConfigError where the office's template is wrong.
    """
    mark = "slot" + sha256(repr(edition).encode(errors="replace")).hexdigest()[:32]
    composed = letter_contents(edition, to.wording, brief=not is_in_full(edition, to))
    text, html = _parts(composed, to, mark)
    domain = parse_sender(to.sender)[1].rpartition("@")[2]
    message = _message(edition, composed.language, text, html)
    # the same for all recipients: mail systems count complaints by it
    kind = "urgent" if edition.urgent else "digest"
    message["Feedback-ID"] = f"{_stamp(edition)}:{slug(to.name)}:{kind}:{domain}"
    shared = message.as_bytes()
    letter, slots = split_at_slots([*_own_headers(to, domain, composed.subject), shared], mark)
    return Stencil(
        letter=letter,
        slots=slots,
        domain=domain,
        unsubscribe=to.unsubscribe,
        mailbox=to.mailbox,
    )


def is_in_full(edition: Edition, to: ListSettings) -> bool:
    """Return whether an urgent article goes in full: where mail systems show all of the letter."""
    if not edition.urgent:
        return False
    composed = letter_contents(edition, to.wording)
    return _fits(_written(composed, to, "slot")[1])


def _fits(html: str) -> bool:
    return len(html.encode()) <= MOST_HTML


def _own_headers(to: ListSettings, domain: str, subject: str) -> list[bytes | str]:
    """Return the headers with a slot, or that the email package would fold or encode wrongly."""
    name, address = parse_sender(to.sender)
    shared = (
        f"From: {phrase(clean_line(name), 'From')}<{address}>\r\n"
        f"Subject: {encode_words(subject, 'Subject')}\r\n"
        f"List-Id: {phrase(clean_line(to.wording.title), 'List-Id')}<{slug(to.name)}.{domain}>\r\n"
    )
    head: list[bytes | str] = [shared.encode(), b"To: ", "to", b"\r\nMessage-ID: ", "id"]
    head += [b"\r\nList-Unsubscribe: ", "leave", b"\r\n"]
    if to.unsubscribe:
        head.append(b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")  # RFC 8058
    return head


def _message(edition: Edition, language: str, text: str, html: str) -> EmailMessage:
    assert edition.closed, "a digest has an end"
    message = EmailMessage(policy=MIME_POLICY)
    message["Date"] = edition.closed.astimezone(edition.publisher.zone)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    message.set_content(text, charset="utf-8", cte="quoted-printable")
    message.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
    message["Content-Language"] = language  # last: else it goes into the text part
    # _ after = never occurs in quoted-printable
    message.set_boundary(f"=_{sha256((text + html).encode()).hexdigest()[:32]}")
    return message


def _stamp(edition: Edition) -> str:
    assert edition.closed
    return f"{edition.closed.astimezone(edition.publisher.zone):%Y%m%dT%H%M}"


def _parts(composed: Contents, to: ListSettings, mark: str) -> tuple[str, str]:
    """Return the text and the HTML part, with as many entries in full as fit."""
    composed = composed.with_full(MOST_ENTRIES)
    text, html = _written(composed, to, mark)
    fits, too_many = 0, len(composed.entries)
    if _fits(html) or not too_many:
        return text, html
    while fits + 1 < too_many:
        count = (fits + too_many) // 2
        if _fits(_written(composed.with_full(count), to, mark)[1]):
            fits = count
        else:
            too_many = count
    return _written(composed.with_full(fits), to, mark)


def _written(composed: Contents, to: ListSettings, mark: str) -> tuple[str, str]:
    link, mailto = leave_links(to.unsubscribe, to.mailbox, mark)
    given: Mapping[str, object] = {
        "letter": composed,
        "w": to.wording.words(composed.language),
        "unsubscribe": link,
        "mailto": mailto,
        "change": own_link(to.change, to.mailbox, "lists", mark),
        "follow": own_link("", to.mailbox if to.follows else "", "follow", mark),
        "colour": to.design.colour,
        "dark_colour": to.design.dark_colour,
        "logo": to.design.logo or _shown(composed.publisher.logo),
    }
    text, html = (to.design.render(name, given) for name in (TEXT, HTML))
    for name, part in ((TEXT, text), (HTML, html)):
        if mark not in part:
            raise ConfigError(
                f"{to.design.setting}: {name}: readers cannot leave the list; put"
                " {{ unsubscribe }} or {{ mailto }} into it"
            )
    return text, html


def _shown(logo: str) -> str:
    """Return a logo that mail programs show: none of them shows SVG."""
    return "" if logo.partition("?")[0].lower().endswith((".svg", ".webp")) else logo
