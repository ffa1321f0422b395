"""Write letters into a Maildir instead of sending them through a relay."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from syndicate import Delivery, DeliveryError, Outcome, Receipt, Unavailable
from syndicate.system.disk import create_private, make_private, sync_folder

if TYPE_CHECKING:
    from syndicate_email.smtp.conversation import OutgoingLetter

NO_MORE_LETTERS = object()


class Maildir:
    """Writes a letter into ``new/`` whole or not at all, and once however often it is sent."""

    def __init__(self, path: Path, channel: str) -> None:
        self._path = path
        self._setting = f"channels.{channel}.smtp"

    def open(self) -> None:
        """Fail as writing would, and leave nothing there."""
        try:
            existing = next(path for path in (self._path, *self._path.parents) if path.exists())
            with TemporaryFile(dir=existing) as file:
                file.write(b"\0")
                file.flush()
        except OSError as error:
            raise self._unavailable(error) from error

    def close(self) -> None:
        """Do nothing: there is no connection."""

    def ready(self) -> None:
        try:
            for part in ("tmp", "new", "cur"):
                make_private(self._path / part)
        except OSError as error:
            raise self._unavailable(error) from error

    def describe(self) -> str:
        """Return what it is, for a person."""
        made = "can be written" if self._path.exists() else "the first digest creates it"
        return f"{self._path}: {made}"

    def accepts(self, sender: str) -> None:
        """Accept everybody: a folder has no say."""

    def send_all(
        self, deliveries: Iterator[Delivery | None], prepare: Callable[[Delivery], OutgoingLetter]
    ) -> Iterator[Outcome]:
        """Write letter after letter; Unavailable ends it: what fails for one fails for all."""
        while True:
            self.ready()
            delivery = next(deliveries, NO_MORE_LETTERS)
            if delivery is NO_MORE_LETTERS:
                return
            if isinstance(delivery, Delivery):
                result = self._written(delivery, prepare)
                yield Outcome(delivery, result)
                if isinstance(result, Unavailable):
                    raise result

    def _written(
        self, delivery: Delivery, prepare: Callable[[Delivery], OutgoingLetter]
    ) -> Receipt | DeliveryError:
        try:
            letter = prepare(delivery)
            return self.put(delivery.key, b"".join(letter.pieces), letter.reference)
        except DeliveryError as error:
            return error

    def put(self, name: str, letter: bytes, reference: str) -> Receipt:
        """Write the letter as ``new/NAME.eml``; one that a reader has moved to cur/ stays there."""
        try:
            if not any((self._path / "cur").glob(f"{name}.eml*")):
                self._write(f"{name}.eml", letter)
        except OSError as error:
            raise self._unavailable(error) from error
        return Receipt(reference=reference)

    def _write(self, name: str, letter: bytes) -> None:
        half = self._path / "tmp" / name
        half.unlink(missing_ok=True)  # what a dead process left, or a link
        try:
            with create_private(half) as file:
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
