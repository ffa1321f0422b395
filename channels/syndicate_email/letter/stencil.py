"""Stencils: letters composed once and filled in for each recipient."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from urllib.parse import quote

from syndicate import Recipient
from syndicate_email.addresses import mail_address

MEDIA_TYPE = "application/vnd.syndicate.stencil"
MOST_COLUMNS = 76  # of a quoted-printable line (RFC 2045 6.7)
SOFT_BREAK = b"=\r\n"
SOFT = rb"(?:=\r\n)?"
# a letter's mark, even where a quoted-printable line is broken within or after it; compiled once,
# as a pattern for each letter takes longer than to compose it
MARK = re.compile(
    SOFT.join(re.escape(bytes([c])) for c in b"slot") + rb"(?:" + SOFT + rb"[0-9a-f]){32}" + SOFT
)
SAFE = re.compile(r"[\w.~-]+", re.ASCII)  # in any part of an address (RFC 3986)
DOT_FIRST = re.compile(rb"\n\.")  # no letter begins with one: it begins with a header


@dataclass(frozen=True, slots=True, kw_only=True)
class Stencil:
    """A letter without what differs between recipients, and the offsets where that goes.

    Slots are (offset into ``letter``, name) in order: ``to``, ``id`` and ``leave`` are values of
    headers, ``token`` stands alone on a line of a quoted-printable body.
    """

    letter: bytes
    slots: tuple[tuple[int, str], ...]
    domain: str  # of the sender
    unsubscribe: str = ""  # https://…/{token}
    mailbox: str = ""

    def to_bytes(self) -> bytes:
        """Return one line of JSON, then the letter."""
        head = {
            "slots": self.slots,
            "domain": self.domain,
            "unsubscribe": self.unsubscribe,
            "mailbox": self.mailbox,
        }
        return json.dumps(head, sort_keys=True).encode() + b"\n" + self.letter

    @classmethod
    def from_bytes(cls, content: bytes) -> Stencil:
        head, _, letter = content.partition(b"\n")
        known = json.loads(head)
        known["slots"] = tuple((offset, name) for offset, name in known["slots"])
        return cls(letter=letter, **known)


def fill_stencil(stencil: bytes, recipient: Recipient, key: str) -> bytes:
    """Return the letter for one recipient; ValueError for an invalid address."""
    return b"".join(filled(stencil, mail_address(recipient.email), recipient.token, key))


def filled(
    stencil: bytes, to: str, token: str, key: str, *, stuffed: bool = False
) -> Sequence[bytes]:
    """Return the pieces of the letter to an address; those shared by all are never copied.

    ``stuffed``: as they go over the wire, without the final dot (RFC 5321 4.5.2).
    """
    if not SAFE.fullmatch(token):
        token = quote(token, safe="")
    encoded = token.encode()
    pieces, slots = _pieces(stencil, stuffed)
    values = {
        "to": to.encode(),
        "id": message_id(stencil, key).encode(),
        "leave": encoded.join(_leave(stencil)),
        "token": encoded if len(encoded) < MOST_COLUMNS else SOFT_BREAK.join(_chunks(encoded)),
    }
    letter = list(pieces)
    letter[1::2] = [values[name] for name in slots]
    return letter


def message_id(stencil: bytes, key: str) -> str:
    """Return the Message-ID: the same at each attempt, so that copies are known (RFC 1047)."""
    return f"<{key}@{_read(stencil).domain}>"


def leave_links(unsubscribe: str, mailbox: str, token: str) -> tuple[str, str]:
    """Return the unsubscribe links of a token, https and mailto; "" for none."""
    return unsubscribe.replace("{token}", token), own_link("", mailbox, "unsubscribe", token)


def own_link(page: str, mailbox: str, what: str, token: str) -> str:
    """Return a token's page, else a mailto that asks for ``what``; "" without either."""
    if page or not mailbox:
        return page.replace("{token}", token)
    return f"mailto:{quote(mailbox, safe='@')}?subject={what}%20{token}"


def split_at_slots(
    pieces: list[bytes | str], mark: str
) -> tuple[bytes, tuple[tuple[int, str], ...]]:
    """Join bytes and names of slots; ``mark`` in the bytes is where a token goes."""
    letter, slots, encoded = b"", [], mark.encode()
    for piece in pieces:
        if isinstance(piece, str):
            slots.append((len(letter), piece))
            continue
        first, *others = _split_at_mark(piece, encoded)
        letter += first
        for other in others:
            if not letter.endswith(b"\r\n"):
                letter += SOFT_BREAK
            slots.append((len(letter), "token"))
            letter += (b"" if other.startswith(b"\r\n") else SOFT_BREAK) + other
    return letter, tuple(slots)


def _split_at_mark(piece: bytes, mark: bytes) -> Iterator[bytes]:
    """Yield what is between the marks of a letter; others of their form are its own words."""
    start = 0
    for found in MARK.finditer(piece):
        if found[0].replace(SOFT_BREAK, b"") == mark:
            yield piece[start : found.start()]
            start = found.end()
    yield piece[start:]


def _chunks(value: bytes) -> list[bytes]:
    width = MOST_COLUMNS - 1  # the = of the soft break
    return [value[start : start + width] for start in range(0, len(value), width)] or [b""]


@lru_cache(maxsize=8)
def _pieces(stencil: bytes, stuffed: bool) -> tuple[tuple[bytes, ...], tuple[str, ...]]:
    """Return the shared pieces with gaps between them, and the names of the slots for the gaps."""
    known = _read(stencil)
    cuts = [0, *(offset for offset, _ in known.slots), len(known.letter)]
    pieces = [known.letter[start:end] for start, end in pairwise(cuts)]
    if stuffed:  # no slot begins with a dot, or ends with a line
        pieces = [DOT_FIRST.sub(b"\n..", piece) for piece in pieces]
        if not pieces[-1].endswith(b"\r\n"):
            pieces[-1] += b"\r\n"
    between = [pieces[0], *(part for piece in pieces[1:] for part in (b"", piece))]
    return tuple(between), tuple(name for _, name in known.slots)


@lru_cache(maxsize=8)
def _leave(stencil: bytes) -> list[bytes]:
    """Return the value of List-Unsubscribe, cut where the token goes."""
    mark = "\0"
    known = _read(stencil)
    links = leave_links(known.unsubscribe, known.mailbox, mark)
    return ", ".join(f"<{link}>" for link in links if link).encode().split(mark.encode())


@lru_cache(maxsize=4)
def _read(stencil: bytes) -> Stencil:
    return Stencil.from_bytes(stencil)
