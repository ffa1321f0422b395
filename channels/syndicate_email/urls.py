"""Addresses of relays and mailboxes, taken apart: smtps://user:password@host:port."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

HOST = re.compile(r"(\[[\da-fA-F:]+\]|[\w-]{1,63}(?:\.[\w-]{1,63})*\.?)(?::(\d{1,5}))?")
LOCAL = re.compile(r"localhost|::1|127(\.\d+)+")  # not 127.example.org
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
WITHIN = re.compile(r"@((?:[\w-]+\.)+[\w-]+)(:\d+)?/")  # a whole host, in what may be a password
OF_MAIL = re.compile(r"(?:imap|mail|mx|pop|pop3|smtp|surat)\d*\.", re.IGNORECASE)
MAIL_PORTS = (":143", ":993")
PASSWORDS = "; write / in the password as %2F, @ as %40 and % as %25"


@dataclass(frozen=True, slots=True, kw_only=True)
class Url:
    """What such an address says; a user with no password, or the reverse, is neither."""

    scheme: str
    user: str
    password: str = field(repr=False)
    host: str
    port: int | None
    path: str  # what is behind the host; "" for nothing


def taken_apart(text: str, schemes: tuple[str, ...]) -> Url | None:
    """The parts of an address; None for one that cannot be read, or that nobody can be sure of.

    The last @ is the host's: a password may hold an @, a / and what else there is, as they are
    or encoded.
    """
    scheme, given, rest = text.strip().partition("://")
    who, _, where = rest.rpartition("@")
    host, _, path = where.partition("/")
    user, _, password = who.partition(":")
    found = HOST.fullmatch(host)
    if not given or scheme.lower() not in schemes or found is None:
        return None
    if bool(user) != bool(password) or (who and not user) or CONTROL.search(unquote(rest)):
        return None
    port = int(found[2]) if found[2] else None
    if port is not None and not 0 < port < 2**16:
        return None
    return Url(
        scheme=scheme.lower(), user=unquote(user), password=unquote(password),
        host=found[1].strip("[]"), port=port, path=unquote(path),
    )  # fmt: skip


def is_local(host: str) -> bool:
    """Whether the way there never leaves this machine."""
    return LOCAL.fullmatch(host) is not None


def may_be_a_folder_s(text: str) -> bool:
    """Whether the last @ may stand in a folder's name, and the host before it.

    Nothing is asked, and no password is sent, on such a guess.
    """
    who, _, where = text.strip().rpartition("@")
    within = WITHIN.search(who)
    if within is None:
        return False
    host, last = within[1].lower(), where.partition("/")[0].lower()
    related = f".{host}".endswith(f".{last}") or f".{last}".endswith(f".{host}")
    is_none = where.isalnum() and not is_local(last)
    is_mail = within[2] in MAIL_PORTS or OF_MAIL.match(host) is not None
    return is_mail or related or is_none
