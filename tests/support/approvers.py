"""An office in which another person approves, and the letters of those who do."""

from __future__ import annotations

import re
from email.message import EmailMessage
from uuid import uuid4

from support.newsroom import MORNING, Answer, Newsroom, part

SITI, TONO, DEWI = "siti@kantor.example", "tono@kantor.example", "dewi@kantor.example"
AUTHSERV = "surat.kantor.example"
CODE = re.compile(r"\[approval ([0-9a-f]{32})\]")
PASSED = f"{AUTHSERV}; dmarc=pass header.from=kantor.example"


def two_persons(
    room: Newsroom, *channels: str, authserv: str = AUTHSERV, inbox: str = "maildir:surat"
) -> Newsroom:
    """Let Siti approve, and Dewi in her place; answers are read from a Maildir."""
    for name in ("new", "cur", "tmp"):
        (room.folder / "surat" / name).mkdir(parents=True, exist_ok=True)
    room.tables = {
        "editorial": {"approval": "two-person"},
        "approvers.siti": {"email": SITI, "deputy": "dewi"},
        "approvers.dewi": {"email": DEWI, "stands_in": True},
        "mail": {
            "smtp": room.smtp.url, "sender": "Meja <meja@kantor.example>",
            "inbox": inbox, "authserv": authserv,
        },
    }  # fmt: skip
    room.only(*(channels or ("feed",)))
    return room


def submit(room: Newsroom, *words: str, at: str = MORNING, code: int = 0) -> Answer:
    """Submit kabar.md, as budi."""
    answer = room.run("submit", "kabar.md", *words, "--as", "budi", at=at)
    assert answer.code == code, answer.said
    return answer


def asked(room: Newsroom, address: str = SITI) -> list[EmailMessage]:
    """The letters with a token that an approver got."""
    letters = [letter for letter in room.letters if letter["To"] == address]
    return [letter for letter in letters if CODE.search(str(letter["Subject"]))]


def received(room: Newsroom, address: str = SITI) -> list[EmailMessage]:
    """The letters without one: what became of their answers."""
    letters = [letter for letter in room.letters if letter["To"] == address]
    return [letter for letter in letters if not CODE.search(str(letter["Subject"]))]


def token_of(letter: EmailMessage) -> str:
    found = CODE.search(str(letter["Subject"]))
    assert found
    assert found[0] in part(letter, "plain")
    return found[1]


def answer(
    room: Newsroom, words: str, *, sender: str = SITI, token: str | None = None,
    results: str = PASSED, **headers: str,
) -> None:  # fmt: skip
    """Put an answer into the mailbox, as its server would."""
    token = token_of(asked(room)[-1]) if token is None else token
    content = answer_letter(words, sender=sender, token=token, results=results, **headers)
    (room.folder / "surat" / "new" / uuid4().hex).write_bytes(content)


def answer_letter(
    words: str, *, token: str, sender: str = SITI, results: str = PASSED, **headers: str
) -> bytes:
    """Return an answer as the mailbox's server keeps it."""
    fields = {
        "Authentication-Results": results, "From": f"Siti <{sender}>", "To": "meja@kantor.example",
        "Message-ID": f"<{uuid4().hex}@kantor.example>",
        "Subject": f"Re: Persetujuan: Kabar pertama [approval {token}]",
        "Auto-Submitted": headers.pop("auto", ""),
    }  # fmt: skip
    head = "".join(f"{name}: {value}\n" for name, value in fields.items() if value)
    return f"{head}\n{words}\n".encode()


def unread(room: Newsroom) -> int:
    return len(list((room.folder / "surat" / "new").iterdir()))


def acts(room: Newsroom) -> list[tuple[str, str]]:
    """Who did what, oldest first."""
    return [(what, who) for what, who in room.rows("SELECT what, person FROM acts ORDER BY id")]
