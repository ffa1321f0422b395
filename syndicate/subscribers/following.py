"""Let readers follow one article: at the word of a token, else confirmed by letter first."""

from __future__ import annotations

from datetime import UTC

from sqlalchemy import Connection

from syndicate.channel.mailing_list import CommandLink, PlainLetter, Reply
from syndicate.errors import UsageError
from syndicate.ledger import Catalogue, ReaderRequest
from syndicate.ledger.people.address_moves import address_of, may_arrive
from syndicate.ledger.people.lists import subscriber_number
from syndicate.ledger.people.replies import FOLLOW
from syndicate.office import Office
from syndicate.subscribers.address_moves import ask_within_measure
from syndicate.subscribers.people import normal
from syndicate.text.i18n import words_for

NO_ARTICLE = "cannot follow: no such article, or it is over"


def ask_to_follow(
    office: Office, db: Connection, channel: int, reply: Reply, named: tuple[int, int] | None
) -> str:
    """Take the wish to follow an article; returns what it is counted as."""
    if not _may_be_followed(db, reply.about):
        return NO_ARTICLE
    if named:
        email = address_of(db, named[1])
        return _follow(office, db, channel, email, reply.about, "a token")
    try:
        email = normal(reply.email)
    except UsageError:
        return "of unknown sender"
    if not may_arrive(db, office.ledger.lists.tokens, email):
        return "cannot follow: the address is not written to"
    if reply.authentication:
        return _follow(office, db, channel, email, reply.about, reply.authentication)
    wish = ReaderRequest(
        channel=channel, wants=FOLLOW, email=email, at=office.clock(), about=reply.about
    )
    what = "asked to confirm that they follow an article"
    return ask_within_measure(office, db, wish, email, what)


def confirm_follow(office: Office, db: Connection, asked: ReaderRequest) -> str:
    """Let somebody follow who has answered our letter."""
    if not _may_be_followed(db, asked.about):
        return NO_ARTICLE
    return _follow(office, db, asked.channel, asked.email, asked.about, "confirmed by letter")


def _follow(office: Office, db: Connection, channel: int, email: str, uri: str, proof: str) -> str:
    if not email:
        return "of unknown sender"
    at = office.clock()
    source = f"by letter of {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, {proof}"
    number = subscriber_number(db, email)
    is_new = office.ledger.followers.follow(db, channel, number, uri, at, source)
    return "follow an article" if is_new else "followed an article already"


def _may_be_followed(db: Connection, uri: str) -> bool:
    standing = Catalogue(db).articles.standing(uri)
    return standing is not None and not (standing.item.withdrawal or standing.item.expired)


def follow_question(office: Office, request: ReaderRequest, language: str) -> PlainLetter | None:
    """Compose the question whether somebody follows an article; None where it is over."""
    with office.ledger.reading() as db:
        if not _may_be_followed(db, request.about):
            return None
        standing = Catalogue(db).articles.known(request.about)
    words, article = words_for(language), standing.item.article
    return PlainLetter(
        subject=words["follow_question"].format(headline=article.headline),
        paragraphs=(
            words["follow_asked"].format(office=office.publisher.name),
            "\n".join(filter(None, (article.headline, article.url))),
            words["confirm_how"],
            CommandLink(words["confirm"], "confirm {token}"),
            words["confirm_else"],
        ),
        language=language,
        confirms=True,
    )
