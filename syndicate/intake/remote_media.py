"""The size and type of remote pictures and documents, asked once, when they are published.

Enclosures tell readers both (RSS 2.0, RFC 4287 4.2.7), and rendering may ask nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic

from syndicate.errors import Refused
from syndicate.model.article import PDF, Article, Media
from syndicate.network.asking import HttpClient, NoAnswer, leads_inside
from syndicate.network.exchange import Exchange, Limits
from syndicate.network.http import by_proxy
from syndicate.network.public import Site
from syndicate.system.local import leads_here

# a slow host delays a publication, and never prevents it
EACH_SECONDS = 5.0
IN_VAIN_SECONDS = 20.0  # for all requests of a command that nothing comes of
HEAD_BYTES = 64 * 1024  # of an answer that has no body; redirects may have some
UNREACHED = "it cannot be reached"
UNMEASURED = "it is shown but not enclosed, because its size is unknown"
MOST_MEDIA_BYTES = 2**40  # that anybody would enclose


@dataclass(frozen=True, kw_only=True)
class Measured:
    """An article with what is known of its remote media, and notes on what is not."""

    article: Article
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Size:
    """Size and type of one remote picture or document."""

    octets: int
    media_type: str


@dataclass(kw_only=True)
class Sizes:
    """Asks for the sizes of remote media within one command.

    ``own`` are the office's sites, which may lie inside; others are asked where they are public.
    A ``rehearsal`` asks this machine alone.
    """

    own: frozenset[Site] = frozenset()
    rehearsal: bool = False
    in_vain: float = 0.0  # seconds that nothing came of, in all the command

    def measured(self, article: Article, known: Article | None, *, same: bool = False) -> Measured:
        """Return the article with its remote media measured: as ``known`` has them, else by asking.

        What cannot be measured stays as it is, and a note says so. ``same``: it was read from the
        same file as ``known``, and nobody is asked twice.
        """
        if not any(_is_remote(media) for media in article.media):
            return Measured(article=article)
        before = {media.url or "": media for media in known.media} if known else {}
        unknown = _unknown(article, known, same=same)
        away: list[Media] = []
        if self.rehearsal:
            away = [media for media in unknown if not leads_here(media.url or "")]
            unknown = [media for media in unknown if media not in away]
        notes = [
            f"{media.url}: a rehearsal does not ask other sites for its size" for media in away
        ]
        asked, unanswered = self._ask(unknown) if unknown else ({}, [])
        media = tuple(_with_size(media, before, asked) for media in article.media)
        return Measured(article=replace(article, media=media), notes=(*notes, *unanswered))

    def _ask(self, unknown: Sequence[Media]) -> tuple[dict[str, Size], list[str]]:
        """Return the sizes by URL, and notes on those that nobody gave."""
        found: dict[str, Size] = {}
        notes = []
        try:
            with HttpClient("other sites' pictures", own=self.own) as line:
                for media in unknown:
                    answer = self._within_time(line, media)
                    if isinstance(answer, str):
                        notes.append(f"{media.url}: {UNMEASURED}: {answer}")
                    else:
                        found[media.url or ""] = answer
        except Refused as error:  # no connection can be made at all
            notes.append(f"{error}; they are shown but not enclosed, because their size is unknown")
        return found, notes

    def _within_time(self, line: HttpClient, media: Media) -> Size | str:
        began, left = monotonic(), IN_VAIN_SECONDS - self.in_vain
        if left <= 0:
            return "there was no time left"
        answer = _head(line, media, min(EACH_SECONDS, left))
        if isinstance(answer, str):
            self.in_vain += monotonic() - began
        return answer


def barred(article: Article, own: frozenset[Site]) -> Iterator[str]:
    """Yield the notes on media whose sites will not be asked, before any site is."""
    exchange = Exchange(Limits(seconds=EACH_SECONDS, octets=0))
    for url in dict.fromkeys(media.url or "" for media in article.media if _is_remote(media)):
        if leads_inside(url, own, exchange):
            yield f"{url}: {UNMEASURED}: {UNREACHED}"


def _is_remote(media: Media) -> bool:
    return bool(media.url) and not media.sha256


def _unknown(article: Article, known: Article | None, *, same: bool) -> list[Media]:
    """Return the remote media whose size is to be asked for."""
    if known and known.fingerprint == article.fingerprint:
        return []  # it is the revision that was published: it stays what it was
    before = {media.url or "": media for media in known.media} if known else {}
    urls = {media.url or "": media for media in article.media if _is_remote(media)}
    return [
        media
        for url, media in urls.items()
        if not ((url in before and before[url].size) or (same and url in before))
    ]


def _with_size(media: Media, before: Mapping[str, Media], asked: Mapping[str, Size]) -> Media:
    if not _is_remote(media):
        return media
    if size := asked.get(media.url or ""):
        return replace(media, size=size.octets, media_type=size.media_type)
    if (known := before.get(media.url or "")) and known.size:
        return replace(media, size=known.size, media_type=known.media_type)
    return media


def _head(line: HttpClient, media: Media, seconds: float) -> Size | str:
    """Return a remote file's size, or why it is not known."""
    url = media.url or ""
    try:
        answer = line.ask("HEAD", url, Limits(seconds=seconds, octets=HEAD_BYTES), follow=True)
    except NoAnswer as error:
        why = f"{by_proxy(url)} ({error})" if str(error) else ""
        return f"{UNREACHED}{why}"
    if not answer.is_success:
        return f"its host answered {answer.status_code}{by_proxy(url)}"
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if not (kind == PDF if media.is_document else kind.startswith("image/")):
        return f"its host calls it {kind[:80] or 'nothing'}"
    length = answer.headers.get("Content-Length", "")
    # packed it would have another length
    is_packed = answer.headers.get("Content-Encoding", "identity") != "identity"
    if is_packed or not (length.isascii() and length.isdecimal() and len(length) < 20):
        return "its host does not say"
    is_plausible = 0 < int(length) < MOST_MEDIA_BYTES
    return Size(int(length), kind) if is_plausible else "its host does not say"
