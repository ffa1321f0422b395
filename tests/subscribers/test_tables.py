"""Tables as people write them: quoted cells, titles above the head, what spreadsheets leave."""

from __future__ import annotations

import csv
import io

import pytest

from support.imported_tables import ANI, BUDI, CITRA, DEDI, import_, people, workbook
from support.newsroom import Newsroom

# a quoted cell is one cell, whatever its row's length

TORN = {
    "a shorter row": f'email,name,alamat,catatan\n{ANI},Ani,"Lihat\n{DEDI},Dedi\nselesai"\n',
    "a longer row": f'email,name\n{ANI},Ani,"Lihat\n{DEDI},Dedi\nselesai"\n',
    "a surplus comma": f'email,name,catatan\n{ANI},Ani,"Lihat\n{DEDI},Dedi\nselesai",\n',
    "its first cell": f'catatan,email,name\n"Lihat\nx,{DEDI}\nselesai",{ANI}\n',
    "semicolons": f'email;name;catatan\n{ANI};Ani;"Lihat\n{DEDI};Dedi\nselesai";;\n',
    "two of them": f'email,a,name\n{ANI},"A\n{DEDI},x","","B\n{CITRA},y"\n',
    "space before the quote": f'email, name, catatan\n{ANI}, Ani, "Lihat\n{DEDI}, Dedi\n"\n',
    "space after the quote": f'email,name,catatan\n{ANI},Ani,"Lihat\n{DEDI},Dedi\n" \n',
    "CRLF": f'email,name,a,b\r\n{ANI},Ani,"Lihat\r\n{DEDI},Dedi\r\nselesai"\r\n',
    "backslashes": f'email,name,a,b\n{ANI},Ani,"Kata \\"dia\\":\n{DEDI},Dedi\nselesai"\n',
}  # fmt: skip


@pytest.mark.parametrize("table", TORN.values(), ids=TORN.keys())
def test_a_quoted_cell_of_several_lines_is_never_torn_apart(room: Newsroom, table: str) -> None:
    fresh = f"{BUDI}\n" if not table.startswith("catatan") else f"x,{BUDI}\n"
    answer = import_(room, table + fresh)
    assert answer.code == 0, answer.said
    assert list(people(room)) == [ANI, BUDI]


def test_what_a_program_writes_comes_back_whatever_its_rows_lengths(room: Newsroom) -> None:
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerows(
        [["email", "name", "x"], [ANI, 'A "\n', f"{DEDI}\n", "y\nz"], [BUDI], [CITRA, "C,\n"]]
    )
    assert import_(room, written.getvalue()).code == 0
    assert list(people(room)) == [ANI, BUDI, CITRA]


NOT_CLOSED = {
    "in a short row": f'"Nama,{BUDI}\n', "in a long row": f'Budi,{BUDI},"x,y\n',
    "before quoted rows": f'Budi,{BUDI},"x\n"Citra","{CITRA}"\n',
    "before rows that are quoted in part": f'"Budi,{BUDI}\nCitra,"{CITRA}",x\n',
}  # fmt: skip


@pytest.mark.parametrize("rows", NOT_CLOSED.values(), ids=NOT_CLOSED.keys())
def test_a_quote_that_never_closes_costs_its_own_line_alone(room: Newsroom, rows: str) -> None:
    answer = import_(room, f"name,email\nAni,{ANI}\n{rows}Dedi,{DEDI}\n")
    assert answer.code == 3
    assert "orang.csv:3: a quote is not closed" in answer.err
    assert list(people(room)) == [ANI, *([CITRA] if CITRA in rows else []), DEDI]


# how names and addresses are written


@pytest.mark.parametrize(
    ("line", "name"),
    [(f'{ANI},"Kantor \\"Humas\\""', 'Kantor "Humas"'),
     (f'{ANI},"\\"Ani\\" Putri",', '"Ani" Putri'),
     (f'{ANI}, "Wijaya, Ani"', "Wijaya, Ani"), (f'{ANI} , "Wijaya, Ani" ', "Wijaya, Ani"),
     (f"'{ANI},Ani", "Ani"), (f"'{ANI}',Ani", "Ani"), (f"“{ANI}”,Ani", "Ani"),
     (f"'{ANI},'t Hooft", "'t Hooft"), (f"‘{ANI}’,Ani", "Ani"),
     (f"{ANI},#N/A", ""), (f"{ANI},#REF!", ""), (f"{ANI},#NAME?", ""), (f"{ANI},NULL", ""),
     (f"{ANI},\\N", ""), (f"{ANI},n/a", ""), (f"{ANI},-", ""), (f"{ANI},Null", "Null"),
     (f'{ANI},"C:\\dok\\"', "C:\\dok\\")],
)  # fmt: skip
def test_a_cell_is_read_as_it_was_meant(room: Newsroom, line: str, name: str) -> None:
    answer = import_(room, f"email, name\n{line}\n{BUDI},Budi\n")
    assert answer.code == 0, answer.said
    assert people(room) == {ANI: name, BUDI: "Budi"}


def test_what_a_spreadsheet_could_not_compute_is_no_part_of_a_name(room: Newsroom) -> None:
    table = f"email,first name,last name,source\n{ANI},Ani,#N/A,#REF!\n{BUDI},#VALUE!,Budi,\n"
    assert import_(room, table).code == 0
    assert people(room) == {ANI: "Ani", BUDI: "Budi"}
    found = room.run("subscribers", "list", "--list", "harian", "--json").json["subscribers"]
    assert [one["source"] for one in found] == ["import orang.csv"] * 2


# titles above the head

ABOVE = {
    "a title": "Daftar pelanggan 2024\nemail,name\n",
    "a title and a blank line": "Daftar pelanggan 2024\n\nemail,name\n",
    "a title with commas": "Kantor Humas, Bengkalis, per 5 Mei 2024, rahasia\nSurel;Nama\n",
    "a title with empty cells": "Daftar pelanggan,,\n,,\nemail,name\n",
    "several lines": "Kantor Humas\nDaftar pelanggan\nper 5 Mei 2024\n\nSurel;Nama\n",
    "whom to ask": "Tanya: humas@kantor.example\nemail,name\n",
    "a line of totals": "Jumlah,2\nemail,name\n",
    "a title in quotes": '"Daftar ""Humas"", 2024"\nemail\tname\n',
}  # fmt: skip


@pytest.mark.parametrize("head", ABOVE.values(), ids=ABOVE.keys())
def test_the_head_is_looked_for_below_a_title(room: Newsroom, head: str) -> None:
    mark = next((one for one in ";\t" if one in head), ",")
    answer = import_(room, f"{head}{ANI}{mark}Ani\n{BUDI}{mark}Budi\nnobody{mark}x\n")
    number = head.count("\n")
    assert f"orang.csv:{number}: this line is read as the table's head" in answer.err
    assert f"orang.csv:{number + 3}: " in answer.err
    assert people(room) == {ANI: "Ani", BUDI: "Budi"}


def test_the_head_of_a_workbook_is_looked_for_below_a_title(room: Newsroom) -> None:
    content = workbook(
        ["Daftar pelanggan"], [None], ["No", "Surel", "Nama", "Berhenti?"],
        [1, ANI, "Ani", "tidak"], [2, BUDI, "Budi", "ya"],
    )  # fmt: skip
    assert import_(room, content, name="orang.xlsx").code == 0
    assert people(room) == {ANI: "Ani"}


def test_a_head_that_is_named_is_looked_for_too(room: Newsroom) -> None:
    table = f"Daftar, 2024\nKontak;Panggilan\n{ANI};Ani\n"
    assert import_(room, table, "--columns", "email=Kontak,name=Panggilan").code == 0
    assert people(room) == {ANI: "Ani"}


def test_people_are_never_taken_for_titles(room: Newsroom) -> None:
    assert import_(room, f"{ANI},Ani\nemail,name\n{BUDI},Budi\n").code == 3
    assert list(people(room)) == [ANI, BUDI]


def test_a_table_without_a_head_that_is_known_is_refused_at_its_first_line(room: Newsroom) -> None:
    answer = import_(room, f"nama;alamat\nAni;{ANI}\n")
    assert answer.code == 2
    assert "orang.csv:1: no column is called email" in answer.complaint
