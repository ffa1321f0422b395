"""HTML tags, and words in angle brackets that look like tags."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from syndicate.sources.characters.entities import in_attribute
from syndicate.sources.html.elements import (
    ALLOWED_BLOCKS,
    ALONE,
    BARE_ATTRIBUTES,
    DRAWN,
    DRAWN_ELEMENTS,
    FORMATTING,
    KNOWN_ATTRIBUTES,
    KNOWN_ELEMENTS,
    LAYOUT,
    PARENTS,
    TABLE_PARTS,
    VOID_ELEMENTS,
)

HTML_TAG = re.compile(
    r"""<(?P<end>/?)(?P<name>[A-Za-z][^\s/<>]*)(?P<given>(?:"[^"]*"|'[^']*'|[^<>"'])*)>""",
    re.DOTALL,
)
TAG_ATTRIBUTE = re.compile(
    r"""(?P<name>[^\s"'>/=]+)(?:\s*=\s*(?:"(?P<a>[^"]*)"|'(?P<b>[^']*)'|(?P<c>[^\s"'>]+)))?"""
)
PREFIXED = re.compile(r"(?:data|aria)-\S+|on[a-z]+|[\w-]*:[\w:.-]+", re.IGNORECASE)
# Word's and PowerPoint's own elements, which Markdown may take for text or an address: <o:p>
OFFICE_TAG = re.compile(r"</?[A-Za-z][\w.-]*:[A-Za-z][\w.-]*(?:\s[^<>]*)?/?>")
OFFICE_NAME = re.compile(r"(?:[ovwxmp]|st\d|u\d|w\d+|wx|sl|aml):.+", re.IGNORECASE)


class Meant(Enum):
    """Meaning of what looks like a tag."""

    MARKUP = "markup"
    WORDS = "words"
    UNSURE = "unsure"  # markup without its end, as it seems
    LOOSE = "loose"  # a part of a table, in none


@dataclass(frozen=True, kw_only=True)
class Tag:
    """Text that looks like a tag, and the signs around it ("" where its text begins or ends)."""

    text: str
    before: str
    after: str
    in_block: bool  # a block of raw HTML, not a line of text

    @property
    def found(self) -> re.Match[str]:
        """Its parts."""
        found = HTML_TAG.fullmatch(self.text)
        assert found is not None
        return found


def attributes(tag: str) -> dict[str, str]:
    """The attributes of a tag, by their names in lower case; the first of a name counts."""
    found = HTML_TAG.fullmatch(tag)
    given: dict[str, str] = {}
    for match in TAG_ATTRIBUTE.finditer(found["given"] if found else ""):
        value = next((match[key] for key in "abc" if match[key] is not None), "")
        given.setdefault(match["name"].lower(), in_attribute(value))
    return given


def is_office(name: str, closed: Iterable[str]) -> bool:
    """Return True for an element of an office program: a name with a colon, or used as one."""
    return OFFICE_NAME.fullmatch(name) is not None or name.lower() in closed


def judged_tags(tags: Sequence[Tag]) -> list[Meant]:
    """Decide for each tag of an article, in their order, what was meant by it."""
    parts = [tag.found for tag in tags]
    partners = _paired(parts)
    closed = {parts[number]["name"].lower() for number in partners}
    shouts = any(
        parts[number]["name"].isupper() and parts[number]["name"].lower() in KNOWN_ELEMENTS
        for number in partners
    )
    usage = _Usage(closed=closed, is_shouted=shouts, draws=bool(closed & DRAWN_ELEMENTS))
    meant: list[Meant] = []
    for number, (tag, found) in enumerate(zip(tags, parts, strict=True)):
        partner = partners.get(number, number)
        is_end = partner < number
        meant.append(meant[partner] if is_end else usage.meant(tag, found, partner > number))
    return list(_placed(parts, meant))


def _placed(parts: Sequence[re.Match[str]], meant: Sequence[Meant]) -> Iterator[Meant]:
    """Tell the parts of tables that stand in none; a browser would leave their words alone."""
    depth = 0
    for found, verdict in zip(parts, meant, strict=True):
        name = found["name"].lower()
        if name == "table" and verdict is not Meant.WORDS:
            depth = max(depth + (-1 if found["end"] else 1), 0)
        is_loose = name in TABLE_PARTS and not depth and verdict is not Meant.WORDS
        yield Meant.LOOSE if is_loose else verdict


def _paired(parts: Sequence[re.Match[str]]) -> dict[int, int]:
    """The numbers of the tags that open and close one element, each with the other's."""
    open_: dict[str, list[int]] = defaultdict(list)
    paired: dict[int, int] = {}
    for number, found in enumerate(parts):
        name = found["name"].lower()
        if not found["end"]:
            if (
                name not in VOID_ELEMENTS
                and not found["given"].endswith("/")
                and _is_written(found)
            ):
                open_[name].append(number)
            continue
        waiting = open_[name]
        same = (at for at in reversed(range(len(waiting))) if _alike(parts, waiting[at], number))
        if waiting:
            start = waiting.pop(next(same, -1))
            paired |= {start: number, number: start}
    return paired


def _alike(parts: Sequence[re.Match[str]], start: int, end: int) -> bool:
    return bool(parts[start]["name"] == parts[end]["name"])


def _is_written(found: re.Match[str]) -> bool:
    """Return True where attributes can follow the name: ``<b then c>`` has none."""
    name, given = found["name"].lower(), found["given"]
    if not given.strip(" \t\r\n/"):
        return True
    if "<" in re.sub(r""""[^"]*"|'[^']*'""", "", given):
        return False
    with_value = [match for match in TAG_ATTRIBUTE.finditer(given) if "=" in match[0]]
    bare = [match["name"].lower() for match in TAG_ATTRIBUTE.finditer(given) if "=" not in match[0]]
    known = all(
        _is_known(match["name"]) or match["a"] is not None or match["b"] is not None
        for match in with_value
    )
    if name not in KNOWN_ELEMENTS and "-" not in name and ":" not in name:
        return bool(with_value) and not bare
    if with_value:
        return known and all(map(_is_known, bare))
    alone = BARE_ATTRIBUTES.get(name, set()) | ALONE
    return all(name in alone or PREFIXED.fullmatch(name) for name in bare)


def _is_known(attribute: str) -> bool:
    return attribute.lower() in KNOWN_ATTRIBUTES or PREFIXED.fullmatch(attribute) is not None


@dataclass(frozen=True, kw_only=True)
class _Usage:
    """Usage of tags in one article, which tells elements from words in angle brackets."""

    closed: set[str]  # the names of elements with an end
    is_shouted: bool  # HTML is written in capitals
    draws: bool  # there is a drawing or a formula

    def meant(self, tag: Tag, found: re.Match[str], is_paired: bool) -> Meant:
        if is_paired:
            return self._element(found)
        name = found["name"].lower()
        if ":" in name:
            return Meant.MARKUP if OFFICE_NAME.fullmatch(name) else Meant.WORDS
        if name not in KNOWN_ELEMENTS:
            return self._unknown(found, name)
        is_plain = found["name"].islower() or self.is_shouted
        if found["end"]:
            return Meant.MARKUP if is_plain or name in self.closed else Meant.WORDS
        if not _is_written(found):
            return Meant.WORDS
        given = found["given"].strip(" \t\r\n/")
        if given:
            is_html = is_plain or any(map(_is_known, attributes(found[0])))
            return Meant.MARKUP if is_html else Meant.WORDS
        if name in ("br", "hr", "wbr", "img") or self.closed & PARENTS.get(name, set()):
            return Meant.MARKUP
        if found["given"]:  # <b/>
            return Meant.MARKUP if is_plain and name not in VOID_ELEMENTS else Meant.WORDS
        return self._open(tag, name) if is_plain else Meant.WORDS

    def _element(self, found: re.Match[str]) -> Meant:
        """Classify by its end: with one an element; an unknown one without attributes is none."""
        name = found["name"].lower()
        is_element = name in KNOWN_ELEMENTS or "-" in name or ":" in name or self.draws
        return Meant.MARKUP if is_element or found["given"].strip() else Meant.WORDS

    def _unknown(self, found: re.Match[str], name: str) -> Meant:
        if self.draws and (name in DRAWN or found["given"].endswith("/")):
            return Meant.MARKUP
        is_custom = "-" in name and re.search(r"""=\s*["']""", found["given"])
        return Meant.MARKUP if is_custom and _is_written(found) else Meant.WORDS

    def _open(self, tag: Tag, name: str) -> Meant:
        """An element without an end and attributes, which may stand for what is to be filled in."""
        if name == "p" and tag.in_block and tag.before in ("", "\n", ">"):
            return Meant.MARKUP
        if name == "a" or name not in FORMATTING | ALLOWED_BLOCKS | LAYOUT:
            return Meant.WORDS
        before = tag.before if name != "p" else tag.before.rstrip(".:;!?")  # Satu.<p>Dua.
        begins = before in ("", "\n", ">") or before.isspace() or before in "(\"'“‘"
        alone = tag.before in ("", "\n") and tag.after in ("", "\n")
        goes_on = tag.after.isalnum() or tag.after in tuple("\"'“‘(*_&#")
        if name not in FORMATTING:
            goes_on = goes_on or (tag.in_block and (alone or tag.after == "<"))
        return Meant.UNSURE if begins and goes_on else Meant.WORDS
