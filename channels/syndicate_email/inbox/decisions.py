"""Recognise answers to requests for approval: a token of ours, and a decision in the first line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.message import Message
from itertools import dropwhile

from syndicate import Meaning, Reply
from syndicate.text import excerpt, squeeze
from syndicate_email.inbox.commands import AROUND, GREETING, QUOTING, TAIL
from syndicate_email.inbox.parsing import HEADER_CHARACTERS, readable_text
from syndicate_email.inbox.reports import TOKEN

MOST_NOTE = 500  # characters of a reason
# in the subject of our letter, and in its text, which mail programs quote and break
MARK = re.compile(rf"\[(?:approval|persetujuan)[\s>|]+{TOKEN}\s*\]", re.I | re.A)
APPROVE = re.compile(
    r"(?:(?:ok|oke|okay|ya|yes|baik|siap)[,.!]? )?(?:saya |kami |i |we )?"
    r"(?:setuju|disetujui|menyetujui|approved?)"
    r"(?:,? (?:pak|bu|bapak|ibu|mas|mbak|kak) (?-i:[A-Z][a-z]+))?",  # a name, and no condition
    re.I,
)
NODDING = "👍👌🙏✅✔\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
REJECT = re.compile(
    r"(?:saya |kami |i )?(?:tolak|ditolak|menolak|reject(?:ed)?)\b(?P<why>.*)", re.I
)
ATTRIBUTION = re.compile(
    r"(?:on|pada|am|op)\b.{3,200}\b(?:wrote|menulis|schrieb|schreef)\s*:?", re.I
)
SIGNATURE = re.compile(r"-- ?|_{3,}|-{3,}.*")


def parse_decision(letter: Message, subject: str) -> Reply | None:
    """Return an answer to a request for approval; None where no token of one is in the letter.

    ``about`` is approve or reject; "" where its first line that is no quotation is neither.
    """
    mark = MARK.search(subject) or MARK.search(readable_text(letter))
    if mark is None:
        return None
    decision, note = decision_in(own_words(readable_text(letter, quoted=False)))
    token = mark[1].lower()
    return Reply(key="", meaning=Meaning.DECIDE, token=token, about=decision, detail=note)


def decision_in(lines: Sequence[str]) -> tuple[str, str]:
    """Return the decision of somebody's own lines, and its reason; "" for none."""
    first = next(iter(lines), "")
    if APPROVE.fullmatch(TAIL.sub("", first.strip(AROUND + NODDING)).strip(AROUND)):
        return "approve", ""
    found = REJECT.fullmatch(first.lstrip(AROUND))
    if found is None or first.endswith("?"):
        return "", ""
    reason = found["why"].strip(f"{AROUND}–—-") or next(iter(lines[1:]), "")
    return "reject", excerpt(reason, MOST_NOTE)


def own_words(body: str) -> list[str]:
    """Return the lines that are somebody's own, without greetings, quotations and signature."""
    lines = [squeeze(line[:HEADER_CHARACTERS]) for line in body.splitlines()]
    own = [line for line in lines if line and not line.startswith(QUOTING)]
    end = next((number for number, line in enumerate(own) if SIGNATURE.fullmatch(line)), len(own))
    meant = [line for line in own[:end] if not ATTRIBUTION.fullmatch(line)]
    return list(dropwhile(GREETING.fullmatch, meant))
