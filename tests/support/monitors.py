"""Alerts and one-line checks of `status`, as a monitor reads them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from support.newsroom import MORNING, Answer, Newsroom

PLUGIN = re.compile(
    r"SYNDICATE (OK|WARNING|CRITICAL|UNKNOWN) - [^|\n]+( \| ([a-z_]+=\d+s?( |$))+)?\n?"
)
LATER = "2026-05-09T12:00:00+07:00"  # five days after MORNING


def after(minutes: int, start: str = MORNING) -> str:
    return (datetime.fromisoformat(start) + timedelta(minutes=minutes)).isoformat()


def alerts(answer: Answer) -> list[tuple[str, str]]:
    return [(one["what"], one["grade"]) for one in answer.json["alerts"]]


def checked(room: Newsroom, *words: str, at: str = MORNING) -> Answer:
    answer = room.run(*words, "status", "--check", at=at)
    assert PLUGIN.fullmatch(answer.out), answer.out
    assert answer.code == ("OK", "WARNING", "CRITICAL", "UNKNOWN").index(answer.out.split()[1])
    return answer


def tick_every(room: Newsroom, minutes: int, times: int = 3) -> None:
    for turn in range(times):
        assert room.run("tick", at=after(minutes * turn)).code == 0
