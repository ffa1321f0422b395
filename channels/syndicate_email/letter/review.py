"""Find what readers or their mail systems might stumble over in a letter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import escape, unescape

from syndicate import ConfigError, Edition, Finding, Item, Publisher
from syndicate.model.article import Article, Correction, Withdrawal
from syndicate_email.letter.compose import MOST_HTML, ListSettings, compose_letter, is_in_full
from syndicate_email.letter.contents import letter_contents
from syndicate_email.letter.stencil import Stencil


def review(edition: Edition, to: ListSettings, letter: bytes) -> Iterator[Finding]:
    """Check a filled-in letter: its size, what was shortened, what is missing."""
    message = message_from_bytes(letter, policy=default)
    assert isinstance(message, EmailMessage)
    html = message.get_body(("html",))
    assert html is not None
    size = len(html.get_content().encode())
    yield Finding(
        what="size",
        ok=True,
        detail=f"{len(letter) / 1000:.0f} kB a letter, {size / 1000:.0f} kB of it HTML",
    )
    if size > MOST_HTML:
        cut = "some mail systems cut off the end, where the link to unsubscribe is"
        yield Finding(what="size", ok=False, detail=f"{size / 1000:.0f} kB of HTML: {cut}")
    composed = letter_contents(edition, to.wording)
    more = to.wording.words(composed.language)["more"]
    counts = range(1, len(composed.entries) + 1)
    if any(escape(more.format(count=count)) in html.get_content() for count in counts):
        many = f"{len(composed.entries)} articles: some are there with their headline only"
        yield Finding(what="length", ok=False, detail=many)
    if edition.urgent and edition.items and not is_in_full(edition, to):
        yield from _cut_short(edition.items)
    for item in edition.items:
        yield from _about(item)
    for item in edition.corrections:
        if not (item.withdrawal or item.article.url):
            missing = "without a url readers of the correction cannot look it up"
            yield Finding(what="page", ok=False, detail=f"{item.article.headline}: {missing}")
    yield from _for_mail_systems(edition.publisher, to)


def template(to: ListSettings, publisher: Publisher) -> Finding:
    """Check that the template shows everything a digest can hold, in both parts."""
    edition, words = _sample(publisher)
    try:
        stencil = compose_letter(edition, to)
    except ConfigError as error:
        return Finding(
            what="template", ok=False, detail=str(error).removeprefix(f"{to.design.setting}: ")
        )
    missing = [
        f"{what} ({subtype})"
        for subtype in ("plain", "html")
        for what, expected in words.items()
        if expected not in unescape(_part(stencil, subtype))
    ]
    if missing:
        message = f"{to.design.setting}: letters made with it lack {', '.join(missing)}"
        return Finding(what="template", ok=False, detail=message)
    return Finding(what="template", ok=True, detail="shows everything a digest can hold")


def _about(item: Item) -> Iterator[Finding]:
    article = item.article
    if item.withdrawal:
        return
    shown = [picture for picture in article.pictures if picture.url]
    if any(not (picture.alt or picture.caption) for picture in shown[:1]):
        yield Finding(
            what="picture", ok=False, detail=f"{article.headline}: its picture has no alt text"
        )
    if article.pictures and not shown:
        yield Finding(
            what="picture", ok=False, detail=f"{article.headline}: no channel hosts its pictures"
        )
    if not article.url:
        yield Finding(
            what="page",
            ok=False,
            detail=f"{article.headline}: without a url all of it is in the letter",
        )


def _cut_short(items: Iterable[Item]) -> Iterator[Finding]:
    for article in (item.article for item in items):
        if article.url:
            shortened = "too long for a letter, which has only its lead and a link"
            yield Finding(what="length", ok=False, detail=f"{article.headline}: {shortened}")


def _for_mail_systems(publisher: Publisher, to: ListSettings) -> Iterator[Finding]:
    setting = f"channels.{to.name}"
    if not to.unsubscribe:
        required = "large mail systems require a page that ends a subscription with one click"
        yield Finding(what="leaving", ok=False, detail=f"{setting}.unsubscribe: {required}")
    if not publisher.address:
        yield Finding(
            what="address",
            ok=False,
            detail="publisher.address: many laws require a postal address in each letter; set it",
        )


def _part(stencil: Stencil, subtype: str) -> str:
    message = message_from_bytes(stencil.letter, policy=default)
    assert isinstance(message, EmailMessage)
    body = message.get_body((subtype,))
    assert body is not None
    return str(body.get_content())


def _sample(publisher: Publisher) -> tuple[Edition, dict[str, str]]:
    """Return an edition with one of everything, and the words that its letter must hold."""
    from datetime import UTC, datetime, timedelta

    at = datetime(2026, 1, 1, 12, tzinfo=UTC)

    def item(name: str) -> Item:
        article = Article(
            uri=f"tag:example.org,2026:{name}",
            headline=f"headline-{name}",
            lead=f"lead-{name}",
            html=f"<p>lead-{name}</p>",
            url=f"https://example.org/{name}",
        )
        return Item(article=article, version=1, published=at, updated=at)

    note = Correction(version=2, at=at, note="note-of-a-correction")
    notice = Withdrawal(at=at, reason="reason-of-a-withdrawal")
    corrected, withdrawn = item("corrected"), item("withdrawn")
    edition = Edition(
        key="sample",
        publisher=publisher,
        items=(item("new"), item("other")),
        corrections=(
            Item(
                article=corrected.article, version=2, published=at, updated=at, corrections=(note,)
            ),
            Item(article=withdrawn.article, version=2, published=at, updated=at, withdrawal=notice),
        ),
        opened=at - timedelta(days=1),
        closed=at + timedelta(days=1),
        number=1,
    )
    expected = {
        "an article's headline": "headline-new",
        "the last article": "headline-other",
        "its lead": "lead-new",
        "its address": "https://example.org/new",
        "a corrected article": "headline-corrected",
        "what was corrected": "note-of-a-correction",
        "a withdrawn article": "headline-withdrawn",
        "why it was withdrawn": "reason-of-a-withdrawal",
        "the office's name": publisher.name if publisher.name.isascii() else "",
    }
    return edition, expected
