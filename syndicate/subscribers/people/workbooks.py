"""Read the rows of an Excel workbook (.xlsx) one after another."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from datetime import date, datetime, time
from io import BufferedReader
from typing import Any
from zipfile import BadZipFile, ZipFile

from syndicate.errors import UsageError
from syndicate.subscribers.people.csv_rows import Row

log = logging.getLogger(__name__)

ZIP = b"PK\x03\x04"
OLD = b"\xd0\xcf\x11\xe0"  # .xls, and .xlsx with a password
MOST_UNPACKED_BYTES = 300_000_000  # unpacked: a million rows of some columns
OTHERWISE = "save it as .xlsx without a password, or as CSV"
UNREADABLE = f"this workbook cannot be read: {OTHERWISE}"


class Sheet:
    """Rows of a workbook's sheet: the one that was open when it was saved."""

    def __init__(self, file: BufferedReader, name: str) -> None:
        try:
            _look(file)
            self._sheet, self._others = _opened(file)
        except UsageError as error:
            raise UsageError(f"{name}: {error}") from error
        except Exception as error:  # a file that is damaged makes it stumble in many ways
            raise UsageError(f"{name}: this workbook cannot be read: {OTHERWISE}") from error

    def __iter__(self) -> Iterator[Row]:
        number = 0
        try:
            with warnings.catch_warnings(action="ignore"):
                for number, cells in enumerate(self._sheet.iter_rows(values_only=True), 1):
                    yield number, [_text(cell) for cell in cells], ""
        except Exception:  # what came before is good
            log.info("a workbook is damaged behind row %d", number, exc_info=True)
            yield number + 1, [], "the workbook is damaged from here on"

    @property
    def remarks(self) -> Iterator[str]:
        """Yield remarks on the workbook."""
        if self._others:
            yield f"only the sheet {self._sheet.title!r} is read, {self._others} are not"


def is_sheet(start: bytes) -> bool:
    """Return True if a file that begins so is a workbook; UsageError for one of an older kind."""
    if start.startswith(OLD):
        raise UsageError(f"this is an old workbook (.xls), or one with a password: {OTHERWISE}")
    return start.startswith(ZIP)


def _look(file: BufferedReader) -> None:
    """Refuse a small file that would unpack to a huge one, by the sizes in its directory."""
    try:
        with ZipFile(file) as packed:
            size = sum(member.file_size for member in packed.infolist())
    except BadZipFile as error:
        raise UsageError(UNREADABLE) from error
    if size > MOST_UNPACKED_BYTES:
        raise UsageError(
            f"this workbook unpacks to {size // 1_000_000} MB, and"
            f" {MOST_UNPACKED_BYTES // 1_000_000} MB is the most: save it as CSV"
        )
    file.seek(0)


def _opened(file: BufferedReader) -> tuple[Any, int]:
    """Return the sheet, and the number of others with something on them."""
    from openpyxl import load_workbook

    with warnings.catch_warnings(action="ignore"):  # of what it leaves aside: styles, drawings
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheets = book.worksheets
        for sheet in sheets:
            sheet.reset_dimensions()  # as the file says them they may be wrong, or enormous
        filled = [sheet for sheet in sheets if any(map(any, _first(sheet)))]
        chosen = book.active if book.active in filled else (filled or sheets)[0]
    return chosen, len([sheet for sheet in filled if sheet is not chosen])


def _first(sheet: Any) -> Iterator[tuple[object, ...]]:
    for number, row in enumerate(sheet.iter_rows(values_only=True)):
        if number == 20:
            return
        yield row


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell)
