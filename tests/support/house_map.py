"""The map of rooms in docs/architecture.md: written from the first lines of modules."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "architecture.md"
HEADING = "## The map\n"
ROOMS = (  # from the top of the imports to their bottom
    "syndicate", "syndicate/cli", "syndicate/demo", "syndicate/loopback", "syndicate/operations",
    "syndicate/intake", "syndicate/subscribers", "syndicate/delivery", "syndicate/planning",
    "syndicate/ledger", "syndicate/config", "syndicate/sources", "syndicate/channel",
    "syndicate/network", "syndicate/text", "syndicate/model", "syndicate/system",
    "syndicate/templates", "channels",
)  # fmt: skip
ROOM = re.compile(r"### `(?P<room>[\w/]+)/`")
MODULE = re.compile(r"\| `(?P<module>\w+\.py)` \|")


def modules() -> Iterator[Path]:
    """Yield every module, relative to the project."""
    for source in ("syndicate", "channels"):
        yield from (path.relative_to(ROOT) for path in sorted((ROOT / source).rglob("*.py")))


def mapped(page: str) -> set[str]:
    """Return the paths of all modules that a page's map names, and of its rooms."""
    found, room = set(), ""
    for line in page.partition(HEADING)[2].splitlines():
        if heading := ROOM.match(line):
            room = heading["room"]
            found.add(room)
        elif (row := MODULE.match(line)) and row["module"] != "__init__.py":
            found.add(f"{room}/{row['module']}")
    return found


def written() -> Iterator[str]:
    """Yield the lines of the map."""
    rooms: dict[str, list[Path]] = {}
    for path in modules():
        rooms.setdefault(str(path.parent), []).append(path)
    for room in sorted(rooms, key=_place):
        init = ROOT / room / "__init__.py"
        about = f": {first_line(init)}" if init.exists() and first_line(init) else ""
        yield f"\n### `{room}/`{about}\n\n| Module | |\n|---|---|"
        for path in rooms[room]:
            if path.name != "__init__.py" or is_more_than_a_docstring(ROOT / path):
                yield f"| `{path.name}` | {first_line(ROOT / path)} |"


def is_more_than_a_docstring(path: Path) -> bool:
    """Return whether a room's own module holds code."""
    return len(ast.parse(path.read_text(encoding="utf-8")).body) > 1


def first_line(path: Path) -> str:
    """Return what a module says that it is for."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0].replace("``", "`").replace("|", "\\|")


def _place(room: str) -> tuple[int, str]:
    """Return the place of a room in the map: with the one that it is in, the closest first."""
    within = [number for number, name in enumerate(ROOMS) if f"{room}/".startswith(f"{name}/")]
    return max(within), room


if __name__ == "__main__":
    before, _, after = PAGE.read_text(encoding="utf-8").partition(HEADING)
    introduction = after.lstrip("\n").partition("\n")[0]
    lines = "\n".join(written())
    PAGE.write_text(f"{before}{HEADING}\n{introduction}\n{lines}\n", encoding="utf-8")
