"""An article's uri: minted once, kept in the file for ever (RFC 4151)."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import urlsplit

from syndicate.errors import ArticleError
from syndicate.model.article import Publisher
from syndicate.sources.bounds import MOST_ARTICLE_BYTES
from syndicate.sources.front_matter import parsing, splitting
from syndicate.sources.front_matter.flaws import Flaw
from syndicate.system import disk
from syndicate.text import slug

HOST_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
HOST_NAME = re.compile(rf"{HOST_LABEL}(?:\.{HOST_LABEL})*")
EMAIL_ADDRESS = re.compile(rf"[a-z0-9._-]+@{HOST_LABEL}(?:\.{HOST_LABEL})*")
TAG_URI = re.compile(
    rf"tag:(?:{EMAIL_ADDRESS.pattern}|{HOST_NAME.pattern}),(\d{{4}})(?:-(\d\d)(?:-(\d\d))?)?:\S*",
    re.IGNORECASE,
)
PART_SUFFIX = ".syndicate-part"
FOLDER_LOCK_SECONDS = 2.0  # seconds to wait for others who give names in a folder
URI_LINE = re.compile(r"""^uri[ \t]*:[ \t]*(?P<quote>["']?)(?P<uri>\S+?)(?P=quote)[ \t]*$""", re.M)
FIRST_LINE = re.compile(rf"{splitting.OPENS}(\r\n|\n|\r)")


def mint_uri(headline: str, publisher: Publisher, today: date, end: str) -> str:
    """``tag:kominfo.contoh.go.id,2026-08-14:a-few-words-k3x9q``; ``end`` tells it from others."""
    name = slug(headline, limit=40)
    return f"tag:{_authority(publisher)},{today:%Y-%m-%d}:{name}-{end}"


def _authority(publisher: Publisher) -> str:
    host = (urlsplit(publisher.url).hostname or "").lower()
    with suppress(UnicodeError):
        host = host.encode("idna").decode()
    if HOST_NAME.fullmatch(host):
        return host
    email = publisher.email.lower()
    if EMAIL_ADDRESS.fullmatch(email):
        return email
    raise ArticleError(
        f"publisher.url: {publisher.url} has no host name for the articles' identifiers (set it)"
    )


def is_ours(uri: str, publisher: Publisher) -> bool:
    """Return True for a uri that was named after this office."""
    try:
        named = f"tag:{_authority(publisher)},"
    except ArticleError:
        return False
    return uri.lower().startswith(named) and TAG_URI.fullmatch(uri) is not None


def uri_date(uri: str) -> date | None:
    """The date in a tag: URI, its first day where it names only a year or a month."""
    found = TAG_URI.fullmatch(uri)
    if found is None:
        return None
    year, month, day = (int(part) if part else 1 for part in found.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None


def insert_uri(path: Path, uri: str) -> None:
    """Write the uri into the file as its second line; every other byte stays as it was.

    Where another process was quicker, its uri stands and nothing is written.
    """
    try:
        target = path.resolve(strict=True)  # a link stays a link
        with _alone_in(target.parent):
            data = disk.contents(target, MOST_ARTICLE_BYTES)
            if not os.access(target, os.W_OK):
                raise PermissionError(0, "it is read-only")
            _sweep(target)
            if not _uri_of(data):
                disk.replace_contents(target, _with_uri(path, data, uri), PART_SUFFIX)
    except OSError as error:
        advice = f"make it writable, or add the line uri: {uri} yourself"
        reason = error.strerror or "unknown"
        raise ArticleError(f"{path}:1: cannot be written: {reason} ({advice})") from error


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Let one process at a time give names here; the file itself is replaced, so it cannot tell.

    Whoever can read the folder can hold its lock, so nobody waits for it for long: what the
    processes of one office share is the ledger's lock, which their commands hold already.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        until = monotonic() + FOLDER_LOCK_SECONDS
        while not _is_locked(descriptor) and monotonic() < until:
            sleep(0.02)
        yield
    finally:
        os.close(descriptor)


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # not every file system can
        pass
    return True


def _sweep(target: Path) -> None:
    """Delete what a killed process left half written; whoever is alive waits for the lock."""
    prefix = f".{target.name}."
    for name in os.listdir(target.parent):  # no paths: it is done for each of a thousand files
        if name.startswith(prefix) and name.endswith(PART_SUFFIX):
            target.with_name(name).unlink(missing_ok=True)


def uri_in(path: Path) -> str:
    """The uri that stands in a file; "" where there is none, or no such file."""
    try:
        return _uri_of(disk.contents(path, MOST_ARTICLE_BYTES))
    except OSError:
        return ""


def _uri_of(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
        return parsing.read_table(splitting.split_front_matter(text).front, ()).text("uri")
    except UnicodeDecodeError:
        return ""  # what is wrong is said when it is written
    except Flaw:
        return uri_line(text)


def profile_in(text: str) -> tuple[int, str]:
    """Return the profile that a text's front matter names, with its line; "" for none."""
    try:
        front = parsing.read_table(splitting.split_front_matter(text).front, ())
        return front.lines().get("profile", 1), front.text("profile")
    except Flaw:
        return 1, ""


def uri_line(text: str) -> str:
    """Return the uri of a file whose front matter need be no YAML; "" where no line says it."""
    try:
        found = URI_LINE.search(splitting.split_front_matter(text.removeprefix("\ufeff")).front)
    except Flaw:
        return ""
    return found["uri"] if found else ""


def _with_uri(path: Path, data: bytes, uri: str) -> bytes:
    text = data.decode("utf-8", "surrogateescape")
    opening = FIRST_LINE.match(text)
    if opening is None:
        raise ArticleError(f"{path}:1: there is no front matter ({splitting.FRONT_MATTER_ADVICE})")
    quoted = uri.replace("\\", "\\\\").replace('"', '\\"')
    line = f'uri: "{quoted}"{opening[1]}'
    changed = f"{opening[0]}{line}{text[opening.end() :]}".encode("utf-8", "surrogateescape")
    _check(path, changed, uri)
    return changed


def _check(path: Path, data: bytes, uri: str) -> None:
    try:
        front = splitting.split_front_matter(data.decode("utf-8-sig")).front
        written = parsing.read_table(front, ()).text("uri")
    except (UnicodeDecodeError, Flaw) as error:
        advice = f"add the line uri: {uri} yourself"
        raise ArticleError(f"{path}:2: no room for the uri: {error} ({advice})") from error
    if written != uri:
        raise ArticleError(f"{path}:2: {uri!r} cannot be written into the file as a uri")
