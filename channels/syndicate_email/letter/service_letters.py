"""Short letters to one person: do they join, or leave, which lists there are, goodbye."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from hashlib import sha256
from urllib.parse import quote

from syndicate import Membership, Publisher, Rendition
from syndicate.text import excerpt
from syndicate.text.i18n import moment, spoken
from syndicate_email.addresses import parse_sender
from syndicate_email.letter.compose import POLICY, List
from syndicate_email.letter.entries import readable
from syndicate_email.letter.headers import phrase, words
from syndicate_email.letter.stencil import MEDIA_TYPE, Stencil, cut

MOST_SUBJECT = 120


def invitation(to: List, publisher: Publisher, at: datetime, title: str) -> Rendition:
    """Ask whether somebody wants to be on the list of this title; pressing Reply is enough."""
    said, mark = to.manner.words(publisher.language), _mark(to, at)
    title = readable(title)
    lines = [
        f"{said['invitation']} “{title}” ({publisher.name}).",
        f"{said['invitation_how']}\nmailto:{_link(to.mailbox, 'confirm', mark)}",
        said["invitation_else"],
    ]
    subject = words(f"{said['invitation_subject']}: {title}", "Subject")
    head: list[bytes | str] = [f"Subject: {subject}\r\n [confirm ".encode(), "token", b"]\r\n"]
    return _rendition(to, publisher, at, head, lines, mark)


def overview(
    to: List, publisher: Publisher, at: datetime, lists: Sequence[Membership]
) -> Rendition:
    """Say which lists there are, and how to join and to leave each."""
    said, mark = to.manner.words(publisher.language), _mark(to, at)
    lines = [said["overview"], *_ways(to, said["unsubscribe"], said["subscribe"], lists)]
    subject = words(f"{said['overview_subject']} {readable(publisher.name)}", "Subject")
    head: list[bytes | str] = [f"Subject: {subject}\r\n".encode()]
    return _rendition(to, publisher, at, head, lines, mark)


def parting(to: List, publisher: Publisher, at: datetime, lists: Sequence[Membership]) -> Rendition:
    """Ask whether somebody wants to leave these lists; pressing Reply is enough.

    Not as "unsubscribe TOKEN": a way out that is open to machines would let an answer of theirs,
    "I am on leave", end the subscription of somebody who never asked for it.
    """
    language = spoken(to.manner.language or publisher.language)
    said, mark = to.manner.words(language), _mark(to, at)
    titles = "\n".join(f"– {readable(one.title)}" for one in lists)
    lines = [f"{said['parting']}\n{titles}", said["parting_how"]]
    lines += _ways(to, said["unsubscribe"], said["subscribe"], lists)
    lines.append(said["parting_else"])
    names = ", ".join(readable(one.title) for one in lists)
    subject = words(excerpt(f"{said['parting_subject']}: {names}", MOST_SUBJECT), "Subject")
    head: list[bytes | str] = [f"Subject: {subject}\r\n [confirm ".encode(), "token", b"]\r\n"]
    return _rendition(to, publisher, at, head, lines, mark)


def goodbye(to: List, publisher: Publisher, at: datetime, lists: Sequence[Membership]) -> Rendition:
    """Say that somebody is off these lists, and how to come back to each; no news."""
    language = spoken(to.manner.language or publisher.language)
    said, mark = to.manner.words(language), _mark(to, at)
    titles = "\n".join(f"– {readable(one.title)}" for one in lists)
    since = moment(at, publisher.zone, language)
    lines = [f"{said['goodbye']} {since}:\n{titles}", said["goodbye_why"]]
    lines += _back(to, publisher, said, lists)
    names = ", ".join(readable(one.title) for one in lists)
    subject = words(excerpt(f"{said['goodbye_subject']}: {names}", MOST_SUBJECT), "Subject")
    head: list[bytes | str] = [f"Subject: {subject}\r\n".encode()]
    return _rendition(to, publisher, at, head, lines, mark)


def _back(
    to: List, publisher: Publisher, said: Mapping[str, str], lists: Sequence[Membership]
) -> Iterator[str]:
    """The way back to each list: a letter, else the office's page, else its address."""
    page = to.change or to.unsubscribe
    if not (to.mailbox or page):
        yield f"{said['goodbye_write']} {publisher.email}."
        return
    yield said["goodbye_else"] if to.mailbox else said["goodbye_page"]
    for one in lists:
        mail = f"mailto:{_link(to.mailbox, 'subscribe', one.token)}" if to.mailbox else ""
        link = mail or page.replace("{token}", one.token)
        yield f"{readable(one.title)}\n{said['come_back']}: {link}"


def _ways(to: List, leave: str, join: str, lists: Sequence[Membership]) -> Iterator[str]:
    for one in lists:
        way = (leave, "unsubscribe", one.token) if one.token else (join, "subscribe", one.name)
        what, word, about = way
        yield f"{readable(one.title)}\n{what}: mailto:{_link(to.mailbox, word, about)}"


def _link(mailbox: str, word: str, about: str) -> str:
    return f"{quote(mailbox, safe='@')}?subject={word}%20{quote(about)}"


def _rendition(
    to: List, publisher: Publisher, at: datetime, head: list[bytes | str], lines: Sequence[str],
    mark: str,
) -> Rendition:  # fmt: skip
    name, address = parse_sender(to.sender)
    foot = [line for line in (publisher.name, publisher.address, publisher.url) if line]
    message = EmailMessage(policy=POLICY)
    message["Date"] = at.astimezone(publisher.zone)
    message["Auto-Submitted"] = "auto-replied"  # RFC 3834: nobody answers it by itself
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    text = "\n\n".join([*lines, "-- \n" + "\n".join(foot)]) + "\n"
    message.set_content(text, charset="utf-8", cte="quoted-printable")
    start = f"From: {phrase(readable(name), 'From')}<{address}>\r\n"
    start += f"Reply-To: {to.mailbox}\r\n" if to.mailbox else ""
    pieces: list[bytes | str] = [start.encode(), b"To: ", "to", b"\r\nMessage-ID: ", "id", b"\r\n"]
    letter, slots = cut([*pieces, *head, message.as_bytes()], mark)
    stencil = Stencil(letter=letter, slots=slots, domain=address.rpartition("@")[2])
    return Rendition("", MEDIA_TYPE, stencil.to_bytes())


def _mark(to: List, at: datetime) -> str:
    return "slot" + sha256(f"{to.name} {at}".encode()).hexdigest()[:32]
