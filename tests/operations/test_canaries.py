"""A digest goes to the list's canary, too, and is told where it does not arrive in the inbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.hooks import hook
from support.newsroom import EVENING, Newsroom
from syndicate.loopback.smtp import SmtpFault

CANARY = "kenari@kantor.example"
HALF_AN_HOUR = "2026-05-04T17:31:00+07:00"
TWO_HOURS = "2026-05-04T19:01:00+07:00"


@pytest.fixture
def watched(room: Newsroom) -> Newsroom:
    """An office with a reader, a canary, and a digest that is due."""
    room.only("harian")
    for name in ("cur", "new", "tmp"):
        (room.folder / "masuk" / name).mkdir(parents=True)
    room.change("harian", inbox="maildir:masuk", canary=CANARY)
    room.subscribe("ani@example.org")
    room.write()
    room.publish()
    return room


def arrive(room: Newsroom) -> None:
    """Let the relay bring the canary's letters to the mailbox."""
    for number, letter in enumerate(room.smtp.letters):
        if letter.recipient == CANARY:
            name = f"{number}.{len(list((room.folder / 'masuk').rglob('*')))}.kantor"
            Path(room.folder / "masuk" / "new" / name).write_bytes(letter.content)


def alerts(room: Newsroom, at: str) -> list[str]:
    return [alert["what"] for alert in room.run("status", "--json", at=at).json["alerts"]]


def test_a_digest_that_does_not_arrive_is_told_until_one_does(watched: Newsroom) -> None:
    with hook() as desk:
        watched.tables["desk"] = {"webhook": desk.url}
        watched.configure()
        assert watched.run("tick", at=EVENING).code == 0
        assert sorted(watched.readers) == ["ani@example.org", CANARY]
        assert watched.run("tick", at=HALF_AN_HOUR).code == 0
        assert (alerts(watched, HALF_AN_HOUR), desk.bodies) == ([], [])
        watched.run("tick", at=TWO_HOURS)
        watched.run("tick", at=TWO_HOURS)
        assert alerts(watched, TWO_HOURS) == ["canary"]
        [[matter]] = [told["matters"] for told in desk.documents]
        assert "was sent to the canary 2 hours ago and did not arrive" in matter["says"]
        arrive(watched)
        watched.run("tick", at=TWO_HOURS)  # reads the inbox
        assert alerts(watched, TWO_HOURS) == []
        assert [m["state"] for t in desk.documents for m in t["matters"]] == ["open", "over"]
    assert len(watched.readers) == 2, "once, however often tick runs"


def test_the_canary_is_no_subscriber(watched: Newsroom) -> None:
    watched.run("tick", at=EVENING)
    arrive(watched)
    answer = watched.run("tick", at=HALF_AN_HOUR)
    assert answer.code == 0
    assert "left unread" not in answer.said
    [digest] = watched.run("status", "--json", at=EVENING).json["digests"]
    assert digest["letters"] == 1
    assert digest["states"] == {"sent": 1}
    assert CANARY not in watched.run("subscribers", "export", "--list", "harian").out
    assert watched.rows("SELECT email FROM subscribers") == [("ani@example.org",)]


def test_a_forged_arrival_counts_for_nothing(watched: Newsroom) -> None:
    watched.run("tick", at=EVENING)
    [(key,)] = watched.rows("SELECT key FROM canaries")
    letter = f"To: {CANARY}\r\nMessage-ID: <{key[::-1]}@kantor.example>\r\n\r\nx\r\n"
    (watched.folder / "masuk" / "new" / "1.kantor").write_text(letter)
    watched.run("tick", at=TWO_HOURS)
    assert alerts(watched, TWO_HOURS) == ["canary"]


def test_a_canary_that_the_relay_did_not_take_is_sent_by_the_next_tick(watched: Newsroom) -> None:
    watched.smtp.faults.append(SmtpFault(at="rcpt", do="defer", recipient=CANARY))
    answer = watched.run("tick", at=EVENING)
    assert answer.code == 3
    assert "harian: its digest could not be sent to the canary" in answer.said
    assert watched.readers == ["ani@example.org"]
    watched.smtp.faults.clear()
    watched.let_pauses_end()
    assert watched.run("tick", at=HALF_AN_HOUR).code == 0
    assert watched.run("tick", at=HALF_AN_HOUR).code == 0
    assert watched.readers == ["ani@example.org", CANARY]


def test_a_canary_needs_an_inbox(room: Newsroom) -> None:
    room.only("harian")
    room.change("harian", canary=CANARY)
    assert "channels.harian: set inbox, too" in room.run("tick", at=EVENING).said


def test_a_canary_that_the_relay_refused_is_told_until_a_later_one_arrives(
    watched: Newsroom,
) -> None:
    with hook() as desk:
        watched.tables["desk"] = {"webhook": desk.url}
        watched.configure()
        watched.smtp.faults.append(SmtpFault(at="rcpt", do="refuse", code=550, recipient=CANARY))
        watched.run("tick", at=EVENING)
        [[matter]] = [told["matters"] for told in desk.documents]
        assert "could not be sent to the canary" in matter["says"]
        later = "2026-05-06T16:00:00+07:00"
        assert "canary" in alerts(watched, later)
        watched.run("tick", at=later)
        assert len(desk.documents) == 1
        watched.smtp.faults.clear()
        watched.write("lain.md", headline="Kabar kedua")
        watched.run("publish", "lain.md", at=later)
        watched.run("tick", at="2026-05-06T17:01:00+07:00")
        arrive(watched)
        watched.run("tick", at="2026-05-06T17:06:00+07:00")
        assert [m["state"] for t in desk.documents for m in t["matters"]] == ["open", "over"]
