"""Move readers to other addresses: asked with a token or at the old one, confirmed at the new."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from syndicate.channel.mailing_list import CommandLink, PlainLetter, Reply
from syndicate.errors import UsageError
from syndicate.ledger import ReaderRequest
from syndicate.ledger.people.address_moves import address_of, may_arrive, move_person
from syndicate.ledger.people.lists import number_of, subscribed
from syndicate.ledger.people.replies import ARRIVE, MOVE, MOVED
from syndicate.office import Office
from syndicate.subscribers.people import normal
from syndicate.system.scrubbing import masked_address
from syndicate.text.i18n import words_for

MANY = "not answered: daily limit of letters reached"


def ask_to_move(
    office: Office, db: Connection, channel: int, reply: Reply, named: tuple[int, int] | None
) -> str:
    """Take the wish of a reader to move; returns what it is counted as.

    A token, or the mailbox's own server, proves who they are; else they are asked where they are.
    """
    try:
        new = normal(reply.about)
        sender = named[1] if named else number_of(db, normal(reply.email))
    except UsageError:
        return "cannot move: not an email address"
    if any(new in mailing_list.office_addresses for mailing_list in office.lists):
        return "cannot move: the new address is the office's own"
    old = address_of(db, sender)
    if sender is None or new == old or not subscribed(db, sender):
        return "cannot move: on no list, or there already"
    if named or reply.authentication:
        return _ask_there(office, db, channel, sender, new)
    wish = _wish(office, channel, MOVE, old, subscriber=sender, about=new)
    return ask_within_measure(office, db, wish, old, "asked to confirm that they move")


def confirm_move(office: Office, db: Connection, asked: ReaderRequest) -> str:
    """Do what an answer confirms: ask at the new address, move there, or move back."""
    if asked.subscriber is None:  # the note to who has become another reader
        return "confirmed nothing (too late, already used, or the list no longer exists)"
    if asked.wants == MOVE:
        return _ask_there(office, db, asked.channel, asked.subscriber, asked.about)
    old = address_of(db, asked.subscriber)
    if not may_arrive(db, office.ledger.lists.tokens, asked.email):
        return "cannot move: the new address is not written to"
    if not old or old == asked.email or not subscribed(db, asked.subscriber):
        return "cannot move: on no list, or there already"
    at = office.clock()
    number = move_person(db, asked.subscriber, asked.email, at)
    back = asked.subscriber if number == asked.subscriber else None
    note = _wish(office, asked.channel, MOVED, old, subscriber=back, about=asked.email)
    office.ledger.replies.ask(db, note)
    return "moved to another address"


def _ask_there(office: Office, db: Connection, channel: int, sender: int, new: str) -> str:
    """Ask at the new address; whoever is never written to is not asked either."""
    if not may_arrive(db, office.ledger.lists.tokens, new):
        return "cannot move: the new address is not written to"
    wish = _wish(office, channel, ARRIVE, new, subscriber=sender)
    return ask_within_measure(
        office, db, wish, address_of(db, sender), "asked to confirm their new address"
    )


def ask_within_measure(
    office: Office, db: Connection, wish: ReaderRequest, by: str, what: str
) -> str:
    """Note a letter within measure: of those to one mailbox, and of those one reader causes."""
    strangers, at = office.ledger.strangers, wish.at
    mailboxes = dict.fromkeys((wish.email, by))
    if not all(strangers.may_get(db, wish.channel, wish.wants, who, at) for who in mailboxes):
        return MANY
    if office.ledger.replies.ask(db, wish):
        for who in mailboxes:
            strangers.note(db, wish.channel, wish.wants, who, at)
    return what


def _wish(
    office: Office, channel: int, wants: str, email: str, *, subscriber: int | None, about: str = ""
) -> ReaderRequest:
    return ReaderRequest(
        channel=channel, wants=wants, email=email, at=office.clock(), subscriber=subscriber,
        about=about,
    )  # fmt: skip


def move_letter(office: Office, request: ReaderRequest, language: str) -> PlainLetter:
    """Compose the question at the old or the new address, or the note to the old one."""
    words = words_for(language)
    office_name: Mapping[str, str] = {"office": office.publisher.name}
    if request.wants == MOVED:
        to = masked_address(request.about)
        back = CommandLink(words["move_back"], "confirm {token}")
        return PlainLetter(
            subject=words["moved_subject"].format(**office_name),
            paragraphs=(
                words["moved"].format(to=to, **office_name),
                *((words["moved_else"], back) if request.subscriber else ()),
            ),
            language=language,
        )
    opening = words["move" if request.wants == MOVE else "arrive"]
    return PlainLetter(
        subject=words["move_subject"].format(**office_name),
        paragraphs=(
            opening.format(to=request.about, **office_name),
            words["confirm_how"],
            CommandLink(words["confirm"], "confirm {token}"),
            words["confirm_else"],
        ),
        language=language,
        confirms=True,
    )
