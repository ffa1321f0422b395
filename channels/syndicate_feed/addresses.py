"""Paths of a feed's files within its folder: pure rules, stable for ever."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from hashlib import sha256
from urllib.parse import urlsplit

from syndicate import Article

RSS, ATOM, JSON, INDEX = "rss.xml", "atom.xml", "feed.json", "index.html"
FEED = re.compile(r"(subjects/[a-z0-9-]+/)?(rss\.xml|atom\.xml|feed\.json)")  # can be subscribed to
OWN_FILE_PATTERN = re.compile(
    rf"{FEED.pattern}|index\.html|archive/[1-9][0-9]*\.xml|articles/[a-z0-9-]+\.html"
    r"|media/[0-9a-f]{64}(\.[a-z]+)?"
)
TAG_URI_PATTERN = re.compile(r"tag:[^,]+,(?P<date>[0-9-]+):(?P<own>.*)", re.DOTALL)  # RFC 4151
NOWHERE = ("localhost", "127.0.0.1", "::1", "0.0.0.0")  # noqa: S104 - not bound to
LONGEST_SLUG = 80  # characters of a slug


def of_subject(subject: str) -> str:
    """Return the folder of a subject's feeds: ``subjects/pilkada-2024/``."""
    name = _slug(subject) or sha256(subject.casefold().encode()).hexdigest()[:8]
    return f"subjects/{name}/"


def of_archive(page: int) -> str:
    """Return the path of one document of the archive."""
    return f"archive/{page}.xml"


def of_page(article: Article) -> str:
    """Return the path of an article's page: ``articles/2026-11-24-hari-tenang-1a2b3c4d.html``.

    Made from its uri alone, which stays when the headline is corrected.
    """
    tag = TAG_URI_PATTERN.fullmatch(article.uri)
    name = f"{tag['date']}-{tag['own']}" if tag else article.uri
    parts = [_slug(name), sha256(article.uri.encode()).hexdigest()[:8]]
    return f"articles/{'-'.join(filter(None, parts))}.html"


def require_distinct_folders(subjects: Sequence[str]) -> Sequence[str]:
    """Return the subjects; ValueError where two of them would share a folder."""
    folders: dict[str, str] = {}
    for subject in subjects:
        if not subject.strip():
            raise ValueError("a subject needs a name")
        twin = folders.setdefault(of_subject(subject), subject)
        if twin is not subject:
            raise ValueError(f"{twin!r} and {subject!r} would have the same address: keep one")
    return subjects


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG].strip("-")


def unlikely(url: str) -> str:
    """Return why an address cannot be a public feed's, as far as its form shows; "" if it can."""
    parts = urlsplit(url)
    if parts.hostname in NOWHERE:
        return f"{parts.hostname} is each reader's own machine; write the address of your site"
    if parts.query or parts.fragment or parts.path.endswith((".xml", ".json", ".html")):
        return f"{url} is not a folder; write the folder's public address, without a file's name"
    return ""
