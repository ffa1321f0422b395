"""Pictures and documents that Telegram could not fetch by their address, fetched by us."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from hashlib import sha256
from time import monotonic

from syndicate import Refused
from syndicate.network.asking import Line, NoAnswer, TooLarge
from syndicate.network.exchange import Limits
from syndicate.network.http import by_proxy
from syndicate.network.public import Site
from syndicate_telegram.api.messages import Files
from syndicate_telegram.post import Attachment, Post
from syndicate_telegram.rendering.attachments import PHOTO_BYTES

EACH, TOGETHER = 30.0, 60.0  # seconds for one file, and for all of a post
FETCHED_BYTES = 20_000_000  # of a document: it is held whole, and sent on
UNFETCHED = "neither Telegram nor we can fetch it; is its address public?"
PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF")  # how what Telegram reads begins


@dataclass(frozen=True, kw_only=True)
class Loss:
    """A picture or document that is left out of a post."""

    name: str
    why: str
    may_pass: bool = True  # whether the same may be had later

    @classmethod
    def of(cls, attachment: Attachment, why: str, place: int, *, may_pass: bool = True) -> Loss:
        """Its address names it, else where it stood."""
        name = attachment.url or attachment.name or f"picture {place}"
        return cls(name=name, why=why, may_pass=may_pass)


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """A post with what could be fetched in it, and what nothing came from."""

    post: Post
    files: Files
    lost: tuple[Loss, ...] = ()


def told(lost: Iterable[Loss]) -> str:
    """Return a line about attachments that are left out; "" for none."""
    names: dict[str, list[str]] = {}
    for loss in lost:
        names.setdefault(loss.why, []).append(loss.name)
    return "; ".join(f"{', '.join(which)} left out: {why}" for why, which in names.items())


@dataclass(frozen=True, kw_only=True)
class Fetcher:
    """Fetches what is named by its address alone.

    ``own`` are the office's sites, which may lie inside; others are asked where they are public.
    ``patience``: seconds for each file.
    """

    setting: str
    own: frozenset[Site] = frozenset()
    patience: float = EACH

    def fetched(self, post: Post, files: Files) -> Fetched:
        """The post with all of it that can be fetched; what cannot be is left out.

        A post without anything attached is said as a text.
        """
        kept: list[Attachment] = []
        lost: list[Loss] = []
        have, until = dict(files), monotonic() + TOGETHER
        with ExitStack() as stack:
            line: Line | str = ""  # or why there is none
            try:
                line = stack.enter_context(Line(self.setting, own=self.own))
            except Refused as error:
                line = str(error)
            for place, one in enumerate(post.attachments, 1):
                content = (
                    b""
                    if one.file
                    else _content(line, one, min(self.patience, until - monotonic()))
                )
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


def _content(line: Line | str, attachment: Attachment, seconds: float) -> bytes | str:
    """The file, or why it is not to be had."""
    if isinstance(line, str):
        return line
    most, kind = (FETCHED_BYTES, "application/pdf") if attachment.name else (PHOTO_BYTES, "image/")
    if seconds <= 0:
        return _unfetched(attachment.url, "it takes too long")
    try:
        got = line.ask("GET", attachment.url, Limits(seconds=seconds, octets=most), follow=True)
    except TooLarge:
        return f"it is larger than {most // 1_000_000} MB: keep it as a file beside the article"
    except NoAnswer as error:
        return _unfetched(attachment.url, str(error))
    if not (got.is_success and got.headers.get("Content-Type", "").startswith(kind)):
        return _unfetched(attachment.url, f"{got.status_code} {got.reason_phrase}".strip())
    content = got.content
    if content and not attachment.name and not content.startswith(PICTURES):
        return "its host calls it a picture, and it is no JPEG, PNG, GIF or WebP: save it anew"
    return content or UNFETCHED


def _unfetched(url: str, why: str) -> str:
    way = by_proxy(url)
    return f"neither Telegram nor we{way} ({why}) can fetch it" if way and why else UNFETCHED
