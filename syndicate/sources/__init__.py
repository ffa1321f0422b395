"""Anything an article may be read from. Markdown first; each source gives a Draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from syndicate.article import Article


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a source gives: an article whose ``uri`` is "" where the file has none yet."""

    article: Article
    path: Path
    source: str  # the text as it was read
    files: Mapping[str, bytes] = field(default_factory=dict)  # sha256 -> the local pictures
    lines: Mapping[str, int] = field(default_factory=dict)  # front-matter key -> line, from 1

    def at(self, key: str) -> str:
        """``article.md:7``, for messages about one key of the front matter."""
        return f"{self.path}:{self.lines.get(key, 1)}"
