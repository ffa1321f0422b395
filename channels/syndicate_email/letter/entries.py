"""The entries of a letter: new articles, corrections and withdrawal notices."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from html import escape, unescape
from urllib.parse import quote
from zoneinfo import ZoneInfo

from syndicate import Article, Edition, Item, Media, Related
from syndicate.model.article import Correction
from syndicate.text import address_of, datelined, excerpt, plain, squeeze, visible
from syndicate.text.i18n import (
    correction_line,
    deadline_line,
    document_line,
    ended_line,
    moment,
    time_left,
)
from syndicate_email.letter.plain_text import HTML_LINK, IMG_TAG, html_to_text, picture_description

MOST_LEAD = 1000  # characters, where the rest is a link away
COLUMN_PIXELS = 600  # pixels of the letter's column
NO_TEXT = re.compile("[\ud800-\udfff\ufffe\uffff]")
LOCAL_PICTURE = re.compile(r'\ssrc="media:(?P<name>[^"]*)"', re.IGNORECASE)
OPENED = ("http:", "https:", "mailto:", "tel:")  # by every mail program
TAG_WITH_ID = re.compile(r'(<[a-z][a-z0-9]*\b[^>]*?)\sid="[^"]*"')
TITLES = re.compile(r"<(/?)h[1-3]\b", re.IGNORECASE)  # the letter's own


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPicture:
    """A picture that is hosted somewhere."""

    url: str
    alt: str
    credit: str
    width: int  # pixels, in the letter
    height: int  # 0 is unknown


@dataclass(frozen=True, slots=True)
class EntryDocument:
    """A document that is hosted somewhere."""

    url: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLine:
    """A line above an entry's text: that it is over, what it answers, what answers it."""

    label: str
    text: str = ""  # another article's headline
    url: str = ""  # and its page


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterEntry:
    """One article in the letter; each text is one line without markup, except ``html``."""

    headline: str
    language: str
    url: str = ""
    uri: str = ""  # quoted for a link's query
    withdrawn: bool = False
    reason: str = ""
    dateline: str = ""
    lead: str = ""
    html: str = ""  # the whole article, where there is no page to read it on
    text: str = ""  # the same, as lines
    corrections: tuple[str, ...] = ()
    beside: tuple[EntryLine, ...] = ()
    sources: str = ""
    picture: EntryPicture | None = None
    documents: tuple[EntryDocument, ...] = ()
    section: str = ""

    @property
    def shortened(self) -> LetterEntry:
        """Only the headline and the link; the entry itself where that would lose something."""
        if self.withdrawn or self.corrections or self.beside or not self.url:
            return self
        return LetterEntry(headline=self.headline, language=self.language, url=self.url)


def clean_line(text: str) -> str:
    """Return one line without the characters that no letter may hold."""
    return _allowed(squeeze(text))


def _allowed(text: str) -> str:
    return NO_TEXT.sub("", visible(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryWriter:
    """Writes the entries of one edition in the words of one list."""

    edition: Edition
    language: str
    words: Mapping[str, str]
    brief: bool = False  # an urgent article with a page of its own is not given in full

    @property
    def zone(self) -> ZoneInfo:
        return self.edition.publisher.zone

    def span(self) -> str:
        """Return the letter's period, for its masthead."""
        stamps = [when for when in (self.edition.opened, self.edition.closed) if when]
        return " – ".join(moment(when, self.zone, self.language) for when in stamps)

    def entry(self, item: Item) -> LetterEntry:
        """Return the entry of a new article; of a withdrawn one only the notice."""
        if item.withdrawal:
            return self._notice(item)
        article = item.article
        entry = LetterEntry(
            headline=clean_line(article.headline),
            language=article.language or self.language,
            url=_page(article.url),
            uri=quote(article.uri, safe=""),
            dateline=_dateline(article),
            corrections=self._corrections(item),
            beside=tuple(self._beside(item)),
            sources=", ".join(clean_line(source.name) for source in article.originators),
            picture=_picture(article.pictures, self.words),
            documents=tuple(_documents(article, self.language)),
        )
        in_full = (self.edition.urgent and not self.brief) or not entry.url
        return _with_everything(entry, article) if in_full else _with_lead(entry, article)

    def correction(self, item: Item) -> LetterEntry:
        """Return what has become of an article in an earlier letter."""
        if item.withdrawal:
            return self._notice(item)
        return LetterEntry(
            headline=clean_line(item.article.headline),
            language=item.article.language or self.language,
            url=_page(item.article.url),
            corrections=self._corrections(replace(item, corrections=self._new_corrections(item))),
            beside=tuple(self._beside(item)),
        )

    def reminder(self, item: Item) -> LetterEntry:
        """Return the reminder of an article's deadline: how long it still has, and until when."""
        article, closed, language = item.article, self.edition.closed, self.language
        assert article.expires
        assert closed, "a digest has an end"
        headline, profile = clean_line(article.headline), article.profile
        line = deadline_line(headline, profile, article.expires, self.zone, language)
        return LetterEntry(
            headline=f"{time_left(article.expires - closed, language)}: {line}",
            language=article.language or language,
            url=_page(article.url),
            beside=tuple(self._beside(item)),
        )

    def _beside(self, item: Item) -> Iterator[EntryLine]:
        """Yield the lines above an article that are not its own revision's."""
        article = item.article
        if item.ended and article.expires:
            ended = ended_line(article.profile, article.expires, self.zone, self.language)
            yield EntryLine(label=ended)
        if item.replies_to:
            yield _related(self.words["reply_to"], item.replies_to)
        for reply in item.replies:
            yield _related(self.words["right_of_reply"], reply)

    def _new_corrections(self, item: Item) -> tuple[Correction, ...]:
        """Return the corrections that no earlier letter carried."""
        known, opened = item.told_version, self.edition.opened
        if known:
            since = [note for note in item.corrections if note.is_news(known)]
        else:
            since = [note for note in item.corrections if not opened or note.at >= opened]
        return tuple(since) or item.corrections[-1:]

    def _notice(self, item: Item) -> LetterEntry:
        assert item.withdrawal
        return LetterEntry(
            headline=clean_line(item.article.headline),
            language=item.article.language or self.language,
            withdrawn=True,
            reason=clean_line(item.withdrawal.reason),
            beside=tuple(self._beside(item)),
        )

    def _corrections(self, item: Item) -> tuple[str, ...]:
        return tuple(
            correction_line(note.at, clean_line(note.note), self.zone, self.language, note.label)
            for note in item.corrections
        )


def _related(label: str, related: Related) -> EntryLine:
    return EntryLine(label=label, text=clean_line(related.headline), url=_page(related.url))


def _with_lead(entry: LetterEntry, article: Article) -> LetterEntry:
    return replace(entry, lead=excerpt(clean_line(article.lead), MOST_LEAD))


def _with_everything(entry: LetterEntry, article: Article) -> LetterEntry:
    html = _for_a_letter(article)
    before = f"<p><b>{escape(entry.dateline, quote=False)}</b> </p>" if entry.dateline else ""
    if before and html.startswith("<p>"):
        html = before.removesuffix("</p>") + html.removeprefix("<p>")
    else:
        html = before + html
    text = html_to_text(html, entry.language)
    lead = clean_line(article.description)  # else the lead is the text's own first paragraph
    shown = entry.picture and f'src="{escape(entry.picture.url)}"' in html
    picture = None if shown else entry.picture
    return replace(entry, lead=lead, dateline="", html=html, text=text, picture=picture)


def _for_a_letter(article: Article) -> str:
    """Return the article's HTML: headings below the letter's own, pictures hosted or described."""
    hosted = {media.name: media for media in article.media if media.url and media.sha256}

    def placed(found: re.Match[str]) -> str:
        tag = found[0]
        local = LOCAL_PICTURE.search(tag)
        if local is None:
            return tag
        picture = hosted.get(local["name"])
        if picture and picture.url:
            width, height = _measures(picture)
            size = f' width="{width}"' + (f' height="{height}"' if height else "")
            # a width in pixels alone would widen the table, on phones too
            style = f' style="width:100%;max-width:{width}px;height:auto"'
            return tag.replace(local[0], f' src="{escape(picture.url)}"{size}{style}')
        says = picture_description(tag)
        return f"[{says}]" if says else ""

    html = IMG_TAG.sub(placed, _allowed(article.html)).strip()
    html = TAG_WITH_ID.sub(r"\1", HTML_LINK.sub(_opened, html))
    return TITLES.sub(r"<\1h4", html)


def _opened(found: re.Match[str]) -> str:
    """Return a link that mail programs open; of any other its text and address."""
    to, words = unescape(found["to"]), found["inner"]
    if to.startswith(OPENED):
        return found[0]
    address = address_of(to, plain(words))
    words += found["rest"]
    return f"{words} ({escape(address, quote=False)})" if address else words


def _dateline(article: Article) -> str:
    text = clean_line(article.dateline.text) if article.dateline else ""
    begun, lead = re.escape(text.casefold()), clean_line(article.lead).casefold()
    return "" if re.match(rf"{begun}(?!\w)", lead) else datelined(text)  # BENGKALIS-Warga …


def _picture(media: Iterable[Media], table: Mapping[str, str]) -> EntryPicture | None:
    hosted = next((picture for picture in media if _page(picture.url)), None)
    if hosted is None:
        return None
    photo = f"{table['photo']}: {clean_line(hosted.creator)}" if hosted.creator else ""
    credit = " · ".join(filter(None, (clean_line(hosted.caption), photo)))
    alt = clean_line(hosted.alt or hosted.caption)
    width, height = _measures(hosted)
    return EntryPicture(url=_page(hosted.url), alt=alt, credit=credit, width=width, height=height)


def _documents(article: Article, language: str) -> Iterable[EntryDocument]:
    for document in article.documents:
        if _page(document.url):
            yield EntryDocument(_page(document.url), clean_line(document_line(document, language)))


def _page(url: str | None) -> str:
    return url if url and re.match(r"https?://[^\s<>\"]+\Z", url) else ""


def _measures(picture: Media) -> tuple[int, int]:
    """Return a picture's width, at most the column's, and height: Outlook needs both attributes."""
    width = min(picture.width or COLUMN_PIXELS, COLUMN_PIXELS)
    height = round(width * picture.height / picture.width) if picture.width else 0
    return width, height
