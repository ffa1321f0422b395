"""An article file's text, before anything in it is parsed."""

from __future__ import annotations

from pathlib import Path

from syndicate.errors import ArticleError
from syndicate.sources import bounds
from syndicate.system import disk


def read_text(path: Path, *, bounded: bool = True) -> str:
    """Return the file's text, which must be UTF-8 and, ``bounded``, hold what an article may."""
    try:
        data = disk.contents(path, bounds.MOST_ARTICLE_BYTES)
        bounds.refuse_bytes(data)
        text = _decoded(path, data)
        if bounded:
            bounds.refuse_excess(text)
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise ArticleError(
            f"{path}: cannot be read: {reason} (check its name)", "unreadable"
        ) from error
    except bounds.BoundExceeded as error:
        raise ArticleError(f"{path}:{error.line}: {error}", "unreadable") from error
    return text


def _decoded(path: Path, data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # its start counts from after the mark
        at = error.start + len(data) - len(error.object)
        raise ArticleError(
            f"{path}:{_line(data, at)}: not UTF-8 at byte {at} (save the file as UTF-8)",
            "unreadable",
        ) from error
    if "\0" in text:
        at = data.index(b"\0")
        raise ArticleError(
            f"{path}:{_line(data, at)}: a NUL at byte {at} (save it as plain text)", "unreadable"
        )
    return text


def _line(data: bytes, at: int) -> int:
    before = data[:at].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return before.count(b"\n") + 1
