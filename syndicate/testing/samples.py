"""Articles as they are published, corrected and withdrawn, to try channels with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from syndicate.channel import Channel, Scope
from syndicate.channel.mailing_list import MailingList
from syndicate.model.annotations import Related, Reminder
from syndicate.model.article import Article, Correction, Edition, Item, Media, Publisher, Withdrawal
from syndicate.model.delivery import Delivery, Receipt, Recipient, delivery_key

NOON = datetime(2026, 8, 14, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)

OFFICE = Publisher(
    name="Example Office",
    url="https://example.org",
    language="en",
    timezone="Asia/Jakarta",
    email="desk@example.org",
    address="1 Example Street",
)

HELLO = Article(
    uri="tag:example.org,2026-08-14:hello",
    headline="Hello, world",
    html="<p>It begins.</p>",
    lead="It begins.",
    markdown="It begins.",
    language="en",
    url="https://example.org/hello",
    subjects=("greetings",),
)

HARD = {
    "markup": "<b>&amp; </script> *_`[x](y) {0} %s $x ]]>",
    "languages": "Съешь ещё этих мягких булок 你好 مرحبا שלום",
    "emoji": "👩🏽‍🚒 🇺🇳 ﷽",
    "control": "a\x00b\x0bc\x1fd\ufffee",
    "long": "All work and no play makes Jack a dull boy. " * 400,
}

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c494441"
    "54789c63304e9b0900020201335687e2540000000049454e44ae426082"
)
PICTURE = Media(
    file="dot.png",
    alt="A dot",
    media_type="image/png",
    sha256="812bceb7008dd353b8cdf5f6fd8e80fd582b114bcb7ee1b6dd05a529bc382f50",
    size=len(PIXEL),
    width=1,
    height=1,
)


def item(article: Article = HELLO, **given: object) -> Item:
    """An article as published at noon; ``given`` overrides the item's fields."""
    fields: dict[str, object] = {"version": 1, "published": NOON, "updated": NOON} | given
    return Item(article=article, **fields)  # type: ignore[arg-type]


def corrected(article: Article, note: str = "The year was wrong.") -> Item:
    """The same, corrected an hour later."""
    later = NOON + timedelta(hours=1)
    correction = Correction(version=2, at=later, note=note)
    return item(article, version=2, updated=later, corrections=(correction,))


def withdrawn(article: Article = HELLO, reason: str = "It was not so.", kill: bool = False) -> Item:
    """The same, taken back two hours later."""
    later = NOON + timedelta(hours=2)
    withdrawal = Withdrawal(at=later, reason=reason, kill=kill)
    return item(article, version=2, updated=later, withdrawal=withdrawal)


ORIGINAL = Related(
    uri="tag:example.org,2026-08-01:first",
    headline="What was said",
    url="https://example.org/first",
)
ANSWER = Related(
    uri="tag:example.org,2026-08-20:answer", headline="Our answer", url="https://example.org/answer"
)


def answered(article: Article = HELLO) -> Item:
    """The same, which answers one article and is answered by another (right of reply)."""
    return item(article, replies_to=ORIGINAL, replies=(ANSWER,))


def ended(article: Article = HELLO) -> Item:
    """The same, whose deadline has passed, where readers are to see it."""
    return item(replace(article, expires=NOON + DAY), expired=True, ended=True)


def reminded(article: Article = HELLO) -> Item:
    """The same, of whose deadline readers are reminded a day before."""
    expires = NOON + timedelta(days=8)
    when = expires - DAY
    reminder = Reminder(moment=when, at=when, expires=expires)
    return item(replace(article, expires=expires), reminders=(reminder,))


def edition(channel: Channel, *items: Item) -> Edition:
    """An edition this channel could get."""
    closed = NOON + timedelta(hours=5) if channel.scope is Scope.DIGEST else None
    return Edition(
        key="test",
        publisher=OFFICE,
        items=items,
        opened=closed and closed - timedelta(days=1),
        closed=closed,
    )


def deliveries(channel: Channel, what: Edition) -> list[Delivery]:
    """Return the deliveries of an edition; a digest goes to two people."""
    made = []
    for rendition in channel.render(what):
        for who in _recipients(channel):
            address = who.id if who else rendition.address
            key = delivery_key(channel.name, what.key, address)
            made.append(Delivery(key=key, rendition=rendition, recipient=who, started=NOON))
    return made


def _recipients(channel: Channel) -> tuple[Recipient | None, ...]:
    if channel.scope is not Scope.DIGEST:
        return (None,)
    return (
        Recipient(id="1", email="ann@example.org", token="token-of-ann"),  # noqa: S106
        Recipient(id="2", email="bob@example.net", token="token-of-bob"),  # noqa: S106
    )


def publish(channel: Channel, todo: list[Delivery]) -> list[Receipt]:
    """Publish all, by the stream if the channel has one; what went wrong is raised."""
    if not isinstance(channel, MailingList):
        return [channel.publish(delivery) for delivery in todo]
    receipts = []
    for outcome in channel.publish_all(iter(todo)):
        if not isinstance(outcome.result, Receipt):
            raise outcome.result
        receipts.append(outcome.result)
    return receipts
