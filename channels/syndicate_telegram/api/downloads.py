"""Download the pictures and documents that Telegram could not fetch by their address."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from hashlib import sha256
from time import monotonic

from syndicate import Refused
from syndicate.network.asking import HttpClient, NoAnswer, TooLarge
from syndicate.network.exchange import Limits
from syndicate.network.http import by_proxy
from syndicate.network.public import Site
from syndicate_telegram.api.messages import Files
from syndicate_telegram.api.omissions import Omission, with_attachments
from syndicate_telegram.limits import PHOTO_BYTES
from syndicate_telegram.post import Attachment, Post

FILE_SECONDS = 30.0  # for one file
POST_SECONDS = 60.0  # for all of a post
DOWNLOADED_DOCUMENT_BYTES = 20_000_000  # it is held whole, and sent on
NOT_FETCHED = "neither Telegram nor we can fetch it; is its address public?"
# how the formats begin that Telegram reads: JPEG, PNG, GIF, WebP
PICTURE_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF")


@dataclass(frozen=True, kw_only=True)
class PreparedPost:
    """A post with the files that it needs, and what was left out of it."""

    post: Post
    files: Files
    omissions: tuple[Omission, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Downloader:
    """Downloads attachments that are known by their address only.

    ``office_sites`` may lie inside the office's network; other hosts are asked only where they are
    public. ``patience``: seconds for each file.
    """

    setting: str
    office_sites: frozenset[Site] = frozenset()
    patience: float = FILE_SECONDS

    def prepare(self, post: Post, files: Files) -> PreparedPost:
        """Download all of a post that can be; leave out the rest.

        A post without any attachment left is a text.
        """
        kept: list[Attachment] = []
        omissions: list[Omission] = []
        available, deadline = dict(files), monotonic() + POST_SECONDS
        with ExitStack() as stack:
            line = self._open_line(stack)
            for number, attachment in enumerate(post.attachments, 1):
                if attachment.file:
                    kept.append(attachment)
                    continue
                seconds = min(self.patience, deadline - monotonic())
                content = line if isinstance(line, str) else _download(line, attachment, seconds)
                if isinstance(content, str):
                    omissions.append(Omission.of(attachment, content, number))
                    continue
                downloaded = replace(attachment, file=sha256(content).hexdigest())
                available[downloaded.file] = content
                kept.append(downloaded)
        smaller = with_attachments(post, kept)
        return PreparedPost(post=smaller, files=available, omissions=tuple(omissions))

    def _open_line(self, stack: ExitStack) -> HttpClient | str:
        """Return a line to the network, or why there is none."""
        try:
            return stack.enter_context(HttpClient(self.setting, own=self.office_sites))
        except Refused as error:
            return str(error)


def _download(line: HttpClient, attachment: Attachment, seconds: float) -> bytes | str:
    """Return the file, or why it cannot be had."""
    is_document = bool(attachment.name)
    limit = DOWNLOADED_DOCUMENT_BYTES if is_document else PHOTO_BYTES
    media_type = "application/pdf" if is_document else "image/"
    if seconds <= 0:
        return _not_fetched(attachment.url, "it takes too long")
    try:
        limits = Limits(seconds=seconds, octets=limit)
        response = line.ask("GET", attachment.url, limits, follow=True)
    except TooLarge:
        return f"it is larger than {limit // 1_000_000} MB: keep it as a file beside the article"
    except NoAnswer as error:
        return _not_fetched(attachment.url, str(error))
    type_given = response.headers.get("Content-Type", "")
    if not (response.is_success and type_given.startswith(media_type)):
        status = f"{response.status_code} {response.reason_phrase}".strip()
        return _not_fetched(attachment.url, status)
    content = response.content
    if content and not is_document and not content.startswith(PICTURE_SIGNATURES):
        return "its host calls it a picture, but it is not a JPEG, PNG, GIF or WebP: save it again"
    return content or NOT_FETCHED


def _not_fetched(url: str, reason: str) -> str:
    proxy = by_proxy(url)
    if proxy and reason:
        return f"neither Telegram nor we{proxy} ({reason}) can fetch it"
    return NOT_FETCHED
