"""Texts without secrets and without whole mail addresses, for what is shown and what is logged."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache
from html import escape
from urllib.parse import quote, quote_plus, unquote

LEAST_CHARS = 4  # of what is taken for a secret: shorter ones are parts of words
HIDDEN = "***"
BOT_TOKEN = re.compile(r"\d{4,}:([\w-]{4,})")
# what may be base64, with its percent-encoded form in an address, or broken into lines
LINE_END = r"(?:\\r)?\\n|\r?\n"
ENCODED = re.compile(rf"(?:(?:{LINE_END})?(?:[A-Za-z0-9+/_-]|%2[BbFf])){{5,}}(?:=|%3[Dd]){{0,2}}")
LINE_ENDS = re.compile(LINE_END)
STANDARD = str.maketrans("-_", "+/")
MECHANISMS = "(?:PLAIN|LOGIN|CRAM-MD5|DIGEST-MD5|XOAUTH2|OAUTHBEARER|NTLM|GSSAPI|SCRAM-SHA-1)"
CREDENTIALS = (
    (re.compile(r"(/bot)\d+(?::|%3[Aa])[\w-]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(://)[^\s/?#]*@"), rf"\1{HIDDEN}@"),
    (
        re.compile(
            r"([?&;][\w.-]{0,40}(?:token|key|secret|passw|pwd|sig|auth|credential)[\w.-]{0,40}=)"
            r"[^&\s\"'<>#]+",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
    (
        re.compile(
            r"((?:authorization|api-?key|x-[a-z-]{0,30}token)\b['\"]?\s{0,3}[:=,]\s{0,3}(?:b?['\"])?"
            r"(?:(?:basic|bearer|digest|negotiate|token)\s+)?)[^\s'\",)\]]+",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
    (
        re.compile(r"(cookie\b['\"]?\s{0,3}[:=,]\s{0,3}(?:b?['\"])?)[^\r\n'\")\]]+", re.I),
        rf"\1{HIDDEN}",
    ),
    (
        re.compile(
            r"(['\"][\w.-]{0,40}(?:token|secret|passw(?:or)?d|pwd)['\"]\s{0,3}:\s{0,3}b?['\"])[^'\"]+",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"(\bbearer )[\w.~+/-]{8,}=*", re.IGNORECASE), rf"\1{HIDDEN}"),
    (re.compile(r"(\b\d{6,12}:)[\w-]{30,}"), rf"\1{HIDDEN}"),  # of somebody else's bot
    (
        re.compile(
            rf"(\bAUTH(?:ENTICATE)? [A-Z0-9-]{{1,20}}) (?!{MECHANISMS}\b|\(a login)[^\s'\"]+"
        ),
        rf"\1 {HIDDEN}",
    ),
    (re.compile(r"(\b[A-Z]{1,8}\d{1,9} LOGIN) .+"), rf"\1 {HIDDEN}"),
)
# "@", as addresses of the web (also twice), letters, HTML and JSON write it
AT = (
    r"(?<!['/?&=%])(?:@|%(?:25){0,3}40|=40(?=[A-Za-z][\w-]{0,63}(?:\.|=2E))"
    r"|&#0{0,3}64;|&#x0{0,3}40;|\\u0040|\\x40)"
)
LOCAL_PART = r"[^\s*…<>()\[\]:;,\"@]"  # an apostrophe, a slash and more are allowed in it
MASKABLE_ADDRESS = re.compile(rf"({LOCAL_PART}){LOCAL_PART}{{0,80}}?({AT})(?=[\w\[])")
ADDRESS_IN_QUERY = re.compile(
    rf"([?&;][\w.-]{{1,40}}=)({LOCAL_PART}){LOCAL_PART}{{0,80}}?({AT})(?=[\w\[])"
)
QUOTED_ADDRESS = re.compile(rf"\"[^\"\n]{{1,80}}\"({AT})(?=[\w\[])")


def scrubber(secrets: Iterable[str]) -> Callable[[str], str]:
    """Return a function that hides every secret in a text, in each form that it travels in."""
    known = {form for secret in secrets for form in _variants(secret)}
    if not known:
        return str
    patterns = cache(lambda: _patterns(known))  # of two scrubbers of a command one says nothing

    def scrub(text: str) -> str:
        plain, encoded = patterns()
        return ENCODED.sub(lambda run: _unless(encoded, run[0]), plain.sub(HIDDEN, text))

    return scrub


def _patterns(known: Collection[str]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return patterns of secrets as they are written, and of what they are within base64."""
    hidden = {form for secret in known for form in _forms(secret) if len(form) >= LEAST_CHARS}
    longest_first = sorted(hidden, key=len, reverse=True)
    # any case: python-telegram-bot writes Telegram's answers with one capital letter
    plain = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)
    encoded = re.compile("|".join({re.escape(core) for form in known for core in _base64(form)}))
    return plain, encoded


def without_credentials(text: str) -> str:
    """Hide what looks like a credential, known to a configuration or not."""
    for pattern, replacement in CREDENTIALS:
        text = pattern.sub(replacement, text)
    return text


def masked_address(email: str) -> str:
    """Mask one mail address: ``a…@example.org``, enough to know it by, too little to write to."""
    if "@" not in email:
        return "an erased subscriber"
    name, _, domain = email.partition("@")
    return f"{name[:1]}…@{domain}"


def without_addresses(text: str) -> str:
    """Mask each mail address in a text, as ``a…@example.org``."""
    if not any(sign in text for sign in ("@", "40", "64;")):
        return text
    text = ADDRESS_IN_QUERY.sub(r"\1\2…\3", QUOTED_ADDRESS.sub(r"…\1", text))
    return MASKABLE_ADDRESS.sub(r"\1…\2", text)


def _variants(secret: str) -> Iterator[str]:
    """Yield a secret, as it is written and decoded, and what is secret within it."""
    for form in {secret, unquote(secret)}:
        if len(form) >= LEAST_CHARS:
            yield form
            if token := BOT_TOKEN.fullmatch(form):
                yield token[1]


def _forms(secret: str) -> Iterator[str]:
    """Yield a secret as addresses, HTML, Python and JSON have it, and one of these in another."""
    yield from (quote(secret, safe=""), quote(secret), quote_plus(secret), escape(secret))
    yield from (quote(quote(secret, safe=""), safe=""), quote(quote(secret)), secret.encode().hex())
    yield from (_signs(secret, "&#{};"), _signs(secret, "&#x{:x};"), _signs(secret, "\\u{:04x}"))
    yield "".join(_in_header(octet) for octet in secret.encode())
    for form in {secret, *_escaped(secret)}:
        yield form
        yield from _escaped(form)


def _signs(text: str, form: str) -> str:
    """Return a text with each sign by its number but letters and digits."""
    return "".join(sign if sign.isalnum() else form.format(ord(sign)) for sign in text)


def _in_header(octet: int) -> str:
    """Return an octet as RFC 2047's "q" encoding writes it."""
    sign = chr(octet)
    if sign == " ":
        return "_"
    return sign if sign.isascii() and (sign.isalnum() or sign in "-!*+/") else f"={octet:02X}"


def _escaped(text: str) -> Iterator[str]:
    yield from (repr(text)[1:-1], repr(text.encode())[2:-1])
    yield from (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1])


def _base64(secret: str) -> Iterator[str]:
    """Yield what stands in base64 for a secret, wherever in the encoded text it begins."""
    for core in _cores(secret.encode()):
        yield core
        yield from _cores(core.encode())


def _cores(octets: bytes) -> Iterator[str]:
    for offset in range(3):
        encoded = b64encode(bytes(offset) + octets).decode()
        first, last = -(-offset * 8 // 6), (offset + len(octets)) * 8 // 6
        yield encoded[first:last]


def _unless(encoded: re.Pattern[str], run: str) -> str:
    standard = LINE_ENDS.sub("", unquote(run)).translate(STANDARD)
    return HIDDEN if encoded.search(standard) else run
