"""Add people to a list, remove them, unsubscribe them. A list is one email channel."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from itertools import islice
from urllib.parse import unquote

from email_validator import EmailNotValidError, validate_email

from syndicate.channel.mailing_list import MailingList
from syndicate.delivery.evidence import refuse_unknown_reader
from syndicate.errors import UsageError
from syndicate.ledger import Joiner, Joining, Subscription
from syndicate.ledger.people.goodbyes import ClosedReturn
from syndicate.ledger.people.lists import BOUNCED, COMPLAINED, LEFT, REMOVED
from syndicate.ledger.people.tokens import IN_TEXT
from syndicate.office import Office
from syndicate.text import spelt_out, squeeze, visible

BATCH = 1000
UNCONFIRMED = "not confirmed"
CLOSED = {  # what ended a way back
    COMPLAINED: "this reader has complained (marked a letter as spam)",
    BOUNCED: "letters to this reader bounce permanently",
    REMOVED: "the office removed this reader from the list",
}
ATOMS = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)  # RFC 5322
MOST_LOCAL, MOST_DOMAIN = 64, 180  # characters that are surely not too many
ADDRESS_CELL = re.compile(
    r"(?P<name>[^<>]*)<\s*(?:mailto:)?(?P<email>[^<>]+?)\s*>\s*"
)  # Ani <ani@…>
COMMENTED = re.compile(r"(?P<email>[^\s()<>]+@[^\s()<>]+)\s+\((?P<name>.*)\)")  # ani@… (Ani)
IN_NAME = re.compile(r"[^\s<>()@\"',;]+@[^\s<>()@\"',;]+\.\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Reason why one address was not put on a list, or a remark on the table itself."""

    line: int  # of the file, or the address's place in a command
    email: str = ""  # "" where there is none
    why: str


@dataclass(kw_only=True)
class Joined:
    """Result for the addresses that were to be put on a list."""

    on_remark: Callable[[Remark], None] = lambda _: None
    counts: Counter[str] = field(default_factory=Counter)
    stopped_at: int = 0  # the last line that was read of a file that has more; 0 where all were

    @property
    def summary(self) -> str:
        """Return the counts in words: ``2 added, 1 known``."""
        return ", ".join(f"{count} {how}" for how, count in self.counts.items()) or "nobody"

    @property
    def exit_code(self) -> int:
        """Return 3 where some of them were not put on it."""
        return 3 if self.counts["refused"] or self.stopped_at else 0

    def refuse(self, line: int, why: str) -> None:
        self.counts["refused"] += 1
        self.on_remark(Remark(line=line, why=why))

    def skip(self, person: Person) -> None:
        """Leave out somebody who, as far as is known, never asked for the list."""
        self.counts[UNCONFIRMED] += 1
        self._remark(person, f"{UNCONFIRMED} ({person.skipped})")

    def count(self, person: Person, how: Joining) -> None:
        self.counts[how] += 1
        if how is Joining.LEFT and not person.why:
            self._remark(person, how)
        elif how in (Joining.LEFT, Joining.ENDED, Joining.KEPT):
            self._remark(person, f"{how} ({person.why})")

    def _remark(self, person: Person, why: str) -> None:
        self.on_remark(Remark(line=person.line, email=person.joiner.email, why=why))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One line of a file, or one address of a command."""

    line: int
    joiner: Joiner
    wrong: str = ""  # why it cannot be read
    why: str = ""  # they left, in the file's words
    skipped: str = ""  # they never confirmed it, in the file's words


def list_named(office: Office, name: str | None) -> MailingList:
    """Return a list; without a name the only one there is."""
    chosen = [channel for channel in office.lists if name in (None, channel.name)]
    if len(chosen) != 1:
        names = ", ".join(channel.name for channel in office.lists) or "none"
        why = "name the list" if name is None else f"there is no list {name!r}"
        raise UsageError(f"--list: {why} (choose from {names})")
    return chosen[0]


def _number(office: Office, name: str | None) -> int:
    """Return a list's number in the ledger."""
    channel = list_named(office, name)
    with office.ledger.planning() as catalogue:
        return office.remembered(catalogue, channel).id


def add_addresses(
    office: Office,
    name: str | None,
    addresses: Iterable[str],
    *,
    source: str,
    wording: str = "",
    again: bool = False,
    on_remark: Callable[[Remark], None] = lambda _: None,
) -> Joined:
    """Put addresses on a list, with the record of their consent."""
    people = (
        Person(line=number, joiner=Joiner(email=address, source=source, wording=wording))
        for number, address in enumerate(addresses, 1)
    )
    return join(office, name, people, Joined(on_remark=on_remark), again=again)


def join(
    office: Office,
    name: str | None,
    people: Iterable[Person],
    joined: Joined,
    *,
    again: bool = False,
) -> Joined:
    """Put people on a list, in batches; however many there are, few are in memory."""
    number, now, rows = _number(office, name), office.clock(), iter(people)
    while batch := list(islice(rows, BATCH)):
        good = list(_good(batch, joined, now))
        added = office.ledger.lists.add(number, [p.joiner for p in good], now, again=again)
        for person, how in zip(good, added, strict=True):
            joined.count(person, how)
        if office.stopping():
            joined.stopped_at = batch[-1].line
            break
    return joined


def try_joining(
    office: Office,
    name: str | None,
    people: Iterable[Person],
    joined: Joined,
    *,
    again: bool = False,
) -> list[tuple[Person, Joining]]:
    """Return what ``join`` would do with these people; nothing of it stays."""
    channel, now = list_named(office, name), office.clock()
    good = list(_good(people, joined, now))
    with office.ledger.planning(dry=True) as catalogue:
        number = office.remembered(catalogue, channel).id
        joiners = [person.joiner for person in good]
        results = office.ledger.lists.join(catalogue.db, number, joiners, now, again=again)
    for person, how in zip(good, results, strict=True):
        joined.count(person, how)
    return list(zip(good, results, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """Result for the addresses that were to be taken off a list, as they were given."""

    removed: tuple[str, ...]
    had_left: Mapping[str, Subscription]  # with their last subscription
    strangers: tuple[str, ...]  # who never were on it


def remove_addresses(office: Office, name: str | None, addresses: Iterable[str]) -> Removed:
    """End subscriptions for good: nobody gets a goodbye letter, or a way back."""
    number, now = _number(office, name), office.clock()
    known = {plain_address(address): address for address in addresses}  # all of them, or nobody
    lists = office.ledger.lists
    office.ledger.generations.note_leaving()
    ended = [email for email in known if lists.end(number, email, LEFT, now)]
    others = {email: lists.last(number, email) for email in known if email not in ended}
    return Removed(
        removed=tuple(known[email] for email in ended),
        had_left={known[email]: last for email, last in others.items() if last},
        strangers=tuple(known[email] for email, last in others.items() if not last),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Result of a token: the list that its holder is off now."""

    list_name: str  # or the uri of the article that they follow no more
    email: str
    ended: datetime  # now, or when it had ended


def end_subscription(office: Office, token: str) -> Left:
    """End the subscription, or the following, that a token names; again it changes nothing.

    The next tick sends a goodbye letter with a way back.
    """
    lists, tokens = office.ledger.lists, IN_TEXT.findall(unquote(token).lower())
    found = lists.named(tokens[-1]) if tokens else None
    now = office.clock()
    if found is None:
        followed = office.ledger.followers.end_one(tokens[-1]) if tokens else None
        if followed is None:
            raise UsageError(
                "this is not the token of a subscription (it is at the end of its link)"
            )
        return Left(list_name=followed[1], email=followed[0], ended=now)
    channel, subscriber = found
    refuse_unknown_reader(office, subscriber)
    office.ledger.generations.note_leaving()
    goodbyes = office.ledger.goodbyes
    goodbyes.end_one(channel, subscriber, now)
    person = lists.subscription(*found)
    if person is None:  # forgotten: nothing is left to end
        return Left(list_name="", email="", ended=now)
    return Left(list_name=person.list_name, email=person.email, ended=person.ended or now)


def restore_subscription(office: Office, token: str) -> Subscription:
    """Bring back the subscription that a goodbye letter's token names, once."""
    tokens = IN_TEXT.findall(unquote(token).lower())
    found = office.ledger.goodbyes.restore(tokens[-1], office.clock()) if tokens else None
    if isinstance(found, ClosedReturn):
        raise UsageError(
            f"this token is no longer valid: {CLOSED[found.why]}. If they ask for the list"
            " again, add them: syndicate subscribers add --again"
        )
    if found is None:
        raise UsageError(
            "this token brings nobody back: it was used already, or its letter is older than"
            " 30 days, or it is not from a goodbye letter"
        )
    return found


def members(office: Office, name: str | None, *, ended: bool = False) -> Iterator[Subscription]:
    """Yield the subscriptions to a list; the ledger may be read-only."""
    known = office.ledger.known_channels().get(list_named(office, name).name)
    return office.ledger.lists.on(known.id, ended=ended) if known else iter(())


def normal(address: str) -> str:
    """Normalize an address, in lower case; UsageError if it is none."""
    local, _, domain = address.strip().rpartition("@")
    if len(local) <= MOST_LOCAL and len(domain) < MOST_DOMAIN and ATOMS.fullmatch(local):
        with suppress(UsageError):  # the rules' own words are about the whole address
            return f"{local}@{_domain(domain)}".lower()
    return _normal(address)


@lru_cache(1000)
def _domain(domain: str) -> str:
    return _normal(f"x@{domain}").removeprefix("x@")


def _normal(address: str) -> str:
    try:
        found = validate_email(address.strip(), check_deliverability=False)
    except EmailNotValidError as error:
        raise UsageError(f"{_short(address.strip())!r}: {error}") from error
    except ValueError as error:  # a lone half of a character, say
        raise UsageError(f"{_short(address.strip())!r}: not an email address") from error
    if found.ascii_local_part is None and not found.local_part.isascii():
        raise UsageError(f"{_short(address.strip())!r}: only ASCII is allowed before the @")
    return found.normalized.lower()


def _good(batch: Iterable[Person], joined: Joined, now: datetime) -> Iterator[Person]:
    for row in batch:
        try:
            person = replace(row, joiner=_readable(row, now))
        except UsageError as error:
            joined.refuse(row.line, str(error))
            continue
        if person.skipped:
            joined.skip(person)
        else:
            yield person


def _readable(person: Person, now: datetime) -> Joiner:
    if person.wrong:
        raise UsageError(person.wrong)
    if person.joiner.consented and person.joiner.consented > now:
        raise UsageError(
            f"{person.joiner.consented:%Y-%m-%d} lies in the future: nobody can have agreed then"
        )
    if not person.joiner.email.strip():
        raise UsageError("no address in this line")
    address, within = _parted(person.joiner.email)
    email, name = normal(address), _name(person.joiner.name or within)
    if name.lower() == email:  # as some programs name who has given no name
        name = ""
    if "@" in name and IN_NAME.search(name):
        raise UsageError(f"{_short(name)!r} is in the place of the name (write one address a line)")
    source, wording = _cached_line(person.joiner.source), _cached_line(person.joiner.wording)
    return replace(person.joiner, email=email, name=name, source=source, wording=wording)


def plain_address(text: str) -> str:
    """Normalize an address that may have its owner's name with it."""
    return normal(_parted(text)[0])


def _parted(cell: str) -> tuple[str, str]:
    """Return the address and the name in one cell: ``Ani <ani@…>``, ``ani@… (Ani)``."""
    if cell.isascii() and not set("<(:") & set(cell):
        return cell, ""
    cell = cell.strip()
    found = ADDRESS_CELL.fullmatch(cell) or COMMENTED.fullmatch(cell)
    if found:
        return found["email"], found["name"]
    return cell.removeprefix("mailto:"), ""


def _name(text: str) -> str:
    """Return a name as a person writes it, decoded from its form in a letter's head."""
    return _line(spelt_out(text)) if text else ""


def _line(text: str) -> str:
    """Make one line of a text that any database keeps."""
    line = squeeze(visible(text.replace("\0", " ")))
    try:
        line.encode()
    except UnicodeEncodeError as error:
        raise UsageError(f"{_short(line)!r} is not in UTF-8") from error
    return line


_cached_line = lru_cache(1000)(_line)  # thousands of rows have the same


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
