"""Send and edit posts with as many attachments as Telegram accepts: none blocks the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from syndicate_telegram.api.downloads import Fetched, Fetcher, Loss, having
from syndicate_telegram.api.errors import Declined
from syndicate_telegram.api.messages import Chat, Files, Manner, Place
from syndicate_telegram.post import Attachment, Post

if TYPE_CHECKING:
    from telegram import Message


@dataclass(frozen=True, kw_only=True)
class Said:
    """A post as it stands, and what was left out of it."""

    post: Post
    message: Message  # with its words
    lost: tuple[Loss, ...] = ()


def say(
    doing: Chat, chat: int | str, post: Post, files: Files, manner: Manner, fetcher: Fetcher
) -> Said:
    """Send a post; what Telegram does not take of what is attached is uploaded, or left out."""
    lost: tuple[Loss, ...] = ()
    while True:
        try:
            message = doing.say(chat, post, files, manner)
        except Declined as declined:
            less = _less(post, files, declined, fetcher)
            if less is None:
                raise
        else:
            return Said(post=post, message=message, lost=lost)
        post, files, lost = less.post, less.files, lost + less.lost


def change_text(doing: Chat, place: Place, post: Post) -> None:
    """Change a text, without the picture beside it if Telegram refuses that."""
    try:
        doing.change_text(place, post)
    except Declined as declined:
        if not (post.card and declined.may_be_of_what_is_attached):
            raise
        doing.change_text(place, replace(post, card=""))


def change_attachment(
    doing: Chat, place: Place, post: Post, attachment: Attachment, files: Files,
    fetcher: Fetcher, *, captioned: bool,
) -> Loss | None:  # fmt: skip
    """Show another picture or document there; what Telegram does not take, if it takes none."""
    only = replace(post, attachments=(attachment,))
    while True:
        try:
            doing.change_attachment(place, only, only.attachments[0], files, captioned=captioned)
        except Declined as declined:
            if not declined.may_be_of_what_is_attached:
                raise
            less = _fewer(only, files, declined, fetcher)
        else:
            return None
        if less.lost:
            return less.lost[0]
        only, files = less.post, less.files


def _less(post: Post, files: Files, declined: Declined, fetcher: Fetcher) -> Fetched | None:
    """Return what to try instead; None where the text itself is refused."""
    if not declined.may_be_of_what_is_attached:
        return None
    if post.sent:
        return _fewer(post, files, declined, fetcher)
    if not post.card:
        return None
    lost = Loss(name=post.card, why=str(declined))
    return Fetched(post=replace(post, card=""), files=files, lost=(lost,))


def _fewer(post: Post, files: Files, declined: Declined, fetcher: Fetcher) -> Fetched:
    """Upload what Telegram was to fetch; of what we have uploaded leave out what it refuses."""
    if any(not one.file for one in post.attachments):
        return fetcher.fetched(post, files)
    kept = list(_spared(post.attachments, declined))
    lost = tuple(
        Loss.of(one, str(declined), place, may_pass=bool(one.url) or declined.is_of_rights)
        for place, one in enumerate(post.attachments, 1)
        if one not in kept
    )
    return Fetched(post=having(post, kept), files=files, lost=lost)


def _spared(attachments: tuple[Attachment, ...], declined: Declined) -> Iterator[Attachment]:
    """Return the attachments to keep; of an album without a named culprit, the first goes."""
    if len(attachments) > 1:
        guilty = declined.place
        for place, one in enumerate(attachments):
            if place != guilty if guilty is not None else place == 0:
                yield one
