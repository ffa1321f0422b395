"""Parse a front matter: YAML whose every value knows its line."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import yaml

from syndicate.sources import bounds
from syndicate.sources.front_matter import yaml_losses
from syndicate.sources.front_matter.flaws import Flaw, all_of
from syndicate.sources.front_matter.values import FieldTable, FieldValue
from syndicate.text import excerpt, squeeze


def read_table(front: str, keys: Collection[str]) -> FieldTable:
    """The front matter as a table of values; its first line is the file's second."""
    try:
        node = yaml.compose(front, Loader=_Plain)
    except yaml.reader.ReaderError as error:
        says = f"a control character, U+{_code(error):04X} (delete it)"
        raise Flaw(_line(front, error.position), says) from error
    except yaml.MarkedYAMLError as error:
        says = _yaml_says(front, error)
        _count_lines(front, error)
        raise Flaw(_line(front, _where(error)), says) from error
    except (RecursionError, ValueError, OverflowError) as error:
        raise Flaw(1, "the front matter is not valid YAML (keep it simple)") from error
    if node is None:
        return FieldTable(1, {})
    value = _value(front, node, _line(front, node.start_mark.index))
    if not isinstance(value.held, dict):
        raise Flaw(value.line, "the front matter has no keys (write lines like headline: ...)")
    flaws = [Flaw(_line(front, at), says) for at, says in yaml_losses.away(front, node)]
    try:
        table = value.table("the front matter", keys)
    except Flaw as flaw:
        raise all_of([flaw, *flaws]) from flaw
    if flaws:
        raise all_of(flaws)
    return table


def refuse_no_room(front: str) -> None:
    """Refuse a front matter to which no line can be added: in braces, or indented."""
    if not SPACE_AFTER_COLON.match(front):
        advice = "write each key on a line of its own, from its beginning: headline: ..."
        raise Flaw(2, f"the front matter has no room for the article's identity ({advice})")


SPACE_AFTER_COLON = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*[\"'\w]")
ALIAS = "an alias"
TOO_DEEP = "lists and tables are nested too deeply (flatten them)"


class _Plain(yaml.BaseLoader):
    """Leaves every scalar a string (our own parser reads the dates) and follows no alias."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):
            raise yaml.MarkedYAMLError(None, None, ALIAS, event.start_mark)  # type: ignore[arg-type]
        if self.depth > bounds.MOST_FRONT_LEVELS:
            raise yaml.MarkedYAMLError(None, None, TOO_DEEP, event.start_mark)
        self.depth += 1
        node: yaml.Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node


def _value(front: str, node: yaml.Node, line: int) -> FieldValue:
    if node.tag not in YAML_TAGS:
        raise Flaw(line, f"the tag {excerpt(node.tag, 40)} is not known (delete it)")
    if isinstance(node, yaml.ScalarNode):
        is_null = _is_null(node)
        return FieldValue(
            line=line, held="" if is_null else node.value, null=node.value if is_null else ""
        )
    if isinstance(node, yaml.SequenceNode):
        here = [(item, _line(front, item.start_mark.index)) for item in node.value]
        if len(here) > bounds.MOST_LIST_ITEMS:
            most = f"more than {bounds.MOST_LIST_ITEMS} items in one list"
            raise Flaw(here[bounds.MOST_LIST_ITEMS][1], f"{most} (shorten it)")
        return FieldValue(line=line, held=[_value(front, item, at) for item, at in here])
    return FieldValue(line=line, held=_entries(front, node))


def _is_null(node: yaml.ScalarNode) -> bool:
    """YAML's word for nothing, unless it stands in quotes."""
    return node.style is None and node.value in NULLS


def _entries(front: str, node: yaml.Node) -> dict[str, FieldValue]:
    entries: dict[str, FieldValue] = {}
    for key, value in node.value:
        line = _line(front, key.start_mark.index)
        if len(entries) >= bounds.MOST_LIST_ITEMS:
            raise Flaw(line, f"more than {bounds.MOST_LIST_ITEMS} keys in one table (delete some)")
        if not isinstance(key, yaml.ScalarNode) or not key.value:
            raise Flaw(line, "a key is not a plain word (write lines like headline: ...)")
        if key.value in entries:
            name = excerpt(squeeze(key.value), 40)
            first = entries[key.value].line
            raise Flaw(line, f"{name} is given twice, first in line {first} (delete one)")
        entries[key.value] = _value(front, value, line)
    return entries


NULLS = ("null", "~")  # “Null” may be somebody's name
YAML_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map")}


def _line(front: str, index: int) -> int:
    # not YAML's own count: it takes U+2028 for the end of a line, editors do not
    return front.count("\n", 0, index) + 2


def _where(error: yaml.MarkedYAMLError) -> int:
    """A quote or bracket that is never closed is wrong where it opens, not where that shows."""
    never_closed = (error.context or "").endswith(
        ("quoted scalar", "flow sequence", "flow mapping")
    )
    first, second = error.problem_mark, error.context_mark
    mark = (second or first) if never_closed else (first or second)
    return mark.index if mark else 0


def _count_lines(front: str, error: yaml.MarkedYAMLError) -> None:
    """Let YAML's own words name the file's lines."""
    marks = {id(mark): mark for mark in (error.problem_mark, error.context_mark) if mark}
    for mark in marks.values():
        mark.line = _line(front, mark.index) - 1
        mark.name, mark.buffer = "the file", None  # it would quote the line without its place


def _never_closed(error: yaml.MarkedYAMLError) -> bool:
    inside = (error.context or "").endswith(("quoted scalar", "flow sequence", "flow mapping"))
    return inside and bool(re.search("end of stream|expected ','", error.problem or ""))


def _code(error: yaml.reader.ReaderError) -> int:
    return error.character if isinstance(error.character, int) else ord(error.character)


def _yaml_says(front: str, error: yaml.MarkedYAMLError) -> str:
    problem = squeeze(error.problem or error.context or "")
    if "escape" in problem and error.problem_mark:
        return yaml_losses.escaped(front, front.rfind("\\", 0, error.problem_mark.index))
    if problem == TOO_DEEP:
        return problem
    if problem == ALIAS or "alias" in (error.context or ""):
        return "a * begins an alias, which is not allowed here (put the text in quotes)"
    if _never_closed(error):
        return "not valid YAML: a quote or bracket opens here and is not closed (close it)"
    if "mapping values" in problem:
        return 'not valid YAML: a second ": " in one line (put the text after the key in quotes)'
    if "\\t" in problem:
        return "not valid YAML: a tab (indent with spaces; put text with special signs in quotes)"
    return f"not valid YAML: {excerpt(problem, 80)} (put text with special signs in quotes)"
