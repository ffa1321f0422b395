"""Decode text: the charsets of letters, and encoded words."""

from __future__ import annotations

import re
from binascii import Error, a2b_base64, a2b_qp
from contextlib import suppress
from encodings import normalize_encoding
from encodings.aliases import aliases

from syndicate.text import squeeze

# Python's names; each takes linear time, which not every codec does that a sender may name
MAIL_CODECS = frozenset(
    """
    ascii utf_8 utf_8_sig utf_16 utf_16_be utf_16_le utf_32 utf_32_be utf_32_le
    latin_1 iso8859_2 iso8859_3 iso8859_4 iso8859_5 iso8859_6 iso8859_7 iso8859_8 iso8859_9
    iso8859_10 iso8859_11 iso8859_13 iso8859_14 iso8859_15 iso8859_16
    cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp874
    cp437 cp737 cp775 cp850 cp852 cp855 cp857 cp858 cp860 cp861 cp862 cp863 cp864 cp865 cp866
    koi8_r koi8_t koi8_u kz1048 ptcp154 tis_620
    mac_roman mac_cyrillic mac_greek mac_latin2 mac_turkish
    gb2312 gbk gb18030 hz big5 big5hkscs cp950
    shift_jis shift_jisx0213 shift_jis_2004 cp932 euc_jp euc_jis_2004 euc_jisx0213
    iso2022_jp iso2022_jp_1 iso2022_jp_2 iso2022_jp_2004 iso2022_jp_3 iso2022_jp_ext
    euc_kr cp949 johab iso2022_kr
    """.split()  # noqa: SIM905 - that many in a list would be a column of their own
)
CHARSET_CHARACTERS = 40  # characters
LONE = re.compile(r"[\ud800-\udc7f\udd00-\udfff]")  # surrogates that stand for no byte
MIME_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,80})\?([bq])\?([^?]*)\?=", re.IGNORECASE)  # RFC 2047


def python_codec(name: str) -> str:
    """Return Python's name for a charset used in mail; "" for any other."""
    if len(name) > CHARSET_CHARACTERS or not name.isascii() or not name.isprintable():
        return ""
    plain = normalize_encoding(name).lower()
    codec = aliases.get(plain) or aliases.get(plain.replace(".", "_")) or plain
    return codec if codec in MAIL_CODECS else ""


def decode_charset(content: bytes, charset: str) -> str:
    """Decode bytes; as UTF-8 where the charset is not used in mail."""
    return raw(content.decode(python_codec(charset) or "utf-8", "replace"))


def out_of_base64(content: bytes) -> bytes:
    """Decode base64, even with its end cut off; return the input where it is not base64."""
    for end in (len(content), max(len(content) - 1, 0)):
        with suppress(Error):
            return a2b_base64(content[:end] + b"===")
    return content


def raw(value: str) -> str:
    """Return a raw header value as UTF-8 (RFC 6532); invalid bytes become U+FFFD."""
    return LONE.sub("\ufffd", value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def decode_words(value: str) -> str:
    """Decode the encoded words of a line (RFC 2047); broken ones stay as they are."""
    if "=?" not in value:
        return value
    pieces, end = [], 0
    charset, content = "", b""  # of the words before, which may end within a character
    for word in MIME_ENCODED_WORD.finditer(value):
        between, own = value[end : word.start()], _content(word)
        apart = between.strip() or not end
        if content and (apart or own is None or word[1].lower() != charset):
            pieces.append(_text(content, charset))
            content = b""
        pieces.append(between if apart or own is None else "")
        if own is None:
            pieces.append(word[0])
        else:
            charset, content = word[1].lower(), content + own
        end = word.end()
    return squeeze("".join([*pieces, _text(content, charset), value[end:]]))


def plain_words(value: str) -> str:
    """Return the line with unknown charsets in encoded words replaced, for the email package."""

    def renamed(word: re.Match[str]) -> str:
        return word[0] if python_codec(_name(word[1])) else f"=?us-ascii?{word[2]}?{word[3]}?="

    return MIME_ENCODED_WORD.sub(renamed, value) if "=?" in value else value


def _content(word: re.Match[str]) -> bytes | None:
    code = word[3].encode("utf-8", "replace")
    if word[2] in "qQ":
        return a2b_qp(code, header=True)
    content = out_of_base64(code)
    return None if content is code else content


def _text(content: bytes, charset: str) -> str:
    return decode_charset(content, _name(charset))


def _name(charset: str) -> str:
    return charset.partition("*")[0]  # RFC 2231 5: and a language
