"""Local pictures: found in the article's own folder, measured and named by their bytes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from struct import error as StructError
from struct import unpack_from
from urllib.parse import unquote

from syndicate.article import Media
from syndicate.text import excerpt, squeeze

MOST_BYTES = 10_000_000
NO_SIZE = {0x01, *range(0xD0, 0xDA)}  # JPEG markers that nothing measured follows
FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # JPEG markers that hold the measures


@dataclass(frozen=True, kw_only=True)
class Picture:
    """The bytes of a file that is a picture indeed."""

    file: str  # as the article names it
    data: bytes
    media_type: str
    width: int  # pixels, as stored: a turn by EXIF is not counted
    height: int

    @cached_property
    def sha256(self) -> str:
        return sha256(self.data).hexdigest()

    def media(self, *, alt: str = "", caption: str = "", creator: str = "") -> Media:
        return Media(
            file=self.file,
            alt=alt,
            caption=caption,
            creator=creator,
            media_type=self.media_type,
            sha256=self.sha256,
            size=len(self.data),
            width=self.width,
            height=self.height,
        )


def take(name: str, folder: Path) -> Picture:
    """Read the picture an article in ``folder`` names; ValueError says what is wrong with it."""
    said = excerpt(squeeze(name), 120)
    spelt, path = _find(name, said, folder)
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            limit = f"{MOST_BYTES // 1_000_000} MB"
            raise ValueError(f"{said} has {size / 1_000_000:.1f} MB, more than {limit} (shrink it)")
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unknown"
        raise ValueError(f"{said} cannot be read: {reason} (check the file)") from error
    kind = measure(data)
    if kind is None:
        raise ValueError(f"{said} is no PNG, JPEG, GIF or WebP picture (save it as one of these)")
    media_type, width, height = kind
    return Picture(file=spelt, data=data, media_type=media_type, width=width, height=height)


def _find(name: str, said: str, folder: Path) -> tuple[str, Path]:
    """Its name and where it is: beside the article or deeper, links followed, and nowhere else."""
    home = folder.resolve()
    for spelt in dict.fromkeys((name, unquote(name))):  # Markdown writes a space as %20
        try:
            path = (home / spelt).resolve()
            inside = path.is_relative_to(home) and not Path(spelt).is_absolute()
            if not inside:
                raise _Outside
            if path.is_file():
                return spelt, path
        except _Outside:
            advice = "put the picture beside the article and write its name"
            raise ValueError(f"{said} is outside the article's folder ({advice})") from None
        except (OSError, ValueError, RuntimeError):  # no name a disk can hold, links in a ring
            continue
    raise ValueError(f"the picture {said} is missing (put it beside the article)")


class _Outside(Exception):
    pass


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
