"""Files an article names: found in its own folder, known by their bytes, never by their names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from hashlib import file_digest, sha256
from pathlib import Path
from unicodedata import normalize
from urllib.parse import unquote, urlsplit

from syndicate.model.article import PDF, Media
from syndicate.sources.files.pictures import measure, moves
from syndicate.system import disk
from syndicate.text import in_full

MOST_PICTURE_BYTES = 10_000_000  # bytes
MOST_DOCUMENT_BYTES = 20_000_000
PDF_HEADER = re.compile(rb"%PDF-[12]\.\d")
PDF_HEADER_BYTES = 1024  # bytes: where readers look for the header (ISO 32000-1, Adobe's note 13)
PICTURE_KINDS = "PNG, JPEG, GIF or WebP picture"


@dataclass(frozen=True, kw_only=True)
class LocalFile:
    """The bytes of a file that is a picture or a document indeed."""

    file: str  # as the article names it
    data: bytes
    media_type: str
    width: int = 0  # pixels, as stored: a turn by EXIF is not counted
    height: int = 0

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
            moves=moves(self.data),
        )


def read_local_file(name: str, folder: Path) -> LocalFile:
    """Read the file an article in ``folder`` names; ValueError says what is wrong with it."""
    found = _taken(name, folder, "file")
    if found is None:
        raise ValueError(
            f"{_said(name)} is not a PDF or a {PICTURE_KINDS} (save it as one of these)"
        )
    return found


def take_picture(name: str, folder: Path) -> LocalFile:
    """The same, for a place where only a picture can be shown."""
    found = _taken(name, folder, "picture")
    if found is None:
        raise ValueError(f"{_said(name)} is not a {PICTURE_KINDS} (save it as one of these)")
    if found.media_type == PDF:
        raise ValueError(no_picture(name))
    return found


def file_fingerprint(name: str, folder: Path) -> str:
    """The sha256 of the file an article in ``folder`` names; "" where it cannot be read."""
    try:
        with disk.opened(_find(name, folder, "file")[1]) as file:
            return file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return ""


def exists(name: str, folder: Path) -> bool:
    """Return True for a file of this name in the folder, or where the name leads from there."""
    for spelt in dict.fromkeys((name, unquote(name))):
        try:
            if _on_disk(folder / spelt).is_file():
                return True
        except (OSError, ValueError):  # no name a disk can hold
            continue
    return False


def names_pdf(address: str) -> bool:
    """Return True for a web address whose path ends in ``.pdf``."""
    try:
        return unquote(urlsplit(address).path).lower().endswith(".pdf")
    except ValueError:  # a host that is none
        return False


def no_picture(name: str) -> str:
    """Explain that a PDF stands in a picture's place."""
    return (
        f"{_said(name)} is a PDF, not a picture (name it in the front matter, under associations)"
    )


def _taken(name: str, folder: Path, called: str) -> LocalFile | None:
    """The file with its kind; None for a kind that nobody can show."""
    spelt, path = _find(name, folder, called)
    try:
        data = _read(path, _said(name))
    except OSError as error:
        reason = error.strerror or "unknown"
        raise ValueError(f"{_said(name)} cannot be read: {reason} (check the file)") from error
    if measured := measure(data):
        media_type, width, height = measured
        return LocalFile(file=spelt, data=data, media_type=media_type, width=width, height=height)
    return LocalFile(file=spelt, data=data, media_type=PDF) if _is_pdf(data) else None


def _read(path: Path, shown: str) -> bytes:
    with disk.opened(path) as file:
        head = file.read(PDF_HEADER_BYTES)
        if not head:
            raise ValueError(f"{shown} is empty (save it again)")
        most = MOST_DOCUMENT_BYTES if _is_pdf(head) else MOST_PICTURE_BYTES
        data = head + file.read(most + 1 - len(head))  # it may grow while it is read
        if len(data) > most:
            size = max(path.stat().st_size, len(data)) / 1_000_000
            limit = f"{most // 1_000_000} MB"
            raise ValueError(f"{shown} has {size:.1f} MB, more than {limit} (shrink it)")
        return data


def _is_pdf(data: bytes) -> bool:
    return PDF_HEADER.search(data[:PDF_HEADER_BYTES]) is not None


def _find(name: str, folder: Path, called: str) -> tuple[str, Path]:
    """Its name and where it is: beside the article or deeper, links followed, and nowhere else."""
    home = folder.resolve()
    for spelt in dict.fromkeys((name, unquote(name))):  # Markdown writes a space as %20
        try:
            path = _on_disk(home / spelt).resolve()
            inside = path.is_relative_to(home) and not Path(spelt).is_absolute()
            if not inside:
                raise _Outside
            if path.is_file():
                return spelt, path
        except _Outside:
            advice = f"put the {called} beside the article and write its name"
            raise ValueError(f"{_said(name)} is outside the article's folder ({advice})") from None
        except (OSError, ValueError, RuntimeError):  # no name a disk can hold, links in a ring
            continue
    raise ValueError(f"the {called} {_said(name)} is missing (put it beside the article)")


def _on_disk(path: Path) -> Path:
    """The file of this name, however its accents are stored: macOS and old archives part them."""
    if str(path).isascii() or path.exists() or path == path.parent:
        return path
    folder = _on_disk(path.parent)
    path, wanted = folder / path.name, normalize("NFC", path.name)
    if path.name.isascii():
        return path
    try:
        names = (file for file in folder.iterdir() if normalize("NFC", file.name) == wanted)
        return next(names, path)
    except OSError:
        return path


def _said(name: str) -> str:
    return in_full(name)


class _Outside(Exception):
    pass
