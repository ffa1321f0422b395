"""Letters of any build: heads, parts in parts, codes and charsets put together by chance."""

from __future__ import annotations

import encodings.aliases
from base64 import b64encode
from binascii import b2a_qp
from random import Random

FIELDS = (
    "From: Ani <ani@warga.example>", "From: ani@warga.example (Ani)", "From: <>",
    "From: MAILER-DAEMON@mx.warga.example", "Return-Path: <>", "Subject: berhenti",
    "Subject: unsubscribe 9f2c41d79f2c41d79f2c41d79f2c41d7", "Subject: Re: langganan",
    "Subject: =?utf-8?b?YmVyaGVudGk=?=", "Subject: failure notice", "Subject: Auto: cuti",
    "Subject: Mohon konfirmasi [confirm 9f2c41d79f2c41d79f2c41d79f2c41d7]",
    "To: kembali+9f2c41d79f2c41d79f2c41d79f2c41d7@kantor.example", "Auto-Submitted: auto-replied",
    "Authentication-Results: mx.elsewhere.example; dmarc=pass header.from=warga.example",
    "Received: from a.example by mx.kantor.example; x", "Message-ID: <1@a.example>",
    "X-Failed-Recipients: ani@warga.example", "Precedence: bulk", "MIME-Version: 1.0",
    "List-Unsubscribe: <https://kantor.example/l/9f2c41d79f2c41d79f2c41d79f2c41d7>",
    "Content-Disposition: attachment; filename=x", "X-A: b", ": no name", "no colon", " continued",
)  # fmt: skip
TEXTS = (
    "berhenti", "Please unsubscribe me.", "unsubscribe\n> quoted", "Halo\n\nKapan?",
    "<div>stop</div>", "<p>x<blockquote>unsubscribe</blockquote>", "Action: failed\nStatus: 5.1.1",
    "Final-Recipient: rfc822; ani@warga.example\nAction: failed\n"
    "Diagnostic-Code: smtp; 550 5.1.1 no", "Feedback-Type: abuse",
    "<ani@warga.example>:\n550 5.1.1 user unknown\n\n--- Below this line is a copy",
    "mailbox full", "delivery delayed; will be retried", "\udcff\udc80", "\x00", "=C3=A1=\n",
    "&amp;",
)  # fmt: skip
KINDS = (
    "text/plain", "text/html", "message/rfc822", "message/delivery-status", "text/rfc822-headers",
    "message/feedback-report", "message/partial", "image/png", "multipart/mixed", "", "text",
    "multipart/report; report-type=delivery-status", "multipart/digest", "application/ms-tnef",
)  # fmt: skip
CODES = ("base64", "quoted-printable", "8bit", "7bit", "x-uuencode", "binary", "gzip", "")
PIECES = (
    " ", "\n", "\r", "\t", "-", "(", ")", '"', "<", ">", ";a=b", "=?utf-8?q?", "?=", "--b\n",
    "<div>", "<b>", "&#", "@", "a.", "5.1.1 ", "unsubscribe ", "please ", "re: ", "* a ", "\\",
    "; boundary*0*=", "Subject: x\n", "To: a@b\n", "\n\n", "M", "=", "[a", "ya pak ", "\u2028",
    "\udcff",
)  # fmt: skip
CHARSETS = tuple(sorted({*encodings.aliases.aliases, "utf-8", "x-nonesuch", "punycode", "idna"}))
DEEP = 14  # parts in parts, at most


def built(number: int) -> bytes:
    """The letter that a number stands for."""
    chance = Random(number)
    head = "\n".join(_field(chance) for _ in range(chance.randint(0, 12)))
    return f"{head}\n{_part(chance, chance.randint(0, DEEP))}".encode("utf-8", "surrogateescape")


def _field(chance: Random) -> str:
    field = chance.choice(FIELDS)
    return f"{field}{_many(chance)}" if chance.random() < 0.2 else field


def _part(chance: Random, depth: int) -> str:
    kind, code = chance.choice(KINDS), chance.choice(CODES)
    parameters = "" if chance.random() < 0.7 else _many(chance)
    if depth and chance.random() < 0.7:
        boundary = "b" * chance.randint(1, 3)
        inner = [_part(chance, depth - 1) for _ in range(chance.choice((1, 1, 1, 2)))]
        lines = "".join(f"--{boundary}\n{part}\n" for part in inner)
        kind = kind if kind.startswith("multipart/") else "multipart/mixed"
        end = chance.choice((f"--{boundary}--\n", ""))
        return f'Content-Type: {kind}; boundary="{boundary}"{parameters}\n\n{lines}{end}'
    text = chance.choice(TEXTS) + (_many(chance) if chance.random() < 0.4 else "")
    head = f"Content-Type: {kind}; charset={chance.choice(CHARSETS)}{parameters}\n" if kind else ""
    head += f"Content-Transfer-Encoding: {code}\n" if code else ""
    return f"{head}\n{_coded(text, code)}"


def _many(chance: Random) -> str:
    pieces = chance.sample(PIECES, chance.choice((1, 1, 2, 3)))
    return "".join(pieces) * chance.choice((1, 2, 10, 300, 20_000, 200_000))


def _coded(text: str, code: str) -> str:
    content = text.encode("utf-8", "surrogateescape")
    if code == "base64":
        return b64encode(content).decode()
    return b2a_qp(content).decode("ascii") if code == "quoted-printable" else text
