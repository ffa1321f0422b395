"""The demo's page: one file that shows posts, feed and letters as their readers see them."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from syndicate.demo import feeds
from syndicate.demo.export import letter_name
from syndicate.demo.post_html import bubble, changed
from syndicate.demo.scenario import LIST_NAME, Day, Moment, Saying, Told
from syndicate.loopback.smtp import ReceivedLetter
from syndicate.operations.status import ArticleStatus
from syndicate.report import Report
from syndicate.text.i18n import day as on_day

TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp", ".gif": "image/gif"}
DONE = {
    "create": "new",
    "correct": "corrected",
    "withdraw": "notice in its place",
    "nothing": "as it should be",
}


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture inside the page."""

    address: str  # a data: URI
    alt: str


@dataclass(frozen=True, kw_only=True)
class Bubble:
    """A post as it stood from a moment on."""

    at: datetime
    html: str
    plain: str  # without marks
    picture: Picture | None
    above: bool
    edited: bool
    moment: Moment


@dataclass(frozen=True, kw_only=True)
class Post:
    """A post from first to last."""

    link: str
    headline: str
    bubbles: tuple[Bubble, ...]


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A letter, opened."""

    at: datetime
    file: str
    reader: str
    others: tuple[str, ...]  # their files
    sender: str
    subject: str
    leave: str
    html: str
    text: str


def page(folder: Path, day: Day) -> str:
    """The page, whole: nothing in it is loaded from anywhere."""
    from jinja2 import Environment

    feed = folder / "public" / "feed"
    pictures = _pictures(feed, day)
    zone = day.settings.publisher.zone
    kept = feeds.read(feed)
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"clock": _clock, "date": _date, "kilobytes": _kilobytes}
    template = environment.from_string(_part("page.html.jinja"))
    return template.render(
        style=_part("page.css"),
        publisher=day.settings.publisher,
        title=day.settings.channels["feed"]["title"],
        moments=day.moments,
        came_to={moment.act.name: came_to(moment.report) for moment in day.moments},
        posts=[_post(post, pictures) for post in day.posts],
        files=kept,
        entries=[
            (entry, _content(entry, pictures), _times(entry, zone)) for entry in kept[2].entries
        ],
        letters=_letters(day, pictures),
        articles=[(article, _places(article)) for article in day.standing.articles],
        next_digest=datetime.fromisoformat(day.standing.next_digests[LIST_NAME]),
        list=LIST_NAME,
    )


def came_to(report: Report) -> list[tuple[str, str]]:
    """Return what a command did in each channel, in a few words."""
    if not report.lines:
        return [("", note) for note in report.notes]
    if {str(line.action) for line in report.lines} == {"nothing"}:
        return [("", "nothing to do: all three are as they should be")]
    outcomes: dict[str, list[str]] = {}
    for line in report.lines:
        words = line.why if line.action in ("digest", "frozen", "letters") else str(line.action)
        outcomes.setdefault(line.channel, []).append(DONE.get(words, words))
    quiet = DONE["nothing"]
    return [
        (channel, ", ".join(dict.fromkeys(word for word in words if word != quiet)) or quiet)
        for channel, words in outcomes.items()
    ]


def _part(name: str) -> str:
    return files("syndicate.demo").joinpath(name).read_text(encoding="utf-8")


def _pictures(feed: Path, day: Day) -> dict[str, Picture]:
    """Every hosted picture by its public address."""
    alts = feeds.pictures(feed)
    base = day.settings.channels["feed"]["url"]
    return {
        (address := f"{base}/media/{path.name}"): Picture(
            address=_data(TYPES[path.suffix], path.read_bytes()), alt=alts.get(address, "")
        )
        for path in sorted((feed / "media").iterdir())
        if path.suffix in TYPES
    }


def _data(media_type: str, content: bytes) -> str:
    return f"data:{media_type};base64,{b64encode(content).decode()}"


def _post(post: Told, pictures: Mapping[str, Picture]) -> Post:
    texts = [saying.version.text for saying in post.sayings]
    marks: list[list[dict[str, object]]] = [[] for _ in texts]
    for number, (before, after) in enumerate(pairwise(texts)):
        went, came = changed(before, after)
        marks[number] += went
        marks[number + 1] += came
    return Post(
        link=post.link,
        headline=texts[0].partition("\n")[0],
        bubbles=tuple(
            _bubble(saying, marks[number], pictures, edited=number > 0)
            for number, saying in enumerate(post.sayings)
        ),
    )


def _bubble(
    saying: Saying,
    marks: Iterable[dict[str, object]],
    pictures: Mapping[str, Picture],
    *,
    edited: bool,
) -> Bubble:
    version = saying.version
    card = version.link_preview_options or {}
    picture = pictures.get(card.get("url", ""))
    if version.photo:
        uploaded = _data("image/png", version.photo.content)
        picture = pictures.get(version.photo.url) or Picture(address=uploaded, alt="")
    return Bubble(
        at=saying.moment.at,
        html=bubble(version.text, [*version.entities, *marks]),
        plain=bubble(version.text, version.entities),
        picture=picture,
        above=bool(version.photo or card.get("show_above_text")),
        edited=edited,
        moment=saying.moment,
    )


def _content(entry: feeds.Entry, pictures: Mapping[str, Picture]) -> str:
    """An entry's content below a heading of ours, its pictures inside the page."""
    html = re.sub(r"<(/?)h[1-6]\b", r"<\1h5", entry.html)
    return _embedded(html, pictures)


def _embedded(html: str, pictures: Mapping[str, Picture]) -> str:
    for address, picture in pictures.items():
        html = html.replace(f'src="{address}"', f'src="{picture.address}"')
    return html


def _times(entry: feeds.Entry, zone: ZoneInfo) -> tuple[datetime, datetime]:
    published, updated = (
        datetime.fromisoformat(text).astimezone(zone) for text in (entry.published, entry.updated)
    )
    return published, updated


def _letters(day: Day, pictures: Mapping[str, Picture]) -> list[Opened]:
    """The first letter of each digest, opened; the others are named."""
    sent: dict[str, list[tuple[Moment, ReceivedLetter]]] = {}
    for moment, letter in day.letters:
        sent.setdefault(moment.act.name, []).append((moment, letter))
    return [_opened(group, pictures) for group in sent.values()]


def _opened(
    group: Sequence[tuple[Moment, ReceivedLetter]], pictures: Mapping[str, Picture]
) -> Opened:
    (moment, letter), *others = group
    message = message_from_bytes(letter.content, policy=default)
    html, text = message.get_body(("html",)), message.get_body(("plain",))
    assert html
    assert text
    shown = _embedded(html.get_content(), pictures)
    return Opened(
        at=moment.at,
        file=letter_name(moment, letter),
        reader=letter.recipient,
        others=tuple(letter_name(at, other) for at, other in others),
        sender=str(message["From"]),
        subject=str(message["Subject"]),
        leave=str(message["List-Unsubscribe"]).partition(",")[0].strip("<> "),
        # a link would open inside the frame; this way it opens nowhere
        html=shown.replace("<head>", '<head>\n<base target="_blank">', 1),
        text=text.get_content(),
    )


def _places(article: ArticleStatus) -> dict[str, list[tuple[str, str]]]:
    """By channel: where an article stands, and what is there."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in article.places:
        where = line.url or ""
        if line.channel == LIST_NAME:
            where = on_day(datetime.fromisoformat(line.about), "en")
        found.setdefault(line.channel, []).append((where, line.action))
    return found


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M}"


def _date(moment: datetime) -> str:
    return f"{moment:%A}, {on_day(moment, 'en')}"


def _kilobytes(size: int) -> str:
    return f"{size / 1000:.1f} kB"
