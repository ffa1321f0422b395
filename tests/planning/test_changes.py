"""What somebody is shown of a changed file before they say what was wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from syndicate.planning.changes import MOST_LINES, NOT_KEPT, SETTINGS, UNSEEN, what_changed
from syndicate.sources import Draft, read
from syndicate.testing import OFFICE, PIXEL

PARAGRAPHS = "\n\n".join(f"Paragraf ke-{n} tentang rapat pleno di kecamatan." for n in range(12))
FILE = f"""---
headline: Kabar pertama
url: https://kantor.example/kabar
associations:
  - file: foto.png
    alt: Rapat
---

{PARAGRAPHS}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "foto.png").write_bytes(PIXEL)
    return tmp_path


def draft(folder: Path, text: str = FILE) -> Draft:
    path = folder / "kabar.md"
    path.write_text(text, encoding="utf-8")
    return read(path, OFFICE)


def shown(before: Draft, now: Draft, *, kept: bool = True) -> list[str]:
    source = before.source if kept else ""
    return what_changed(before.article, source, now.article, now.source).splitlines()


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("ke-7 tentang rapat", "ke-7 tentang sidang",
         ["- Paragraf ke-7 tentang rapat pleno di kecamatan.",
          "+ Paragraf ke-7 tentang sidang pleno di kecamatan."]),
        ("headline: Kabar pertama", "headline: Kabar kedua",
         ["- headline: Kabar pertama", "+ headline: Kabar kedua"]),
        ("alt: Rapat", "alt: Sidang pleno", ["- alt: Rapat", "+ alt: Sidang pleno"]),
        ("\n---\n\nParagraf", "\nby: Humas\n---\n\nParagraf", ["+ by: Humas"]),
        ("kecamatan.\n\nParagraf ke-9", "kecamatan.\nParagraf ke-9", [UNSEEN]),
    ],
)  # fmt: skip
def test_what_changed_is_shown_and_nothing_else(
    folder: Path, old: str, new: str, lines: list[str]
) -> None:
    before = draft(folder)
    assert shown(before, draft(folder, FILE.replace(old, new))) == lines


def test_a_picture_of_the_same_name_that_is_another_one_is_named(folder: Path) -> None:
    before = draft(folder)
    (folder / "foto.png").write_bytes(PIXEL + b"another")
    assert shown(before, draft(folder)) == ["~ foto.png: the file was replaced"]


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("ke-7 tentang rapat", "ke-7 tentang sidang",
         ["- Paragraf ke-7 tentang rapat pleno di kecamatan.",
          "+ Paragraf ke-7 tentang sidang pleno di kecamatan."]),
        ("headline: Kabar pertama", "headline: Kabar kedua",
         ["- headline: Kabar pertama", "+ headline: Kabar kedua"]),
        ("\n---\n\nParagraf", "\nby: Humas\n---\n\nParagraf", ["+ by: Humas"]),
        ("file: foto.png", "file: lain.png", ["- file: foto.png", "+ file: lain.png"]),
        ("x", "x", []),
    ],
)  # fmt: skip
def test_a_file_that_the_ledger_does_not_hold_is_not_shown_as_new(
    folder: Path, old: str, new: str, lines: list[str]
) -> None:
    (folder / "lain.png").write_bytes(PIXEL)
    before = draft(folder)
    now = draft(folder, FILE.replace(old, new))
    assert shown(before, now, kept=False) == [NOT_KEPT, *lines]


def test_of_a_file_that_is_all_new_so_much_is_shown_that_the_question_stays_in_sight(
    folder: Path,
) -> None:
    lines = [f"Baris {n}." for n in range(100)]
    before = draft(folder, FILE + "\n".join(lines))
    others = [f"{line} Lagi." if n % 2 else line for n, line in enumerate(lines)]
    now = draft(folder, FILE + "\n".join(others))
    seen = shown(before, now)
    assert len(seen) == MOST_LINES + 1
    assert seen[-1] == f"… and {100 - MOST_LINES} more lines"


def test_the_markdown_that_an_old_ledger_lacks_is_no_change(folder: Path) -> None:
    before, now = draft(folder), draft(folder, FILE.replace("ke-7", "ke-77"))
    before = replace(before, article=replace(before.article, markdown=""))
    assert len(shown(before, now, kept=False)) == 3


def test_what_another_setting_makes_of_the_same_words_is_shown(folder: Path) -> None:
    """The ledger knows where the links led."""
    text = FILE.replace("Paragraf ke-3", "[Paragraf](/tiga) ke-3").replace("url:", "edNote:")
    path = folder / "kabar.md"
    before = draft(folder, text)
    path.write_text(text.replace("\n\nParagraf ke-5", "\n\n\nParagraf ke-5"), encoding="utf-8")
    now = read(path, replace(OFFICE, url="https://lain.example"))
    other = [f"- link: {OFFICE.url}/tiga", "+ link: https://lain.example/tiga"]
    assert shown(before, now) == [UNSEEN, SETTINGS, *other]
    assert shown(before, now, kept=False) == [NOT_KEPT, *other]
