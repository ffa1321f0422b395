"""Small things every channel does to text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from html import unescape
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

BLOCK_TAGS = {
    "p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "table", "tr", "blockquote",
    "pre", "hr", "br", "figure", "figcaption", "dl", "dt", "dd", "thead", "tbody", "tfoot",
    "caption", "section", "details", "summary",
}  # fmt: skip
WORD_SEPARATING_TAGS = {"td", "th", "img"}  # words beside them are two
SANITISED_TAG = re.compile(r"""</?([a-z][a-z0-9]*)(?=[\s/>])(?:[^<>"']|"[^"]*"|'[^']*')*>""")
END_OF_LINE = "\0"  # which no HTML holds
QUOTED_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
ENCODED_WORD = re.compile(r"=\?[\w.+:*-]+\?[bq]\?[^?]*\?=", re.IGNORECASE)
HTML_ENTITY = re.compile("&(?:[a-zA-Z][a-zA-Z0-9]*|#[0-9]+|#[xX][0-9a-fA-F]+);")
PHONE_NUMBER = re.compile(r"\d[\d\s().\u2010-\u2013/-]*")
LONGEST_CODED = 1_000  # characters of a name with encoded words: some charsets take quadratic time
SHORT_NUMBER_DIGITS = 3  # digits of a service's number
# no word or number goes on here, nor an address: 1,5 and Budi-Utomo are one
NO_WORD_BEFORE, NO_WORD_AFTER = r"(?<!\w)(?<!\w[.,/@:=&-])", r"(?!\w|[.,/@:?=&-]\w)"
LETTER_FIELDS = ("to", "cc", "bcc", "subject", "body")  # that a link may fill in
SUBSCRIBER_DIGITS = (
    7  # digits at a telephone number's end that no country's or trunk code is part of
)
# perhaps with tags between: <b>a</b><img>
LETTER_BEFORE = re.compile(r"(?:\w|<img\b[^<>]*>)(?:<[^<>]*>)*\Z")
LETTER_AFTER = re.compile(r"(?:<(?!img\b)[^<>]*>)*(?:\w|<img\b)")
SAFE_IN_URI = "/?:@!$&'()*+,;=~-._"  # in a path, a query and a fragment (RFC 3986, 3.3 to 3.5)
NO_URI = re.compile(r"[\x00-\x20\x7f\"<>\[\]\\^`{|}]|%(?![0-9A-Fa-f]{2})")
UNSEEN_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def excerpt(text: str, limit: int) -> str:
    """Shorten text to ``limit`` characters, at a word, with an ellipsis."""
    if len(text) <= limit:
        return text
    if limit < 1:
        return ""
    cut = text[: limit - 1]
    return (cut[: cut.rfind(" ")].rstrip(" ,;:–-") if " " in cut else cut) + "…"


def shortened(message: str, limit: int = 300) -> str:
    """Return a message without the middle of what makes it longer than a person reads."""
    if len(message) <= limit:
        return message
    return f"{message[: limit // 3]}…{message[-limit // 2 :]}"


def readable(name: str) -> str:
    """Return a file's name with what is no UTF-8 in it spelt out."""
    return name.encode(errors="backslashreplace").decode()


def in_full(address: str) -> str:
    """Return an address for a message: whole, since people copy it; one with data in it is cut."""
    limit = 80 if address.lstrip().lower().startswith("data:") else 2000
    return excerpt(squeeze(address), limit)


def squeeze(text: str) -> str:
    """One line: every run of white space becomes one space."""
    return " ".join(text.split())


def visible(text: str) -> str:
    """Without control characters, and those that turn the words after them around (UAX 9)."""
    return UNSEEN_CHARACTERS.sub("", text)


def spelt_out(name: str) -> str:
    """A name as a person writes it, out of the forms of a letter's head (RFC 5322, 2047).

    ``"Humas \\"Satu\\""`` is ``Humas "Satu"``, and ``=?utf-8?q?S=C3=A1nchez?=`` is ``Sánchez``;
    what is neither stays as it is.
    """
    name = name.strip()
    if QUOTED_STRING.fullmatch(name):
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    else:
        name = name.replace('\\"', '"')  # escaped, but not in quotes
    if len(name) <= LONGEST_CODED and ENCODED_WORD.search(name):
        from email.errors import HeaderParseError
        from email.header import decode_header, make_header

        with suppress(ValueError, LookupError, HeaderParseError):  # no such charset, no base64
            name = str(make_header(decode_header(name)))
    return name.strip()


def folded(text: str) -> str:
    """Return the form that two spellings of the same subject share."""
    return unicodedata.normalize("NFC", squeeze(text).casefold())


def distinct(texts: Iterable[str]) -> tuple[str, ...]:
    """Return subjects, each once however it is spelt: as the first of its spellings."""
    first: dict[str, str] = {}
    for text in texts:
        first.setdefault(folded(text), squeeze(text))
    return tuple(text for text in first.values() if text)


def small(text: str) -> str:
    """Return a text in small letters, each in its place: what they become two for stays.

    A pattern of small letters finds names in it many times faster than one for both kinds.
    """
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(each.lower() if len(each.lower()) == 1 else each for each in text)


def plain(html: str) -> str:
    """The words of sanitised HTML, a line per block."""
    lines = unescape(SANITISED_TAG.sub(_apart, html)).split(END_OF_LINE)
    return "\n".join(filter(None, map(squeeze, lines)))


def _apart(tag: re.Match[str]) -> str:
    """Return a tag's place between words: the end of a line, a space, or nothing."""
    name = tag[1]
    return END_OF_LINE if name in BLOCK_TAGS else " " if name in WORD_SEPARATING_TAGS else ""


def apart(found: re.Match[str], words: str) -> str:
    """Return what is said in the place of a tag, apart from letters and pictures next to it."""
    after = LETTER_AFTER.match(found.string, found.end())
    return f"{apart_before(found, words)}{' ' if after else ''}"


def apart_before(found: re.Match[str], words: str) -> str:
    """The same, of what stands before the tag alone."""
    before = LETTER_BEFORE.search(found.string, max(found.start() - 200, 0), found.start())
    return f" {words}" if before else words


def unescaped(address: str) -> str:
    """Decode the whole entities of an address: ``&amp;`` is ``&``, and ``&region=2`` is itself."""
    return HTML_ENTITY.sub(lambda found: unescape(found[0]), address) if "&" in address else address


def has_words(text: str, words: str) -> bool:
    """Return True for words or an address in a text that are no part of longer ones.

    ``foto 1`` is neither in ``foto 10`` nor in ``foto 1,5``.
    """
    if words not in text:
        return False
    return re.search(rf"{NO_WORD_BEFORE}{re.escape(words)}{NO_WORD_AFTER}", text) is not None


def address_of(url: str, words: str) -> str:
    """Return what a reader needs of a link that is said as text only: its address, or "".

    A telephone's number and a mailbox are given without their scheme, and nothing is given where
    the words say it already; a place in the article itself is no address.
    """
    scheme, _, rest = url.partition(":")
    if has_words(words, url):
        return ""
    if scheme in ("tel", "mailto"):
        address = unquote(rest.partition("?")[0])
        is_said = (has_number if scheme == "tel" else has_words)(words, address)
        return "" if is_said else address
    is_address = rest and scheme.lower() not in ("javascript", "vbscript", "data", "media")
    return url if is_address and not url.startswith("#") else ""


def letter_fields(url: str) -> dict[str, str]:
    """Return the fields besides the recipient that a ``mailto:`` link fills in (RFC 6068)."""
    scheme, _, rest = url.partition(":")
    if scheme.lower() != "mailto":
        return {}
    given = (pair.partition("=") for pair in rest.partition("?")[2].split("&"))
    fields = ((name.lower(), squeeze(visible(unquote(value)))) for name, _, value in given)
    return {name: value for name, value in fields if name in LETTER_FIELDS and value}


def has_number(text: str, number: str) -> bool:
    """Return True for a telephone number in a text, in its national form or another one.

    ``0812-3456-7890`` is ``+6281234567890``: the subscriber's own digits are compared, and of what
    is shorter all that is said.
    """
    whole = _digits(number)
    own = whole[-SUBSCRIBER_DIGITS:]
    numbers = map(_digits, PHONE_NUMBER.findall(text))
    return any(
        own in digits or (len(digits) >= SHORT_NUMBER_DIGITS and whole.endswith(digits))
        for digits in numbers
        if own
    )


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def as_uri(address: str) -> str:
    """Return an address as RFC 3986 has it: nothing but ASCII, no brackets outside of a host.

    What is encoded already stays as it is; what is no address at all is given back.
    """
    if address.isascii() and not NO_URI.search(address) and address.count("#") < 2:
        return address
    try:
        parts = urlsplit(address)
        host = "" if _is_ascii(parts) else _idna(parts.hostname or "")
    except (UnicodeError, ValueError):
        return address
    netloc = parts.netloc
    if host:
        user, at, _ = netloc.rpartition("@")
        port = f":{parts.port}" if parts.port else ""
        netloc = f"{quote(user, safe=SAFE_IN_URI)}{at}{host}{port}"
    path, query, fragment = (
        re.sub("%(?![0-9A-Fa-f]{2})", "%25", quote(part, safe=f"{SAFE_IN_URI}%"))
        for part in (parts.path, parts.query, parts.fragment)
    )
    return urlunsplit((parts.scheme, netloc, path, query, fragment))


def _idna(host: str) -> str:
    """The name in the DNS, as browsers have it: ``faß`` is not ``fass`` (UTS 46)."""
    import idna

    try:
        return idna.encode(host, uts46=True).decode()
    except UnicodeError:  # no name of the DNS: as RFC 3986, 3.2.2, has any other
        return quote(host, safe=SAFE_IN_URI)


def _is_ascii(parts: SplitResult) -> bool:
    return parts.netloc.isascii()


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 letter``, ``2 letters``."""
    return f"{number} {noun}{'s' * (number != 1)}"


def utf16_length(text: str) -> int:
    """Return the length in UTF-16 code units, as Telegram and JavaScript count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def datelined(place: str) -> str:
    """A dateline as it stands before the text: ``BENGKALIS–``; "" for none."""
    place = squeeze(place)
    return place if not place or place[-1] in "-–—:" else f"{place}–"


def slug(text: str, limit: int = 60) -> str:
    """Words for a URI or a file name: lower-case ASCII letters, digits and hyphens."""
    # accents and apostrophes join what they stand between: jumat, elan
    bare = re.sub("[\u0300-\u036f'\u2018\u2019\u02bc]", "", unicodedata.normalize("NFKD", text))
    words = re.findall(r"[a-z0-9]+", bare.lower())
    out = words[0][:limit] if words else ""
    for word in words[1:]:
        if len(out) + 1 + len(word) > limit:
            break
        out = f"{out}-{word}"
    return out or "article"
