"""Every way in which the Bot API fails, against every effect: what is booked, what stands."""

from __future__ import annotations

import pytest

from support.newsroom import Newsroom
from syndicate.loopback.botapi import (
    ApiFault,
    Flood,
    Garbage200,
    HalfReply,
    Http500,
    LostReply,
    No,
    Reset,
    Slow,
)
from syndicate.testing import PIXEL
from syndicate_telegram import Telegram
from syndicate_telegram.api.client import Timing

FAILURES: dict[str, ApiFault] = {
    "refused": No(code=403, description="Forbidden: bot is not a member of the channel chat"),
    "flood": Flood(retry_after=3600),
    "500 before": Http500(done=False),
    "500 after": Http500(done=True),
    "dropped before": Reset(),
    "dropped after": LostReply(),
    "hang": Slow(seconds=1),
    "half an answer": HalfReply(),
    "HTML": Http500(status=502, done=True),
    "garbage": Garbage200(done=True),
}
DONE = {"500 after", "dropped after", "hang", "half an answer", "HTML", "garbage"}
# what the ledger says of a new post; a lost answer leaves a doubt, whether it was stored or not
PUBLISHED = dict.fromkeys(FAILURES, "in_doubt") | {"refused": "refused", "flood": "due"}
# a change may be made twice: what was not answered is tried again
REVISED = dict.fromkeys(FAILURES, "due") | {"refused": "refused"}
# what cannot be taken away becomes a notice
REMOVED = dict.fromkeys(FAILURES, "due") | {"refused": "settled"}


@pytest.fixture
def hasty(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    """An office that waits for no answer longer than a moment."""
    monkeypatch.setattr(Telegram, "timing", Timing(pauses=1, answer=0.3, connect=2))
    room.only("telegram")
    room.change("telegram", web="http://127.0.0.1:9")
    room.write()
    return room


def booked(room: Newsroom) -> str:
    [(state,)] = room.rows("SELECT state FROM deliveries")
    return str(state)


def fail(room: Newsroom, failure: str, *words: str) -> int:
    """Run a command while the server fails once; the exit code."""
    room.api.faults.append(FAILURES[failure])
    code = room.run(*words).code
    room.api.faults.clear()
    room.let_pauses_end()
    return code


@pytest.mark.parametrize("failure", FAILURES)
def test_a_post_that_failed_is_never_doubled(hasty: Newsroom, failure: str) -> None:
    code = fail(hasty, failure, "publish", "kabar.md")
    assert (booked(hasty), len(hasty.api.posts)) == (PUBLISHED[failure], int(failure in DONE))
    assert code == (4 if PUBLISHED[failure] == "in_doubt" else 3)
    hasty.run("publish", "kabar.md")
    hasty.run("tick")
    doubtful = PUBLISHED[failure] == "in_doubt"
    assert booked(hasty) == ("in_doubt" if doubtful else "settled")
    assert len(hasty.api.posts) == (int(failure in DONE) if doubtful else 1)


@pytest.mark.parametrize("failure", FAILURES)
def test_an_album_that_failed_is_never_doubled(hasty: Newsroom, failure: str) -> None:
    for name in ("a.png", "b.png", "c.png"):
        (hasty.folder / name).write_bytes(PIXEL + name.encode())
    hasty.write(associations=[{"file": name} for name in ("a.png", "b.png", "c.png")])
    fail(hasty, failure, "publish", "kabar.md")
    sent = 3 if failure in DONE else 0
    assert (booked(hasty), len(hasty.api.posts)) == (PUBLISHED[failure], sent)
    hasty.run("publish", "kabar.md")
    if PUBLISHED[failure] == "in_doubt":
        assert len(hasty.api.posts) == sent
        said = ("--sent", "https://t.me/kabar/1") if sent else ("--not-sent",)
        assert hasty.run("resolve", "1", *said).code == 0
    assert (booked(hasty), len(hasty.api.posts)) == ("settled", 3)
    words = ("withdraw", "kabar.md", "--reason", "Salah.", "--kill")
    assert hasty.run(*words).code == 0
    assert hasty.api.shown == []


@pytest.mark.parametrize("failure", FAILURES)
def test_a_correction_that_failed_is_made_in_the_end(hasty: Newsroom, failure: str) -> None:
    hasty.publish()
    hasty.rewrite("Isi kabar.", "Isi yang benar.")
    words = ("publish", "kabar.md", "--note", "Salah.")
    assert fail(hasty, failure, *words) == 3
    assert booked(hasty) == REVISED[failure]
    assert ("Isi yang benar." in hasty.post.text) is (failure in DONE)
    assert hasty.run("publish", "kabar.md").code == 0
    assert (booked(hasty), len(hasty.api.posts)) == ("settled", 1)
    assert "Isi yang benar." in hasty.post.text


@pytest.mark.parametrize("failure", FAILURES)
def test_a_removal_that_failed_is_made_in_the_end(hasty: Newsroom, failure: str) -> None:
    hasty.publish()
    words = ("withdraw", "kabar.md", "--reason", "Salah.", "--kill")
    assert fail(hasty, failure, *words) == (0 if failure == "refused" else 3)
    assert booked(hasty) == REMOVED[failure]
    assert len(hasty.api.shown) == int(failure not in DONE)
    assert all("Salah." in post.text for post in hasty.api.shown if failure == "refused")
    assert hasty.run(*words).code == 0
    assert (booked(hasty), len(hasty.api.posts)) == ("settled", 1)
    assert len(hasty.api.shown) == int(failure == "refused")  # its notice stays
