"""Letters that are meant to stop the office, a megabyte each: what costs a reader of mail most."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from random import Random

MIB = 2**20  # bytes that are read of a letter
MOST = 1_000_000  # bytes of what fills one, so that the rest of it is read as well
TOKEN = "9f2c41d7" * 4
MAILBOX = "daftar@kantor.example"
VERP = f"kembali+{TOKEN}@kantor.example"
ANI = "Ani <ani@warga.example>"
DAEMON = "Return-Path: <>\nFrom: MAILER-DAEMON@mx.warga.example\nSubject: failure notice"


def letter(head: str, body: str | bytes = "", sender: str = f"From: {ANI}") -> bytes:
    """A letter whose head is what every one has, and ``head``."""
    start = f"{sender}\nTo: {MAILBOX}\nMessage-ID: <1@a.example>\n{head}".rstrip("\n")
    content = body if isinstance(body, bytes) else body.encode("utf-8", "surrogateescape")
    return start.encode("utf-8", "surrogateescape") + b"\n\n" + content


def filled(piece: str, size: int = MOST) -> str:
    """As many of a piece as a megabyte holds."""
    return piece * (size // len(piece))


def typed(kind: str, body: str | bytes = "", encoding: str = "") -> bytes:
    coded = f"\nContent-Transfer-Encoding: {encoding}" if encoding else ""
    return letter(f"Subject: Halo\nContent-Type: {kind}{coded}", body)


def subject(text: str) -> bytes:
    return letter(f"Subject: {text}", "Isi.")


def sender(text: str) -> bytes:
    return letter("Subject: berhenti", "Isi.", sender=f"From: {text}")


def notice(body: str) -> bytes:
    """What a mail system writes for people, without a part for machines."""
    return letter("", body, sender=DAEMON)


def report(fields: str, kind: str = "message/delivery-status", text: str = "Sorry.") -> bytes:
    """A delivery report about a letter to us."""
    parts = (
        f"--b\nContent-Type: text/plain\n\n{text}\n--b\nContent-Type: {kind}\n\n"
        f"Reporting-MTA: dns; a.example\n\n{fields}\n--b--\n"
    )
    kinds = 'multipart/report; report-type=delivery-status; boundary="b"'
    return letter(f"Content-Type: {kinds}\nX-Original-To: {VERP}", parts, sender=DAEMON)


def nested(depth: int, kind: str = "mixed", boundary: Callable[[int], str] = "b{}".format) -> bytes:
    """Parts in parts, the innermost of which says that somebody leaves."""
    opening = "".join(
        f"Content-Type: multipart/{kind}; boundary={boundary(level)}\n\n--{boundary(level)}\n"
        for level in range(depth)
    )
    closing = "".join(f"\n--{boundary(level)}--\n" for level in reversed(range(depth)))
    return f"From: {ANI}\nSubject: Halo\n{opening}\nberhenti\n{closing}".encode()


def messages(depth: int) -> bytes:
    heads = "Content-Type: message/rfc822\n\n" * depth
    return f"From: {ANI}\n{heads}Subject: x\n\nIsi.".encode()


def several(parts: str, boundary: str = "b", kind: str = "mixed") -> bytes:
    return typed(f'multipart/{kind}; boundary="{boundary}"', parts)


def encoded(charset: str, count: int) -> str:
    return "\n ".join([f"=?{charset}?q?a=E4b?="] * count)


def numbered(template: str, size: int = MOST) -> str:
    return "".join(template.format(number) for number in range(size // len(template)))


def noise(size: int) -> bytes:
    return Random(8).randbytes(size)


HTML = "text/html; charset=utf-8"
PLAIN = "text/plain; charset={}".format

# (name, letter): built when asked for, since together they are a hundred megabytes
LETTERS: dict[str, Callable[[], bytes]] = {
    # charsets
    "punycode": lambda: typed(PLAIN("punycode"), filled("a"), "8bit"),
    "punycode with hyphens": lambda: typed(PLAIN("punycode"), filled("a-b"), "8bit"),
    "punycode in bytes": lambda: typed(PLAIN("punycode"), b"\xff" + filled("ab").encode()),
    "punycode by RFC 2231": lambda: typed(
        f"text/plain; charset*=punycode'en'{filled('ab-', 900)}", filled("a-b")
    ),
    "idna": lambda: typed(PLAIN("idna"), filled("xn--a."), "8bit"),
    "utf-7": lambda: typed(PLAIN("utf-7"), filled("+2AA-"), "8bit"),
    "unicode_escape": lambda: typed(PLAIN("unicode_escape"), filled("\\x41"), "8bit"),
    "raw_unicode_escape": lambda: typed(PLAIN("raw_unicode_escape"), filled("\\u0041"), "8bit"),
    "zlib": lambda: typed(PLAIN("zlib"), noise(MIB)),
    "bytes that are none of a charset": lambda: typed(PLAIN("cp1255"), b"\xff" * MOST),
    "bytes that are none of HTML's charset": lambda: typed(
        "text/html; charset=cp1255", b"<p>" + b"\xff" * MOST
    ),
    "copies of bytes that are none of a charset": lambda: several(
        "--b\nContent-Type: message/delivery-status\n\nAction: failed\nStatus: 5.1.1\n\n"
        + f"--b\nContent-Type: message/rfc822; charset=cp1255\n\n{chr(0xDCFF) * 60_000}\n" * 16,
        kind="report",
    ),
    "a notice of bytes that are none of a charset": lambda: letter(
        "Content-Type: text/plain; charset=cp1255", b"\xff" * MOST, sender=DAEMON
    ),
    "a charset of a megabyte": lambda: typed(PLAIN(filled("x")), "Isi."),
    # transfer encodings
    "base64 of punycode": lambda: typed(
        PLAIN("punycode"), b64encode(filled("a-b", 700_000).encode()), "base64"
    ),
    "base64 in lines of one letter": lambda: typed(PLAIN("utf-8"), filled("QUJD\n"), "base64"),
    "base64 without an end": lambda: typed(PLAIN("utf-8"), filled("Q"), "base64"),
    "quoted-printable": lambda: typed(PLAIN("utf-8"), filled("=C3=A1"), "quoted-printable"),
    "quoted-printable of signs": lambda: typed(PLAIN("utf-8"), filled("="), "quoted-printable"),
    "quoted-printable spaces": lambda: typed(PLAIN("utf-8"), filled(" "), "quoted-printable"),
    "quoted-printable spaces in lines": lambda: typed(
        PLAIN("utf-8"), filled("          =\n"), "quoted-printable"
    ),
    "uuencode": lambda: typed(
        PLAIN("utf-8"), "begin 644 x\n" + filled("!\n"), "x-uuencode"
    ),
    "uuencode, broken": lambda: typed(
        PLAIN("utf-8"), "begin 644 x\n" + filled("M\udcff\n", 500_000), "x-uuencode"
    ),
    # parameters
    "parameters": lambda: typed(f"text/plain{filled(';a=b')}", "berhenti"),
    "empty parameters": lambda: typed(f"text/plain{filled(';')}", "berhenti"),
    "quoted parameters": lambda: typed(f'text/plain{filled(";a=" + chr(34))}', "berhenti"),
    "parameters in quotes": lambda: typed(
        'text/plain; a="' + filled('\\";'), "berhenti"
    ),
    "continued parameters": lambda: typed(
        f"multipart/mixed{numbered('; boundary*{}=b')}", "--b\n\nIsi.\n--b--\n"
    ),
    "continued and encoded parameters": lambda: typed(
        f"multipart/mixed{numbered('; boundary*{}*=%62')}", "--b\n\nIsi.\n--b--\n"
    ),
    "parameters by numbers of a megabyte": lambda: typed(
        f"multipart/mixed; boundary*{filled('9')}=b", "--b\n\nIsi.\n--b--\n"
    ),
    "parameters of every part": lambda: several(
        filled(f"--b\nContent-Type: text/plain{';a=b' * 2_000}\n\nx\n")
    ),
    "parameters of a disposition": lambda: letter(
        f"Subject: Halo\nContent-Disposition: attachment{filled(';a=b')}", "berhenti"
    ),
    # parts
    "parts in parts": lambda: nested(300),
    "parts in parts, with a long text": lambda: nested(100) + filled("a\n").encode(),
    "reports in reports": lambda: nested(300, "report"),
    "parts in parts, prefixes": lambda: nested(60, boundary=lambda level: "b" * (level + 1)),
    "parts in parts, prefixes backwards": lambda: nested(
        60, boundary=lambda level: "b" * (60 - level)
    ),
    "parts in parts, one boundary": lambda: nested(3_000, boundary=lambda _: "b"),
    "thousands of parts in parts": lambda: nested(10_000),
    "messages in messages": lambda: messages(30_000),
    "messages in digests": lambda: several(filled("--b\n\nSubject: x\n\ny\n"), kind="digest"),
    "empty parts": lambda: several(filled("--b\n")),
    "parts of a letter": lambda: several(filled("--b\n\nx\n")),
    "parts without a head": lambda: several(filled("--b\nx\n")),
    "ends of parts": lambda: several(filled("--b--\n")),
    "almost a boundary": lambda: several(filled("--bb\n")),
    "almost a boundary, with spaces": lambda: several(filled(f"--b{' ' * 1_000}x\n")),
    "a boundary of a megabyte": lambda: several(f"--{filled('b', 500_000)}\n\nx", "b" * 500_000),
    "a boundary with every sign": lambda: several(
        filled("--'()+_,-./:=?\n\nx\n"), "'()+_,-./:=?"
    ),
    "a boundary of nothing": lambda: several(filled("--\n\nx\n"), ""),
    "a preamble of lines": lambda: several(filled("\n") + "--b\n\nberhenti\n--b--\n"),
    "texts in every part": lambda: several(
        filled(f"--b\nContent-Type: text/html\n\n{'<p>a' * 500}\n")
    ),
    # heads
    "100,000 header lines": lambda: letter(filled("X-A: b\n", 700_000), "berhenti"),
    "a header of a megabyte": lambda: letter(f"X-A: {filled('b ')}", "berhenti"),
    "a header of a million lines": lambda: letter(f"X-A: b{filled(chr(10) + ' c')}", "berhenti"),
    "headers without names": lambda: letter(filled(":\n"), "berhenti"),
    "a head without an end": lambda: b"Subject: x\n" + filled(" y\n").encode(),
    "returns for lines": lambda: b"Subject: x\r" + filled("\r").encode(),
    "returns and spaces": lambda: b"Subject: x\r" + filled(" \r").encode(),
    "lines of nothing": lambda: letter("Subject: Halo", filled("\n")),
    "lines of spaces": lambda: letter("Subject: Halo", filled(" \n")),
    "recipients": lambda: letter(filled(f"To: {VERP[:-9]}\n"), "Isi."),
    "recipients in words": lambda: letter(filled(f"To: {encoded('utf-8', 40)}\n"), "Isi."),
    "subjects": lambda: letter(filled("Subject: =?utf-8?q?a?=\n"), "Isi."),
    "references": lambda: letter(f"References: {filled('<a@b.example> ')}", "Isi."),
    "received": lambda: letter(filled("Received: from a.example by b.example; x\n"), "Isi."),
    "results": lambda: letter(
        filled("Authentication-Results: mx.kantor.example; dmarc=pass (a) header.from=b\n"), "Isi."
    ),
    "one result of a megabyte": lambda: letter(
        f"Authentication-Results: mx.kantor.example{filled('; dkim=pass (')}", "berhenti"
    ),
    "automatic answers": lambda: letter(filled("Auto-Submitted: no\n"), "Isi."),
    "transfer encodings": lambda: letter(filled("Content-Transfer-Encoding: base64\n"), "Isi."),
    "surrogates": lambda: letter(f"Subject: {filled(chr(0xDCFF), 500_000)}", "Isi."),
    # senders
    "comments": lambda: sender(f"{'(a)' * 40_000} ani@warga.example"),
    "comments in comments": lambda: sender(f"{'(' * 40_000}{')' * 40_000} ani@warga.example"),
    "open comments": lambda: sender("(a" * 300_000),
    "groups": lambda: sender(filled("a:b@c.example;")),
    "open groups": lambda: sender(filled("a:")),
    "senders": lambda: sender(filled("ani@warga.example, ")),
    "words of a sender": lambda: sender(f"{filled('a ')}<ani@warga.example>"),
    "encoded words of a sender": lambda: sender(f"{encoded('utf-8', 20_000)} <a@b.example>"),
    "dots": lambda: sender(f"{filled('a.')}b@warga.example"),
    "a host of a megabyte": lambda: sender(f"ani@{filled('a.')}example"),
    "a host in another script": lambda: sender(f"ani@{'ß' * 300_000}.example"),
    "routes": lambda: sender(f"<{filled('@a,')}:ani@warga.example>"),
    "quoted pairs": lambda: sender('"' + filled('\\"') + '" <ani@warga.example>'),
    "brackets": lambda: sender(filled("<") + "ani@warga.example"),
    "a literal of a megabyte": lambda: sender(f"ani@[{filled('1.')}]"),
    # encoded words
    "encoded words": lambda: subject(encoded("utf-8", 60_000)),
    "encoded words in punycode": lambda: subject(encoded("punycode", 40_000)),
    "an encoded word in punycode": lambda: subject(f"=?punycode?q?{filled('a-b', 1_900)}?="),
    "an encoded word of a megabyte": lambda: subject(f"=?utf-8?b?{filled('QUJD')}?="),
    "beginnings of encoded words": lambda: subject(filled("=?utf-8?q?")),
    "question marks": lambda: subject(filled("=?")),
    # HTML
    "divs": lambda: typed(HTML, filled("<div>")),
    "bold in bold": lambda: typed(HTML, filled("<b>")),
    "lists": lambda: typed(HTML, filled("<ul>")),
    "lists of a mail system": lambda: letter(
        f"Content-Type: {HTML}", filled("<dl>"), sender="From: MAILER-DAEMON@a.example"
    ),
    "formatting": lambda: typed(HTML, filled("<a><b><i><p>")),
    "links in tables": lambda: typed(HTML, filled("<table><a>")),
    "tables": lambda: typed(HTML, filled("<table><td>")),
    "closing tags": lambda: typed(HTML, filled("<p>") + filled("</b></i>", 500_000)),
    "open tags": lambda: typed(HTML, filled("<a ")),
    "attributes": lambda: typed(HTML, "<a " + filled("a=b ") + ">"),
    "distinct attributes": lambda: typed(HTML, "<a " + numbered("a{}=b ") + ">"),
    "quotes in tags": lambda: typed(HTML, filled("<a '\"")),
    "entities": lambda: typed(HTML, filled("&amp;")),
    "entities without an end": lambda: typed(HTML, filled("&CounterClockwiseContourIntegra")),
    "numbers": lambda: typed(HTML, f"&#{filled('9')};"),
    "comments in HTML": lambda: typed(HTML, filled("<!--")),
    "comments in HTML, closed": lambda: typed(HTML, filled("<!-->")),
    "scripts": lambda: typed(HTML, filled("<script>")),
    "styles": lambda: typed(HTML, filled("<style>a</style>")),
    "quotes in HTML": lambda: typed(HTML, filled("<blockquote>")),
    "selects": lambda: typed(HTML, filled("<select><option>")),
    "templates": lambda: typed(HTML, filled("<template>")),
    "pictures": lambda: typed(HTML, filled("<svg><math>")),
    "HTML in punycode": lambda: typed("text/html; charset=punycode", filled("<p>a-b")),
    # what people write
    "words of leaving": lambda: subject(filled("unsubscribe ")),
    "words of politeness": lambda: subject(filled("please ") + "x"),
    "greetings": lambda: letter("Subject: Halo", filled("halo\n")),
    "lines of text": lambda: letter("Subject: Halo", filled("a\n")),
    "lines of quotes": lambda: letter("Subject: Halo", filled("> a\n")),
    "stars": lambda: subject(filled("* a ")),
    "a line of a megabyte": lambda: letter("Subject: Halo", filled("berhenti ")),
    # what mail systems write
    "groups of fields": lambda: report(filled("Action: failed\nStatus: 5.1.1\n\n", 3_000_000)),
    "fields of one group": lambda: report(filled("Action: failed\n")),
    "groups of nothing": lambda: report(filled("a: b\n\n")),
    "a field of a megabyte": lambda: report(
        f"Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; {filled('550 5.1.1 a@b ')}"
    ),
    "a reason of refusals": lambda: report(
        f"Action: failed\nDiagnostic-Code: smtp; {filled('blocked ')}"
    ),
    "a status of comments": lambda: report(f"Action: failed\nStatus: 5.1.1 {filled('(a)')}"),
    "an action of a megabyte": lambda: report(f"Action: {filled('failed ')}"),
    "reports of reports": lambda: several(
        filled("--b\nContent-Type: message/delivery-status\n\nAction: failed\n\n"), kind="report"
    ),
    "copies": lambda: several(
        filled("--b\nContent-Type: message/rfc822\n\nList-Unsubscribe: <a>\n\n"), kind="report"
    ),
    "a report in base64": lambda: report(
        b64encode(filled("Action: failed\n\n", 700_000).encode()).decode()
    ),
    "a report with a long text": lambda: report(
        "Action: failed\nStatus: 5.0.0", text=filled("550 5.1.1 <ani@warga.example>\n\n", 900_000)
    ),
    "complaints": lambda: several(
        "--b\nContent-Type: message/feedback-report\n\n" + filled("Feedback-Type: abuse\n"),
        kind="report",
    ),
    "a notice of addresses": lambda: notice(filled("<ani@warga.example>:\n550 5.1.1 no\n\n")),
    "a notice of codes": lambda: notice(filled("5.1.1 ")),
    "a notice of dots": lambda: notice(filled("a.")),
    "a notice of dashes": lambda: notice(filled("-")),
    "a notice of ats": lambda: notice(filled("@")),
    "a notice of mailboxes": lambda: notice(filled("mailbox ")),
    "a notice of delays": lambda: notice(filled("delivery ") + "5.1.1"),
    "a notice of lines": lambda: notice(filled("x\n")),
    "a notice of indented lines": lambda: notice(filled("   a\n  b\n")),
    "a notice of spaces": lambda: notice(f"550 5.1.1{filled(' ')}x"),
    "a notice of relays": lambda: notice(filled("sender relay your account limit ")),
    "a notice of links": lambda: notice(filled("https://")),
    "a notice of hosts": lambda: notice(filled("host a.example said: ")),
    # bytes
    "nothing": lambda: b"",
    "zeros": lambda: bytes(MIB),
    "noise": lambda: noise(MIB),
    "noise in a letter": lambda: letter("Subject: Halo", noise(MIB)),
    "an mbox": lambda: filled("From a@b\n").encode(),
}  # fmt: skip


def letters() -> Iterator[tuple[str, bytes]]:
    """Every one, cut as the office cuts what it reads."""
    for name, made in LETTERS.items():
        yield name, made()[:MIB]
