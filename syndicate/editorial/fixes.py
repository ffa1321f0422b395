"""Carry out fixes that are certain: the file is replaced whole, every other byte as it was."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from syndicate.errors import ArticleError
from syndicate.model.finding import Finding
from syndicate.sources.bounds import MOST_ARTICLE_BYTES
from syndicate.sources.identity import PART_SUFFIX
from syndicate.system import disk

TAG = re.compile(r"<[^<>]*>")
CODE = ("<code", "</code>")
LINE_END = re.compile(r"\r\n|\n|\r")


def fixed(text: str, findings: Sequence[Finding]) -> tuple[str, int]:
    """Return a file's text with its fixes, and how many were carried out.

    A fix counts only where the words that it replaces still stand at its place.
    """
    starts = [0, *(found.end() for found in LINE_END.finditer(text))]
    places = [
        (starts[finding.line - 1] + finding.column - 1, finding.fix)
        for finding in findings
        if finding.fix and 0 < finding.line <= len(starts)
    ]
    count = 0
    for start, fix in sorted(places, key=lambda place: place[0], reverse=True):
        if text.startswith(fix.old, start):
            text = f"{text[:start]}{fix.new}{text[start + len(fix.old) :]}"
            count += 1
    return text, count


def have_same_form(html: str, other: str) -> bool:
    """Return True for two texts that differ in their words alone: not in tags or code."""
    return TAG.findall(html) == TAG.findall(other) and _code(html) == _code(other)


def _code(html: str) -> list[str]:
    """Return what stands between the tags of code."""
    opens, closes = CODE
    return [piece.partition(closes)[0] for piece in html.split(opens)[1:]]


def fix_file(path: Path, findings: Sequence[Finding]) -> int:
    """Carry out the fixes in a file, all or none; return how many."""
    try:
        target = path.resolve(strict=True)  # a link stays a link
        text = disk.contents(target, MOST_ARTICLE_BYTES).decode("utf-8")
        mark = "\ufeff" if text.startswith("\ufeff") else ""
        changed, count = fixed(text.removeprefix(mark), findings)
        if count:
            _refuse_read_only(target)
            disk.replace_contents(target, f"{mark}{changed}".encode(), PART_SUFFIX)
    except OSError as error:
        reason = error.strerror or "unknown"
        raise ArticleError(f"{path}: cannot be written: {reason} (make it writable)") from error
    return count


def _refuse_read_only(target: Path) -> None:
    if not os.access(target, os.W_OK):
        raise PermissionError(0, "it is read-only")
