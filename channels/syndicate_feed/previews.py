"""Entries of a feed as people see them in a feed reader, for previews. Pure."""

from __future__ import annotations

from html import escape

from syndicate import View
from syndicate.text import plain
from syndicate.text.preview_words import preview_words
from syndicate_feed.entries import Entry


def entry_view(entry: Entry, language: str, *, with_text: bool) -> View:
    """Return an entry's title and summary, and ``with_text`` all that it holds."""
    words = preview_words(language)
    text = [entry.title, f"{words['summary']}: {entry.summary}"]
    html = f"<h3>{escape(entry.title)}</h3>\n<p><em>{escape(entry.summary)}</em></p>"
    if with_text:
        text += plain(entry.html).splitlines()
        html = f"{html}\n{entry.html}"
    return View(
        label=words["feed_entry"],
        text="\n\n".join(text),
        html=f'<div lang="{escape(entry.language)}" dir="auto">{html}</div>',
        pictures=tuple(picture.url or "" for picture in entry.pictures),
    )
