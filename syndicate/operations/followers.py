"""Tell the followers of an article what became of it, and remind them: a letter to each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from syndicate.channel.mailing_list import CommandLink, MailingList, PlainLetter
from syndicate.errors import Bounced, UsageError
from syndicate.ledger import Catalogue, KnownChannel, Standing
from syndicate.ledger.people.followers import (
    FollowLetter,
    count_due,
    count_followers,
    follower_letter,
    follower_rows,
)
from syndicate.ledger.people.lists import record_bounce
from syndicate.ledger.people.single_letters import ASKED, OVERTAKEN
from syndicate.ledger.processes.withheld import withheld
from syndicate.model.delivery import Recipient
from syndicate.office import Office
from syndicate.operations.partner_letters import newest_note
from syndicate.operations.partners import STATES, TOLD, as_held, settling
from syndicate.report import Line, Report, ReportPart, state_word
from syndicate.subscribers.service_letters import ServiceLetter, known_lists, language_of
from syndicate.subscribers.service_mailing import Outages, send_begun
from syndicate.system.scrubbing import masked_address
from syndicate.text.i18n import moment, words_for

FOLLOWERS = "followers"  # in the place of a channel's name
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
    why = f"{count} who follow it get a letter, unless a list tells them"
    line = Line(channel=FOLLOWERS, about=uri, address="", action="letters", why=why)
    return [line] if count else []


def tell_followers(office: Office) -> ReportPart:
    """Send the letters to followers that are due, and delete who follows no more."""
    followers = office.ledger.followers
    followers.end_dead_claims()
    due = followers.due()
    mailing = _Mailing(office=office, known=known_lists(office) if due else {})
    for letter in due:
        if office.stopping():
            break
        if followers.begin(letter.id):  # else another process sends it
            mailing.send(letter)
    followers.forget_ended(office.clock())
    return ReportPart(lines=mailing.lines, problems=tuple(mailing.outages.problems))


def follower_status(db: Connection, uri: str | None) -> list[Line]:
    """Return the letters to followers that are not at rest: those that only wait in one line."""
    held = withheld(db)
    waiting = [
        Line(
            channel=FOLLOWERS, about=about, address="", action="letters",
            state=state_word("due"), why=f"{count} due", resolve=settling("follow", 0, "due"),
        )
        for about, count in count_due(db, uri=uri).items()
    ]  # fmt: skip
    asked = [line_of_follower(row) for row in follower_rows(db, ASKED, uri=uri)]
    return [*(as_held(line, held) for line in waiting), *asked]


def line_of_follower(letter: FollowLetter) -> Line:
    """Return a letter to a follower as a line, the address masked, with what can be answered."""
    return Line(
        channel=FOLLOWERS, about=letter.uri, address=masked_address(letter.email), action="letter",
        state=STATES.get(letter.state) or state_word(letter.state), why=letter.why,
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


@dataclass(frozen=True, kw_only=True)
class _Mailing:
    """One sending of letters to followers; each is committed before it leaves."""

    office: Office
    known: Mapping[str, KnownChannel]
    outages: Outages = field(default_factory=Outages)
    counts: dict[tuple[str, str], int] = field(default_factory=dict)  # by article and state

    @property
    def lines(self) -> tuple[Line, ...]:
        words = {"sent": "done", "due": "waiting", "in_doubt": "in doubt"}
        return tuple(
            Line(
                channel=FOLLOWERS, about=uri, address="", action="letters",
                state=words.get(state, state), why=f"{count} {state.replace('_', ' ')}",
            )
            for (uri, state), count in self.counts.items()
        )  # fmt: skip

    def send(self, letter: FollowLetter) -> None:
        """Send a letter that was begun, as the article stands now."""
        state, why = self._sent(letter)
        self.office.ledger.followers.end(letter.id, state, why)
        if state != "off":
            key = letter.uri, state
            self.counts[key] = self.counts.get(key, 0) + 1

    def _sent(self, letter: FollowLetter) -> tuple[str, str]:
        """Return the state that a letter ends in, and why."""
        composed = self._composed(letter)
        if composed is None:
            return "off", OVERTAKEN
        edition = f"follow/{letter.uri}~{letter.about}"
        ending = send_begun(self.office, self.known, composed, edition, self.outages)
        if isinstance(ending.error, Bounced):
            with self.office.ledger.replies.once(f"follow/{letter.id}", letter.at) as db:
                if db:
                    record_bounce(db, letter.subscriber, ending.error.code, self.office.clock())
        return ending.state, ending.why

    def _composed(self, letter: FollowLetter) -> ServiceLetter | None:
        office = self.office
        known = next((k for k in self.known.values() if k.id == letter.channel), None)
        sender = next((c for c in office.lists if known and c.name == known.name), None)
        with office.ledger.reading() as db:
            standing = Catalogue(db).articles.standing(letter.uri)
        if known is None or sender is None or standing is None:
            return None
        words = _words(office, sender, standing, letter)
        rendition = words and sender.plain_letter(office.publisher, letter.at, words)
        if not rendition:
            return None
        token = office.ledger.followers.token(letter, known.key)
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
        label, what = words["withdrawn"], f"{words['reason']}: {withdrawal.reason}"
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
