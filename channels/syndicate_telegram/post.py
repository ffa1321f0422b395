"""What a post says: an article laid out for one message, within Telegram's limits. Pure.

Headline; corrections, newest first; the text as far as it fits; the link to the rest; the source
and the photographer; hashtags. What has to give way does so in this order: older corrections,
hashtags, the text from its end. Words are cut only where a link leads to all of them.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import accumulate
from typing import Any, Literal

from syndicate import Article, ArticleError, Item, Media, Publisher
from syndicate.text import datelined
from syndicate.words import correction_line, moment, words
from syndicate_telegram import lossless
from syndicate_telegram.body import Block, assembled, blocks
from syndicate_telegram.rich import Rich, abridged, joined, one_line, sayable, shortened, to_api
from syndicate_telegram.settings import Length

TEXT_LIMIT, CAPTION_LIMIT = 4096, 1024  # UTF-16 units after parsing
PHOTO_BYTES = 10_000_000  # for sendPhoto
PHOTO_SIDES, PHOTO_RATIO = 10_000, 20  # width and height together; the longer by the shorter
PHOTO_TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif")
HASHTAG_LIMIT = 64
WORTH_READING = 200  # units; a shorter beginning of a text is none

Picture = Literal["above", "below", "photo", "none"]


@dataclass(frozen=True, kw_only=True)
class Post:
    """One message, as the Bot API takes it."""

    text: str
    entities: list[dict[str, Any]] = field(default_factory=list)
    photo: str = ""  # what is sent as a photo: a file's sha256, or a URL
    upload: bool = False  # whether ``photo`` is a file
    card: str = ""  # the picture shown as a large link preview: its URL
    above: bool = True  # where the card stands
    more: str = ""  # where "Read more" leads
    urgency: int = 0  # of the article
    zone: str = "UTC"  # whose hours are quiet

    @property
    def content(self) -> bytes:
        """The same bytes for the same post."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False).encode()

    @classmethod
    def read(cls, content: bytes) -> Post:
        return cls(**json.loads(content))

    @property
    def plain(self) -> str:
        """The words, with the address behind "Read more"."""
        raw = self.text.encode("utf-16-le")
        for entity in reversed(self.entities):
            if self.more and entity.get("url") == self.more:
                end = 2 * (entity["offset"] + entity["length"])
                head, tail = raw[:end].decode("utf-16-le"), raw[end:].decode("utf-16-le")
                shown = f"{head}: {self.more}{tail}"
                return shown if len(shown) <= TEXT_LIMIT else self.text
        return self.text


def compose(
    item: Item, publisher: Publisher, channel: str, shown: Picture, length: Length = "full"
) -> Post:
    """The post for an article, or the notice in its place if it was withdrawn.

    ``length`` bounds the text where a link leads to the rest: the lead, or so many units.

    A picture with a public address is the card of a text; any other is sent as a photo, which
    leaves 1,024 characters: a longer text goes on behind the article's ``url``, and without one
    it is kept whole and the picture left out. ArticleError for what fits no post.
    """
    said = _laid_out(item, publisher, channel, shown, length)
    return replace(said, urgency=item.article.urgency, zone=publisher.timezone)


def _laid_out(
    item: Item, publisher: Publisher, channel: str, shown: Picture, length: Length
) -> Post:
    if item.withdrawal:
        return _post(_notice(item, publisher))
    article, short = item.article, item.article.overrides.get(channel, {}).get("description", "")
    if length == "lead" and article.url:
        short = short or article.lead
    picture = next(iter(article.media), None) if shown != "none" else None
    draft = _draft(item, publisher, short, picture)
    if not short:
        lossless.check(article.html, assembled(draft.body).text, article.markdown)
    if article.url and isinstance(length, int) and assembled(draft.body).units > length:
        draft = replace(draft, body=(Block("paragraph", begun(draft.body, length)),))
    more = article.url or ""
    if picture and picture.url and shown != "photo":
        said = _or_error(draft.fitted(TEXT_LIMIT), draft)
        return _post(said, more, card=picture.url, above=shown == "above")
    if picture:
        caption = draft.fitted(CAPTION_LIMIT)
        if caption:
            return _post(caption, more, photo=_photo(picture), upload=bool(picture.sha256))
    draft = replace(draft, credits=_credits(item, publisher, None))  # the picture is left out
    return _post(_or_error(draft.fitted(TEXT_LIMIT), draft), more)


def _post(said: Rich, more: str = "", **given: Any) -> Post:
    return Post(text=said.text, entities=to_api(said, (more,) if more else ()), more=more, **given)


def _or_error(said: Rich | None, draft: Draft) -> Rich:
    if said:
        return said
    over = draft.overlong(TEXT_LIMIT)
    raise ArticleError(
        f"it is {over:,} characters too long for a Telegram post ({TEXT_LIMIT:,}) and has no `url`"
        " for the rest: give it a `url`, or shorten it"
    )


@dataclass(frozen=True, kw_only=True)
class Draft:
    """The parts of a post, before they are made to fit."""

    headline: Rich
    corrections: tuple[Rich, ...]  # newest first
    body: tuple[Block, ...]
    more: Rich  # nothing where the article has no url
    credits: Rich
    hashtags: Rich

    def fitted(self, limit: int) -> Rich | None:
        """All of it, else as much as fits and the link to the rest; None if there is none."""
        thrifty = list(self._economies(limit))
        for draft in thrifty[:1] if self.more else thrifty:
            whole = draft.around(assembled(self.body))
            if whole.units <= limit:
                return whole
        if not self.more:
            return None
        roomy = (draft for draft in thrifty if draft._room(limit) >= self._enough())
        chosen = next(roomy, thrifty[-1])
        return chosen.around(begun(self.body, chosen._room(limit)))

    def around(self, body: Rich) -> Rich:
        """The post with this text in its middle."""
        corrections = joined("\n", self.corrections)
        parts = (self.headline, corrections, body, self.more, self.credits, self.hashtags)
        return joined("\n\n", parts)

    def overlong(self, limit: int) -> int:
        """By how many characters the thriftiest whole post misses the limit."""
        return list(self._economies(limit))[-1].around(assembled(self.body)).units - limit

    def _economies(self, limit: int) -> Iterator[Draft]:
        """Itself, then with less and less around the text."""
        newest = self.corrections[:1]
        for number in range(len(self.corrections), len(newest), -1):
            yield replace(self, corrections=self.corrections[:number])
        yield replace(self, corrections=newest)
        yield replace(self, corrections=newest, hashtags=Rich())
        if not self.more:  # no word is cut where nobody could read on
            return
        yield replace(
            self,
            headline=abridged(self.headline, limit // 4),
            corrections=tuple(abridged(line, limit // 3) for line in newest),
            credits=abridged(self.credits, limit // 8),
            hashtags=Rich(),
        )

    def _room(self, limit: int) -> int:
        return limit - self.around(Rich(".")).units + 1

    def _enough(self) -> int:
        """The first paragraph; if that is long, the beginning of one."""
        lead = next((block for block in self.body if block.kind != "heading"), None)
        return min(lead.rich.units, WORTH_READING) if lead else 0


def begun(body: Sequence[Block], room: int) -> Rich:
    """As many whole blocks as fit; no heading comes last. A first one too long is cut."""
    ends = accumulate(block.rich.units + (1 if block.tight else 2) for block in body)
    lead = 1 if body and body[0].tight else 2  # the first one's gap is not there
    kept = list(body[: sum(end - lead <= room for end in ends)])
    while kept and kept[-1].kind in ("heading", "rule"):
        kept.pop()
    if kept:
        return assembled(kept)
    headings = [block for block in body if block.kind != "rule"]
    first = next((n for n, block in enumerate(headings) if block.kind != "heading"), None)
    if first is None:
        return shortened(assembled(headings), room)
    head = assembled(headings[:first])
    left = room - head.units - 2 if head else room
    if left < WORTH_READING:  # headings that leave no room are no beginning
        head, left = Rich(), room
    return joined("\n\n", (head, shortened(headings[first].rich, left)))


def _draft(item: Item, publisher: Publisher, short: str, picture: Media | None) -> Draft:
    article = item.article
    body = [Block("paragraph", one_line(short))] if short else blocks(article.html)
    return Draft(
        headline=one_line(article.headline).styled("bold"),
        corrections=tuple(_corrections(item, publisher)),
        body=tuple(_datelined(body, article)),
        more=_more(article, publisher),
        credits=_credits(item, publisher, picture),
        hashtags=Rich(" ".join(hashtags(article.subjects))),
    )


def _language(article: Article, publisher: Publisher) -> str:
    return article.language or publisher.language


def _corrections(item: Item, publisher: Publisher) -> Iterator[Rich]:
    language = _language(item.article, publisher)
    label = words(language)["correction"]
    for correction in reversed(item.corrections):
        line = correction_line(correction.at, correction.note, publisher.zone, language)
        yield Rich(label).styled("bold") + Rich(one_line(line).text.removeprefix(label))


def _datelined(body: Sequence[Block], article: Article) -> Iterator[Block]:
    """The dateline before the first paragraph, on a line of its own if there is none."""
    shown = Rich(datelined(one_line(article.dateline.text if article.dateline else "").text))
    first = next((n for n, block in enumerate(body) if block.kind == "paragraph"), None)
    if first is None and shown:
        yield Block("paragraph", shown.styled("bold"))
    for number, block in enumerate(body):
        led = joined(" ", (shown.styled("bold"), block.rich))
        yield replace(block, rich=led) if number == first else block


def _more(article: Article, publisher: Publisher) -> Rich:
    if not article.url:
        return Rich()
    said = words(_language(article, publisher))["read_more"]
    return Rich(said).styled("text_link", url=article.url)


def _credits(item: Item, publisher: Publisher, picture: Media | None) -> Rich:
    said = words(_language(item.article, publisher))
    names = [_linked(source.name, source.uri) for source in item.article.originators]
    source = Rich(f"{said['source']}: ") + joined(", ", names) if any(names) else Rich()
    creator = one_line(picture.creator if picture else "")
    photo = Rich(f"{said['photo']}: ") + creator if creator else Rich()
    return joined("\n", (source, photo))


def _linked(name: str, url: str) -> Rich:
    shown = one_line(name)
    return shown.styled("text_link", url=url) if url.startswith(("http:", "https:")) else shown


def hashtags(subjects: Iterable[str]) -> list[str]:
    """``#pilkada_2024``: letters, digits and underscores, not digits alone, each one once."""
    tags: dict[str, str] = {}
    for subject in subjects:
        letters = (char if _is_taggable(char) else " " for char in _composed(subject))
        tag = "_".join("".join(letters).split()).strip("_")
        if tag and any(char.isalpha() for char in tag) and len(tag) <= HASHTAG_LIMIT:
            tags.setdefault(tag.casefold(), f"#{tag}")
    return list(tags.values())


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", sayable(text))


def _is_taggable(char: str) -> bool:
    return char == "_" or unicodedata.category(char)[0] == "L" or char.isdecimal()


def _photo(picture: Media) -> str:
    """What is sent; ArticleError for a file that Telegram does not take."""
    if not picture.sha256:
        return picture.url or ""
    name = picture.file or picture.name
    if picture.size > PHOTO_BYTES:
        raise ArticleError(f"the picture {name} is larger than Telegram's 10 MB: make it smaller")
    if picture.media_type and picture.media_type not in PHOTO_TYPES:
        raise ArticleError(f"the picture {name} is no photo to Telegram: make it JPEG, PNG or WebP")
    low, high = sorted((picture.width or 1, picture.height or 1))
    if low + high > PHOTO_SIDES or (picture.width and high > PHOTO_RATIO * low):
        raise ArticleError(
            f"the picture {name} ({picture.width} x {picture.height}) is too large or too narrow"
            f" for Telegram: at most {PHOTO_SIDES:,} pixels, width and height together, and"
            f" {PHOTO_RATIO} times as long as wide"
        )
    return picture.sha256


def _notice(item: Item, publisher: Publisher) -> Rich:
    """What stands in the place of an article that was taken back.

    It always fits a photo's caption, since that is where it may have to go.
    """
    withdrawal, language = item.withdrawal, _language(item.article, publisher)
    assert withdrawal
    said = words(language)
    headline = abridged(one_line(f"{said['withdrawn']}: {item.article.headline}"), 256)
    when = moment(withdrawal.at, publisher.zone, language)
    reason = one_line(f"{said['reason']} ({when}): {withdrawal.reason}")
    head = joined("\n\n", (headline.styled("bold"), Rich(said["withdrawn_notice"])))
    return joined("\n", (head, abridged(reason, CAPTION_LIMIT - head.units - 1)))
