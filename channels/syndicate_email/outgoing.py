"""Make letters ready for their recipients, and send them: through a relay, or into a Maildir."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from syndicate import Delivery, DeliveryError, Finding, Outcome, Paused, Refused
from syndicate_email.addresses import mail_address
from syndicate_email.letter.stencil import filled, message_id
from syndicate_email.servers import Relay
from syndicate_email.smtp.conversation import OutgoingLetter
from syndicate_email.smtp.source import Prepare


class Transport(Protocol):
    """A relay or a Maildir."""

    def open(self) -> None:
        """Connect; Refused or Unavailable where that fails."""

    def close(self) -> None:
        """Hang up."""

    def describe(self) -> str:
        """Return what it leads to, for a person; Refused or Unavailable where it does not."""

    def accepts(self, sender: str) -> None:
        """Ask whether an address may send letters, and send none; DeliveryError if not."""

    def send_all(
        self, deliveries: Iterator[Delivery | None], prepare: Prepare
    ) -> Iterator[Outcome]:
        """Send letter after letter; yield how each of them ended, in any order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One list's way out."""

    channel: str
    sender: str  # the address
    bounces: str  # the envelope sender, with {token}; "" is the sender
    transport: Transport
    dot_stuffed: bool  # letters are written as they go over the wire

    def send_all(self, deliveries: Iterator[Delivery | None]) -> Iterator[Outcome]:
        """Send letter after letter; yield how each of them ended, in any order."""
        return self.transport.send_all(deliveries, self.prepare)

    def prepare(self, delivery: Delivery) -> OutgoingLetter:
        """Fill in the letter for its recipient; Refused for an address that is wrong."""
        assert delivery.recipient, "a digest is sent to somebody"
        stencil, recipient = delivery.rendition.content, delivery.recipient
        try:
            to = mail_address(recipient.email)
            pieces = filled(stencil, to, recipient.token, delivery.key, stuffed=self.dot_stuffed)
        except ValueError as error:
            raise Refused(
                f"channels.{self.channel}: the address of subscriber {recipient.id}"
                " cannot be written to; remove it and add the right one"
            ) from error
        envelope_sender = self.bounces.replace("{token}", recipient.token) or self.sender
        return OutgoingLetter(
            delivery=delivery,
            sender=envelope_sender,
            recipient=to,
            pieces=pieces,
            reference=message_id(stencil, delivery.key),
        )

    def findings(self) -> Iterator[Finding]:
        """Check that the relay answers, and that it takes letters of the sender."""
        yield Finding(what="relay", ok=True, detail=self.transport.describe())
        try:
            self.transport.accepts(self.sender)
        except DeliveryError as error:
            refused = isinstance(error, Paused)  # put off is everybody, for now
            hint = f"; or channels.{self.channel}.sender is not yours" if refused else ""
            yield Finding(what="sender", ok=False, detail=f"{error}{hint}")
        else:
            yield Finding(what="sender", ok=True, detail=f"{self.sender} may write")


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaySettings:
    """The settings of a list's relay beside its address."""

    helo: str
    tls_ca: str
    patience: float  # seconds for a whole answer
    connections: int
    messages: int  # letters a connection; 0 is without an end


def open_transport(
    server: Relay | Path, channel: str, sender: str, settings: RelaySettings
) -> Transport:
    """Return an open relay or Maildir; Refused or Unavailable where that fails."""
    transport = (
        _maildir(server, channel)
        if isinstance(server, Path)
        else _relay(server, channel, sender, settings)
    )
    transport.open()
    return transport


def _maildir(path: Path, channel: str) -> Transport:
    from syndicate_email.smtp.maildir import Maildir

    return Maildir(path, channel)


def _relay(server: Relay, channel: str, sender: str, settings: RelaySettings) -> Transport:
    from syndicate_email.smtp.connector import Connector
    from syndicate_email.smtp.pool import ConnectionPool

    connector = Connector(
        server,
        channel,
        helo=settings.helo,
        domain=sender.rpartition("@")[2],
        tls_ca=settings.tls_ca,
        patience=settings.patience,
    )
    return ConnectionPool(connector, settings.connections, settings.messages)
