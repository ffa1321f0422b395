"""Local pictures, measured by their bytes."""

from __future__ import annotations

from pathlib import Path
from struct import pack

import pytest

from syndicate.sources.pictures import MOST_BYTES, measure, take
from syndicate.testing import PICTURE, PIXEL


def webp(kind: bytes, payload: bytes) -> bytes:
    chunk = kind + pack("<I", len(payload)) + payload
    return b"RIFF" + pack("<I", len(chunk) + 4) + b"WEBP" + chunk


FRAME = pack(">HBHHB", 11, 8, 300, 500, 1) + b"\x01\x11\x00"
EXIF = b"\xff\xe1" + pack(">H", 20) + b"Exif\0\0" + b"\xff\xc0" * 6
TABLE = b"\xff\xc4" + pack(">H", 6) + b"\xff\xc0\xff\xc0"
KINDS = {
    "png": (PIXEL[:16] + pack(">II", 500, 300) + PIXEL[24:], "image/png"),
    "gif 87": (b"GIF87a" + pack("<HH", 500, 300), "image/gif"),
    "gif 89": (b"GIF89a" + pack("<HH", 500, 300) + b"\xf0", "image/gif"),
    "jpeg": (b"\xff\xd8\xff\xc0" + FRAME, "image/jpeg"),
    "jpeg, progressive": (b"\xff\xd8" + EXIF + TABLE + b"\xff\xff\xc2" + FRAME, "image/jpeg"),
    "webp, lossy": (
        webp(b"VP8 ", b"\x30\x01\x00\x9d\x01\x2a" + pack("<HH", 500 | 0x4000, 300)),
        "image/webp",
    ),
    "webp, lossless": (webp(b"VP8L", b"\x2f" + pack("<I", 499 | 299 << 14)), "image/webp"),
    "webp, extended": (
        webp(b"VP8X", b"\0\0\0\0" + (499).to_bytes(3, "little") + (299).to_bytes(3, "little")),
        "image/webp",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_known_and_measured_by_its_bytes(kind: str) -> None:
    data, media_type = KINDS[kind]
    assert measure(data) == (media_type, 500, 300)


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_cut_short_before_its_measures_is_none(kind: str) -> None:
    data, _ = KINDS[kind]
    assert [measure(data[:length]) for length in range(10)] == [None] * 10


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"RIFF\0\0\0\0WAVEfmt ",
        b"GIF89a" + pack("<HH", 0, 3),
        PIXEL[:16] + pack(">II", 0, 3),
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff" + b"\xff" * 50,
        b"\xff\xd8\xff\xe0\x00\x00" * 9,
    ],
    ids=ascii,
)
def test_other_bytes_are_no_picture(data: bytes) -> None:
    assert measure(data) is None


def test_a_picture_says_all_that_a_channel_needs(tmp_path: Path) -> None:
    (tmp_path / "dot.png").write_bytes(PIXEL)
    picture = take("dot.png", tmp_path)
    assert picture.media(alt="A dot") == PICTURE
    assert picture.data == PIXEL


def test_the_largest_picture_is_taken_and_a_larger_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "dot.png"
    path.write_bytes(PIXEL.ljust(MOST_BYTES, b"\0"))
    assert take("dot.png", tmp_path).media().size == 10_000_000
    path.write_bytes(PIXEL.ljust(MOST_BYTES + 1, b"\0"))
    with pytest.raises(ValueError, match=r"dot\.png has 10\.0 MB, more than 10 MB \(shrink it\)"):
        take("dot.png", tmp_path)


def test_a_name_with_a_percent_sign_is_taken_as_it_is_first(tmp_path: Path) -> None:
    (tmp_path / "a%20b.png").write_bytes(PIXEL)
    assert take("a%20b.png", tmp_path).file == "a%20b.png"
    (tmp_path / "c d.png").write_bytes(PIXEL)
    assert take("c%20d.png", tmp_path).file == "c d.png"


@pytest.mark.parametrize("name", ["sub/../dot.png", "./dot.png"])
def test_a_detour_within_the_folder_is_no_way_out(name: str, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "dot.png").write_bytes(PIXEL)
    assert take(name, tmp_path).sha256 == PICTURE.sha256


@pytest.mark.parametrize("name", ["../dot.png", "sub/../../dot.png", "out/dot.png", "{home}/a.png"])
def test_nothing_is_read_outside_the_folder(name: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "sub").mkdir(parents=True)
    (home / "out").symlink_to(tmp_path)
    for path in (tmp_path / "dot.png", home / "a.png"):
        path.write_bytes(PIXEL)
    with pytest.raises(ValueError, match="is outside the article's folder"):
        take(name.format(home=home), home)


@pytest.mark.parametrize("name", ["", ".", "a\0b", "x" * 300, "\ud800"], ids=ascii)
def test_a_name_no_file_can_have_is_missing(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is missing"):
        take(name, tmp_path)
