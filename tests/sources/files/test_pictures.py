"""Pictures, known and measured by their bytes."""

from __future__ import annotations

from struct import pack

import pytest

from syndicate.sources.files.pictures import measure, moves
from syndicate.testing import PIXEL


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


STILL = b"GIF89a" + pack("<HH", 2, 3) + b"\x80\0\0" + b"\0" * 6


@pytest.mark.parametrize(
    ("data", "does"),
    [
        (STILL + b"\x00\x21\xf9\x04" + b"\0" * 5, False),
        (STILL + 2 * (b"\x00\x21\xf9\x04" + b"\0" * 5), True),
        (b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0" + b"\x02" + b"\0" * 9, True),
        (b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0" + b"\x10" + b"\0" * 9, False),
        (b"RIFF\0\0\0\0WEBPVP8 ", False),
        (b"\xff\xd8\xff", False),
    ],
)
def test_a_picture_of_several_moves(data: bytes, does: bool) -> None:
    assert moves(data) is does
