"""Contract of a channel that can also write to the office's own people, beside its readers."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime

from syndicate.channel import Channel
from syndicate.model.article import Publisher
from syndicate.model.delivery import Recipient, Rendition


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeMessage:
    """Plain words to people of the office."""

    subject: str  # one line
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A message that is ready: the channel that publishes it, and to whom."""

    channel: Channel  # leads to this address alone
    rendition: Rendition
    recipient: Recipient | None = None  # of a letter


class Notifies(Channel):
    """A channel that can bring a plain message to an address that is no reader's."""

    @abstractmethod
    def errand(self, to: str, message: OfficeMessage, publisher: Publisher) -> Errand:
        """Make a message ready for a chat or a person: no clock, no network.

        Raises ValueError for what is no address of this channel.
        """
