"""Raw HTML in an article, before the sanitiser: words stay words, embeds become links to them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

from syndicate.sources.html import hidden_markup
from syndicate.sources.html.elements import (
    ALLOWED_BLOCKS,
    DRAWN,
    DRAWN_ELEMENTS,
    DRESS,
    EMBEDS,
    INLINE_ELEMENTS,
    KNOWN_ELEMENTS,
    LAYOUT,
    LIST_ELEMENTS,
    PARTED_ELEMENTS,
    VERBATIM,
    VOID_ELEMENTS,
    WORD_SEPARATING_ELEMENTS,
)
from syndicate.sources.html.embeds import (
    MEDIA_UNIT,
    embed_link,
    embedded_address,
    merged,
    picture,
    played_address,
    played_attributes,
    quoted,
)
from syndicate.sources.html.tags import (
    HTML_TAG,
    OFFICE_NAME,
    PREFIXED,
    TAG_ATTRIBUTE,
    Meant,
    Tag,
    attributes,
)
from syndicate.text import apart_before, excerpt, squeeze

CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
FOREIGN_SIGNS = re.compile(
    r"[\[{]|\*\*|^[ \t]*(?::::|!!!|\?\?\?)", re.MULTILINE
)  # perhaps not HTML's
CODE_ELEMENT = re.compile(
    r"<(?P<name>code|kbd|pre|samp|textarea|tt|xmp)\b[^>]*>.*?</(?P=name)\s*>",
    re.DOTALL | re.IGNORECASE,
)
# a tag, or a sign that begins none: <p kata
TAG_OR_SIGN = re.compile(rf"{HTML_TAG.pattern}|<(?=[A-Za-z/][^<>\"'=]*(?:<|\Z))", re.DOTALL)
NO_TAG = re.compile(r"<[!?][^<>]*>")  # a browser takes it for a comment
HIDING_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE
)
NOT_BOLD = re.compile(r"font-weight\s*:\s*(?:normal|[1-4]00)\b", re.IGNORECASE)
MARKERS = re.compile(r"list-style(?:-type)?\s*:[^;]*?\b(lower|upper)-(alpha|latin|roman)\b", re.I)
FIRST_ITEM = re.compile(r"\s*(<li\b[^>]*>)", re.IGNORECASE)
SHOWN_AS_WORDS = {
    "img": {"alt", "title"},
    "image": {"alt", "title"},
    "a": {"title"},
    "abbr": {"title"},
    "area": {"alt", "title"},
    "acronym": {"title"},
    "optgroup": {"label"},
    **{name: {"title", "srcdoc"} for name in EMBEDS},
}
AS_TEXT = "write it as text, like x<sup>2</sup> or a/b"
AS_PICTURE = "save it as a picture, and write ![what it shows](file.png)"
AS_REMARK = "delete them, or put them into <!-- -->"
BREAK, GAP = "<br>", " "  # what stays between the words where a tag in a line is dropped


def shown_parts(html: str) -> list[tuple[str, str]]:
    """Cut a block of raw HTML into what is shown and what is hidden, by turns."""

    def readable(part: str) -> str:
        part = (
            NO_TAG.sub(_escaped, CDATA.sub(r"\1", part)) if "<!" in part or "<?" in part else part
        )
        return MEDIA_UNIT.sub(lambda found: merged(found[0]), part)

    return [(readable(shown), unshown) for shown, unshown in hidden_markup.shown_and_hidden(html)]


def text_lines(html: str) -> str:
    """The words of a block line by line, without those in elements for code."""
    if not FOREIGN_SIGNS.search(html):
        return ""
    html = CODE_ELEMENT.sub(lambda found: "\n" * found[0].count("\n"), html)
    pieces = (
        (shown, "\n" * unshown.count("\n"))
        for shown, unshown in hidden_markup.shown_and_hidden(html)
    )
    text = "".join(piece for pair in pieces for piece in pair)
    return HTML_TAG.sub(lambda found: "\n" * found[0].count("\n"), text)


def tags_in_block(html: str) -> list[Tag]:
    """Return whatever looks like a tag in a block of raw HTML."""
    return [
        Tag(
            text=found[0],
            before=shown[: found.start()][-1:],
            after=shown[found.end() : found.end() + 1],
            in_block=True,
        )
        for shown, _ in shown_parts(html)
        for found in HTML_TAG.finditer(shown)
    ]


def rewritten(html: str, meant: Sequence[Meant]) -> str:
    """Return a block of raw HTML so that the sanitiser takes no word and no address out of it.

    ``meant`` says what its tags mean, in their order.
    """
    verdicts = iter(meant)
    opened: Counter[str] = Counter()

    def tag(found: re.Match[str]) -> str:
        if found["name"] is None:
            return "&lt;"
        verdict = next(verdicts)
        if verdict is Meant.WORDS:
            return _escaped(found)
        shown = _loose(found) if verdict is Meant.LOOSE else _tag(found)
        name = found["name"].lower()
        if not found["end"]:
            opened[name] += name not in VOID_ELEMENTS
            # the words of a table that are in no cell go before it
            return apart_before(found, shown) if is_embed(found[0]) or name == "table" else shown
        # what was opened above this block, or nowhere, may leave nothing between words
        is_open = opened[name] > 0
        opened[name] -= is_open
        goes_on = found.string[found.end() : found.end() + 1].strip()
        return (
            f"{shown}{GAP}"
            if name in WORD_SEPARATING_ELEMENTS and not is_open and goes_on
            else shown
        )

    pieces = (
        (TAG_OR_SIGN.sub(tag, shown), "\n" * unshown.count("\n"))
        for shown, unshown in shown_parts(html)
    )
    return "".join(piece for pair in pieces for piece in pair)


def in_a_line(tag: str, meant: Meant) -> str:
    """Return a tag as it may stand in a line of text: itself, what it shows, BREAK, GAP or "".

    A block's tag would move or swallow the text around it.
    """
    found = HTML_TAG.fullmatch(tag)
    assert found is not None
    assert meant is not Meant.WORDS
    name = found["name"].lower()
    shown = _tag(found)
    if name in INLINE_ELEMENTS or (shown and name in (*EMBEDS, "source", "image")):
        return shown
    if shown.startswith(("<a ", "<img ", "<abbr", "</abbr")) or (name == "optgroup" and shown):
        return shown
    if name in ALLOWED_BLOCKS | LAYOUT | VERBATIM and name not in ("td", "th", "col", "colgroup"):
        return BREAK
    return GAP if name in PARTED_ELEMENTS | DRAWN_ELEMENTS | DRAWN or name in ("td", "th") else ""


def is_embed(tag: str) -> bool:
    """Return True for a tag that shows another place's content, left as a link in a line."""
    found = HTML_TAG.fullmatch(tag)
    return found is not None and not found["end"] and found["name"].lower() in (*EMBEDS, "source")


def credited(tag: str) -> str:
    """Return what of a tag tells a browser what to do, and is for no reader."""
    found = HTML_TAG.fullmatch(tag)
    if found is None or found["end"]:
        return tag
    name, given = found["name"].lower(), attributes(tag)
    if (
        name in KNOWN_ELEMENTS
        or name in DRAWN
        or name.startswith("fe")
        or OFFICE_NAME.fullmatch(name)
    ):
        unseen = SHOWN_AS_WORDS.get(name, set())
        if name == "input" and given.get("type", "").lower() not in ("hidden", "checkbox", "radio"):
            unseen = {"value", "placeholder"}
        left = TAG_ATTRIBUTE.sub(lambda match: _unread(match, unseen), found["given"])
        return f"{found['name']} {left}"
    played = played_attributes(name, given)
    words = {key for key in given if not (key in DRESS or key in played or _is_program_s(key))}
    kept = (
        match[0]
        for match in TAG_ATTRIBUTE.finditer(found["given"])
        if match["name"].lower() not in words
    )
    return " ".join((found["name"], *kept))


def element_remark(tag: str) -> str:
    """Return what readers get of an element where its writer may not expect it; "" for nothing."""
    found = HTML_TAG.fullmatch(tag)
    if found is None or found["end"]:
        return ""
    name, given = found["name"].lower(), attributes(tag)
    if name == "base" and given.get("href"):
        return f"relative links cannot use {excerpt(squeeze(tag), 60)} (write whole addresses)"
    if name in VOID_ELEMENTS:
        return ""
    if name == "math":
        return f"a formula (<math>) is shown as its letters only ({AS_TEXT})"
    if name == "svg" and given.get("aria-hidden") != "true":
        return f"of a drawing (<svg>) readers get only the words ({AS_PICTURE})"
    if "hidden" in given or HIDING_STYLE.search(given.get("style", "")):
        shown = excerpt(squeeze(tag), 60)
        return f"{shown} hides nothing: readers get the words in it ({AS_REMARK})"
    return ""


def _unread(attribute: re.Match[str], unseen: set[str]) -> str:
    """The name of an attribute, and its value where that is for no reader."""
    key = attribute["name"].lower()
    if key == "srcdoc":
        return " ".join((key, *(inner[0] for inner in HTML_TAG.finditer(attribute[0]))))
    return attribute["name"] if key in unseen else attribute[0]


def _is_program_s(attribute: str) -> bool:
    return not attribute.startswith("data-") and PREFIXED.fullmatch(attribute) is not None


def _tag(found: re.Match[str]) -> str:
    name = found["name"].lower()
    if name in VERBATIM:
        return "\n"
    if found["name"].lower() == "acronym":
        return f"<{found['end']}abbr{found['given']}>"
    if not found["end"] and name in ("area", "optgroup"):
        return _labelled(name, attributes(found[0]))
    if name in DRAWN_ELEMENTS | DRAWN | PARTED_ELEMENTS:
        return " "
    if name in LIST_ELEMENTS:
        return f"<{found['end']}ul>"
    if name in LAYOUT:
        return f"<{found['end']}div{_place(found)}>"
    if found["end"]:
        return "" if name in EMBEDS else found[0]
    given = attributes(found[0])
    if name in EMBEDS or (name == "source" and "src" in given):
        return embed_link(given, embedded_address(name, given))
    if name in ("img", "image", "amp-img"):
        return picture(given)
    if name not in KNOWN_ELEMENTS and (played := played_address(name, given)):
        return embed_link(given, played)
    if name in ("b", "strong") and NOT_BOLD.search(given.get("style", "")):
        return "<span>"  # Google puts a whole document into one
    if name == "ol" and "type" not in given and (marker := _marker(found, given)):
        return f"{found[0][:-1]} type={marker}>"
    return _named(found, given)


def _loose(found: re.Match[str]) -> str:
    """A part of a table outside of any: a row is a line, and cells stand apart."""
    name = found["name"].lower()
    return f"<{found['end']}div>" if name in ("tr", "caption") else GAP


def _escaped(found: re.Match[str]) -> str:
    return escape(found[0], quote=False)


def _place(found: re.Match[str]) -> str:
    place = attributes(found[0]).get("id", "") if not found["end"] else ""
    return f" id={quoted(place)}" if place else ""


def _labelled(name: str, given: Mapping[str, str]) -> str:
    """A place on a map that can be touched, or the name of several choices."""
    if name == "area" and given.get("href"):
        return embed_link({"title": given.get("alt", "") or given.get("title", "")}, given["href"])
    label = squeeze(given.get("label", ""))
    return f" {escape(label)}: " if name == "optgroup" and label else GAP


def _marker(found: re.Match[str], given: Mapping[str, str]) -> str:
    """The kind of markers that a list's style names, or that of its first item: a, A, i, I."""
    item = FIRST_ITEM.match(found.string, found.end())
    styles = (given.get("style", ""), attributes(item[1]).get("style", "") if item else "")
    style = next(filter(None, map(MARKERS.search, styles)), None)
    if style is None:
        return ""
    marker = "i" if style[2].lower() == "roman" else "a"
    return marker.upper() if style[1].lower() == "upper" else marker


def _named(found: re.Match[str], given: Mapping[str, str]) -> str:
    """``<a name=…>``, the old way to name a place, as an id."""
    if found["name"].lower() != "a" or not given.get("name") or "id" in given:
        return found[0]
    return f"<a id={quoted(given['name'])}{found['given']}>"
