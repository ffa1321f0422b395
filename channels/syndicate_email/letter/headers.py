"""Encode header values that Python's email package would fold or encode wrongly."""

from __future__ import annotations

from email.header import Header


def phrase(text: str, header: str) -> str:
    """Return the name before an address or an id, with a blank; "" for none."""
    if not text:
        return ""
    if not _is_plain(text):
        return f"{encode_words(text, header)}\r\n "
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" '


def encode_words(text: str, header: str) -> str:
    """Return text folded, in encoded words where needed: EmailMessage loses blanks between them."""
    charset = "us-ascii" if _is_plain(text) else "utf-8"
    return Header(text, charset, maxlinelen=75, header_name=header).encode(linesep="\r\n")


def _is_plain(text: str) -> bool:
    return text.isascii() and "=?" not in text  # what looks encoded is encoded
