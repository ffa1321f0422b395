"""Public page of a channel, as t.me/s has it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from syndicate.loopback.botapi.posts import ChatPost


def message_html(name: str, post: ChatPost, album: Sequence[int]) -> str:
    """A message as t.me/s shows it, without its styles; an album's others beside its first."""
    text = escape(post.text).replace("\n", "<br/>")
    links = (f'<a href="https://t.me/{name}/{number}?single"></a>' for number in album)
    return (
        f'<div class="tgme_widget_message" data-post="{name}/{post.message_id}">{"".join(links)}'
        f'<div class="tgme_widget_message_text js-message_text" dir="auto">{text}</div>'
        f'<time datetime="{post.sent.isoformat(timespec="seconds")}"></time></div>\n'
    )
