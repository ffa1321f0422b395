"""The size and type of remote pictures and documents, asked once, when they are published.

Enclosures tell readers both (RSS 2.0, RFC 4287 4.2.7), and rendering may ask nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic

from syndicate.errors import Refused
from syndicate.model.article import PDF, Article, Media
from syndicate.network.asking import Line, NoAnswer, leads_inside
from syndicate.network.exchange import Exchange, Limits
from syndicate.network.http import by_proxy
from syndicate.network.public import Site
from syndicate.system.local import leads_here

# seconds for one, and for all of a command that nothing comes of: a slow host delays a
# publication, and never prevents it
EACH, TOGETHER = 5.0, 20.0
HEAD_BYTES = 64 * 1024  # of an answer that has no body; redirects may have some
UNREACHED = "it cannot be reached"
UNMEASURED = "it is shown and not enclosed, for want of its size"
LARGEST = 2**40  # bytes that anybody would enclose


@dataclass
class Sizes:
    """Asks for the sizes of remote media within one command.

    ``own`` are the office's sites, which may lie inside; others are asked where they are public.
    A ``rehearsal`` asks this machine alone.
    """

    own: frozenset[Site] = frozenset()
    rehearsal: bool = False
    in_vain: float = 0.0  # seconds that nothing came of, in all the command

    def measured(
        self, article: Article, known: Article | None, notes: list[str], *, same: bool = False
    ) -> Article:
        """The article with its remote media measured: as ``known`` has them, else by asking.

        What cannot be measured stays as it is, and a note says so. ``same``: it was read from the
        same file as ``known``, and nobody is asked twice.
        """
        if not any(_is_remote(media) for media in article.media):
            return article
        before = {media.url or "": media for media in known.media} if known else {}
        if known and known.fingerprint == article.fingerprint:
            unknown: list[Media] = []  # it is the revision that was published: it stays what it was
        else:
            urls = {media.url or "": media for media in article.media if _is_remote(media)}
            unknown = [
                media
                for url, media in urls.items()
                if not (_size(before.get(url)) or (same and url in before))
            ]
        if self.rehearsal:
            away = [media for media in unknown if not leads_here(media.url or "")]
            notes += [f"{media.url}: a rehearsal asks no other site for its size" for media in away]
            unknown = [media for media in unknown if media not in away]
        asked = self._ask(unknown, notes) if unknown else {}
        return replace(
            article, media=tuple(_measured(media, before, asked) for media in article.media)
        )

    def _ask(self, unknown: Sequence[Media], notes: list[str]) -> dict[str, tuple[int, str]]:
        found: dict[str, tuple[int, str]] = {}
        try:
            with Line("other sites' pictures", own=self.own) as line:
                for media in unknown:
                    answer = self._within_time(line, media)
                    if isinstance(answer, str):
                        notes.append(f"{media.url}: {UNMEASURED}: {answer}")
                    else:
                        found[media.url or ""] = answer
        except Refused as error:  # no connection can be made at all
            notes.append(f"{error}; they are shown and not enclosed, for want of their size")
        return found

    def _within_time(self, line: Line, media: Media) -> tuple[int, str] | str:
        began, left = monotonic(), TOGETHER - self.in_vain
        if left <= 0:
            return "there was no time left"
        answer = _head(line, media, min(EACH, left))
        if isinstance(answer, str):
            self.in_vain += monotonic() - began
        return answer


def barred(article: Article, own: frozenset[Site]) -> Iterator[str]:
    """What will be said of media that nobody is going to be asked for, before anybody is."""
    exchange = Exchange(Limits(seconds=EACH, octets=0))
    for url in dict.fromkeys(media.url or "" for media in article.media if _is_remote(media)):
        if leads_inside(url, own, exchange):
            yield f"{url}: {UNMEASURED}: {UNREACHED}"


def _is_remote(media: Media) -> bool:
    return bool(media.url) and not media.sha256


def _size(media: Media | None) -> int:
    return media.size if media else 0


def _measured(
    media: Media, before: Mapping[str, Media], asked: Mapping[str, tuple[int, str]]
) -> Media:
    if not _is_remote(media):
        return media
    if found := asked.get(media.url or ""):
        return replace(media, size=found[0], media_type=found[1])
    if (known := before.get(media.url or "")) and known.size:
        return replace(media, size=known.size, media_type=known.media_type)
    return media


def _head(line: Line, media: Media, seconds: float) -> tuple[int, str] | str:
    """(bytes, media type), or why they are not known."""
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
    return (int(length), kind) if 0 < int(length) < LARGEST else "its host does not say"
