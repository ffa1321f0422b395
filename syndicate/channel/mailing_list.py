"""Contract of a mailing list: a channel that sends digests to subscribers and reads their replies.

Only ``schedule``, ``window`` and ``publish_all`` have to be written; all else has a default.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar

from syndicate.channel import Channel, Finding, Scope
from syndicate.channel.findings import Deviation, Difference, Published
from syndicate.channel.visit import Visit
from syndicate.errors import DeliveryError, InDoubt, UsageError
from syndicate.model.article import Edition, Publisher
from syndicate.model.delivery import Delivery, Receipt, Rendition
from syndicate.model.rate import Rate, Tolerance
from syndicate.model.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result of one delivery of a stream."""

    delivery: Delivery
    result: Receipt | DeliveryError


class Meaning(StrEnum):
    """Meaning of a message that arrived: a reader's wish, or a mail system's notice."""

    LEAVE = "leave"  # unsubscribe from this list
    JOIN = "join"  # subscribe; they are asked to confirm
    CONFIRM = "confirm"  # they confirm that they want to join, or to leave
    MOVE = "move"  # they move to another address, which ``about`` names
    FOLLOW = "follow"  # they follow one article, whose uri is ``about``
    DECIDE = "decide"  # an approver decides: ``about`` is approve or reject, ``detail`` why
    LISTS = "lists"  # they ask which lists exist and which they are on
    BOUNCED = "bounced"  # the letter could not be delivered
    REFUSED = "refused"  # rejected because of us (rate, name, content), not of the reader
    COMPLAINED = "complained"  # reported as spam
    NOTHING = "nothing"  # an automatic reply, or a notice of delay
    ARRIVED = "arrived"  # a copy of a digest, sent to the canary; ``token`` is its delivery's key
    OTHER = "other"  # for a person to read


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One message that arrived."""

    key: str  # the message's own, the same whenever it is read
    meaning: Meaning
    token: str = ""  # whose subscription it is about, or which request it confirms
    email: str = ""  # the sender; "" where they could not be asked back
    authentication: str = ""  # the mailbox's own server's verdict, dmarc=pass; "" if none
    name: str = ""
    about: str = ""  # the list that it names, if any; a new address; an article's uri; a decision
    code: str = ""  # of a bounce: its status, like 5.1.1 (RFC 3463)
    detail: str = ""  # for people: one line without anybody's address
    place: str = ""  # the inbox's name for it while it lies there; "" where it has none


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A list as described to one person; ``token`` is theirs, "" where they are not on it."""

    name: str
    title: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class CommandLink:
    """A link in a letter that opens a letter to the list's mailbox: a command and its token."""

    label: str
    command: str  # "unsubscribe {token}", with the recipient's token


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainLetter:
    """A letter to one person, in plain text; the list adds its head and the office's foot.

    ``confirms``: answering it confirms what its recipient's token names. ``stops``: it offers to
    end what its recipient's token names, in a header that mail programs show (RFC 2369).
    """

    subject: str
    paragraphs: tuple[str | CommandLink, ...]
    language: str = ""
    confirms: bool = False
    stops: bool = False


class MailingList(Channel):
    """A channel that sends each digest to every subscriber, several deliveries at once.

    ``publish_all`` is the stream. The other methods are about the mailbox that readers write to;
    a list without one leaves them as they are.
    """

    scope: ClassVar[Scope] = Scope.DIGEST

    schedule: Schedule  # when digests are closed
    immediate: bool = False  # send what is urgent at once (Edition.urgent)
    rate: tuple[Rate, ...] = ()  # the most deliveries in a time, of all processes together
    failures: Tolerance | None = None  # a run with more permanent failures stops
    resend_in_doubt: bool = False  # under the same key
    idle_timeout: float = 120.0  # seconds without any result after which a run is given up
    canary: str = ""  # an address that gets each digest, and whose letters arrive in the inbox
    known_senders_only: bool = False  # write to no address that is on no list
    # when more people leave in a day without showing a token, a person has to look first
    leavers: Tolerance | None = Tolerance(10, 100)

    @classmethod
    def postman(cls, mail: Mapping[str, str], publisher: Publisher) -> Mapping[str, Any]:
        """Return the settings of a list that sends no digests, but letters to single people.

        ``mail`` holds what is set in ``[mail]``: smtp, sender, inbox, authserv, tls_ca. Raises
        ValueError for what makes no such list.
        """
        raise ValueError("a channel of this kind writes no letters to single people")

    @property
    @abstractmethod
    def window(self) -> int:
        """Return the most deliveries that may be started and not ended: 2 x connections."""

    @abstractmethod
    def publish_all(self, deliveries: Iterator[Delivery | None]) -> Iterator[Outcome]:
        """Yield the outcome of each delivery, in any order.

        Pulling a delivery starts it: the ledger has committed that it is being sent. None means
        that none may be started now: attend to what is under way, then pull again. Yielding its
        outcome ends a delivery. Raising a DeliveryError, or returning early, ends the run: what
        was pulled and has no outcome is in doubt, the rest keeps its turn.
        """

    def publish(self, delivery: Delivery) -> Receipt:
        """Send a single delivery: a stream of one."""
        ended: list[Outcome] = []
        try:
            ended += self.publish_all(iter([delivery]))  # keeps what came before an error
        except DeliveryError:
            if not any(isinstance(outcome.result, Receipt | InDoubt) for outcome in ended):
                raise  # it explains more than the delivery's own outcome
        [outcome] = ended
        if isinstance(outcome.result, DeliveryError):
            raise outcome.result
        return outcome.result

    def review(self, edition: Edition, rendition: Rendition | None = None) -> Iterable[Finding]:
        """Return the size of a digest about to be sent, and what readers may stumble over.

        Without a ``rendition``: what is wrong with the settings, whatever the digest. No network.
        """
        return ()

    def compare(self, standing: Iterable[Published]) -> Iterable[Difference]:
        why = "letters cannot be read back: what was sent lies in readers' mailboxes"
        return (Difference(what=Deviation.UNREAD, detail=why),)

    @property
    def has_inbox(self) -> bool:
        """True if an inbox is configured: ``tick`` reads it."""
        return False

    @property
    def takes_replies(self) -> bool:
        """True if readers can reply to its letters; then it can write all those below."""
        return False

    @property
    def office_addresses(self) -> frozenset[str]:
        """Return addresses that are the office's own, in lower case: no reader has them."""
        return frozenset()

    def read_inbox(
        self, lists: Sequence[str], source: str = "", visit: Visit | None = None
    ) -> Generator[Reply, bool | None, None]:
        """Yield what arrived, oldest first. Pulling the next reply marks the last one as handled.

        If True is sent in, it is for a person and stays unread. ``visit`` limits the time and
        names the messages that need not be read again. ``lists`` are the names and titles by which
        a message may name a list. ``source`` replaces the configured inbox: a file, a folder, an
        address. Raises UsageError for a source that is none of these, Refused or Unavailable where
        it cannot be read.
        """
        raise UsageError(f"channel {self.name!r} gets no answers")

    def inbox_outside(self, home: Path, source: str = "") -> str:
        """Name the setting by which it would read mail that is not a rehearsal's; "" for none.

        ``source`` is that of ``read_inbox``, ``home`` the configuration's folder.
        """
        return "the mailbox"

    def confirm_subscribe(self, publisher: Publisher, at: datetime, title: str) -> Rendition:
        """Render the letter that asks a person to confirm, with their token, that they join.

        ``title`` is the list's: one list may write for another that gets no mail itself.
        """
        raise NotImplementedError

    def overview(
        self, publisher: Publisher, at: datetime, lists: Sequence[Membership]
    ) -> Rendition:
        """Render the letter that names all lists, and how to join and leave them."""
        raise NotImplementedError

    def confirm_unsubscribe(
        self, publisher: Publisher, at: datetime, lists: Sequence[Membership]
    ) -> Rendition | None:
        """Render the letter that asks a person to confirm, with their token, that they leave.

        Each list carries their token for it, which ends that subscription alone. None where this
        list writes no such letter.
        """
        return None

    def goodbye(
        self, publisher: Publisher, at: datetime, lists: Sequence[Membership]
    ) -> Rendition | None:
        """Render the letter that confirms that a person has left these lists, since ``at``.

        It holds no news. Each ``token`` brings its list back: as ``subscribe TOKEN`` in a letter,
        or by ``syndicate rejoin``. None where this list writes no such letter.
        """
        return None

    def plain_letter(
        self, publisher: Publisher, at: datetime, letter: PlainLetter
    ) -> Rendition | None:
        """Render any other letter to one person; None where this list writes none."""
        return None

    def whole_letter(self, publisher: Publisher, letter: EmailMessage) -> Rendition | None:
        """Render a letter that was composed elsewhere, to one person; None where it writes none.

        The list adds From, To, Reply-To and Message-ID.
        """
        return None
