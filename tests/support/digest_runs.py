"""A digest to twenty readers of two domains, and what became of each letter."""

from __future__ import annotations

from support.newsroom import EVENING, Newsroom

READERS = [f"p{number}@{domain}.example" for number in range(10) for domain in ("satu", "dua")]
HOURLY = "5.7.0 hourly sending limit exceeded"


def states(room: Newsroom) -> dict[str, int]:
    return dict(room.rows("SELECT state, count(*) FROM letters GROUP BY state"))


def counts(room: Newsroom) -> int:
    [(bounces, ended)] = room.rows(
        "SELECT coalesce(sum(bounces), 0), (SELECT count(*) FROM subscriptions WHERE ended_at"
        " IS NOT NULL) FROM subscribers"
    )
    return int(bounces) + int(ended)


def tick(room: Newsroom) -> int:
    room.let_pauses_end()
    return room.run("tick", at=EVENING).code
