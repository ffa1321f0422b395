"""What a mail system tells of a letter of ours: that it came back, is late, or was called spam."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser, HeaderParser
from email.policy import default
from functools import lru_cache
from typing import TYPE_CHECKING

from syndicate import Reply, Says
from syndicate.text import excerpt, plain, squeeze

if TYPE_CHECKING:
    from syndicate_email.incoming import Marks

TOKEN = r"(\d{1,18}-[0-9a-f]{32}|[0-9a-f]{32})"  # noqa: S105 - its form, now and formerly
RECIPIENTS = (
    "to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-rcpt-to",
)  # fmt: skip
SENDERS = (
    "return-path", "original-mail-from", "x-postfix-sender", "x-original-sender",
    "x-original-from", "x-original-return-path", "x-original-to",
)  # fmt: skip
STATUSES = ("message/delivery-status", "message/global-delivery-status")  # RFC 3464, 6533
FEEDBACK = "message/feedback-report"  # RFC 5965
ABOUT_OURS = (
    *STATUSES, FEEDBACK, "message/rfc822", "text/rfc822-headers", "message/rfc822-headers",
    "message/global", "message/global-headers",
)  # fmt: skip
FAILED = ("failed", "expired")  # the second is nobody's standard, and in use
NO_COMPLAINTS = {
    "not-spam": Says.NOTHING,
    "auth-failure": Says.NOTHING,  # RFC 6591
    "opt-out": Says.LEAVE,
    "opt-out-list": Says.LEAVE,
}
MAILTO = re.compile(rf"subject=unsubscribe(?:%20|\+){TOKEN}(?![\w-])", re.I | re.A)
STATUS = re.compile(r"(?<![\w.])[45]\.\d{1,3}\.\d{1,3}(?!\.?\d)", re.A)  # in no IP address
SMTP = re.compile(r"(?<![\w.:/+-])[45][0-7]\d(?!\w|[.-]\d\d)", re.A)
POLICY = re.compile(
    r"\b(?:spf|dkim|dmarc|rbl|dnsbl|rdns|reverse dns|ptr|spam\w*|(?:black|block) ?list\w*"
    r"|blocked|banned|reputation|polic(?:y|ies))\b",
    re.I,
)
ADDRESS = re.compile(r'"[^"\n]*"@[^\s<>()]*|[^\s<>()\[\]"\',;:]+')  # and any other word
LONE = re.compile(r"[\ud800-\udc7f\udd00-\udfff]")  # surrogates that stand for no byte
UNSEEN = re.compile(r"(?is)<(head|style|script)\b.*?</\1\s*>")
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
LONGEST = 2000  # characters of a header that are decoded: the parser takes quadratic time
MOST_TEXT = 20_000  # characters of a text that are looked at
MOST_BLOCKS = 100  # of fields, in a report
NOT_BACK = Reply(key="", says=Says.NOTHING, detail="a letter is late, or has arrived")
NOBODYS = Reply(
    key="", says=Says.OTHER, detail="a letter came back, and nothing in it says whose it was"
)


def report(message: Message, marks: Marks) -> Reply | None:
    """What a report for machines says; None where this is none."""
    for part in parts(message):
        kind = part.get_content_type()
        if kind == FEEDBACK:
            return _fed_back(part, message, marks)
        if kind in STATUSES and (reply := _status(part, message, marks)):
            return reply
    return None


def _status(part: Message, message: Message, marks: Marks) -> Reply | None:
    """A delivery status notification (RFC 3464); None where it is of no recipient."""
    recipients = [one for one in blocks(part) if headers(one, "action", "status")]
    failed = [one for one in recipients if _is_failed(one)]
    if not failed:
        return NOT_BACK if recipients else None
    worst = max(failed, key=_code)
    detail = masked(_diagnostic(worst) or header(message, "subject"))
    reply = Reply(key="", says=Says.BOUNCED, code=_code(worst), detail=detail)
    return whose(reply, token_of(message, marks))


def _is_failed(recipient: Message) -> bool:
    action = header(recipient, "action").lower()
    return action.startswith(FAILED) if action else status(header(recipient, "status")) != ""


def _code(recipient: Message) -> str:
    said = status(header(recipient, "status"))
    if said and not said.endswith(".0.0"):
        return said
    return status(_diagnostic(recipient)) or said or "4.0.0"


def _diagnostic(recipient: Message) -> str:
    said = header(recipient, "diagnostic-code")
    return re.sub(r"^[\w.-]+\s*;\s*", "", said)  # its type (RFC 3464 2.3.6)


def _fed_back(part: Message, message: Message, marks: Marks) -> Reply:
    """What a reader's provider reports (RFC 5965)."""
    kind = header(blocks(part)[0], "feedback-type").lower().partition(" ")[0]
    reply = Reply(key="", says=NO_COMPLAINTS.get(kind, Says.COMPLAINED), detail=masked(kind))
    return reply if reply.says is Says.NOTHING else whose(reply, token_of(message, marks))


def whose(reply: Reply, token: str) -> Reply:
    """Without a token anybody could forge it, and end a stranger's subscription."""
    return replace(reply, token=token) if token else NOBODYS


def token_of(message: Message, marks: Marks, copy: str = "") -> str:
    """Whose letter it was: by where it came back to, else by its own headers, or a copy of it."""
    return next(filter(None, _tokens(message, marks, copy)), "")


def _tokens(message: Message, marks: Marks, copy: str) -> Iterator[str]:
    bounces, page = _pattern(marks.bounces), _pattern(marks.unsubscribe)
    yield _match(bounces, " ".join(headers(message, *RECIPIENTS)))
    for part in parts(message):
        if part.get_content_type() in ABOUT_OURS:
            [block] = blocks(part, 1)
            yield _match(bounces, " ".join(headers(block, *SENDERS)))
            links = header(block, "list-unsubscribe")
            yield _match(page, links) or _match(MAILTO, links)
    yield _match(bounces, copy) or _match(page, copy) or _match(MAILTO, copy)


def _match(pattern: re.Pattern[str], said: str) -> str:
    found = pattern.search(said)
    return found[1].lower() if found else ""


@lru_cache(maxsize=8)
def _pattern(known: str) -> re.Pattern[str]:
    """An address or a page of ours, with anybody's token; nothing where there is none."""
    before, slot, after = known.partition("{token}")
    after = after.partition("{token}")[0]
    ours = rf"(?<![\w.+-]){re.escape(before)}{TOKEN}{re.escape(after)}(?![\w-]|\.\w)"
    return re.compile(ours if slot else r"(?!)", re.I | re.A)


def status(said: str) -> str:
    """The first code in a text that says something, like 5.1.1; "" for none (RFC 3463, 5321).

    A provider that lists us somewhere, and says it with a bare 550, says nothing of the address.
    """
    found = STATUS.findall(said)
    telling = [code for code in found if not code.endswith(".0.0")]
    bare = [f"{code[0]}.0.0" for code in SMTP.findall(said)]
    code = next(iter([*telling, *found, *bare]), "")
    return "5.7.0" if code == "5.0.0" and POLICY.search(said) else code


def masked(said: str) -> str:
    """A line of at most 200 characters, without anybody's address."""

    def hidden(found: re.Match[str]) -> str:
        return "…" if re.search("@|%40", found[0]) else found[0]

    return excerpt(squeeze(UNPRINTABLE.sub(" ", ADDRESS.sub(hidden, said))), 200)


# messages, read without stumbling over what is wrong with them


def parsed(content: bytes) -> Message:
    """The message as it stands: no header is looked into yet."""
    try:
        return BytesParser().parsebytes(content)
    except Exception:  # RecursionError for parts in parts, and whatever garbage makes of it
        return BytesHeaderParser().parsebytes(content)


def parts(message: Message) -> Iterator[Message]:
    """What it is made of; not what messages in it are made of."""
    waiting = deque([message])
    while waiting:
        part = waiting.popleft()
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting.extendleft(reversed(_within(part)))
        else:
            yield part


def _within(part: Message) -> list[Message]:
    return [one for one in part.get_payload() if isinstance(one, Message)]


def header(message: Message, name: str) -> str:
    """All that is said under this name, in one line."""
    return " ".join(headers(message, name))


def headers(message: Message, *names: str) -> list[str]:
    """What is said under these names (lower case), decoded, a line each."""
    return [_decoded(value) for name, value in message.raw_items() if name.lower() in names]


def raw(value: str) -> str:
    """As it was written, in UTF-8 perhaps (RFC 6532); what is no text becomes U+FFFD."""
    return LONE.sub("\ufffd", value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _decoded(value: str) -> str:
    value = squeeze(raw(value))
    if "=?" not in value:
        return value
    try:
        return squeeze(raw(str(default.header_factory("subject", value[:LONGEST]))))
    except Exception:  # it stumbles over garbage in many ways
        return value


def blocks(part: Message, most: int = MOST_BLOCKS) -> list[Message]:
    """The groups of fields that a part holds, whether or not the parser saw messages in it."""
    if part.is_multipart():
        said = _without_encoding(part, "\n\n".join(map(_whole, _within(part))))
    else:
        said = _content(part)
    found = re.split(r"\n\s*\n", said.strip(), maxsplit=most)[:most]
    return [HeaderParser().parsestr(one) for one in found]


def _without_encoding(part: Message, said: str) -> str:
    """No message in a message may be encoded, but for RFC 6533; the parser looks for none."""
    encoding = header(part, "content-transfer-encoding")
    if encoding.lower() not in ("base64", "quoted-printable"):
        return said
    unseen = Message()
    unseen["Content-Transfer-Encoding"] = encoding
    unseen.set_payload(said.encode("ascii", "replace").decode())
    return _content(unseen)


def _whole(message: Message) -> str:
    fields = "".join(f"{name}: {value}\n" for name, value in message.raw_items())
    return f"{fields}\n{'' if message.is_multipart() else _content(message)}"


def text(message: Message) -> str:
    """What it says to people, from its start; HTML only where there is no plain text."""
    found: dict[bool, Message] = {}
    for part in parts(message):
        kind = part.get_content_maintype()  # a multipart here is one without its parts
        if kind in ("text", "multipart") and part.get_content_disposition() != "attachment":
            found.setdefault(part.get_content_type() == "text/html", part)
    if not found:
        return ""
    is_html = min(found)
    said = _content(found[is_html])[:MOST_TEXT]
    return plain(UNSEEN.sub("", said)) if is_html else said


def _content(part: Message) -> str:
    """A part's text, out of its transfer encoding and its charset, as far as they can be told."""
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    try:
        return raw(content.decode(part.get_content_charset() or "utf-8", "replace"))
    except (LookupError, ValueError):  # there is no such charset
        return content.decode("utf-8", "replace")
