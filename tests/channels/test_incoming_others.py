"""Letters to people, keys, and whatever else arrives in a mailbox."""

from __future__ import annotations

from random import Random
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.incoming import (
    AUTOMATIC,
    COMPLAINTS,
    DAEMON,
    FORGED,
    LATE,
    LEAVING,
    MARKS,
    NULL,
    ONE_CLICK,
    RETURNED,
    TOKEN,
    dsn,
    failed,
    heard,
    letter,
    several,
)
from syndicate.channel.mailing_list import Meaning

HUMAN: dict[str, dict[str, str]] = {
    "a question": {"Subject": "How do I unsubscribe my colleague?"},
    "a question with the word first": {"Subject": "Join us for lunch?"},
    "a question about a list": {"Subject": "Daftar Kabar Harian?"},
    "join us": {"Subject": "Join us"},
    "a list of people": {"Subject": "Re: rapat", "body": "Daftar hadir terlampir.\n\nSalam"},
    "a meeting": {"Subject": "Ikut rapat besok"},
    "the press": {"Subject": "Stop the press"},
    "a list that there is not": {"Subject": "Unsubscribe Kabar Mingguan"},
    "a sentence": {"Subject": "Berhenti", "From": "", "body": "Kapan kantor berhenti bekerja?"},
    "a long sentence": {"Subject": "Stop printing this on paper and send it by mail instead"},
    "a quoted footer": {"Subject": "Re: Kabar", "body": "Terima kasih!\n\n> unsubscribe\n"},
    "only a quotation": {"Subject": "Re: Kabar", "body": "> stop\n> berhenti\n"},
    "a postmaster": {"From": "Postmaster <postmaster@warga.example>", "Subject": "Undangan rapat"},
    "our name as theirs": {"From": f"Ani <{MARKS.mailbox.upper()}>", "Subject": "subscribe"},
    "a wrong token": {"Subject": f"[confirm {TOKEN[:-1]}]"},
    "a list that is a header": {"Subject": "unsubscribe Bcc: x@y.example"},
    "a header in a subject": {"Subject": "=?utf-8?q?unsubscribe=0D=0ABcc:_x=40y.example?="},
    "a forwarded bounce": {
        "Subject": "Fwd: Undelivered Mail", "Content_Type": "multipart/mixed; boundary=c",
        "body": "--c\n\nApa ini?\n--c\nContent-Type: message/rfc822\n\n"
                f"{dsn(failed()).decode()}\n--c--",
    },
}  # fmt: skip


@pytest.mark.parametrize("fields", HUMAN.values(), ids=HUMAN)
def test_a_letter_to_a_person_is_left_to_a_person(fields: dict[str, str]) -> None:
    reply = heard(letter(**fields))
    assert (reply.meaning, reply.token, reply.about, reply.code) == (Meaning.OTHER, "", "", "")


def test_what_is_for_a_person_is_known_by_its_subject() -> None:
    reply = heard(letter(Subject="Undangan dari budi@warga.example\x1b[31m"))
    assert reply.detail == "Undangan dari …[31m"
    assert reply.email == "ani@warga.example"


NOBODY = [
    "", "Ani", "ani", "ani@", "@warga.example", "ani@localhost", "a@b.example, c@d.example",
    "Tim: ani@warga.example;", "undisclosed-recipients:;", "<ani@warga.example> <b@c.example>",
    "=?utf-8?q?Ani=0D=0ABcc:_x=40y.example?= <ani@warga.example>",
    "=?utf-8?q?ani=40warga.example?=", "=?utf-8?q?a?=@warga.example",
    '"ani@warga.example"@evil.example', "ani@warga.example\nFrom: budi@warga.example",
    "\udcff\udcfe@warga.example", "(" * 3000, "ani@warga.example" * 300, "ani@@warga.example",
    "ani@evil.example\x00@warga.example", "ani@warga.example)x@evil.example",
]  # fmt: skip


@pytest.mark.parametrize("sender", NOBODY)
@pytest.mark.parametrize("word", ["unsubscribe", "subscribe"])
def test_a_wish_of_nobody_who_could_be_asked_is_for_a_person(sender: str, word: str) -> None:
    reply = heard(letter(From=sender, Subject=word))
    assert (reply.meaning, reply.email, reply.name) == (Meaning.OTHER, "", "")
    assert heard(letter(From=sender, Subject=f"{word} {TOKEN}")).token == TOKEN


def test_addresses_and_names_in_any_script_are_read() -> None:
    raw = letter(Subject="daftar", From="Áni <ani@bücher.example>")
    reply = heard(raw)
    assert (reply.email, reply.name) == ("ani@xn--bcher-kva.example", "Áni")


# keys


def test_a_message_has_one_key_wherever_it_is_read() -> None:
    message = dsn(failed())
    key = heard(message).key
    assert heard(message.replace(b"\n", b"\r\n")).key == key
    assert heard(b"Received: from a by b\nX-UID: 7\nStatus: RO\n" + message + b"\n\n").key == key
    folded = message.replace(b"Subject: Undelivered Mail", b"Subject: Undelivered\n Mail")
    assert heard(folded).key == key


def test_the_key_of_a_message_does_not_change_with_the_program() -> None:
    assert (
        heard(letter("Isi.", Date="Mon, 3 Aug 2026 17:00:00 +0700")).key
        == "9a535405522dc286d922e2cb5a949a63"
    )


@pytest.mark.parametrize(
    "fields",
    [{"Message-ID": "<2@a.example>"}, {"Date": "Mon, 3 Aug 2026"}, {"From": "b@c.example"},
     {"To": "b@c.example"}, {"Subject": "Lain"}, {"body": "Lain"}],
)  # fmt: skip
def test_another_message_has_another_key(fields: dict[str, str]) -> None:
    assert heard(letter(**fields)).key != heard(letter()).key


def test_the_key_of_a_cut_message_is_that_of_the_whole() -> None:
    whole = letter("baris\n" * 200_000)
    assert heard(whole[: 2**20]).key == heard(whole.replace(b"\n", b"\r\n")[: 2**20]).key


# whatever else arrives


def nested(depth: int, kind: str) -> bytes:
    message = "Subject: dalam\n\nIsi."
    for level in range(depth):
        if kind == "message":
            message = f"Content-Type: message/rfc822\n\n{message}"
        else:
            head = f"Content-Type: multipart/report; boundary=b{level}; report-type=delivery-status"
            message = f"{head}\n\n--b{level}\n{message}\n--b{level}--"
    return message.encode()


def text(charset: str, body: str = "=FF=FE", encoding: str = "quoted-printable") -> bytes:
    kind = f"text/plain; charset={charset}"
    return letter(body, Content_Type=kind, Content_Transfer_Encoding=encoding)


HOSTILE = {
    "empty": b"", "a line's end": b"\n", "zeros": bytes(10_000), "a colon": b":", "html": b"<html>",
    "bytes": bytes(range(256)) * 40, "no headers": b"halo\nhalo", "only a header": b"Subject: x",
    "reports, 50 deep": nested(50, "report"), "reports, 3000 deep": nested(3000, "report"),
    "messages, 50 deep": nested(50, "message"), "messages, 5000 deep": nested(5000, "message"),
    "an 8-bit header": letter(Subject="\udcff\udc80", From="\udce9 <a@b.example>"),
    "no such charset": text("x-nonesuch"), "a charset that is no text": text("zlib"),
    "idna": text("idna", "=FF" * 90), "punycode": text("punycode"), "undefined": text("undefined"),
    "half a pair": text("utf-7", "+2AA-"), "a zero in a charset": text('"u\x00tf"'),
    "rfc 2231": text("us-ascii'en'a; charset*0*=utf-8''%ff; name*=nonesuch'x'%E2%82"),
    "rfc 2231, broken": letter("--\n", Content_Type="multipart/mixed; boundary*0*=x'%; boundary*9"),
    "base64, cut": text("utf-8", "YQ=", "base64"),
    "base64, rubbish": text("utf-8", "\udcff=", "base64"),
    "uuencoded": text("utf-8", "begin 644 x\n\udcff\nend", "x-uuencode"),
    "half a pair in a subject": letter(Subject="=?utf-7?q?+2AA-?= =?utf-16?b?2AA=?="),
    "brackets": letter(From="(" * 100_000, Subject="[" * 100_000),
    "encoded words": letter(Subject="=?utf-8?q?x?=\n " * 20_000),
    "a long subject": letter(Subject="unsubscribe " * 100_000),
    "recipients": letter(To="kembali+a@kantor.example, " * 50_000),
    "tokens": dsn(failed(diagnostic="a@" * 200_000), To=f"kembali+{'a' * 300_000}@kantor.example"),
    "dashes": letter("-" * 300_000, **NULL, From=DAEMON),
    "digits": letter("5.1." * 100_000, **NULL, From=DAEMON, Subject="failure notice"),
    "delivered": letter("deliver" * 50_000, **NULL, From=DAEMON),
    "tags": letter("<head" * 100_000, Content_Type="text/html"),
    "comments": letter("<!--" * 100_000, Content_Type="text/html"),
    "parts": several(*["\n\nx"] * 60_000),
    "no boundary": letter("x", Content_Type="multipart/mixed"),
    "fields": dsn("a: b\n\n" * 60_000), "empty fields": dsn(""), "no status": dsn("\n\n\n"),
    "status of statuses": dsn("Content-Type: message/delivery-status\nAction: failed"),
    "megabytes": letter("x" * 76 + "\n" * 100_000 + "\udcff" * 4_000_000),
}  # fmt: skip


SLOW = ("tags", "comments", "parts", "fields", "reports, 3000 deep")  # each a second or so


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=[pytest.mark.soak] if one in SLOW else []) for one in HOSTILE]
)
def test_rubbish_is_for_a_person_and_costs_little(name: str) -> None:
    message = HOSTILE[name]
    began = perf_counter()
    assert heard(message).meaning in (Meaning.OTHER, Meaning.NOTHING, Meaning.BOUNCED)
    assert perf_counter() - began < 10


SAMPLES: list[Any] = [message for message, _ in RETURNED.values()]
SAMPLES += [*LATE.values(), *FORGED.values(), *(message for message, _ in COMPLAINTS.values())]
SAMPLES += [letter(**fields) for fields in (*AUTOMATIC.values(), *ONE_CLICK.values())]
SAMPLES += [letter(**fields) for fields, _ in LEAVING.values()]
SAMPLES += [letter(**fields) for fields in HUMAN.values()]
SPICES = [
    b"\n", b"\r", b"\n\n", b"\x00", b"\xff", b"=?", b"?=", b";", b":", b'"', b"(", b"<", b"@",
    b"*0*=", b"--b=_1", b"=?utf-7?q?+2AA-?=", b"Content-Type: message/delivery-status\n\n",
]  # fmt: skip


def mutated(message: bytes, seed: int) -> bytes:
    """The message with a few bytes gone, doubled, or others in their place."""
    chance = Random(seed)
    for _ in range(chance.randint(1, 8)):
        start = chance.randrange(len(message) + 1)
        end = min(len(message), start + chance.choice((0, 1, 1, 30)))
        put = chance.choice((b"", message[start:end] * 2, *SPICES))
        message = message[:start] + put + message[end:]
    return message


def test_the_samples_are_many() -> None:
    assert len(SAMPLES) > 45


@given(st.binary(max_size=2000))
@settings(max_examples=200, deadline=None, derandomize=True, database=None)
def test_random_bytes_are_understood(message: bytes) -> None:
    assert heard(message).meaning in Meaning


@given(st.sampled_from(SAMPLES), st.integers(0, 2**32))
@settings(max_examples=400, deadline=None, derandomize=True, database=None)
def test_damaged_letters_are_understood(message: bytes, seed: int) -> None:
    assert heard(mutated(message, seed)).meaning in Meaning
