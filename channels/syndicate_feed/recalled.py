"""Which articles the feed in a folder holds, as far as its files are ours and can be read."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from syndicate_feed import addresses, files

LARGEST = 16 * 1024 * 1024  # bytes of a feed that is read
GUID = re.compile(rb"<guid[^>]*>([^<]+)</guid>")


def recalled(folder: Path) -> list[str]:
    """The uris of a feed's entries, by the first of its files that names any."""
    for name, uris in ((addresses.JSON, _in_json), (addresses.RSS, _in_rss)):
        if found := list(uris(_ours(folder / name))):
            return found
    return []


def _in_json(content: bytes) -> Iterator[str]:
    try:
        feed = json.loads(content)
    except (ValueError, RecursionError):  # half a file, or none
        return
    items = feed.get("items") if isinstance(feed, dict) else None
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and isinstance(item.get("id"), str):
            yield item["id"]


def _in_rss(content: bytes) -> Iterator[str]:
    for found in GUID.findall(content):
        yield unescape(found.decode(errors="replace"))


def _ours(path: Path) -> bytes:
    """What we have written there; nothing where it is no file, not ours, or too large."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return b""
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return b""
        content = file.read(LARGEST + 1)
    return content if len(content) <= LARGEST and files.is_marked(content) else b""
