"""The lines between the two ``---``: YAML whose every value knows its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeVar

import yaml

from syndicate.sources import bounds
from syndicate.sources.characters import invisible
from syndicate.sources.characters.entities import decoded_entities, is_blank, typed_form
from syndicate.sources.front_matter import yaml_losses
from syndicate.text import excerpt, squeeze

T = TypeVar("T")
# the lines around the front matter; a last one is not indented, as that is text of a value
BLANK = rf"[ \t{invisible.AROUND_FENCE}]*"
OPENS = rf"{BLANK}---{BLANK}"
CLOSES = rf"[{invisible.AROUND_FENCE}]*(?:---|\.\.\.){BLANK}"
FRONT_MATTER_START = re.compile(rf"{OPENS}(\n|\Z)")
FRONT_MATTER_END = re.compile(rf"^{CLOSES}(?:\n|\Z)", re.MULTILINE)
UNPRINTABLE_CHARACTERS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]"
)
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")  # the words after them around (UAX 9)
BREAKS = re.compile("[\n\r\x85\u2028\u2029]")
PLAIN_WORDS = re.compile(r"\w[\w., ]*")
FRONT_MATTER_ADVICE = (
    "start the file with a line ---, then headline: ..., then a line ---, then the text"
)
KEY_SYNONYMS = {
    "title": "headline", "judul": "headline", "summary": "description", "tags": "subjects",
    "keywords": "subjects", "author": "by", "byline": "by", "id": "uri", "lang": "language",
    "link": "url", "image": "associations", "media": "associations", "embargo": "embargoedUntil",
    "source": "infoSources", "published": "date", "note": "edNote", "src": "file",
}  # fmt: skip


class Flaw(Exception):
    """Something wrong at one line of the file, from 1; the caller knows the file's name."""

    def __init__(self, line: int, says: str) -> None:
        super().__init__(says)
        self.line = line
        self.others: tuple[Flaw, ...] = ()  # what else is wrong, found apart from this


def all_of(flaws: Iterable[Flaw]) -> Flaw:
    """The first of several flaws, the others with it, each once and by its line."""
    every = sorted(
        (each for flaw in flaws for each in (flaw, *flaw.others)), key=lambda each: each.line
    )
    first, *others = {(each.line, str(each)): each for each in every}.values()
    first.others = tuple(others)
    return first


@dataclass(frozen=True, slots=True)
class Parts:
    """A file cut at its fences; line ends are ``\\n``."""

    front: str
    body: str
    body_line: int  # of the body's first line, from 1


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One value, never more than text, and the line it begins at (its key's, if it has one)."""

    line: int
    held: str | list[FieldValue] | dict[str, FieldValue]
    null: str = ""  # YAML's word for nothing, where it stands here without quotes

    def text(self, name: str) -> str:
        """Its text as it was typed, without spaces around it: an address, a name, a date."""
        held = self._held(name)
        self._refuse_signs(name, held, held)
        return invisible.without_around(held)

    def words(self, name: str) -> str:
        """Its text as readers see it, HTML's entities decoded; "" where nothing of it is seen."""
        held = self._held(name)
        if self.null:
            advice = f'put it in quotes, "{self.null}", or delete it'
            raise Flaw(self.line, f"{name}: {self.null} means no value in YAML ({advice})")
        try:
            text = decoded_entities(held)
        except ValueError as error:
            raise Flaw(self.line, f"{name}: {error}") from error
        self._refuse_signs(name, text, held)
        return "" if is_blank(text) else invisible.without_around(text)

    def _held(self, name: str) -> str:
        if not isinstance(self.held, str):
            kind = "a list" if isinstance(self.held, list) else "a table"
            raise Flaw(self.line, f"{name} is {kind} (write text; put it in quotes)")
        return self.held

    def _refuse_signs(self, name: str, text: str, typed: str) -> None:
        """Refuse what is for machines and not for readers."""
        found, what = UNPRINTABLE_CHARACTERS.search(text), "the control character {}"
        if found is None:
            found, what = TURNING.search(text), "{}, which is not seen and turns words around"
        if found is None:
            return
        spelt = typed_form(typed, found[0])
        written = "" if spelt == found[0] else f", written {spelt}"
        sign = what.format(f"U+{ord(found[0]):04X}{written}")
        advice = "delete it, or type the line anew" if what.startswith("{") else "delete it"
        raise Flaw(self.line, f"{name} holds {sign} ({advice})")

    def items(self, name: str) -> list[FieldValue]:
        if self.held == "":
            return []
        if not isinstance(self.held, list):
            typed = squeeze(self.held) if isinstance(self.held, str) else "one, two"
            example = typed if PLAIN_WORDS.fullmatch(typed) else yaml_losses.in_quotes(typed)
            raise Flaw(self.line, f"{name} is not a list (write it like {name}: [{example}])")
        return self.held

    def table(self, name: str, keys: Collection[str]) -> FieldTable:
        """Its keys and values; ``keys`` are the only ones there may be, or all if empty."""
        if self.held == "":
            return FieldTable(self.line, {})
        if not isinstance(self.held, dict):
            raise Flaw(self.line, f"{name} is not a table (write it like {self.as_table(keys)})")
        unknown = [(key, value) for key, value in self.held.items() if keys and key not in keys]
        if unknown:
            raise all_of(Flaw(value.line, _unknown(key, keys)) for key, value in unknown)
        return FieldTable(self.line, self.held)

    def as_table(self, keys: Collection[str]) -> str:
        """Write it as a table, with its text as the value of the first key."""
        if isinstance(self.held, dict):
            given = {
                key: value.held for key, value in self.held.items() if isinstance(value.held, str)
            }
        else:
            text = squeeze(self.held) if isinstance(self.held, str) else "..."
            given = {next(iter(keys), "name"): text}
        pairs = ", ".join(f"{key}: {yaml_losses.in_quotes(text)}" for key, text in given.items())
        return f"{{{pairs}}}"


@dataclass(frozen=True, slots=True)
class FieldTable:
    """Keys and their values; what is not given, or given blank, reads as nothing."""

    line: int
    entries: Mapping[str, FieldValue]

    def text(self, key: str, check: Callable[[str], str] = str) -> str:
        """The text under a key, or "". ``check`` gives it back, or raises ValueError."""
        value = self.entries.get(key)
        text = value.text(key) if value else ""
        return self.checked(key, text, check) if text else ""

    def line_text(self, key: str, check: Callable[[str], str] = str) -> str:
        """The text under a key, which must be one line."""
        text = self.text(key)
        if BREAKS.search(text):
            raise self._too_long(key)
        return self.checked(key, text, check) if text else ""

    def words(self, key: str) -> str:
        """The words under a key, a space between each two, or ""."""
        value = self.entries.get(key)
        return squeeze(value.words(key)) if value else ""

    def line_words(self, key: str) -> str:
        """The words under a key, which must be one line."""
        if (value := self.entries.get(key)) and BREAKS.search(value.words(key)):
            raise self._too_long(key)
        return self.words(key)

    def _too_long(self, key: str) -> Flaw:
        advice = "write it on one"
        return Flaw(self.entries[key].line, f"{key} spans several lines ({advice})")

    def checked(self, key: str, text: str, check: Callable[[str], T]) -> T:
        try:
            return check(text)
        except ValueError as error:
            raise Flaw(self.entries[key].line, f"{key}: {error}") from error

    def items(self, key: str) -> list[FieldValue]:
        value = self.entries.get(key)
        return value.items(key) if value else []

    def tables(self, key: str, keys: Collection[str]) -> Iterator[FieldTable]:
        value = self.entries.get(key)
        if value and value.held and not isinstance(value.held, list):
            advice = f"write it like {key}: [{value.as_table(keys)}]"
            raise Flaw(value.line, f"{key} is not a list ({advice})")
        return (item.table(f"each of {key}", keys) for item in self.items(key))

    def lines(self) -> dict[str, int]:
        return {key: value.line for key, value in self.entries.items()}


def split_front_matter(text: str) -> Parts:
    """Part the front matter from the body."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    first = FRONT_MATTER_START.match(text)
    if first is None:
        raise Flaw(1, f"there is no front matter ({FRONT_MATTER_ADVICE})")
    last = FRONT_MATTER_END.search(text, first.end())
    if last is None:
        raise Flaw(1, "the front matter has no end (write a line --- before the text)")
    body_line = text.count("\n", 0, last.end()) + 1
    if last.start() > bounds.MOST_FRONT_CHARACTERS:
        most = f"more than {bounds.MOST_FRONT_CHARACTERS // 1000} kB above the text"
        raise Flaw(text.count("\n", 0, bounds.MOST_FRONT_CHARACTERS) + 1, f"{most} (shorten it)")
    front = invisible.as_spaces(text[first.end() : last.start()])
    return Parts(front, text[last.end() :], body_line)


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
        return FieldValue(line, "", node.value) if _is_null(node) else FieldValue(line, node.value)
    if isinstance(node, yaml.SequenceNode):
        here = [(item, _line(front, item.start_mark.index)) for item in node.value]
        if len(here) > bounds.MOST_LIST_ITEMS:
            most = f"more than {bounds.MOST_LIST_ITEMS} items in one list"
            raise Flaw(here[bounds.MOST_LIST_ITEMS][1], f"{most} (shorten it)")
        return FieldValue(line, [_value(front, item, at) for item, at in here])
    return FieldValue(line, _entries(front, node))


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


def _unknown(key: str, keys: Collection[str]) -> str:
    name = excerpt(squeeze(key), 40)
    folded = {known.lower(): known for known in keys}
    near = get_close_matches(key.lower(), folded, n=1)
    meant = KEY_SYNONYMS.get(key.lower()) if KEY_SYNONYMS.get(key.lower()) in keys else None
    meant = meant or (folded[near[0]] if near else None)
    if meant:
        return f"the key '{name}' is not known (did you mean {meant}?)"
    return f"the key '{name}' is not known (known are {', '.join(keys)})"
