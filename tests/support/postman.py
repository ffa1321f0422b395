"""A postman for the office's mailbox, and who writes to it."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

from support.newsroom import Newsroom
from syndicate.ledger import open_ledger

ANI, BUDI, CICI = (f"{name}@pembaca.example" for name in ("ani", "budi", "cici"))
MAILBOX = "berhenti@kantor.example"
OURS = "mx.kantor.example"
LATER = "2026-05-13T12:00:00+07:00"  # nine days after


class Postman:
    """Brings letters into the office's Maildir."""

    def __init__(self, room: Newsroom) -> None:
        self.room, self.count = room, 0
        self.box = room.folder / "masuk"
        for name in ("new", "cur", "tmp"):
            (self.box / name).mkdir(parents=True)
        room.change("harian", inbox="maildir:masuk", bounces="balik@kantor.example", authserv=OURS)

    def bring(
        self, subject: str, *, sender: str = ANI, to: str = MAILBOX, body: str = "",
        vouched: bool = False,
    ) -> None:  # fmt: skip
        """``vouched``: the mailbox's own server knows that the sender wrote it."""
        letter = EmailMessage()
        if vouched:
            domain = sender.rpartition("@")[2].rstrip(">")
            letter["Authentication-Results"] = f"{OURS}; dmarc=pass header.from={domain}"
        letter["From"], letter["To"], letter["Subject"] = sender, to, subject
        self.count += 1
        letter["Message-ID"] = f"<{self.count}@pembaca.example>"
        letter.set_content(body or "Terima kasih.")
        self.put(letter.as_bytes())

    def put(self, content: bytes) -> None:
        self.count += 1
        (self.box / "new" / f"{self.count}.kantor").write_bytes(content)

    @property
    def unread(self) -> int:
        return len(list((self.box / "new").iterdir()))


def token_of(room: Newsroom, subscriber: int) -> str:
    ledger = open_ledger(f"sqlite:///{room.ledger}", datetime.now(UTC))
    token = ledger.letters.recipient("harian", subscriber, "").token
    ledger.close()
    return token


def readers(room: Newsroom, name: str = "harian") -> list[str]:
    document = room.run("subscribers", "list", "--list", name, "--json").json
    return [one["email"] for one in document["subscribers"]]


def bounce(token: str, status: str = "5.1.1", action: str = "failed", name: str = "x") -> bytes:
    return (
        f"Return-Path: <>\nFrom: MAILER-DAEMON@relay.example\nTo: balik+{token}@kantor.example\n"
        f"Message-ID: <{name}@relay.example>\nSubject: Undelivered Mail\nMIME-Version: 1.0\n"
        "Auto-Submitted: auto-replied\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nSorry.\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; relay.example\n\n"
        f"Final-Recipient: rfc822; somebody@pembaca.example\nAction: {action}\nStatus: {status}\n"
        "--b--\n"
    ).encode()


def invited(room: Newsroom) -> EmailMessage:
    [letter] = room.letters
    return letter
