"""Recognise what a refusal says of one reader's mailbox: its existence, limits and rules."""

from __future__ import annotations

import re
from functools import lru_cache

from syndicate.text import squeeze

# no such mailbox, no such domain (RFC 3463, 7505)
NO_SUCH_CODES = ("5.1.1", "5.1.2", "5.1.3", "5.1.10")
ADDRESS_IN_AN_ANSWER = re.compile(r"[^\s<>()\[\]\"',;:@]{0,254}@[^\s<>()\[\]\"',;:]*")
# what a text that begins with it is about, whatever was found out of others (RFC 3463): our
# address, or a mailbox that there is
NOT_NO_SUCH = ("5.1.7", "5.1.8", "5.2.1", "5.2.2")
# an address that has changed, and what one mailbox takes, of whom: Exchange's 5.2.121 and on,
# SenderNotAllowedForGroup and its like
ONE_READERS = (
    "5.1.6", "5.2.121", "5.2.122", "5.7.124", "5.7.133", "5.7.134", "5.7.135", "5.7.136",
)  # fmt: skip
NO_SUCH_MAILBOX = re.compile(
    r"no such (?:\w+ )?(?:user|mail ?box|recipient|account|address|person)"
    r"|(?:user|mail ?box|recipient|account|address) (?:is |was )?(?:unknown|not found|invalid)"
    r"|unknown (?:local )?(?:user|recipient|mail ?box)"
    r"|(?:user|mail ?box|recipient|account|address)(?: \w+){0,6} (?:does not|doesn['’]t) exist"
    r"|(?:pengguna|penerima|kotak (?:surat|pesan|masuk)|akun"
    r"|alamat(?: (?:e-?mail|surel))?)(?: (?:tujuan|penerima))?"
    r" (?:tidak|tak) (?:dikenal|ditemukan|terdaftar|ada|tersedia)",
    re.IGNORECASE,
)
WHOSE_BOX = r"(?:mail ?box|inbox|user|account|recipient)\b.{0,60}"
# a reader's mailbox that takes no more, for a while: by its size, not by what is sent
FULL = re.compile(
    rf"{WHOSE_BOX}(?:full\b(?! (?:e-?mail|address|name))|quota|storage|\bsize\b|\bspace\b)"
    r"|(?:mail ?box|inbox)\b.{0,60}limit|over.?quota|disk (?:quota|space|full)"
    r"|storage (?:limit|quota|allocation)|insufficient (?:\w+ )?(?:storage|space)"
    r"|quota (?:is )?(?:full|exceeded)"
    r"|\b(?:bo[iî]te|mail ?box|postfach|buz[oó]n|casella|caixa|kotak|surat|inbox)\b.{0,40}"
    r"\b(?:pleine?|voll|llen[oa]|pien[ao]|chei[ao]|penuh)\b|переполнен|已满|已滿"
    r"|(?:kotak \w+|penyimpanan|kapasitas|ruang|disk)\b.{0,40}"
    r"\b(?:habis|terlampaui|melebihi|melampaui|kuota)"
    r"|kuota (?:\w+ ){0,2}(?:penerima|kotak|penyimpanan|mailbox|disk)"
    r"|too many messages (?:on|in) (?:(?:the|this|your) )?(?:server|mail ?box|inbox|account)",
    re.IGNORECASE,
)
SHUT = re.compile(rf"{WHOSE_BOX}(?:disabled|inactive)", re.IGNORECASE)
SWITCHED_OFF = re.compile(
    r"disabled recipient|recipient address rejected\b.{0,40}disabled"
    r"|recipient(?:['’]s)?(?: \w+){0,2} (?:is |has been )?disabled",
    re.IGNORECASE,
)
SENDING = re.compile(
    r"outbound|outgoing|\bsen[dt]|\bhour|\bdaily\b|\brate\b|per (?:day|minute)|relay"
    r"|\bspf\b|\bdkim\b|\bdmarc\b|\b(?:your|smtp) (?:\w+ )?account|message count"
    r"|\bkirim|pengiriman|keluar|per ?jam\b|per ?hari\b|harian",
    re.IGNORECASE,
)
OUTGOING = re.compile(r"outbound|outgoing|\bsending\b|\bsent\b|\byour\b", re.IGNORECASE)

THEY = (
    r"(?:(?:mail ?box|account|address)(?:['’]?s)? (?:owner|holder|user)|user|recipient|addressee"
    r"|owner|mail ?box)"
)
THE = r"(?:(?:the|this|its|that|an?) )?"
LISTS = r"(?:black|block|deny|white|allow|ban|safe)[- ]?(?:senders? )?lists?"
LIKES = (
    r"(?:(?:own|personal|private|mail ?box|e-?mail|mail|local|custom|content|sender|(?:anti-?)?spam"
    rf"|junk) ){{0,3}}(?:polic(?:y|ies)|{LISTS}|filters?|rules?|settings|preferences)"
)
CLOSED_MAILBOX = (
    r"(?:changed|moved|closed|abandoned|retired|discontinued|replaced|dead|not (?:in use|used)"
    r"|no longer \w+(?: use)?|out of use)"
)
# what readers, or those who look after them, do not want of whom: they alone
PERSONAL = re.compile(
    "|".join((
        rf"{LIKES}(?: \w+)? (?:of|set by|by) {THE}{THEY}\b",
        rf"{THEY}(?:['’]?s)? {LIKES}\b",
        r"(?:rejected|refused|blocked|denied|filtered|banned|(?:black|block|deny)-?listed) by"
        rf" {THE}{THEY}\b(?! (?:server|host|domain))(?:['’]s (?:{LIKES}|\w+))?",
        rf"\b(?:their|his|her) (?:own )?{LISTS}",
        rf"{THEY} (?:(?:has|have|had|was|is) )?(?!been )(?:\w+ly )?"
        r"(?:(?:black|block|deny)-?list(?:s|ed)|blocks|blocked|bann?s|banned|rejects|rejected|refuses|refused|denies|denied"
        r"|(?:does not|doesn['’]t|will not|won['’]t) (?:accept|want|take|wish|allow)"
        r"|(?:not |only )accept\w*|accepts only|wants? no)\b[^;.]{0,100}",
        r"parental.control.*", r"[^;.]{0,60}\bby parental.control.*",
        # a list, or a recipient, that takes letters of its members alone
        r"(?:sender )?(?:is |are )?(?:not |un)(?:allowed|permitted|authori[sz]ed) to"
        r" (?:post|send|write|mail|e-?mail|submit|deliver)(?: (?:messages?|e-?mails?|mails?))?"
        rf" to (?:{THE}(?:\w+ )?(?:group|(?<!deny )list|forum)|(?:the|this|that) {THEY})\b",
        r"[^;.]{0,60}\bonly (?:\w+ )?(?:members|subscribers|moderators)\b.*",
        r"(?:members|subscribers|moderators) (?:only|alone).*",
        r"not authenticated when sending to.*", r"delivery restriction check failed.*",
        r"RESOLVER\.RST\..*",  # Exchange's
        # whom Mailgun, SendGrid, Postmark and SES write to no more
        r"not delivering to .*", r"spam report(?:ing|ed) address", r"suppress(?:ed|ion)\b.*",
        r"recipients?\b.{0,60}inactive.*",
        r"(?:ditolak|diblokir|disaring|dilarang) oleh (?:penerima|pengguna|pemilik)\b[^;.]{0,60}",
        r"(?:daftar (?:hitam|blokir|cekal)|filter|aturan|kebijakan|pengaturan)(?: \w+)?"
        r" (?:milik )?(?:penerima|pengguna|pemilik)\b",
    )),
    re.IGNORECASE,
)  # fmt: skip
MACHINE = re.compile(r"\bip\b|\byour (?:server|host|network)\b", re.IGNORECASE)
MOST_BEFORE = 40  # characters
# how many letters, and how long ones, one mailbox takes
TOO_MUCH = re.compile(
    r"(?:(?:recipient|addressee)(?: mail ?box| inbox| account)?"
    r"|(?:user|person) (?:that )?you are trying to \w+)"
    r"(?:['’]s [^;.]{0,40})?(?: has| have| is)?(?: \w+)?"
    r" (?:exceed(?:s|ed)|reach(?:es|ed)|over|at)\b[^;.]{0,100}"
    rf"|\b[\w'’ ]{{0,60}}\blimit(?: \w+){{0,3}} (?:for|of|on|to) (?:this|the|that) {THEY}\b(?! sen)"
    r"(?: \w+){0,3}"
    rf"|recipient['’]s [\w ]{{0,40}}limit[\w ]{{0,20}}"
    r"|(?:penerima|pengguna) (?:\w+ ){0,2}(?:melebihi|melampaui|mencapai)\b[^;.]{0,100}",
    re.IGNORECASE,
)
TOO_BIG = re.compile(
    r"\b(?:message|mail|e-?mail|letter|size)\b[\w ]{0,40}\b(?:too (?:big|large|long)|exceeds?)\b"
    rf"(?:[\w'’ ]{{0,40}}\b(?:for|of|by|in) (?:the|this|that)?|[\w ]{{0,20}}) ?{THEY}\b"
    r"(?:['’]s [\w ]{0,20})?",
    re.IGNORECASE,
)
# why somebody has another address now
GIVEN_UP = re.compile(
    r"(?<!your )(?<!sender )(?<!from )\b(?:address|mail ?box)(?: \w+)? "
    rf"(?:(?:is|was|has|been|has been) )?{CLOSED_MAILBOX}[\w ,]{{0,40}}\bspam\w*"
    r"|\b(?:I|we|user|owner) (?:have |has )?(?:moved|left)\b[\w ,]{0,40}\bspam\w*",
    re.IGNORECASE,
)
BY_POLICY = re.compile(r"(?:(?:local|security) )?polic(?:y|ies)\b(?: \w+)?", re.IGNORECASE)
LINK_IN_AN_ANSWER = re.compile(r"https?://[^\s<>\"'\])]*", re.IGNORECASE)
# two words without a space between them are no host: "spam.Please"
HOST_IN_AN_ANSWER = re.compile(
    r"(?P<before>\b(?:host|server|mta|dns;|not listed (?:at|in|on|by)) )?"
    r"(?P<listed>(?<!not )\b(?:listed (?:at|in|on|by|with)|blocked using) (?:the )?)?"
    r"(?<![\w.])(?!RESOLVER\.)(?P<name>(?:[\w-]{1,63}\.){1,8}(?!(?-i:[A-Z][a-z]))[a-z]{2,24})(?![\w-])"
    r"(?P<speaks>(?: ?\[[\d.a-f:]*\])? (?:said|says|responded|replied)\b)?",
    re.IGNORECASE,
)
# blocklists, and pages to ask for removal: their names mean that it is about us
KNOWN_NAMES = re.compile(
    r"spamhaus|spamcop|barracudacentral|surbl|uribl|sorbs|abusix|senderbase|spamrats|uceprotect"
    r"|mailspike|invaluement|psbl|dnsbl-lookup|backscatterer|ipcheck\.proofpoint|(?:zen|csi)\.mimecast"
    r"|csi\.cloudmark",
    re.IGNORECASE,
)


@lru_cache(maxsize=8)  # one answer is looked at in several ways, one after the other
def about_us(text: str) -> str:
    """Return a text without names, which may hold any word, and without one reader's own rules."""
    words = nameless(text)
    words = GIVEN_UP.sub("", TOO_BIG.sub("", PERSONAL.sub(_of_machines, words)))
    words = TOO_MUCH.sub(lambda found: found[0] if OUTGOING.search(found[0]) else "", words)
    return BY_POLICY.sub("", words) if NO_SUCH_MAILBOX.search(words) else words


def codes_about_us(codes: set[str], text: str) -> set[str]:
    """Return the codes that may be about us: not those of one mailbox's limits or state."""
    words = nameless(text)
    off = {"5.7.13"} if SWITCHED_OFF.search(words) else set()
    return codes - off - ({"5.2.3", "5.3.4"} if TOO_BIG.search(words) else set())


def takes_no_more(text: str) -> bool:
    """Return whether a mailbox is said to be full, and not to be missing."""
    words = nameless(text)
    return bool(FULL.search(words)) and not NO_SUCH_MAILBOX.search(words)


def is_full(codes: set[str], text: str) -> bool:
    """Return whether a mailbox is full or disabled, rather than our quota used up."""
    full = not codes.isdisjoint(("5.2.1", "5.2.2")) or FULL.search(text) or SHUT.search(text)
    return bool(full) and not SENDING.search(text)


@lru_cache(maxsize=8)
def nameless(text: str) -> str:
    """Return a text without addresses, hosts and links; names of blocklists stay."""
    without = LINK_IN_AN_ANSWER.sub(
        lambda found: _known(found[0]), ADDRESS_IN_AN_ANSWER.sub("", text)
    )
    without = without.replace("<>", "")
    return squeeze(HOST_IN_AN_ANSWER.sub(_host, without))


def _of_machines(found: re.Match[str]) -> str:
    """Keep a reader's list of machines: it is about ours."""
    before = found.string[max(0, found.start() - MOST_BEFORE) : found.start()]
    return found[0] if MACHINE.search(before) else ""


def _host(found: re.Match[str]) -> str:
    if found["before"] or found["speaks"]:
        return found["before"] or ""
    return f"{found['listed']}dnsbl" if found["listed"] else _known(found["name"])


def _known(name: str) -> str:
    found = KNOWN_NAMES.search(name)
    return found[0] if found else ""
