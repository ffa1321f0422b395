"""How tables are written: encodings, delimiters, titles, addresses."""

from __future__ import annotations

import pytest

from support.imported_tables import ANI, BUDI, CITRA, DEDI, import_, people
from support.newsroom import Newsroom

NOTE = 'Alamat lama: lama@pembaca.example\r\nbaru: ""x""\n\n' + "baris\n" * 40
RFC4180 = {
    "a note with addresses in it": f'email,catatan,name\n{ANI},"{NOTE}",Ani\n',
    "a name over two lines": f'name,email\n"Ani\nPutri",{ANI}\n',
    "all cells quoted": f'"email","name"\n"{ANI}","Ani"\n',
    "a head over two lines": f'"email","Catatan\n(bebas)"\n{ANI},"satu\ndua"\n',
    "the delimiter within": f'email;catatan\n{ANI};"satu;\ndua;tiga"\n',
    "nothing but quotes": f'email,catatan\n{ANI},"""\n"""\n',
    "a row like another one": f'email,catatan\n{ANI},"x\nno@pembaca.example,y\n"\n',
}  # fmt: skip


@pytest.mark.parametrize("table", RFC4180.values(), ids=RFC4180.keys())
def test_quoted_cells_go_over_several_lines_whatever_they_hold(room: Newsroom, table: str) -> None:
    answer = import_(room, f"{table}{BUDI},\n".replace("\n" + BUDI + ",", "\n"))
    assert answer.code == 0, answer.said
    assert list(people(room)) == [ANI]
    assert answer.out == "1 added\n"


NOT_CLOSED = {
    "once": f'"Nama,{BUDI}\n',
    "before a quoted row": f'"Nama,{BUDI}\n"Citra, S.Kom.",{CITRA}\n',
    "at the end of a line": f'"Nama,{BUDI}\n"Citra",{CITRA}\n"Dua",{BUDI}"\n',
    "in a later cell": f'Nama,"{BUDI}\nCitra,{CITRA}\n',
    "before an empty quoted cell": f'"Nama,{BUDI}\n"",{CITRA}\n',
}


@pytest.mark.parametrize("rows", NOT_CLOSED.values(), ids=NOT_CLOSED.keys())
def test_a_quote_that_is_not_closed_costs_its_own_line(room: Newsroom, rows: str) -> None:
    answer = import_(room, f"name,email\nAni,{ANI}\n{rows}Dedi,{DEDI}\n")
    assert answer.code == 3
    assert "orang.csv:3: a quote is not closed" in answer.err
    citra = [CITRA] if CITRA in rows else []
    assert list(people(room)) == [ANI, *citra, DEDI]


NAMES = "Álvaro Sánchez – “Humas”"
ENCODINGS = {
    "UTF-8": f"email,name\n{ANI},{NAMES}\n".encode(),
    "UTF-8 with a BOM": f"email,name\n{ANI},{NAMES}\n".encode("utf-8-sig"),
    "UTF-16, little": f"\ufeffemail\tname\r\n{ANI}\t{NAMES}\r\n".encode("utf-16-le"),
    "UTF-16, big": f"\ufeffemail;name\n{ANI};{NAMES}\n".encode("utf-16-be"),
    "UTF-16 without its mark": f"email\tname\r\n{ANI}\t{NAMES}\r\n".encode("utf-16-le"),
    "the same, big": f"email;name\n{ANI};{NAMES}\n".encode("utf-16-be"),
    "UTF-32": f"email,name\n{ANI},{NAMES}\n".encode("utf-32"),
    "Windows-1252": f"email,name\n{ANI},{NAMES}\n".encode("cp1252"),
}  # fmt: skip


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_table_in_any_usual_encoding_is_read(room: Newsroom, name: str) -> None:
    answer = import_(room, ENCODINGS[name])
    assert answer.code == 0, answer.said
    assert people(room) == {ANI: NAMES}
    assert ("Windows-1252" in answer.err) == (name == "Windows-1252")


def test_that_a_table_is_not_in_utf_8_is_said_once(room: Newsroom) -> None:
    rows = "".join(f"o{n}@pembaca.example,Áni {n}\n" for n in range(3000))
    answer = import_(room, f"email,name\n{rows}".encode("cp1252"))
    assert answer.err.count("Windows-1252") == 1
    assert len(people(room)) == 3000


DELIMITED = {
    "sep=;": f"sep=;\nname;email\nAni, S.Kom.;{ANI}\n",
    "sep=; with CRLF": f"SEP=;\r\nname;email\r\nAni;{ANI}\r\n",
    "sep in UTF-16": f"sep=\t\nname\temail\nAni\t{ANI}\n".encode("utf-16"),
    "tabs": f"name\temail\nAni\t{ANI}\n",
    "bars": f"name|email\nAni|{ANI}\n",
    "semicolons below a quoted comma": f'"Nama, lengkap";email\nAni;{ANI}\n',
    "blank lines first": f"\n\n,,\nname,email\nAni,{ANI}\n",
    "carriage returns alone": f"name,email\rAni,{ANI}\r",
}


@pytest.mark.parametrize("table", DELIMITED.values(), ids=DELIMITED.keys())
def test_a_table_with_any_usual_delimiter_is_read(room: Newsroom, table: str | bytes) -> None:
    answer = import_(room, table)
    assert answer.code == 0, answer.said
    assert list(people(room)) == [ANI]


def test_a_head_whose_quote_is_not_closed_is_refused(room: Newsroom) -> None:
    answer = import_(room, f'"email,name\n{ANI},Ani\n')
    assert answer.code == 2
    assert "orang.csv:1: a quote is not closed" in answer.complaint


def test_lines_are_numbered_as_they_are_in_the_file(room: Newsroom) -> None:
    answer = import_(room, f'sep=;\nemail;catatan\n{ANI};"a\nb"\nnobody;x\n')
    assert "orang.csv:5: " in answer.err


ADDRESSES = {
    f"Ani <{ANI}>": "Ani", f'"Putri, Ani" <{ANI}>': "Putri, Ani", f"<{ANI}>": "",
    f"{ANI} (Ani)": "Ani", f"mailto:{ANI}": "", f"Ani <mailto:{ANI}>": "Ani", f" {ANI} ": "",
    f"=?utf-8?q?=C3=81ni?= <{ANI}>": "Áni", f'"Ani ""Putri""" <{ANI}>': 'Ani "Putri"',
}  # fmt: skip


@pytest.mark.parametrize(("cell", "name"), ADDRESSES.items())
def test_a_name_and_an_address_may_stand_in_one_cell(room: Newsroom, cell: str, name: str) -> None:
    line = ",".join(
        ["1", '"' + cell.replace('""', '\\"').replace("\\", "\\").replace('"', '""') + '"']
    )
    answer = import_(room, f"no,email\n{line}\n")
    assert answer.code == 0, answer.said
    assert people(room) == {ANI: name}


def test_a_list_without_a_head_may_have_names_before_addresses(room: Newsroom) -> None:
    assert import_(room, f'Ani Putri <{ANI}>\n"Budi, S.Kom." <{BUDI}>\n{CITRA}\n').code == 0
    assert people(room) == {ANI: "Ani Putri", BUDI: "Budi, S.Kom.", CITRA: ""}
    import_(room, f"Dedi,{DEDI}\n")
    assert people(room)[DEDI] == "Dedi"


def test_an_address_of_a_command_may_have_a_name(room: Newsroom) -> None:
    room.subscribe(f'"Putri, Ani" <{ANI}>', BUDI)
    assert people(room) == {ANI: "Putri, Ani", BUDI: ""}
    assert room.run("subscribers", "remove", f"Ani <{ANI}>").out == "1 removed\n"
    assert room.run("subscribers", "forget", f"Budi <{BUDI}>").code == 0
    assert people(room) == {}


@pytest.mark.parametrize(
    ("cell", "name"),
    [('"""Ani"""', "Ani"), ('"Ani ""Nana"" Putri"', 'Ani "Nana" Putri'), ("A\\ni", "A\\ni"),
     ("=?utf-8?b?w4FuaQ==?=", "Áni"), ("=?nonesuch?q?x?=", "=?nonesuch?q?x?="),
     (ANI, ""), ("Ani @ Dinas", "Ani @ Dinas")],
)  # fmt: skip
def test_names_are_kept_as_people_write_them(room: Newsroom, cell: str, name: str) -> None:
    assert import_(room, f"email,name\n{ANI},{cell}\n").code == 0
    assert people(room) == {ANI: name}
