"""Items of HTML lists that stand in a line, as in a table's cell: their markers as words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from syndicate.markers import markers
from syndicate.sources.elements import LISTS
from syndicate.sources.tags import TAG, attributes

BULLET = "•"


def item_markers(tags: Sequence[str]) -> list[str]:
    """The marker of each ``<li>`` among tags in a line, in their order."""
    made: list[str] = []
    lists: list[tuple[Mapping[str, str] | None, list[tuple[int, str]]]] = []
    for tag in tags:
        found = TAG.fullmatch(tag)
        name = found["name"].lower() if found else ""
        is_end = bool(found and found["end"])
        if name == "li" and not is_end:
            if lists:
                lists[-1][1].append((len(made), attributes(tag).get("value", "")))
            made.append(BULLET)
        elif name in ("ol", "ul", *LISTS) and not is_end:
            lists.append((attributes(tag) if name == "ol" else None, []))
        elif name in ("ol", "ul", *LISTS) and lists:
            _number(made, *lists.pop())
    for left in lists:
        _number(made, *left)
    return made


def _number(
    made: list[str], given: Mapping[str, str] | None, items: Sequence[tuple[int, str]]
) -> None:
    if given is not None:
        numbers = markers(given, [value for _, value in items])
        for (place, _), marker in zip(items, numbers, strict=True):
            made[place] = marker
