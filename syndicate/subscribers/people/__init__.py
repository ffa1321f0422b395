"""Lists and the people on them: add, remove, unsubscribe. A list is one email channel."""

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
from syndicate.ledger.people.goodbyes import Closed
from syndicate.ledger.people.lists import BOUNCED, COMPLAINED, LEFT, REMOVED
from syndicate.ledger.people.tokens import IN_TEXT
from syndicate.office import Office
from syndicate.text import spelt_out, squeeze, visible

BATCH = 1000
UNCONFIRMED = "not confirmed"
CLOSED = {  # what ended a way back
    COMPLAINED: "this reader has complained (called a letter spam)",
    BOUNCED: "letters to this reader come back for good",
    REMOVED: "the office took this reader off the list",
}
ATOMS = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)  # RFC 5322
MOST_LOCAL, MOST_DOMAIN = 64, 180  # characters that are surely not too many
ADDRESS = re.compile(r"(?P<name>[^<>]*)<\s*(?:mailto:)?(?P<email>[^<>]+?)\s*>\s*")  # Ani <ani@…>
COMMENTED = re.compile(r"(?P<email>[^\s()<>]+@[^\s()<>]+)\s+\((?P<name>.*)\)")  # ani@… (Ani)
IN_NAME = re.compile(r"[^\s<>()@\"',;]+@[^\s<>()@\"',;]+\.\w+")


@dataclass(frozen=True, slots=True)
class Remark:
    """What there is to say of one address that was not put on a list."""

    line: int  # of the file, or the address's place in a command
    email: str  # "" where there is none
    why: str


@dataclass
class Joined:
    """What became of the addresses that were to be put on a list."""

    tell: Callable[[Remark], None] = lambda _: None
    counts: Counter[str] = field(default_factory=Counter)
    stopped_at: int = 0  # the last line that was read of a file that has more; 0 where all were

    @property
    def said(self) -> str:
        """``2 added, 1 known``."""
        return ", ".join(f"{count} {how}" for how, count in self.counts.items()) or "nobody"

    @property
    def exit_code(self) -> int:
        """3 where some of them were not put on it."""
        return 3 if self.counts["refused"] or self.stopped_at else 0

    def refuse(self, line: int, why: str) -> None:
        self.counts["refused"] += 1
        self.tell(Remark(line, "", why))

    def skip(self, person: Person) -> None:
        """Somebody never said, as far as is known, that they want to be on it."""
        self.counts[UNCONFIRMED] += 1
        self.tell(Remark(person.line, person.joiner.email, f"{UNCONFIRMED} ({person.skipped})"))

    def count(self, person: Person, how: Joining) -> None:
        self.counts[how] += 1
        if how is Joining.LEFT and not person.why:
            self.tell(Remark(person.line, person.joiner.email, how))
        elif how in (Joining.LEFT, Joining.ENDED, Joining.KEPT):
            self.tell(Remark(person.line, person.joiner.email, f"{how} ({person.why})"))


@dataclass(frozen=True, slots=True)
class Person:
    """One line of a file, or one address of a command."""

    line: int
    joiner: Joiner
    wrong: str = ""  # why it cannot be read
    why: str = ""  # what says that they left, in the file's words
    skipped: str = ""  # what says that they never confirmed it


def list_named(office: Office, name: str | None) -> MailingList:
    """A list; without a name the only one there is."""
    chosen = [one for one in office.lists if name in (None, one.name)]
    if len(chosen) != 1:
        names = ", ".join(one.name for one in office.lists) or "none"
        why = "say which list" if name is None else f"there is no list {name!r}"
        raise UsageError(f"--list: {why} (there are {names})")
    return chosen[0]


def _number(office: Office, name: str | None) -> int:
    """A list's number in the ledger."""
    channel = list_named(office, name)
    with office.ledger.planning() as catalogue:
        return office.remembered(catalogue, channel).id


def add(
    office: Office, name: str | None, addresses: Iterable[str], *, source: str, wording: str = "",
    again: bool = False, tell: Callable[[Remark], None] = lambda _: None,
) -> Joined:  # fmt: skip
    """Put addresses on a list, with the evidence of their consent."""
    people = (
        Person(number, Joiner(email=address, source=source, wording=wording))
        for number, address in enumerate(addresses, 1)
    )
    return join(office, name, people, Joined(tell), again=again)


def join(
    office: Office, name: str | None, people: Iterable[Person], joined: Joined, *,
    again: bool = False,
) -> Joined:  # fmt: skip
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


def rehearse(
    office: Office, name: str | None, people: Iterable[Person], joined: Joined, *,
    again: bool = False,
) -> list[tuple[Person, Joining]]:  # fmt: skip
    """What ``join`` would do with these people; nothing of it stays."""
    channel, now = list_named(office, name), office.clock()
    good = list(_good(people, joined, now))
    with office.ledger.planning(dry=True) as catalogue:
        number = office.remembered(catalogue, channel).id
        joiners = [one.joiner for one in good]
        became = office.ledger.lists.join(catalogue.db, number, joiners, now, again=again)
    for person, how in zip(good, became, strict=True):
        joined.count(person, how)
    return list(zip(good, became, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What became of the addresses that were to be taken off a list, as they were given."""

    removed: tuple[str, ...]
    had_left: Mapping[str, Subscription]  # and when, and why
    strangers: tuple[str, ...]  # who never were on it


def remove(office: Office, name: str | None, addresses: Iterable[str]) -> Removed:
    """End subscriptions for good: nobody gets a goodbye letter, or a way back."""
    number, now = _number(office, name), office.clock()
    known = {plain_address(one): one for one in addresses}  # all of them, or nobody
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
    """What a token did: which list its holder is off now."""

    list_name: str
    email: str
    ended: datetime  # now, or when it had ended


def unsubscribe(office: Office, token: str) -> Left:
    """End the subscription that a token names; asking again changes nothing.

    The next tick sends a goodbye letter with a way back.
    """
    lists, said = office.ledger.lists, IN_TEXT.findall(unquote(token).lower())
    found = lists.named(said[-1]) if said else None
    if found is None:
        raise UsageError("this is no subscription's token (it stands at the end of its link)")
    now = office.clock()
    channel, subscriber = found
    refuse_unknown_reader(office, subscriber)
    office.ledger.generations.note_leaving()
    goodbyes = office.ledger.goodbyes
    goodbyes.end_one(channel, subscriber, now)
    person = lists.who(*found)
    if person is None:  # forgotten: nothing is left to end
        return Left(list_name="", email="", ended=now)
    return Left(list_name=person.list_name, email=person.email, ended=person.ended or now)


def rejoin(office: Office, token: str) -> Subscription:
    """Bring back the subscription that a goodbye letter's token names, once."""
    said = IN_TEXT.findall(unquote(token).lower())
    found = office.ledger.goodbyes.restore(said[-1], office.clock()) if said else None
    if isinstance(found, Closed):
        raise UsageError(
            f"this token brings nobody back any more: {CLOSED[found.why]}. Who asks for the list"
            " anew comes on it by subscribers add --again"
        )
    if found is None:
        raise UsageError(
            "this token brings nobody back: it was used, or its letter is older than 30 days, or"
            " it stands in no goodbye letter"
        )
    return found


def members(office: Office, name: str | None, *, ended: bool = False) -> Iterator[Subscription]:
    """Who is on a list; the ledger may be one that cannot be written."""
    known = office.ledger.known_channels().get(list_named(office, name).name)
    return office.ledger.lists.on(known.id, ended=ended) if known else iter(())


def normal(address: str) -> str:
    """An address in its normal form, in lower case; UsageError if it is none."""
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
        raise UsageError(f"{_short(address.strip())!r}: it is no address") from error
    if found.ascii_local_part is None and not found.local_part.isascii():
        raise UsageError(f"{_short(address.strip())!r}: only ASCII may stand before the @")
    return found.normalized.lower()


def _good(batch: Iterable[Person], joined: Joined, now: datetime) -> Iterator[Person]:
    for one in batch:
        try:
            person = replace(one, joiner=_readable(one, now))
        except UsageError as error:
            joined.refuse(one.line, str(error))
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
            f"{person.joiner.consented:%Y-%m-%d} is no day to have agreed on: it is to come"
        )
    if not person.joiner.email.strip():
        raise UsageError("there is no address in this line")
    address, within = _parted(person.joiner.email)
    email, name = normal(address), _name(person.joiner.name or within)
    if name.lower() == email:  # as some programs name who has given no name
        name = ""
    if "@" in name and IN_NAME.search(name):
        raise UsageError(f"{_short(name)!r} stands where a name should (one address a line)")
    return replace(
        person.joiner, email=email, name=name,
        source=_same(person.joiner.source), wording=_same(person.joiner.wording),
    )  # fmt: skip


def plain_address(text: str) -> str:
    """The normal form of an address that may have its owner's name with it."""
    return normal(_parted(text)[0])


def _parted(cell: str) -> tuple[str, str]:
    """The address and the name that stand in one cell: ``Ani <ani@…>``, ``ani@… (Ani)``."""
    if cell.isascii() and not set("<(:") & set(cell):
        return cell, ""
    cell = cell.strip()
    found = ADDRESS.fullmatch(cell) or COMMENTED.fullmatch(cell)
    if found:
        return found["email"], found["name"]
    return cell.removeprefix("mailto:"), ""


def _name(text: str) -> str:
    """A name as a person writes it, out of the form that it has in a letter's head."""
    return _line(spelt_out(text)) if text else ""


def _line(text: str) -> str:
    """One line that any database keeps."""
    said = squeeze(visible(text.replace("\0", " ")))
    try:
        said.encode()
    except UnicodeEncodeError as error:
        raise UsageError(f"{_short(said)!r} is not in UTF-8") from error
    return said


_same = lru_cache(1000)(_line)  # of what thousands of rows have in common


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
