"""An inbox whose letters are due together with a digest."""

from __future__ import annotations

from support.newsroom import Newsroom

HALO = b"From: warga@pembaca.example\r\nSubject: Halo %d\r\n\r\nKapan pendaftaran ditutup?\r\n"


def wish(token: str) -> bytes:
    return b"From: x@y.example\r\nSubject: unsubscribe %s\r\n\r\n" % token.encode()


def notes(room: Newsroom) -> str:
    """What a tick says to who asks for everything; to cron it says it once."""
    return "\n".join(room.run("tick", "--json").json["notes"])


def digest_due(room: Newsroom) -> None:
    room.write()
    room.publish()


def got_the_digest(room: Newsroom) -> list[str]:
    return [str(one["To"]) for one in room.letters if one["List-Id"]]
