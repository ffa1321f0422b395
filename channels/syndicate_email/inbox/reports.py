"""Read mail systems' reports about our letters: bounces, delays and complaints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from email.message import Message
from functools import lru_cache

from syndicate import Meaning, Reply
from syndicate_email.inbox.parsing import blocks, header, headers, leaf_parts
from syndicate_email.inbox.reasons import (
    SMTP,
    STATUS_CODE,
    for_people,
    is_empty,
    masked,
    status_code,
)
from syndicate_email.refusals.mailboxes import ADDRESS_IN_AN_ANSWER as OTHERS
from syndicate_email.refusals.mailboxes import (
    NO_SUCH_CODES,
    NO_SUCH_MAILBOX,
    is_full,
    takes_no_more,
)
from syndicate_email.refusals.signs import LOGINS, RELAYINGS, RETURNED
from syndicate_email.refusals.verdict import (
    JUDGED_CHARACTERS,
    NOBODY_KNOWN,
    Envelope,
    blames_us,
    own_code,
    rejects_our_address,
)

TOKEN = r"([0-9a-f]{32})"  # noqa: S105 - its form
RECIPIENTS = (
    "to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-rcpt-to",
)  # fmt: skip
SENDERS = (
    "return-path", "original-mail-from", "x-postfix-sender", "x-original-sender",
    "x-original-from", "x-original-return-path", "x-original-to",
)  # fmt: skip
READERS_OWN = ("final-recipient", "original-recipient", "x-actual-recipient")
STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")  # RFC 3464, 6533
FEEDBACK = "message/feedback-report"  # RFC 5965
ABOUT_OURS = (
    *STATUS_TYPES, FEEDBACK, "message/rfc822", "text/rfc822-headers", "message/rfc822-headers",
    "message/global", "message/global-headers",
)  # fmt: skip
MAILBOX_FULL = "5.2.2"  # RFC 3463
TEMPORARY_CODE = "4.0.0"
FULL_NUMBERS = frozenset(("422", "452", "522", "552"))  # RFC 5321; the others are of old servers
TEMPORARY_WORDS = re.compile(
    r"temporar|(?<!and )(?<!then )try (?:again|later)|timed? ?out|servfail|unreachable"
    r"|connection (?:refused|reset|closed)|no route|lookup failure|gr[ea]y.?list",
    re.I,
)
COMMENT = re.compile(r"\(([^()]+)\)")  # RFC 3464 2.1.1
FAILED_ACTIONS = ("failed", "expired")  # the second is nobody's standard, and in use
NO_COMPLAINTS = {
    "not-spam": Meaning.NOTHING,
    "auth-failure": Meaning.NOTHING,  # RFC 6591
    "opt-out": Meaning.LEAVE,
    "opt-out-list": Meaning.LEAVE,
}
MAILTO = re.compile(rf"subject=unsubscribe(?:%20|\+){TOKEN}(?![\w-])", re.I | re.A)
NOT_BOUNCED = Reply(key="", meaning=Meaning.NOTHING, detail="a letter is delayed, or has arrived")
UNATTRIBUTED = Reply(
    key="",
    meaning=Meaning.OTHER,
    detail="a letter bounced, and nothing in it says for which subscriber",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The addresses, pages and names by which mail about our lists is recognised."""

    bounces: str = ""  # the VERP envelope sender: kembali+{token}@kantor.example; "" for none
    unsubscribe: str = ""  # the page for one click: https://…/{token}; "" for none
    mailbox: str = ""  # our own address, whose letters are not commands
    lists: tuple[str, ...] = ()  # names and titles that commands may give; () for unknown
    canary: str = ""  # the address that gets a copy of each digest; "" for none
    authserv: str = ""  # our server's name in Authentication-Results; "" for none


def read_report(message: Message, marks: Marks) -> Reply | None:
    """Return what a machine-readable report says; None where this is none."""
    for part in leaf_parts(message):
        kind = part.get_content_type()
        if kind == FEEDBACK:
            return _feedback(part, message, marks)
        if kind in STATUS_TYPES and (reply := _status(part, message, marks)):
            return reply
    return None


def _status(part: Message, message: Message, marks: Marks) -> Reply | None:
    """Read a delivery status notification (RFC 3464); None where it names no recipient."""
    recipients = [block for block in blocks(part) if headers(block, "action", "status")]
    failed = [block for block in recipients if _is_failed(block)]
    if not failed:
        return NOT_BOUNCED if recipients else None
    worst = max(failed, key=_code)
    code, why, between = _code(worst), _diagnostic(worst), _envelope(message, marks, worst)
    line = ""
    if is_empty(why):
        shown = for_people(message, part, between)
        if shown.of_reader or code not in NO_SUCH_CODES:
            code = code if _is_telling(code) else shown.code or code
            why, line = shown.words, shown.line
    meaning, code = judge_bounce(code, why, between)
    detail = masked(line or _diagnostic(worst) or header(message, "subject"))
    return attributed(
        Reply(key="", meaning=meaning, code=code, detail=detail), token_of(message, marks)
    )


def _is_telling(code: str) -> bool:
    return not code.endswith(".0.0")


def _envelope(message: Message, marks: Marks, recipient: Message) -> Envelope:
    """Return whom a letter went between: a report goes back to its sender."""
    return envelope(message, marks, headers(recipient, *READERS_OWN))


def envelope(message: Message, marks: Marks, readers: Sequence[str]) -> Envelope:
    """Return our addresses, and those of readers in a report's fields."""
    ours = filter(None, [marks.mailbox, *_addresses(headers(message, "to"))])
    return Envelope(tuple(ours), tuple(_addresses(readers)))


def _addresses(values: Sequence[str]) -> list[str]:
    return [found for value in values for found in OTHERS.findall(value)]


def judge_bounce(code: str, words: str, envelope: Envelope = NOBODY_KNOWN) -> tuple[Meaning, str]:
    """Return whether the reader or we caused a bounce, with its code.

    ``code`` is the report's own, often made up from less than the ``words`` say: a code in the
    words counts more, above all one for an address that does not exist.
    """
    words = words[:JUDGED_CHARACTERS]
    if own := own_code(words, envelope):
        return Meaning.BOUNCED, MAILBOX_FULL if takes_no_more(words) else own
    found = STATUS_CODE.findall(words)
    of_us = rejects_our_address(words, envelope)
    is_readers = code in NO_SUCH_CODES and not found and NO_SUCH_MAILBOX.search(words)
    if of_us or (not is_readers and _is_ours({code, *found}, words)):
        return Meaning.REFUSED, code
    return Meaning.BOUNCED, _contradiction(words) or code if code in NO_SUCH_CODES else code


def _is_ours(codes: set[str], words: str) -> bool:
    """Return whether it is about us; a server that relays for nobody may ask for a login, too."""
    if blames_us(codes, words, RETURNED):
        return True
    return blames_us(codes, words, LOGINS) and not blames_us(codes, words, RELAYINGS)


def _contradiction(words: str) -> str:
    """Return the code in the words that contradicts "no such address"; "" for none.

    5.1.0 and 5.0.0 say nothing of the address (RFC 3463).
    """
    found = [code for code in STATUS_CODE.findall(words) if not code.endswith((".0.0", ".1.0"))]
    numbers = SMTP.findall(words)
    is_unknown = NO_SUCH_MAILBOX.search(words)
    if is_full(set(found), words) or (FULL_NUMBERS.intersection(numbers) and not is_unknown):
        return MAILBOX_FULL
    for_now = bool(numbers) and all(number.startswith("4") for number in numbers)
    if not found and (for_now or (TEMPORARY_WORDS.search(words) and not is_unknown)):
        return TEMPORARY_CODE
    return next(iter(found), "")


def _is_failed(recipient: Message) -> bool:
    action = header(recipient, "action").lower()
    return (
        action.startswith(FAILED_ACTIONS)
        if action
        else status_code(header(recipient, "status")) != ""
    )


def _code(recipient: Message) -> str:
    code = status_code(header(recipient, "status"))
    if code and _is_telling(code):
        return code
    return status_code(_diagnostic(recipient)) or code or "4.0.0"


def _diagnostic(recipient: Message) -> str:
    """Return a recipient's reason, with the comments of its status."""
    diagnostic = re.sub(
        r"^[\w.-]+\s*;\s*", "", header(recipient, "diagnostic-code")
    )  # RFC 3464 2.3.6
    return " ".join(filter(None, [diagnostic, *COMMENT.findall(header(recipient, "status"))]))


def _feedback(part: Message, message: Message, marks: Marks) -> Reply:
    """Read a provider's feedback report (RFC 5965)."""
    kind = header(blocks(part)[0], "feedback-type").lower().partition(" ")[0]
    reply = Reply(key="", meaning=NO_COMPLAINTS.get(kind, Meaning.COMPLAINED), detail=masked(kind))
    return (
        reply if reply.meaning is Meaning.NOTHING else attributed(reply, token_of(message, marks))
    )


def attributed(reply: Reply, token: str) -> Reply:
    """Add the token; without one the reply is void, as it could be forged to harm a reader."""
    return replace(reply, token=token) if token else UNATTRIBUTED


def token_of(message: Message, marks: Marks, copy: str = "") -> str:
    """Return a bounced letter's token: from the address it came back to, its headers or copy."""
    return next(filter(None, _tokens(message, marks, copy)), "")


def _tokens(message: Message, marks: Marks, copy: str) -> Iterator[str]:
    bounces, page = _pattern(marks.bounces), _pattern(marks.unsubscribe)
    yield _match(bounces, " ".join(headers(message, *RECIPIENTS)))
    for part in leaf_parts(message):
        if part.get_content_type() in ABOUT_OURS:
            [block] = blocks(part, 1)
            yield _match(bounces, " ".join(headers(block, *SENDERS)))
            links = header(block, "list-unsubscribe")
            yield _match(page, links) or _match(MAILTO, links)
    yield _match(bounces, copy) or _match(page, copy) or _match(MAILTO, copy)


def _match(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1].lower() if found else ""


@lru_cache(maxsize=8)
def _pattern(known: str) -> re.Pattern[str]:
    """Return a pattern for an address or page of ours with any token; it never matches for ""."""
    before, slot, after = known.partition("{token}")
    after = after.partition("{token}")[0]
    ours = rf"(?<![\w.+-]){re.escape(before)}{TOKEN}{re.escape(after)}(?![\w-]|\.\w)"
    return re.compile(ours if slot else r"(?!)", re.I | re.A)
