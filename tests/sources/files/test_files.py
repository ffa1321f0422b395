"""The files an article names: pictures and documents, found beside it."""

from __future__ import annotations

from pathlib import Path
from struct import pack

import pytest

from support.papers import FORM, pdf
from syndicate.model.article import PDF, Media
from syndicate.sources.files.local_files import (
    MOST_DOCUMENT_BYTES,
    MOST_PICTURE_BYTES,
    names_pdf,
    read_local_file,
    take_picture,
)
from syndicate.testing import PICTURE, PIXEL


def test_a_picture_says_all_that_a_channel_needs(tmp_path: Path) -> None:
    (tmp_path / "dot.png").write_bytes(PIXEL)
    picture = read_local_file("dot.png", tmp_path)
    assert picture.media(alt="A dot") == PICTURE
    assert picture.data == PIXEL


def test_the_largest_picture_is_taken_and_a_larger_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "dot.png"
    path.write_bytes(PIXEL.ljust(MOST_PICTURE_BYTES, b"\0"))
    assert read_local_file("dot.png", tmp_path).media().size == 10_000_000
    path.write_bytes(PIXEL.ljust(MOST_PICTURE_BYTES + 1, b"\0"))
    with pytest.raises(ValueError, match=r"dot\.png has 10\.0 MB, more than 10 MB \(shrink it\)"):
        read_local_file("dot.png", tmp_path)


def test_a_name_with_a_percent_sign_is_taken_as_it_is_first(tmp_path: Path) -> None:
    (tmp_path / "a%20b.png").write_bytes(PIXEL)
    assert read_local_file("a%20b.png", tmp_path).file == "a%20b.png"
    (tmp_path / "c d.png").write_bytes(PIXEL)
    assert read_local_file("c%20d.png", tmp_path).file == "c d.png"


@pytest.mark.parametrize("name", ["sub/../dot.png", "./dot.png"])
def test_a_detour_within_the_folder_is_no_way_out(name: str, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "dot.png").write_bytes(PIXEL)
    assert read_local_file(name, tmp_path).sha256 == PICTURE.sha256


@pytest.mark.parametrize("name", ["../dot.png", "sub/../../dot.png", "out/dot.png", "{home}/a.png"])
def test_nothing_is_read_outside_the_folder(name: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "sub").mkdir(parents=True)
    (home / "out").symlink_to(tmp_path)
    for path in (tmp_path / "dot.png", home / "a.png"):
        path.write_bytes(PIXEL)
    with pytest.raises(ValueError, match="is outside the article's folder"):
        read_local_file(name.format(home=home), home)


@pytest.mark.parametrize("name", ["", ".", "a\0b", "x" * 300, "\ud800"], ids=ascii)
def test_a_name_no_file_can_have_is_missing(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is missing"):
        read_local_file(name, tmp_path)


def test_a_document_says_all_that_a_channel_needs(tmp_path: Path) -> None:
    (tmp_path / "formulir.pdf").write_bytes(FORM)
    document = read_local_file("formulir.pdf", tmp_path)
    media = document.media(caption="Formulir", creator="KPU")
    assert document.data == FORM
    assert media == Media(
        file="formulir.pdf",
        caption="Formulir",
        creator="KPU",
        media_type=PDF,
        sha256=document.sha256,
        size=120_000,
    )
    assert (media.is_document, media.name) == (True, f"{document.sha256}.pdf")


GOOD = {
    "as it should be": pdf(),
    "another version": pdf(version=b"2.0"),
    "after a byte order mark": pdf(before=b"\xef\xbb\xbf\r\n"),
    "after as much as readers bear": pdf(before=b" " * (1024 - len("%PDF-1.4"))),
    "the largest": pdf(MOST_DOCUMENT_BYTES),
}


@pytest.mark.parametrize("data", GOOD.values(), ids=GOOD.keys())
def test_a_document_is_known_by_its_bytes_whatever_its_name(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "berkas").write_bytes(data)
    taken = read_local_file("berkas", tmp_path)
    assert (taken.media_type, taken.data) == (PDF, data)


BAD = {
    "nothing": (b"", "a.pdf is empty (save it again)"),
    "a text": (b"Formulir pendaftaran", "a.pdf is not a PDF or a PNG, JPEG, GIF or WebP picture ("),
    "a text about PDFs": (b"%PDF-files are welcome", "a.pdf is not a PDF or a PNG"),
    "a page": (b"<!doctype html><title>404</title>", "a.pdf is not a PDF or a PNG"),
    "a text document": (b"PK\x03\x04 word/document.xml", "a.pdf is not a PDF or a PNG"),
    "after more than readers bear": (pdf(before=b" " * 1024), "a.pdf is not a PDF or a PNG"),
    "too large": (pdf(21_000_000), "a.pdf has 21.0 MB, more than 20 MB (shrink it)"),
    "too large for a picture": (PIXEL.ljust(11_000_000), "a.pdf has 11.0 MB, more than 10 MB ("),
}


@pytest.mark.parametrize(("data", "said"), BAD.values(), ids=BAD.keys())
def test_what_is_no_document_is_refused_by_name(data: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(data)
    with pytest.raises(ValueError, match=r"^a\.pdf ") as wrong:
        read_local_file("a.pdf", tmp_path)
    assert str(wrong.value).startswith(said)
    assert str(wrong.value).endswith(")")


def test_a_picture_that_mentions_a_pdf_is_a_picture(tmp_path: Path) -> None:
    said = b"%PDF-1.4"
    (tmp_path / "a.gif").write_bytes(b"GIF89a" + pack("<HH", 2, 3) + said)
    assert read_local_file("a.gif", tmp_path).media_type == "image/gif"
    assert take_picture("a.gif", tmp_path).width == 2


def test_a_document_outside_the_folder_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "formulir.pdf").write_bytes(FORM)
    home = tmp_path / "home"
    home.mkdir()
    with pytest.raises(ValueError, match="is outside the article's folder"):
        read_local_file("../formulir.pdf", home)


def test_where_only_a_picture_can_be_shown_a_document_is_sent_to_its_place(tmp_path: Path) -> None:
    (tmp_path / "formulir.pdf").write_bytes(FORM)
    advice = r"\(name it in the front matter, under associations\)"
    with pytest.raises(ValueError, match=rf"^formulir\.pdf is a PDF, not a picture {advice}$"):
        take_picture("formulir.pdf", tmp_path)


@pytest.mark.parametrize(
    ("address", "is_pdf"),
    [
        ("https://a.example/formulir.pdf", True),
        ("https://a.example/FORMULIR.PDF?unduh=1#hal=2", True),
        ("https://a.example/formulir%2Epdf", True),
        ("https://a.example/foto.jpg?dari=formulir.pdf", False),
        ("https://a.example/foto.jpg#formulir.pdf", False),
        ("https://formulir.pdf", False),
        ("https://a.example/pdf", False),
        ("https://[a/formulir.pdf", False),
    ],
)
def test_an_address_is_a_pdfs_by_the_end_of_its_path(address: str, is_pdf: bool) -> None:
    assert names_pdf(address) == is_pdf
