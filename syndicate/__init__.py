"""Names that a channel is written with; each is imported when it is first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syndicate.channel import (
        Channel,
        Finding,
        Finds,
        Removes,
        Repeatable,
        Revises,
        Scope,
        Shown,
    )
    from syndicate.channel.collection import Collection
    from syndicate.channel.findings import Deviation, Difference, Published
    from syndicate.channel.mailing_list import (
        CommandLink,
        MailingList,
        Meaning,
        Membership,
        Outcome,
        PlainLetter,
        Reply,
    )
    from syndicate.channel.office_messages import Errand, Notifies, OfficeMessage
    from syndicate.channel.previews import Previews, View
    from syndicate.channel.visit import Visit
    from syndicate.errors import (
        ArticleError,
        Bounced,
        ConfigError,
        Deferred,
        DeliveryError,
        InDoubt,
        LedgerError,
        Paused,
        Refused,
        SyndicateError,
        Unavailable,
        UsageError,
    )
    from syndicate.model.annotations import Related, Reminder
    from syndicate.model.article import (
        Article,
        Correction,
        Dateline,
        Edition,
        InfoSource,
        Item,
        Media,
        Publisher,
        PubStatus,
        Withdrawal,
    )
    from syndicate.model.delivery import (
        ABSENT,
        Absent,
        Delivery,
        Receipt,
        Recipient,
        Rendition,
        delivery_key,
    )
    from syndicate.model.schedule import Schedule

HOMES = (
    "model.article",
    "model.annotations",
    "model.delivery",
    "channel",
    "errors",
    "model.schedule",
    "channel.findings",
    "channel.collection",
    "channel.mailing_list",
    "channel.visit",
    "channel.office_messages",
    "channel.previews",
)


def __getattr__(name: str) -> object:
    if name in __all__:
        for home in HOMES:
            module = import_module(f"syndicate.{home}")
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "ABSENT",
    "Absent",
    "Article",
    "ArticleError",
    "Bounced",
    "Channel",
    "Collection",
    "CommandLink",
    "ConfigError",
    "Correction",
    "Dateline",
    "Deferred",
    "Delivery",
    "DeliveryError",
    "Deviation",
    "Difference",
    "Edition",
    "Errand",
    "Finding",
    "Finds",
    "InDoubt",
    "InfoSource",
    "Item",
    "LedgerError",
    "MailingList",
    "Meaning",
    "Media",
    "Membership",
    "Notifies",
    "OfficeMessage",
    "Outcome",
    "Paused",
    "PlainLetter",
    "Previews",
    "PubStatus",
    "Published",
    "Publisher",
    "Receipt",
    "Recipient",
    "Refused",
    "Related",
    "Reminder",
    "Removes",
    "Rendition",
    "Repeatable",
    "Reply",
    "Revises",
    "Schedule",
    "Scope",
    "Shown",
    "SyndicateError",
    "Unavailable",
    "UsageError",
    "View",
    "Visit",
    "Withdrawal",
    "delivery_key",
]
