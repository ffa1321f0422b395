"""Where letters go and where they arrive: a relay, an IMAP server, a Maildir or a file."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from syndicate_email.urls import CONTROL, PASSWORDS, is_local, may_be_a_folder_s, taken_apart

RELAY_FORMS = (
    f"smtp://user:password@host:587, smtps://…, smtp://127.0.0.1:25 or maildir:FOLDER{PASSWORDS}"
)
INBOX_FORMS = (
    f"imaps://user:password@host/FOLDER, imap://…, maildir:FOLDER or the path of a file{PASSWORDS},"
    " an @ in the folder as %40"
)
RELAY_PORTS = {"smtp": 25, "smtps": 465}
SUBMISSION_PORT = 587  # with a user (RFC 6409)
INBOX_PORTS = {"imap": 143, "imaps": 993}
NO_PATH = re.compile(r"[^/]*:(//|.*@)")  # another scheme, or a password somewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """The SMTP server that takes our letters."""

    host: str
    port: int
    tls: bool  # from the first byte
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def local(self) -> bool:
        """Whether the way there never leaves this machine."""
        return is_local(self.host)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapServer:
    """The IMAP server that keeps our mail, and the folder there."""

    host: str
    port: int
    tls: bool  # from the first byte
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"

    @property
    def local(self) -> bool:
        """Whether the way there never leaves this machine."""
        return is_local(self.host)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def parse_relay(text: str) -> Relay | Path:
    """Where letters go; ValueError, which never holds the text, where it is unreadable."""
    scheme, _, rest = text.strip().partition(":")
    if scheme.lower() == "maildir" and rest.removeprefix("//"):
        return Path(rest.removeprefix("//"))
    url = taken_apart(text, tuple(RELAY_PORTS))
    if url is None or url.path.strip("/"):
        raise ValueError(f"write {RELAY_FORMS}")
    usual = SUBMISSION_PORT if url.user and url.scheme == "smtp" else RELAY_PORTS[url.scheme]
    return Relay(
        host=url.host, port=url.port or usual, tls=url.scheme == "smtps", user=url.user,
        password=url.password,
    )  # fmt: skip


def parse_inbox(text: str, folder: Path = Path()) -> Path | ImapServer:
    """Where mail arrives; ValueError, which never holds the text, where it is unreadable."""
    if text.strip().lower().startswith(tuple(f"{scheme}://" for scheme in INBOX_PORTS)):
        return _imap_server(text)
    path = text.strip()
    if path.startswith("maildir:"):
        path = path.removeprefix("maildir:").removeprefix("//")
    elif NO_PATH.match(path):
        raise ValueError(f"write {INBOX_FORMS}")
    if not path or CONTROL.search(path):
        raise ValueError(f"write {INBOX_FORMS}")
    return Path(folder, os.path.expanduser(path)).absolute()


def _imap_server(text: str) -> ImapServer:
    url = taken_apart(text, tuple(INBOX_PORTS))
    if url is None or not url.user or may_be_a_folder_s(text):
        raise ValueError(f"write {INBOX_FORMS}")
    return ImapServer(
        host=url.host, port=url.port or INBOX_PORTS[url.scheme], tls=url.scheme == "imaps",
        user=url.user, password=url.password, folder=url.path.rstrip("/") or "INBOX",
    )  # fmt: skip
