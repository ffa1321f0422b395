"""Link destinations with spaces and brackets, rewritten so that Markdown understands them."""

from __future__ import annotations

import re
from pathlib import Path

from syndicate.sources.files import local_files
from syndicate.sources.links.targets import FILE_ENDINGS, PHONE

TITLE = r"""(?P<title>[ \t]+(?:"[^"\n]*"|'[^'\n]*'))?"""
INLINE_LINK = re.compile(
    r"(?P<head>!?\[(?:[^\[\]\n\\]|\\.)*\]|(?<=\)\])|(?<=>\)\]))\("
    rf"(?P<name>(?:[^()<>\n]|\([^()\n]*\))+?){TITLE}[ \t]*\)"
)
DEFINED_LINK = re.compile(
    rf"^(?P<head> {{0,3}}\[[^\[\]\n]+\]:[ \t]*)(?P<name>[^\s<>][^<>\n]*?){TITLE}[ \t]*$",
    re.MULTILINE,
)


def bracketed(markdown: str, folder: Path) -> str:
    """Return the text with ``<`` and ``>`` around what plainly is a file, an address, a number."""
    if "](" in markdown:
        markdown = INLINE_LINK.sub(lambda found: _inline(found, folder), markdown)
    if "]:" in markdown:
        markdown = DEFINED_LINK.sub(lambda found: _defined(found, folder), markdown)
    return markdown


def _inline(found: re.Match[str], folder: Path) -> str:
    name = found["name"].strip()
    if not re.search(r"\s", name) or not _is_meant(name, folder):
        return found[0]
    return f"{found['head']}(<{name}>{found['title'] or ''})"


def _defined(found: re.Match[str], folder: Path) -> str:
    name = found["name"].strip()
    if not re.search(r"\s", name) or not _is_meant(name, folder):
        return found[0]
    return f"{found['head']}<{name}>{found['title'] or ''}"


def _is_meant(name: str, folder: Path) -> bool:
    path = re.split(r"[?#]", name, maxsplit=1)[0]
    if re.match("https?://[^ ]+[/?]", name, re.IGNORECASE):
        return Path(path).suffix.lower() in FILE_ENDINGS and "http" not in name[4:]
    is_file = local_files.exists(name, folder) or local_files.exists(path, folder)
    return is_file or PHONE.fullmatch(name) is not None
