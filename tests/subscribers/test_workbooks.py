"""Excel workbooks as tables to import, and what is none."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

import pytest
from openpyxl import Workbook

from support.imported_tables import ANI, BUDI, CITRA, import_, people, workbook
from support.newsroom import Newsroom


def test_a_workbook_is_imported(room: Newsroom) -> None:
    content = workbook(
        ["Surel", "Nama", "Unsubscribed at", "Aktif", "NIP"],
        [ANI, "Áni\nPutri", None, True, 1471.0],
        [None, None],
        [BUDI, "Budi", datetime(2024, 5, 1), True, 2],  # noqa: DTZ001 - a cell knows no zone
        [CITRA, "Citra", None, False, 3],
        ["nobody", "X", None, True, 4],
    )
    answer = import_(room, content, name="orang.xlsx")
    assert answer.code == 3
    parts = answer.out.strip().split(", ")
    assert sorted(parts) == ["1 added", "1 refused", "2 left before"]
    assert "orang.xlsx:6: " in answer.err
    assert people(room) == {ANI: "Áni Putri"}


def test_a_workbook_is_known_whatever_its_name(room: Newsroom) -> None:
    assert import_(room, workbook(["email"], [ANI])).code == 0
    assert list(people(room)) == [ANI]


def test_other_sheets_are_said_to_be_left_out(room: Newsroom) -> None:
    answer = import_(room, workbook(["email"], [ANI], sheets=3), name="orang.xlsx")
    assert "only the sheet 'Sheet' is read, 2 are not" in answer.err


def test_a_workbook_saved_on_an_empty_sheet_is_read_where_something_is(room: Newsroom) -> None:
    book = Workbook()
    sheet = book.create_sheet("Kontak")
    for row in (["email", "Berhenti"], [ANI, None], [BUDI, "ya"], ["", "Jumlah 2"]):
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    answer = import_(room, content.getvalue(), name="orang.xlsx")
    assert list(people(room)) == [ANI]
    assert "orang.xlsx:4: no address in this line" in answer.err
    assert "only the sheet" not in answer.err


def test_two_cells_far_apart_cost_no_memory(room: Newsroom) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["A2"], sheet["XFD4000"] = "email", ANI, "x"
    content = io.BytesIO()
    book.save(content)
    assert import_(room, content.getvalue(), name="orang.xlsx").code in (0, 3)
    assert list(people(room)) == [ANI]


def bomb() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * 310_000_000)
    return content.getvalue()


NO_WORKBOOKS = {
    "an old one": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old workbook (.xls)"),
    "a zip of something else": (None, "workbook cannot be read"),
    "cut off": (workbook(["email"], [ANI])[:2000], "workbook cannot be read"),
    "a bomb": (bomb, "unpacks to 310 MB"),
}


@pytest.mark.parametrize("what", NO_WORKBOOKS)
def test_what_is_no_workbook_is_refused_with_advice(room: Newsroom, what: str) -> None:
    made, said = NO_WORKBOOKS[what]
    content = made() if callable(made) else made
    if content is None:
        other = io.BytesIO()
        with zipfile.ZipFile(other, "w") as packed:
            packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        content = other.getvalue()
    answer = import_(room, content, name="orang.xlsx")
    assert answer.code == 2
    assert "orang.xlsx: this" in answer.complaint
    assert said in answer.complaint
    assert "CSV" in answer.complaint
