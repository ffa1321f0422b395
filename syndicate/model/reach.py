"""Reach of a change: which readers are told of it, by which channel and when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ReachedBy(StrEnum):
    """Way by which readers are told of a change, or why they are not."""

    POST = "post"
    FEED = "feed"
    LETTER = "letter"  # at once
    DIGEST = "digest"
    PARTNER = "partner"  # a letter of its own
    FOLLOWER = "follower"  # a letter to those who follow the article
    ELSEWHERE = "elsewhere"  # a letter of a list that only other machines have
    GONE = "gone"  # not told: they have left every list
    TALLIED = "tallied"  # not told: only the count of their letters is kept


UNREACHED = (ReachedBy.GONE, ReachedBy.TALLIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Those who are told of one article's change by one channel, or by none."""

    uri: str
    channel: str  # "" for who is not told
    by: ReachedBy
    count: int  # posts, feeds, or readers
    when: str | None = None  # ISO 8601: of a digest; else at once
    text: str  # for a person: a sentence
