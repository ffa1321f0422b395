"""Correct a published post in place, in the shape that it has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from syndicate import Receipt, Refused
from syndicate_telegram.api.errors import NO_CAPTION_TO_EDIT, NO_TEXT_TO_EDIT, Declined
from syndicate_telegram.api.messages import Files
from syndicate_telegram.api.omissions import Omission, omissions_remark
from syndicate_telegram.api.sending import Sender
from syndicate_telegram.post import Post
from syndicate_telegram.published_post import PublishedPost


@dataclass(frozen=True, kw_only=True)
class EditedPost:
    """A published post after a correction, and what was left out of this."""

    published: PublishedPost
    omissions: tuple[Omission, ...] = ()

    def receipt(self, receipt: Receipt) -> Receipt:
        """Return the receipt brought up to date."""
        return replace(
            receipt,
            reference=self.published.reference,
            remark=_remark(self.omissions, is_temporary=False),
            lacks=_remark(self.omissions, is_temporary=True),
        )


@dataclass(frozen=True, kw_only=True)
class Editor:
    """Edits the messages of published posts; Refused where Telegram has no such edit."""

    sender: Sender

    def edit(self, published: PublishedPost, post: Post, files: Files) -> EditedPost:
        """Make a published post the new one."""
        if published.can_be_completed(post):
            return self._complete(published, post, files)
        is_open = not (published.kind or published.is_bare)
        if is_open and (post.shape != "text" or len(published.message_ids) > 1):
            published = self._with_kind(published, post)
        _refuse_impossible(published, post)
        if published.kind:
            return self._edit_attachments(published, post, files)
        return self._edit_text(published, post, files)

    def _complete(self, published: PublishedPost, post: Post, files: Files) -> EditedPost:
        """Add a text's missing attachment if Telegram accepts it by now; else edit the text."""
        [attachment] = post.sent_attachments
        address, omission = (published.chat, published.message_id), None
        try:
            omission = self.sender.edit_attachment(address, post, attachment, files, captioned=True)
        except Declined:
            pass
        else:
            if omission is None:
                completed = PublishedPost.numbered_from(address[1], post, published.chat)
                return EditedPost(published=completed)
        self.sender.edit_text(address, replace(post, attachments=(), shape="text"))
        return EditedPost(published=published, omissions=(omission,) if omission else ())

    def _with_kind(self, published: PublishedPost, post: Post) -> PublishedPost:
        """Learn whether it is a photo, from whether it has a caption to edit.

        The number or link that a person entered does not tell.
        """
        if not post.caption:
            return published
        try:
            self.sender.messages.edit_caption((published.chat, published.message_id), post)
        except Declined as declined:
            if NO_CAPTION_TO_EDIT not in declined.answer:
                raise
            return published
        return replace(published, kind=post.kind or "photo")

    def _edit_text(self, published: PublishedPost, post: Post, files: Files) -> EditedPost:
        """Edit a text, which may turn out to be a photo."""
        try:
            self.sender.edit_text((published.chat, published.message_id), post)
        except Declined as declined:
            if NO_TEXT_TO_EDIT not in declined.answer:
                raise
        else:
            return EditedPost(published=published)
        published = replace(published, kind=post.kind or "photo")
        _refuse_impossible(published, post)
        return self._edit_attachments(published, post, files)

    def _edit_attachments(self, published: PublishedPost, post: Post, files: Files) -> EditedPost:
        """Edit the attachments as far as Telegram accepts them, and the caption in any case."""
        first = published.message_id
        changes = [] if post.is_notice else published.changed_attachments(post)
        omissions: dict[int, Omission] = {}
        for number, attachment in changes:
            omission = self.sender.edit_attachment(
                (published.chat, number), post, attachment, files, captioned=number == first
            )
            if omission:
                omissions[number] = omission
        if first not in dict(changes) or first in omissions:
            self.sender.messages.edit_caption((published.chat, first), post)
        if not post.is_notice and len(published.message_ids) == len(post.attachments):
            published = published.with_attachments(post, unchanged=omissions)
        return EditedPost(published=published, omissions=tuple(omissions.values()))


def _refuse_impossible(published: PublishedPost, post: Post) -> None:
    obstacle = published.obstacle(post)
    if obstacle:
        raise Refused(f"{published.description}: {obstacle}")


def _remark(omissions: Iterable[Omission], *, is_temporary: bool) -> str:
    return omissions_remark(
        omission for omission in omissions if omission.is_temporary is is_temporary
    )
