"""A published post as its receipt describes it, and the edits it does not allow. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from syndicate import Receipt, Refused
from syndicate_telegram.limits import CAPTION_UNITS
from syndicate_telegram.post import Attachment, Post, Shape

POST_REFERENCE = re.compile(
    r"(?:(?P<kind>photo|document|pin|bare):)?(?P<ids>\d+(?:,\d+)*)(?::(?P<names>\w+(?:,\w+)*))?"
)
BARE_KIND = "bare"
PIN = "pin"  # a kind, and the address of the rendition that pins
UNKNOWN_FINGERPRINT = "0"  # no attachment has it
PUBLISH_ANEW = "remove the post with `withdraw --kill` and publish the article as a new one"
OR_PUBLISH_ANEW = f"or {PUBLISH_ANEW}"


@dataclass(frozen=True, kw_only=True)
class PublishedPost:
    """A published post, read from its receipt's reference.

    ``17`` is a text, or a post that a person named; ``photo:17:NAME`` a photo,
    ``photo:17,18:NAME,NAME`` an album, ``document:…`` the same of documents; ``pin:17`` a pinned
    message; ``bare:17`` a text whose pictures or document Telegram did not accept. A NAME is the
    fingerprint of what is attached.
    """

    chat: int | str
    message_ids: tuple[int, ...]
    kind: str = ""
    fingerprints: tuple[str, ...] = ()  # of what is attached, as far as that is known
    is_bare: bool = False  # a text that lacks the one thing that should be attached

    @classmethod
    def from_receipt(cls, receipt: Receipt) -> PublishedPost:
        match = POST_REFERENCE.fullmatch(receipt.reference.strip())
        if match is None:
            raise Refused(f"{receipt.reference} is not a post: give its number or its link")
        return cls(
            chat=chat_id(receipt.destination),
            message_ids=tuple(int(number) for number in match["ids"].split(",")),
            kind="" if match["kind"] == BARE_KIND else match["kind"] or "",
            is_bare=match["kind"] == BARE_KIND,
            fingerprints=tuple((match["names"] or "").split(",")) if match["names"] else (),
        )

    @classmethod
    def numbered_from(cls, first: int, post: Post, chat: int | str) -> PublishedPost:
        """Return a post whose messages are numbered from the first on, as an album's are."""
        return cls(
            chat=chat,
            message_ids=tuple(range(first, first + post.message_count)),
            kind=post.kind if post.sent_attachments else "",
            fingerprints=tuple(item.fingerprint for item in post.sent_attachments),
        )

    @property
    def reference(self) -> str:
        parts = (
            BARE_KIND if self.is_bare else self.kind,
            ",".join(str(number) for number in self.message_ids),
            ",".join(self.fingerprints),
        )
        return ":".join(filter(None, parts))

    @property
    def shape(self) -> Shape | None:
        """Return its shape, which it keeps; None where that is open."""
        if self.is_bare:
            return None
        return "document" if self.kind == "document" else "photo" if self.kind else "text"

    @property
    def message_id(self) -> int:
        """Return the id of the message with the text."""
        return self.message_ids[0]

    @property
    def description(self) -> str:
        return f"post {self.message_id} in {self.chat}"

    def changed_attachments(self, post: Post) -> list[tuple[int, Attachment]]:
        """Return the ids of messages whose attachment changes, with the new one.

        Of an album that a person named only the first message is known: its pictures stay.
        """
        if len(self.message_ids) != len(post.attachments):
            return []
        present = self.fingerprints or ("",) * len(self.message_ids)
        return [
            (number, attachment)
            for number, fingerprint, attachment in zip(
                self.message_ids, present, post.attachments, strict=False
            )
            if fingerprint != attachment.fingerprint
        ]

    def with_attachments(self, post: Post, unchanged: Collection[int]) -> PublishedPost:
        """Return it with the post's attachments, except in the messages that were not changed."""
        present = self.fingerprints or (UNKNOWN_FINGERPRINT,) * len(self.message_ids)
        fingerprints = (
            fingerprint if number in unchanged else attachment.fingerprint
            for number, fingerprint, attachment in zip(
                self.message_ids, present, post.attachments, strict=True
            )
        )
        return replace(self, fingerprints=tuple(fingerprints))

    def can_be_completed(self, post: Post) -> bool:
        """Return whether its missing attachment can be added, as a text takes one."""
        return self.is_bare and len(post.sent_attachments) == 1 and not post.is_notice

    def obstacle(self, post: Post) -> str:
        """Return why it cannot become this post, and what to do; "" where it can."""
        if not self.kind:
            possible = post.shape == "text" or post.is_whole or self.is_bare
            return "" if possible else _text_stays_text(post)
        if not (post.attachments or post.is_notice):
            return (
                f"{self._is_a}, and attachments cannot be removed from a published post: keep what"
                f" is attached, {OR_PUBLISH_ANEW}"
            )
        if not post.caption:
            return (
                f"{self._is_a}, and its caption holds {CAPTION_UNITS:,} characters: give the"
                f" article a `url` for the rest, shorten it, {OR_PUBLISH_ANEW}"
            )
        return "" if post.is_notice else self._attachment_obstacle(post)

    def _attachment_obstacle(self, post: Post) -> str:
        """Return why its attachments cannot be replaced by the post's, one by one."""
        if self.kind != post.kind:
            return (
                f"{self._is_a}, and photos cannot become documents, nor the reverse: {PUBLISH_ANEW}"
            )
        if self.fingerprints and len(self.message_ids) != len(post.attachments):
            return (
                f"{self._is_a}, and the article now has {len(post.attachments)}: that number"
                f" cannot change: keep it, {OR_PUBLISH_ANEW}"
            )
        return ""

    @property
    def _is_a(self) -> str:
        count = len(self.message_ids)
        return f"the post is a {self.kind}" if count == 1 else f"the post is {count} {self.kind}s"


def chat_id(name: str) -> int | str:
    """Return a chat as the Bot API takes it: its number, or its @name."""
    return int(name) if re.fullmatch(r"-?\d+", name) else name


def _text_stays_text(post: Post) -> str:
    if post.kind == "document":
        return f"the post is text, and a text cannot become a document: {PUBLISH_ANEW}"
    return (
        "the post is text, and a text cannot become a photo: give the picture a public address"
        f" (a feed hosts it), set the channel's preview to none, {OR_PUBLISH_ANEW}"
    )
