"""Items of HTML lists that stand in a line, as in a table's cell: their markers as words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from syndicate.sources.html.elements import LIST_ELEMENTS
from syndicate.sources.html.tags import HTML_TAG, attributes
from syndicate.text import markers
from syndicate.text.markers import ListTag


def inline_item_markers(tags: Sequence[str]) -> list[str]:
    """The marker of each ``<li>`` among tags in a line, in their order."""
    return markers.item_markers(_of_lists(tags))


def _of_lists(tags: Sequence[str]) -> Iterator[ListTag]:
    for tag in tags:
        found = HTML_TAG.fullmatch(tag)
        name = found["name"].lower() if found else ""
        is_end = bool(found and found["end"])
        if name == "li" and not is_end:
            yield "item", attributes(tag)
        elif name in ("ol", "ul", *LIST_ELEMENTS):
            yield ("end" if is_end else "ordered" if name == "ol" else "other"), attributes(tag)
