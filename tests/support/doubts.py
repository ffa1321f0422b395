"""Posts of a newsroom whose answer is lost, and the command that settles each doubt."""

from __future__ import annotations

import re
import shlex
import sqlite3
from contextlib import closing

from support.newsroom import Answer, Newsroom
from syndicate.loopback.botapi import LostReply


def lose_the_answer(room: Newsroom) -> Answer:
    """Publish an article whose post is sent, and nobody hears of it."""
    room.write()
    room.api.faults.append(LostReply())
    return room.run("publish", "kabar.md")


def resolve_command(answer: Answer, choice: str) -> list[str]:
    """Return the words of the command that was printed, with its choice replaced."""
    [found] = set(
        re.findall(r"syndicate (resolve [\d/]+) --sent REF   or   --not-sent", answer.out)
    )
    return [*shlex.split(found), *shlex.split(choice)]


def let_time_pass(room: Newsroom) -> None:
    """Make everything that was tried until now ten minutes older."""
    with closing(sqlite3.connect(room.ledger)) as db, db:
        for moment in ("started_at", "ended_at"):
            db.execute(f"UPDATE attempts SET {moment} = datetime({moment}, '-10 minutes')")


def look_by(room: Newsroom, way: str) -> None:
    """Let posts be looked for by forwarding them, or on the public page."""
    forwarded = {"audit_chat": "@pindah", "web": "http://127.0.0.1:9"}
    own = forwarded if way == "forwarded" else {"web": room.api.url}
    room.change("telegram", **own)
