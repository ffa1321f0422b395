"""Why a letter came back, as a mail system tells people: in words, by addresses and codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from syndicate.text import excerpt, squeeze
from syndicate_email.inbox.parsing import parts, text
from syndicate_email.refusals.mailboxes import nameless
from syndicate_email.refusals.signs import RETURNED
from syndicate_email.refusals.verdict import MOST_WORDS, Envelope, blames_us

STATUS = re.compile(r"(?<![\w.])[45]\.\d{1,3}\.\d{1,3}(?!\.?\d)", re.A)  # in no IP address
SMTP = re.compile(r"(?<![\w.:/+-])[45][0-7]\d(?!\w|[.-]\d\d)", re.A)
POLICY = re.compile(
    r"\b(?:spf|dkim|dmarc|rbl|dnsbl|rdns|reverse dns|ptr|spam\w*|(?:black|block) ?list\w*"
    r"|blocked|banned|reputation|polic(?:y|ies))\b",
    re.I,
)
ADDRESS = re.compile(r'"[^"\n]*"@[^\s<>()]*|[^\s<>()\[\]"\',;:]+')  # and any other word
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
QUOTED = re.compile(
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


@dataclass(frozen=True, slots=True)
class Reason:
    """What is told of why a letter came back."""

    words: str = ""
    of_reader: bool = False  # whether the address that it is told of is the reader's
    line: str = ""  # for a person; "" where none says more than the others

    @property
    def code(self) -> str:
        """The first code in it that says something; "" for none."""
        return status(self.words)


def is_empty(reason: str) -> bool:
    """Whether a reason says no more than that there was one: "5.0.0", "unknown"."""
    bare = SMTP.sub(" ", STATUS.sub(" ", WITH_AT.sub(" ", reason)))
    words = re.findall(r"\w+", RETURNING.sub(" ", bare).casefold())
    return all(word in SAYS_NOTHING or word.isdigit() for word in words)


def for_people(message: Message, status_part: Message, between: Envelope) -> Reason:
    """What a report tells people before its part for machines; nothing of what comes after."""
    before = Message()
    before["Content-Type"] = "multipart/mixed"
    before.set_payload([])
    for part in parts(message):
        if part is status_part:
            break
        if part.get_content_type() in ("text/plain", "text/html"):
            before.attach(part)
    return reason(text(before), between) if before.get_payload() else Reason()


def reason(said: str, between: Envelope) -> Reason:
    """The paragraph with a code, without the advice around it; all of it where none has one.

    Where several addresses came back, only what is told of the reader's.
    """
    about = QUOTED.sub("", COPY.split(said, maxsplit=1)[0])[:MOST_ABOUT]
    readers = {one.casefold() for one in between.readers}
    sections = list(_sections(about, between))
    named = {one for addresses, _ in sections for one in addresses}
    if not readers or (len(named) == 1 and not named & readers):  # an alias, or a mistake
        sections = [(set(), about)]
    own = "\n\n".join(body for addresses, body in sections if addresses & readers)
    general = "\n\n".join(body for addresses, body in sections if not addresses)
    is_own = not is_empty(own)
    words = _telling(own if is_own else general)
    return Reason(squeeze(words), is_own, _line(words[:MOST_WORDS], whole=is_own))


def _sections(about: str, between: Envelope) -> Iterator[tuple[set[str], str]]:
    """The parts of a text by whom they are told of: addresses, in small letters, and the words."""
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
            addresses |= {one.casefold() for one in between.readers if one in line.casefold()}
        lines.append(line)
    yield addresses, "\n".join(lines)


def _telling(about: str) -> str:
    """Only the first paragraph that says something: what follows may quote our letter."""
    found = [(code, one) for one in PARAGRAPHS.split(about) if (code := status(one))]
    telling = [one for code, one in found if not code.endswith(".0.0")]
    return next(iter([*telling, *(one for _, one in found)]), about)


def _line(words: str, *, whole: bool) -> str:
    """What a person is shown of a reason: from its code on, or the line that is about us."""
    code, lines = status(words), words.splitlines()
    for number, line in enumerate(lines):
        if code and status(line) == code:
            return " ".join(lines[number:])
    if whole:
        return " ".join(lines)
    return next((line for line in lines if blames_us(set(), line, RETURNED)), "")


def status(said: str) -> str:
    """The first code in a text that says something, like 5.1.1; "" for none (RFC 3463, 5321).

    A provider that lists us somewhere, and says it with a bare 550, says nothing of the address.
    """
    found = STATUS.findall(said)
    telling = [code for code in found if not code.endswith(".0.0")]
    bare = [f"{code[0]}.0.0" for code in SMTP.findall(said)]
    code = next(iter([*telling, *found, *bare]), "")
    return "5.7.0" if code == "5.0.0" and POLICY.search(nameless(said)) else code


def masked(said: str) -> str:
    """A line of at most 200 characters, without anybody's address."""

    def hidden(found: re.Match[str]) -> str:
        return "…" if re.search("@|%40", found[0]) else found[0]

    return excerpt(squeeze(UNPRINTABLE.sub(" ", ADDRESS.sub(hidden, said))), 200)
