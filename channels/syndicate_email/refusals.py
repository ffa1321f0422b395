"""Whose trouble a relay's refusal is: the reader's, or ours. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from enum import Enum, auto

from syndicate.text import squeeze

READERS = ("5.1.1", "5.1.2", "5.1.3", "5.1.10")  # no such mailbox, no such domain (RFC 3463, 7505)
ENHANCED = re.compile(r"(?<![\w.])([245]\.\d{1,3}\.\d{1,3})(?![\w.])")  # RFC 3463
ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]*@[^\s<>()\[\]\"',;:]*|\b[0-9a-f]{8,}\b|\d+", re.I)
PER_SESSION = re.compile(
    r"(?:per|in (?:one|a|this)|for this) (?:session|connection)|(?:session|connection) limit",
    re.IGNORECASE,
)
ALIKE = 3  # readers who are refused in the same words, until it is not they
MAILBOX = re.compile(r"mail ?box|inbox|over(?:\s|-)?quota|user(?:'s)? (?:is )?over", re.IGNORECASE)


class Whose(Enum):
    """Whom a refusal is about."""

    READER = auto()  # no letter will ever arrive there
    OURS = auto()  # our login, sender, quota, content or name: everybody would be refused
    LETTER = auto()  # nobody can tell: this letter is tried again


@dataclass(frozen=True, slots=True)
class Sign:
    """What in an answer says that it is about us, and where that is written down."""

    source: str
    codes: tuple[str, ...] = ()  # enhanced ones
    words: re.Pattern[str] | None = None

    def is_in(self, codes: set[str], text: str) -> bool:
        return not codes.isdisjoint(self.codes) or bool(self.words and self.words.search(text))


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


SIGNS = (
    Sign(
        "RFC 4954 6, RFC 5248: a login is needed, is wrong, or too weak",
        ("5.7.8", "5.7.9", "5.7.11", "5.7.12", "5.7.13", "5.7.30", "5.7.57", "5.7.139"),
        _words(
            r"authentication (?:is )?(?:required|unsuccessful|failed)", r"not authenticated",
            r"must (?:be )?authenticat", r"must issue a STARTTLS", r"login (?:required|disabled)",
        ),
    ),
    Sign(
        "Postfix smtpd_relay_restrictions, Exim, Exchange 5.7.54: no relay for us",
        ("5.7.54", "5.7.64", "5.7.367", "5.7.368"),
        _words(
            r"relay(?:ing)? (?:access )?(?:is )?(?:denied|not permitted|prohibited|not allowed)",
            r"unable to relay", r"not (?:permitted|allowed) to relay", r"do(?:es)? not relay",
        ),
    ),
    Sign(
        "Exchange SendAsDenied (5.2.252), RFC 3463 5.1.7 and 5.1.8: our sender",
        ("5.1.7", "5.1.8", "5.1.90", "5.2.252", "5.7.60", "5.7.708"),
        _words(
            r"send ?as ?denied", r"not owned by user", r"not allowed to send as",
            r"sender (?:address |domain )?(?:is )?(?:rejected|not allowed|not permitted|denied)",
            r"sender (?:address |domain )?(?:is )?(?:not authorized|invalid|verify failed)",
            r"sender .{0,30}must match", r"mail from .{0,40}not allowed",
            r"client does not have permissions to send",
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
        ("5.3.4", "5.6.0", "5.6.1", "5.6.2", "5.6.3", "5.6.6", "5.7.512"),
        _words(
            r"\bspam\b", r"\bvirus\b", r"malware", r"phish", r"message (?:size|too large)",
            r"content (?:was |is )?(?:rejected|refused|denied|blocked)",
            r"policy (?:violation|reasons?|rejection)", r"(?:local|security) policy",
        ),
    ),
)  # fmt: skip


def whose(step: str, code: int, text: str) -> Whose:
    """Whom an answer of class 5 is about; ``step`` is what it answers: MAIL, RCPT, DATA, DOT."""
    codes = set(ENHANCED.findall(text))
    if codes & set(READERS):
        return Whose.READER
    if step == "MAIL" or code in (530, 534, 535, 538):
        return Whose.OURS
    is_full = {"5.2.1", "5.2.2"} & codes or MAILBOX.search(text)  # the reader's, and not for ever
    if not is_full and any(sign.is_in(codes, text) for sign in SIGNS):
        return Whose.OURS
    return Whose.LETTER


def alike(text: str) -> str:
    """What two refusals share that are the same but for whom they name."""
    return squeeze(ADDRESS.sub("…", text)).casefold()


@dataclass(slots=True)
class Refusals:
    """What a relay has refused in one run, by its words."""

    domains: dict[str, dict[str, set[str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )

    def note(self, recipient: str, text: str) -> None:
        """Take down that a letter to somebody was refused so."""
        domain = recipient.rpartition("@")[2].casefold()
        self.domains[alike(text)][domain].add(recipient.casefold())

    def are_about_us(self, text: str) -> bool:
        """Whether so many were refused in these words, in several domains, that it is not they."""
        seen = self.domains[alike(text)]
        return len(seen) > 1 and sum(map(len, seen.values())) >= ALIKE

    def hold(self, recipient: str) -> str:
        """The words in which a domain refuses everybody; "" where it does not."""
        domain = recipient.rpartition("@")[2].casefold()
        for words, seen in self.domains.items():
            if len(seen) == 1 and len(seen.get(domain, ())) >= ALIKE:
                return words
        return ""
