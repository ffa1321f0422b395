"""Pictures and documents that are left out of a post, and the post without them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from syndicate import Refused
from syndicate_telegram.post import Attachment, Post


@dataclass(frozen=True, kw_only=True)
class Omission:
    """A picture or document that is left out of a post."""

    name: str
    reason: str
    is_temporary: bool = True  # whether the same may be accepted later

    @classmethod
    def of(
        cls, attachment: Attachment, reason: str, number: int, *, is_temporary: bool = True
    ) -> Omission:
        """Name an attachment by its address, else by its number in the post."""
        name = attachment.url or attachment.name or f"picture {number}"
        return cls(name=name, reason=reason, is_temporary=is_temporary)


def omissions_remark(omissions: Iterable[Omission]) -> str:
    """Return a line about attachments that are left out; "" for none."""
    names: dict[str, list[str]] = {}
    for omission in omissions:
        names.setdefault(omission.reason, []).append(omission.name)
    return "; ".join(f"{', '.join(group)} left out: {reason}" for reason, group in names.items())


def with_attachments(post: Post, kept: Sequence[Attachment]) -> Post:
    """Return the post with these attachments only; a text without any."""
    shape = post.shape if kept else "text"
    if shape == "text" and not post.text:
        raise Refused("its picture or document cannot be sent: correct its address, or its file")
    return replace(post, attachments=tuple(kept), shape=shape)
