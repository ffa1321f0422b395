"""What says a part of an article and leads to the rest loses nothing, and is not said to."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from support.newsroom import EVENING, Newsroom, part

TABLE = "| Nama | Nilai |\n|---|---|\n| Budi | sembilan |"
DIGITS = "\n".join(("| No | RT |", "|---|---|", *(f"| {n} | {n + 7} |" for n in range(40))))
ROWS = "\n".join(
    ("| Nama | Nilai |", "|---|---|", *(f"| Warga{n} | nilai{n} |" for n in range(400)))
)
LONG, ON, END = (
    f"Kata demi kata yang panjang sekali di {place}. " * 30
    for place in ("Bengkalis", "Pulau Rupat dan Bantan", "seberang")
)
ENDS_IN_A_TABLE = {
    "lead": f"Satu paragraf pembuka.\n\n{TABLE}",
    "alone": TABLE,
    "digits": f"Satu paragraf pembuka.\n\n{DIGITS}",
    "heading": f"Satu paragraf pembuka.\n\n## Hasil\n\n{TABLE}",
    "followed": f"Satu paragraf pembuka.\n\n{ROWS}\n\nSumber: KPU",
    "several": f"Satu paragraf pembuka.\n\n{TABLE}\n\n{LONG}\n\n{DIGITS}\n\n{DIGITS}",
    "cut-inside": f"Satu paragraf pembuka.\n\n{LONG}\n\n{ROWS}",
    "cut-before": f"{LONG}\n\n{ON}\n\n{END}\n\n{TABLE}",
    "raw": "Pembuka.\n\n<table><tr><td>Budi</td><td>sembilan</td></tr></table>",
    "quoted": f"Pembuka.\n\n> {TABLE.replace(chr(10), chr(10) + '> ')}",
}


def written(room: Newsroom, bodies: Mapping[str, str], **front: object) -> list[str]:
    """Write an article of each text; the names of their files."""
    for name, body in bodies.items():
        room.write(f"{name}.md", body, headline=f"Judul {name}", **front)
    return [f"{name}.md" for name in bodies]


def remarks(room: Newsroom, names: list[str]) -> list[str]:
    """What `check` says of these files."""
    answer = room.run("check", *names)
    return [line for line in answer.out.splitlines() if line.startswith(tuple(names))]


@pytest.mark.parametrize(
    ("channel", "settings"),
    [("harian", {}), ("harian", {"immediate": True}), ("telegram", {}),
     ("telegram", {"length": "lead"}), ("telegram", {"length": 300})],
)  # fmt: skip
def test_a_table_at_the_end_is_not_lost_where_a_link_leads_to_it(
    room: Newsroom, channel: str, settings: dict[str, object]
) -> None:
    room.change(channel, **settings)
    room.only(channel)
    names = written(room, ENDS_IN_A_TABLE, urgency=1, infoSources=[{"name": "KPU"}])
    assert remarks(room, names) == []
    room.publish(*names)


def test_a_summary_of_other_words_is_a_part_of_its_article(room: Newsroom) -> None:
    """Of the text it says the end, and not the beginning."""
    room.only("harian")
    ending = "Seluruh warga diminta hadir paling lambat pukul sembilan pagi di balai desa."
    beginning = "Xenon Quarz Vektor Zirkon Xylem Quorum Volt Zenit Xerox Quasar Virus Zaitun."
    names = written(room, {"akhir": f"{beginning}\n\n{ending}"}, description=ending)
    assert remarks(room, names) == []


def test_a_table_at_the_end_is_lost_where_nothing_leads_to_it(room: Newsroom) -> None:
    folder = room.folder / "surat"
    folder.mkdir()
    entries = (
        "{% for entry in letter.entries %}{{ entry.headline }} {{ entry.text[:24] }}\n{% endfor %}"
    )
    (folder / "letter.txt.jinja").write_text(entries + "{{ mailto }}", encoding="utf-8")
    room.change("harian", template=str(folder))
    room.only("harian")
    path = room.write(body=f"Satu paragraf pembuka.\n\n{TABLE}")
    path.write_text(path.read_text(encoding="utf-8").replace("url:", "edNote:"), encoding="utf-8")
    assert (
        "kabar.md:8: channel: harian: the word “Nama” would be lost"
        in room.run("check", "kabar.md").out
    )


def test_a_dateline_that_is_only_the_beginning_of_a_word_is_said(room: Newsroom) -> None:
    room.subscribe("ani@example.org")
    room.write("a.md", "Solok Selatan. Solokan dibersihkan warga.", dateline="SOLO")
    room.write("b.md", "Bengkalis-Warga kerja bakti.", headline="Kabar dua", dateline="BENGKALIS")
    room.publish("a.md", "b.md")
    assert room.run("digest", at=EVENING).code == 0
    letter = part(room.letters[0], "plain")
    assert "SOLO–" in letter
    assert "BENGKALIS–" not in letter


LEAD = "Pasar murah dibuka di lapangan kota mulai hari Senin dengan beras, gula, minyak dan telur."
BEFORE_THE_LEAD = {
    "heading": "## Jadwal dan tempat", "title": "# Pasar", "quotation": "> Kutipan penting",
    "bullets": "- satu\n- dua\n- tiga", "numbers": "1. satu\n2. dua",
    "table": "| a |\n|---|\n| b |",
    "picture-and-heading": "![Foto](https://contoh.go.id/a.png)\n\n## Harga", "bold": "> **Awas**",
}  # fmt: skip


def test_what_stands_before_the_first_paragraph_is_behind_the_link(room: Newsroom) -> None:
    room.only("harian")
    names = written(room, {name: f"{one}\n\n{LEAD}" for name, one in BEFORE_THE_LEAD.items()})
    assert remarks(room, names) == []
    room.publish(*names)
