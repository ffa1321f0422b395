"""Messages that come back, as mail systems and people write them."""

from __future__ import annotations

import re
from base64 import b64encode

from syndicate.channel.mailing_list import Meaning, Reply
from syndicate_email.inbox.classify import classify
from syndicate_email.inbox.reports import Marks

TOKEN = "9f2c41d7" * 4
LINK = f"<https://kantor.example/l/{TOKEN}>"


VERP = f"kembali+{TOKEN}@kantor.example"
ANI = "Ani <Ani@Warga.Example>"
DAEMON = "MAILER-DAEMON@mx.warga.example (Mail Delivery System)"
MARKS = Marks(
    bounces="kembali+{token}@kantor.example", unsubscribe="https://kantor.example/l/{token}",
    mailbox="daftar@kantor.example", lists=("kabar-harian", "Kabar Harian", "Kábar & Data"),
)  # fmt: skip


def letter(body: str = "", **fields: str) -> bytes:
    """A message; ``X_Autoreply="yes"`` is a header, and so is all that follows a line's end."""
    given = {"From": ANI, "To": MARKS.mailbox, "Subject": "Halo", "Message-ID": "<1@a.example>"}
    given |= {name.replace("_", "-"): value for name, value in fields.items()}
    head = "".join(f"{name}: {value}\n" for name, value in given.items() if value)
    return f"{head}\n{body}".encode("utf-8", "surrogateescape")


def several(*parts: str, kind: str = "mixed", **fields: str) -> bytes:
    """A multipart message; a part begins with its headers."""
    body = "".join(f"--b=_1\n{part}\n" for part in parts) + "--b=_1--\n"
    return letter(body, Content_Type=f'multipart/{kind};\n boundary="b=_1"', **fields)


def own(head: str = f"List-Unsubscribe: {LINK}", kind: str = "message/rfc822") -> str:
    """The letter that came back."""
    return f"Content-Type: {kind}\n\n{head}\nSubject: Kabar harian\n\nIsi.\n"


def encoded(kind: str, encoding: str, body: str) -> str:
    return f"Content-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n\n{body}\n"


def dsn(
    recipient: str, *, kind: str = "message/delivery-status", copy: str = "", **fields: str
) -> bytes:
    given = {"From": DAEMON, "To": VERP, "Subject": "Undelivered Mail Returned to Sender"}
    status = f"Content-Type: {kind}\n\nReporting-MTA: dns; mx.warga.example\n\n{recipient}\n"
    said = "Content-Type: text/plain\n\nI'm sorry to have to inform you. See 4.4.4 elsewhere.\n"
    kinds = {"kind": "report; report-type=delivery-status"}
    return several(said, status, copy or own(), **kinds, **{**given, **fields})


def failed(status: str = "5.1.1", diagnostic: str = "", action: str = "failed") -> str:
    lines = {
        "Final-Recipient": "rfc822; ani@warga.example", "Action": action, "Status": status,
        "Diagnostic-Code": diagnostic,
    }  # fmt: skip
    return "\n".join(f"{name}: {value}" for name, value in lines.items() if value)


def complaint(fields: str, copy: str = "", **given: str) -> bytes:
    feedback = f"Content-Type: message/feedback-report\n\nUser-Agent: Yahoo!-Mail/2.0\n{fields}\n"
    said = "Content-Type: text/plain\n\nThis is an email abuse report.\n"
    kinds = {"kind": "report; report-type=feedback-report"}
    to = {"From": "fbl@warga.example", "To": "abuse@kantor.example", "Subject": "FW: Kabar"}
    return several(said, feedback, copy or own(), **kinds, **{**to, **given})


def heard(message: bytes) -> Reply:
    """What is true of every reply: it can be kept and shown, and names nobody in passing."""
    reply = classify(message, MARKS)
    assert len(reply.key) == 32
    for said in (reply.token, reply.email, reply.name, reply.about, reply.code, reply.detail):
        assert said == " ".join(said.encode().decode().split())
        assert not re.search(r"[\x00-\x1f\x7f-\x9f]", said)
        assert len(said) <= 254
    assert "@" not in reply.detail
    return reply


GMAIL = (
    "smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try\n"
    " 550-5.1.1 double-checking the address. 550 5.1.1 https://support.google.com/mail - gsmtp"
)
QMAIL = f"""Hi. This is the qmail-send program at mx.warga.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<ani@warga.example>:
192.0.2.5 does not like recipient.
Remote host said: 550 sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <{VERP}>
Received: (qmail 1 invoked by uid 9); 4.2.2 and 452 are no codes here
"""
EXIM = """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  ani@warga.example
    SMTP error from remote mail server after RCPT TO:<ani@warga.example>:
    host mx.warga.example [5.1.1.9]: {}

------ This is a copy of the message, including all the headers. ------

Return-path: <humas@kantor.example>
"""
YAHOO = """Sorry, we were unable to deliver your message to the following address.

<ani@warga.example>:
Remote host said: 554 5.7.9 Message not accepted for policy reasons [RCPT_TO]

--- Below this line is a copy of the message.
"""
OLD_EXCHANGE = """Your message

  To:      ani@warga.example
  Subject: Kabar harian
  Sent:    Mon, 3 Aug 2026 17:00:00 +0700

did not reach the following recipient(s):

ani@warga.example on Mon, 3 Aug 2026 17:00:05 +0700
    The recipient name is not recognized
"""
NULL = {"Return_Path": "<>", "To": VERP}
EXIM_HEAD = {
    **NULL, "From": "Mail Delivery System <Mailer-Daemon@mx.warga.example>",
    "Subject": "Mail delivery failed: returning message to sender",
    "X_Failed_Recipients": "ani@warga.example", "Auto_Submitted": "auto-replied",
}  # fmt: skip
RETURNED = {
    "postfix, hard": (
        dsn(failed(diagnostic="smtp; 550 5.1.1 <ani@warga.example>: User unknown")), "5.1.1",
    ),
    "postfix, the mailbox is full": (dsn(failed("4.2.2", "smtp; 452 4.2.2 Over quota")), "4.2.2"),
    "postfix, given up after five days": (dsn(failed("4.4.1", "X-Postfix; timed out")), "4.4.1"),
    "postfix, without a status": (dsn(failed("", "smtp; 550 5.2.1 disabled")), "5.2.1"),
    "sendmail": (
        dsn(failed("5.1.1", "SMTP; 550 5.1.1 <ani@warga.example>... User unknown"),
            From="Mail Delivery Subsystem <MAILER-DAEMON@warga.example>",
            Subject="Returned mail: see transcript for details",
            Auto_Submitted="auto-generated (failure)"), "5.1.1",
    ),
    "sendmail, soft": (dsn(failed("4.4.7", "SMTP; 451 try later"), Return_Path="<>"), "4.4.7"),
    "exchange online": (
        dsn(failed("5.1.10", "smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP"),
            From="postmaster@warga.onmicrosoft.com", Subject="Undeliverable: Kabar delayed",
            X_MS_Exchange_Message_Is_Ndr=""), "5.1.10",
    ),
    "gmail": (
        dsn(failed("5.1.1", GMAIL), From="Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            Subject="Delivery Status Notification (Failure)"), "5.1.1",
    ),
    "gmail, full": (dsn(failed("4.2.2", "smtp; 452-4.2.2 out of storage")), "4.2.2"),
    "yahoo": (
        dsn(failed("5.0.0", "smtp; 554 delivery error: dd No such user (ani@warga.example) [-5]"),
            Subject="Failure Notice"), "5.0.0",
    ),
    "courier": (
        dsn(failed("5.0.0", "smtp; 550 User <ani@warga.example> unknown"),
            From='"Courier mail server at warga.example" <@>',
            Subject="NOTICE: mail delivery status."), "5.0.0",
    ),
    "courier, soft": (dsn(failed("4.0.0", "smtp; 450 Mailbox busy")), "4.0.0"),
    "exim, modern": (dsn(failed("5.0.0", "smtp; 550 5.1.1 gone"), **EXIM_HEAD), "5.1.1"),
    "exim, a bare smtp code": (dsn(failed("5.0.0", "smtp; 450 later")), "4.0.0"),
    "full, whatever its number says": (
        dsn(failed("5.1.1", "smtp; 552 disk quota exceeded")), "5.2.2",
    ),
    "full, without a number": (dsn(failed("5.0.0", "smtp; 552 disk quota exceeded")), "5.0.0"),
    "relaying, where the reader's domain has moved": (
        dsn(failed("5.7.1", "smtp; 550 5.7.1 relaying denied")), "5.7.1",
    ),
    "no code anywhere": (dsn(failed("", "X-Unix; it broke")), "4.0.0"),
    "expired": (dsn(failed("", "Connection timed out", action="expired")), "4.0.0"),
    "no action": (dsn(failed("5.1.1", action="")), "5.1.1"),
    "an action with a comment": (dsn(failed(action="Failed (bad mailbox)")), "5.1.1"),
    "the worst of two": (dsn(f"{failed('4.2.2')}\n\n{failed('5.1.1')}"), "5.1.1"),
    "one failed, one late": (dsn(f"{failed('4.4.7', action='delayed')}\n\n{failed()}"), "5.1.1"),
    "internationalized": (dsn(failed(), kind="message/global-delivery-status"), "5.1.1"),
    "smime and footers around it": (
        several(f"Content-Type: multipart/mixed; boundary=c\n\n--c\nContent-Type: "
                f"message/delivery-status\n\nReporting-MTA: dns; a\n\n{failed()}\n\n--c--\n",
                "Content-Type: text/plain\n\nScanned.\n", From=DAEMON, To=VERP), "5.1.1",
    ),
    "qmail": (letter(QMAIL, From="MAILER-DAEMON@a.example", Subject="failure notice"), "5.1.1"),
    "exim, old": (letter(EXIM.format("550 Unrouteable address"), **EXIM_HEAD), "5.0.0"),
    "exim, old, soft": (letter(EXIM.format("retry timeout exceeded"), **EXIM_HEAD), "4.0.0"),
    "exim, old, both": (letter(EXIM.format("550-No\n    550 5.2.1 Off"), **EXIM_HEAD), "5.2.1"),
    "exim, old, full": (letter(EXIM.format("552 disk quota exceeded"), **EXIM_HEAD), "5.0.0"),
    "exim, old, full, whatever its number says": (
        letter(EXIM.format("550 5.1.1 mailbox full"), **EXIM_HEAD), "5.2.2",
    ),
    "exim, old, the reader's, with a policy": (
        letter(EXIM.format("550 5.1.1 no such user; rejected by local policy"), **EXIM_HEAD),
        "5.1.1",
    ),
    "qmail, relaying, where the reader's domain has moved": (
        letter(QMAIL.replace("550 sorry, no mailbox here by that name. (#5.1.1)",
                             "553 that domain isn't in my list of allowed rcpthosts (#5.7.1)"),
               From="MAILER-DAEMON@a.example", Subject="failure notice"), "5.7.1",
    ),
    "the reader's own code, with a policy": (
        dsn(failed("5.7.1", "smtp; 550 5.1.1 no such user; rejected by local policy")), "5.1.1",
    ),
    "the reader's own code in both": (
        dsn(failed("5.1.1", "smtp; 550 5.1.1 user unknown, blocked using our blocklist")), "5.1.1",
    ),
    "the reader's own code, disabled": (
        dsn(failed("5.2.1", "smtp; 550 5.1.1 account disabled or does not exist")), "5.1.1",
    ),
    "the reader's own code, with a whole address": (
        dsn(failed("5.1.1", "smtp; 550 5.1.1 recipient unknown, use the full address")), "5.1.1",
    ),
    "full at one address, unknown at another": (
        letter(EXIM.format("552 5.2.2 full\n    550 5.1.1 unknown"), **EXIM_HEAD), "5.2.2",
    ),
    "unknown, whatever else is said": (
        dsn(failed("5.1.1", "smtp; 550 5.1.1 no such user; else the mailbox is over quota")),
        "5.1.1",
    ),
    "an own status, and no code beside it": (
        dsn(failed("5.1.1", "smtp; 550 no such user; rejected by local policy")), "5.1.1",
    ),
    "exchange, old": (
        several(f"Content-Type: text/plain\n\n{OLD_EXCHANGE}", own(), Subject="Undeliverable: E",
                From="System Administrator <postmaster@warga.example>", Return_Path="<>"), "4.0.0",
    ),
    "broken into no parts": (
        dsn(failed()).replace(b"\n--b=_1", b"\n --b=_1").replace(b"4.4.4", b"it"), "5.1.1",
    ),
    "in indonesian": (
        letter("Surat Anda tidak dapat disampaikan: 550 5.1.1 tidak dikenal", **NULL,
               From="Postmaster <postmaster@warga.example>", Subject="Gagal kirim"), "5.1.1",
    ),
}  # fmt: skip


EXIM_LATE = """A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue. The address is: ani@warga.example
    Delay reason: SMTP error: 450 4.2.0 greylisted
No action is required on your part. Delivery attempts will continue for some time.
"""
LATE = {
    "postfix": dsn(failed("4.4.1", "X-Postfix; timed out", "delayed"), Subject="Delayed Mail"),
    "sendmail": dsn(failed("4.4.7", action="delayed"), Subject="Warning: could not send message"),
    "exchange": dsn(failed("4.4.7", action="delayed"), Subject="Delayed: Kabar harian"),
    "gmail": dsn(failed("4.4.2", "smtp; 421 later", "delayed"), Subject="Delivery incomplete"),
    "delivered": dsn(failed("2.0.0", action="delivered")),
    "relayed": dsn(failed("2.0.0", action="relayed")),
    "expanded": dsn(failed("2.0.0", action="expanded")),
    "nobody's": dsn(failed("4.4.7", action="delayed"), To="x@a.example", copy=own("A: b")),
    "exim, old": letter(EXIM_LATE, **{
        **EXIM_HEAD, "Subject": "Warning: message 1h2Xyz-0001 delayed 24 hours"}),
    "gmail, old": letter("THIS IS A WARNING MESSAGE ONLY.\nIt will be retried for 2 days.\n450",
                         **NULL, From=DAEMON, Subject="Delivery Status Notification (Delay)"),
    "sendmail, old": letter(
        "**  YOU DO NOT NEED TO RESEND  **\nFailed. 451 4.1.1", **NULL, From=DAEMON,
        Subject="Warning: could not send message for past 4 hours"),
}  # fmt: skip


ELSEWHERE = {"To": "humas@kantor.example"}


FORGED = {
    "no token": dsn(failed(), **ELSEWHERE, copy=own("X: y")),
    "no letter of ours": dsn(failed(), **ELSEWHERE, copy=own("List-Unsubscribe: <https://a/b>")),
    "another domain": dsn(failed(), To=f"{VERP}.evil.example", copy=own("X: y")),
    "another address": dsn(failed(), To=f"x.{VERP}", copy=own("X: y")),
    "too long": dsn(failed(), To=f"kembali+{TOKEN}a@kantor.example", copy=own("X: y")),
    "too long a link": dsn(failed(), **ELSEWHERE, copy=own(f"List-Unsubscribe: {LINK[:-1]}a>")),
    "of a letter in the letter": dsn(
        failed(), **ELSEWHERE, copy=own(f"Content-Type: message/rfc822\n\nReturn-Path: {VERP}")),
    "qmail": letter(QMAIL.replace(VERP, "a@b.example"), From=DAEMON, Subject="failure notice"),
    "exim": letter(EXIM.format("550 no"), **{**EXIM_HEAD, **ELSEWHERE}),
    "a complaint": complaint("Feedback-Type: abuse", copy=own("X: y")),
    "an opt-out": complaint("Feedback-Type: opt-out", copy=own("X: y")),
}  # fmt: skip


COMPLAINTS = {
    "abuse": (complaint("Feedback-Type: abuse\nVersion: 1"), Meaning.COMPLAINED),
    "fraud": (complaint("Feedback-Type: fraud"), Meaning.COMPLAINED),
    "virus": (complaint("Feedback-Type: VIRUS"), Meaning.COMPLAINED),
    "other": (complaint("Feedback-Type: other (a comment)"), Meaning.COMPLAINED),
    "unknown": (complaint("Version: 1"), Meaning.COMPLAINED),
    "a redacted letter": (
        complaint(f"Feedback-Type: abuse\nOriginal-Mail-From: <{VERP}>", own("X: y")),
        Meaning.COMPLAINED,
    ),
    "headers alone": (
        complaint("Feedback-Type: abuse", own(kind="text/rfc822-headers")), Meaning.COMPLAINED,
    ),
    "opt-out": (complaint("Feedback-Type: opt-out"), Meaning.LEAVE),
    "opt-out of a list": (complaint("Feedback-Type: opt-out-list"), Meaning.LEAVE),
}  # fmt: skip


ASKED = f"Konfirmasi langganan: Kabar harian [confirm {TOKEN}]"


AUTOMATIC: dict[str, dict[str, str]] = {
    "vacation": {"Auto_Submitted": "auto-replied", "Subject": "Re: Kabar harian"},
    "vacation to the envelope": {**NULL, "Subject": "Saya cuti. 550 5.1.1"},
    "with a comment": {"Auto_Submitted": "auto-replied (vacation)"},
    "exchange": {"Subject": f"Automatic reply: {ASKED}", "X_Auto_Response_Suppress": "All"},
    "outlook": {"Subject": f"Out of Office: {ASKED}"},
    "outlook, answering": {"Subject": "Re: Out of office Re: Kabar"},
    "out of the office": {"Subject": "I'm out of the office until Monday"},
    "notes": {"Subject": "AUTO: Ani tidak di tempat (kembali 5 Agustus)"},
    "gmail": {"Subject": "Autoreply: Kabar harian", "Precedence": "bulk"},
    "in indonesian": {"Subject": "Balasan otomatis: Kabar harian"},
    "in indonesian, otherwise": {"Subject": "Jawaban Otomatis: Kabar harian"},
    "on leave": {"Subject": "Sedang cuti sampai 5 Agustus"},
    "away": {"Subject": "Saya di luar kantor"},
    "encoded": {"Subject": "=?utf-8?B?QmFsYXNhbiBvdG9tYXRpczogS2FiYXI=?="},
    "autoreply": {"X_Autoreply": "yes"},
    "autorespond": {"X_Autorespond": "unsubscribe"},
    "precedence": {"Precedence": "auto_reply"},
    "junk": {"Precedence": "Junk"},
    "a list": {"List_Id": "Kabar lain <kabar.lain.example>"},
    "from nobody": {"Return_Path": "<>"},
    "our own question": {"Auto_Submitted": "auto-generated", "Subject": ASKED},
}


LEAVING: dict[str, tuple[dict[str, str], str]] = {
    "unsubscribe": ({"Subject": "unsubscribe"}, ""),
    "shouted": ({"Subject": "UNSUBSCRIBE!!!"}, ""),
    "berhenti": ({"Subject": "Re: Bls:  RE: berhenti."}, ""),
    "berhenti berlangganan": ({"Subject": "Berhenti berlangganan"}, ""),
    "berhenti langganan": ({"Subject": "AW: SV: berhenti langganan"}, ""),
    "keluar": ({"Subject": "Keluar"}, ""),
    "leave": ({"Subject": "leave"}, ""),
    "encoded": ({"Subject": "=?utf-8?q?unsub?= =?utf-8?q?scribe?="}, ""),
    "a tag before it": ({"Subject": "[EXTERNAL] Re[2]: stop"}, ""),
    "with a name": ({"Subject": "unsubscribe kabar-harian"}, "kabar-harian"),
    "with a title": ({"Subject": "berhenti berlangganan dari Kabar Harian"}, "Kabar Harian"),
    "with a quoted title": ({"Subject": "stop “kabar harian”, tolong"}, "kabar harian"),
    "stop langganan": ({"Subject": "Stop langganan"}, ""),
    "me": ({"Subject": "Unsubscribe me from this list, please."}, ""),
    "in the text": ({"body": "\n\n  Berhenti.\n\nSalam\nAni\n\n> unsubscribe\n"}, ""),
    "in the text, below a quotation": ({"body": "> Kabar harian\n> daftar\n\nstop\n"}, ""),
    "in html": (
        {"body": "<head><title>x</title></head><style>p {}</style><p>Stop</p>",
         "Content-Type": "text/html; charset=utf-8"}, "",
    ),
    "in html of Outlook's": (
        {"body": "<HTML><HEAD><STYLE>P {}</STYLE></HEAD><BODY><!--[if mso]><x>y</x><![endif]-->"
                 "<P CLASS=\"Mso>\"><O:P>Stop</O:P><BR>Ani</P></BODY></HTML>",
         "Content-Type": "text/html; charset=utf-8"}, "",
    ),
    "in base64": (
        {"body": b64encode(b"keluar kabar-harian\n").decode(),
         "Content-Transfer-Encoding": "base64", "Content-Type": "text/plain; charset=nonesuch"},
        "kabar-harian",
    ),
    "in eight bits": ({"body": "Keluar Kábar & Data"}, "Kábar & Data"),
    "in latin": (
        {"body": "stop K\udce1bar & Data", "Content-Type": "text/plain; charset=iso-8859-1"},
        "Kábar & Data",
    ),
    "by hand, and saying so": ({"Auto-Submitted": "no", "Subject": "stop"}, ""),
}  # fmt: skip


ONE_CLICK: dict[str, dict[str, str]] = {
    "by hand": {"Subject": f"unsubscribe {TOKEN}"},
    "not decoded": {"Subject": f"unsubscribe%20{TOKEN}"},
    "with a tag after it": {"Subject": f"unsubscribe {TOKEN} [SEC=OFFICIAL]"},
    "shouted": {"Subject": f"UNSUBSCRIBE {TOKEN.upper()}"},
    "in the text": {"Subject": "", "body": f"unsubscribe {TOKEN}"},
    "apple mail": {
        "Subject": f"unsubscribe {TOKEN}", "Auto_Submitted": "auto-replied",
        "X_Apple_Unsubscribe": "true",
    },
    "gmail": {"Subject": f"unsubscribe {TOKEN}", "From": "no-reply@google.example",
              "body": "This message was automatically generated by Gmail."},
    "yahoo": {"Subject": f"unsubscribe {TOKEN}", "From": "", "Return_Path": "<>",
              "Precedence": "bulk"},
    "postmaster": {"Subject": f"unsubscribe {TOKEN}", "From": DAEMON, **NULL},
}  # fmt: skip
