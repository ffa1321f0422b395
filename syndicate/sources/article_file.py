"""An article file, Markdown with YAML front matter, as a Draft."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from syndicate.errors import ArticleError, Several
from syndicate.model.annotations import period
from syndicate.model.article import (
    OVERRIDABLE,
    PDF,
    Article,
    Dateline,
    InfoSource,
    Media,
    Publisher,
)
from syndicate.sources import Draft, body
from syndicate.sources.body import Body
from syndicate.sources.files import local_files
from syndicate.sources.files.local_files import LocalFile
from syndicate.sources.files.text import read_text
from syndicate.sources.front_matter import field_markup, flaws, parsing, splitting
from syndicate.sources.front_matter.flaws import Flaw
from syndicate.sources.front_matter.values import FieldTable
from syndicate.sources.identity import TAG_URI, uri_date
from syndicate.sources.links import url_validation
from syndicate.text import dates, distinct, excerpt, in_full, squeeze

T = TypeVar("T")
KEYS = (
    "uri", "date", "dateline", "profile", "headline", "description", "language", "by",
    "infoSources", "subjects", "urgency", "embargoedUntil", "expires", "remind", "repliesTo",
    "replyDue", "url", "channels", "overrides", "associations", "checks", "edNote",
)  # fmt: skip
DATELINE_KEYS = ("text", "located")
SOURCE_KEYS = ("name", "role", "uri")
CHECKS_KEYS = ("off",)
ASSOCIATION_KEYS = ("file", "alt", "caption", "creator")

DAYS_END = time(23, 59, 59)  # an article that expires on the 8th can be read on the 8th
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
RUNS = {"javascript", "vbscript", "data", "file"}
LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


def read_file(path: Path, publisher: Publisher, text: str | None = None) -> Draft:
    """Read and check one file; everything wrong is an ArticleError of one line."""
    source = read_text(path) if text is None else text
    try:
        parts = splitting.split_front_matter(source)
        front = parsing.read_table(parts.front, KEYS)
        if "headline" in front.entries and "uri" not in front.entries:
            parsing.refuse_no_room(parts.front)
        off = _checks_off(front)
        article, body, taken = _article(front, parts, path.parent, publisher)
    except Flaw as flaw:
        every = [_error(path, each, source) for each in (flaw, *flaw.others)]
        raise (every[0] if len(every) == 1 else Several(tuple(every))) from flaw
    data = {file.sha256: file.data for file in taken}
    return Draft(
        article=article,
        path=path,
        source=source,
        files=data,
        lines=front.lines(),
        remarks=(*field_markup.field_remarks(front), *body.remarks),
        beside=body.beside,
        body_line=parts.body_line,
        checks_off=off,
    )


def _error(path: Path, flaw: Flaw, source: str) -> ArticleError:
    """Return what is wrong at a line, under the name of its rule."""
    rule = flaw.rule or "markup"
    if not flaw.rule and flaw.line < _body_line(source):
        rule = "front-matter"
    return ArticleError(f"{path}:{flaw.line}: {flaw}", rule)


def _body_line(source: str) -> float:
    try:
        return splitting.split_front_matter(source).body_line
    except Flaw:
        return math.inf


def _article(
    front: FieldTable, parts: splitting.Parts, folder: Path, publisher: Publisher
) -> tuple[Article, Body, Iterable[LocalFile]]:
    noted = _Noted()
    words = _words(front, publisher.zone, noted)
    shown = list(_associations(front, folder, noted))
    # what counts from an address that is none is no slip of its own
    url = noted(lambda: front.line_text("url", _web_address), publisher.url) or None
    text = noted(lambda: _body(parts, folder, publisher, url), None)
    if noted.flaws or text is None:
        raise flaws.all_of(noted.flaws)
    article = Article(
        **words,
        url=url,
        html=text.html,
        lead=words["description"] or text.lead or words["headline"],
        markdown=body.without_control_characters(parts.body),
        media=_media([media for media, _ in shown], text),
    )
    return article, text, [*(file for _, file in shown if file), *text.pictures]


@dataclass
class _Noted:
    """Reads on where something is wrong, and notes it."""

    flaws: list[Flaw] = field(default_factory=list)

    def __call__(self, read: Callable[[], T], otherwise: T) -> T:
        try:
            return read()
        except Flaw as flaw:
            self.flaws.append(flaw)
            return otherwise


def _body(parts: splitting.Parts, folder: Path, publisher: Publisher, url: str | None) -> Body:
    markdown = body.without_control_characters(parts.body)
    if not markdown.strip():
        raise Flaw(parts.body_line, body.NO_TEXT_ADVICE)
    base = url or publisher.url.rstrip("/") + "/"
    return body.read_body(markdown, parts.body_line, base, folder, has_page=url is not None)


def _words(front: FieldTable, zone: ZoneInfo, noted: _Noted) -> dict[str, Any]:
    """The fields of the article that the front matter alone decides."""
    readers: dict[str, Callable[[], Any]] = {
        "headline": lambda: _headline(front),
        "uri": lambda: _uri(front),
        "date": lambda: _moment(front, "date", zone),
        "dateline": lambda: _dateline(front),
        "profile": lambda: front.line_text("profile"),
        "description": lambda: front.words("description"),
        "language": lambda: front.line_text("language", _language),
        "by": lambda: front.line_words("by"),
        "info_sources": lambda: tuple(_info_sources(front)),
        "subjects": lambda: distinct(_texts(front, "subjects", FieldTable.line_words)),
        "urgency": lambda: front.checked("urgency", front.text("urgency"), _urgency),
        "embargoed_until": lambda: _moment(front, "embargoedUntil", zone),
        "expires": lambda: _moment(front, "expires", zone, DAYS_END),
        "remind": lambda: _remind(front),
        "replies_to": lambda: _replies_to(front),
        "reply_due": lambda: _moment(front, "replyDue", zone, DAYS_END),
        "channels": lambda: _channels(front),
        "overrides": lambda: _overrides(front),
    }
    noted(lambda: front.words("edNote"), "")  # for the desk: it must be text, and goes nowhere
    return {key: noted(read, None) for key, read in readers.items()}


def _uri(front: FieldTable) -> str:
    if "uri" in front.entries and not front.text("uri"):
        advice = "delete the line: the article is given one when it is published"
        raise Flaw(front.entries["uri"].line, f"uri is blank ({advice})")
    return front.line_text("uri", _identity)


def _headline(front: FieldTable) -> str:
    if "headline" not in front.entries:
        raise Flaw(1, "there is no headline (add a line headline: ...)")
    _refuse_blank(front, "headline", "write one after headline:")
    field_markup.refuse_marks(front, "headline")
    return front.line_words("headline")


def _refuse_blank(table: FieldTable, key: str, advice: str) -> None:
    if key in table.entries and not table.words(key):
        raise Flaw(table.entries[key].line, f"{key} is blank ({advice})")


def _needed(
    table: FieldTable,
    key: str,
    whose: str,
    text: Callable[[FieldTable, str], str] = FieldTable.line_words,
) -> str:
    value = text(table, key)
    if not value:
        raise Flaw(table.line, f"{whose} has no {key} (write {{{key}: ...}})")
    return value


def _moment(
    front: FieldTable, key: str, zone: ZoneInfo, otherwise: time = time()
) -> datetime | None:
    text = front.text(key)
    if not text:
        return None
    return front.checked(key, text, lambda typed: dates.parse(typed, zone, otherwise))


def _remind(front: FieldTable) -> tuple[str, ...] | None:
    """Return how long before its deadline readers are reminded; an empty list is never."""
    value = front.entries.get("remind")
    if value is None:
        return None
    periods = _texts(front, "remind", FieldTable.line_text)
    for text in periods:
        front.checked("remind", text, period)
    if periods and not front.text("expires"):
        advice = "add a line expires: with the deadline, or delete this one"
        raise Flaw(value.line, f"remind counts back from expires, and there is none ({advice})")
    return periods


def _replies_to(front: FieldTable) -> str:
    uri = front.line_text("repliesTo", _identity)
    if uri and uri == front.text("uri"):
        raise Flaw(front.entries["repliesTo"].line, "repliesTo: it cannot answer itself")
    return uri


def _dateline(front: FieldTable) -> Dateline | None:
    value = front.entries.get("dateline")
    if value is None:
        return None
    if isinstance(value.held, str):
        place = front.line_words("dateline")
        return Dateline(place) if place else None
    table = value.table("dateline", DATELINE_KEYS)
    return Dateline(_needed(table, "text", "dateline"), table.line_words("located"))


def _info_sources(front: FieldTable) -> Iterable[InfoSource]:
    for table in front.tables("infoSources", SOURCE_KEYS):
        yield InfoSource(
            name=_needed(table, "name", "one of infoSources"),
            role=table.line_words("role"),
            uri=table.line_text("uri", _link),
        )


def _texts(front: FieldTable, key: str, read: Callable[[FieldTable, str], str]) -> tuple[str, ...]:
    texts = []
    for item in front.items(key):
        text = read(FieldTable(item.line, {f"each of {key}": item}), f"each of {key}")
        if not text:
            raise Flaw(item.line, f"one of {key} is blank (delete it)")
        texts.append(squeeze(text))
    return tuple(dict.fromkeys(texts))


def _checks_off(front: FieldTable) -> tuple[str, ...]:
    """Return the rules of ``checks: {off: [...]}``."""
    value = front.entries.get("checks")
    if value is None:
        return ()
    return _texts(value.table("checks", CHECKS_KEYS), "off", FieldTable.line_text)


def _channels(front: FieldTable) -> tuple[str, ...] | None:
    value = front.entries.get("channels")
    if value is None or value.held == "":
        return None
    names = _texts(front, "channels", FieldTable.line_text)
    if not names:
        raise Flaw(
            value.line, "channels is empty (name some, or delete the line to publish on all)"
        )
    return names


def _overrides(front: FieldTable) -> Mapping[str, Mapping[str, str]]:
    value = front.entries.get("overrides")
    if value is None:
        return {}
    overrides = {}
    for channel, words in value.table("overrides", ()).entries.items():
        table = words.table(f"overrides.{channel}", sorted(OVERRIDABLE, reverse=True))
        for key in table.entries:
            _refuse_blank(table, key, "write some, or delete the line")
        field_markup.refuse_marks(table, "headline")
        texts = {
            "headline": table.line_words("headline"),
            "description": table.words("description"),
        }
        overrides[channel] = {key: text for key, text in texts.items() if text}
    return overrides


def _associations(
    front: FieldTable, folder: Path, noted: _Noted
) -> Iterable[tuple[Media, LocalFile | None]]:
    tables: list[FieldTable] = []
    noted(lambda: tables.extend(front.tables("associations", ASSOCIATION_KEYS)), None)
    for table in tables:
        if association := noted(partial(_association, table, folder), None):
            yield association


def _association(table: FieldTable, folder: Path) -> tuple[Media, LocalFile | None]:
    name = _needed(table, "file", "one of associations", FieldTable.line_text)
    alt, caption, creator = map(table.words, ASSOCIATION_KEYS[1:])
    if re.match(r"https?:", name, re.IGNORECASE):
        address = table.checked("file", name, _web_address)
        return _remote(name, address, alt=alt, caption=caption, creator=creator), None
    try:
        file = local_files.read_local_file(name, folder)
    except ValueError as error:
        raise Flaw(table.entries["file"].line, str(error)) from error
    return file.media(alt=alt, caption=caption, creator=creator), file


def _remote(name: str, address: str, *, alt: str, caption: str, creator: str) -> Media:
    return Media(
        file=name,
        url=address,
        alt=alt,
        caption=caption,
        creator=creator,
        media_type=PDF if local_files.names_pdf(address) else "",
    )


def _media(shown: list[Media], text: Body) -> tuple[Media, ...]:
    """The associations, then what only the body shows; each once."""
    once: dict[str, Media] = {}
    for media in (*shown, *text.media):
        once.setdefault(media.sha256 or media.url or "", media)
    return tuple(once.values())


def _identity(text: str) -> str:
    _reference(text)
    if text[:4].lower() == "tag:" and not (TAG_URI.fullmatch(text) and uri_date(text)):
        raise ValueError(
            f"'{in_full(text)}' is not a tag: URI (write it like tag:example.org,2022-03-18:words)"
        )
    return text


def _filled_in(text: str) -> str:
    if "…" in text or "..." in text.partition("://")[2].partition("/")[0]:
        advice = "write it whole, or delete the line"
        raise ValueError(f"'{in_full(text)}' is a placeholder ({advice})")
    return text


def _reference(text: str) -> str:
    _filled_in(text)
    if not URI.fullmatch(text) or text.partition(":")[0].lower() in RUNS:
        raise ValueError(
            f"'{in_full(text)}' is not a URI (write it whole, like https://example.org/)"
        )
    return text


def _link(text: str) -> str:
    if why := url_validation.why_not(_reference(text)):
        raise ValueError(f"'{in_full(text)}' leads nowhere: {why} (put it right)")
    return text


def _web_address(text: str) -> str:
    _filled_in(text)
    is_web = re.match("https?://[^/?#]", text, re.IGNORECASE) and URI.fullmatch(text)
    why = url_validation.why_not(text) if is_web else ""
    if why or not is_web:
        because = f": {why}" if why else ""
        raise ValueError(
            f"'{in_full(text)}' is not a web address{because} (write it whole, like"
            " https://example.org/a)"
        )
    return text


def _language(text: str) -> str:
    if not LANGUAGE_TAG.fullmatch(text):
        raise ValueError(f"'{excerpt(text, 40)}' is not a language tag (write it like id or en-GB)")
    return text


def _urgency(text: str) -> int:
    if not text:
        return 0
    if not re.fullmatch("[1-9]", text):
        raise ValueError(f"'{excerpt(text, 20)}' is not an urgency (write 1, the highest, to 9)")
    return int(text)
