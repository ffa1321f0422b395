"""Email digests: one letter with what is new, composed once, filled in for each subscriber."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import SecretStr

from syndicate import (
    Delivery,
    Edition,
    Errand,
    Finding,
    Item,
    MailingList,
    Membership,
    Notifies,
    OfficeMessage,
    Outcome,
    PlainLetter,
    Previews,
    Publisher,
    Recipient,
    Rendition,
    Reply,
    Shown,
    View,
    Visit,
)
from syndicate.channel.settings import Hours, Patience, RatesField, ScheduleField, ToleranceField
from syndicate.model.rate import Tolerance
from syndicate.network.exchange import LONGEST_EXCHANGE_SECONDS
from syndicate.system.local import is_loopback
from syndicate.text import folded
from syndicate_email.addresses import mail_address, parse_sender
from syndicate_email.servers import parse_relay
from syndicate_email.settings import (
    AuthServ,
    CertificateFile,
    Colour,
    Connections,
    EnvelopeSender,
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

    from syndicate_email.inbox.listen import Listener
    from syndicate_email.letter.compose import ListSettings
    from syndicate_email.outgoing import Outgoing


@dataclass(kw_only=True)
class EmailDigest(MailingList, Notifies, Previews):
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
    canary       an address whose letters arrive in inbox too: it gets each digest, and the desk is
                 told of one that has not arrived within an hour
    leavers      more who leave so in a day than 10% of 100, or of the list, wait for a person
    known_senders_only  no letter to somebody who is on no list: nobody joins by letter
    change       the page where readers change what they get: https://…/{token}; else by mailbox
    bounces      where the relay returns letters to: bounce+{token}@…; else to the sender
    immediate    articles of urgency 1 and 2 go at once, alone, and in full where mail
                 systems show a letter of that length to its end
    hold_hours   no digest in these hours: 22:00-06:00; urgent letters do not wait
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
    title: str
    sender: Sender
    schedule: ScheduleField
    smtp: RelayField
    unsubscribe: LeaveLink = ""
    mailbox: Mailbox = ""
    inbox: InboxField = SecretStr("")  # noqa: RUF009 - it is frozen
    authserv: AuthServ = ""
    canary: Mailbox = ""
    leavers: ToleranceField = Tolerance(10, 100)  # noqa: RUF009 - it is frozen
    known_senders_only: bool = False
    helo: HostName = ""
    tls_ca: CertificateFile = ""
    immediate: bool = False
    hold_hours: Hours = ""
    connections: Connections = 4
    messages: Messages = 0
    patience: Patience = 60.0
    rate: RatesField = ()
    failures: ToleranceField = Tolerance(10, 200)  # noqa: RUF009 - it is frozen
    doubt: Literal["hold", "again"] = "hold"
    change: LeaveLink = ""
    bounces: EnvelopeSender = ""
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
    def resend_in_doubt(self) -> bool:  # type: ignore[override]
        return self.doubt == "again"

    @property
    def idle_timeout(self) -> float:  # type: ignore[override]
        """The seconds that one letter may take."""
        return min(2 * self.patience, LONGEST_EXCHANGE_SECONDS)

    @property
    def window(self) -> int:
        """Two letters on each connection: one, and the beginning of the next."""
        return 2 * self.connections

    def __post_init__(self) -> None:
        if not (self.unsubscribe or self.mailbox):
            raise ValueError(
                "set unsubscribe (https://…/{token}) or mailbox (an address): readers"
                " must be able to unsubscribe"
            )
        if self.canary and not self.has_inbox:
            raise ValueError("set inbox, too: the mailbox in which the canary's letters arrive")
        if self.has_inbox and not self.mailbox:
            raise ValueError("set mailbox, too: the address whose letters arrive in inbox")

    def takes(self, item: Item) -> bool:
        article = item.article
        mine = set(map(folded, self.subjects))
        about = not mine or not mine.isdisjoint(map(folded, article.subjects))
        return about and (not self.profiles or article.profile in self.profiles)

    def profiles_named(self) -> Iterator[str]:
        yield from self.profiles
        prefix = "profile_"
        yield from (name.removeprefix(prefix) for name in self.texts if name.startswith(prefix))

    def render(self, edition: Edition) -> Iterator[Rendition]:
        from syndicate_email.letter.compose import compose_letter
        from syndicate_email.letter.stencil import MEDIA_TYPE

        stencil = compose_letter(edition, self._list(edition))
        yield Rendition(address="", media_type=MEDIA_TYPE, content=stencil.to_bytes())

    def views(self, edition: Edition) -> Iterator[View]:
        from syndicate_email.letter.previews import letter_views

        return letter_views(edition, self._list(edition))

    def _list(self, edition: Edition) -> ListSettings:
        from syndicate_email.letter.compose import ListSettings
        from syndicate_email.letter.contents import Wording, spans_several
        from syndicate_email.letter.design import Design

        wording = Wording(
            title=self.title,
            language=self.language,
            subject=self.subject,
            sections=self.sections,
            subjects=self.subjects,
            texts=self.texts,
            merged=spans_several(self.schedule, edition),
        )
        design = Design(
            setting=f"channels.{self.name}.template",
            colour=self.colour,
            logo=self.logo,
            folder=Path(self.template) if self.template else None,
        )
        return ListSettings(
            name=self.name,
            sender=self.sender,
            wording=wording,
            unsubscribe=self.unsubscribe,
            mailbox=self.mailbox,
            change=self.change,
            follows=self.has_inbox,
            design=design,
        )

    def _service(self, publisher: Publisher) -> ListSettings:
        """Return the settings for letters to single people, which hold no articles."""
        return self._list(_nothing(publisher))

    def as_text(self, rendition: Rendition) -> str:
        """Return the subject and the text part, as an example reader gets them."""
        from syndicate_email.letter import example

        return example.example_text(rendition)

    def shown(self, rendition: Rendition) -> Shown:
        from syndicate_email.letter import example

        return example.example_shown(rendition)

    def target(self) -> str:
        """Return the list: relays may change."""
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

    def inbox_outside(self, home: Path, source: str = "") -> str:
        from syndicate_email.inbox.listen import is_near, locate_inbox

        where = locate_inbox(source or self.inbox.get_secret_value())
        return "" if is_near(where, home) else self._inbox_setting(source)

    def publish_all(self, deliveries: Iterator[Delivery | None]) -> Iterator[Outcome]:
        return self._outgoing.send_all(deliveries)

    def review(self, edition: Edition, rendition: Rendition | None = None) -> Iterator[Finding]:
        from syndicate_email.letter.example import example
        from syndicate_email.letter.review import review, template

        if rendition is None:
            yield template(self._list(edition), edition.publisher)
        else:
            yield from review(edition, self._list(edition), example(rendition))

    @property
    def has_inbox(self) -> bool:
        return bool(self.inbox.get_secret_value())

    def read_inbox(
        self, lists: Sequence[str], source: str = "", visit: Visit | None = None
    ) -> Generator[Reply, bool | None, None]:
        return (yield from self._listener(lists, source).replies(visit))

    def _listener(self, lists: Sequence[str] = (), source: str = "") -> Listener:
        from syndicate_email.inbox.listen import Listener, locate_inbox
        from syndicate_email.inbox.reports import Marks

        marks = Marks(
            bounces=self.bounces,
            unsubscribe=self.unsubscribe,
            mailbox=self.mailbox,
            lists=tuple(lists),
            canary=self.canary,
            authserv=self.authserv,
        )
        return Listener(
            where=locate_inbox(source or self.inbox.get_secret_value()),
            setting=self._inbox_setting(source),
            channel=self.name,
            marks=marks,
            tls_ca=str(self.tls_ca),
            patience=self.patience,
        )

    def _inbox_setting(self, source: str) -> str:
        """Return what names the inbox in errors: the setting, or the letters read by hand."""
        return "the letters" if source else f"channels.{self.name}.inbox"

    @property
    def takes_replies(self) -> bool:
        return bool(self.mailbox)

    @property
    def office_addresses(self) -> frozenset[str]:
        return frozenset({self.mailbox.lower(), parse_sender(self.sender)[1].lower()} - {""})

    def confirm_subscribe(self, publisher: Publisher, at: datetime, title: str) -> Rendition:
        from syndicate_email.letter import service_letters

        return service_letters.confirm_subscribe(self._service(publisher), publisher, at, title)

    def overview(
        self, publisher: Publisher, at: datetime, lists: Sequence[Membership]
    ) -> Rendition:
        from syndicate_email.letter import service_letters

        return service_letters.overview(self._service(publisher), publisher, at, lists)

    def confirm_unsubscribe(
        self, publisher: Publisher, at: datetime, lists: Sequence[Membership]
    ) -> Rendition:
        from syndicate_email.letter import service_letters

        return service_letters.confirm_unsubscribe(self._service(publisher), publisher, at, lists)

    def goodbye(self, publisher: Publisher, at: datetime, lists: Sequence[Membership]) -> Rendition:
        from syndicate_email.letter import service_letters

        return service_letters.goodbye(self._service(publisher), publisher, at, lists)

    def errand(self, to: str, message: OfficeMessage, publisher: Publisher) -> Errand:
        from syndicate_email.letter import service_letters

        recipient = Recipient(id="desk", email=mail_address(to), token="desk")  # noqa: S106
        letter = service_letters.office_message(self._service(publisher), publisher, message)
        return Errand(channel=self, rendition=letter, recipient=recipient)

    @classmethod
    def postman(cls, mail: Mapping[str, str], publisher: Publisher) -> Mapping[str, Any]:
        _, address = parse_sender(mail.get("sender", ""))
        return {"title": publisher.name, "schedule": "daily 00:00", "mailbox": address, **mail}

    def plain_letter(self, publisher: Publisher, at: datetime, letter: PlainLetter) -> Rendition:
        from syndicate_email.letter import service_letters

        return service_letters.plain_letter(self._service(publisher), publisher, at, letter)

    def whole_letter(self, publisher: Publisher, letter: EmailMessage) -> Rendition:
        from syndicate_email.letter import service_letters

        return service_letters.whole_letter(self._service(publisher), letter)

    def inspect(self, publisher: Publisher) -> Iterator[Finding]:
        """Check the relay, which let us in when it was opened, the template and the inbox."""
        yield from self._outgoing.findings()
        yield from self.review(_nothing(publisher))
        if self.has_inbox:
            yield self._listener().finding()

    def __enter__(self) -> Self:
        self._outgoing = self._opened()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._outgoing.transport.close()

    def _opened(self) -> Outgoing:
        from syndicate_email.outgoing import Outgoing, RelaySettings, open_transport

        server = parse_relay(self.smtp.get_secret_value())
        _, address = parse_sender(self.sender)
        settings = RelaySettings(
            helo=self.helo,
            tls_ca=str(self.tls_ca),
            patience=self.patience,
            connections=self.connections,
            messages=self.messages,
        )
        return Outgoing(
            channel=self.name,
            sender=address,
            bounces=self.bounces,
            transport=open_transport(server, self.name, address, settings),
            dot_stuffed=not isinstance(server, Path),
        )


def _nothing(publisher: Publisher) -> Edition:
    return Edition(key="", publisher=publisher, items=())
