"""A published post as its receipt describes it, and the edits it does not allow. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from syndicate import Receipt, Refused
from syndicate_telegram.post import CAPTION_LIMIT, Attachment, Post, Shape

REFERENCE = re.compile(
    r"(?:(?P<kind>photo|document|pin|bare):)?(?P<ids>\d+(?:,\d+)*)(?::(?P<names>\w+(?:,\w+)*))?"
)
BARE = "bare"
UNKNOWN = "0"  # in the place of a name: nothing has that
ANEW = "or take the post back with `withdraw --kill` and publish the article anew"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A published post, read from its receipt's reference.

    ``17`` is a text, or what a person named; ``photo:17:NAME`` a photo, ``photo:17,18:NAME,NAME``
    an album, ``document:…`` the same of documents; ``pin:17`` that a post is pinned; ``bare:17`` a
    text whose pictures or document Telegram did not take.
    """

    chat: int | str
    ids: tuple[int, ...]
    kind: str = ""
    names: tuple[str, ...] = ()  # what is attached, as far as that is known
    is_bare: bool = False  # a text that lacks the one thing that should be attached

    @classmethod
    def read(cls, receipt: Receipt) -> Standing:
        found = REFERENCE.fullmatch(receipt.reference.strip())
        if found is None:
            raise Refused(f"{receipt.reference} names no post: give its number or its link")
        return cls(
            chat=chat_id(receipt.destination),
            ids=tuple(int(number) for number in found["ids"].split(",")),
            kind="" if found["kind"] == BARE else found["kind"] or "",
            is_bare=found["kind"] == BARE,
            names=tuple((found["names"] or "").split(",")) if found["names"] else (),
        )

    @classmethod
    def of(cls, post: Post, chat: int | str, first: int) -> Standing:
        """A post whose messages are numbered from the first on, as those of an album are."""
        ids = tuple(range(first, first + post.parts))
        names = tuple(one.short for one in post.sent)
        return cls(chat=chat, ids=ids, kind=post.kind if post.sent else "", names=names)

    @property
    def reference(self) -> str:
        parts = (
            BARE if self.is_bare else self.kind,
            ",".join(str(number) for number in self.ids),
            ",".join(self.names),
        )
        return ":".join(filter(None, parts))

    @property
    def shape(self) -> Shape | None:
        """Its shape for ever; None where that is open."""
        if self.is_bare:
            return None
        return "document" if self.kind == "document" else "photo" if self.kind else "text"

    @property
    def id(self) -> int:
        """The message with the words."""
        return self.ids[0]

    @property
    def words(self) -> str:
        return f"post {self.id} in {self.chat}"

    def changed(self, post: Post) -> list[tuple[int, Attachment]]:
        """The messages that show something else than they should, with what they should show.

        Of an album that a person named only the first message is known: its pictures are left.
        """
        if len(self.ids) != len(post.attachments):
            return []
        now = self.names or ("",) * len(self.ids)
        every = zip(self.ids, now, post.attachments, strict=False)
        return [(number, one) for number, name, one in every if name != one.short]

    def showing(self, post: Post, stuck: Collection[int]) -> Standing:
        """It with the post's attachments, but for the messages that show what they showed."""
        before = self.names or (UNKNOWN,) * len(self.ids)
        every = zip(self.ids, before, post.attachments, strict=True)
        names = (name if number in stuck else one.short for number, name, one in every)
        return replace(self, names=tuple(names))

    def can_get(self, post: Post) -> bool:
        """Return whether its missing attachment can be added, as a text takes one."""
        return self.is_bare and len(post.sent) == 1 and not post.is_notice

    def obstacle(self, post: Post) -> str:
        """Return why it cannot become this post, and what to do; "" where it can."""
        if not self.kind:
            can = post.shape == "text" or post.is_whole or self.is_bare
            return "" if can else _no_picture(post)
        if not (post.attachments or post.is_notice):
            return f"{self._what}, and what is attached cannot be taken out: leave it, {ANEW}"
        if not post.caption:
            return (
                f"{self._what}, and its caption holds {CAPTION_LIMIT:,} characters: give the"
                f" article a `url` for the rest, shorten it, {ANEW}"
            )
        return "" if post.is_notice else self._other_things(post)

    def _other_things(self, post: Post) -> str:
        """Pictures and documents can be replaced by others, one by one."""
        if self.kind != post.kind:
            return f"{self._what}, and photos cannot become documents, nor the reverse: {ANEW[3:]}"
        if self.names and len(self.ids) != len(post.attachments):
            return (
                f"{self._what}, and the article now has {len(post.attachments)}: that number"
                f" cannot change: keep it, {ANEW}"
            )
        return ""

    @property
    def _what(self) -> str:
        number = len(self.ids)
        return f"the post is a {self.kind}" if number == 1 else f"the post is {number} {self.kind}s"


def chat_id(name: str) -> int | str:
    """A chat as the Bot API takes it: its number, or its @name."""
    return int(name) if re.fullmatch(r"-?\d+", name) else name


def _no_picture(post: Post) -> str:
    if post.kind == "document":
        return f"the post is text, and a text cannot become a document: {ANEW[3:]}"
    return (
        "the post is text, and a text cannot become a photo: give the picture a public address"
        f" (a feed hosts it), set the channel's preview to none, {ANEW}"
    )
