"""Decide whether a refusal is about the reader or about us. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from syndicate.text import squeeze
from syndicate_email.refusals.mailboxes import (
    ADDRESS_IN_AN_ANSWER,
    NO_SUCH_CODES,
    NO_SUCH_MAILBOX,
    NOT_NO_SUCH,
    ONE_READERS,
    PERSONAL,
    SHUT,
    about_us,
    codes_about_us,
    is_full,
)
from syndicate_email.refusals.signs import FOR_NOW, REFUSAL_SIGNS, TOO_LONG, RefusalSign

Domain = str

ENHANCED_CODE = re.compile(r"(?<![\w.])([245]\.\d{1,3}\.\d{1,3})(?![\w.])")  # RFC 3463
ONE_S_OWN = re.compile(
    r"\S*[\d@]\S*"
)  # an id, an address of a machine, a time: of one answer alone
NUMBERS = re.compile(r"\d{3}(?:[ -]?[245]\.\d{1,3}\.\d{1,3})?(?!\S)")
# our address is meant, which a server may look up before it takes a letter
WE = r"(?:your |the |envelope |mail )?(?:sender|return[- ]?path|from[- ]address)(?:['’]?s)?"
OF_SENDER = re.compile(
    r"verification failed for\b|\bcalled:.{0,300}\bsent:.{0,300}\bresponse:"
    rf"|verif\w+ (?:\w+ ){{0,2}}?{WE}\b"
    rf"|{WE} (?:e-?mail |address |domain |host ){{0,2}}(?:is |was |could |cannot |does )?(?:not )?"
    r"(?:rejected|refused|denied|verif\w+|call-?(?:out|back)|lookup|check|unknown|invalid|found"
    r"|exist\w*|unroutable)\b",
    re.IGNORECASE,
)
CLAUSE = re.compile(r";|(?<![\w.])[45]\d\d(?=[ -])")  # where another one begins
NUMBERS_BEFORE = re.compile(r"[45]\d\d[ -]\s*\Z")
JUDGED_CHARACTERS = 2000  # characters of an answer that are judged
COMPARED = 500  # characters of a refusal
MOST_KINDS = 1_000  # of refusals remembered; a relay may use other words for each letter
MANY_AT_ONCE = r"concurrent|simultaneous|parallel|connection rate"
LETTER_NOUNS = r"(?:messages?|e-?mails?|mails?|letters?|recipients?|transactions?)\b"
NOT_TAKEN = r"(?:invalid|unknown|bad|rejected|failed|refused)"
SESSION = (
    r"(?:\b(?:per|in|on|for|of)[ -](?:(?:the|this|one|an?|each|any|same|current|single|smtp|tcp) )*"
    r"(?:session|connection)\b"
    r"|\b(?:this|current) (?:smtp |tcp )?(?:session|connection)\b"
    r"|\bper-(?:session|connection)\b)"
)
HOW_MANY = (
    r"(?:\b(?:too many|max(?:imum)?|more than|at most|exceeds?|exceeded|number of|limit of)"
    rf" (?:(?!{NOT_TAKEN})[\w-]{{1,20}} ){{0,3}}{LETTER_NOUNS}"
    rf"|(?<![\d.])\b\d+ (?:\w+ )?{LETTER_NOUNS}"
    rf"|\b{LETTER_NOUNS}[ -](?:[\w-]{{1,20}} ){{0,6}}(?:limit|quota|maximum|exceeded|reached)\b)"
)
PER_SESSION = re.compile(  # how many connections there may be is another limit
    rf"\A(?!.*\b(?:{MANY_AT_ONCE})\b)(?:"
    rf"(?=.*?{HOW_MANY}).*?{SESSION}"
    r"|.*?\bsession (?:\w+ )?(?:limit|quota|maximum)\b(?= (?:is |was |has been )?(?:exceed|reach))"
    r"(?!.*\b(?:per|your|from) (?:ip|host)\b)"
    rf"|.*?\bconnection {LETTER_NOUNS} (?:limit|quota)\b"
    rf"|.*?\benough (?:{LETTER_NOUNS} )?{SESSION}|.*?\bper (?:\w+ )?(?:session|connection): \d+)",
    re.IGNORECASE,
)
GREY = re.compile(r"gr[ea]y.?list|try again (?:in|after) \d+ (?:s|min)", re.IGNORECASE)
REFUSES_US = (  # behind our address or domain
    r"suspen|disabled|disallow|blocked|exceed|quota|restrict|unverified|on hold"
    r"|not (?:allowed|permitted|authori[sz]ed|verified|activ)"
    r"|ditangguhkan|diblokir|dinonaktifkan|dibekukan|dibatasi|melebihi|melampaui"
    r"|(?:tidak|belum) (?:diizinkan|diverifikasi|terverifikasi|aktif)"
)
OF_US = (502, 530, 534, 535, 538)  # commands and logins (RFC 5321, 4954)
MOST_CODES = 20  # of one answer that are judged
MOST_MISSING = 10  # readers said not to exist, beyond the number of letters taken
MOST_ALIKE_READERS = 3  # refused in the same words; more mean that it is about us


class Cause(Enum):
    """The cause of a refusal."""

    READER = auto()  # no letter will ever arrive there
    OURS = auto()  # our login, sender, quota, content or name: everybody would be refused
    LETTER = auto()  # unclear: this letter is tried again


@dataclass(frozen=True, slots=True)
class Envelope:
    """Sender's and reader's addresses of a letter, as far as they are known."""

    ours: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()

    def is_ours(self, address: str) -> bool:
        """Return whether an address is ours, or of our domain and no reader's."""
        ours, readers = _folded(self.ours), _folded(self.readers)
        is_of_our_domain = _domain(address) in map(_domain, ours)
        return address not in readers and (address in ours or (bool(readers) and is_of_our_domain))

    def is_a_strangers(self, address: str) -> bool:
        """Return whether it is neither a reader's nor of a reader's domain."""
        return bool(self.readers) and _domain(address) not in map(_domain, _folded(self.readers))


NOBODY_KNOWN = Envelope()


def cause_of(step: str, code: int, text: str, envelope: Envelope = NOBODY_KNOWN) -> Cause:
    """Return the cause of a 5xx answer; ``step`` is what it answers: MAIL, RCPT, DATA, DOT."""
    text = text[:JUDGED_CHARACTERS]
    if own_code(text, envelope):
        return Cause.READER
    if step == "MAIL" or code in OF_US or rejects_our_address(text, envelope):
        return Cause.OURS
    codes = set(ENHANCED_CODE.findall(text))
    return Cause.OURS if blames_us(codes, text) and TOO_LONG not in codes else Cause.LETTER


def slows_us(text: str) -> bool:
    """Return whether a 4xx answer is about our login, our sender or our quota.

    What concerns one mailbox (RFC 3463, 3.3) is not, nor is greylisting: that ends by itself.
    """
    text = text[:JUDGED_CHARACTERS]
    codes = ENHANCED_CODE.findall(text)
    if GREY.search(text) or any(code[1:].startswith(".2.") for code in codes):
        return False
    return blames_us({f"5{code[1:]}" for code in codes}, text, FOR_NOW)


def own_code(text: str, envelope: Envelope = NOBODY_KNOWN) -> str:
    """Return the code for a reader's address that does not exist; "" for none.

    A server that looks up our own address may quote the result: 5.1.7 …: 550 5.1.1 user unknown.
    """
    codes = ENHANCED_CODE.findall(text)
    if codes and codes[0] in NOT_NO_SUCH:
        return ""
    return next((code for code, of in _readers_codes(text, envelope) if of is Cause.READER), "")


def rejects_our_address(text: str, envelope: Envelope = NOBODY_KNOWN) -> bool:
    """Return whether it is our own address that is said not to exist."""
    codes = _readers_codes(text, envelope)
    is_meant = any(of is Cause.OURS for _, of in codes)
    is_unknown = bool(NO_SUCH_MAILBOX.search(text) and OF_SENDER.search(text) and not codes)
    return is_meant or is_unknown or _names_us(text, envelope)


def _names_us(text: str, envelope: Envelope) -> bool:
    """Return whether it names our address or domain as not allowed to send."""
    theirs = set(map(_domain, _folded(envelope.readers)))
    ours = set(map(_domain, _folded(envelope.ours))) - theirs
    if not ours or PERSONAL.search(text) or NO_SUCH_MAILBOX.search(text):
        return False
    us = rf"(?<![\w.-])(?:{'|'.join(map(re.escape, sorted(ours)))})(?![\w-]|\.\w)"
    return bool(re.search(rf"{us}.{{0,60}}\b(?:{REFUSES_US})", text, re.IGNORECASE))


def _readers_codes(text: str, envelope: Envelope) -> list[tuple[str, Cause]]:
    """Return the codes for mailboxes that do not exist, each with whose it is."""
    found = [code for code in ENHANCED_CODE.finditer(text) if code[1] in NO_SUCH_CODES][:MOST_CODES]
    return [(code[1], _of_whom(text, code, envelope)) for code in found]


def _of_whom(text: str, code: re.Match[str], envelope: Envelope) -> Cause:
    """Return whose address a code is about, by the words and addresses of its clause."""
    end = CLAUSE.search(text, code.end())
    after = text[code.end() : end.start() if end else len(text)]
    introduction = text[: code.start()]
    if OF_SENDER.search(introduction + after):
        return Cause.OURS
    is_leading = NUMBERS.fullmatch(introduction.strip()) or not introduction.strip()
    before = CLAUSE.split(NUMBERS_BEFORE.sub("", introduction))[-1]
    named = _addresses(after) or ([] if is_leading else _addresses(before))
    if named and all(map(envelope.is_ours, named)):
        return Cause.OURS
    if named and not is_leading and all(map(envelope.is_a_strangers, named)):
        return Cause.LETTER
    return Cause.READER


def _addresses(text: str) -> list[str]:
    return [found.casefold() for found in ADDRESS_IN_AN_ANSWER.findall(text)]


def _folded(addresses: tuple[str, ...]) -> list[str]:
    return [address.casefold() for address in addresses]


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def blames_us(codes: set[str], text: str, signs: Sequence[RefusalSign] = REFUSAL_SIGNS) -> bool:
    """Return whether a refusal with these enhanced codes and words is about us."""
    if not codes.isdisjoint(ONE_READERS):
        return False
    words = about_us(text)
    codes = codes_about_us(codes, text)
    if any(not codes.isdisjoint(sign.codes) for sign in signs):
        return True
    return not is_full(codes, words) and any(sign.words.search(words) for sign in signs)


def normalised(text: str, domain: Domain = "") -> str:
    """Return a refusal's words without what differs between answers: names, ids, times."""
    text = text[:COMPARED]
    numbers = found[0] if (found := NUMBERS.match(text)) else ""
    words = text.removeprefix(numbers)
    if domain:
        words = re.sub(rf"(?<![\w.-]){re.escape(domain)}(?![\w-])", "…", words, flags=re.IGNORECASE)
    return squeeze(f"{numbers} {ONE_S_OWN.sub('…', words)}").casefold()


@dataclass(slots=True, kw_only=True)
class Refusals:
    """A relay's refusals in one run, by their normalised words."""

    domains: dict[str, dict[Domain, set[str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )
    taken: int = 0  # letters
    _held: dict[Domain, str] = field(default_factory=dict)

    def note(self, recipient: str, text: str) -> bool:
        """Count a refused letter.

        Return True where so many were refused alike, in several domains, that it is about us.
        """
        domain = recipient.rpartition("@")[2].casefold()
        words = normalised(text, domain)
        if words not in self.domains and len(self.domains) >= MOST_KINDS:
            del self.domains[next(iter(self.domains))]
        seen = self.domains[words]
        seen[domain].add(recipient.casefold())
        is_theirs = NO_SUCH_MAILBOX.search(text) or SHUT.search(text)
        least = MOST_MISSING + self.taken if is_theirs else MOST_ALIKE_READERS
        if len(seen) == 1 and len(seen[domain]) >= least:
            self._held[domain] = words
        return len(seen) > 1 and sum(map(len, seen.values())) >= least

    def hold(self, recipient: str) -> str:
        """Return the words in which a domain refuses everybody; "" where it does not."""
        return self._held.get(recipient.rpartition("@")[2].casefold(), "")
