"""Names in strings, which no type checker sees, exist: also in what `make soak` alone runs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OURS = r"(?:syndicate|syndicate_feed|syndicate_telegram|syndicate_email|support)"
DOTTED = re.compile(rf"{OURS}(?:\.[A-Za-z_]\w*)+(?::\w+)?")
IMPORT = re.compile(rf"^\s*from ({OURS}(?:\.\w+)*) import ([\w, ]+)$", re.MULTILINE)
MAY_NAME = re.compile(rf"attr\(|\.object\(|[\"']{OURS}\.|from {OURS}")
PATCHING = {"setattr", "delattr", "object"}  # of monkeypatch, and patch.object
# a group of entry points, and files
OTHERS = {
    f"syndicate.{name}" for name in ("channels", "db", "db.v1.bak", "log", "service", "timer")
}


def sources() -> Iterator[tuple[Path, ast.Module]]:
    """Yield each module of tests and benchmarks that may name something in a string."""
    for folder in ("tests", "benchmarks"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            if path != Path(__file__) and MAY_NAME.search(text):
                yield path, ast.parse(text)


def imported(module: ast.Module) -> dict[str, str]:
    """Return the full name of all that a module's imports bind."""
    names: dict[str, str] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {
                alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names
            }
    return names


def patched(module: ast.Module) -> Iterator[str]:
    """Yield the full names of our own attributes that a module's tests patch."""
    names = imported(module)
    for node in ast.walk(module):
        match node:
            case ast.Call(
                func=ast.Attribute(attr=verb), args=[target, ast.Constant(value=str(name)), *_]
            ) if verb in PATCHING and isinstance(target, ast.Name | ast.Attribute):
                head, _, rest = ast.unparse(target).partition(".")
                full = ".".join(filter(None, (names.get(head), rest, name)))
                if head in names and re.match(rf"{OURS}\.", full):
                    yield full


def written(module: ast.Module) -> Iterator[str]:
    """Yield the full names of ours that strings hold: names alone, and imports of scripts."""
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if DOTTED.fullmatch(node.value) and node.value not in OTHERS:
                yield node.value.replace(":", ".")
            for source, names in IMPORT.findall(node.value):
                yield from (f"{source}.{name.split()[0]}" for name in names.split(","))


def exists(name: str) -> bool:
    """Return whether a full name leads to a module or to what one of them holds."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found = find_spec(".".join(parts[:length]))
        except (ModuleNotFoundError, AttributeError):
            continue
        if found:
            return holds(import_module(".".join(parts[:length])), parts[length:])
    return False


def holds(value: object, names: list[str]) -> bool:
    """Return whether the names lead from one attribute to the next; fields count without values."""
    for name in names:
        fields = getattr(value, "__annotations__", {})
        if not hasattr(value, name):
            return name in fields and name == names[-1]
        value = getattr(value, name)
    return True


def test_names_in_strings_exist() -> None:
    names = {
        (str(path.relative_to(ROOT)), name)
        for path, module in sources()
        for name in (*patched(module), *written(module))
    }
    assert len(names) > 100
    assert sorted(each for each in names if not exists(each[1])) == []


def test_stale_names_are_noticed() -> None:
    module = ast.parse(
        "from syndicate import cli\n"
        "def test(monkeypatch):\n"
        "    monkeypatch.setattr(cli, 'mein', None)\n"
        "    run('from syndicate.cli import main, mine')\n"
    )
    assert [name for name in patched(module) if not exists(name)] == ["syndicate.cli.mein"]
    assert [name for name in written(module) if not exists(name)] == ["syndicate.cli.mine"]
