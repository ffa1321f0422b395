"""Pictures and documents that Telegram could not fetch by their address, fetched by us."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from hashlib import sha256
from time import monotonic
from typing import TYPE_CHECKING

from syndicate import Refused
from syndicate.http import by_proxy, client, reason
from syndicate_telegram.attached import DOCUMENT_BYTES, PHOTO_BYTES
from syndicate_telegram.chat import Files
from syndicate_telegram.post import Attachment, Post

if TYPE_CHECKING:
    import httpx

EACH = 20.0  # seconds for the next piece of one
TOGETHER = 60.0  # for all of a post
UNFETCHED = "neither Telegram nor we can fetch it; is its address public?"
PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF")  # how what Telegram reads begins


@dataclass(frozen=True, kw_only=True)
class Loss:
    """A picture or document that is left out of a post."""

    name: str
    why: str
    may_pass: bool = True  # whether the same may be had later

    @classmethod
    def of(cls, one: Attachment, why: str, place: int, *, may_pass: bool = True) -> Loss:
        """Its address names it, else where it stood."""
        name = one.url or one.name or f"picture {place}"
        return cls(name=name, why=why, may_pass=may_pass)


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """A post with what could be fetched in it, and what nothing came from."""

    post: Post
    files: Files
    lost: tuple[Loss, ...] = ()


def told(lost: Iterable[Loss]) -> str:
    """What a person is told of what is left out; "" where nothing is."""
    names: dict[str, list[str]] = {}
    for one in lost:
        names.setdefault(one.why, []).append(one.name)
    return "; ".join(f"{', '.join(which)} left out: {why}" for why, which in names.items())


def fetched(post: Post, files: Files, setting: str) -> Fetched:
    """Fetch what is named by its address alone; what cannot be fetched is left out.

    A post without anything attached is said as a text.
    """
    kept: list[Attachment] = []
    lost: list[Loss] = []
    have, until = dict(files), monotonic() + TOGETHER
    with ExitStack() as stack:
        line: httpx.Client | str = ""  # or why there is none
        try:
            line = stack.enter_context(_client(setting))
        except Refused as error:
            line = str(error)
        for place, one in enumerate(post.attachments, 1):
            content = b"" if one.file else _content(line, one, until)
            if isinstance(content, str):
                lost.append(Loss.of(one, content, place))
                continue
            if content:
                one = replace(one, file=sha256(content).hexdigest())
                have[one.file] = content
            kept.append(one)
    return Fetched(post=having(post, kept), files=have, lost=tuple(lost))


def having(post: Post, kept: Sequence[Attachment]) -> Post:
    """The post with these alone attached; a text without any."""
    shape = post.shape if kept else "text"
    if shape == "text" and not post.text:
        raise Refused("its picture or document cannot be sent: correct its address, or its file")
    return replace(post, attachments=tuple(kept), shape=shape)


def _client(setting: str) -> httpx.Client:
    return client(setting, timeout=EACH, follow_redirects=True, max_redirects=5)


def _content(line: httpx.Client | str, one: Attachment, until: float) -> bytes | str:
    """The file, or why it is not to be had."""
    import httpx

    if isinstance(line, str):
        return line
    most, kind = (DOCUMENT_BYTES, "application/pdf") if one.name else (PHOTO_BYTES, "image/")
    content = bytearray()
    try:
        with line.stream("GET", one.url) as got:
            if not (got.is_success and got.headers.get("Content-Type", "").startswith(kind)):
                return _unfetched(one.url, f"{got.status_code} {got.reason_phrase}".strip())
            for piece in _pieces(got, until):
                content += piece
                if len(content) > most:
                    return f"it is larger than Telegram's {most // 1_000_000} MB: make it smaller"
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        return _unfetched(one.url, reason(error))
    if content and not one.name and not content.startswith(PICTURES):
        return "its host calls it a picture, and it is no JPEG, PNG, GIF or WebP: save it anew"
    return bytes(content) or UNFETCHED


def _unfetched(url: str, why: str) -> str:
    way = by_proxy(url)
    return f"neither Telegram nor we{way} ({why}) can fetch it" if way else UNFETCHED


def _pieces(got: httpx.Response, until: float) -> Iterator[bytes]:
    import httpx

    for piece in got.iter_bytes():
        if monotonic() > until:
            raise httpx.ReadTimeout("it takes too long")
        yield piece
