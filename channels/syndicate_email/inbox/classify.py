"""Classify a received message: a command, a returned letter, an automatic answer, or personal."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from email.message import Message
from email.policy import default
from hashlib import sha256

from syndicate import Meaning, Reply
from syndicate.text import excerpt, squeeze
from syndicate_email.addresses import mail_address
from syndicate_email.inbox.authentication import vouched
from syndicate_email.inbox.charsets import plain_words, raw
from syndicate_email.inbox.commands import (
    BEFORE,
    own_lines,
    parse_command,
    parse_follow,
    parse_move,
    with_token,
)
from syndicate_email.inbox.decisions import parse_decision
from syndicate_email.inbox.parsing import header, headers, readable_text
from syndicate_email.inbox.reasons import COPY, UNPRINTABLE, bounce_reason, masked
from syndicate_email.inbox.reports import (
    NOT_BOUNCED,
    TOKEN,
    Marks,
    attributed,
    envelope,
    judge_bounce,
    read_report,
    token_of,
)
from syndicate_email.inbox.structure import parse_message

log = logging.getLogger(__name__)

NAMING = ("message-id", "date", "from", "subject", "to")  # fields that mail programs do not change
MOST_HASHED = 65_536  # bytes of a body: some read only the start of a message
MOST_NAME = 200
MOST_SENDER = 1_000  # characters of a From
CONFIRM = re.compile(rf"\b(?:confirm|konfirmasi)(?: |%20|\+)+{TOKEN}(?![\w-])", re.I | re.A)
DAEMON = re.compile(r"(?:^|[\s<\"])(?:mailer-?daemon|postmaster)\b|^\s*<#?(?:@\[\])?>", re.I)
FAILURE = re.compile(
    r"undeliver|deliver\w{0,3} (?:\w{1,12} )?(?:fail|problem|error|status)|fail\w{0,3} to deliver"
    r"|(?:not|unable to|couldn't|wasn't able to|trouble) (?:be )?deliver|did not reach"
    r"|failure notice|(?:fatal|permanent) error|error sending|mail fail|qmail-send"
    r"|return(?:ed|ing) (?:mail|message|to sender)"
    r"|gagal (?:di)?kirim|tidak (?:dapat|bisa) (?:di)?(?:kirim|sampaikan)|tidak terkirim",
    re.I,
)
LATE = re.compile(
    r"\A(?:mail |message |delivery )?delay|\(delay\)|\A[^\n]*delayed(?: \d+ \w+)?$|will be retried"
    r"|still trying|will (?:keep|continue) trying|could not send message for past"
    r"|warning message only|not yet been delivered|attempts will continue|tertunda",
    re.I | re.M,
)
# final, whatever came before
OVER = re.compile(
    r"(?<!not )\ba permanent (?:error|failure)|permanent fatal error|failed permanently"
    r"|permanently failed|(?:ha(?:s|ve)|['’]ve|was) (?:been )?given up|\bgave up|are giving up"
    r"|address(?:es|\(es\))? failed:|\bno (?:further|more) (?:\w+ )?attempts"
    r"|will not be (?:re)?tried|delivered to one or more|has been returned"
    r"|retry time(?:out)? (?:was )?exceeded"
    r"|gagal permanen|kesalahan permanen|tidak akan dicoba lagi",
    re.I,
)
OVER_BY_SUBJECT = re.compile(
    r"\W*+(?:undeliver|failure notice|fail(?:ed|ure)|mail delivery failed"
    r"|returned mail(?!: warning)|delivery (?:has )?fail|delivery status notification \(failure\))",
    re.I,
)
FAILED_RECIPIENT_FIELDS = ("x-failed-recipients", "x-original-to")  # the second is DragonFly's
OWN_MESSAGE_ID = re.compile(r"<([0-9a-f]{32})@")
AUTOMATIC_REPLY = re.compile(
    r"\W*+(?:(?:i am|i['’]m|saya|kami) )?(?:currently )?"
    r"(?:out of (?:the )?office|auto(?:matic|mated)?[ -]?(?:reply|response|respon)\b|auto:"
    r"|(?:jawaban|balasan) otomatis|sedang cuti|di luar kantor)",
    re.I,
)
RESPONDERS = (
    "auto-submitted", "x-autoreply", "x-autorespond", "x-autoresponder", "x-mail-autoreply",
    "list-id",
)  # fmt: skip
BY_HAND = re.compile(r"(?:no)?\s*(?:[;(]|$)", re.I)
PRECEDENCES = ("auto_reply", "auto-reply", "bulk", "junk", "list")
NOBODY_WRITES = ("<>", "<MAILER-DAEMON>")
AUTOMATIC = Reply(key="", meaning=Meaning.NOTHING, detail="an automatic answer")


def classify(message: bytes, marks: Marks) -> Reply:
    """Classify any message; it never raises.

    ``key`` is the same however the message was fetched. ``about`` is one of ``marks.lists``;
    where none are known, it is whatever stands in the place of a name. ``email`` is the sender's
    address, which proves nothing: anybody can write any address there.
    """
    content = message.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    letter = parse_message(content)
    try:
        reply = _classified(letter, marks)
    except Exception:  # the parser stumbles over garbage in many ways
        log.info("a letter cannot be parsed", exc_info=True)
        reply = Reply(key="", meaning=Meaning.OTHER, detail="it is broken")
    return replace(reply, key=_key(letter, content))


def _key(letter: Message, content: bytes) -> str:
    fields = [(name.lower(), squeeze(raw(value))) for name, value in letter.raw_items()]
    named = sorted(field for field in fields if field[0] in NAMING)
    body = content.partition(b"\n\n")[2].strip()[:MOST_HASHED]
    return sha256(repr(named).encode() + b"\0" + body).hexdigest()[:32]


def _classified(letter: Message, marks: Marks) -> Reply:
    """Try reports first, as they are automatic too; then unsubscribing, open to machines."""
    return (
        _canary(letter, marks)
        or read_report(letter, marks)
        or _one_click(header(letter, "subject"), marks)
        or _away(letter)
        or _notice(letter, marks)
        or _automatic(letter)
        or _personal(letter, marks)
    )


def _canary(letter: Message, marks: Marks) -> Reply | None:
    """Return that a copy of a digest came through; its key is known to nobody else."""
    named = OWN_MESSAGE_ID.match(header(letter, "message-id"))
    if not (marks.canary and named) or marks.canary.lower() not in header(letter, "to").lower():
        return None
    return Reply(key="", meaning=Meaning.ARRIVED, token=named[1])


def _one_click(line: str, marks: Marks) -> Reply | None:
    """Return a request to unsubscribe with a token, which mail providers send for their users."""
    found = with_token(line) or parse_command(line, marks)
    return found if found and found.meaning is Meaning.LEAVE and found.token else None


def _away(letter: Message) -> Reply | None:
    subject = BEFORE.sub("", header(letter, "subject"))
    return AUTOMATIC if AUTOMATIC_REPLY.match(subject) else None


def _notice(letter: Message, marks: Marks) -> Reply | None:
    """Return a bounce written for people alone, as qmail, old Exim and Exchange do."""
    if not any(map(DAEMON.search, headers(letter, "return-path", "from"))):
        return None
    subject, body = header(letter, "subject"), readable_text(letter)
    between = envelope(letter, marks, headers(letter, *FAILED_RECIPIENT_FIELDS))
    about = COPY.split(body, maxsplit=1)[0]
    words = f"{subject}\n{about}"
    why = bounce_reason(body, between)
    if _is_late(subject, about, why.code):
        return NOT_BOUNCED
    if not (headers(letter, "x-failed-recipients") or FAILURE.search(words)):
        return None
    meaning, code = judge_bounce(why.code or "4.0.0", why.words, between)
    detail = masked(why.line or subject)
    return attributed(
        Reply(key="", meaning=meaning, code=code, detail=detail), token_of(letter, marks, body)
    )


def _is_late(subject: str, about: str, code: str) -> bool:
    """Return whether a letter is only delayed; a final notice may mention an earlier warning."""
    is_final = OVER_BY_SUBJECT.match(subject)
    if LATE.search(subject) and not is_final:
        return True
    is_over = OVER.search(about) or (is_final and code.startswith("5"))
    return bool(LATE.search(f"{subject}\n{about}")) and not is_over


def _automatic(letter: Message) -> Reply | None:
    """Return an automatic answer, which is neither believed nor answered (RFC 3834)."""
    machine = (
        any(not BY_HAND.match(value) for value in headers(letter, *RESPONDERS))
        or any(value.lower() in PRECEDENCES for value in headers(letter, "precedence"))
        or any(value in NOBODY_WRITES for value in headers(letter, "return-path"))
        or letter.get_content_type() == "multipart/report"  # that it was read (RFC 8098)
    )
    return AUTOMATIC if machine else None


def _personal(letter: Message, marks: Marks) -> Reply:
    subject = header(letter, "subject")
    name, email = _sender(letter, marks)
    if decided := parse_decision(letter, subject):
        by = vouched(letter, marks.authserv, email)
        return replace(decided, email=email, authentication=by)
    if confirmed := CONFIRM.search(subject):
        return Reply(key="", meaning=Meaning.CONFIRM, token=confirmed[1].lower(), email=email)
    lines = own_lines(readable_text(letter, quoted=False))
    found = _first(parse_move, [subject, *lines]) or _first(parse_follow, [subject, *lines])
    found = found or with_token(subject)
    found = found or _first(lambda line: parse_command(line, marks), [subject, *lines])
    if found is None or not (found.token or email):
        return Reply(key="", meaning=Meaning.OTHER, email=email, detail=masked(subject))
    by = "" if found.token else vouched(letter, marks.authserv, email)
    joiner = name if found.meaning is Meaning.JOIN else ""
    named = replace(found, email=email, authentication=by, name=joiner)
    return _one_click(lines[0] if lines else "", marks) or named


def _first(parse: Callable[[str], Reply | None], lines: Iterable[str]) -> Reply | None:
    return next(filter(None, map(parse, lines)), None)


def _sender(letter: Message, marks: Marks) -> tuple[str, str]:
    """Return (name, address); "" for both where the sender is not one person to write to."""
    values = [raw(value) for name, value in letter.raw_items() if name.lower() == "from"]
    try:
        [value] = map(squeeze, values)
        if len(value) > MOST_SENDER:  # the parser takes quadratic time
            return "", ""
        found = default.header_factory("from", plain_words(value))
        [group] = found.groups
        [person] = group.addresses
        address = mail_address(person.addr_spec).lower()
    except Exception:  # ValueError, and what the parser makes of garbage
        log.debug("a letter's sender cannot be read", exc_info=True)
        return "", ""
    # what the parser skips or decodes may be meant to deceive
    plainly = re.fullmatch(rf"(?:.*<)?{re.escape(person.addr_spec)}>?(?: ?\(.*\))?,?", value)
    tampered = UNPRINTABLE.search(f"{found}{person.display_name}") or group.display_name is not None
    nobody = address.partition("@")[0] in ("mailer-daemon", "postmaster")
    if not plainly or tampered or nobody or address == marks.mailbox.lower():
        return "", ""
    return excerpt(squeeze(raw(person.display_name)), MOST_NAME), address
