"""Send and edit posts with as many attachments as Telegram accepts: none stops the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from syndicate_telegram.api.downloads import Downloader, PreparedPost
from syndicate_telegram.api.errors import Declined
from syndicate_telegram.api.messages import Files, MessageAddress, Messages, SendOptions
from syndicate_telegram.api.omissions import Omission, with_attachments
from syndicate_telegram.post import Attachment, Post

if TYPE_CHECKING:
    from telegram import Message


@dataclass(frozen=True, kw_only=True)
class SentPost:
    """A post as it was sent, and what was left out of it."""

    post: Post
    message: Message  # with the text
    omissions: tuple[Omission, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Sends and edits posts; an attachment that Telegram refuses is uploaded, or left out."""

    messages: Messages
    downloader: Downloader

    def send(self, chat: int | str, post: Post, files: Files, options: SendOptions) -> SentPost:
        """Send a post; Declined where Telegram refuses its text."""
        omissions: tuple[Omission, ...] = ()
        while True:
            try:
                message = self.messages.send(chat, post, files, options)
            except Declined as declined:
                smaller = self._next_attempt(post, files, declined)
                if smaller is None:
                    raise
            else:
                return SentPost(post=post, message=message, omissions=omissions)
            post, files = smaller.post, smaller.files
            omissions += smaller.omissions

    def edit_text(self, address: MessageAddress, post: Post) -> None:
        """Edit a text, without the link preview beside it if Telegram refuses that."""
        try:
            self.messages.edit_text(address, post)
        except Declined as declined:
            if not (post.card and declined.may_concern_attachments):
                raise
            self.messages.edit_text(address, replace(post, card=""))

    def edit_attachment(
        self,
        address: MessageAddress,
        post: Post,
        attachment: Attachment,
        files: Files,
        *,
        captioned: bool,
    ) -> Omission | None:
        """Show another picture or document there; return what Telegram refuses, if anything."""
        single = replace(post, attachments=(attachment,))
        while True:
            [attachment] = single.attachments
            try:
                self.messages.edit_media(address, single, attachment, files, captioned=captioned)
            except Declined as declined:
                if not declined.may_concern_attachments:
                    raise
                smaller = self._upload_or_omit(single, files, declined)
            else:
                return None
            if smaller.omissions:
                return smaller.omissions[0]
            single, files = smaller.post, smaller.files

    def _next_attempt(self, post: Post, files: Files, declined: Declined) -> PreparedPost | None:
        """Return what to send instead; None where the text itself is refused."""
        if not declined.may_concern_attachments:
            return None
        if post.sent_attachments:
            return self._upload_or_omit(post, files, declined)
        if not post.card:
            return None
        omission = Omission(name=post.card, reason=str(declined))
        return PreparedPost(post=replace(post, card=""), files=files, omissions=(omission,))

    def _upload_or_omit(self, post: Post, files: Files, declined: Declined) -> PreparedPost:
        """Upload what Telegram was to fetch; of what was uploaded, leave out what it refuses."""
        if any(not attachment.file for attachment in post.attachments):
            return self.downloader.prepare(post, files)
        kept = list(_not_refused(post.attachments, declined))
        omissions = tuple(
            Omission.of(
                attachment,
                str(declined),
                number,
                is_temporary=bool(attachment.url) or declined.concerns_rights,
            )
            for number, attachment in enumerate(post.attachments, 1)
            if attachment not in kept
        )
        return PreparedPost(post=with_attachments(post, kept), files=files, omissions=omissions)


def _not_refused(attachments: tuple[Attachment, ...], declined: Declined) -> Iterator[Attachment]:
    """Yield the attachments to keep; of an album without a named culprit, all but the first."""
    named = declined.item_index
    refused = named if named in range(len(attachments)) else 0
    yield from (item for index, item in enumerate(attachments) if index != refused)
