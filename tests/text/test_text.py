"""What channels do to text."""

from __future__ import annotations

import time

import pytest

from syndicate.text import (
    address_of,
    as_uri,
    excerpt,
    has_number,
    plain,
    slug,
    spelt_out,
    squeeze,
    utf16_length,
)


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("short", 5, "short"),
        ("one two three", 9, "one two…"),
        ("one, two", 6, "one…"),
        ("unbroken", 4, "unb…"),
        ("two words", 1, "…"),
        ("two words", 0, ""),
        ("", 0, ""),
    ],
)
def test_an_excerpt_ends_at_a_word_and_never_exceeds_its_limit(
    text: str, limit: int, short: str
) -> None:
    assert excerpt(text, limit) == short
    assert len(short) <= limit


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Jum’at & Jum'at", "jumat-jumat"),
        ("Élan, Ångström – 2–8 Mei", "elan-angstrom-2-8-mei"),
        ("a_b/c.d", "a-b-c-d"),
        ("Привет 你好", "article"),
        ("", "article"),
        ("x" * 99, "x" * 60),
        ("word " * 40, "-".join(["word"] * 12)),
    ],
)
def test_a_slug_is_short_lower_case_ascii(text: str, words: str) -> None:
    assert slug(text) == words


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a <b>b</b>c</p><p>d</p>", "a bc\nd"),
        ("<p>&amp;lt; &lt;b&gt;</p>", "&lt; <b>"),
        ("<ul>\n<li>a</li>\n<li>b</li>\n</ul>", "a\nb"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("<details><summary>a</summary>b</details>", "a\nb"),
        ("a<br>b<img alt='c'>", "a\nb"),
        ("", ""),
    ],
)
def test_plain_gives_the_words_a_line_per_block(html: str, text: str) -> None:
    assert plain(html) == text


def test_squeezing_makes_one_line() -> None:
    assert squeeze(" a\n\t b\u00a0 c ") == "a b c"


@pytest.mark.parametrize(("text", "length"), [("abc", 3), ("é", 1), ("🇮🇩", 4), ("\ud800", 1)])
def test_length_is_counted_as_telegram_counts_it(text: str, length: int) -> None:
    assert utf16_length(text) == length


@pytest.mark.parametrize(
    ("address", "uri"),
    [
        ("https://a.example/é?x=[1]&y=a b#ü", "https://a.example/%C3%A9?x=%5B1%5D&y=a%20b#%C3%BC"),
        ("https://ä.example:8080/x", "https://xn--4ca.example:8080/x"),
        ("https://[2001:db8::1]/x", "https://[2001:db8::1]/x"),
        ("https://a.example/%C3%A9%zz", "https://a.example/%C3%A9%25zz"),
        ("https://a.example/x_(y);z?a=%5B1%5D", "https://a.example/x_(y);z?a=%5B1%5D"),
        ("https://a.example/{x}|^`\\", "https://a.example/%7Bx%7D%7C%5E%60%5C"),
        ("tag:a.example,2020:é", "tag:a.example,2020:%C3%A9"),
        ("https://faß.de/x", "https://xn--fa-hia.de/x"),
        ("https://contoh。go。id/x", "https://contoh.go.id/x"),
        ("mailto:a@b.id?subject=Hal[1]", "mailto:a@b.id?subject=Hal%5B1%5D"),
        ("magnet:?xt=[x]", "magnet:?xt=%5Bx%5D"),
        ("https://[::1]:80/x", "https://[::1]:80/x"),
        ("https://[::1]:80/[x]", "https://[::1]:80/%5Bx%5D"),
        ("tel:+62 811", "tel:+62%20811"),
        ("https://a.example/x#b#c", "https://a.example/x#b%23c"),
        ("//a.example/[x]", "//a.example/%5Bx%5D"),
        ("/berita/[x]?a=[1]", "/berita/%5Bx%5D?a=%5B1%5D"),
        ("https://x_y.é.example/z", "https://x_y.%C3%A9.example/z"),
        (f"https://{'é' * 70}.example/z", f"https://{'%C3%A9' * 70}.example/z"),
    ],
)
def test_an_address_becomes_a_uri_and_stays_one(address: str, uri: str) -> None:
    assert as_uri(address) == uri
    assert as_uri(uri) == uri


@pytest.mark.parametrize(
    ("words", "number", "said"),
    [
        ("0812-3456-7890", "+6281234567890", True),
        ("(0766) 21 000", "+6276621000", True),
        ("0800-1", "+6208001", True),
        ("112", "112", True),
        ("+62 812 3456 7890", "+6281234567890", True),
        ("Hubungi 24 jam", "+6281234567890", False),
        ("lantai 3 nomor 90", "+6281234567890", False),
        ("nomor aduan", "+628000000002", False),
        ("0812-3456-7891", "+6281234567890", False),
    ],
)
def test_a_number_is_said_in_any_form_that_has_the_subscriber_s_digits(
    words: str, number: str, said: bool
) -> None:
    assert has_number(words, number) is said
    assert address_of(f"tel:{number}", words) == ("" if said else number)


@pytest.mark.parametrize(
    ("url", "words", "address"),
    [
        ("mailto:ani@a.example", "dani@a.example", "ani@a.example"),
        ("mailto:ani@a.example", "Surat ke ani@a.example.", ""),
        ("https://a.example/1", "https://a.example/10", "https://a.example/1"),
        ("https://a.example/1", "lihat https://a.example/1.", ""),
        ("https://a.example/1", "https://a.example/1/lampiran", "https://a.example/1"),
    ],
)
def test_an_address_within_a_longer_one_is_not_said(url: str, words: str, address: str) -> None:
    assert address_of(url, words) == address


def test_a_name_in_an_odd_charset_takes_no_time() -> None:
    name = f"=?punycode?q?{'a' * 1_000_000}?="
    began = time.process_time()
    assert spelt_out(name) == name
    assert time.process_time() - began < 0.3
