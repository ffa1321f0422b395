"""Values of a front matter, each with its line: text, words, lists and tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeVar

from syndicate.sources.characters import invisible
from syndicate.sources.characters.entities import decoded_entities, is_blank, typed_form
from syndicate.sources.front_matter import yaml_losses
from syndicate.sources.front_matter.flaws import Flaw, all_of
from syndicate.text import excerpt, squeeze

T = TypeVar("T")
UNPRINTABLE_CHARACTERS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]"
)
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")  # the words after them around (UAX 9)
BREAKS = re.compile("[\n\r\x85\u2028\u2029]")
PLAIN_WORDS = re.compile(r"\w[\w., ]*")
KEY_SYNONYMS = {
    "title": "headline", "judul": "headline", "summary": "description", "tags": "subjects",
    "keywords": "subjects", "author": "by", "byline": "by", "id": "uri", "lang": "language",
    "link": "url", "image": "associations", "media": "associations", "embargo": "embargoedUntil",
    "source": "infoSources", "published": "date", "note": "edNote", "src": "file",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
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
            found, what = TURNING.search(text), "{}, an invisible character that reverses text"
        if found is None:
            return
        spelt = typed_form(typed, found[0])
        written = "" if spelt == found[0] else f", written {spelt}"
        sign = what.format(f"U+{ord(found[0]):04X}{written}")
        advice = "delete it, or type the line again" if what.startswith("{") else "delete it"
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


def _unknown(key: str, keys: Collection[str]) -> str:
    name = excerpt(squeeze(key), 40)
    folded = {known.lower(): known for known in keys}
    near = get_close_matches(key.lower(), folded, n=1)
    meant = KEY_SYNONYMS.get(key.lower()) if KEY_SYNONYMS.get(key.lower()) in keys else None
    meant = meant or (folded[near[0]] if near else None)
    if meant:
        return f"the key '{name}' is not known (did you mean {meant}?)"
    return f"the key '{name}' is not known (known are {', '.join(keys)})"
