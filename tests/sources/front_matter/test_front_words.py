"""What is typed in the front matter is what is read, or is refused by its line."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from unicodedata import normalize

import pytest

from syndicate.errors import ArticleError
from syndicate.model.article import Publisher
from syndicate.sources import Draft, read
from syndicate.testing import PIXEL
from syndicate.text import folded

Form = Literal["NFC", "NFD"]
FORMS: list[tuple[Form, Form]] = [("NFC", "NFD"), ("NFD", "NFC")]
OFFICE = Publisher(name="Dinas", url="https://dinas.example", timezone="Asia/Jakarta")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "a.png").write_bytes(PIXEL)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def draft(front: str, body: str = "Isi.") -> Draft:
    path = Path("article.md")
    path.write_text(f"---\n{front}\n---\n{body}\n", encoding="utf-8")
    return read(path, OFFICE)


LOST = {
    "headline: Lomba #1 tingkat desa": (2, "'#1 tingkat desa'"),
    "headline: H\nby: Ani # humas": (3, "'# humas'"),
    "headline: H\nassociations:\n  - {file: a.png}\n  - file: a.png\n    alt: Juara #1": (
        6,
        "'#1'",
    ),
    "headline: H\nassociations:\n  - file: a.png\n    caption: Foto # Ani": (5, "'# Ani'"),
    "headline: H\nsubjects:\n  - #kpu\n  - pilkada": (4, "'#kpu'"),
    "headline: Lomba\n  #1 tingkat desa": (3, "'#1 tingkat desa'"),
    "headline: Lomba\n  seni\n  #1 tingkat desa": (4, "'#1 tingkat desa'"),
    "headline: &judul Teks": (2, "&judul Teks"),
    'headline: "Lomba" #1 desa': (2, "'#1 desa'"),
    'headline: "a \\u00e9" # b': (2, "'# b'"),
    "headline: H\ndescription: Nomor 5 # lima": (3, "'# lima'"),
    "headline: H\noverrides:\n  telegram:\n    headline: Juara #2": (5, "'#2'"),
    "headline: H\ninfoSources:\n  - name: KPU #Bengkalis": (4, "'#Bengkalis'"),
    "headline: Selamat # 🎉": (2, "'# 🎉'"),
    "headline: Harga # !!! ?": (2, "'# !!! ?'"),
    "headline: Lomba #": (2, "'#'"),
    "headline: ! Rapat": (2, "'! Rapat'"),
    "headline: &- Rapat": (2, "'&- Rapat'"),
    "headline: Lomba # Lomba\ndescription: Lomba": (2, "'# Lomba'"),
    'headline: "a \\"b\\"" # kata "c"': (2, "'# kata"),
    "headline: H\nsubjects: [a, # b\n  c]": (3, "'# b'"),
    "headline: H\ndescription: | # satu\n  dua": (3, "'# satu'"),
    "headline: H\nedNote: tanya Ani #penting": (3, "'#penting'"),
}


@pytest.mark.parametrize("front", LOST, ids=ascii)
def test_text_that_yaml_takes_away_is_refused_with_the_advice_to_quote(front: str) -> None:
    line, what = LOST[front]
    with pytest.raises(ArticleError) as wrong:
        draft(front)
    message = str(wrong.value)
    assert message.startswith(f"article.md:{line}: ")
    assert what in message
    assert "would be lost (put the whole value in quotes" in message


KEPT = {
    'headline: "Kabar \\u00e9\n  kedua"': "Kabar é kedua",
    "headline: Kabar\ndescription: |\n  # satu\n  dua #3\nby: Ani": "Kabar",
    "headline: Kabar\n\n# catatan\nby: Ani": "Kabar",
    'headline: "Lomba #1 tingkat desa"': "Lomba #1 tingkat desa",
    "headline: Lomba#1": "Lomba#1",
    "headline: >-\n  Lomba #1\n  desa": "Lomba #1 desa",
    "# catatan redaksi\nheadline: H\n# lagi": "H",
    "headline: H\nassociations:\n  # foto utama\n  - {file: a.png}": "H",
    "headline: H\nassociations:\n  - file: a.png\n    alt: 'b'\n    # tanpa keterangan": "H",
    "headline: 'It''s'": "It's",
    'headline: "Se\\u0301ni"': "Se\u0301ni",
    "headline: Null": "Null",
    "headline: Yes": "Yes",
    "headline: 12:30": "12:30",
    "headline: 0755": "0755",
    "headline: 1e3": "1e3",
}


@pytest.mark.parametrize("front", KEPT, ids=ascii)
def test_text_in_quotes_and_whole_line_comments_are_read_as_meant(front: str) -> None:
    assert draft(front).article.headline == KEPT[front]


def test_html_s_entities_are_decoded_where_they_are_whole() -> None:
    article = draft(
        "headline: Q&amp;A &#8211; x\ndescription: a &lt;b&gt; &nbsp;c\nby: R&D &copy Ani\n"
        "subjects: [K3 &amp; L]\ninfoSources: [{name: 'A &amp; B'}]\n"
        "associations: [{file: a.png, alt: 'S &quot;1&quot;', caption: '&eacute;'}]\n"
        "overrides: {telegram: {headline: 'x &amp; y'}}"
    ).article
    assert article.headline == "Q&A – x"
    assert article.description == "a <b> c"
    assert article.by == "R&D &copy Ani"
    assert article.subjects == ("K3 & L",)
    assert article.info_sources[0].name == "A & B"
    assert (article.media[0].alt, article.media[0].caption) == ('S "1"', "é")
    assert article.overrides["telegram"]["headline"] == "x & y"


@pytest.mark.parametrize(
    ("date", "says"),
    [
        ("2016/03/10", "write the day with hyphens, 2016-03-10"),
        ("2016.3.1 09:00", "write the day with hyphens, 2016-03-01 09:00"),
        ("10/03/2016", "leaves open which number is the month"),
        ("2016-03-10 09:00:00 EST", "'EST' is not a known time zone"),
        ("Thu, 10 Mar 2016 09:00:00 PDT", "'PDT' is not a known time zone"),
        ("2016-03-10 09:00 Asia/Jakarta", "'Asia/Jakarta' is not a known time zone"),
        ("besok", "'besok' is not a date"),
    ],
)
def test_a_date_that_is_not_understood_gets_a_true_message(date: str, says: str) -> None:
    with pytest.raises(ArticleError, match=r"article\.md:3: date: ") as wrong:
        draft(f"headline: H\ndate: {date}")
    assert says in str(wrong.value)


@pytest.mark.parametrize(("form", "other"), FORMS)
@pytest.mark.parametrize("typed", ["![a](é.png)", "<img src='é.png' alt=a>", "[a](é.png)"])
def test_a_file_is_found_however_its_accents_are_stored(
    form: Form, other: Form, typed: str, folder: Path
) -> None:
    (folder / normalize(form, "é.png")).write_bytes(PIXEL)
    assert "media:" in draft("headline: H", normalize(other, typed)).article.html
    front = f"headline: H\nassociations: [{{file: {normalize(other, 'é.png')}}}]"
    assert draft(front).article.media[0].sha256


@pytest.mark.parametrize(("form", "other"), FORMS)
@pytest.mark.parametrize("typed", ["Galeri é/x.png", "Galeri é/é/ü.png"])
def test_a_folder_is_found_however_its_accents_are_stored(
    folder: Path, typed: str, form: Form, other: Form
) -> None:
    there = folder / normalize(form, typed)
    there.parent.mkdir(parents=True)
    there.write_bytes(PIXEL)
    written = normalize(other, f"![a](<{typed}>)")
    [media] = draft("headline: H", written).article.media
    assert media.sha256


def test_a_message_says_a_file_s_name_as_it_was_typed() -> None:
    with pytest.raises(ArticleError, match=r"the picture foto é\.png is missing"):
        draft("headline: H", "![a](<foto é.png>)")
    with pytest.raises(ArticleError, match=r"the picture foto%20x\.png is missing"):
        draft("headline: H", "![a](foto%20x.png)")


def test_a_subject_is_kept_once_as_it_was_first_spelt() -> None:
    typed = ["KPU", "kpu", '"Ke\u0301sehatan  ibu"', "K\u00e9sehatan ibu", "K3 &amp; L", "k3 & l"]
    article = draft(f"headline: H\nsubjects: [{', '.join(typed)}]").article
    assert article.subjects == ("KPU", "Ke\u0301sehatan ibu", "K3 & L")


def test_channels_are_named_as_they_are_spelt() -> None:
    assert draft("headline: H\nchannels: [a, A, a]").article.channels == ("a", "A")


def test_subjects_are_compared_whatever_their_accents_and_case() -> None:
    assert folded("Ke\u0301ndaraan  Umum") == folded("kéndaraan umum")
