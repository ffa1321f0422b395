"""Read the three feed files back, as a feed reader does."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

ATOM = "{http://www.w3.org/2005/Atom}"
MODIFIED = "{http://purl.org/dc/terms/}modified"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry, in a file's own terms."""

    id: str
    title: str
    published: str
    updated: str
    html: str = ""
    tags: tuple[str, ...] = ()
    author: str = ""


@dataclass(frozen=True, kw_only=True)
class File:
    """One of the three files."""

    name: str
    form: str
    size: int
    id_called: str  # what an entry's id and its time of change are called there
    updated_called: str
    entries: tuple[Entry, ...]


def read(folder: Path) -> tuple[File, File, File]:
    """rss.xml, atom.xml and feed.json of a folder."""
    return _rss(folder / "rss.xml"), _atom(folder / "atom.xml"), _json(folder / "feed.json")


def pictures(folder: Path) -> dict[str, str]:
    """The alternative text of every picture, by its address."""
    items = json.loads((folder / "feed.json").read_bytes())["items"]
    attached = (attachment for item in items for attachment in item.get("attachments", ()))
    return {attachment["url"]: attachment.get("title", "") for attachment in attached}


def _rss(path: Path) -> File:
    entries = (
        Entry(
            id=item.findtext("guid", ""),
            title=item.findtext("title", ""),
            published=item.findtext("pubDate", ""),
            updated=item.findtext(MODIFIED, ""),
        )
        for item in _root(path).iter("item")
    )
    return File(
        name=path.name,
        form="RSS 2.0",
        size=path.stat().st_size,
        id_called="guid",
        updated_called="dcterms:modified",
        entries=tuple(entries),
    )


def _atom(path: Path) -> File:
    entries = (
        Entry(
            id=entry.findtext(f"{ATOM}id", ""),
            title=entry.findtext(f"{ATOM}title", ""),
            published=entry.findtext(f"{ATOM}published", ""),
            updated=entry.findtext(f"{ATOM}updated", ""),
        )
        for entry in _root(path).iter(f"{ATOM}entry")
    )
    return File(
        name=path.name,
        form="Atom",
        size=path.stat().st_size,
        id_called="id",
        updated_called="updated",
        entries=tuple(entries),
    )


def _json(path: Path) -> File:
    entries = (_json_entry(item) for item in json.loads(path.read_bytes())["items"])
    return File(
        name=path.name,
        form="JSON Feed 1.1",
        size=path.stat().st_size,
        id_called="id",
        updated_called="date_modified",
        entries=tuple(entries),
    )


def _json_entry(item: dict[str, Any]) -> Entry:
    return Entry(
        id=item["id"],
        title=item["title"],
        published=item["date_published"],
        updated=item.get("date_modified", ""),
        html=item["content_html"],
        tags=tuple(item.get("tags", ())),
        author=", ".join(author["name"] for author in item.get("authors", ())),
    )


def _root(path: Path) -> ET.Element:
    return ET.fromstring(path.read_bytes())  # noqa: S314 - our own file
