"""An article as its readers are going to see it in every channel: as text, and as HTML.

Nothing is published, asked or written. What the office itself is going to put up for an article,
its page and its pictures, has no public address here: whoever reads a preview cannot find out
where it will be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from syndicate.channel import Channel, Scope
from syndicate.channel.collection import Collection
from syndicate.channel.mailing_list import MailingList
from syndicate.channel.previews import Previews, View
from syndicate.errors import ArticleError
from syndicate.ledger import Catalogue
from syndicate.ledger.catalogue.drafts import StoredDraft
from syndicate.model.annotations import Related
from syndicate.model.article import URGENT, Article, Correction, Edition, Item, Media
from syndicate.model.delivery import Rendition
from syndicate.office import Office
from syndicate.operations.schedule import named_channels
from syndicate.planning import editions
from syndicate.planning.coming import takes
from syndicate.planning.hosting import Hosting
from syndicate.text import plain, visible
from syndicate.text.article_diff import FieldChange, article_changes
from syndicate.text.fragments import (
    as_fragment,
    local_pictures,
    sanitised,
    with_descriptions,
)
from syndicate.text.preview_words import preview_words

# in the place of what the office will put up; a name that never exists (RFC 2606)
UNPUBLISHED = "https://preview.invalid"
UNPUBLISHED_PAGE = f"{UNPUBLISHED}/page"
UNPUBLISHED_MEDIA = re.compile(rf"{re.escape(UNPUBLISHED)}/media/([0-9a-f]{{64}})(?:\.\w+)?")
INNER = [
    re.compile(rf"<{name}\b[^>]*>(.*)</{name}\s*>", re.DOTALL | re.IGNORECASE)
    for name in ("main", "body")
]  # of a whole page, what is the article's


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadableRendition:
    """One thing that readers see of an article in a channel, for people who look at it before.

    Both ``text`` and ``html`` begin with the mark of a preview. ``html`` is a sanitised fragment
    that loads nothing; its pictures have the src ``media:SHA256`` (``syndicate.text.fragments``).
    """

    channel: str  # its name
    kind: str
    label: str  # in the office's language: "Telegram post"
    text: str
    html: str
    notes: tuple[str, ...] = ()  # what is left out, cut, or cannot be said there
    pictures: tuple[Media, ...] = ()


def render_for_people(
    office: Office, catalogue: Catalogue, draft: StoredDraft
) -> tuple[ReadableRendition, ...]:
    """Return what readers will see of a draft, in each channel of this machine that carries it."""
    item = item_of(office, catalogue, draft)
    channels = list(_carriers(office, catalogue, draft, item))
    hosted = _hosted(office, catalogue, channels, item)
    return tuple(
        _readable(office, channel, worded, view)
        for channel in channels
        for worded in (_worded(item, channel, hosted),)
        for view in _views(office, catalogue, channel, worded, paged=hosted.page)
    )


def changes_for_people(
    office: Office, catalogue: Catalogue, draft: StoredDraft
) -> tuple[FieldChange, ...]:
    """Return what a draft changes of what is published, field by field and word by word.

    Nothing of an article that was withdrawn is repeated.
    """
    standing = catalogue.articles.standing(draft.uri)
    if standing is None or standing.item.withdrawal:
        return ()
    zone, language = office.publisher.zone, office.publisher.language
    return article_changes(standing.item.article, draft.article, zone, language)


def item_of(office: Office, catalogue: Catalogue, draft: StoredDraft) -> Item:
    """Return the article as it is going to stand."""
    article, at = draft.article, goes_out(draft) or office.clock()
    standing = catalogue.articles.standing(draft.uri)
    original = catalogue.articles.standing(article.replies_to) if article.replies_to else None
    item = Item(article=article, version=draft.after + 1, published=article.date or at, updated=at)
    if standing:
        item = replace(standing.item, article=article, version=draft.after + 1, withdrawal=None)
    if draft.kind == "correction":
        note = Correction(version=draft.after + 1, at=at, note=draft.note)
        item = replace(item, updated=at, corrections=(*item.corrections, note))
    if original:
        answered = original.item.article
        related = Related(uri=answered.uri, headline=answered.headline, url=answered.url or "")
        item = replace(item, replies_to=related)
    return item


def goes_out(draft: StoredDraft) -> datetime | None:
    """Return when a draft may go out first; None for as soon as it may."""
    return max(filter(None, (draft.due, draft.article.embargoed_until)), default=None)


def _carriers(
    office: Office, catalogue: Catalogue, draft: StoredDraft, item: Item
) -> Iterator[Channel]:
    """Yield the channels that a draft is for; a revision goes where its article is."""
    for channel in named_channels(office, draft):
        known = catalogue.channels.named(channel.name)
        number = known.id if known else 0
        is_there = number in catalogue.channels.having(draft.uri)
        asked = draft.backfill or channel.name in (*draft.channels, *(item.article.channels or ()))
        may_be = draft.after == 0 or channel.scope is Scope.COLLECTION or asked
        if is_there or (may_be and takes(catalogue, channel, number, item)):
            yield channel


@dataclass(frozen=True, slots=True)
class _Hosted:
    """Addresses that the host is going to give to an article."""

    host: Channel | None  # None: it does not carry the article
    page: bool


def _hosted(
    office: Office, catalogue: Catalogue, channels: Sequence[Channel], item: Item
) -> _Hosted:
    host, uri = office.host, item.article.uri
    if host is None or host not in channels:
        return _Hosted(None, page=False)
    _, has_page = Hosting(office, catalogue).hosted([uri])[uri]
    return _Hosted(host, page=not item.article.url and (host.pages or has_page))


def _worded(item: Item, channel: Channel, hosted: _Hosted) -> Item:
    """Return an item in a channel's words; what the host will have of it gets no real address.

    Its own page does not link to itself.
    """
    page = UNPUBLISHED_PAGE if hosted.page and channel is not hosted.host else None
    return editions.for_channel(item, channel, _media_url if hosted.host else None, page)


def _media_url(media: Media) -> str:
    return f"{UNPUBLISHED}/media/{media.name}"


def _views(
    office: Office, catalogue: Catalogue, channel: Channel, item: Item, *, paged: bool
) -> Iterator[View]:
    """Yield what readers of a channel see; where it can say nothing, why."""
    for edition in _editions(office, catalogue, channel, item):
        try:
            yield from (
                channel.views(edition)
                if isinstance(channel, Previews)
                else _default_views(channel, edition)
            )
        except ArticleError as error:
            yield View(label=channel.kind, text="", notes=(str(error),))
    if paged and channel is office.host and isinstance(channel, Collection):
        page = channel.page(editions.page(item, office.publisher))
        label = preview_words(office.publisher.language)["page"]
        yield rendition_view(channel, page, label)


def _editions(
    office: Office, catalogue: Catalogue, channel: Channel, item: Item
) -> Iterator[Edition]:
    """Yield the article's editions in a channel: a list's digest, and an urgent letter."""
    publisher, at = office.publisher, item.updated
    if isinstance(channel, MailingList):
        known = catalogue.channels.named(channel.name)
        was_told = known is not None and catalogue.windows.carried_version(
            known.id, item.article.uri
        )
        part = "correction" if was_told else "new"
        new, changed = ((item,), ()) if part == "new" else ((), (item,))
        closed = office.next_digest(catalogue, channel) if known else at
        yield editions.digest(new, changed, publisher, opened=at, closed=closed)
        if channel.immediate and item.article.urgency in URGENT:
            yield editions.urgent({part: (item,)}, publisher, at=at, key="preview")
    elif channel.scope is Scope.ARTICLE:
        yield editions.article(item, publisher)
    else:
        yield replace(editions.collection(publisher), items=(item,))


def _default_views(channel: Channel, edition: Edition) -> Iterator[View]:
    """Yield what a channel renders, where it shows nothing more than that."""
    remarks = tuple(channel.remarks(edition))
    for number, rendition in enumerate(channel.render(edition)):
        label = f"{channel.kind} {rendition.address}".strip()
        yield rendition_view(channel, rendition, label, remarks if number == 0 else ())


def rendition_view(
    channel: Channel, rendition: Rendition, label: str, notes: Iterable[str] = ()
) -> View:
    """Return a rendition as it is: a page's own part, any other text line by line."""
    raw, text = rendition.content.decode(errors="replace"), channel.as_text(rendition)
    html = ""
    if rendition.media_type.partition(";")[0] == "text/html":
        html = next((found[1] for inner in INNER if (found := inner.search(raw))), raw)
        text = "\n\n".join((plain(_sanitised(html)) if text == raw else text).splitlines())
    return View(label=label, text=text, html=html, pictures=rendition.media, notes=tuple(notes))


def _readable(office: Office, channel: Channel, item: Item, view: View) -> ReadableRendition:
    words, article = preview_words(office.publisher.language), item.article
    own = article.url if article.url and item.version == 1 else UNPUBLISHED
    text = visible(_named(view.text, article.media, words["page_address"])).strip()
    html = UNPUBLISHED_MEDIA.sub(r"media:\1", view.html)
    html = _sanitised(html, own, words["picture"]) if html else as_fragment(text)
    html = with_descriptions(html, {each.sha256: each.alt for each in article.media})
    text = text or words["nothing"]
    mark = words["mark"]
    return ReadableRendition(
        channel=channel.name,
        kind=channel.kind,
        label=view.label,
        text=f"{mark}\n\n{text}",
        html=f"<p><strong>{mark}</strong></p>\n{html or as_fragment(text)}",
        notes=tuple(_named(note, article.media, words["page_address"]) for note in view.notes),
        pictures=tuple(_pictures(article, (*view.pictures, *local_pictures(html)))),
    )


def _sanitised(html: str, own: str = UNPUBLISHED, picture: str = "") -> str:
    """Return a safe fragment; nothing leads to a page that is not up yet."""

    def is_dead(address: str) -> bool:
        return address.startswith(UNPUBLISHED) or address.partition("#")[0] == own

    return sanitised(html, is_dead=is_dead, picture=picture)


def _named(text: str, media: Iterable[Media], page: str) -> str:
    """Return a text with words in the place of addresses that lead nowhere yet."""
    names = {each.sha256: f"[{each.file or each.label}]" for each in media if each.sha256}
    text = UNPUBLISHED_MEDIA.sub(lambda found: names.get(found[1], ""), text)
    return re.sub(rf"\(?{re.escape(UNPUBLISHED)}[^\s)\]>,]*\)?", page, text)


def _pictures(article: Article, shown: Sequence[str]) -> Iterator[Media]:
    """Yield the article's media that are among these, by their sha256 or address."""
    for media in article.media:
        if media.sha256 in shown or (media.url and media.url in shown):
            yield replace(media, url=None) if media.sha256 else media
