"""The letters by which an office says goodbye, and the ways back that they offer."""

from __future__ import annotations

import re
from email.message import EmailMessage

from support.newsroom import Newsroom, part
from support.postman import ANI, BUDI, CICI, Postman

PEOPLE = [ANI, BUDI, CICI, *(f"{one}@pembaca.example" for one in ("dedi", "eka", "fitri"))]
LATER = "2026-06-10T12:00:00+07:00"  # more than a month after


def goodbyes(room: Newsroom) -> list[EmailMessage]:
    """Letters to single people; a digest has a List-Id."""
    return [one for one in room.letters if not one["List-Id"]]


def goodbye(room: Newsroom) -> EmailMessage:
    [letter] = goodbyes(room)
    return letter


def ways_back(letter: EmailMessage) -> list[str]:
    """Subjects of the letters that the links open."""
    text = part(letter, "plain")
    return [found.replace("%20", " ") for found in re.findall(r"\?subject=(subscribe\S+)", text)]


def with_two_lists(room: Newsroom) -> None:
    room.channels["pekanan"] = room.channels["harian"] | {"title": "Kabar pekanan", "inbox": ""}
    room.configure()
    room.subscribe(ANI, to="pekanan")


def left(postman: Postman) -> str:
    """Ani's way back."""
    postman.bring("berhenti", vouched=True)
    postman.room.run("tick")
    [way] = ways_back(goodbye(postman.room))
    return way
