"""A test that names what it guards ("Guard: Queue.claim") names code that exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GUARD = re.compile(r"Guards?: (.+)", re.DOTALL)
QUOTED = re.compile(r"`([^`]+)`")
# what can only be code: a name with a dot, an underscore or a capital within
NAME = re.compile(r"\b(?:[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+|_\w+|\w+_\w+|[A-Z][a-z]+[A-Z]\w*)\b")


def docstrings() -> Iterator[tuple[str, str]]:
    """Yield each test that names a guard, and what it says of it."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        # each process that runs tests collects them all: only what names a guard is parsed
        body = ast.parse(text).body if GUARD.search(text) else []
        for test in (node for node in body if isinstance(node, ast.FunctionDef)):
            if found := GUARD.match(ast.get_docstring(test) or ""):
                yield f"{path.relative_to(ROOT)}::{test.name}", found[1]


GUARDS = dict(docstrings())


@cache
def places() -> dict[str, str]:
    """Return the source of each module and class of the program by its name."""
    found: dict[str, str] = {}
    for folder in ("syndicate", "channels"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            lines = text.splitlines(keepends=True)
            name = path.parent.name if path.name == "__init__.py" else path.stem
            found[name] = found.get(name, "") + text
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.ClassDef):
                    bases = "".join(f" {ast.unparse(base)}" for base in node.bases)
                    # ast.get_source_segment would split the whole text for each class
                    body = "".join(lines[node.lineno - 1 : node.end_lineno])
                    found[node.name] = f"{found.get(node.name, '')}{body}{bases}"
    return found


@cache
def everything() -> str:
    return "\n".join(places().values())


def stale(text: str) -> list[str]:
    """Return the names in a guard that no code has."""
    names = [*NAME.findall(QUOTED.sub("", text)), *QUOTED.findall(text)]
    return [name for name in names if not is_there(name)]


def is_there(name: str) -> bool:
    head, _, rest = name.partition(".")
    if re.fullmatch(r"\w+(\.\w+)+", name) and head in places():
        return all(has(places()[head], part) for part in rest.split("."))
    if re.fullmatch(r"[A-Za-z_]\w*(\.\w+)+", name) and head not in everything():
        return False
    return all(has(everything(), word) for word in re.findall(r"[A-Za-z_]\w*", name))


def has(source: str, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", source) is not None


@pytest.mark.parametrize("test", GUARDS)
def test_what_a_test_guards_exists(test: str) -> None:
    assert stale(GUARDS[test]) == []


def test_stale_names_are_noticed() -> None:
    assert len(GUARDS) > 80
    assert stale("Queue.claim, and `except Exception` in deliver; SKIP LOCKED.") == []
    assert stale("Queue.clam") == ["Queue.clam"]
    assert stale("nowhere_at_all in deliver") == ["nowhere_at_all"]
    assert stale("`patient_one` in Pace.take_turn") == ["patient_one"]
