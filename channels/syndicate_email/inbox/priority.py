"""Order many letters: those with a token first, found by a cheap look at their headers."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NoBase64
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from quopri import decodestring

from syndicate import Refused, Visit
from syndicate_email.inbox.box import Box
from syndicate_email.inbox.reports import RECIPIENTS, TOKEN

FEWEST_ORDERED = 1  # so few letters are not ordered
BATCH_LETTERS = 100  # letters looked at together
MOST_RECIPIENT_FIELDS = 20  # of a letter
MOST_FIELD = 2_000  # bytes of one
FIELD_NAMES = "|".join(("subject", *RECIPIENTS)).encode()
RECIPIENT_FIELDS = re.compile(
    rb"^(?:%s):[ \t]*((?:[^\r\n]|\r?\n[ \t])*)" % FIELD_NAMES, re.IGNORECASE | re.MULTILINE
)
TOKENS = re.compile(rb"(?<![\w-])%s(?![\w-])" % TOKEN.encode(), re.IGNORECASE)
RAW_ENCODED_WORD = re.compile(rb"=\?[^?\s]{1,40}\?([bq])\?([^?\s]*)\?=\s*", re.IGNORECASE)
END_OF_HEAD = re.compile(rb"\r?\n\r?\n")


def in_turn(box: Box, keys: Sequence[str], visit: Visit) -> list[str]:
    """Return letters in reading order: with our tokens, then without; oldest first.

    A token's second letter comes after every other token's first: a reader who writes a thousand
    times keeps no one waiting. Letters that there was no time to look at count as without a
    token. Letters that could not be read the last time come last.
    """
    put_off = visit.put_off()
    ready, last = list[str](), list[str]()
    for key in keys:
        (last if key in put_off else ready).append(key)
    return [*_in_turn(box, ready, visit), *last]


def _in_turn(box: Box, keys: Sequence[str], visit: Visit) -> list[str]:
    if len(keys) <= FEWEST_ORDERED:
        return list(keys)
    found = _tokens(box, keys, visit)
    times: Counter[str] = Counter()
    turns: dict[str, int] = {}
    for key in keys:
        if token := found.get(key):
            turns[key] = times[token]
            times[token] += 1
    last = max(turns.values(), default=0) + 1
    return sorted(keys, key=lambda key: turns.get(key, last))


def _tokens(box: Box, keys: Sequence[str], visit: Visit) -> dict[str, str]:
    """Return the letters with a token of ours, looked for from the newest while time lasts."""
    found, until = {}, visit.left * 2 / 3
    for end in range(len(keys), 0, -BATCH_LETTERS):
        if visit.left < until:
            break
        try:
            for key, head in box.heads(keys[max(0, end - BATCH_LETTERS) : end]):
                if token := next(filter(visit.is_ours, tokens(head)), ""):
                    found[key] = token
        except Refused:  # a server that cannot do that
            break
    return found


def tokens(head: bytes) -> list[str]:
    """Return what looks like a token in the header fields that may hold one."""
    head = head[: found.start()] if (found := END_OF_HEAD.search(head)) else head
    fields = (
        each[1][:MOST_FIELD]
        for each in islice(RECIPIENT_FIELDS.finditer(head), MOST_RECIPIENT_FIELDS)
    )
    return [
        token[1].decode().lower()
        for field in fields
        for token in TOKENS.finditer(
            RAW_ENCODED_WORD.sub(_decoded, field) if b"=?" in field else field
        )
    ]


def _decoded(word: re.Match[bytes]) -> bytes:
    if word[1].lower() == b"q":
        return decodestring(word[2].replace(b"_", b" "))
    try:
        return b64decode(word[2] + b"==")
    except NoBase64:
        return b""
