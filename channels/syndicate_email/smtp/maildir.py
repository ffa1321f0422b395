"""A Maildir that takes the letters instead of a relay."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from syndicate import Delivery, DeliveryError, Outcome, Receipt, Unavailable
from syndicate.system.disk import created, make_private, sync_folder

if TYPE_CHECKING:
    from syndicate_email.smtp.conversation import Posting

DONE = object()


class Folder:
    """A Maildir: a letter is whole in ``new/`` or not there, once however often it is sent."""

    def __init__(self, path: Path, channel: str) -> None:
        self._path = path
        self._setting = f"channels.{channel}.smtp"

    def open(self) -> None:
        """Fail as writing would, and leave nothing there."""
        try:
            there = next(path for path in (self._path, *self._path.parents) if path.exists())
            with TemporaryFile(dir=there) as file:
                file.write(b"\0")
                file.flush()
        except OSError as error:
            raise self._unavailable(error) from error

    def close(self) -> None:
        """There is nothing to hang up."""

    def ready(self) -> None:
        try:
            for part in ("tmp", "new", "cur"):
                make_private(self._path / part)
        except OSError as error:
            raise self._unavailable(error) from error

    def describe(self) -> str:
        """Return what it is, for a person."""
        made = "can be written" if self._path.exists() else "the first digest makes it"
        return f"{self._path}: {made}"

    def accepts(self, sender: str) -> None:
        """A folder asks nobody."""

    def send_all(
        self, deliveries: Iterator[Delivery | None], compose: Callable[[Delivery], Posting]
    ) -> Iterator[Outcome]:
        """Write letter after letter; Unavailable where one could not be: nor could the others."""
        while True:
            self.ready()
            delivery = next(deliveries, DONE)
            if delivery is DONE:
                return
            if isinstance(delivery, Delivery):
                result = self._ended(delivery, compose)
                yield Outcome(delivery, result)
                if isinstance(result, Unavailable):
                    raise result

    def _ended(
        self, delivery: Delivery, compose: Callable[[Delivery], Posting]
    ) -> Receipt | DeliveryError:
        try:
            posting = compose(delivery)
            return self.put(delivery.key, b"".join(posting.pieces), posting.reference)
        except DeliveryError as error:
            return error

    def put(self, name: str, letter: bytes, reference: str) -> Receipt:
        """Write the letter as ``new/NAME.eml``; one that a reader has moved to cur/ stays there."""
        try:
            if not any((self._path / "cur").glob(f"{name}.eml*")):
                self._write(f"{name}.eml", letter)
        except OSError as error:
            raise self._unavailable(error) from error
        return Receipt(reference)

    def _write(self, name: str, letter: bytes) -> None:
        half = self._path / "tmp" / name
        half.unlink(missing_ok=True)  # what a dead process left, or a link
        try:
            with created(half) as file:
                file.write(letter)
                file.flush()
                os.fsync(file.fileno())
            half.replace(self._path / "new" / name)
            sync_folder(self._path / "new")  # the ledger says "sent" right after
        finally:
            half.unlink(missing_ok=True)

    def _unavailable(self, error: OSError) -> Unavailable:
        return Unavailable(
            f"{self._setting}: cannot write to {self._path} ({error.strerror});"
            " make room or change its permissions"
        )
