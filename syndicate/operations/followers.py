"""Tell the followers of an article what became of it, and remind them: a letter to each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sqlalchemy import Connection

from syndicate.channel.mailing_list import CommandLink, MailingList, PlainLetter
from syndicate.errors import Bounced, UsageError
from syndicate.ledger import Catalogue, Standing
from syndicate.ledger.people.followers import (
    FollowLetter,
    count_due,
    count_followers,
    follower_letter,
    follower_rows,
)
from syndicate.ledger.people.lists import record_bounce
from syndicate.ledger.people.single_letters import OVERTAKEN, SETTLED_BY_PERSON
from syndicate.ledger.processes.withheld import withheld
from syndicate.model.delivery import Recipient
from syndicate.office import Office
from syndicate.operations.partner_letters import newest_note
from syndicate.operations.partners import ENDINGS, TOLD, as_held, settling
from syndicate.report import Line, Report, ReportPart, state_word
from syndicate.subscribers.service_letters import ServiceLetter, known_lists, language_of
from syndicate.subscribers.service_mailing import Ending, Outages, send_each
from syndicate.system.scrubbing import masked_address
from syndicate.text.i18n import moment, words_for

FOLLOWERS = "followers"  # in the place of a channel's name
NOT_HERE = "its list is not in this machine's configuration: it waits for a machine that has it"
REMINDER = "remind:"  # begins the name of a reminder


def book_followers(
    office: Office, catalogue: Catalogue, standings: Sequence[Standing], revised: Collection[str]
) -> list[Line]:
    """Book in a planning transaction who is told of these articles; return a line for each."""
    lines = []
    for standing in standings:
        if standing.uri in revised and standing.kind in TOLD:
            lines += _booked(office, catalogue, standing.uri, f"{standing.version}")
    return lines


def remind_followers(office: Office, catalogue: Catalogue, uri: str, name: str) -> list[Line]:
    """Book a reminder of an article's end, once for each ``name``, in a planning transaction."""
    return _booked(office, catalogue, uri, f"{REMINDER}{name}")


def _booked(office: Office, catalogue: Catalogue, uri: str, about: str) -> list[Line]:
    if not count_followers(catalogue.db, uri):
        return []
    count = office.ledger.followers.book(catalogue.db, uri, about, office.clock())
    who = "1 who follows it gets" if count == 1 else f"{count} who follow it get"
    why = f"{who} a letter, unless a list tells them"
    line = Line(channel=FOLLOWERS, about=uri, address="", action="letters", why=why)
    return [line] if count else []


def tell_followers(office: Office) -> ReportPart:
    """Send the letters to followers that are due, and delete who follows no more."""
    followers, outages = office.ledger.followers, Outages()
    followers.end_dead_claims()
    counts = Counter[tuple[str, str, str]]()
    for letter, ending in send_each(
        office, followers, followers.due(), _FollowerWriter(office), outages
    ):
        _count_bounce(office, letter, ending)
        waits = ending.why if ending.state == "due" else ""
        counts[letter.uri, ending.state, waits] += ending.state != "off"
    followers.forget_ended(office.clock())
    lines = tuple(_counted(*key, count) for key, count in counts.items() if count)
    return ReportPart(lines=lines, problems=tuple(outages.problems))


def _counted(uri: str, state: str, why: str, count: int) -> Line:
    """Return how many letters about an article ended in a state, as a line."""
    number = f"{count} {state.replace('_', ' ')}"
    return Line(
        channel=FOLLOWERS, about=uri, address="", action="letters",
        state=ENDINGS.get(state) or state_word(state), why=f"{number}: {why}" if why else number,
    )  # fmt: skip


def _count_bounce(office: Office, letter: FollowLetter, ending: Ending) -> None:
    if isinstance(ending.error, Bounced):
        with office.ledger.replies.once(f"follow/{letter.id}", letter.at) as db:
            if db:
                record_bounce(db, letter.subscriber, ending.error.code, office.clock())


def follower_status(db: Connection, uri: str | None) -> list[Line]:
    """Return the letters to followers that are not at rest: those that only wait in one line."""
    held = withheld(db)
    waiting = [
        replace(_counted(about, "due", why, count), resolve=settling("follow", 0, "due"))
        for (about, why), count in count_due(db, uri=uri).items()
    ]
    asked = [line_of_follower(row) for row in follower_rows(db, SETTLED_BY_PERSON, uri=uri)]
    return [*(as_held(line, held) for line in waiting), *asked]


def line_of_follower(letter: FollowLetter) -> Line:
    """Return a letter to a follower as a line, the address masked, with what can be answered."""
    return Line(
        channel=FOLLOWERS, about=letter.uri, address=masked_address(letter.email), action="letter",
        state=ENDINGS.get(letter.state) or state_word(letter.state), why=letter.why,
        resolve=settling("follow", letter.id, letter.state),
    )  # fmt: skip


def resolve_follower(office: Office, number: int, state: str) -> Report:
    """Settle a letter to a follower at a person's word, and send what is due."""
    report, followers = Report(command="resolve", notes=office.notes), office.ledger.followers
    followers.end_dead_claims()
    if not followers.settle(number, state):
        raise UsageError(f"follow/{number} is neither in doubt nor refused: see `syndicate status`")
    report.include(tell_followers(office))
    with office.ledger.reading() as db:
        letter = follower_letter(db, number)
    report.lines = [line_of_follower(letter)] if letter else []
    return report


@dataclass(frozen=True)
class _FollowerWriter:
    """Writer of letters to followers."""

    office: Office

    def sender(self, letter: FollowLetter) -> MailingList | str:
        """Return the list that they came by; the first one where that is retired."""
        known = self._lists.get(letter.channel)
        if known is None and letter.is_retired:
            known = self.office.postman
        return known or NOT_HERE

    @cached_property
    def _lists(self) -> dict[int, MailingList]:
        known = known_lists(self.office)
        return {known[channel.name].id: channel for channel in self.office.lists}

    def edition(self, letter: FollowLetter) -> str:
        return f"follow/{letter.uri}~{letter.about}"

    def compose(self, letter: FollowLetter, sender: MailingList) -> ServiceLetter | str:
        office = self.office
        with office.ledger.reading() as db:
            standing = Catalogue(db).articles.standing(letter.uri)
        words = _words(office, sender, standing, letter) if standing else None
        if words is None:
            return OVERTAKEN
        rendition = sender.plain_letter(office.publisher, letter.at, words)
        if rendition is None:
            return f"{sender.name} writes no such letters"
        token = office.ledger.followers.token(letter)
        recipient = Recipient(id=f"{letter.follow}", email=letter.email, token=token)
        return ServiceLetter(sender=sender, rendition=rendition, recipient=recipient)


def _ways_out(sender: MailingList, words: Mapping[str, str]) -> Sequence[CommandLink]:
    link = CommandLink(words["unfollow"], "unsubscribe {token}")
    return [link] if sender.takes_replies else []


def _words(
    office: Office, sender: MailingList, standing: Standing, letter: FollowLetter
) -> PlainLetter | None:
    """Compose what became of an article; None for what is overtaken. A kill leaves no word."""
    language, item = language_of(office, sender), standing.item
    words = words_for(language)
    withdrawal, article = item.withdrawal, item.article
    if letter.about.startswith(REMINDER):
        if withdrawal or item.expired or article.expires is None:
            return None
        ends = moment(article.expires, office.publisher.zone, language)
        label, what = words["reminder"], words["ends"].format(when=ends)
    elif standing.major_version > int(letter.about):
        return None
    elif withdrawal:
        reason = f"{words['reason']}: {withdrawal.reason}"
        label, what = words["withdrawn"], f"{words['withdrawn_notice']} {reason}"
    elif standing.kind == "reinstatement" or not item.corrections:
        label, what = words["reinstated"], newest_note(standing)
    else:
        label = words["correction"]
        what = f"{words['was_wrong']}: {newest_note(standing)}"
    published = moment(item.published, office.publisher.zone, language)
    headline = article.headline
    if withdrawal and withdrawal.kill:
        headline = words["article_of"].format(when=published)
    about = "\n".join(filter(None, (headline, article.url)))
    return PlainLetter(
        subject=f"{label}: {headline}",
        paragraphs=(
            words["followed"].format(office=office.publisher.name),
            about,
            *filter(None, (what,)),
            *_ways_out(sender, words),
        ),
        language=language,
        stops=True,
    )
