"""Telegram's limits: https://core.telegram.org/bots/api."""

from __future__ import annotations

TEXT_UNITS, CAPTION_UNITS = 4096, 1024  # UTF-16 units after parsing
MOST_ENTITIES = 100  # per message; the server drops the rest without a word
ENTITIES_BYTES = 9000  # all together; the server's limit is about 9,500
ALBUM_MESSAGES = 10
PHOTO_BYTES = 10_000_000  # for sendPhoto
PHOTO_PIXELS = 10_000  # width and height together
PHOTO_RATIO = 20  # the longer side by the shorter
PHOTO_TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif")
DOCUMENT_BYTES = 50_000_000  # for sendDocument
