"""What a letter says of one article, and of what became of one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from html import escape, unescape
from zoneinfo import ZoneInfo

from syndicate import Article, Edition, Item, Media
from syndicate.model.article import Correction
from syndicate.text import address_of, datelined, excerpt, plain, squeeze, visible
from syndicate.text.i18n import correction_line, document_line, moment
from syndicate_email.letter.plain_text import LINK, PICTURE, described, readable_lines

MOST_LEAD = 1000  # characters, where the rest is a link away
WIDTH = 600  # pixels of the letter's column
NO_TEXT = re.compile("[\ud800-\udfff\ufffe\uffff]")
LOCAL = re.compile(r'\ssrc="media:(?P<name>[^"]*)"', re.IGNORECASE)
OPENED = ("http:", "https:", "mailto:", "tel:")  # by every mail program
PLACE = re.compile(r'(<[a-z][a-z0-9]*\b[^>]*?)\sid="[^"]*"')
TITLES = re.compile(r"<(/?)h[1-3]\b", re.IGNORECASE)  # the letter's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that is hosted somewhere."""

    url: str
    alt: str
    credit: str
    width: int  # pixels, in the letter
    height: int  # 0 is unknown


@dataclass(frozen=True, slots=True)
class Document:
    """A document that is hosted somewhere."""

    url: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One article in the letter; every text is one line without markup, but for ``html``."""

    headline: str
    language: str
    url: str = ""
    withdrawn: bool = False
    reason: str = ""
    dateline: str = ""
    lead: str = ""
    html: str = ""  # the whole article, where there is no page to read it on
    text: str = ""  # the same, as lines
    corrections: tuple[str, ...] = ()
    sources: str = ""
    picture: Picture | None = None
    documents: tuple[Document, ...] = ()
    section: str = ""

    @property
    def shortened(self) -> Entry:
        """Only the headline and the link; the same where that would lose something."""
        if self.withdrawn or self.corrections or not self.url:
            return self
        return Entry(headline=self.headline, language=self.language, url=self.url)


def readable(text: str) -> str:
    """One line without the characters that no letter may hold."""
    return _allowed(squeeze(text))


def _allowed(text: str) -> str:
    return NO_TEXT.sub("", visible(text))


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says the items of one edition in the words of one list."""

    edition: Edition
    language: str
    words: Mapping[str, str]
    brief: bool = False  # what can be read elsewhere is only begun, however urgent it is

    @property
    def zone(self) -> ZoneInfo:
        return self.edition.publisher.zone

    def span(self) -> str:
        """From when to when this letter is, for its masthead."""
        stamps = [when for when in (self.edition.opened, self.edition.closed) if when]
        return " – ".join(moment(when, self.zone, self.language) for when in stamps)

    def entry(self, item: Item) -> Entry:
        """An article that is new in this letter; of a withdrawn one only the notice."""
        if item.withdrawal:
            return self._notice(item)
        article = item.article
        entry = Entry(
            headline=readable(article.headline),
            language=article.language or self.language,
            url=_page(article.url),
            dateline=_dateline(article),
            corrections=self._corrections(item),
            sources=", ".join(readable(source.name) for source in article.originators),
            picture=_picture(article.pictures, self.words),
            documents=tuple(_documents(article, self.language)),
        )
        in_full = (self.edition.urgent and not self.brief) or not entry.url
        return _with_everything(entry, article) if in_full else _with_lead(entry, article)

    def put_right(self, item: Item) -> Entry:
        """An article that an earlier letter carried: what has become of it since."""
        if item.withdrawal:
            return self._notice(item)
        return Entry(
            headline=readable(item.article.headline),
            language=item.article.language or self.language,
            url=_page(item.article.url),
            corrections=self._corrections(replace(item, corrections=self._untold(item))),
        )

    def _untold(self, item: Item) -> tuple[Correction, ...]:
        """The corrections that no earlier letter told of."""
        told, opened = item.told_version, self.edition.opened
        if told:
            since = [said for said in item.corrections if said.version > told]
        else:
            since = [said for said in item.corrections if not opened or said.at >= opened]
        return tuple(since) or item.corrections[-1:]

    def _notice(self, item: Item) -> Entry:
        assert item.withdrawal
        return Entry(
            headline=readable(item.article.headline),
            language=item.article.language or self.language,
            withdrawn=True,
            reason=readable(item.withdrawal.reason),
        )

    def _corrections(self, item: Item) -> tuple[str, ...]:
        return tuple(
            correction_line(said.at, readable(said.note), self.zone, self.language)
            for said in item.corrections
        )


def _with_lead(entry: Entry, article: Article) -> Entry:
    return replace(entry, lead=excerpt(readable(article.lead), MOST_LEAD))


def _with_everything(entry: Entry, article: Article) -> Entry:
    html = _for_a_letter(article)
    before = f"<p><b>{escape(entry.dateline, quote=False)}</b> </p>" if entry.dateline else ""
    if before and html.startswith("<p>"):
        html = before.removesuffix("</p>") + html.removeprefix("<p>")
    else:
        html = before + html
    text = readable_lines(html, entry.language)
    lead = readable(article.description)  # else the lead is the text's own first paragraph
    shown = entry.picture and f'src="{escape(entry.picture.url)}"' in html
    picture = None if shown else entry.picture
    return replace(entry, lead=lead, dateline="", html=html, text=text, picture=picture)


def _for_a_letter(article: Article) -> str:
    """The article's HTML, its headings below the letter's own, its pictures hosted or named."""
    hosted = {media.name: media for media in article.media if media.url and media.sha256}

    def placed(found: re.Match[str]) -> str:
        tag = found[0]
        local = LOCAL.search(tag)
        if local is None:
            return tag
        picture = hosted.get(local["name"])
        if picture and picture.url:
            width, height = _measures(picture)
            size = f' width="{width}"' + (f' height="{height}"' if height else "")
            # a table is as wide as the widest width in pixels: on a phone, too
            style = f' style="width:100%;max-width:{width}px;height:auto"'
            return tag.replace(local[0], f' src="{escape(picture.url)}"{size}{style}')
        says = described(tag)
        return f"[{says}]" if says else ""

    html = PICTURE.sub(placed, _allowed(article.html)).strip()
    html = PLACE.sub(r"\1", LINK.sub(_opened, html))
    return TITLES.sub(r"<\1h4", html)


def _opened(found: re.Match[str]) -> str:
    """A link that mail programs open; of any other its words, and the address."""
    to, words = unescape(found["to"]), found["said"]
    if to.startswith(OPENED):
        return found[0]
    address = address_of(to, plain(words))
    words += found["rest"]
    return f"{words} ({escape(address, quote=False)})" if address else words


def _dateline(article: Article) -> str:
    text = readable(article.dateline.text) if article.dateline else ""
    begun, lead = re.escape(text.casefold()), readable(article.lead).casefold()
    return "" if re.match(rf"{begun}(?!\w)", lead) else datelined(text)  # BENGKALIS-Warga …


def _picture(media: Iterable[Media], table: Mapping[str, str]) -> Picture | None:
    for one in media:
        if _page(one.url):
            photo = f"{table['photo']}: {readable(one.creator)}" if one.creator else ""
            credit = " · ".join(said for said in (readable(one.caption), photo) if said)
            alt = readable(one.alt or one.caption)
            width, height = _measures(one)
            return Picture(url=_page(one.url), alt=alt, credit=credit, width=width, height=height)
    return None


def _documents(article: Article, language: str) -> Iterable[Document]:
    for one in article.documents:
        if _page(one.url):
            yield Document(_page(one.url), readable(document_line(one, language)))


def _page(url: str | None) -> str:
    return url if url and re.match(r"https?://[^\s<>\"]+\Z", url) else ""


def _measures(picture: Media) -> tuple[int, int]:
    """As wide as it is, or as the column; Outlook for Windows heeds nothing but the attributes."""
    width = min(picture.width or WIDTH, WIDTH)
    height = round(width * picture.height / picture.width) if picture.width else 0
    return width, height
