"""The keys of a channel's editions, and their order."""

from __future__ import annotations

# the keys of a collection's editions
COLLECTION = "collection"  # of everything
SUBJECT = "subject/"
ARCHIVE = "archive/"
MEDIA = "media/"  # of what it hosts
PAGE_PREFIX = "page/"
ANNOUNCEMENTS = "announcements"
URGENT_PREFIX = "urgent/"  # of a list: one article's letter
NOTICE_PREFIX = "notice/"  # of a list: what became of an article, to those who got it
RELEASED_PREFIX = "released/"  # likewise, to those whose digest left it out while it was held
ORDER = (MEDIA, PAGE_PREFIX, ARCHIVE, SUBJECT, COLLECTION)  # what is pointed to comes first


def notice(uri: str, version: int) -> str:
    """Return the key of a list's letter on what became of an article."""
    return f"{NOTICE_PREFIX}{uri}~{version}"


PREFIX_OF_KIND = {"urgent": URGENT_PREFIX, "notice": NOTICE_PREFIX, "released": RELEASED_PREFIX}


def letter_parts(key: str) -> tuple[str, str, str]:
    """Return (kind, uri, number) of a letter's own key, of empty texts for any other.

    The number is a notice's version, and of what was ``released`` the digest that left it out.
    """
    kind = next((kind for kind, prefix in PREFIX_OF_KIND.items() if key.startswith(prefix)), "")
    uri = key.removeprefix(PREFIX_OF_KIND.get(kind, key))
    uri, _, number = uri.rpartition("~") if kind in ("notice", "released") else (uri, "", "")
    return kind, uri, number


def variant(key: str, number: int) -> str:
    """Return the key of a digest's edition for readers who need other corrections; from 2 on."""
    return f"{key}~{number}"


def variant_of(key: str) -> tuple[str, str]:
    """Return the key of a digest, and which of its editions this is; "" for the first one."""
    digest, _, number = key.rpartition("~")
    return (digest, number) if digest and number.isdecimal() else (key, "")


def rank(key: str, *, removes: bool) -> int:
    """The place of an edition in its channel's order: nothing points to what comes after it."""
    if key == ANNOUNCEMENTS:
        return len(ORDER) + 1
    if removes:
        return len(ORDER)
    return next((place for place, prefix in enumerate(ORDER) if key.startswith(prefix)), 0)
