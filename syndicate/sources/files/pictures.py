"""Pictures, known and measured by their bytes."""

from __future__ import annotations

from struct import error as StructError
from struct import unpack_from

NO_SIZE = {0x01, *range(0xD0, 0xDA)}  # JPEG markers that nothing measured follows
PNG = b"\x89PNG\r\n\x1a\n"
GIF_CONTROL = b"\x00\x21\xf9\x04"  # a GIF's graphic control, which leads each of its pictures
FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # JPEG markers that hold the measures


def measure(data: bytes) -> tuple[str, int, int] | None:
    """Media type, width and height of a picture, or None if the bytes are none we know."""
    for reader in (_png, _jpeg, _gif, _webp):
        try:
            found = reader(data)
        except (StructError, IndexError):  # it ends too early
            continue
        if found and found[1] and found[2]:
            return found
    return None


def moves(data: bytes) -> bool:
    """Return True for a GIF, a PNG or a WebP of more than one picture."""
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return data.count(GIF_CONTROL) > 1
    if data.startswith(PNG):
        control = data.find(b"acTL", 0, max(0, data.find(b"IDAT")))  # how many, and how often
        return control > 0 and int.from_bytes(data[control + 4 : control + 8], "big") > 1
    return data[:4] == b"RIFF" and data[12:16] == b"VP8X" and bool(data[20:21][0] & 2)


def _png(data: bytes) -> tuple[str, int, int] | None:
    if not data.startswith(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"):
        return None
    width, height = unpack_from(">II", data, 16)
    return "image/png", width, height


def _gif(data: bytes) -> tuple[str, int, int] | None:
    if data[:6] not in (b"GIF87a", b"GIF89a"):
        return None
    width, height = unpack_from("<HH", data, 6)
    return "image/gif", width, height


def _jpeg(data: bytes) -> tuple[str, int, int] | None:
    if not data.startswith(b"\xff\xd8\xff"):
        return None
    at = 2
    while data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # filling
            at += 1
        elif marker in NO_SIZE:
            at += 2
        elif marker in FRAMES:
            height, width = unpack_from(">HH", data, at + 5)
            return "image/jpeg", width, height
        else:
            at += 2 + max(2, unpack_from(">H", data, at + 2)[0])
    return None


def _webp(data: bytes) -> tuple[str, int, int] | None:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    kind = data[12:16]
    if kind == b"VP8X":
        width = int.from_bytes(data[24:27], "little") + 1
        height = int.from_bytes(data[27:30], "little") + 1
        return ("image/webp", width, height) if len(data) >= 30 else None
    if kind == b"VP8L" and data[20] == 0x2F:
        (bits,) = unpack_from("<I", data, 21)
        return "image/webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = unpack_from("<HH", data, 26)
        return "image/webp", width & 0x3FFF, height & 0x3FFF
    return None
