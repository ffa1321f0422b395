"""Send letters to single people: what they asked for, and goodbyes to those who left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from time import monotonic
from typing import Protocol, TypeVar

from syndicate.channel import Channel
from syndicate.channel.mailing_list import MailingList
from syndicate.delivery.single import send_once
from syndicate.errors import Bounced, DeliveryError, Paused
from syndicate.ledger import KnownChannel, Leaving, ReaderRequest
from syndicate.ledger.people.goodbyes import DIED
from syndicate.ledger.people.replies import LEAVERS
from syndicate.ledger.people.single_letters import SingleLetters
from syndicate.ledger.sending.consequences import DUE, Concerns, consequence_of
from syndicate.model.delivery import Receipt
from syndicate.office import Office
from syndicate.subscribers.service_letters import (
    ServiceLetter,
    goodbye_letter,
    known_lists,
    memberships_to_end,
    requested_letter,
)

MOST_LETTERS = 100  # of one list in one run; who writes more of them is no reader
MOST_PUT_OFF = 3  # people in a row who are put off, until it is taken for more than their trouble


@dataclass
class Outages:
    """Lists that cannot send for now: they are not tried for each letter of a run."""

    put_off: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def can_send(self, sender: Channel) -> bool:
        """Return True where another letter may be tried."""
        return self.put_off[sender.name] < MOST_PUT_OFF

    def record(self, sender: Channel, result: Receipt | DeliveryError) -> bool:
        """Record how a letter ended; False where a later run tries it again.

        One person's mail system holds up no other letters, and what the office is refused for
        holds up all; so does a relay that leaves one in doubt, for it would leave each of them so.
        """
        if isinstance(result, Receipt):
            self.put_off[sender.name] = 0
            return True
        consequence = consequence_of(result)
        if consequence.is_open:
            concerns_reader = consequence.concerns is Concerns.READER
            self.put_off[sender.name] += 1 if concerns_reader else MOST_PUT_OFF
            problem = f"{sender.name}: {result}"
            self.problems += [] if problem in self.problems else [problem]
        return consequence.state != DUE


class ServiceMailing:
    """One sending of all service letters that are due, with what is to be reported of it.

    Each letter is committed before it leaves. ``in_time`` is False where the time (``monotonic``)
    was over before all of it was tried.
    """

    def __init__(
        self, office: Office, known: Mapping[str, KnownChannel], until: float = inf
    ) -> None:
        self._office, self._known, self._until = office, known, until
        self.in_time = True
        self.problems: list[str] = []
        self.notes: list[str] = []

    def send_requested(self) -> None:
        """Send what people asked for."""
        replies, outages = self._office.ledger.replies, Outages()
        replies.end_dead_claims()
        for known_list in self._known.values():
            tried = 0
            for request in replies.due(known_list.id):
                if not self._goes_on(tried):
                    break
                tried += self._send_requested(request, outages)
        self.problems += outages.problems

    def send_goodbyes(self) -> None:
        """Confirm to people who left that they are off their lists.

        A list that cannot send for now holds up no other list's letters. What a dead process was
        sending is not sent again.
        """
        goodbyes, outages, tried = self._office.ledger.goodbyes, Outages(), 0
        if goodbyes.end_dead_claims():
            self.notes.append(
                f"a goodbye letter may not have been sent: {DIED}; it is not sent again"
            )
        for ended in goodbyes.due(self._office.clock()):
            if not self._goes_on(tried):
                break
            letter = goodbye_letter(self._office, self._known, ended)
            if letter and not outages.can_send(letter.sender):
                tried += 1
            elif goodbyes.begin(ended):  # else another process sends it
                tried += 1
                self._send_goodbye(ended, letter, outages)
        self.problems += outages.problems

    def _goes_on(self, tried: int) -> bool:
        if monotonic() >= self._until:
            self.in_time = False
        return self.in_time and tried < MOST_LETTERS and not self._office.stopping()

    def _send_requested(self, request: ReaderRequest, outages: Outages) -> bool:
        """Send one letter, where it can be written; False where another process sends it."""
        replies = self._office.ledger.replies
        if request.wants in LEAVERS and not memberships_to_end(self._office, self._known, request):
            if is_ours := replies.begin(request.id):
                replies.end(request.id, sent=True, why="they had left")
            return is_ours
        letter = requested_letter(self._office, self._known, request)
        if letter is None or not outages.can_send(letter.sender):
            return True
        if not replies.begin(request.id):
            return False
        result = send_letter(self._office, self._known, letter, f"{request.wants}/{request.id}")
        is_over = outages.record(letter.sender, result)
        replies.end(request.id, sent=is_over, why=_reason(result))
        return True

    def _send_goodbye(
        self, ended: Sequence[Leaving], letter: ServiceLetter | None, outages: Outages
    ) -> None:
        goodbyes = self._office.ledger.goodbyes
        if letter is None:
            goodbyes.end(ended, over=True, why="no list can write it any more")
            return
        result = send_letter(self._office, self._known, letter, f"goodbye/{ended[0].subscription}")
        is_over = outages.record(letter.sender, result)  # where in doubt, too: never a second one
        goodbyes.end(ended, over=is_over, why=_reason(result))
        if isinstance(result, Bounced):
            goodbyes.count_bounce(ended, result.code, self._office.clock())
        if is_over and not isinstance(result, Receipt):
            name = letter.sender.name
            self.notes.append(f"{name}: a goodbye letter was not sent: {result}")


@dataclass(frozen=True, kw_only=True)
class Ending:
    """State that a single letter ends in, and why; ``error`` where it was tried in vain."""

    state: str
    why: str = ""
    error: DeliveryError | None = None


def send_begun(
    office: Office, known: Mapping[str, KnownChannel], letter: ServiceLetter, edition: str,
    outages: Outages,
) -> Ending:  # fmt: skip
    """Send a letter whose beginning is committed, unless its sender cannot send for now."""
    if not outages.can_send(letter.sender):
        return Ending(state="due", why="; ".join(outages.problems))
    result = send_letter(office, known, letter, edition)
    outages.record(letter.sender, result)
    if isinstance(result, Receipt):
        return Ending(state="sent")
    return Ending(state=consequence_of(result).state, why=f"{result}", error=result)


class SingleLetter(Protocol):
    """A letter to one person, as the ledger keeps it."""

    @property
    def id(self) -> int: ...
    @property
    def why(self) -> str: ...


Letter = TypeVar("Letter", bound=SingleLetter)
Written = TypeVar("Written", bound=SingleLetter, contravariant=True)


class LetterWriter(Protocol[Written]):
    """Writer of single letters of one kind."""

    def sender(self, letter: Written) -> MailingList | str:
        """Return the list that sends a letter; a sentence says why this machine has none."""

    def edition(self, letter: Written) -> str:
        """Return the name of the edition that a letter is."""

    def compose(self, letter: Written, sender: MailingList) -> ServiceLetter | str:
        """Compose a letter as its article stands; a sentence says why nobody needs it any more."""


def send_each(
    office: Office, letters: SingleLetters, due: Iterable[Letter], writer: LetterWriter[Letter],
    outages: Outages,
) -> Iterator[tuple[Letter, Ending]]:  # fmt: skip
    """Send letters to single people, each committed before it leaves; yield how each ended.

    What this machine cannot send stays due for one that can; another process's is left out.
    """
    known: Mapping[str, KnownChannel] = {}
    for letter in due:
        if office.stopping():
            break
        sender = writer.sender(letter)
        if isinstance(sender, str):
            if letter.why != sender:
                letters.put_off(letter.id, sender)
            yield letter, Ending(state="due", why=sender)
        elif letters.begin(letter.id):
            known = known or known_lists(office)
            composed = writer.compose(letter, sender)
            ending = (
                Ending(state="off", why=composed)
                if isinstance(composed, str)
                else send_begun(office, known, composed, writer.edition(letter), outages)
            )
            letters.end(letter.id, ending.state, ending.why)
            yield letter, ending


def send_letter(
    office: Office, known: Mapping[str, KnownChannel], letter: ServiceLetter, edition: str
) -> Receipt | DeliveryError:
    """Send a letter whose beginning is committed; returns how it ended."""
    sender = letter.sender
    if why := office.outside(sender):
        return Paused(why)
    office.ledger.generations.advance_once()
    office.acted = True
    return send_once(
        office,
        sender,
        edition,
        letter.rendition,
        recipient=letter.recipient,
        known=known.get(sender.name),
    )


def _reason(result: Receipt | DeliveryError) -> str:
    return "" if isinstance(result, Receipt) else str(result)
