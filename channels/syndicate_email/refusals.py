"""Whose trouble a relay's refusal is: the reader's, or ours. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from syndicate.text import squeeze

Domain = str

READERS = ("5.1.1", "5.1.2", "5.1.3", "5.1.10")  # no such mailbox, no such domain (RFC 3463, 7505)
ENHANCED = re.compile(r"(?<![\w.])([245]\.\d{1,3}\.\d{1,3})(?![\w.])")  # RFC 3463
ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]*@[^\s<>()\[\]\"',;:]*")
ONE_S_OWN = re.compile(
    r"\S*[\d@]\S*"
)  # an id, an address of a machine, a time: of one answer alone
NUMBERS = re.compile(r"\d{3}(?:[ -]?[245]\.\d{1,3}\.\d{1,3})?(?!\S)")
MANY_AT_ONCE = r"concurrent|simultaneous|parallel|connection rate"
PER_SESSION = re.compile(  # how many connections there may be is another limit
    rf"\A(?!.*\b(?:{MANY_AT_ONCE})\b).*?(?:"
    r"\b(?:per|in|on|for|of)[ -](?:(?:the|this|one|an?|each|any|same|current|single|smtp|tcp) )*"
    r"(?:session|connection)\b"
    r"|\b(?:this|current) (?:smtp |tcp )?(?:session|connection)\b"
    r"|\bsession (?:\w+ )?(?:limit|quota|maximum)\b(?!.*\b(?:per|your|from) (?:ip|host)\b)"
    r"|\bconnection (?:messages?|e-?mails?|letters?|recipients?|transactions?) (?:limit|quota)\b)",
    re.IGNORECASE,
)
ALIKE = 3  # readers who are refused in the same words, until it is not they
# what a text that begins with it is about, whatever was found out of others (RFC 3463): our
# address, or a mailbox that there is
NOT_NO_SUCH = ("5.1.7", "5.1.8", "5.2.1", "5.2.2")
TOO_LONG = "5.2.3"  # a letter, for this one mailbox (RFC 3463): others may take it
NO_SUCH = re.compile(
    r"no such (?:\w+ )?(?:user|mail ?box|recipient|account|address|person)"
    r"|(?:user|mail ?box|recipient|account|address) (?:is |was )?(?:unknown|not found|invalid)"
    r"|unknown (?:local )?(?:user|recipient|mail ?box)"
    r"|(?:user|mail ?box|recipient|account|address)(?: \w+){0,6} (?:does not|doesn['’]t) exist",
    re.IGNORECASE,
)
WHOSE_BOX = r"(?:mail ?box|inbox|user|account|recipient)\b.{0,60}"
# a reader's mailbox that takes no more, for a while: by its size, not by what is sent
FULL = re.compile(
    rf"{WHOSE_BOX}(?:full\b(?! (?:e-?mail|address|name))|quota|storage|size|space)"
    r"|over.?quota|disk (?:quota|space|full)|quota (?:is )?(?:full|exceeded)",
    re.IGNORECASE,
)
SHUT = re.compile(rf"{WHOSE_BOX}(?:disabled|inactive)", re.IGNORECASE)
SENDING = re.compile(
    r"outbound|outgoing|\bsen[dt]|hour|\brate\b|per (?:day|minute)|relay"
    r"|\bspf\b|\bdkim\b|\bdmarc\b",
    re.IGNORECASE,
)


class Whose(Enum):
    """Whom a refusal is about."""

    READER = auto()  # no letter will ever arrive there
    OURS = auto()  # our login, sender, quota, content or name: everybody would be refused
    LETTER = auto()  # nobody can tell: this letter is tried again


@dataclass(frozen=True, slots=True)
class Sign:
    """What in an answer says that it is about us, and where that is written down."""

    source: str
    codes: tuple[str, ...]  # enhanced ones
    words: re.Pattern[str]


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


SIGNS = (
    Sign(
        "RFC 4954 6, RFC 5248: a login is needed, is wrong, or too weak",
        ("5.7.8", "5.7.9", "5.7.11", "5.7.12", "5.7.13", "5.7.30", "5.7.57", "5.7.139"),
        _words(
            r"authentication (?:is )?(?:required|unsuccessful|failed)", r"not authenticated",
            r"must (?:be )?authenticat", r"must issue a STARTTLS", r"login (?:required|disabled)",
            r"smtp auth", r"turn on .{0,20}auth",
        ),
    ),
    Sign(
        "Postfix smtpd_relay_restrictions, Exim, Exchange 5.7.54: no relay for us",
        ("5.7.54", "5.7.64", "5.7.367", "5.7.368"),
        _words(
            r"relay(?:ing)? (?:access )?(?:is )?(?:denied|not permitted|prohibited|not allowed)",
            r"unable to relay", r"not (?:permitted|allowed) to relay", r"do(?:es)? not relay",
            r"(?:client host|helo command|ehlo command) rejected",
        ),
    ),
    Sign(
        "Exchange SendAsDenied (5.2.252), RFC 3463 5.1.7 and 5.1.8: our sender",
        (
            "5.1.7", "5.1.8", "5.1.90", "5.2.252", "5.7.60", "5.7.501", "5.7.502", "5.7.503",
            "5.7.708",
        ),
        _words(
            r"send ?as ?denied", r"not owned by user", r"not allowed to send as",
            r"sender (?:address |domain )?(?:is )?(?:rejected|not allowed|not permitted|denied)",
            r"sender (?:address |domain )?(?:is )?(?:not authorized|invalid|verify failed)",
            r"sender .{0,30}must match", r"mail from .{0,40}not allowed",
            r"client does not have permissions to send", r"banned sender",
            r"e?-?mail address is not verified", r"outgoing (?:e-?)?mail.{0,60}suspended",
        ),
    ),
    Sign(
        "Gmail 5.4.5, Exchange 5.7.232 and 5.7.233, Exim ratelimit, cPanel: how much we may send",
        ("5.2.122", "5.4.5", "5.7.28", "5.7.232", "5.7.233", "5.7.705", "5.7.750"),
        _words(
            r"(?:hourly|daily|sending|rate|message|mail|outbound|smtp)[\w ]{0,20}(?:limit|quota)",
            r"limits? (?:has been |was )?(?:exceeded|reached)", r"rate.?limit", r"throttl",
            r"too many (?:messages|mails?|e-?mails?|recipients|connections)",
            r"exceeded (?:the |your |its )?(?:\w+ ){0,5}(?:limit|quota|rate|per hour|per day)",
            r"(?:relay|account|sender'?s?|your) (?:\w+ ){0,2}quota",
            r"quota (?:of|for) (?:this|the|your) (?:relay|account|sender|host|server)",
            r"(?:sending|message|mail) rate",
        ),
    ),
    Sign(
        "Outlook 5.7.515, Gmail 5.7.26 and 5.7.27, RFC 7372: SPF, DKIM, DMARC",
        (
            "5.7.20", "5.7.21", "5.7.22", "5.7.23", "5.7.24", "5.7.25", "5.7.26", "5.7.27",
            "5.7.40", "5.7.509", "5.7.515",
        ),
        _words(
            r"\bspf\b", r"\bdkim\b", r"\bdmarc\b", r"\bptr record", r"reverse dns", r"\brdns\b",
            r"unauthenticated (?:mail|email|message)",
        ),
    ),
    Sign(
        "Outlook 5.7.606 to 5.7.649, Spamhaus and other lists: our address's name",
        (*(f"5.7.{number}" for number in range(606, 650)), "5.7.511", "5.7.703", "5.7.1300"),
        _words(
            r"spamhaus", r"spamcop", r"barracuda", r"\b(?:rbl|dnsbl)\b", r"reputation",
            r"(?:black|block|deny) ?list", r"blocked using", r"banned (?:sending )?ip",
            r"ip (?:address )?(?:\S+ )?(?:is |has been )?(?:blocked|banned|listed)",
            r"client host .{0,80}blocked",
        ),
    ),
    Sign(
        "RFC 3463 5.6 and 5.3.4, content filters: what the letter says",
        (TOO_LONG, "5.3.4", "5.6.0", "5.6.1", "5.6.2", "5.6.3", "5.6.6", "5.7.512"),
        _words(
            r"\bspam\b", r"unsolicited", r"\bvirus\b", r"malware", r"phish",
            r"message (?:size|too large)",
            r"content (?:was |is )?(?:rejected|refused|denied|blocked)",
            r"policy (?:violation|reasons?|rejection)", r"(?:local|security) policy",
        ),
    ),
)  # fmt: skip
RETURNED = SIGNS[2:]  # somebody else's server that knows no login or relaying has no such reader


def whose(step: str, code: int, text: str) -> Whose:
    """Whom an answer of class 5 is about; ``step`` is what it answers: MAIL, RCPT, DATA, DOT."""
    if own_code(text):
        return Whose.READER
    if step == "MAIL" or code in (530, 534, 535, 538):
        return Whose.OURS
    codes = set(ENHANCED.findall(text))
    return Whose.OURS if is_ours(codes, text) and TOO_LONG not in codes else Whose.LETTER


def own_code(text: str) -> str:
    """The code that says that there is no such reader; "" where none says so of the reader.

    Who looks our own address up may say what was found: 5.1.7 …: 550 5.1.1 user unknown.
    """
    codes = ENHANCED.findall(text)
    if codes and codes[0] in NOT_NO_SUCH:
        return ""
    return next((code for code in codes if code in READERS), "")


def is_ours(codes: set[str], text: str, signs: Sequence[Sign] = SIGNS) -> bool:
    """Whether a refusal with these enhanced codes and words says that it is about us."""
    said = ADDRESS.sub("", text)  # whose names may hold any word
    if any(not codes.isdisjoint(sign.codes) for sign in signs):
        return True
    return not is_full(codes, said) and any(sign.words.search(said) for sign in signs)


def takes_no_more(text: str) -> bool:
    """Whether words say of a mailbox that it is full, and not that it does not exist."""
    said = ADDRESS.sub("", text)
    return bool(FULL.search(said)) and not NO_SUCH.search(said)


def is_full(codes: set[str], text: str) -> bool:
    """Whether a reader's mailbox takes no more just now, not how much we send."""
    full = not codes.isdisjoint(("5.2.1", "5.2.2")) or FULL.search(text) or SHUT.search(text)
    return bool(full) and not SENDING.search(text)


def alike(text: str, domain: Domain = "") -> str:
    """What two refusals share that are the same but for whom they name, and of which answer."""
    numbers = found[0] if (found := NUMBERS.match(text)) else ""
    words = text.removeprefix(numbers)
    if domain:
        words = re.sub(rf"(?<![\w.-]){re.escape(domain)}(?![\w-])", "…", words, flags=re.IGNORECASE)
    return squeeze(f"{numbers} {ONE_S_OWN.sub('…', words)}").casefold()


@dataclass(slots=True)
class Refusals:
    """What a relay has refused in one run, by its words."""

    domains: dict[str, dict[Domain, set[str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )
    _held: dict[Domain, str] = field(default_factory=dict)

    def note(self, recipient: str, text: str) -> bool:
        """Take down that a letter to somebody was refused so.

        True where so many were, in several domains, that it is not they.
        """
        domain = recipient.rpartition("@")[2].casefold()
        words = alike(text, domain)
        seen = self.domains[words]
        seen[domain].add(recipient.casefold())
        if len(seen) == 1 and len(seen[domain]) >= ALIKE:
            self._held[domain] = words
        return len(seen) > 1 and sum(map(len, seen.values())) >= ALIKE

    def hold(self, recipient: str) -> str:
        """The words in which a domain refuses everybody; "" where it does not."""
        return self._held.get(recipient.rpartition("@")[2].casefold(), "")
