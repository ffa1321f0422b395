"""What has arrived and is unread: in a folder of an IMAP server, a Maildir or a file, in order."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from syndicate import Refused, Unavailable
from syndicate_email.imap_folder import MOST_BYTES, PATIENCE, ImapFolder, ImapServer
from syndicate_email.urls import CONTROL, PASSWORDS, may_be_a_folder_s, taken_apart

if TYPE_CHECKING:
    Unread = Generator[tuple[bytes, Callable[[], None]], None, None]  # with what marks it

PLACES = (
    f"imaps://user:password@host/FOLDER, imap://…, maildir:FOLDER or the path of a file{PASSWORDS},"
    " an @ in the folder as %40"
)
PORTS = {"imap": 143, "imaps": 993}
NO_PATH = re.compile(r"[^/]*:(//|.*@)")  # another scheme, or a password somewhere
ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)  # in an mbox


@dataclass(slots=True, eq=False)
class Message:
    """The first MiB of what arrived; the next one is asked for when this one is dealt with."""

    content: bytes = field(repr=False)
    left: bool = False

    def leave(self) -> None:
        """It is for a person: it stays unread."""
        self.left = True


def place(text: str, folder: Path = Path()) -> Path | ImapServer:
    """Where mail arrives; ValueError, which never holds the text, where it is unreadable."""
    if text.strip().lower().startswith(tuple(f"{scheme}://" for scheme in PORTS)):
        return _server(text)
    path = text.strip()
    if path.startswith("maildir:"):
        path = path.removeprefix("maildir:").removeprefix("//")
    elif NO_PATH.match(path):
        raise ValueError(f"write {PLACES}")
    if not path or CONTROL.search(path):
        raise ValueError(f"write {PLACES}")
    return Path(folder, os.path.expanduser(path)).absolute()


def _server(text: str) -> ImapServer:
    url = taken_apart(text, tuple(PORTS))
    if url is None or not url.user or may_be_a_folder_s(text):
        raise ValueError(f"write {PLACES}")
    return ImapServer(
        host=url.host, port=url.port or PORTS[url.scheme], tls=url.scheme == "imaps",
        user=url.user, password=url.password, folder=url.path.rstrip("/") or "INBOX",
    )  # fmt: skip


class Postbox:
    """What is unread at one place; ``setting`` names it in errors: ``channels.news.inbox``."""

    def __init__(
        self, where: Path | ImapServer, setting: str, tls_ca: str = "", patience: float = PATIENCE
    ) -> None:
        self._where, self._setting = where, setting
        self._tls_ca, self._patience = tls_ca, patience

    def messages(self) -> Generator[Message, None, None]:
        """Each in turn; Refused or Unavailable where it cannot be read or marked.

        Asking for the next marks the one before as read, unless it was left. One whose turn
        was broken off comes again: at least once, not exactly once.
        """
        try:
            with closing(self._unread()) as unread:
                for content, mark in unread:
                    message = Message(content)
                    yield message
                    if not message.left:
                        mark()
        except OSError as error:
            raise Unavailable(
                f"{self._setting}: cannot read or mark {error.filename or self._where}"
                f" ({error.strerror or error}); change its permissions or move it away"
            ) from error

    def there(self) -> str:
        """What it leads to, for a person; Refused or Unavailable where it cannot be read."""
        if isinstance(self._where, ImapServer):
            with closing(self._folder(self._where)):
                return f"{self._where} lets us read {self._where.folder}"
        self._unread().close()
        return f"{self._where} is there"

    def _folder(self, server: ImapServer) -> ImapFolder:
        return ImapFolder(server, self._setting, self._tls_ca, self._patience)

    def _unread(self) -> Unread:
        if isinstance(self._where, ImapServer):
            return _on_server(partial(self._folder, self._where))
        if all((self._where / part).is_dir() for part in ("new", "cur")):
            return _in_maildir(self._where)
        if self._where.is_file():
            return _in_file(self._where)
        raise Refused(f"{self._setting}: there is no file or Maildir at {self._where}")


def _in_file(path: Path) -> Unread:
    content = _start_of(path)
    if content.startswith(b"From "):
        yield from _in_mbox(path)
    elif content.strip():
        yield content, _nothing


def _in_mbox(path: Path) -> Unread:
    from mailbox import mbox

    with closing(mbox(path, create=False)) as box:
        for key in box.iterkeys():
            with box.get_file(key) as file:
                yield ESCAPED.sub(rb"\1", file.read(MOST_BYTES)), _nothing


def _in_maildir(folder: Path) -> Unread:
    found = sorted([*_listed(folder / "new"), *_listed(folder / "cur", seen="ST")])
    for _, _, written in found:
        path = Path(written)
        try:
            content = _start_of(path)
        except FileNotFoundError:  # another program was quicker
            continue
        yield content, partial(_mark_seen, path)


def _listed(folder: Path, seen: str = "") -> Iterator[tuple[int, str, str]]:
    """(time, name, path) of messages that have none of the flags in ``seen``."""
    with os.scandir(folder) as entries:
        for entry in entries:
            flags = entry.name.partition(":2,")[2]
            if not entry.name.startswith(".") and not set(flags) & set(seen) and entry.is_file():
                with suppress(FileNotFoundError):
                    yield entry.stat().st_mtime_ns, entry.name, entry.path


def _mark_seen(path: Path) -> None:
    name = path.name.partition(":2,")[0]
    cur = path.parent.with_name("cur")
    elsewhere = [] if path.exists() else cur.glob(f"{glob.escape(name)}:2,*")
    for now in (path, *elsewhere):
        flags = "".join(sorted({*now.name.partition(":2,")[2], "S"}))
        with suppress(FileNotFoundError):
            now.rename(cur / f"{name}:2,{flags}")


def _start_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BYTES)


def _nothing() -> None:
    """Nobody writes into a file that was given to be read."""


def _on_server(opened: Callable[[], ImapFolder]) -> Unread:
    refused = None
    with closing(opened()) as folder:
        for uid in folder.unread():
            try:
                content = folder.content(uid)
            except Refused as error:  # one that a server cannot read holds up no others
                refused = refused or error
                continue
            if content is not None:
                yield content, partial(folder.mark, uid)
    if refused:
        raise refused
