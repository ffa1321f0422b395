"""Raw HTML in an article, before the sanitiser: words stay words, embeds become links to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from syndicate.sources import hidden
from syndicate.sources.elements import (
    BLOCKS,
    DRAWN,
    EMBEDS,
    FORMATTING,
    HIDDEN,
    IN_A_LINE,
    KNOWN,
    UNCLOSED,
    VERBATIM,
)
from syndicate.sources.entities import in_attribute
from syndicate.text import squeeze

TAG = re.compile(
    r"""<(?P<end>/?)(?P<name>[A-Za-z][^\s/>]*)(?P<given>(?:"[^"]*"|'[^']*'|[^>"'])*)>""", re.DOTALL
)
ATTRIBUTE = re.compile(
    r"""(?P<name>[^\s"'>/=]+)(?:\s*=\s*(?:"(?P<a>[^"]*)"|'(?P<b>[^']*)'|(?P<c>[^\s"'>]+)))?"""
)
# Word's and PowerPoint's own elements, which Markdown may take for text or an address: <o:p>
OFFICE = re.compile(r"<\?xml:\w[^<>]*/>|</?[A-Za-z][\w.-]*:[A-Za-z][\w.-]*(?:\s[^<>]*)?/?>")
CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
NO_TAG = re.compile(r"<[!?][^<>]*>")  # a browser takes it for a comment
END_TAG = re.compile(r"</([A-Za-z][A-Za-z0-9]*)\s*>")
WITH_ATTRIBUTE = re.compile(r"<([A-Za-z][A-Za-z0-9]*)\s[^<>]*=")
DRAWING = re.compile("<(?:svg|math)", re.IGNORECASE)
LAZY = ("data-src", "data-original", "data-lazy-src", "data-url", "data-lazy")
SETS = ("srcset", "data-srcset", "data-lazy-srcset")


def attributes(tag: str) -> dict[str, str]:
    """The attributes of a tag, by their names in lower case; the first of a name counts."""
    found = TAG.fullmatch(tag)
    given: dict[str, str] = {}
    for one in ATTRIBUTE.finditer(found["given"] if found else ""):
        value = next((one[key] for key in "abc" if one[key] is not None), "")
        given.setdefault(one["name"].lower(), in_attribute(value))
    return given


@dataclass(frozen=True, slots=True)
class Usage:
    """How an article uses tags, which tells elements from words in angle brackets."""

    closed: frozenset[str]  # names with an end tag
    attributed: frozenset[str]  # names that some tag gives attributes to
    draws: bool  # there is a drawing or a formula

    @classmethod
    def of(cls, source: str) -> Usage:
        if "<" not in source:
            return cls(frozenset(), frozenset(), False)
        return cls(
            closed=frozenset(name.lower() for name in END_TAG.findall(source)),
            attributed=frozenset(name.lower() for name in WITH_ATTRIBUTE.findall(source)),
            draws=DRAWING.search(source) is not None,
        )

    def means_words(self, found: re.Match[str]) -> bool:
        """Whether what looks like a tag was meant as text: ``Ketik REG<spasi>NIK``."""
        name = found["name"].lower()
        if name in KNOWN:
            return self._is_placeholder(found, name)
        if name in self.attributed or (self.draws and name in DRAWN):
            return False
        return re.fullmatch(r"\w+", name) is not None

    def _is_placeholder(self, found: re.Match[str], name: str) -> bool:
        """Whether an element's name stands for what is to be filled in: ``DAFTAR <label>``."""
        is_meant = name in FORMATTING or name in UNCLOSED or name in HIDDEN or name in self.closed
        return not (is_meant or found["end"] or found["given"].strip())


def rewritten(html: str, usage: Usage) -> str:
    """Return a block of raw HTML so that the sanitiser takes no word and no address out of it."""

    def tag(found: re.Match[str]) -> str:
        may_stay_open = found["name"].lower() in BLOCKS | VERBATIM
        return _words(found) if not may_stay_open and usage.means_words(found) else _tag(found)

    pieces = (
        (TAG.sub(tag, NO_TAG.sub(_words, CDATA.sub(r"\1", shown))), "\n" * unshown.count("\n"))
        for shown, unshown in hidden.parts(html)
    )
    return "".join(piece for pair in pieces for piece in pair)


def in_a_line(tag: str, usage: Usage) -> str:
    """Return a tag as it may stand in a line of text: itself, what it shows, its words, or "".

    A block's tag would move or swallow the text around it.
    """
    found = TAG.fullmatch(tag)
    if found is None:
        return escape(CDATA.sub(r"\1", tag), quote=False)
    name = found["name"].lower()
    if usage.means_words(found):
        return _words(found)
    if name in EMBEDS or name in ("source", "img", "image"):
        return _tag(found)
    return _named(found) if name in IN_A_LINE else ""


def _tag(found: re.Match[str]) -> str:
    name = found["name"].lower()
    if name in VERBATIM or (found["end"] and name in EMBEDS):
        return ""
    if found["end"]:
        return found[0]
    if name in EMBEDS or (name == "source" and "src" in attributes(found[0])):
        return _embed(name, attributes(found[0]))
    if name in ("img", "image"):
        return _picture(attributes(found[0]))
    return _named(found)


def _words(found: re.Match[str]) -> str:
    return escape(found[0], quote=False)


def _embed(name: str, given: dict[str, str]) -> str:
    """A link to what was embedded."""
    address = given.get(EMBEDS.get(name, "src"), "") or given.get("data-src", "")
    if not address:
        return ""  # a source inside, or what it holds, says where it is
    label = squeeze(given.get("title", "") or given.get("aria-label", ""))
    poster = f"<img src={_quoted(given['poster'])}>" if given.get("poster") else ""
    return f"{poster}<a href={_quoted(_whole(address))}>{escape(label or _whole(address))}</a> "


def _picture(given: dict[str, str]) -> str:
    """A picture that only a script would load is loaded by its address."""
    address = re.sub(r"[\t\r\n]", "", given.get("src", "")).strip()  # as a browser does
    if not address or address.startswith("data:"):
        address = next(_lazy(given), address)
    kept = {key: given[key] for key in ("alt", "title", "width", "height", "id") if key in given}
    words = "".join(f" {key}={_quoted(value)}" for key, value in kept.items())
    return f"<img src={_quoted(address)}{words}>"


def _lazy(given: dict[str, str]) -> Iterator[str]:
    yield from (given[key] for key in LAZY if given.get(key))
    for key in SETS:  # the last candidate is the largest, as it is usually written
        candidates = [one.split()[0] for one in given.get(key, "").split(", ") if one.split()]
        yield from candidates[-1:]


def _named(found: re.Match[str]) -> str:
    """``<a name=…>``, the old way to name a place, as an id."""
    given = attributes(found[0]) if found["name"].lower() == "a" else {}
    if not given.get("name") or "id" in given:
        return found[0]
    return f"<a id={_quoted(given['name'])}{found['given']}>"


def _whole(address: str) -> str:
    address = address.strip()
    return f"https:{address}" if address.startswith("//") else address


def _quoted(value: str) -> str:
    return f'"{escape(value)}"'
