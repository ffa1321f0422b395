"""docs/architecture.md and CONTRIBUTING.md: what they name exists, and the map misses nothing."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from support import house_map
from support.house_map import PAGE, ROOT, first_line, mapped, modules
from syndicate.ledger.sending.consequences import CONSEQUENCES

TEXT = PAGE.read_text(encoding="utf-8")
PATH = re.compile(r"`((?:syndicate|channels|tests|docs|benchmarks)/[\w/.-]*)`")
METHOD = re.compile(r"\b([A-Z][A-Za-z]+\.[a-z_]{3,})\b")
WITHIN = re.compile(r"`(\w+)` in `([\w/]+\.py)`")
STATE = re.compile(r"\[ (\w+) \]")
# the functions at the arrows of the diagrams
TRANSITIONS = re.compile(r"\b((?:Queue|Doubts|Resolutions|Letters)\.\w+|_[a-z_]+|end_\w+)\b")


def diagrams() -> tuple[str, str, str]:
    [_, article, post, letter] = re.findall(r"```text\n(.*?)```", TEXT, re.DOTALL)
    return article, post, letter


def source(*places: str) -> str:
    files = [path for place in places for path in sorted((ROOT / place).rglob("*.py"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def test_the_map_names_every_room_and_module_and_no_other() -> None:
    paths = set(modules())
    rooms = {str(path.parent) for path in paths}
    named = {str(path) for path in paths if path.name != "__init__.py"}
    missing, stale = (rooms | named) - mapped(TEXT), mapped(TEXT) - (rooms | named)
    assert (missing, stale) == (set(), set()), "make map"


def test_the_map_is_written_as_it_stands() -> None:
    assert "\n".join(house_map.written()).count("\n### ") == TEXT.count("\n### ")
    assert first_line(Path(house_map.__file__)) == (
        "The map of rooms in docs/architecture.md: written from the first lines of modules."
    )


def test_every_path_that_is_named_exists() -> None:
    for page in (PAGE, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs/decisions").glob("*.md"))):
        paths = PATH.findall(page.read_text(encoding="utf-8"))
        assert [path for path in paths if not (ROOT / path).exists()] == [], page.name


def test_the_diagrams_show_every_state_and_no_other() -> None:
    from syndicate.ledger.schema import DELIVERY_STATES, LETTER_STATES
    from syndicate.model.article import PubStatus

    article, post, letter = diagrams()
    assert set(STATE.findall(article)) == set(PubStatus)
    assert set(STATE.findall(post)) == set(DELIVERY_STATES)
    assert set(STATE.findall(letter)) == set(LETTER_STATES)


def test_the_transitions_are_functions_of_the_ledger() -> None:
    code = source("syndicate/ledger", "syndicate/delivery")
    names = set(TRANSITIONS.findall("".join(diagrams()[1:])))
    assert len(names) > 15
    assert [name for name in names if f"def {name.partition('.')[2] or name}(" not in code] == []


def test_the_table_of_errors_is_the_program_s() -> None:
    section = TEXT.partition("## From an error to a state")[2].partition("## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (\w+) \| (yes )?\| (yes )?\|$", section, re.M)
    assert rows == [
        (kind.__name__, row.state, row.concerns, "yes " * row.counts, "yes " * row.pauses)
        for kind, row in CONSEQUENCES.items()
    ]


def test_methods_belong_to_the_classes_that_they_are_named_with() -> None:
    methods = {
        f"{node.name}.{inner.name}"
        for path in modules()
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        for inner in node.body
        if isinstance(inner, ast.FunctionDef)
    }
    named = set(METHOD.findall(TEXT.partition(house_map.HEADING)[0]))
    assert len(named) > 8
    assert named - methods == set()


def test_what_is_said_to_be_in_a_module_is_there() -> None:
    pages = (PAGE, *sorted((ROOT / "docs/decisions").glob("*.md")))
    said = [one for page in pages for one in WITHIN.findall(page.read_text(encoding="utf-8"))]
    assert len(said) > 4
    for name, path in said:
        assert re.search(rf"\b{name}\b", (ROOT / path).read_text(encoding="utf-8")), (name, path)


def test_each_law_has_a_test() -> None:
    laws = re.findall(r"^(\d)\. ", TEXT.partition("## The nine laws")[2].partition("## ")[0], re.M)
    assert laws == list("123456789")
    tests = (ROOT / "tests/ledger/test_laws.py").read_text(encoding="utf-8")
    assert {
        law for law in laws if not re.search(rf"\b(?:law_?|Law ){law}\b|# {law}\b", tests)
    } == set()


def test_every_decision_has_a_status_and_a_date() -> None:
    for page in sorted((ROOT / "docs/decisions").glob("[0-9]*.md")):
        text = page.read_text(encoding="utf-8")
        assert re.search(
            r"^\*\*Status\.\*\* (Accepted|Superseded by .+), \d{4}-\d\d-\d\d\.$", text, re.M
        ), page.name
        assert re.match(rf"# {int(page.name[:4])}\. \S", text), page.name
