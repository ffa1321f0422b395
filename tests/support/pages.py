"""The project's pages, as the tests read them: their blocks, commands and headings."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def page(name: str) -> str:
    """A page's text: ``README.md``, ``docs/glossary.md``."""
    return (ROOT / name).read_text(encoding="utf-8")


def sections(text: str, level: int = 2) -> Mapping[str, str]:
    """Heading -> what stands below it, up to the next one of its level."""
    _, *parts = re.split(rf"^#{{{level}}} ", text, flags=re.MULTILINE)
    return {head: body for head, _, body in (part.partition("\n") for part in parts)}


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language, in the page's order."""
    return [content for kind, content in BLOCK.findall(text) if kind == language]


def shell_lines(text: str) -> Iterator[str]:
    """The commands of a page's shell blocks, a line each; a trailing backslash joins two."""
    for block in blocks(text, "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            if line.strip() and not line.startswith("#"):
                yield line


def words(line: str) -> list[str]:
    """A shell line's words up to a pipe or a comment; ``NAME=value`` before a command is left
    out, ``$(…)`` is one word."""
    plain = re.sub(r"\$\([^)]*\)", "VALUE", line)
    found = shlex.split(plain, comments=True)
    if "|" in found:
        found = found[: found.index("|")]
    while found and re.fullmatch(r"[A-Z_]+=.*", found[0]):
        found.pop(0)
    return found


def commands(text: str) -> Iterator[list[str]]:
    """The words after ``syndicate``, of every such command of a page's shell blocks."""
    for line in shell_lines(text):
        if (found := words(line))[:1] == ["syndicate"]:
            yield found[1:]
