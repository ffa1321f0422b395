"""Connections over which tests look at a ledger from outside, beside those of the program."""

from __future__ import annotations

import os

from sqlalchemy import Engine, create_engine

onlookers: dict[tuple[int, str], Engine] = {}


def onlooker(url: str) -> Engine:
    """An engine for looking from outside; a child has one of its own."""
    me = os.getpid(), url
    if me not in onlookers:
        onlookers[me] = create_engine(url)
    return onlookers[me]


def look_away(url: str = "") -> None:
    """Close what was opened for looking at this ledger, or at all, from outside."""
    for me in [key for key in onlookers if url in ("", key[1])]:
        onlookers.pop(me).dispose()
