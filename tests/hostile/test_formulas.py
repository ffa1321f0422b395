"""Names that would be formulas in a spreadsheet: in no export are they, however it is read."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.newsroom import Newsroom, newsroom
from syndicate.subscribers.people.formulas import escape_formulas, unescape_formulas

SIGNS = "=+-@＝＋－＠﹦﹢﹣﹫−"
FORMULA = "HYPERLINK(1)"
NAMES = [
    *(f"{sign}{FORMULA}" for sign in SIGNS),
    *(f"Budi{mark}{sign}{FORMULA}" for mark in ";|,:" for sign in "=@＝"),
    *(f"Budi;{gap}={FORMULA}" for gap in (" ", '"', "\u200b", "\u00a0", '" ')),
    f'"={FORMULA}"', f" ={FORMULA}", f"'={FORMULA}", f"''={FORMULA}", f"Budi;'={FORMULA}",
    f"\u200b={FORMULA}", f"Ani|Budi;={FORMULA},+1",
]  # fmt: skip
HARMLESS = ["Siti - Ani", "Budi (a=b)", "O'Brien", "d'Arc = x", "'Abdul", "ani+budi"]
DELIMITERS = ",;\t|:"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom(tmp_path / "kantor") as room:
        yield room


def cells(text: str, delimiter: str) -> list[str]:
    """Every cell that a program finds that parts at this sign, with its quotes or without."""
    found = [cell for row in csv.reader(io.StringIO(text), delimiter=delimiter) for cell in row]
    return [*found, *(cell for line in text.splitlines() for cell in line.split(delimiter))]


def is_formula(cell: str) -> bool:
    bare = cell.strip(' \t\r\n"\u200b\u00a0')
    return bare.startswith(tuple(SIGNS)) or cell.startswith(("\t", "\r", "\n"))


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_no_cell_of_an_export_is_a_formula(delimiter: str) -> None:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(
        [
            "ani@pembaca.example",
            escape_formulas(name),
            escape_formulas("\t=1"),
            escape_formulas("a\n=1"),
            "x",
        ]
        for name in NAMES
    )
    found = cells(file.getvalue(), delimiter)
    assert any(FORMULA in cell for cell in found)
    assert [cell for cell in found if is_formula(cell)] == []


@pytest.mark.parametrize("name", HARMLESS)
def test_an_ordinary_name_is_exported_as_it_is(name: str) -> None:
    assert escape_formulas(name) == name
    assert unescape_formulas(name) == name


@given(st.text(alphabet="=+-@＝−' ab,;|:\t\r\n\"\u200b\ufeff", max_size=20) | st.text())
def test_whatever_is_made_inert_is_read_back(cell: str) -> None:
    assert unescape_formulas(escape_formulas(cell)) == cell


def test_an_export_gives_the_same_names_back(room: Newsroom) -> None:
    given_ = [*NAMES, *HARMLESS]
    addresses = [f"orang{number:02}@pembaca.example" for number in range(len(given_))]
    file = io.StringIO()
    rows = zip(addresses, map(escape_formulas, given_), strict=True)
    csv.writer(file).writerows([("email", "name"), *rows])
    (room.folder / "orang.csv").write_text(file.getvalue(), encoding="utf-8", newline="")
    assert room.run("subscribers", "import", "--list", "harian", "orang.csv").code == 0
    names = room.rows("SELECT email, name FROM subscribers ORDER BY email")
    exported = room.run("subscribers", "export", "--list", "harian", "-").out
    for delimiter in DELIMITERS:
        assert [cell for cell in cells(exported, delimiter) if is_formula(cell)] == []
    (room.folder / "lagi.csv").write_text(exported, encoding="utf-8", newline="")
    room.ledger_url = "sqlite:///lain.db"
    room.configure()
    assert room.run("subscribers", "import", "--list", "harian", "lagi.csv").code == 0
    with closing(sqlite3.connect(room.folder / "lain.db")) as db:
        found = db.execute("SELECT email, name FROM subscribers ORDER BY email").fetchall()
    assert found == names
    assert len({name for _, name in names}) > len(NAMES) - 4  # spaces and quotes are no names
