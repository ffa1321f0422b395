"""Copies of pictures and documents on other sites: what is approved is what lies there then."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from html import unescape

from syndicate.errors import Refused
from syndicate.model.article import Article
from syndicate.network.asking import HttpClient, NoAnswer
from syndicate.network.exchange import Limits
from syndicate.network.public import Site
from syndicate.sources.files.local_files import MOST_DOCUMENT_BYTES, MOST_PICTURE_BYTES
from syndicate.system.local import leads_here

COPY_SECONDS = 20.0
SHOWN_PICTURE = re.compile(r'<img\b[^>]*?\ssrc="(https?://[^"]+)"')  # in sanitised HTML


@dataclass(frozen=True, kw_only=True)
class RemoteCopies:
    """Bytes by address, and why others could not be fetched."""

    contents: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    failed: Mapping[str, str] = field(default_factory=dict)

    def of(self, article: Article) -> dict[str, str]:
        """Return the sha256 of each remote file of an article, by its address; "" for none."""
        return {url: hash_of(self.contents.get(url)) for url in remote_urls(article)}

    def files(self, article: Article) -> dict[str, bytes]:
        """Return the bytes of an article's remote files, by their sha256."""
        found = (self.contents[url] for url in remote_urls(article) if url in self.contents)
        return {hash_of(content): content for content in found}

    def failures(self, article: Article) -> list[str]:
        """Return why files of an article could not be fetched, each with its address."""
        return [f"{url}: {self.failed[url]}" for url in remote_urls(article) if url in self.failed]


def remote_urls(article: Article) -> dict[str, int]:
    """Return the addresses of pictures and documents on other sites, with the most bytes of each.

    Those that the text itself shows are among them.
    """
    found = {unescape(url): MOST_PICTURE_BYTES for url in SHOWN_PICTURE.findall(article.html)}
    found |= {
        media.url: MOST_DOCUMENT_BYTES if media.is_document else MOST_PICTURE_BYTES
        for media in article.media
        if media.url and not media.sha256
    }
    return dict(sorted(found.items()))


def fetch_copies(
    articles: Iterable[Article], own: frozenset[Site], *, rehearsal: bool
) -> RemoteCopies:
    """Fetch the remote files of articles, each once; a ``rehearsal`` asks this machine alone."""
    contents: dict[str, bytes] = {}
    failed: dict[str, str] = {}
    most: dict[str, int] = {}
    for article in articles:
        most |= remote_urls(article)
    if not most:
        return RemoteCopies()
    try:
        with HttpClient("other sites' pictures", own=own) as client:
            for url, octets in most.items():
                content = _fetched(client, url, octets, rehearsal=rehearsal)
                if isinstance(content, bytes):
                    contents[url] = content
                else:
                    failed[url] = content
    except Refused as error:  # no connection can be made at all
        failed |= dict.fromkeys(most.keys() - contents.keys(), f"{error}")
    return RemoteCopies(contents=contents, failed=failed)


def hash_of(content: bytes | None) -> str:
    return "" if content is None else sha256(content).hexdigest()


def _fetched(client: HttpClient, url: str, octets: int, *, rehearsal: bool) -> bytes | str:
    """Return a file's bytes, or why there are none."""
    if rehearsal and not leads_here(url):
        return "a rehearsal does not ask other sites"
    try:
        answer = client.ask("GET", url, Limits(seconds=COPY_SECONDS, octets=octets), follow=True)
    except NoAnswer as error:
        return f"it cannot be reached: {error}" if f"{error}" else "it cannot be reached"
    return answer.content if answer.is_success else f"its host answered {answer.status_code}"
