"""What is scheduled goes out at its minute, as it was read, and nothing of it before."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.newsroom import EVENING, MORNING, NEXT_EVENING, NOON, Answer, Newsroom

PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgABc3UBGAAAAABJRU5ErkJggg=="
)
TEN = "2026-05-04T10:00:00+07:00"
AFTER_TEN = "2026-05-04T10:04:00+07:00"
LATE = "2026-05-04T16:01:00+07:00"  # six hours and a minute after ten


def schedule(room: Newsroom, *words: str, at: str = MORNING) -> Any:
    """Schedule kabar.md, for ten o'clock where nothing else is said; returns the report."""
    time = () if "--at" in words else ("--at", "10.00")
    answer = room.run("publish", "kabar.md", *time, *words, "--json", at=at)
    assert answer.code == 0, answer.said
    return answer.json


def tick(room: Newsroom, at: str = AFTER_TEN, code: int = 0) -> str:
    answer = room.run("tick", at=at)
    assert answer.code == code, answer.said
    return answer.said


def coming(room: Newsroom, at: str = MORNING, code: int = 0) -> list[Any]:
    answer = room.run("status", "--json", at=at)
    assert answer.code == code, answer.said
    found: list[Any] = answer.json["coming"]
    return found


def traces(room: Newsroom) -> tuple[int, list[Path], int]:
    """Whatever a reader could find: effects, files that a web server shows."""
    public = sorted(path for path in (room.folder / "public").rglob("*") if path.is_file())
    return room.effects, public, len(room.entries)


def test_nothing_leaves_before_the_minute_and_all_of_it_then(room: Newsroom) -> None:
    room.subscribe("ani@pembaca.example")
    room.change("harian", immediate=True)
    before = traces(room)
    room.write(body="Isi kabar.", urgency=1)
    report = schedule(room)
    [article] = report["articles"]
    assert (article["kind"], article["at"]) == ("original", "2026-05-04T10:00:00+07:00")
    assert {line["state"] for line in report["lines"]} == {"scheduled"}
    assert room.uri() == article["uri"]
    tick(room, "2026-05-04T09:59:00+07:00")
    assert traces(room) == before
    tick(room)
    assert room.post.text.startswith("Kabar pertama")
    assert [entry["title"] for entry in room.entries] == ["Kabar pertama"]
    assert room.readers == ["ani@pembaca.example"]
    tick(room)
    tick(room, NOON)
    assert len(room.posts) == len(room.letters) == 1
    assert coming(room, NOON) == []


def test_of_two_ticks_at_once_one_sends_it(room: Newsroom, ledger_url: str) -> None:
    room.ledger_url = ledger_url.replace("+psycopg", "")
    room.configure()
    room.write()
    schedule(room)
    ticks = [room.start("tick", at=AFTER_TEN) for _ in range(3)]
    assert {child.answer().code for child in ticks} <= {0, 3}  # 3: another one is at it
    assert len(room.posts) == len(room.entries) == 1


def test_a_picture_has_no_address_before(room: Newsroom) -> None:
    (room.folder / "foto.png").write_bytes(PNG)
    room.only("feed")
    room.change("feed", pages=True)
    room.write(associations=[{"file": "foto.png", "alt": "Foto"}])
    schedule(room)
    assert traces(room) == (0, [], 0)
    (room.folder / "foto.png").unlink()
    tick(room)
    [entry] = room.entries
    [name] = [path.name for path in (room.feed / "media").iterdir()]
    assert name in json.dumps(entry)


@pytest.mark.parametrize("given", [(), ("--at", "09.30"), ("--at", "11.00")])
def test_the_later_of_time_and_embargo_counts(room: Newsroom, given: tuple[str, ...]) -> None:
    room.only("feed")
    room.write(embargoedUntil=TEN)
    answer = room.run("publish", "kabar.md", *given)
    assert answer.code == 0, answer.said
    due = "11:00" if "11.00" in given else "10:00"
    assert f"goes out on Monday 4 May 2026 {due} WIB" in answer.out
    assert ("(under embargo until then)" in answer.out) is ("09.30" in given)
    again = room.run("publish", "kabar.md", *given)
    assert "no longer on" not in again.out
    tick(room)
    assert bool(room.entries) is (due == "10:00")
    tick(room, NOON)
    assert len(room.entries) == 1


def test_publishing_a_folder_leaves_what_is_under_embargo_held_and_at_its_time(
    room: Newsroom,
) -> None:
    room.only("feed")
    room.write(embargoedUntil=TEN)
    schedule(room, "--at", "11.00")
    assert room.run("hold", "kabar.md").code == 0
    answer = room.publish()
    assert "is held, and was to go out on Monday 4 May 2026 11:00 WIB, as before" in answer.out
    room.rewrite("Isi kabar", "Isi yang baru")
    room.publish()
    assert [one["state"] for one in coming(room)] == ["held"]
    assert "Isi yang baru" in room.rows("SELECT document FROM drafts")[0][0]


def test_a_scheduled_correction_needs_its_note_again_to_go_out_now(room: Newsroom) -> None:
    room.only("feed")
    room.write()
    room.publish()
    room.rewrite("Isi kabar", "Isi yang benar")
    schedule(room, "--note", "Isinya keliru.")
    assert "--note" in room.run("publish", "kabar.md").complaint
    assert "Isi kabar" in json.dumps(room.entries)


def test_what_is_not_under_embargo_goes_out_at_once_beside_what_is(room: Newsroom) -> None:
    room.only("feed")
    room.write(embargoedUntil=NOON)
    room.write("lain.md", "Teks yang lain sama sekali.", headline="Hasil rapat kerja")
    assert room.run("publish", "kabar.md", "lain.md").code == 0
    assert [entry["title"] for entry in room.entries] == ["Hasil rapat kerja"]
    tick(room, NOON)
    assert len(room.entries) == 2


def test_a_link_to_a_scheduled_article_does_not_tell_its_address(room: Newsroom) -> None:
    room.only("feed")
    room.change("feed", pages=True)
    room.write(
        "nanti.md", "Teks yang lain sama sekali.", headline="Hasil rapat", embargoedUntil=NOON
    )
    room.write(body="Lihat [hasil rapat](nanti.md).")
    answer = room.run("publish", "kabar.md", "nanti.md")
    assert "nanti.md goes out on 4 May 2026 12:00 WIB: only the text of the link" in answer.err
    assert "nanti" not in json.dumps(room.entries)
    assert "hasil rapat" in json.dumps(room.entries)


def test_it_goes_out_as_it_was_read_and_status_tells_of_its_file(room: Newsroom) -> None:
    room.only("feed")
    room.write()
    schedule(room)
    assert [(one["state"], one["file"]) for one in coming(room)] == [("scheduled", "")]
    room.rewrite("Isi kabar", "Isi yang lain")
    assert [one["file"] for one in coming(room)] == ["changed"]
    assert "its file has changed since" in room.run("status", "kabar.md").out
    (room.folder / "kabar.md").unlink()
    assert [one["file"] for one in coming(room)] == ["missing"]
    assert "its file is not here any more" in room.run("status", "kabar.md").out
    tick(room)
    assert "Isi kabar" in json.dumps(room.entries)


def test_status_says_when_who_and_where(room: Newsroom) -> None:
    room.write()
    schedule(room, "--channel", "feed", "--as", "Ani")
    [one] = coming(room)
    found = {key: one[key] for key in ("headline", "at", "state", "kind", "channels")}
    assert found == {
        "headline": "Kabar pertama", "at": TEN, "state": "scheduled", "kind": "original",
        "channels": ["feed"],
    }  # fmt: skip
    assert f"{one['by']}".startswith("Ani (")
    line = "coming: Monday 4 May 2026 10:00 WIB  Kabar pertama  (original; by Ani ("
    assert line in room.run("status").out


def test_a_correction_leaves_the_article_as_it_is_until_its_minute(room: Newsroom) -> None:
    room.only("feed", "telegram")
    room.write()
    room.publish()
    room.rewrite("Isi kabar", "Isi yang benar")
    refused = room.run("publish", "kabar.md", "--at", "10.00")
    assert "--note" in refused.complaint
    schedule(room, "--note", "Isinya keliru.")
    assert "Isi kabar" in room.post.text
    tick(room)
    assert "Isi yang benar" in room.post.text
    assert "Isinya keliru." in room.post.text
    assert [row[0] for row in room.rows("SELECT kind FROM revisions ORDER BY version")] == [
        "original", "correction",
    ]  # fmt: skip


def test_another_time_moves_it_with_its_note(room: Newsroom) -> None:
    room.only("feed")
    room.write()
    room.publish()
    room.rewrite("Isi kabar", "Isi yang benar")
    schedule(room, "--note", "Isinya keliru.")
    moved = room.run("publish", "kabar.md", "--at", "11.00")
    assert "(no longer on Monday 4 May 2026 10:00 WIB)" in moved.out
    tick(room)
    assert "Isi kabar" in json.dumps(room.entries)
    tick(room, NOON)
    assert "Isinya keliru." in json.dumps(room.entries)


def test_publishing_now_calls_off_what_was_scheduled(room: Newsroom) -> None:
    room.only("feed")
    room.write()
    schedule(room)
    room.rewrite("Isi kabar", "Isi yang baru")
    answer = room.publish()
    assert "scheduled for Monday 4 May 2026 10:00 WIB is called off" in answer.out
    tick(room)
    assert "Isi yang baru" in json.dumps(room.entries)
    assert room.rows("SELECT count(*) FROM drafts") == [(0,)]
    what = [row[0] for row in room.rows("SELECT what FROM acts ORDER BY id")]
    assert what == ["scheduled", "original", "unscheduled"]


def test_a_withdrawal_calls_off_what_was_scheduled(room: Newsroom) -> None:
    room.only("feed")
    room.write()
    room.publish()
    room.rewrite("Isi kabar", "Isi yang benar")
    schedule(room, "--note", "Isinya keliru.")
    words = ("withdraw", "kabar.md", "--reason", "Tidak benar.", "--yes")
    room.rewrite("Isi yang benar", "Isi kabar")
    answer = room.run(*words)
    assert "is called off" in answer.out
    tick(room)
    assert "Isi yang benar" not in json.dumps(room.entries)
    assert room.rows("SELECT count(*) FROM drafts") == [(0,)]


def test_what_is_scheduled_and_not_published_cannot_be_withdrawn(room: Newsroom) -> None:
    room.write()
    schedule(room)
    answer = room.run("withdraw", "kabar.md", "--reason", "Tidak benar.", "--yes")
    assert answer.code == 1
    assert "syndicate hold kabar.md" in answer.complaint


def test_what_is_held_goes_out_after_its_release(room: Newsroom) -> None:
    room.only("feed")
    room.write()
    schedule(room)
    assert "is held" in room.run("hold", "kabar.md", "--note", "Tunggu kepala.").out
    tick(room)
    assert not room.entries
    [one] = coming(room, AFTER_TEN)
    assert (one["state"], one["why"]) == ("held", "held; Tunggu kepala.")
    assert "with the next tick" in room.run("release", "kabar.md", at=LATE).out
    tick(room, LATE)
    assert len(room.entries) == 1
    assert room.run("release", "kabar.md").code == 1
    assert [row[0] for row in room.rows("SELECT what FROM acts ORDER BY id")] == [
        "scheduled", "held", "released", "original",
    ]  # fmt: skip


@pytest.mark.parametrize("words", [("--at", "11.00"), ()], ids=["moved", "folder"])
def test_another_publish_keeps_channels_and_who_is_told(room: Newsroom, words: Any) -> None:
    room.write(embargoedUntil=TEN)
    given = ("--channel", "feed", "--notify-readers")
    assert room.run("publish", "kabar.md", *given).code == 0
    assert room.run("publish", "kabar.md", *words).code == 0
    assert room.rows("SELECT channels, notify_readers FROM drafts") == [('["feed"]', 1)]


ANSWERS: dict[str, Callable[[Newsroom], Answer]] = {
    "at": lambda room: room.run("publish", "kabar.md", "--at", "16.30", at=LATE),
    "now": lambda room: room.run("publish", "kabar.md", at=LATE),
    "release": lambda room: room.run("release", "kabar.md", at=LATE),
}


@pytest.mark.parametrize("way", ANSWERS)
def test_too_late_asks_and_stays_until_a_person_has_answered(room: Newsroom, way: str) -> None:
    room.only("feed")
    room.write()
    schedule(room)
    said = tick(room, LATE, code=3)
    assert (
        "was to go out on Monday 4 May 2026 10:00 WIB and waits: it did not go out in time" in said
    )
    assert "was to go out" not in tick(room, LATE, code=3)  # cron mails it once
    assert [one["state"] for one in coming(room, LATE, code=3)] == ["asks"]
    check = room.run("status", "--check", at=LATE)
    assert (check.code, "was to go out" in check.out) == (1, True)
    assert not room.entries
    assert ANSWERS[way](room).code == 0
    tick(room, "2026-05-04T16:31:00+07:00")
    assert len(room.entries) == 1


def test_a_little_late_is_carried_out(room: Newsroom) -> None:
    room.only("feed")
    room.write()
    schedule(room)
    tick(room, "2026-05-04T15:59:00+07:00")
    assert len(room.entries) == 1


def test_it_is_in_the_digest_after_its_time(room: Newsroom) -> None:
    room.subscribe("ani@pembaca.example")
    room.write()
    report = schedule(room, "--at", "hari ini 18.00")
    [line] = [line for line in report["lines"] if line["action"] == "digest"]
    assert line["why"] == "in the digest of 5 May 2026 17:00 WIB"
    tick(room, EVENING)
    assert room.letters == []
    tick(room, "2026-05-04T18:00:00+07:00")
    assert room.letters == []
    tick(room, NEXT_EVENING)
    assert room.readers == ["ani@pembaca.example"]


REFUSED = {
    "past": ({}, ("--at", "08.00"), 2, "--at: '08.00' is Monday 4 May 2026 08:00 WIB, which has"),
    "unclear": ({}, ("--at", "besok 8"), 2, "write the minutes too"),
    "refresh": ({}, ("--at", "10.00", "--refresh"), 2, "--at and --refresh"),
    "test": ({}, ("--at", "10.00", "--test"), 2, "--at and --test"),
    "expiry": ({"expires": "2026-05-04T09:30:00+07:00"}, ("--at", "10.00"), 1, "before it goes"),
    "date": ({"date": "2026-05-08"}, ("--at", "10.00"), 1, "is in the future"),
    "test copy": ({"embargoedUntil": NOON}, ("--test",), 1, "under embargo until"),
    "words": ({"headline": "K" * 5000}, ("--at", "10.00"), 1, "kabar.md:"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_said_then_is_refused_now(room: Newsroom, what: str) -> None:
    front, words, code, why = REFUSED[what]
    room.write(**front)
    before = (room.folder / "kabar.md").read_bytes()
    answer = room.run("publish", "kabar.md", *words)
    assert (answer.code, why in answer.complaint) == (code, True), answer.said
    assert (room.folder / "kabar.md").read_bytes() == before
    assert room.effects == 0


def test_a_dry_run_shows_the_plan_and_leaves_no_trace(room: Newsroom) -> None:
    room.write()
    before = room.everything()
    answer = room.run("publish", "kabar.md", "--at", "10.00", "--dry-run")
    assert "goes out on Monday 4 May 2026 10:00 WIB" in answer.out
    assert "create" in answer.out
    assert room.everything().files == before.files


def test_what_is_unchanged_is_not_scheduled(room: Newsroom) -> None:
    room.only("feed")
    room.write()
    room.publish()
    answer = room.run("publish", "kabar.md", "--at", "10.00")
    assert (answer.code, "nothing is scheduled" in answer.out) == (0, True), answer.said
    assert coming(room) == []


def test_a_channel_that_can_say_it_no_more_keeps_it_and_asks(room: Newsroom) -> None:
    room.write(url="https://kantor.example/kabar", body="Isi. " * 2000)
    schedule(room, "--channel", "telegram")
    room.only("feed")
    said = tick(room, code=3)
    assert "waits for a machine that has telegram" in said
    assert [one["state"] for one in coming(room)] == ["scheduled"]


def test_after_a_restore_nothing_goes_out_unasked(room: Newsroom) -> None:
    room.only("feed")
    room.write()
    schedule(room)
    answer = room.run("ledger", "restored")
    assert "is scheduled, and may have gone out since" in answer.said
    said = tick(room, code=3)
    assert "it may have gone out, or been called off, after the backup" in said
    assert not room.entries
    room.run("release", "kabar.md")
    tick(room)
    assert len(room.entries) == 1
