"""The office's list of minors' names, kept as keyed hashes: the list itself names nobody.

A line is the number of a name's words and its BLAKE2b hash (RFC 7693) under the office's key, both
of the name without case, accents and punctuation. Children in proceedings are not named in
public (UU 11/2012, Pasal 19).
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

from syndicate.editorial.manuscript import Manuscript
from syndicate.editorial.standards import MinorsList, Standards
from syndicate.errors import ConfigError
from syndicate.model.finding import Finding
from syndicate.system import disk

NAME_WORD = re.compile(r"[^\W\d_]+")
ENTRY = re.compile(r"([1-9]) ([0-9a-f]{32})")
KEY_BYTES, HASH_BYTES = 32, 16
MOST_WORDS = 6  # of a name
MOST_LIST_BYTES = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashes:
    """A list that was read: hashes by the number of a name's words."""

    key: bytes
    of: dict[int, frozenset[bytes]]

    def holds(self, words: list[str]) -> bool:
        return hash_of(words, self.key) in self.of[len(words)]


def hash_of(words: Iterable[str], key: bytes) -> bytes:
    """Return the keyed hash of a name's folded words."""
    return blake2b(" ".join(words).encode(), key=key, digest_size=HASH_BYTES).digest()


def folded_words(text: str) -> list[str]:
    """Return the words of a name or a text without case and accents."""
    plain = unicodedata.normalize("NFKD", text)
    return [word.casefold() for word in NAME_WORD.findall(_without_accents(plain))]


def _without_accents(text: str) -> str:
    return text if text.isascii() else "".join(c for c in text if not unicodedata.combining(c))


def entry(name: str, key: bytes) -> str:
    """Return the line of a name; ValueError for what is none."""
    words = folded_words(name)
    if not 2 <= len(words) <= MOST_WORDS:
        raise ValueError(f"write first and last name, 2 to {MOST_WORDS} words")
    return f"{len(words)} {hash_of(words, key).hex()}"


def read(listed: MinorsList) -> Hashes | None:
    """Return the office's list; None where none is set. ConfigError where it cannot be read."""
    if listed.file is None or listed.key is None:
        return None
    try:
        stamp = listed.file.stat().st_mtime_ns, listed.key.stat().st_mtime_ns
    except FileNotFoundError as error:
        name = "list" if not listed.file.exists() else "key"
        raise ConfigError(
            f"minors.{name}: {error.filename} is missing (restore it, or make a new list by"
            " `syndicate minors add`)"
        ) from error
    except OSError as error:
        raise ConfigError(f"minors: {error.filename} cannot be read: {error.strerror}") from error
    return _read(listed, stamp)


@lru_cache(maxsize=2)
def _read(listed: MinorsList, _stamp: tuple[int, int]) -> Hashes:
    assert listed.file
    assert listed.key
    try:
        key = bytes.fromhex(listed.key.read_text("ascii").strip())
        lines = disk.contents(listed.file, MOST_LIST_BYTES).decode("ascii").split("\n")
    except (OSError, ValueError) as error:
        raise ConfigError(f"minors: {listed.file} or its key cannot be read") from error
    found: dict[int, set[bytes]] = {}
    for number, line in enumerate(lines, 1):
        if match := ENTRY.fullmatch(line.strip()):
            found.setdefault(int(match[1]), set()).add(bytes.fromhex(match[2]))
        elif line.strip() and not line.startswith("#"):
            raise ConfigError(f"{listed.file}:{number}: no entry of `syndicate minors add`")
    if not found:
        raise ConfigError(f"minors.list: {listed.file} holds no name (restore it)")
    return Hashes(key=key, of={count: frozenset(hashes) for count, hashes in found.items()})


def add(listed: MinorsList, names: Iterable[str]) -> int:
    """Put names on the list, and make list and key where they are missing; return how many."""
    if listed.file is None or listed.key is None:
        raise ConfigError("minors.list: is not set (name a file for the list)")
    try:
        key = _key(listed.key)
        before = listed.file.read_text("ascii") if listed.file.exists() else ""
        known = before.split("\n")
        lines = dict.fromkeys(entry(name, key) for name in names)
        new = [f"{line}\n" for line in lines if line not in known]
        disk.make_private(listed.file.parent)
        with disk.written(listed.file) as file:
            file.write("".join((before, *new)).encode())
    except OSError as error:
        raise ConfigError(
            f"minors: {error.filename} cannot be written: {error.strerror}"
        ) from error
    return len(new)


def _key(path: Path) -> bytes:
    if not path.exists():
        disk.make_private(path.parent)
        with disk.create_private(path) as file:
            file.write(f"{secrets.token_hex(KEY_BYTES)}\n".encode())
    return bytes.fromhex(path.read_text("ascii").strip())


def minors_named(manuscript: Manuscript, standards: Standards) -> Iterator[Finding]:
    """Yield each place where a name of the list stands; the finding does not repeat it."""
    hashes = read(standards.minors)
    if hashes is None:
        return
    found = list(NAME_WORD.finditer(manuscript.prose))
    words = [folded_words(word[0]) for word in found]
    for at, word in enumerate(found):
        if not word[0][0].isupper():
            continue
        for count in hashes.of:
            name = [part for parts in words[at : at + count] for part in parts]
            if len(name) == count and hashes.holds(name):
                yield manuscript.finding(
                    "minor-name",
                    word.start(),
                    "here stands a name on the office's list of minors",
                    "leave it out, or write initials",
                )
