"""Compare a feed's folder with the ledger: what is gone, edited by hand, or not known there."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import chain, islice
from pathlib import Path

from syndicate import Deviation, Difference, Published
from syndicate_feed import addresses, files
from syndicate_feed.addresses import OWN_FILE_PATTERN

MOST_UNTRACKED = 200  # files that are named; a folder with more is another one's, as a rule
MOST_FILE_BYTES = 64 * 1024 * 1024  # of a file that is read
CHUNK = 1024 * 1024  # bytes read at once
PLACES = ("subjects/*/*", "archive/*.xml", "articles/*.html", "media/*")


def compared(folder: Path, url: str, standing: Iterable[Published]) -> Iterator[Difference]:
    """Yield what differs from what stands; then what is ours there and does not."""
    tracked = set()
    for published in standing:
        address = published.receipt.reference
        if OWN_FILE_PATTERN.fullmatch(address):
            tracked.add(address)
            yield from _one(folder / address, published)
    untracked = (name for name in _own_files(folder) if name not in tracked)
    for name in islice(untracked, MOST_UNTRACKED):
        yield Difference(
            what=Deviation.UNTRACKED, address=name, url=f"{url}/{name}",
            detail="the program wrote it, and the ledger has nothing there",
        )  # fmt: skip


def _one(path: Path, published: Published) -> Iterator[Difference]:
    try:
        what, detail = _deviation(path, published)
    except OSError as error:
        what, detail = Deviation.UNREAD, f"{path} cannot be read ({error.strerror})"
    if what:
        receipt = published.receipt
        yield Difference(
            what=what, published=published, address=receipt.reference, url=receipt.url,
            detail=detail,
        )  # fmt: skip


def _deviation(path: Path, published: Published) -> tuple[Deviation | None, str]:
    """Return how a file differs from what it should hold; None where it does not."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return Deviation.GONE, f"{path} is missing"
    if not stat.S_ISREG(found.st_mode):  # a pipe has no end
        return Deviation.EDITED, f"{path} is not a file"
    rendition = published.rendition
    if found.st_size > MOST_FILE_BYTES:
        return Deviation.UNREAD, f"{path} is too large to be read"
    if rendition.media:
        is_same = _fingerprint(path) == rendition.media[0]
    else:
        is_same = files.has(path, rendition.content)
    return (None, "") if is_same else (Deviation.EDITED, f"{path} holds something else")


def _own_files(folder: Path) -> Iterator[str]:
    """Yield the files of a feed that this program wrote, in a fixed order."""
    top = (addresses.RSS, addresses.ATOM, addresses.JSON, addresses.INDEX)
    found = chain((folder / name for name in top), *(sorted(folder.glob(p)) for p in PLACES))
    for path in found:
        name = path.relative_to(folder).as_posix()
        if OWN_FILE_PATTERN.fullmatch(name) and _is_ours(path):
            yield name


def _is_ours(path: Path) -> bool:
    try:
        if not path.is_file() or path.stat().st_size > MOST_FILE_BYTES:
            return False
        if path.parent.name == "media":
            return _fingerprint(path) == path.name.partition(".")[0]
        return files.is_marked(path.read_bytes())
    except OSError:  # nobody can tell
        return False


def _fingerprint(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
