"""Letters to single people: what they asked for, and that they are off a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from time import monotonic

from syndicate.channel import Channel
from syndicate.channel.mailing_list import MailingList, Membership
from syndicate.delivery.single import send_once
from syndicate.errors import Bounced, DeliveryError, Paused
from syndicate.ledger import KnownChannel, Leaving, ReaderRequest
from syndicate.ledger.people.goodbyes import DIED
from syndicate.ledger.people.replies import JOIN, LEAVE, LEAVERS
from syndicate.ledger.people.tokens import SUBSCRIPTION
from syndicate.ledger.sending.consequences import DUE, Concerns, consequence_of
from syndicate.model.delivery import Receipt, Recipient, Rendition
from syndicate.office import Office
from syndicate.report import Report

MOST = 100  # letters of one list in one run; who writes more of them is no reader
MOST_PUT_OFF = 3  # people in a row who are put off, until it is taken for more than their trouble


def called(channel: Channel) -> tuple[str, str]:
    """What people may call a list: its name and its title."""
    return channel.name, str(getattr(channel, "title", channel.name))


def known_lists(office: Office) -> dict[str, KnownChannel]:
    """Every list as the ledger knows it, by its name."""
    with office.ledger.planning() as catalogue:
        return {one.name: office.remembered(catalogue, one) for one in office.lists}


def subscribe_confirmation(
    office: Office, name: str, at: datetime
) -> tuple[Channel, Rendition] | None:
    """Return the letter that asks whether somebody wants to be on a list, and who sends it.

    None where no list could get the answer.
    """
    there = {channel.name: channel for channel in office.lists}
    by = _writer(office, name)
    if by is None or name not in there:
        return None
    return by, by.confirm_subscribe(office.publisher, at, called(there[name])[1])


@dataclass
class Ways:
    """Which lists can be written for in one run: one that cannot is not tried for each letter."""

    put_off: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def is_open(self, by: Channel) -> bool:
        """Whether another letter may be tried."""
        return self.put_off[by.name] < MOST_PUT_OFF

    def note(self, by: Channel, result: Receipt | DeliveryError) -> bool:
        """Take down how a letter ended; False where it is tried again by a later run.

        One person's mail system holds up no other letters, and what the office is refused for
        holds up all; so does a relay that leaves one in doubt, for it would leave each of them so.
        """
        if isinstance(result, Receipt):
            self.put_off[by.name] = 0
            return True
        follows = consequence_of(result)
        if follows.is_open:
            self.put_off[by.name] += 1 if follows.concerns is Concerns.READER else MOST_PUT_OFF
            problem = f"{by.name}: {result}"
            self.problems += [] if problem in self.problems else [problem]
        return follows.state != DUE


def write_back(
    office: Office, known: Mapping[str, KnownChannel], report: Report, until: float = inf
) -> bool:
    """Send what people asked for, each letter committed before it leaves.

    False where the time (``monotonic``) was over before all of it was tried.
    """
    office.ledger.replies.end_dead_claims()
    ways, in_time = Ways(), True
    for one in known.values():
        tried = 0
        for asked in office.ledger.replies.due(one.id):
            in_time = monotonic() < until
            if office.stopping() or not in_time or tried == MOST:
                break
            tried += _answer(office, known, one, asked, ways)
    report.problems += ways.problems
    return in_time


def say_goodbyes(
    office: Office, known: Mapping[str, KnownChannel], report: Report, until: float = inf
) -> bool:
    """Tell people who left that they are off their lists, each letter committed before it leaves.

    A list that cannot be written for now holds up no other list's letters. False where the time
    was over before all of it was tried. What a dead process was sending is never said again.
    """
    if office.ledger.goodbyes.end_dead_claims():
        report.notes.append(f"a goodbye letter may not have gone out: {DIED}; it is not sent again")
    goodbyes, ways, in_time, tried = office.ledger.goodbyes, Ways(), True, 0
    for letter in goodbyes.due(office.clock()):
        in_time = monotonic() < until
        if office.stopping() or not in_time or tried == MOST:
            break
        made = _goodbye(office, known, letter)
        is_open = made is None or ways.is_open(made[0])
        if is_open and not goodbyes.begin(letter):
            continue  # another process sends it
        tried += 1
        if not is_open:
            continue
        if made is None:
            goodbyes.end(letter, over=True, why="no list that there is now could write it")
            continue
        by, rendition, recipient = made
        edition = f"goodbye/{letter[0].subscription}"
        result = _sent(office, by, edition, rendition, recipient)
        over = ways.note(by, result)  # where in doubt, too: never a second one
        goodbyes.end(letter, over=over, why="" if isinstance(result, Receipt) else str(result))
        if isinstance(result, Bounced):
            goodbyes.bounced(letter, result.code, office.clock())
        if over and not isinstance(result, Receipt):
            report.notes.append(f"{by.name}: a goodbye letter did not go out: {result}")
    report.problems += ways.problems
    return in_time


def _sent(
    office: Office, by: Channel, edition: str, rendition: Rendition, recipient: Recipient
) -> Receipt | DeliveryError:
    if why := office.outside(by):
        return Paused(why)
    office.ledger.generations.advance_once()
    office.acted = True
    return send_once(office, by, edition, rendition, recipient=recipient)


def _goodbye(
    office: Office, known: Mapping[str, KnownChannel], letter: Sequence[Leaving]
) -> tuple[Channel, Rendition, Recipient] | None:
    lists = {one.id: one for one in known.values()}
    ours = [one for one in letter if one.channel in lists]
    channels = {channel.name: channel for channel in office.lists}
    if not ours:
        return None
    first = lists[ours[0].channel]
    by = _writer(office, first.name) or channels[first.name]
    tokens = office.ledger.goodbyes.token
    memberships = [
        _membership(channels[lists[one.channel].name], tokens(one, lists[one.channel].key))
        for one in ours
    ]
    rendition = by.goodbye(office.publisher, ours[0].at, memberships)
    if rendition is None:
        return None
    token = office.ledger.lists.tokens.make(SUBSCRIPTION, first.key, ours[0].subscriber)
    return by, rendition, Recipient(f"{ours[0].subscriber}", ours[0].email, token)


def _answer(
    office: Office, known: Mapping[str, KnownChannel], about: KnownChannel, asked: ReaderRequest,
    ways: Ways,
) -> bool:  # fmt: skip
    """Send one letter, where it can be written; False where another process sends it."""
    replies = office.ledger.replies
    if asked.wants in LEAVERS and not _left_by(office, known, about, asked):
        if is_ours := replies.begin(asked.id):
            replies.end(asked.id, sent=True, why="they had left")
        return is_ours
    letter = _letter(office, known, about, asked)
    if letter is None or not ways.is_open(letter[0]):
        return True
    if not replies.begin(asked.id):
        return False
    by, rendition, recipient = letter
    result = _sent(office, by, f"{asked.wants}/{asked.id}", rendition, recipient)
    over = ways.note(by, result)
    replies.end(asked.id, sent=over, why="" if isinstance(result, Receipt) else str(result))
    return True


def _letter(
    office: Office, known: Mapping[str, KnownChannel], about: KnownChannel, asked: ReaderRequest
) -> tuple[Channel, Rendition, Recipient] | None:
    if asked.wants == JOIN:
        letter = subscribe_confirmation(office, about.name, asked.at)
        token = office.ledger.replies.token(asked, about.key)
        return letter and (*letter, Recipient(f"{asked.id}", asked.email, token))
    by = _writer(office, about.name)
    if by is None:
        return None
    if asked.wants in LEAVERS:
        leaving = _left_by(office, known, about, asked)
        question = by.confirm_unsubscribe(office.publisher, asked.at, leaving)
        token = office.ledger.replies.token(asked, about.key)
        recipient = Recipient(f"{asked.id}", asked.email, token)
        return (by, question, recipient) if question else None
    there = list(_memberships(office, known, asked))
    token = next((one.token for one in there if one.token), "")
    overview = by.overview(office.publisher, asked.at, there)
    return by, overview, Recipient(f"{asked.subscriber}", asked.email, token)


def _left_by(
    office: Office, known: Mapping[str, KnownChannel], about: KnownChannel, asked: ReaderRequest
) -> list[Membership]:
    """The lists that somebody is on and wants to leave."""
    only = about.name if asked.wants == LEAVE else ""
    on = [one for one in _memberships(office, known, asked) if one.token]
    return [one for one in on if only in ("", one.name)]


def _writer(office: Office, name: str) -> MailingList | None:
    """The list itself, else one whose letters can be answered."""
    able = [one for one in office.lists if one.takes_replies]
    return next((one for one in able if one.name == name), able[0] if able else None)


def _membership(channel: Channel, token: str) -> Membership:
    name, title = called(channel)
    return Membership(name=name, title=title, token=token)


def _memberships(
    office: Office, known: Mapping[str, KnownChannel], asked: ReaderRequest
) -> Iterator[Membership]:
    """Every list, and the person's token for those they are on."""
    on = {one.list_name for one in office.ledger.lists.of(asked.email) if one.ended is None}
    make = office.ledger.lists.tokens.make
    for channel in office.lists:
        token = ""
        if channel.name in on:
            token = make(SUBSCRIPTION, known[channel.name].key, asked.subscriber or 0)
        yield _membership(channel, token)
