"""Who wrote a letter, as the mailbox's own server knows it, and what anybody may have written."""

from __future__ import annotations

import pytest

from syndicate.channel.mailing_list import Meaning
from syndicate_email.inbox.classify import classify
from syndicate_email.inbox.reports import Marks

OURS = "mx.kantor.example"
MARKS = Marks(mailbox="daftar@kantor.example", lists=("Kabar",), authserv=OURS)
RECEIVED = "Received: from a.example (a.example [192.0.2.1]) by mx.kantor.example with ESMTPS; x"
PASSED = f"Authentication-Results: {OURS}; dmarc=pass (p=none) header.from=warga.example"


def vouched(*head: str, sender: str = "ani@warga.example", marks: Marks = MARKS) -> str:
    letter = "\n".join([*head, f"From: Ani <{sender}>", "Subject: berhenti", "", "Isi."])
    reply = classify(letter.encode(), marks)
    assert reply.meaning is Meaning.LEAVE
    assert reply.email == sender
    return reply.authentication


def results(text: str) -> str:
    return f"Authentication-Results: {OURS}; {text}"


BELIEVED = {
    "above the own server's line": [PASSED, RECEIVED],
    "below the own server's line, as Postfix has it": [RECEIVED, PASSED],
    "below hops inside": [
        "Received: by 2002:a05:6402:1 with SMTP id x", "Received: from mx by localhost (Dovecot)",
        "Received: from mx.kantor.example by imap.kantor.example with LMTP", RECEIVED, PASSED,
    ],
    "in another case, with a version": [
        f"authentication-results: {OURS.upper()} 1; DMARC=Pass header.from=WARGA.example"
    ],
    "folded": [results("\n\tspf=pass smtp.mailfrom=x.example;\n\tdmarc=pass")],
    "a comment without spaces": [results("dmarc=pass(p=none)header.from=warga.example")],
    "dkim of the same domain": [results("dkim=pass header.d=warga.example header.s=s1")],
    "dkim of an identity": [results("dkim=pass header.i=@warga.example")],
    "dkim of a domain below": [results("dkim=pass header.d=surat.warga.example")],
    "one of two signatures": [
        results("dkim=fail header.d=warga.example; dkim=pass header.d=warga.example")
    ],
    "spf": [results("spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=ani@warga.example")],
    "spf of a bounce address": [results("spf=pass smtp.mailfrom=b+1@bounce.warga.example")],
    "one of each filter": [
        PASSED, results("spf=pass smtp.mailfrom=warga.example"),
        results("dkim=pass header.d=warga.example"),
    ],
    "a comment in a comment": [results("dmarc=pass (a (b; c) d) header.from=warga.example")],
    "a forged one of another name above": [
        "Authentication-Results: evil.example; dmarc=fail header.from=warga.example", PASSED,
    ],
}  # fmt: skip


@pytest.mark.parametrize("head", BELIEVED.values(), ids=BELIEVED)
def test_what_the_own_server_knows_is_believed(head: list[str]) -> None:
    assert vouched(*head).startswith(f"{OURS}: ")


FORGED = {
    "none": [RECEIVED],
    "another server's": [PASSED.replace(OURS, "mx.elsewhere.example")],
    "of a longer name": [PASSED.replace(OURS, f"{OURS}.evil.example")],
    "of a shorter name": [PASSED.replace(OURS, "kantor.example")],
    "below the own one, which says otherwise": [
        results("dmarc=fail header.from=warga.example"), RECEIVED, PASSED
    ],
    "below the own one, without a result": [results("none"), RECEIVED, PASSED],
    "below a strange server": [
        "Received: from a.example by mx.google.example with ESMTPS", PASSED
    ],
    "below a strange server that was greeted oddly": [
        "Received: from by by mx.google.example with ESMTPS", PASSED
    ],
    "above the own one": [PASSED, RECEIVED, results("dmarc=fail header.from=warga.example")],
    "above the own one, which knows little": [PASSED, RECEIVED, results("dkim=none")],
    "above the own one, which knows another": [PASSED, results("dkim=pass header.d=evil.example")],
    "far above the own one": [
        PASSED, *["Received: from a by mx.kantor.example"] * 90, results("dkim=none")
    ],
    "too many": [PASSED] * 7,
    "above too many others": [PASSED, *["Received: from a by mx.kantor.example"] * 150],
    "in a comment": [results("dmarc=none (dmarc=pass header.from=warga.example)")],
    "in a comment of several parts": [
        results("spf=none (x; dmarc=pass header.from=warga.example; y)")
    ],
    "in a sender": [
        results('spf=none smtp.mailfrom="x; dmarc=pass header.from=warga.example;"@evil.example')
    ],
    "in a reason": [
        results('dkim=pass reason="x header.d=warga.example y" header.i=@evil.example')
    ],
    "of another domain": [results("dmarc=pass header.from=evil.example")],
    "dkim of another domain": [results("dkim=pass header.d=evil.example")],
    "dkim of a domain that ends so": [results("dkim=pass header.d=evilwarga.example")],
    "dkim of the top": [results("dkim=pass header.d=example")],
    "spf of another domain": [results("spf=pass smtp.mailfrom=ani@evil.example")],
    "spf of a greeting": [results("spf=pass smtp.helo=warga.example")],
    "softfail": [results("spf=softfail smtp.mailfrom=ani@warga.example")],
    "a failed dmarc beside": [
        results("dmarc=fail header.from=warga.example; dkim=pass header.d=warga.example")
    ],
    "passes that are none": [results("dmarc=passed header.from=warga.example")],
    "arc alone": [results("arc=pass (i=1 dmarc=pass fromdomain=warga.example)")],
}  # fmt: skip


@pytest.mark.parametrize("head", FORGED.values(), ids=FORGED)
def test_what_anybody_could_have_written_is_not_believed(head: list[str]) -> None:
    assert vouched(*head) == ""


@pytest.mark.parametrize(
    ("sender", "signer", "believed"),
    [
        ("a@dinas.riau.go.id", "riau.go.id", True), ("a@dinas.riau.go.id", "go.id", False),
        ("a@b.co.uk", "co.uk", False), ("a@x.desa.id", "desa.id", False),
        ("a@mail.kompas.id", "kompas.id", True), ("a@kompas.id", "id", False),
    ],
)  # fmt: skip
def test_a_registry_speaks_for_nobody(sender: str, signer: str, *, believed: bool) -> None:
    assert bool(vouched(results(f"dkim=pass header.d={signer}"), sender=sender)) is believed


def test_without_a_name_nobody_is_believed() -> None:
    assert vouched(PASSED, marks=Marks(mailbox="daftar@kantor.example")) == ""


def test_a_result_that_is_too_long_says_nothing() -> None:
    head = [results("x=pass; " * 20_000 + "dmarc=pass header.from=warga.example")]
    assert vouched(*head) == ""
