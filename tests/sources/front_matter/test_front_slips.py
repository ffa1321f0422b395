"""Slips in the front matter are understood where they are plain, else refused with true advice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.papers import FORM
from syndicate.config.scaffold import new_article
from syndicate.errors import ArticleError
from syndicate.model.profile import PROFILES
from syndicate.sources import Draft, read
from syndicate.testing import OFFICE, PIXEL


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "a.png").write_bytes(PIXEL)
    (tmp_path / "formulir.pdf").write_bytes(FORM)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def draft(front: str, fence: str = "---") -> Draft:
    path = Path("article.md")
    path.write_text(f"{fence}\n{front}\n---\nIsi.\n", encoding="utf-8")
    return read(path, OFFICE)


def complaint(front: str) -> str:
    try:
        draft(front)
    except ArticleError as error:
        return str(error)
    return ""


UNSEEN = [
    "headline:\u00a0Judul\nby: Tim", "headline: Judul\n\u00a0by: Tim",
    "headline: Judul\nby:\u00a0Tim",
    "headline: Judul\nby:\u200bTim", "\u200bheadline: Judul\nby: Tim",
    "headline\u00a0: Judul\nby\u200b: Tim",
    "headline: \u200bJudul\u200b\nby: \u2009Tim\u00a0", "headline:\u3000Judul\n\ufeffby:\u202fTim",
    "headline:\u00a0\u00a0Judul\n\u00a0\u00a0by:  Tim", "\ufeffheadline: Judul\nby: Tim",
]  # fmt: skip


def test_unseen_signs_around_keys_and_colons_are_spaces() -> None:
    for front in UNSEEN:
        article = draft(front).article
        assert (article.headline, article.by) == ("Judul", "Tim"), ascii(front)
    assert draft("headline: Judul", "\u200b---\u00a0").article.headline == "Judul"
    nested = draft(
        "headline: Judul\nassociations:\n\u00a0\u00a0- file:\u00a0a.png\n"
        "\u00a0\u00a0\u00a0 alt:\u00a0Foto"
    ).article
    assert (nested.media[0].file, nested.media[0].alt) == ("a.png", "Foto")
    assert draft("headline: Judul\nsubjects:\u00a0[a,\u00a0b]").article.subjects == ("a", "b")
    kept = "Rp\u00a05.000 \u200bdan"
    assert draft(f"headline: {kept}").article.headline == "Rp 5.000 \u200bdan"


def test_an_error_after_unseen_signs_names_the_right_line() -> None:
    assert complaint("headline: J\nby:\u00a0Tim\ndate:\u00a0besok").startswith("article.md:4: date")


ESCAPES = [
    'headline: "Kantor C:\\temp"', 'headline: "Kantor C:\\new"', 'headline: "C:\\Data"',
    'headline: "C:\\users"', 'headline: "a\\tb"', 'headline: "a\\bb"', 'headline: "a\\rb"',
    'headline: "a\\eb"', 'headline: "a\\0b"', 'headline: "a\\vb"', 'headline: "a\\fb"',
    'headline: "a\\ab"', 'headline: "D:\\xampp"', 'headline: "a\\Pb"',
    'headline: "\\\\server\\new"',
]  # fmt: skip


def test_a_backslash_that_yaml_would_take_is_refused_with_what_to_write() -> None:
    for front in ESCAPES:
        message = complaint(front)
        assert message.startswith("article.md:2: "), front
        assert "\\" in message, front
        assert "single quotes" in message, front
        single = re.sub('"(.*)"', r"'\1'", front)
        assert draft(single).article.headline == single.partition("'")[2].removesuffix("'")
    long = 'headline: J\ndescription: "C:\\new"'
    assert complaint(long).startswith("article.md:3: ")
    assert "single quotes" in complaint(long)


def test_escapes_that_were_meant_are_kept() -> None:
    assert draft('headline: "Kata \\"besar\\" \\u00e9 C:\\\\temp a\\/b"').article.headline == (
        'Kata "besar" é C:\\temp a/b'
    )
    assert draft('headline: J\ndescription: "Satu\\ndua"').article.description == "Satu dua"


ADVISED = [
    "headline: Lomba #1 tingkat desa", "headline: H\nby: Ani # humas", 'headline: "Lomba" #1 desa',
    "headline: H\nsubjects:\n  - #kpu\n  - pilkada", "headline: &judul Teks", "headline: ! Rapat",
    "headline: H\noverrides:\n  telegram:\n    headline: Juara #2", "headline: It's # 1",
    "headline: H\ninfoSources:\n  - name: KPU #Bengkalis", "headline: 2024 # satu",
    "headline: C:\\temp #1", 'headline: It\'s "so" # 1',
]  # fmt: skip


def test_the_advice_to_quote_works_when_it_is_followed_to_the_letter() -> None:
    for front in ADVISED:
        found = re.fullmatch(
            r"article\.md:(\d+): .*\(put the whole value in quotes: (.*)\)", complaint(front)
        )
        assert found, complaint(front)
        lines = front.split("\n")
        indent = re.match(" *", lines[int(found[1]) - 2])
        lines[int(found[1]) - 2] = (indent[0] if indent else "") + found[2]
        assert complaint("\n".join(lines)) == "", lines


COMMENTED = [
    "urgency: 3 # tinggi", "date: 2024-05-02 # Kamis", "date: 2024-05-02 16:30 WIB   #Kamis",
    "language: id # bahasa", "profile: berita # lihat panduan", "expires: 2099-01-01 # tutup",
    "url: https://contoh.go.id/x  # laman artikel", "subjects: [a, b] # topik",
    "associations: [{file: a.png}] # foto", "associations:\n  - {file: a.png} # foto",
    "associations: # foto\n  - file: a.png # dari Ani\n    alt: Foto", 'date: "2024-05-02" # Kamis',
]  # fmt: skip


def test_a_comment_that_takes_no_text_away_is_allowed() -> None:
    for front in COMMENTED:
        assert complaint(f"headline: J\n{front}") == "", front
    assert "would be lost" in complaint("headline: J\nurl: https://contoh.go.id/x #syarat")
    assert "would be lost" in complaint("headline: Lomba [seni] # 1")


LISTS = ["infoSources: KPU", "associations: a.png", "subjects: KPU", "infoSources: 'KPU: pusat'",
         "associations: {file: a.png}", "infoSources: {name: KPU}", "infoSources: [KPU]",
         "associations:\n  - a.png"]  # fmt: skip


def test_the_advice_for_a_list_works_when_it_is_followed() -> None:
    for front in LISTS:
        message = complaint(f"headline: J\n{front}")
        found = re.search(r"\(write it like (.*)\)$", message)
        assert found, message
        key = front.partition(":")[0]
        advice = found[1] if found[1].startswith(key) else f"{key}: [{found[1]}]"
        assert "..." not in advice
        assert complaint(f"headline: J\n{advice}") == "", advice


def test_front_matter_without_room_for_a_uri_is_found_when_it_is_read() -> None:
    for front in ("{headline: Judul Z, by: Tim}", " headline: J\n by: Tim", "? headline\n: J"):
        assert complaint(front).startswith("article.md:2: "), front
        assert "write each key on a line of its own" in complaint(front)
    assert complaint("{uri: 'tag:a.example,2024:x', headline: J}") == ""
    assert complaint("# catatan\n\n'headline': J") == ""


@pytest.mark.parametrize("profile", PROFILES)
def test_each_line_of_a_template_that_is_a_comment_can_be_put_to_use(profile: str) -> None:
    path = Path(f"{profile}.md")
    new_article("Judul", profile, path, OFFICE)
    text = path.read_text(encoding="utf-8")
    text = re.sub("^# ?", "", text, flags=re.MULTILINE)
    text = re.sub("^.*(Langkah|Syarat|Jadwal)$", "", text, flags=re.MULTILINE)
    text = re.sub("‹isi:[^›]*›", "kata", text).replace("https://…", "https://kantor.example/x")
    path.write_text(text.replace("foto.jpg", "a.png"), encoding="utf-8")
    made = read(path, OFFICE)
    assert made.article.url == "https://kantor.example/x"
