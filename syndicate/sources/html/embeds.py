"""Embedded players and pictures as what is left of them: links, and images by their address."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape

from syndicate.sources.html.elements import EMBEDS
from syndicate.sources.html.tags import HTML_TAG, attributes
from syndicate.text import squeeze

FILMS = ("movie", "src", "filename", "url")  # the names of a parameter that says what is played
LAZY = ("data-src", "data-original", "data-lazy-src", "data-url", "data-lazy")
SETS = ("srcset", "data-srcset", "data-lazy-srcset")
VIDEO = ("videoid", "data-videoid", "video-id", "data-video-id")
PLAYED = ("src", "data-src", "href", "data-href", "data-url", "url")
# several tags that show one thing: the sources of a picture or a film; a picture for those whose
# browser runs no programs
MEDIA_UNIT = re.compile(
    r"<picture\b[^>]*>.{,9999}?</picture\s*>"
    r"|<object\b[^>]*>.{,9999}?</object\s*>"
    r"|<img\b[^>]*>\s*<noscript\b[^>]*>\s*<img\b[^>]*>\s*</noscript\s*>"
    r"|<noscript\b[^>]*>\s*<img\b[^>]*>\s*</noscript\s*>\s*<img\b[^>]*>",
    re.DOTALL | re.IGNORECASE,
)


def embed_link(given: Mapping[str, str], address: str) -> str:
    """A link to what was embedded."""
    poster = f"<img src={quoted(given['poster'])}> " if given.get("poster") else ""
    if not address:
        return poster.rstrip()  # a source inside, or what it holds, says where it is
    label = squeeze(given.get("title", "") or given.get("aria-label", ""))
    return f"{poster}<a href={quoted(_whole(address))}>{escape(label or _whole(address))}</a> "


def embedded_address(name: str, given: Mapping[str, str]) -> str:
    """The address of what is embedded, wherever a program would take it from."""
    address = given.get(EMBEDS.get(name, "src"), "")
    if not address or address.startswith(("about:", "data:")):
        address = next(_lazy(given), "" if address.startswith("about:") else address)
    return address


def played_attributes(name: str, given: Mapping[str, str]) -> set[str]:
    """The attributes by which an element of somebody's own making says what it plays."""
    if not played_address(name, given):
        return set()
    return {*VIDEO, *PLAYED, *SETS, "title", "alt"} & set(given)


def played_address(name: str, given: Mapping[str, str]) -> str:
    video = next((given[key] for key in VIDEO if given.get(key)), "")
    if video and "youtube" in name:
        return f"https://www.youtube.com/watch?v={video}"
    if video and "vimeo" in name:
        return f"https://vimeo.com/{video}"
    return next((given[key] for key in PLAYED if "//" in given.get(key, "")), "")


def picture(given: Mapping[str, str]) -> str:
    """A picture that only a script would load is loaded by its address."""
    kept = {key: given[key] for key in ("alt", "title", "width", "height", "id") if key in given}
    words = "".join(f" {key}={quoted(value)}" for key, value in kept.items())
    return f"<img src={quoted(_source(given))}{words}>"


def _source(given: Mapping[str, str]) -> str:
    address = re.sub(r"[\t\r\n]", "", given.get("src", "")).strip()  # as a browser does
    if not address or address.startswith("data:"):
        address = next(_lazy(given), address)
    return address or given.get("href", "") or given.get("xlink:href", "")


def _lazy(given: Mapping[str, str]) -> Iterator[str]:
    yield from (given[key] for key in LAZY if given.get(key))
    for key in SETS:  # the last candidate is the largest, as it is usually written
        candidates = [part.split()[0] for part in given.get(key, "").split(", ") if part.split()]
        yield from candidates[-1:]


def merged(unit: str) -> str:
    """Several tags as the one that shows what they do; themselves where they hold words."""
    if HTML_TAG.sub("", unit).strip():
        return unit
    tags = [
        (found["name"].lower(), attributes(found[0]))
        for found in HTML_TAG.finditer(unit)
        if not found["end"]
    ]
    names = [name for name, _ in tags]
    if names[0] == "object":
        return _player(tags) or unit
    return _of_sources(tags) if names[0] == "picture" else _of_two(tags, unit)


def _player(tags: Sequence[tuple[str, Mapping[str, str]]]) -> str:
    films = [
        given.get("value", "")
        for name, given in tags
        if name == "param" and given.get("name", "").lower() in FILMS
    ]
    places = [*(embedded_address(name, given) for name, given in tags if name in EMBEDS), *films]
    address = next(filter(None, places), "")
    title = next(filter(None, (given.get("title", "") for _, given in tags)), "")
    has_others = any(name not in ("object", "param", "embed") for name, _ in tags)
    return "" if has_others else f"<embed src={quoted(address)} title={quoted(title)}>"


def _of_two(tags: Sequence[tuple[str, Mapping[str, str]]], unit: str) -> str:
    """A picture that a program loads, and the same one for browsers that run none."""
    at = [name for name, _ in tags].index("noscript")
    plain, loaded = tags[at + 1][1], tags[0 if at else -1][1]
    is_lazy = not loaded.get("src") or any(loaded.get(key) for key in (*LAZY, *SETS))
    is_same = is_lazy or _source(plain) == _source(loaded) or loaded["src"].startswith("data:")
    return picture({**loaded, **plain, "src": _source(plain)}) if is_same else unit


def _of_sources(tags: Sequence[tuple[str, Mapping[str, str]]]) -> str:
    """The ``<img>`` of a ``<picture>``, with the address of a source where it has none."""
    image = next((given for name, given in tags if name == "img"), {})
    if not _source(image) or _source(image).startswith("data:"):
        sources = (given for name, given in tags if name == "source")
        address = next(filter(None, map(_source, sources)), "")
        image = {**image, "src": address} if address else image
    return picture(image)


def _whole(address: str) -> str:
    address = address.strip()
    return f"https:{address}" if address.startswith("//") else address


def quoted(value: str) -> str:
    return f'"{escape(value)}"'
