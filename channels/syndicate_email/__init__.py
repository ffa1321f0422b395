"""Email: a digest of what is new, one letter composed for all, filled in for each subscriber."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from html import unescape
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from pydantic import SecretStr

from syndicate import (
    Channel,
    Delivery,
    DeliveryError,
    Edition,
    Finding,
    Hears,
    InDoubt,
    Item,
    Membership,
    Outcome,
    Paused,
    Publisher,
    Receipt,
    Recipient,
    Refused,
    Rendition,
    Reply,
    Reviews,
    Says,
    Scheduled,
    Scope,
    Shown,
    Streams,
    UsageError,
    Visit,
)
from syndicate.channel import ADDRESS
from syndicate.channel.settings import Patience, RatesField, ScheduleField, ToleranceField
from syndicate.model.rate import Tolerance
from syndicate.network.exchange import LONGEST
from syndicate.system.nearby import is_below, is_loopback
from syndicate.text import folded
from syndicate_email.addresses import parse_sender
from syndicate_email.servers import parse_relay
from syndicate_email.settings import (
    AuthServ,
    CertificateFile,
    Colour,
    Connections,
    Envelope,
    HostName,
    InboxField,
    LeaveLink,
    Mailbox,
    Messages,
    Picture,
    RelayField,
    Sender,
    Subject,
    TemplateFolder,
    Texts,
)

if TYPE_CHECKING:
    from email.message import EmailMessage

    from syndicate_email.letter.compose import List
    from syndicate_email.smtp.conversation import Posting
    from syndicate_email.smtp.maildir import Folder
    from syndicate_email.smtp.pool import Crew

UNBELIEVED = (
    "readers who write without a token are asked back, each of them; {setting} may spare them that:"
    " the name with which the header Authentication-Results begins, at the top of a letter that you"
    " write to the mailbox from elsewhere"
)
READER = Recipient("example", "reader@example.org", "TOKEN")


@dataclass(kw_only=True)
class EmailDigest(Channel, Scheduled, Streams, Reviews, Hears):
    """A mailing list: what is new goes to every subscriber, in one letter, at set times.

    title        what the list is called
    sender       who writes: Name <address>
    schedule     daily 17:00, weekly fri 16:00 or monthly 1 08:00
    smtp         the relay: smtp://user:password@host:587 (STARTTLS), smtps://… (TLS),
                 smtp://127.0.0.1:25, or maildir:FOLDER to write files instead
    helo         who we say we are to the relay; else this machine's name or the sender's domain
    tls_ca       a file with the certificate of an office's own authority
    unsubscribe  the page that ends a subscription: https://…/{token}
    mailbox      the address that takes letters saying "unsubscribe"; one of these two must be
    inbox        where answers arrive: imaps://user:password@host/INBOX, maildir:FOLDER
    authserv     the name that the inbox's own server gives itself in Authentication-Results:
                 who wrote a letter without a token is believed by these alone
    leavers      more who leave so in a day than 10% of 100, or of the list, wait for a person
    known_senders_only  no letter to somebody who is on no list: nobody joins by letter
    change       the page where readers change what they get: https://…/{token}; else by mailbox
    bounces      where the relay returns letters to: bounce+{token}@…; else to the sender
    immediate    articles of urgency 1 and 2 go at once, alone, and in full where mail
                 systems show a letter of that length to its end
    connections  to the relay at the same time
    messages     letters a connection, where the relay limits them; 0 is without a limit
    patience     seconds to wait for a mail server's whole answer, 1 to 120
    rate         not faster than so: 14/second, 50000/day
    failures     a run stops by itself when more are refused for good than 10% of 200
    doubt        hold leaves letters in doubt to a person, again sends them a second time
    language     of the letter's own words; else the publisher's
    subject      of the letter: {headline} {more}, {title}, {number}, {count}, {date}, {span}
    sections     the letter's headings: by profile, by subject, or none
    template     a folder with a letter.html.jinja or letter.txt.jinja of one's own
    colour       of links and lines: #0b4f8a
    logo         at the letter's head; else the publisher's
    texts        words of one's own in the place of the tool's: {read_more = "…", intro = "…"}
    subjects     only articles with one of these
    profiles     only articles of one of these
    """

    kind = "email"
    scope = Scope.DIGEST
    title: str
    sender: Sender
    schedule: ScheduleField
    smtp: RelayField
    unsubscribe: LeaveLink = ""
    mailbox: Mailbox = ""
    inbox: InboxField = SecretStr("")  # noqa: RUF009 - it is frozen
    authserv: AuthServ = ""
    leavers: ToleranceField = Tolerance(10, 100)  # noqa: RUF009 - it is frozen
    known_senders_only: bool = False
    helo: HostName = ""
    tls_ca: CertificateFile = ""
    immediate: bool = False
    connections: Connections = 4
    messages: Messages = 0
    patience: Patience = 60.0
    rate: RatesField = ()
    failures: ToleranceField = Tolerance(10, 200)  # noqa: RUF009 - it is frozen
    doubt: Literal["hold", "again"] = "hold"
    change: LeaveLink = ""
    bounces: Envelope = ""
    language: str = ""
    subject: Subject = "{headline} {more}"
    sections: Literal["profile", "subject", "none"] = "profile"
    template: TemplateFolder = ""
    colour: Colour = "#0b4f8a"
    logo: Picture = ""
    texts: Texts = field(default_factory=dict)
    subjects: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()

    @property
    def again(self) -> bool:  # type: ignore[override]
        return self.doubt == "again"

    @property
    def standstill(self) -> float:  # type: ignore[override]
        """As long as one letter may take."""
        return min(2 * self.patience, LONGEST)

    @property
    def window(self) -> int:
        """A letter, and the beginning of the next one, on each connection."""
        return 2 * self.connections

    def __post_init__(self) -> None:
        if not (self.unsubscribe or self.mailbox):
            raise ValueError(
                "set unsubscribe (https://…/{token}) or mailbox (an address):"
                " readers must be able to leave the list"
            )
        if self.listens and not self.mailbox:
            raise ValueError("set mailbox, too: the address whose letters arrive in inbox")

    def takes(self, item: Item) -> bool:
        article = item.article
        mine = set(map(folded, self.subjects))
        about = not mine or not mine.isdisjoint(map(folded, article.subjects))
        return about and (not self.profiles or article.profile in self.profiles)

    def profiles_named(self) -> Iterator[str]:
        yield from self.profiles
        prefix = "profile_"
        yield from (one.removeprefix(prefix) for one in self.texts if one.startswith(prefix))

    def render(self, edition: Edition) -> Iterator[Rendition]:
        from syndicate_email.letter.compose import compose
        from syndicate_email.letter.stencil import MEDIA_TYPE

        stencil = compose(edition, self._list(edition))
        yield Rendition("", MEDIA_TYPE, stencil.to_bytes())

    def _list(self, edition: Edition) -> List:
        from syndicate_email.letter.compose import List
        from syndicate_email.letter.contents import Manner
        from syndicate_email.letter.design import Design

        manner = Manner(
            title=self.title, language=self.language, subject=self.subject,
            sections=self.sections, subjects=self.subjects, texts=self.texts,
            merged=self._spans_several(edition),
        )  # fmt: skip
        design = Design(
            setting=f"channels.{self.name}.template", colour=self.colour, logo=self.logo,
            folder=Path(self.template) if self.template else None,
        )  # fmt: skip
        return List(
            name=self.name, sender=self.sender, manner=manner, unsubscribe=self.unsubscribe,
            mailbox=self.mailbox, change=self.change, design=design,
        )  # fmt: skip

    def _spans_several(self, edition: Edition) -> bool:
        """Whether nobody closed a window in time, and this letter holds it, too."""
        if not (edition.opened and edition.closed):
            return False
        ends = self.schedule.between(edition.opened, edition.closed, edition.publisher.zone)
        return len(list(islice(ends, 2))) > 1

    def as_text(self, rendition: Rendition) -> str:
        """The subject and the text part, as an example reader gets them."""
        letter = _example(rendition)
        return f"{letter['Subject']}\n\n{_part(letter, 'plain')}"

    def shown(self, rendition: Rendition) -> Shown:
        html = unescape(_part(_example(rendition), "html"))
        return Shown(self.as_text(rendition), frozenset(ADDRESS.findall(html)))

    def target(self) -> str:
        """The list is the destination; relays come and go."""
        return self.name

    def outside(self, home: Path, rendition: Rendition | None = None) -> str:
        where = parse_relay(self.smtp.get_secret_value())
        near = isinstance(where, Path) or is_loopback(where.host)
        return "" if near else f"channels.{self.name}.smtp"

    def folders(self) -> Iterator[Path]:
        from syndicate_email.servers import parse_inbox

        with suppress(ValueError):  # its secret is not set
            if isinstance(where := parse_relay(self.smtp.get_secret_value()), Path):
                yield where
        with suppress(ValueError):
            if isinstance(inbox := parse_inbox(self.inbox.get_secret_value()), Path):
                yield inbox.parent if inbox.is_file() else inbox  # an mbox is written beside

    def hears_outside(self, home: Path, source: str = "") -> str:
        from syndicate_email.servers import parse_inbox

        try:
            where = parse_inbox(source or self.inbox.get_secret_value())
        except ValueError as error:
            raise UsageError(f"{error}") from error
        if isinstance(where, Path):  # reading a file leaves it as it was, a Maildir is changed
            near = where.is_file() or is_below(where, home)
        else:
            near = is_loopback(where.host)
        return "" if near else "the letters" if source else f"channels.{self.name}.inbox"

    def publish(self, delivery: Delivery) -> Receipt:
        ended: list[Outcome] = []
        try:
            ended += self.publish_all(iter([delivery]))  # as far as it gets
        except DeliveryError:
            if not any(isinstance(one.result, Receipt | InDoubt) for one in ended):
                raise  # it says more of why than the letter's own end
        [outcome] = ended
        if isinstance(outcome.result, DeliveryError):
            raise outcome.result
        return outcome.result

    def publish_all(self, deliveries: Iterator[Delivery | None]) -> Iterator[Outcome]:
        from syndicate_email.smtp.maildir import Folder

        if isinstance(self._way, Folder):
            return self._way.put_all(deliveries, self._composer())
        return self._way.carry(deliveries, self._composer())

    def review(self, edition: Edition, rendition: Rendition) -> Iterator[Finding]:
        from syndicate_email.letter.review import review
        from syndicate_email.letter.stencil import fill

        return review(edition, self._list(edition), fill(rendition.content, READER, "0" * 32))

    def flaws(self, publisher: Publisher) -> Iterator[Finding]:
        from syndicate_email.letter.review import template

        found = template(self._list(_nothing(publisher)), publisher)
        if not found.ok:
            yield found

    @property
    def listens(self) -> bool:
        return bool(self.inbox.get_secret_value())

    def hear(
        self, lists: Sequence[str], source: str = "", visit: Visit | None = None
    ) -> Generator[Reply, bool | None, None]:
        from syndicate_email.inbox.classify import understand
        from syndicate_email.inbox.fetch import Postbox
        from syndicate_email.inbox.reports import Marks
        from syndicate_email.servers import parse_inbox

        try:
            where = parse_inbox(source or self.inbox.get_secret_value())
        except ValueError as error:
            raise UsageError(f"{error}") from error
        marks = Marks(
            bounces=self.bounces, unsubscribe=self.unsubscribe, mailbox=self.mailbox,
            lists=tuple(lists), authserv=self.authserv,
        )  # fmt: skip
        setting = "the letters" if source else f"channels.{self.name}.inbox"
        note = UNBELIEVED.format(setting=f"channels.{self.name}.authserv")
        postbox = Postbox(where, setting, str(self.tls_ca), self.patience)
        with closing(postbox.messages(visit, manner=repr(marks))) as messages:
            for message in messages:
                reply = replace(understand(message.content, marks), place=message.key)
                if visit and note not in visit.notes:
                    visit.notes += [note] if self._could_believe(reply, message.content) else []
                for_a_person = yield reply
                if reply.says is Says.OTHER or for_a_person:
                    message.leave()

    def _could_believe(self, reply: Reply, content: bytes) -> bool:
        """Whether a wish without a token may have been vouched for, had the setting said by whom.

        By which name is not told: the letter's sender may have written it.
        """
        from syndicate_email.inbox.authentication import is_judged

        is_wish = reply.says in (Says.LEAVE, Says.JOIN) and not reply.token
        return is_wish and not self.authserv and is_judged(content)

    @property
    def answerable(self) -> bool:
        return bool(self.mailbox)

    def invitation(self, publisher: Publisher, at: datetime, title: str) -> Rendition:
        from syndicate_email.letter import service_letters

        return service_letters.invitation(self._list(_nothing(publisher)), publisher, at, title)

    def overview(
        self, publisher: Publisher, at: datetime, lists: Sequence[Membership]
    ) -> Rendition:
        from syndicate_email.letter import service_letters

        return service_letters.overview(self._list(_nothing(publisher)), publisher, at, lists)

    def parting(self, publisher: Publisher, at: datetime, lists: Sequence[Membership]) -> Rendition:
        from syndicate_email.letter import service_letters

        return service_letters.parting(self._list(_nothing(publisher)), publisher, at, lists)

    def goodbye(self, publisher: Publisher, at: datetime, lists: Sequence[Membership]) -> Rendition:
        from syndicate_email.letter import service_letters

        return service_letters.goodbye(self._list(_nothing(publisher)), publisher, at, lists)

    def inspect(self, publisher: Publisher) -> Iterator[Finding]:
        """The relay has let us in when it was opened."""
        from syndicate_email.letter.review import template

        address = parse_sender(self.sender)[1]
        yield Finding("relay", True, self._way.there())
        try:
            self._way.accepts(address)
        except DeliveryError as error:
            refused = isinstance(error, Paused)  # put off is everybody, for now
            hint = f"; or channels.{self.name}.sender is not yours" if refused else ""
            yield Finding("sender", False, f"{error}{hint}")
        else:
            yield Finding("sender", True, f"{address} may write")
        yield template(self._list(_nothing(publisher)), publisher)
        if self.listens:
            yield self._inspect_inbox()

    def _inspect_inbox(self) -> Finding:
        from syndicate_email.inbox.fetch import Postbox
        from syndicate_email.servers import parse_inbox

        where = parse_inbox(self.inbox.get_secret_value())
        try:
            setting = f"channels.{self.name}.inbox"
            said = Postbox(where, setting, str(self.tls_ca), self.patience).there()
        except DeliveryError as error:
            return Finding("inbox", False, f"{error}")
        return Finding("inbox", True, said)

    def _composer(self) -> Callable[[Delivery], Posting]:
        """A function that makes a delivery ready to go; Refused for a wrong address."""
        from syndicate_email.addresses import mail_address
        from syndicate_email.letter.stencil import filled, message_id
        from syndicate_email.smtp.conversation import Posting
        from syndicate_email.smtp.maildir import Folder

        wired = not isinstance(self._way, Folder)
        _, address = parse_sender(self.sender)

        def compose(delivery: Delivery) -> Posting:
            assert delivery.recipient, "a digest is sent to somebody"
            stencil, person = delivery.rendition.content, delivery.recipient
            try:
                to = mail_address(person.email)
                pieces = filled(stencil, to, person.token, delivery.key, stuffed=wired)
            except ValueError as error:
                raise Refused(
                    f"channels.{self.name}: the address of subscriber {person.id}"
                    " cannot be written to; remove it and add the right one"
                ) from error
            returns = self.bounces.replace("{token}", person.token) or address
            return Posting(delivery, returns, to, pieces, message_id(stencil, delivery.key))

        return compose

    def __enter__(self) -> Self:
        self._way = self._to_the_relay()
        self._way.open()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._way.close()

    def _to_the_relay(self) -> Crew | Folder:
        where = parse_relay(self.smtp.get_secret_value())
        if isinstance(where, Path):
            from syndicate_email.smtp.maildir import Folder

            return Folder(where, self.name)
        from syndicate_email.smtp.connector import Dialler
        from syndicate_email.smtp.pool import Crew

        return Crew(
            Dialler(
                where, self.name, helo=self.helo,
                domain=parse_sender(self.sender)[1].rpartition("@")[2], tls_ca=str(self.tls_ca),
                patience=self.patience,
            ),
            self.connections, self.messages,
        )  # fmt: skip


def _nothing(publisher: Publisher) -> Edition:
    return Edition(key="", publisher=publisher, items=())


def _example(rendition: Rendition) -> EmailMessage:
    """The letter, as an example reader gets it."""
    from email import message_from_bytes
    from email.message import EmailMessage
    from email.policy import default

    from syndicate_email.letter.stencil import fill

    letter = message_from_bytes(fill(rendition.content, READER, "0" * 32), policy=default)
    assert isinstance(letter, EmailMessage)
    return letter


def _part(letter: EmailMessage, subtype: str) -> str:
    body = letter.get_body((subtype,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")
