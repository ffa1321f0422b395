"""Extract why a letter bounced from the text that mail systems write for people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from syndicate.text import excerpt, squeeze
from syndicate_email.inbox.parsing import leaf_parts, readable_text
from syndicate_email.refusals.mailboxes import nameless
from syndicate_email.refusals.signs import RETURNED
from syndicate_email.refusals.verdict import JUDGED_CHARACTERS, Envelope, blames_us

STATUS_CODE = re.compile(r"(?<![\w.])[45]\.\d{1,3}\.\d{1,3}(?!\.?\d)", re.A)  # in no IP address
SMTP = re.compile(r"(?<![\w.:/+-])[45][0-7]\d(?!\w|[.-]\d\d)", re.A)
POLICY_WORDS = re.compile(
    r"\b(?:spf|dkim|dmarc|rbl|dnsbl|rdns|reverse dns|ptr|spam\w*|(?:black|block) ?list\w*"
    r"|blocked|banned|reputation|polic(?:y|ies))\b",
    re.I,
)
ADDRESS_OR_WORD = re.compile(r'"[^"\n]*"@[^\s<>()]*|[^\s<>()\[\]"\',;:]+')  # and any other word
MOST_ABOUT = 10_000  # characters of a notice, before the copy, that are judged
WITH_AT = re.compile(r"(?<!\S)[^\s@]*+@\S*")  # a word that is or holds an address
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
FOLLOWS = r"(?:follows?|(?:is|are) (?:as follows|attached|below|quoted|included))\b"
COPY = re.compile(  # where a letter of ours begins, below the text about it
    r"^[ \t>]*(?:-{3}.*\b(?:copy|original|header|unsent|asli|salinan)|original message"
    r"|(?:below is|here is|this is) (?:a|the) (?:copy|original)\b"
    r"|return-path:|received:"
    r"|(?:(?:the|your|this|full|original|returned|undelivered|rejected) ){0,3}"
    rf"(?:message|e-?mail|mail|letter)(?:['’]?s)? (?:(?:headers?|contents?|text|body) )?{FOLLOWS}"
    r"|(?:isi |salinan )?(?:pesan|surat|e-?mail) (?:asli|anda:)|salinan (?:pesan|surat))",
    re.I | re.M,
)
# lines of our letter that stand in a notice without a word about it
QUOTED_LETTER = re.compile(
    r"^[ \t]*(?:>(?!>).*|(?:subject|subjek|perihal|x-[\w-]+|list-[\w-]+|message-id)[ \t]*:.*)$",
    re.I | re.M,
)
PARAGRAPHS = re.compile(r"\n\s*\n")
HEADING = re.compile(  # of what is told about one address
    r"(?P<indent>[ \t]*)(?:[*•·-][ \t]+)?(?:(?:to|recipient|address|kepada|penerima)[ \t]*:[ \t]*)?"
    r"[<\"']*(?P<address>[^\s<>()\[\]\"',;:@]{1,254}@[^\s<>()\[\]\"',;:]+)[>\"':]*"
    r"(?:[ \t]*[(<]mailto:[^\s)>]*[)>])?[ \t]*:?",
    re.I,
)
RETURNING = re.compile(r"return(?:ing|ed)? (?:the |your )?(?:message|mail)? ?to sender", re.I)
SAYS_NOTHING = frozenset(
    """
    a an the this your of for to by be was is are has been and it smtp esmtp dns rfc822
    unknown unspecified undefined other error errors problem failure failed fail fails failing
    fatal permanent permanently final status code reason no none not n na null nil any
    deliver delivered delivering delivery deliverable undeliverable undelivered nondelivery non
    message messages mail email e letter letters could couldn can cannot t unable returned return
    bounced bounce rejected refused transaction action requested aborted taken service unavailable
    see above below text details detail more information please
    gagal pengiriman terkirim dikirim kirim tidak dapat bisa surat pesan kesalahan permanen galat
    """.split()  # noqa: SIM905 - that many in a list would be a column of their own
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BounceReason:
    """The reason why a letter bounced."""

    words: str = ""
    of_reader: bool = False  # it is given for the reader's address
    line: str = ""  # to show a person; "" where no line stands out

    @property
    def code(self) -> str:
        """The first meaningful code in it; "" for none."""
        return status_code(self.words)


def is_empty(reason: str) -> bool:
    """Return whether a reason is no more than "5.0.0" or "unknown"."""
    bare = SMTP.sub(" ", STATUS_CODE.sub(" ", WITH_AT.sub(" ", reason)))
    words = re.findall(r"\w+", RETURNING.sub(" ", bare).casefold())
    return all(word in SAYS_NOTHING or word.isdigit() for word in words)


def for_people(message: Message, status_part: Message, between: Envelope) -> BounceReason:
    """Return the reason in a report's text for people, which precedes its part for machines."""
    before = Message()
    before["Content-Type"] = "multipart/mixed"
    before.set_payload([])
    for part in leaf_parts(message):
        if part is status_part:
            break
        if part.get_content_type() in ("text/plain", "text/html"):
            before.attach(part)
    return bounce_reason(readable_text(before), between) if before.get_payload() else BounceReason()


def bounce_reason(notice: str, between: Envelope) -> BounceReason:
    """Return the paragraph with a code, without the advice around it; else the whole text.

    Where several addresses bounced, only what is said of the reader's.
    """
    about = QUOTED_LETTER.sub("", COPY.split(notice, maxsplit=1)[0])[:MOST_ABOUT]
    readers = {address.casefold() for address in between.readers}
    sections = list(_sections(about, between))
    named = {address for addresses, _ in sections for address in addresses}
    if not readers or (len(named) == 1 and not named & readers):  # an alias, or a mistake
        sections = [(set(), about)]
    own = "\n\n".join(body for addresses, body in sections if addresses & readers)
    general = "\n\n".join(body for addresses, body in sections if not addresses)
    is_own = not is_empty(own)
    words = _telling(own if is_own else general)
    line = _line(words[:JUDGED_CHARACTERS], whole=is_own)
    return BounceReason(words=squeeze(words), of_reader=is_own, line=line)


def _sections(about: str, between: Envelope) -> Iterator[tuple[set[str], str]]:
    """Split a text by the addresses it is about: yield addresses, in lower case, and words."""
    addresses: set[str] = set()
    lines: list[str] = []
    depth = 0
    for line in about.splitlines():
        found = HEADING.match(line)
        indent = len(line) - len(line.lstrip())
        address = found["address"].rstrip(".").casefold() if found else ""
        begins = found and not between.is_ours(address) and (not addresses or indent <= depth)
        is_over = addresses and line.strip() and indent < depth and not lines[-1].strip()
        if begins or is_over:
            yield addresses, "\n".join(lines)
            addresses, lines = set(), []
        if begins and found:
            addresses, depth, line = {address}, indent, line[found.end() :]
        elif addresses:
            addresses |= {each.casefold() for each in between.readers if each in line.casefold()}
        lines.append(line)
    yield addresses, "\n".join(lines)


def _telling(about: str) -> str:
    """Return the first paragraph with a meaningful code: what follows may quote our letter."""
    found = [
        (code, paragraph)
        for paragraph in PARAGRAPHS.split(about)
        if (code := status_code(paragraph))
    ]
    telling = [paragraph for code, paragraph in found if not code.endswith(".0.0")]
    return next(iter([*telling, *(paragraph for _, paragraph in found)]), about)


def _line(words: str, *, whole: bool) -> str:
    """Return the line to show a person: from the code on, or the line about us."""
    code, lines = status_code(words), words.splitlines()
    for number, line in enumerate(lines):
        if code and status_code(line) == code:
            return " ".join(lines[number:])
    if whole:
        return " ".join(lines)
    return next((line for line in lines if blames_us(set(), line, RETURNED)), "")


def status_code(words: str) -> str:
    """Return the first meaningful code in a text, like 5.1.1; "" for none (RFC 3463, 5321).

    A bare 550 with words about blocklists or policies says nothing of the address: 5.7.0.
    """
    found = STATUS_CODE.findall(words)
    telling = [code for code in found if not code.endswith(".0.0")]
    bare = [f"{code[0]}.0.0" for code in SMTP.findall(words)]
    code = next(iter([*telling, *found, *bare]), "")
    return "5.7.0" if code == "5.0.0" and POLICY_WORDS.search(nameless(words)) else code


def masked(text: str) -> str:
    """Return a line of at most 200 characters, addresses masked."""

    def hidden(found: re.Match[str]) -> str:
        return "…" if re.search("@|%40", found[0]) else found[0]

    return excerpt(squeeze(UNPRINTABLE.sub(" ", ADDRESS_OR_WORD.sub(hidden, text))), 200)
