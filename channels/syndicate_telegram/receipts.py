"""Receipts of what was sent or pinned in a chat."""

from __future__ import annotations

from dataclasses import replace

from syndicate import Receipt
from syndicate_telegram.api.omissions import omissions_remark
from syndicate_telegram.api.sending import SentPost
from syndicate_telegram.post import Post
from syndicate_telegram.published_post import PIN, PublishedPost


def sent_receipt(sent: SentPost, post: Post) -> Receipt:
    """Return the receipt of a post that was sent, perhaps without some of its attachments."""
    message = sent.message
    published = PublishedPost.numbered_from(message.message_id, sent.post, message.chat_id)
    if sent.omissions:  # an album takes nothing more: its pictures are not compared with others
        is_bare = bool(post.sent_attachments and not sent.post.sent_attachments)
        published = replace(published, fingerprints=(), is_bare=is_bare)
    may_be_added = published.is_bare and len(post.sent_attachments) == 1
    lacking = (o for o in sent.omissions if may_be_added and o.is_temporary)
    return Receipt(
        reference=published.reference,
        url=message.link,
        remark=omissions_remark(sent.omissions),
        lacks=omissions_remark(lacking),
    )


def pin_receipt(published: PublishedPost) -> Receipt:
    """Return the receipt of a post that was pinned, by its first message."""
    ids = published.message_ids[:1]
    pin = replace(published, kind=PIN, message_ids=ids, fingerprints=(), is_bare=False)
    return Receipt(reference=pin.reference)
