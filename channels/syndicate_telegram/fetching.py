"""Pictures and documents that Telegram could not fetch by their address, fetched by us."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from time import monotonic
from typing import TYPE_CHECKING

from syndicate import Refused
from syndicate.http import client
from syndicate_telegram.attached import DOCUMENT_BYTES, PHOTO_BYTES
from syndicate_telegram.chat import Files
from syndicate_telegram.errors import UNFETCHED, Declined
from syndicate_telegram.post import Attachment, Post

if TYPE_CHECKING:
    import httpx

EACH = 20.0  # seconds for the next piece of one
TOGETHER = 60.0  # for all of a post


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """A post with what could be fetched in it, and the addresses that nothing came from."""

    post: Post
    files: Files
    missing: tuple[str, ...] = ()

    @property
    def remark(self) -> str:
        """What a person is told of what is missing; "" where nothing is."""
        return missing(self.missing) if self.missing else ""


def missing(addresses: Sequence[str]) -> str:
    """What a person is told of what nothing came from."""
    which = ", ".join(addresses)
    return f"{which} left out: neither Telegram nor we can fetch it; is its address public?"


def is_unfetched(declined: Declined) -> bool:
    """Whether Telegram had trouble with an address of a picture or document."""
    return any(words in declined.answer for words in UNFETCHED)


def fetched(post: Post, files: Files, setting: str) -> Fetched:
    """Fetch what is named by its address; what cannot be fetched is left out.

    A post without anything attached is said as a text. Refused, naming the setting, where no
    connection can be made at all.
    """
    kept: list[Attachment] = []
    lost: list[str] = []
    have, until = dict(files), monotonic() + TOGETHER
    with client(setting, timeout=EACH, follow_redirects=True, max_redirects=5) as line:
        for one in post.attachments:
            content = b"" if one.file else _content(line, one, until)
            if content:
                one = replace(one, file=sha256(content).hexdigest(), url="")
                have[one.file] = content
            if one.file:
                kept.append(one)
            else:
                lost.append(one.url)
    shape = post.shape if kept else "text"
    if shape == "text" and not post.text:
        raise Refused(f"neither Telegram nor we can fetch {', '.join(lost)}: correct the address")
    said = replace(post, attachments=tuple(kept), shape=shape)
    return Fetched(post=said, files=have, missing=tuple(lost))


def _content(line: httpx.Client, one: Attachment, until: float) -> bytes:
    """The file; b"" where it is not to be had, or too large."""
    import httpx

    most, kind = (DOCUMENT_BYTES, "application/pdf") if one.name else (PHOTO_BYTES, "image/")
    content = bytearray()
    with (
        suppress(httpx.HTTPError, httpx.InvalidURL, UnicodeError),
        line.stream("GET", one.url) as got,
    ):
        if not (got.is_success and got.headers.get("Content-Type", "").startswith(kind)):
            return b""
        for piece in _pieces(got, until):
            content += piece
            if len(content) > most:
                return b""
        return bytes(content)
    return b""


def _pieces(got: httpx.Response, until: float) -> Iterator[bytes]:
    import httpx

    for piece in got.iter_bytes():
        if monotonic() > until:
            raise httpx.ReadTimeout("it takes too long")
        yield piece
