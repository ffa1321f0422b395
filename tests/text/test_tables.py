"""Tables with spans, and the markers of lists: what every channel makes of them in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.posts import post
from syndicate.testing import HELLO, item
from syndicate.text.markers import markers
from syndicate.text.tables import Cell, labelled_rows
from syndicate_email.letter.plain_text import html_to_text

MARKERS = {
    (): ["1.", "2.", "3."],
    (("start", "5"),): ["5.", "6.", "7."],
    (("type", "a"),): ["a.", "b.", "c."],
    (("type", "A"), ("start", "26")): ["Z.", "AA.", "AB."],
    (("type", "i"), ("start", "3")): ["iii.", "iv.", "v."],
    (("type", "I"), ("start", "1998")): ["MCMXCVIII.", "MCMXCIX.", "MM."],
    (("type", "i"), ("start", "-1")): ["-1.", "0.", "i."],
    (("type", "a"), ("start", "0")): ["0.", "a.", "b."],
    (("reversed", ""),): ["3.", "2.", "1."],
    (("reversed", ""), ("start", "10")): ["10.", "9.", "8."],
    (("start", "x"),): ["1.", "2.", "3."],
}


@pytest.mark.parametrize("given", MARKERS, ids=str)
def test_items_are_marked_as_a_browser_marks_them(given: tuple[tuple[str, str], ...]) -> None:
    assert markers(dict(given), ["", "", ""]) == MARKERS[given]


def test_an_item_s_own_value_counts_on() -> None:
    assert markers({"type": "a"}, ["", "5", "", "x"]) == ["a.", "e.", "f.", "g."]
    assert markers({"reversed": ""}, ["", "9", ""]) == ["3.", "9.", "8."]


LISTS = {
    '<ol type="a"><li>KTP</li><li>KK</li></ol>': ["a. KTP", "b. KK"],
    '<ol><li>satu</li><li value="5">lima</li></ol>': ["1. satu", "5. lima"],
    "<ol reversed><li>tiga</li><li>dua</li></ol>": ["2. tiga", "1. dua"],
    '<ol type="I" start="4"><li>x<ol type="i"><li>y</li></ol></li></ol>': ["IV. x", "i. y"],
    "<ul><li>x</li></ul>": ["• x"],
}


@pytest.mark.parametrize("html", LISTS)
def test_lists_have_the_same_markers_on_all_channels(html: str) -> None:
    telegram = post(item(replace(HELLO, html=html, markdown=""))).text
    letter = html_to_text(html, "id")
    for line in LISTS[html]:
        assert line in telegram
        assert line in letter


def row(*cells: str) -> list[Cell[str]]:
    return [Cell(content=text) for text in cells]


def test_a_cell_over_several_rows_is_in_each_of_them() -> None:
    body = [
        [Cell(content="Senin", rows=2), Cell(content="09.00"), Cell(content="Aula")],
        row("10.00", "Masjid"),
    ]
    found = labelled_rows([row("Hari", "Jam", "Tempat")], body)
    assert found is not None
    assert [[(v.labels, v.content) for v in values] for values in found] == [
        [(("Hari",), "Senin"), (("Jam",), "09.00"), (("Tempat",), "Aula")],
        [(("Hari",), "Senin"), (("Jam",), "10.00"), (("Tempat",), "Masjid")],
    ]


@pytest.mark.parametrize(
    "body",
    [
        [
            [Cell(content="a"), Cell(content="b", rows=2)],
            [Cell(content="c", columns=2)],
        ],  # two cells in one place
        [row("a", "b", "c")],  # a value without a label
    ],
)
def test_spans_that_do_not_fit_are_not_guessed(body: list[list[Cell[str]]]) -> None:
    assert labelled_rows([row("x", "y")], body) is None


def test_a_span_that_says_too_much_is_bounded() -> None:
    assert Cell.of("x", {"colspan": "99999", "rowspan": "999999999"}).columns == 100
    assert Cell.of("x", {"colspan": "0", "rowspan": "-1"}) == Cell(content="x")


LONG = "x" * 30  # too wide for columns
HEAD = "<tr><th>Hari</th><th>Jam</th><th>Tempat</th></tr>"
TABLES = {
    f"<table>{HEAD}<tr><td rowspan=\"2\">Senin</td><td>09.00</td><td>Aula</td></tr>"
    "<tr><td>10.00</td><td>Masjid</td></tr></table>": [
        "Hari: Senin", "Jam: 10.00", "Tempat: Masjid",
    ],
    f"<table>{HEAD}<tr><td colspan=\"2\">Senin pagi</td><td>Aula</td></tr></table>": [
        "Hari, Jam: Senin pagi", "Tempat: Aula",
    ],
    "<table><thead><tr><th rowspan=\"2\">Desa</th><th colspan=\"2\">Pemilih</th></tr>"
    "<tr><th>Laki-laki</th><th>Perempuan</th></tr></thead>"
    "<tr><td>Sungai Alam</td><td>12</td><td>34</td></tr></table>": [
        "Desa: Sungai Alam", "Pemilih, Laki-laki: 12", "Pemilih, Perempuan: 34",
    ],
    f"<table><tr><th colspan=\"3\">Jadwal</th></tr>{HEAD}"
    f"<tr><td>Senin</td><td>09.00</td><td>{LONG}</td></tr></table>": [
        "Jadwal", "Hari: Senin", f"Tempat: {LONG}",
    ],
    f"<table>{HEAD}<tr><td colspan=\"3\">Minggu kedua</td></tr>"
    "<tr><td>Senin</td><td>09.00</td><td>Aula</td></tr></table>": [
        "Minggu kedua", "Jam: 09.00",
    ],
    f"<table>{HEAD}<tr><td>Senin</td><td>09.00</td><td>Aula</td><td>lebih</td></tr>"
    "<tr><td rowspan=\"2\">a</td><td colspan=\"2\">b</td></tr></table>": [
        "Tabel dengan sel gabungan, baris demi baris:", "Hari · Jam · Tempat",
        "Senin · 09.00 · Aula · lebih",
    ],
    f"<table>{HEAD}<tr><td>Senin</td><td>09.00</td><td>{LONG}</td><td>lebih</td></tr></table>": [
        "Tabel dengan baris yang tidak sama panjang, baris demi baris:", "Hari · Jam · Tempat",
        f"Senin · 09.00 · {LONG} · lebih",
    ],
    f"<table><tr><th>Nama</th><td>{LONG}</td></tr><tr><th>NIK</th><td>1</td></tr></table>": [
        f"Nama: {LONG}", "NIK: 1",
    ],
    f"<table><tr><th>Nama {LONG}</th><th>Tanda tangan</th></tr><tr><td>Ani</td><td></td></tr>"
    "<tr><td>Budi</td></tr></table>": [
        f"Nama {LONG}: Ani", "Tanda tangan: –",
    ],
}  # fmt: skip


@pytest.mark.parametrize("html", TABLES)
def test_every_value_stands_under_its_own_label_on_all_channels(html: str) -> None:
    article = replace(HELLO, html=html, markdown="", language="id")
    telegram = post(item(article)).text
    letter = html_to_text(html, "id")
    for line in TABLES[html]:
        assert line in telegram
        assert line in letter
