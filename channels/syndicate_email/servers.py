"""Servers of mail: parse the addresses of relays, IMAP servers, Maildirs and files."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

HOST_AND_PORT = re.compile(r"(\[[\da-fA-F:]+\]|[\w-]{1,63}(?:\.[\w-]{1,63})*\.?)(?::(\d{1,5}))?")
LOOPBACK_HOST = re.compile(r"localhost|::1|127(\.\d+)+")  # not 127.example.org
CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f]")
WITHIN = re.compile(r"@((?:[\w-]+\.)+[\w-]+)(:\d+)?/")  # a whole host, in what may be a password
OF_MAIL = re.compile(r"(?:imap|mail|mx|pop|pop3|smtp|surat)\d*\.", re.IGNORECASE)
MAIL_PORTS = (":143", ":993")
ENCODING_HINT = "; write / in the password as %2F, @ as %40 and % as %25"
RELAY_FORMS = (
    "smtp://user:password@host:587, smtps://…, smtp://127.0.0.1:25 or maildir:FOLDER"
    + ENCODING_HINT
)
INBOX_FORMS = (
    "imaps://user:password@host/FOLDER, imap://…, maildir:FOLDER or the path of a file"
    f"{ENCODING_HINT}, an @ in the folder as %40"
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
        """Connections there never leave this machine."""
        return is_loopback_host(self.host)

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
        """Connections there never leave this machine."""
        return is_loopback_host(self.host)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def parse_relay(text: str) -> Relay | Path:
    """Return the relay or Maildir of a setting; ValueError, which never quotes the setting."""
    scheme, _, rest = text.strip().partition(":")
    if scheme.lower() == "maildir" and rest.removeprefix("//"):
        return Path(rest.removeprefix("//"))
    url = split_url(text, tuple(RELAY_PORTS))
    if url is None or url.path.strip("/"):
        raise ValueError(f"write {RELAY_FORMS}")
    usual = SUBMISSION_PORT if url.user and url.scheme == "smtp" else RELAY_PORTS[url.scheme]
    return Relay(
        host=url.host,
        port=url.port or usual,
        tls=url.scheme == "smtps",
        user=url.user,
        password=url.password,
    )


def parse_inbox(text: str, folder: Path = Path()) -> Path | ImapServer:
    """Return the server, Maildir or file of a setting; ValueError, which never quotes it."""
    if text.strip().lower().startswith(tuple(f"{scheme}://" for scheme in INBOX_PORTS)):
        return _imap_server(text)
    path = text.strip()
    if path.startswith("maildir:"):
        path = path.removeprefix("maildir:").removeprefix("//")
    elif NO_PATH.match(path):
        raise ValueError(f"write {INBOX_FORMS}")
    if not path or CONTROL_CHARACTERS.search(path):
        raise ValueError(f"write {INBOX_FORMS}")
    return Path(folder, os.path.expanduser(path)).absolute()


def _imap_server(text: str) -> ImapServer:
    url = split_url(text, tuple(INBOX_PORTS))
    if url is None or not url.user or is_ambiguous(text):
        raise ValueError(f"write {INBOX_FORMS}")
    return ImapServer(
        host=url.host,
        port=url.port or INBOX_PORTS[url.scheme],
        tls=url.scheme == "imaps",
        user=url.user,
        password=url.password,
        folder=url.path.rstrip("/") or "INBOX",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Url:
    """The parts of such an address; user and password are both there, or neither is."""

    scheme: str
    user: str
    password: str = field(repr=False)
    host: str
    port: int | None
    path: str  # what is behind the host; "" for nothing


def split_url(text: str, schemes: tuple[str, ...]) -> Url | None:
    """Return the parts of an address; None where it is invalid or ambiguous.

    The last @ is before the host: a password may hold an @, a / and other signs, encoded or not.
    """
    scheme, given, rest = text.strip().partition("://")
    who, _, where = rest.rpartition("@")
    host, _, path = where.partition("/")
    user, _, password = who.partition(":")
    found = HOST_AND_PORT.fullmatch(host)
    if not given or scheme.lower() not in schemes or found is None:
        return None
    if (
        bool(user) != bool(password)
        or (who and not user)
        or CONTROL_CHARACTERS.search(unquote(rest))
    ):
        return None
    port = int(found[2]) if found[2] else None
    if port is not None and not 0 < port < 2**16:
        return None
    return Url(
        scheme=scheme.lower(),
        user=unquote(user),
        password=unquote(password),
        host=found[1].strip("[]"),
        port=port,
        path=unquote(path),
    )


def is_loopback_host(host: str) -> bool:
    """Return whether connections to a host never leave this machine."""
    return LOOPBACK_HOST.fullmatch(host) is not None


def is_ambiguous(text: str) -> bool:
    """Return whether the last @ may belong to a folder's name, and the host stand before it.

    No password is sent on such a guess.
    """
    who, _, where = text.strip().rpartition("@")
    within = WITHIN.search(who)
    if within is None:
        return False
    host, last = within[1].lower(), where.partition("/")[0].lower()
    related = f".{host}".endswith(f".{last}") or f".{last}".endswith(f".{host}")
    is_none = where.isalnum() and not is_loopback_host(last)
    is_mail = within[2] in MAIL_PORTS or OF_MAIL.match(host) is not None
    return is_mail or related or is_none
