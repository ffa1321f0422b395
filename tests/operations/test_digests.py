"""Digests leave when they are due, once, with what is new, and are quiet on nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from support.newsroom import EVENING, NEXT_EVENING, NOON, Newsroom, part
from syndicate.loopback.smtp import Act, SmtpFault

ANI, BUDI = "ani@pembaca.example", "budi@pembaca.example"


@pytest.fixture
def full(room: Newsroom) -> Newsroom:
    """An office with two readers and one published article."""
    room.subscribe(ANI, BUDI)
    room.write()
    room.publish()
    return room


def headlines(room: Newsroom) -> list[list[str]]:
    """Which of our articles each letter holds, oldest letter first, one reader's only."""
    mine = [letter for letter in room.letters if letter["To"] and ANI in str(letter["To"])]
    names = ("Kabar pertama", "Kabar Selasa", "Kabar Rabu", "Kabar Kamis")
    return [[n for n in names if n in part(letter, "plain")] for letter in mine]


def test_a_digest_goes_to_everybody_once(full: Newsroom) -> None:
    for at in (EVENING, EVENING, "2026-05-04T23:00:00+07:00"):
        assert full.run("digest", at=at).code == 0
    assert sorted(full.readers) == [ANI, BUDI]


def test_a_tick_sends_what_is_due_as_well(full: Newsroom) -> None:
    assert full.run("tick", at=EVENING).code == 0
    assert full.run("digest", at=EVENING).code == 0
    assert sorted(full.readers) == [ANI, BUDI]


def test_before_its_time_nothing_leaves(full: Newsroom) -> None:
    answer = full.run("digest", at="2026-05-04T16:59:59+07:00")
    assert answer.code == 0
    assert answer.out == "", "cron mails what is printed"
    again = full.run("digest", "--json", at="2026-05-04T16:59:59+07:00")
    assert "17:00 WIB" in str(again.json["notes"])
    assert full.letters == []


def test_an_empty_window_is_quiet(full: Newsroom) -> None:
    full.run("digest", at=EVENING)
    asked = len(full.smtp.commands)
    assert full.run("digest", at=NEXT_EVENING).code == 0
    assert len(full.smtp.commands) == asked
    assert len(full.readers) == 2


@pytest.mark.parametrize("command", ["digest", "tick"])
def test_an_empty_window_prints_nothing_in_a_pipe(full: Newsroom, command: str) -> None:
    full.run("digest", at=EVENING)
    answer = full.run(command, at=NEXT_EVENING)
    assert answer.code == 0
    assert answer.out == "", "cron mails what is printed"
    later = full.run(command, "--json", at="2026-05-06T17:01:00+07:00").json
    assert [(line["action"], line["why"]) for line in later["lines"]] == [("empty", "nothing new")]


def test_a_list_without_readers_says_how_to_get_some(room: Newsroom) -> None:
    room.write()
    room.publish()
    answer = room.run("digest", at=EVENING)
    assert answer.code == 0
    assert "subscribers add --list harian" in answer.out


DUE = {
    "daily 17:00": ("2026-05-04T16:59:00+07:00", "2026-05-04T17:00:00+07:00"),
    "weekly fri 16:00": ("2026-05-08T15:59:00+07:00", "2026-05-08T16:00:00+07:00"),
    "monthly 1 08:00": ("2026-06-01T07:59:00+07:00", "2026-06-01T08:00:00+07:00"),
    "monthly 31 08:00": ("2026-05-31T07:59:00+07:00", "2026-05-31T08:00:00+07:00"),
}


@pytest.mark.parametrize(("rule", "moments"), DUE.items(), ids=DUE.keys())
@pytest.mark.parametrize("zone", ["+07:00", "Z"])
def test_a_window_closes_at_its_time_in_the_office_s_zone(
    room: Newsroom, rule: str, moments: tuple[str, str], zone: str
) -> None:
    room.change("harian", schedule=rule)
    room.subscribe(ANI)
    room.write()
    room.publish()
    before, at = moments
    if zone == "Z":
        before, at = (datetime.fromisoformat(m).astimezone(UTC).isoformat() for m in moments)
    room.run("tick", at=before)
    assert room.readers == []
    room.run("tick", at=at)
    assert room.readers == [ANI]


def three_days(room: Newsroom) -> None:
    """Articles on three days, and nobody closes the windows."""
    room.subscribe(ANI)
    for day, name in ((4, "pertama"), (5, "Selasa"), (6, "Rabu")):
        room.write(f"{name}.md", headline=f"Kabar {name}", body=f"Isi {name}.")
        room.publish(f"{name}.md", at=f"2026-05-0{day}T09:00:00+07:00")


@pytest.mark.parametrize(
    ("how", "letters"),
    [
        ("merge", [["Kabar pertama", "Kabar Selasa", "Kabar Rabu"]]),
        ("each", [["Kabar pertama"], ["Kabar Selasa"], ["Kabar Rabu"]]),
        ("skip", [["Kabar Rabu"]]),
    ],
)
def test_windows_that_nobody_closed_are_caught_up(
    room: Newsroom, how: str, letters: list[list[str]]
) -> None:
    three_days(room)
    late = "2026-05-06T18:00:00+07:00"
    assert room.run("digest", "--catch-up", how, at=late).code == 0
    assert headlines(room) == letters
    room.run("digest", at=late)
    assert headlines(room) == letters


def test_what_is_published_at_the_very_end_of_a_window_is_in_the_next_one(room: Newsroom) -> None:
    room.subscribe(ANI)
    room.write()
    room.publish(at="2026-05-04T17:00:00+07:00")
    room.run("digest", at="2026-05-04T17:00:00+07:00")
    assert room.readers == []
    room.run("digest", at=NEXT_EVENING)
    assert room.readers == [ANI]


def test_who_left_after_the_window_closed_gets_no_letter(full: Newsroom) -> None:
    full.smtp.faults.append(SmtpFault(at="rcpt", do="defer"))
    assert full.run("digest", at=EVENING).code == 3
    full.run("subscribers", "remove", "--list", "harian", ANI, at=EVENING)
    full.smtp.faults.clear()
    full.let_pauses_end()
    assert full.run("tick", at=EVENING).code == 0
    assert full.readers == [BUDI]


def test_withdrawn_in_the_middle_of_a_digest_it_leaves_the_letters_that_wait(
    full: Newsroom,
) -> None:
    full.write("lain.md", "Yang lain.", headline="Kabar Selasa")
    full.publish("lain.md")
    full.smtp.faults.append(SmtpFault(at="rcpt", do="defer", recipient=BUDI))
    full.run("digest", at=EVENING)
    assert full.readers == [ANI]
    full.run("withdraw", "kabar.md", "--reason", "Salah.", at=EVENING)
    full.smtp.faults.clear()
    full.let_pauses_end()
    assert full.run("digest", at=EVENING).code == 0
    assert full.readers == [ANI, BUDI]
    text = part(full.letters[-1], "plain")
    assert "Kabar Selasa" in text
    assert "Isi kabar." not in text


def test_a_letter_says_how_to_leave(full: Newsroom) -> None:
    full.change("harian", unsubscribe="https://kantor.example/berhenti/{token}")
    full.run("digest", at=EVENING)
    links = {str(letter["List-Unsubscribe"]) for letter in full.letters}
    assert len(links) == 2
    assert all("https://kantor.example/berhenti/" in link for link in links)
    assert all("mailto:berhenti@kantor.example" in link for link in links)
    assert {str(one["List-Unsubscribe-Post"]) for one in full.letters} == {
        "List-Unsubscribe=One-Click"
    }


def test_a_proof_goes_to_one_address_and_leaves_no_trace(full: Newsroom) -> None:
    before = full.remembered()
    answer = full.run("digest", "--to", "Saya@kantor.example", at=NOON)
    assert answer.code == 0, answer.said
    assert full.readers == ["saya@kantor.example"]
    assert "Kabar pertama" in part(full.letters[0], "plain")
    assert full.remembered() == before
    assert full.run("digest", at=EVENING).code == 0
    assert sorted(full.readers[1:]) == [ANI, BUDI]


def test_a_proof_of_nothing_is_not_sent(room: Newsroom) -> None:
    answer = room.run("digest", "--to", "saya@kantor.example", at=NOON)
    assert answer.code == 0
    assert "no proof was sent" in answer.out
    assert room.letters == []


def test_lists_have_their_own_times_and_subjects(room: Newsroom) -> None:
    room.channels["pilkada"] = room.channels["harian"] | {
        "schedule": "weekly fri 16:00", "subjects": ["pilkada"],
    }  # fmt: skip
    room.configure()
    room.subscribe(ANI)
    room.subscribe(BUDI, to="pilkada")
    room.write()
    room.write("pps.md", "Pendaftaran.", headline="Kabar Kamis", subjects=["pilkada"])
    room.publish("kabar.md", "pps.md")
    room.run("tick", at=EVENING)
    assert room.readers == [ANI]
    room.run("tick", at="2026-05-08T16:00:00+07:00")
    assert room.readers == [ANI, BUDI]
    assert "Kabar Kamis" in part(room.letters[1], "plain")
    assert "Kabar pertama" not in part(room.letters[1], "plain")


def test_only_the_named_list_is_sent(room: Newsroom) -> None:
    room.channels["siang"] = dict(room.channels["harian"])
    room.configure()
    room.subscribe(ANI)
    room.subscribe(BUDI, to="siang")
    room.write()
    room.publish()
    room.run("digest", "siang", at=EVENING)
    assert room.readers == [BUDI]


def test_a_dry_run_says_what_would_leave_and_closes_nothing(full: Newsroom) -> None:
    before = full.everything()
    answer = full.run("digest", "--dry-run", at=EVENING)
    assert answer.code == 0
    assert "2 letters" in answer.out
    assert "Kabar pertama" in answer.out
    assert full.everything() == before


def test_letters_can_be_written_as_files(room: Newsroom) -> None:
    room.change("harian", smtp="maildir:kotak")
    room.subscribe(ANI)
    room.write()
    room.publish()
    assert room.run("digest", at=EVENING).code == 0
    [letter] = [path for path in (room.folder / "kotak").rglob("*") if path.is_file()]
    assert b"Kabar pertama" in letter.read_bytes()
    assert room.run("digest", at=EVENING).code == 0
    assert room.smtp.commands == []


def test_what_was_published_before_a_list_was_configured_is_not_in_its_first_letter(
    room: Newsroom,
) -> None:
    lists = dict(room.channels)
    room.only("feed", "telegram")
    room.write()
    room.publish()
    room.channels = lists
    room.configure()
    room.subscribe(ANI, at=NOON)
    room.write("lain.md", "Yang lain.", headline="Kabar Selasa")
    room.publish("lain.md", at="2026-05-04T13:00:00+07:00")
    room.run("digest", at=EVENING)
    assert headlines(room) == [["Kabar Selasa"]]


def test_a_refused_letter_is_reported_once_and_cries_no_more(room: Newsroom) -> None:
    room.subscribe("ani@pembaca.example", "budi@pembaca.example")
    room.write()
    room.publish("kabar.md")
    gone = SmtpFault(at="rcpt", do="refuse", text="5.1.1 no such user", recipient=ANI)
    room.smtp.faults.append(gone)
    assert room.run("digest", at=EVENING).code == 3
    assert room.run("tick", at=EVENING).code == 0
    assert room.run("digest", at=EVENING).code == 0
    assert "1 refused" in room.run("status", at=EVENING).out


@pytest.mark.parametrize(
    "words",
    [("--to", ""), ("--sample", "0"), ("--to", ANI, "--dry-run"), ("--to", ANI, "--sample", "2"),
     ("--status", "--resume"), ("--sample", "2", "--dry-run")],
)  # fmt: skip
def test_what_does_not_go_together_sends_nothing(full: Newsroom, words: tuple[str, ...]) -> None:
    answer = full.run("digest", *words, at=EVENING)
    assert answer.code == 2
    assert full.letters == []


@pytest.mark.parametrize("number", ["1/9999999999999999999999", "99999999999999999999", "²"])
def test_a_number_that_is_none_is_refused(full: Newsroom, number: str) -> None:
    for how in ("--not-sent", "--all-again"):
        assert "unexpected" not in full.run("resolve", number, how).complaint


# before its time, in part, and what it tells again


@pytest.mark.parametrize("json", [False, True])
def test_a_dry_run_before_its_time_shows_the_digest_as_it_stands(
    full: Newsroom, json: bool
) -> None:
    before = full.everything()
    answer = full.run("digest", "--dry-run", *["--json"] * json, at=NOON)
    assert answer.code == 0, answer.said
    assert full.everything() == before
    if json:
        [line] = answer.json["lines"]
        assert (line["action"], line["about"]) == ("open", "2026-05-04T17:00:00+07:00")
        assert line["diff"] == "Kabar pertama"
    assert "so far 1 new, 0 corrected or withdrawn, 2 letters" in answer.out
    assert "kB a letter" in answer.out
    assert "Kabar pertama" in answer.out
    assert "17:00 WIB" in answer.out


def test_a_dry_run_before_its_time_shows_corrections_and_withdrawals_too(full: Newsroom) -> None:
    full.write("lain.md", "Isi yang lain.", headline="Kabar kedua")
    full.publish("lain.md")
    full.run("digest", at=EVENING)
    morning = "2026-05-05T09:00:00+07:00"
    full.rewrite("Isi kabar.", "Isi yang benar.")
    full.publish("--note", "Keliru.", at=morning)
    full.run("withdraw", "lain.md", "--reason", "Dicabut.", at=morning)
    answer = full.run("digest", "--dry-run", at=morning)
    assert "so far 0 new, 2 corrected or withdrawn" in answer.out
    assert "Kabar kedua" in answer.out


def test_a_dry_run_of_an_empty_digest_shows_when_it_closes(room: Newsroom) -> None:
    room.subscribe(ANI)
    answer = room.run("digest", "--dry-run", at=NOON)
    assert answer.code == 0
    assert "so far" not in answer.out
    assert "17:00 WIB" in answer.out


def test_a_sample_that_went_well_ends_with_0(full: Newsroom) -> None:
    answer = full.run("digest", "harian", "--sample", "1", at=EVENING)
    assert answer.code == 0, answer.said
    assert "1 sent, 1 waiting" in answer.out or "1 waiting, 1 sent" in answer.out
    assert "--resume" in answer.out
    answer = full.run("digest", "harian", "--sample", "1", "--resume", at=EVENING)
    assert answer.code == 0, answer.said
    assert sorted(full.readers) == [ANI, BUDI]


@pytest.mark.parametrize("do", ["refuse", "defer"])
def test_a_sample_that_did_not_go_well_does_not(full: Newsroom, do: Act) -> None:
    full.smtp.faults.append(SmtpFault(at="rcpt", do=do))
    answer = full.run("digest", "harian", "--sample", "1", at=EVENING)
    assert answer.code == 3, answer.said


def test_every_correction_since_the_last_letter_is_in_the_next_one(full: Newsroom) -> None:
    """Of three days that nobody sent, the newest one alone is sent: it tells of all three."""
    full.run("digest", at=EVENING)
    for day, note in enumerate(("Koreksi satu.", "Koreksi dua.", "Koreksi tiga."), start=5):
        full.rewrite("Isi kabar.", f"Isi kabar. Ke-{day}.")
        full.publish("--note", note, at=f"2026-05-0{day}T09:00:00+07:00")
    full.run("digest", "--catch-up", "skip", at="2026-05-07T17:01:00+07:00")
    for kind in ("plain", "html"):
        said = part(full.letters[-1], kind)
        assert [note in said for note in ("Koreksi satu.", "Koreksi dua.", "Koreksi tiga.")] == [
            True, True, True
        ]  # fmt: skip


def test_what_a_letter_told_of_the_next_one_does_not_repeat(full: Newsroom) -> None:
    full.run("digest", at=EVENING)
    for day, note in ((5, "Koreksi satu."), (6, "Koreksi dua.")):
        full.rewrite("Isi kabar.", f"Isi kabar. Ke-{day}.")
        full.publish("--note", note, at=f"2026-05-0{day}T09:00:00+07:00")
        full.run("digest", at=f"2026-05-0{day}T17:01:00+07:00")
    said = part(full.letters[-1], "plain")
    assert "Koreksi dua." in said
    assert "Koreksi satu." not in said


def test_a_letter_composed_anew_tells_of_all_that_its_reader_does_not_know(full: Newsroom) -> None:
    full.run("digest", at=EVENING)
    full.rewrite("Isi kabar.", "Isi kabar. Ke-5.")
    full.publish("--note", "Koreksi satu.", at="2026-05-05T09:00:00+07:00")
    full.run("digest", "--sample", "1", at="2026-05-05T17:01:00+07:00")
    full.rewrite("Isi kabar.", "Isi kabar. Ke-6.")
    full.publish("--note", "Koreksi dua.", at="2026-05-05T18:00:00+07:00")
    full.run("digest", "--resume", at="2026-05-05T18:01:00+07:00")
    said = part(full.letters[-1], "plain")
    assert "Koreksi dua." in said
    assert "Koreksi satu." in said


def test_a_digest_has_the_articles_of_one_command_in_their_order(room: Newsroom) -> None:
    for number in (3, 1, 2):
        name, headline = f"k{number}.md", f"Kabar {number}"
        room.write(name, f"Isi ke-{number}.", headline=headline, date="2026-05-03")
    room.subscribe("ani@example.org")
    room.publish("k3.md", "k1.md", "k2.md")
    room.run("digest", at=EVENING)
    text = part(room.letters[0], "plain")
    assert text.index("Kabar 3") < text.index("Kabar 1") < text.index("Kabar 2")
