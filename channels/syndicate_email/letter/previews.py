"""A letter as its readers see it, for previews: one entry of it, or all of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape

from syndicate import Edition, View
from syndicate.text.preview_words import preview_words
from syndicate_email.letter.compose import ListSettings, compose_letter
from syndicate_email.letter.contents import letter_contents
from syndicate_email.letter.entries import EntryLine, LetterEntry
from syndicate_email.letter.example import READER, example_parts
from syndicate_email.letter.stencil import MEDIA_TYPE

FOOT = re.compile(r"^-- \n.*\Z", re.MULTILINE | re.DOTALL)  # the reader's own links
OWN_LINKS = re.compile(  # a paragraph of links that are one reader's own
    rf"<p\b[^>]*>(?:(?!</p>).)*?{READER.token}.*?</p>", re.DOTALL
)
BODY = re.compile(r"<body\b[^>]*>(.*)</body>", re.DOTALL)
HIDDEN = re.compile(r"<!--.*?-->", re.DOTALL)


def letter_views(edition: Edition, to: ListSettings) -> Iterator[View]:
    """Yield the entry that an article gets in a digest; an urgent letter, or one by the office's
    own template, is shown as a whole."""
    words = preview_words(edition.publisher.language)
    if edition.urgent or to.design.folder:
        yield _whole(edition, to, words["urgent_letter" if edition.urgent else "digest"], words)
        return
    contents = letter_contents(edition, to.wording)
    table = to.wording.words(contents.language)
    for entry in (*contents.corrections, *contents.entries):
        yield _entry_view(entry, contents.subject, table, words)


def _whole(edition: Edition, to: ListSettings, label: str, words: Mapping[str, str]) -> View:
    from syndicate import Rendition

    content = compose_letter(edition, to).to_bytes()
    parts = example_parts(Rendition(address="", media_type=MEDIA_TYPE, content=content))
    head = f"{words['subject']}: {parts.subject}"
    body = BODY.search(HIDDEN.sub("", parts.html))
    html = OWN_LINKS.sub("", body[1] if body else parts.html)
    pictures = (*edition.items, *edition.corrections)
    return View(
        label=label,
        text=f"{head}\n\n{FOOT.sub('', parts.text).rstrip()}",
        html=f"<p><strong>{escape(head)}</strong></p>\n{html}",
        pictures=tuple(picture.url or "" for item in pictures for picture in item.article.pictures),
    )


def _entry_view(
    entry: LetterEntry, subject: str, table: Mapping[str, str], words: Mapping[str, str]
) -> View:
    head = f"{words['subject']}: {subject}"
    lines = [head, "", entry.headline, *map(_line_text, entry.beside), *entry.corrections]
    lines += [_led(entry), entry.text, _credit(entry)]
    lines += [f"{document.label}: {document.url}" for document in entry.documents]
    lines += [f"{table['read_more']}: {entry.url}"] if entry.url else []
    lines += [f"{table['source']}: {entry.sources}"] if entry.sources else []
    return View(
        label=words["digest_entry"],
        text="\n".join(line for n, line in enumerate(lines) if line or n == 1),
        html=_entry_html(entry, head, table),
        pictures=(entry.picture.url,) if entry.picture else (),
    )


def _entry_html(entry: LetterEntry, head: str, table: Mapping[str, str]) -> str:
    picture, parts = entry.picture, [f"<p><strong>{escape(head)}</strong></p>"]
    inside = []
    if picture:
        inside.append(f'<p><img src="{escape(picture.url)}" alt="{escape(picture.alt)}"></p>')
        inside += [f"<p><small>{escape(_credit(entry))}</small></p>"] if _credit(entry) else []
    inside.append(f"<h3>{_link(entry.headline, entry.url)}</h3>")
    inside += [_line_html(line) for line in entry.beside]
    inside += [f"<p><strong>{escape(line)}</strong></p>" for line in entry.corrections]
    if entry.lead:
        dateline = f"<b>{escape(entry.dateline)}</b> " if entry.dateline else ""
        inside.append(f"<p>{dateline}{escape(entry.lead)}</p>")
    inside.append(entry.html)
    inside += [f"<p>{_link(document.label, document.url)}</p>" for document in entry.documents]
    inside += [f"<p>{_link(table['read_more'], entry.url)}</p>"] if entry.url else []
    if entry.sources:
        source = f"{table['source']}: {entry.sources}"
        inside.append(f"<p><small>{escape(source)}</small></p>")
    shown = "\n".join(filter(None, inside))
    parts.append(f'<div lang="{escape(entry.language)}" dir="auto">{shown}</div>')
    return "\n".join(parts)


def _led(entry: LetterEntry) -> str:
    return " ".join(filter(None, (entry.dateline, entry.lead)))


def _credit(entry: LetterEntry) -> str:
    return entry.picture.credit if entry.picture else ""


def _line_text(line: EntryLine) -> str:
    return f"{line.label}: {line.text}" if line.text else line.label


def _line_html(line: EntryLine) -> str:
    if not line.text:
        return f"<p><b>{escape(line.label)}</b></p>"
    return f"<p>{escape(line.label)}: {_link(line.text, line.url)}</p>"


def _link(text: str, url: str) -> str:
    return f'<a href="{escape(url)}">{escape(text)}</a>' if url else escape(text)
