"""Compose service letters to one person: confirm joining or leaving, the lists, goodbye."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from hashlib import sha256
from urllib.parse import quote

from syndicate import (
    CommandLink,
    Membership,
    OfficeMessage,
    PlainLetter,
    Publisher,
    Rendition,
)
from syndicate.text import excerpt, squeeze
from syndicate.text.i18n import moment, spoken
from syndicate_email.addresses import parse_sender
from syndicate_email.letter.compose import MIME_POLICY, ListSettings
from syndicate_email.letter.entries import clean_line
from syndicate_email.letter.headers import encode_words, phrase
from syndicate_email.letter.stencil import MEDIA_TYPE, Stencil, split_at_slots

SUBJECT_CHARACTERS = 120
PLAIN_ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+", re.ASCII)


def confirm_subscribe(
    to: ListSettings, publisher: Publisher, at: datetime, title: str
) -> Rendition:
    """Ask a person to confirm joining the list of this title; pressing Reply is enough."""
    texts, mark = to.wording.words(publisher.language), _mark(to, at)
    title = clean_line(title)
    lines = [
        f"{texts['invitation']} “{title}” ({publisher.name}).",
        f"{texts['invitation_how']}\nmailto:{_link(to.mailbox, 'confirm', mark)}",
        texts["invitation_else"],
    ]
    subject = encode_words(f"{texts['invitation_subject']}: {title}", "Subject")
    head: list[bytes | str] = [f"Subject: {subject}\r\n [confirm ".encode(), "token", b"]\r\n"]
    return _rendition(to, publisher, at, head, lines, mark)


def overview(
    to: ListSettings, publisher: Publisher, at: datetime, lists: Sequence[Membership]
) -> Rendition:
    """Name the lists, and how to join and leave each."""
    texts, mark = to.wording.words(publisher.language), _mark(to, at)
    lines = [texts["overview"], *_ways(to, texts["unsubscribe"], texts["subscribe"], lists)]
    token = next((member.token for member in lists if member.token), "")
    if token:
        lines.append(f"{texts['move_address']}: mailto:{_link(to.mailbox, 'move', token)}%20")
    subject = encode_words(f"{texts['overview_subject']} {clean_line(publisher.name)}", "Subject")
    head: list[bytes | str] = [f"Subject: {subject}\r\n".encode()]
    return _rendition(to, publisher, at, head, lines, mark)


def confirm_unsubscribe(
    to: ListSettings, publisher: Publisher, at: datetime, lists: Sequence[Membership]
) -> Rendition:
    """Ask a person to confirm leaving these lists; pressing Reply is enough.

    The subject is not "unsubscribe TOKEN", which counts from machines too: an automatic answer
    ("I am on leave") would end the subscription of a person who never asked for it.
    """
    language = spoken(to.wording.language or publisher.language)
    texts, mark = to.wording.words(language), _mark(to, at)
    titles = _bullets(lists)
    lines = [f"{texts['parting']}\n{titles}", texts["parting_how"]]
    lines += _ways(to, texts["unsubscribe"], texts["subscribe"], lists)
    lines.append(texts["parting_else"])
    subject = encode_words(
        excerpt(f"{texts['parting_subject']}: {_titles(lists)}", SUBJECT_CHARACTERS), "Subject"
    )
    head: list[bytes | str] = [f"Subject: {subject}\r\n [confirm ".encode(), "token", b"]\r\n"]
    return _rendition(to, publisher, at, head, lines, mark)


def goodbye(
    to: ListSettings, publisher: Publisher, at: datetime, lists: Sequence[Membership]
) -> Rendition:
    """Confirm that a person has left these lists, with the way back to each."""
    language = spoken(to.wording.language or publisher.language)
    texts, mark = to.wording.words(language), _mark(to, at)
    titles = _bullets(lists)
    since = moment(at, publisher.zone, language)
    lines = [f"{texts['goodbye']} {since}:\n{titles}", texts["goodbye_why"]]
    lines += _back(to, publisher, texts, lists)
    subject = encode_words(
        excerpt(f"{texts['goodbye_subject']}: {_titles(lists)}", SUBJECT_CHARACTERS), "Subject"
    )
    head: list[bytes | str] = [f"Subject: {subject}\r\n".encode()]
    return _rendition(to, publisher, at, head, lines, mark)


def office_message(to: ListSettings, publisher: Publisher, message: OfficeMessage) -> Rendition:
    """Write plain words to somebody of the office itself."""
    subject = encode_words(excerpt(clean_line(message.subject), SUBJECT_CHARACTERS), "Subject")
    head: list[bytes | str] = [f"Subject: {subject}\r\n".encode()]
    mark = _mark(to, message.at)
    return _rendition(to, publisher, message.at, head, [message.text], mark, answers=False)


def plain_letter(
    to: ListSettings, publisher: Publisher, at: datetime, letter: PlainLetter
) -> Rendition:
    """Write any other letter to one person: to a partner, to who follows an article."""
    mark = _mark(to, at)
    has_command = letter.confirms or letter.stops
    lines = [_paragraph(to, paragraph, mark) for paragraph in letter.paragraphs]
    subject = encode_words(excerpt(clean_line(letter.subject), SUBJECT_CHARACTERS), "Subject")
    head: list[bytes | str] = [f"Subject: {subject}".encode()]
    if letter.confirms:
        head += [b"\r\n [confirm ", "token", b"]"]
    head.append(b"\r\n")
    if letter.stops and (to.unsubscribe or to.mailbox):
        head += [b"List-Unsubscribe: ", "leave", b"\r\n"]
        if to.unsubscribe:
            head.append(b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")  # RFC 8058
    reply_to = to.mailbox if has_command else _office_address(publisher)
    return _rendition(
        to, publisher, at, head, lines, mark, answers=letter.confirms, reply_to=reply_to
    )


def whole_letter(to: ListSettings, letter: EmailMessage) -> Rendition:
    """Address a letter that was composed elsewhere; its answers arrive in the list's mailbox."""
    content = letter.as_bytes(policy=MIME_POLICY)
    mark = "slot" + sha256(content).hexdigest()[:32]
    message = message_from_bytes(content, policy=MIME_POLICY)
    subject = encode_words(squeeze(str(letter["Subject"])), "Subject")
    del message["Subject"]
    head: list[bytes | str] = [*_envelope(to, to.mailbox), f"Subject: {subject}\r\n".encode()]
    return _stencil(to, [*head, message.as_bytes()], mark)


def _office_address(publisher: Publisher) -> str:
    """Return where the office reads its mail; "" where that is not set, or is no address."""
    return publisher.email if PLAIN_ADDRESS.fullmatch(publisher.email) else ""


def _paragraph(to: ListSettings, paragraph: str | CommandLink, mark: str) -> str:
    if isinstance(paragraph, CommandLink):
        subject = quote(paragraph.command.replace("{token}", mark))
        return f"{paragraph.label}: mailto:{quote(to.mailbox, safe='@')}?subject={subject}"
    return "\n".join(clean_line(line) for line in paragraph.splitlines())


def _back(
    to: ListSettings, publisher: Publisher, texts: Mapping[str, str], lists: Sequence[Membership]
) -> Iterator[str]:
    """Yield the way back to each list: a letter, else the office's page, else its address."""
    page = to.change or to.unsubscribe
    if not (to.mailbox or page):
        yield f"{texts['goodbye_write']} {publisher.email}."
        return
    yield texts["goodbye_else"] if to.mailbox else texts["goodbye_page"]
    for member in lists:
        mail = f"mailto:{_link(to.mailbox, 'subscribe', member.token)}" if to.mailbox else ""
        link = mail or page.replace("{token}", member.token)
        yield f"{clean_line(member.title)}\n{texts['come_back']}: {link}"


def _ways(to: ListSettings, leave: str, join: str, lists: Sequence[Membership]) -> Iterator[str]:
    for member in lists:
        if member.token:
            label, command, about = leave, "unsubscribe", member.token
        else:
            label, command, about = join, "subscribe", member.name
        yield f"{clean_line(member.title)}\n{label}: mailto:{_link(to.mailbox, command, about)}"


def _bullets(lists: Sequence[Membership]) -> str:
    return "\n".join(f"– {clean_line(member.title)}" for member in lists)


def _titles(lists: Sequence[Membership]) -> str:
    return ", ".join(clean_line(member.title) for member in lists)


def _link(mailbox: str, command: str, about: str) -> str:
    return f"{quote(mailbox, safe='@')}?subject={command}%20{quote(about)}"


def _rendition(
    to: ListSettings,
    publisher: Publisher,
    at: datetime,
    head: list[bytes | str],
    lines: Sequence[str],
    mark: str,
    *,
    answers: bool = True,  # what somebody asked for
    reply_to: str = "",
) -> Rendition:
    foot = [line for line in (publisher.name, publisher.address, publisher.url) if line]
    message = EmailMessage(policy=MIME_POLICY)
    message["Date"] = at.astimezone(publisher.zone)
    # RFC 3834: no program answers it
    message["Auto-Submitted"] = "auto-replied" if answers else "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    text = "\n\n".join([*lines, "-- \n" + "\n".join(foot)]) + "\n"
    message.set_content(text, charset="utf-8", cte="quoted-printable")
    pieces = _envelope(to, reply_to or to.mailbox)
    return _stencil(to, [*pieces, *head, message.as_bytes()], mark)


def _envelope(to: ListSettings, reply_to: str) -> list[bytes | str]:
    """Return the headers that say who writes to whom."""
    name, address = parse_sender(to.sender)
    start = f"From: {phrase(clean_line(name), 'From')}<{address}>\r\n"
    start += f"Reply-To: {reply_to}\r\n" if reply_to else ""
    return [start.encode(), b"To: ", "to", b"\r\nMessage-ID: ", "id", b"\r\n"]


def _stencil(to: ListSettings, pieces: list[bytes | str], mark: str) -> Rendition:
    letter, slots = split_at_slots(pieces, mark)
    stencil = Stencil(
        letter=letter, slots=slots, domain=parse_sender(to.sender)[1].rpartition("@")[2],
        unsubscribe=to.unsubscribe, mailbox=to.mailbox,
    )  # fmt: skip
    return Rendition(address="", media_type=MEDIA_TYPE, content=stencil.to_bytes())


def _mark(to: ListSettings, at: datetime) -> str:
    return "slot" + sha256(f"{to.name} {at}".encode()).hexdigest()[:32]
