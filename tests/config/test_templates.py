"""A new article begins with what the office is; what must be replaced reaches no reader."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest

from support.newsroom import NOON, Newsroom
from syndicate.model.profile import PROFILES

HEADLINE = 'Pendaftaran "PPS" dibuka'
OLD = {
    "Tulis paragraf pertama di sini: siapa, apa, kapan, di mana.": "Tulis paragraf pertama",
    "Warga hadir.\n\n1. Syarat pertama;\n2. syarat kedua.": "syarat kedua.",
    "| Tahap | Mulai | Selesai |\n|---|---|---|\n| Pendaftaran |  |  |": "| Pendaftaran |",
}


def configured(room: Newsroom, **publisher: str) -> None:
    path = room.folder / "config.toml"
    lines = "".join(f'{key} = "{value}"\n' for key, value in publisher.items())
    path.write_text(path.read_text().replace("[publisher]\n", f"[publisher]\n{lines}", 1))


def filled(room: Newsroom, name: str = "baru.md") -> None:
    path = room.folder / name
    path.write_text(re.sub("‹isi:[^›]*›", "kata-kata sendiri", path.read_text()))


@pytest.mark.parametrize("profile", PROFILES)
def test_a_new_article_takes_the_office_s_own_from_the_configuration(
    room: Newsroom, profile: str
) -> None:
    configured(room, dateline="SELATPANJANG")
    room.environment.clear()  # no channel's secret is needed for it
    assert room.run("new", HEADLINE, "--profile", profile, "--file", "baru.md").code == 0
    lines = (room.folder / "baru.md").read_text().splitlines()
    assert 'dateline: "SELATPANJANG"' in lines
    assert 'by: "Kantor"' in lines
    assert 'language: "id"' in lines
    assert 'headline: "Pendaftaran \\"PPS\\" dibuka"' in lines
    assert not any("BENGKALIS" in line or "Tim Redaksi" in line for line in lines)


@pytest.mark.parametrize("profile", PROFILES)
def test_without_a_dateline_or_a_configuration_its_line_is_left_out(
    room: Newsroom, profile: str
) -> None:
    room.run("new", HEADLINE, "--profile", profile, "--file", "satu.md")
    (room.folder / "config.toml").unlink()
    assert room.run("new", HEADLINE, "--profile", profile, "--file", "dua.md").code == 0
    one, two = ((room.folder / name).read_text() for name in ("satu.md", "dua.md"))
    assert "dateline" not in one + two
    assert ('by: "Kantor"' in one, "by:" in two) == (True, False)


@pytest.mark.parametrize("profile", PROFILES)
def test_what_a_template_leaves_to_be_replaced_is_refused_by_line(
    room: Newsroom, profile: str
) -> None:
    room.run("new", HEADLINE, "--profile", profile, "--file", "baru.md")
    lines = (room.folder / "baru.md").read_text().splitlines()
    left = [
        f"baru.md:{number}:"
        for number, line in enumerate(lines, 1)
        if "‹isi:" in line and not line.startswith("#")
    ]
    assert left
    answer = room.run("check", "baru.md", "--json")
    assert answer.code == 1
    assert [one.split(" ")[0] for one in answer.found if "must be replaced" in one] == left
    effects = room.effects
    answer = room.run("publish", "baru.md")
    assert answer.code == 1
    assert all(f"syndicate: {where}" in answer.err for where in left)
    assert room.effects == effects
    filled(room)
    answer = room.run("publish", "baru.md")
    if profile == "rekrutmen":  # which needs more than words
        assert answer.code == 1
        assert "official-link: " in answer.err
    else:
        assert answer.code == 0, answer.said


@pytest.mark.parametrize(("body", "said"), OLD.items())
def test_what_older_templates_left_is_known_as_well(room: Newsroom, body: str, said: str) -> None:
    room.write(body=body)
    answer = room.run("check", "kabar.md")
    assert answer.code == 1
    assert said in answer.out
    assert "must be replaced" in answer.out


@pytest.mark.parametrize(
    "front",
    [{"infoSources": [{"name": "Nama lembaga sumber data", "role": "originator"}]},
     {"description": "TODO: ringkasan"}],
)  # fmt: skip
def test_the_front_matter_is_looked_through_too(room: Newsroom, front: dict[str, Any]) -> None:
    room.write(**front)
    answer = room.run("publish", "kabar.md", "--dry-run")
    assert answer.code == 1
    assert answer.complaint.startswith("syndicate: kabar.md:4: ")


LEFT = [
    "TODO", "TODO: tanggal", "TODO tambah foto", "[TODO]", "[TODO: nama ketua]", "FIXME", "TBD.",
    "Semua senang. TODO: tanggal.", "- TODO: syarat ketiga", "## TODO", "**TODO**", "XXX",
    "Rapat dipimpin oleh [TODO nama].", "(FIXME: angka)", "Lorem ipsum", "## Lorem ipsum",
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit.", "Lorem ipsum dolor sit amet.",
    "lorem ipsum dolor sit amet consectetur", "[laman](https://…)",
    "Rapat di ‹isi: tempat›.",
]  # fmt: skip
MEANT = [
    "Warga KAMPUNG ADAT TODO menyambut tamu.", "TODO — Warga menyambut tamu.",
    "TODO, kampung adat di Manggarai, dikunjungi menteri.", "TODO adalah kampung adat.",
    "Naskah contoh itu berbunyi “lorem ipsum”.", "Teks lorem ipsum dolor sit amet dipakai.",
    "Lorem ipsum adalah teks contoh.",
    "> Lorem ipsum dolor sit amet\n\nbegitu bunyinya.", "Tanda TODO di naskah dihapus.",
    "Situs itu bertuliskan “TODO” dan “TBD”.", "Jadwal: TBD",
    "Isi.\n\n| a | b |\n|---|---|\n| WAE REBO | TODO |",
    "Tulis `TODO` di berkas.", "```\nTODO\n```\n\nSelesai.", "Esto es todo.", "Kami TODOIST.",
    "Memenuhi syarat kedua.", "~~~\n‹isi: x›\n~~~\n\nSelesai.", "Selesai.\n\n<!-- TODO: foto -->",
    "Selesai.\n\n<!--\nTODO: foto\n-->", "Alamat yang diawali https://… itu palsu.",
    "    TODO\n\nSelesai.",
    "- Wae Rebo\n- Todo", "Todo",
]  # fmt: skip


def findings(room: Newsroom, bodies: Sequence[str], **front: object) -> list[list[str]]:
    """What `check` finds in an article of each text, by one command."""
    names = [f"kabar-{number:02}.md" for number, _ in enumerate(bodies, 1)]
    for name, body in zip(names, bodies, strict=True):
        room.write(name, body, headline=f"Judul {name}", **front)
    found = room.run("check", *names, "--json").found
    found = [one for one in found if "leads nowhere" not in one]
    return [[one for one in found if one.startswith(f"{name}:")] for name in names]


def test_a_note_to_oneself_and_filler_text_are_placeholders(room: Newsroom) -> None:
    for body, found in zip(
        LEFT, findings(room, [f"Warga hadir.\n\n{b}" for b in LEFT]), strict=True
    ):
        assert len(found) == 1, body
        assert ".md:8: “" in found[0], body


def test_words_that_are_meant_are_no_placeholders(room: Newsroom) -> None:
    for body, found in zip(MEANT, findings(room, MEANT), strict=True):
        assert found == [], body


FIELDS = [
    "url: https://…", "url: https://…            the article's page", 'by: "…"', "dateline: ...",
    "description: 'TODO: ringkasan'", "subjects: [‹isi: topik›]", "description: Lorem ipsum",
    "associations: [{file: https://…/foto.jpg}]", "infoSources: [{name: KPU, uri: 'https://…'}]",
]  # fmt: skip
FINE_FIELDS = [
    "edNote: 'TODO: telepon Ani'", "description: Kampung adat TODO menunggu…",
    "by: Ani (Kampung TODO)", "description: Todo", "# url: https://…",
]  # fmt: skip


def test_a_field_that_was_to_be_filled_in_is_found(room: Newsroom) -> None:
    for wrong, fields in ((True, FIELDS), (False, FINE_FIELDS)):
        names = [f"kabar-{number}.md" for number, _ in enumerate(fields)]
        for name, field in zip(names, fields, strict=True):
            text = f"---\nheadline: Judul {name}\n{field}\n---\nIsi {name}.\n"
            (room.folder / name).write_text(text, encoding="utf-8")
        found = room.run("check", *names, "--json").found
        for name, field in zip(names, fields, strict=True):
            here = [one for one in found if one.startswith(f"{name}:")]
            assert [one.startswith(f"{name}:3: ") for one in here] == [True] * wrong, field


def test_comments_of_the_front_matter_are_no_text(room: Newsroom) -> None:
    room.write()
    room.rewrite("headline:", "# TODO: foto\nheadline:")
    assert room.run("publish", "kabar.md").code == 0


def test_the_first_article_can_be_published_as_it_is(room: Newsroom) -> None:
    room.run("init", "lain", "--name", "Kantor Contoh", "--url", "https://kantor.example")
    text = (room.folder / "lain" / "first-article.md").read_text()
    assert 'by: "Kantor Contoh"' in text
    (room.folder / "pertama.md").write_text(text)
    assert room.run("publish", "pertama.md", at=NOON).code == 0
