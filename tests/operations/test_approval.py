"""What needs approval goes out when another person has approved exactly that, and not before."""

from __future__ import annotations

import pytest

from support.approvals_pictures import OTHER_PNG, PNG, Gallery
from support.approvers import (
    DEWI,
    SITI,
    acts,
    answer,
    asked,
    received,
    submit,
    token_of,
    two_persons,
    unread,
)
from support.newsroom import EVENING, MORNING, NOON, Newsroom, part
from support.serving import served

TEN = "2026-05-04T10:00:00+07:00"
AFTER_TEN = "2026-05-04T10:04:00+07:00"
NEXT_DAY = "2026-05-05T09:30:00+07:00"


@pytest.fixture
def office(room: Newsroom) -> Newsroom:
    return two_persons(room)


def titles(room: Newsroom) -> list[str]:
    return [str(entry["title"]) for entry in room.entries]


def tick(room: Newsroom, at: str = NOON, code: int = 0) -> str:
    found = room.run("tick", at=at)
    assert found.code == code, found.said
    return found.said


def refused(room: Newsroom, *words: str, at: str = MORNING) -> str:
    """Publish kabar.md in vain; returns the line that says why."""
    found = room.run("publish", "kabar.md", *words, at=at)
    assert found.code == 3, found.said
    said = found.said.splitlines()
    [line] = [line for line in said if "kabar.md: " in line and "syndicate" in line]
    return line


def approvals(room: Newsroom, at: str = NOON) -> list[dict[str, object]]:
    found: list[dict[str, object]] = room.run("status", "--json", at=at).json["approvals"]
    return found


def test_approved_by_letter_it_is_published_as_it_was_submitted(office: Newsroom) -> None:
    office.write()
    needs = "kabar.md: needs the approval of another person (`syndicate submit kabar.md` asks"
    assert needs in refused(office)
    said = submit(office).said
    assert "siti may approve it" in said
    [letter] = asked(office)
    assert letter["Reply-To"] == "meja@kantor.example"
    assert "Isi kabar." in part(letter, "plain")
    assert "waits since Monday 4 May 2026 09:00 WIB for approval" in refused(office)
    [row] = approvals(office)
    assert (row["state"], row["by"], row["may_decide"]) == ("waiting", "budi", ["siti"])
    assert row["since"] == "2026-05-04T09:00:00+07:00"
    answer(office, "Setuju.\n\n> Meja menulis:\n> tolak")
    assert titles(office) == []
    assert "mail: 1 approved" in tick(office)
    assert [str(each["Subject"]) for each in received(office)] == ["Disetujui: Kabar pertama"]
    assert "approved by siti" in office.run("status", at=NOON).out
    office.publish(at=NOON)
    assert titles(office) == ["Kabar pertama"]
    assert acts(office) == [("submitted", "budi"), ("approved", "siti"), ("original", "")]
    assert approvals(office) == []
    history = office.run("history", "kabar.md", at=NOON).out
    assert "surat.kantor.example: dmarc=pass" in history
    office.publish(at=NOON)  # nothing has changed: nobody has to approve that
    tick(office, EVENING)
    assert (len(asked(office)), len(received(office))) == (1, 1)


def test_approved_with_a_time_it_goes_out_at_its_minute(office: Newsroom) -> None:
    office.write()
    said = submit(office, "--at", "10.00").said
    assert "kabar.md: goes out on Monday 4 May 2026 10:00 WIB once it is approved" in said
    assert str(office.folder) not in said
    tick(office, "2026-05-04T09:10:00+07:00")
    assert titles(office) == []
    answer(office, "approve")
    tick(office, "2026-05-04T09:15:00+07:00")
    assert titles(office) == []
    (office.folder / "kabar.md").unlink()  # it goes out as it was stored
    tick(office, AFTER_TEN)
    assert titles(office) == ["Kabar pertama"]
    assert office.rows("SELECT count(*) FROM drafts") == [(0,)]
    assert office.rows("SELECT state FROM approvals") == [("published",)]


def test_approved_after_its_time_it_goes_out_with_the_same_tick(office: Newsroom) -> None:
    office.write()
    submit(office, "--at", "10.00")
    tick(office, AFTER_TEN)
    assert "for Monday 4 May 2026 10:00 WIB, which is over" in office.run("status", at=NOON).out
    answer(office, "setuju")
    tick(office, NOON)
    assert titles(office) == ["Kabar pertama"]


def test_rejected_by_letter_it_does_not_go_out_and_its_text_is_deleted(office: Newsroom) -> None:
    office.write()
    submit(office)
    answer(office, "Tolak: tanggalnya keliru\n> setuju")
    tick(office)
    assert office.rows("SELECT state, note FROM approvals") == [("rejected", "tanggalnya keliru")]
    assert office.rows("SELECT count(*) FROM drafts") == [(0,)]
    line = refused(office, at=NOON)
    assert "was rejected by siti on Monday 4 May 2026 12:00 WIB: tanggalnya keliru" in line
    assert "rejected by siti" in office.run("status", at=NOON).out
    submit(office, at=NOON)
    assert [row["state"] for row in approvals(office)] == ["waiting"]


FORGED = {
    "nobody vouched": {"results": ""},
    "another server vouched": {"results": "mx.lain.example; dmarc=pass header.from=kantor.example"},
    "it did not pass": {"results": "surat.kantor.example; dmarc=fail header.from=kantor.example"},
    "another domain passed": {"results": "surat.kantor.example; dkim=pass header.d=lain.example"},
    "the first line rejects nothing": {"words": "Tolong ganti judulnya dulu.\n> setuju"},
    "it agrees with a condition": {"words": "setuju, tapi ganti judulnya"},
    "it disagrees": {"words": "tidak setuju"},
}


@pytest.mark.parametrize("how", FORGED)
def test_an_answer_that_does_not_count_is_answered_once(office: Newsroom, how: str) -> None:
    office.write()
    submit(office)
    for _ in range(2):
        answer(office, **{"words": "setuju", **FORGED[how]})
        tick(office)
    assert office.rows("SELECT state FROM approvals") == [("waiting",)]
    [letter] = received(office)
    assert letter["Subject"] == "Jawaban Anda tidak berlaku: Kabar pertama"
    assert "syndicate approve" in part(letter, "plain")
    assert unread(office) == 0
    answer(office, "setuju")  # the token is still good
    tick(office)
    assert office.rows("SELECT state FROM approvals") == [("approved",)]


def test_an_answer_from_another_address_or_with_no_token_of_ours_is_told_to_the_desk(
    office: Newsroom,
) -> None:
    office.write()
    submit(office)
    answer(office, "setuju", sender=DEWI)
    assert "in the name of siti" in tick(office, code=3)
    answer(office, "setuju", token="0" * 32)
    assert "holds no token of ours" in tick(office, code=3)
    assert "in the name of siti" not in tick(office, EVENING)  # once
    assert (received(office), received(office, DEWI)) == ([], [])
    assert unread(office) == 2
    assert office.rows("SELECT state FROM approvals") == [("waiting",)]


def test_an_automatic_answer_never_counts(office: Newsroom) -> None:
    office.write()
    submit(office)
    answer(office, "setuju", auto="auto-replied")
    assert "1 automatic" in tick(office)
    assert (office.rows("SELECT state FROM approvals"), received(office)) == ([("waiting",)], [])


def test_a_token_is_of_one_person_one_request_and_one_use(office: Newsroom) -> None:
    office.tables["approvers.dewi"]["stands_in"] = False
    office.configure()
    office.write()
    submit(office)
    [siti], [dewi] = asked(office), asked(office, DEWI)
    first = token_of(siti)
    answer(office, "setuju", token=token_of(dewi))  # hers, from Siti's address
    tick(office, code=3)
    assert office.rows("SELECT state FROM approvals") == [("waiting",)]
    office.rewrite("Isi kabar.", "Isi kabar yang lain.")
    submit(office, at=NOON)
    answer(office, "setuju", token=first)  # of the older request
    tick(office)
    assert [state for (state,) in office.rows("SELECT state FROM approvals")] == [
        "ended", "waiting",
    ]  # fmt: skip
    answer(office, "setuju")
    answer(office, "tolak: berubah pikiran")  # used up, or decided before
    tick(office)
    states = [state for (state,) in office.rows("SELECT state FROM approvals ORDER BY id")]
    assert states[1] in ("approved", "rejected")  # a mailbox may list them in any order
    assert sum("tidak berlaku" in str(each["Subject"]) for each in received(office)) == 2
    hashes = [value for (value,) in office.rows("SELECT token_hash FROM approval_letters")]
    assert first not in hashes


CHANGES = {
    "the text": ((), "would not be what siti approved", "Isi kabar."),
    "own words of a channel": ((), "would not be what siti approved", "Judul umpan"),
    "the channels": (("--channel", "feed"), "the channels would not be", ""),
    "the time": (("--at", "11.00"), "the time would not be", ""),
    "readers": (("--notify-readers",), "--notify-readers would not be", ""),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_is_changed_after_the_approval_voids_it(office: Newsroom, what: str) -> None:
    words, why, old = CHANGES[what]
    office.write(overrides={"feed": {"headline": "Judul umpan"}})
    submit(office)
    assert office.run("approve", "kabar.md", "--as", "siti").code == 0
    if old:
        office.rewrite(old, "Isi yang tidak dilihat siapa pun.")
    assert why in refused(office, *words)
    assert titles(office) == []


def test_another_picture_under_the_same_name_voids_it(office: Newsroom) -> None:
    (office.folder / "foto.png").write_bytes(PNG)
    office.write(associations=[{"file": "foto.png", "alt": "Foto"}])
    submit(office)
    assert office.run("approve", "kabar.md", "--as", "siti").code == 0
    (office.folder / "foto.png").write_bytes(OTHER_PNG)
    assert "the article or its files would not be what siti approved" in refused(office)
    (office.folder / "foto.png").write_bytes(PNG)
    office.publish()


def test_a_picture_of_another_site_is_kept_and_voids_it_if_it_changes(office: Newsroom) -> None:
    with served(Gallery()) as gallery:
        office.change("feed", url=f"{gallery.url}/feed")  # else it leads inside our network
        office.write(body=f"Isi kabar.\n\n![Foto]({gallery.url}/foto.png)")
        submit(office, "--at", "10.00")
        assert PNG in [content for (content,) in office.rows("SELECT content FROM media")]
        assert office.run("approve", "kabar.md", "--as", "siti").code == 0
        gallery.picture = OTHER_PNG
        assert "a picture would not be what siti approved" in tick(office, AFTER_TEN, code=3)
        gallery.picture = b""
        assert "nobody knows whether this is what was approved" in tick(office, AFTER_TEN, code=3)
        assert titles(office) == []
        gallery.picture = PNG
        tick(office, AFTER_TEN)
        assert titles(office) == ["Kabar pertama"]


def test_another_text_is_not_reinstated_without_approval(office: Newsroom) -> None:
    office.write()
    submit(office)
    office.run("approve", "kabar.md", "--as", "siti")
    office.publish()
    assert office.run("withdraw", "kabar.md", "--reason", "Dicabut.", "--yes").code == 0
    office.rewrite("Isi kabar.", "Isi yang lain.")
    found = office.run("reinstate", "kabar.md", "--yes")
    assert "another text than was withdrawn needs the approval" in found.said
    assert office.run("reinstate", office.uri(), "--yes").code == 0


def test_the_profile_decides_before_the_office(office: Newsroom) -> None:
    office.tables["profiles.agenda"] = {"approval": "none"}
    office.configure()
    office.write(profile="agenda")
    office.publish()
    assert submit(office, code=2).said.count("needs no approval") == 1
    office.tables["editorial"] = {"approval": "none"}
    office.tables["profiles.agenda"] = {"approval": "two-person"}
    office.configure()
    office.rewrite("Isi kabar.", "Isi yang lain.")
    refused(office, "--note", "Isinya keliru.")
    office.rewrite('profile: "agenda"', 'profile: "berita"')  # what is published needs it
    refused(office, "--note", "Isinya keliru.")


def test_of_several_files_the_others_go_out(office: Newsroom) -> None:
    office.tables["profiles.agenda"] = {"approval": "none"}
    office.configure()
    office.write()
    office.write("lain.md", headline="Kabar kedua", profile="agenda")
    found = office.run("publish", "kabar.md", "lain.md")
    assert found.code == 3
    assert "kabar.md: needs the approval" in found.said
    assert titles(office) == ["Kabar kedua"]


def test_a_correction_is_published_with_the_note_that_was_approved(office: Newsroom) -> None:
    office.write()
    submit(office)
    office.run("approve", "kabar.md", "--as", "siti")
    office.publish()
    office.rewrite("Isi kabar.", "Isi yang benar.")
    refused(office, "--note", "Isinya keliru.")
    submit(office, "--note", "Isinya keliru.")
    office.run("approve", "kabar.md", "--as", "siti")
    assert "--note would not be" in refused(office, "--note", "Yang lain keliru.")
    office.publish()
    assert office.rows("SELECT kind, note FROM revisions WHERE version = 2") == [
        ("correction", "Isinya keliru.")
    ]
    withdrawn = office.run("withdraw", "kabar.md", "--reason", "Dicabut.", "--yes")
    assert withdrawn.code == 0, withdrawn.said  # a withdrawal needs nobody


def test_who_submits_never_approves_and_strangers_do_not_either(office: Newsroom) -> None:
    office.write()
    assert "say who you are" in office.run("submit", "kabar.md").said
    found = office.run("submit", "kabar.md", "--as", "Siti")
    assert "dewi may approve it" in found.said  # her deputy, as it is hers
    assert (len(asked(office, DEWI)), asked(office)) == (1, [])
    assert "somebody else approves it" in office.run("approve", "kabar.md", "--as", "siti").said
    assert "budi may not decide" in office.run("approve", "kabar.md", "--as", "budi").said
    assert office.run("reject", "kabar.md", "--note", "Belum siap.", "--as", "siti").code == 0


def test_a_deputy_is_asked_for_who_is_away(office: Newsroom) -> None:
    office.tables["approvers.siti"]["away_until"] = "2026-05-04"
    office.configure()
    office.write()
    submit(office)
    assert (len(asked(office, DEWI)), asked(office)) == (1, [])
    submit(office, "--at", "2026-05-05 10.00", at=NEXT_DAY)
    assert (len(asked(office, DEWI)), len(asked(office))) == (1, 1)


def test_approvers_are_reminded_once_and_then_their_deputies_are_asked(office: Newsroom) -> None:
    office.write()
    submit(office)
    tick(office, "2026-05-04T12:59:00+07:00")
    assert len(asked(office)) == 1
    for minute in (0, 5, 10):
        tick(office, f"2026-05-04T13:{minute:02}:00+07:00")
    first, reminder = asked(office)
    assert "PENGINGAT" in str(reminder["Subject"])
    assert token_of(first) != token_of(reminder)
    assert asked(office, DEWI) == []
    for minute in (0, 5, 10):
        tick(office, f"2026-05-04T17:{minute:02}:00+07:00")
    assert (len(asked(office)), len(asked(office, DEWI))) == (2, 1)
    answer(office, "setuju", sender=DEWI, token=token_of(asked(office, DEWI)[0]))
    tick(office, "2026-05-04T18:00:00+07:00")
    assert acts(office)[-1] == ("approved", "dewi")


def test_forced_it_goes_out_and_waits_for_another_persons_review(office: Newsroom) -> None:
    office.write()
    assert "--reason" in office.run("publish", "kabar.md", "--force", "--as", "budi").said
    reason = ("--force", "--reason", "Banjir: semua sudah pulang.")
    assert "say who you are" in office.run("publish", "kabar.md", *reason).said
    office.publish(*reason, "--as", "budi")
    assert titles(office) == ["Kabar pertama"]
    status = office.run("status", at=NOON)
    assert status.code == 3
    assert "needs retrospective review (`syndicate review tag:" in status.out
    assert "somebody else has to review it" in office.run("review", "kabar.md", "--as", "budi").said
    assert office.run("review", "kabar.md", "--as", "siti", "--note", "Benar.").code == 0
    assert office.run("status", at=NOON).code == 0
    assert acts(office) == [("forced", "budi"), ("original", "budi"), ("reviewed", "siti")]


def test_scheduled_without_approval_it_waits_unless_it_was_forced(office: Newsroom) -> None:
    approval, office.tables["editorial"] = office.tables["editorial"], {"approval": "none"}
    office.configure()
    office.write()
    office.publish("--at", "10.00")
    office.tables["editorial"] = approval
    office.configure()
    assert "needs the approval of another person" in tick(office, AFTER_TEN, code=3)
    assert titles(office) == []
    refused(office, "--at", "11.00")
    office.publish("--at", "11.00", "--force", "--reason", "Semua sudah pulang.", "--as", "budi")
    tick(office)
    assert titles(office) == ["Kabar pertama"]


def test_a_kill_deletes_what_was_submitted(office: Newsroom) -> None:
    office.write(body="Rahasia yang keliru.")
    submit(office)
    office.run("approve", "kabar.md", "--as", "siti")
    office.publish()
    office.rewrite("Rahasia", "Rahasia besar")
    submit(office, "--minor", "--at", "11.00")
    office.run("approve", "kabar.md", "--as", "siti")
    office.rewrite("Rahasia besar", "Rahasia lain")
    submit(office, "--minor")
    killed = office.run("withdraw", "kabar.md", "--kill", "--reason", "Salah.", "--yes")
    assert killed.code == 0, killed.said
    assert office.rows("SELECT count(*) FROM drafts") == [(0,)]
    assert office.rows("SELECT count(*) FROM scheduled") == [(0,)]
    assert {row for (row,) in office.rows("SELECT headline FROM approvals")} == {""}
    answer(office, "setuju")
    tick(office)
    assert titles(office) != ["Kabar pertama"]


def test_without_a_relay_the_request_waits_and_the_next_tick_writes(office: Newsroom) -> None:
    relay, office.tables["mail"]["smtp"] = office.smtp.url, "smtp://127.0.0.1:9"
    office.configure()
    office.write()
    submit(office, code=3)
    office.tables["mail"]["smtp"] = relay
    office.configure()
    tick(office)
    tick(office)
    assert len(asked(office)) == 1


def test_submitting_the_same_again_writes_to_nobody(office: Newsroom) -> None:
    office.write()
    submit(office)
    assert "waits for approval already" in submit(office, at=NOON).said
    assert len(asked(office)) == 1


@pytest.mark.parametrize("ledger", ["postgresql"])
def test_two_ticks_at_once_remind_once(office: Newsroom, ledger: str, ledger_url: str) -> None:
    office.ledger_url = ledger_url.replace("+psycopg", "")
    office.configure()
    office.write()
    submit(office)
    late = "2026-05-04T13:30:00+07:00"
    answer(office, "setuju")
    children = [office.start("tick", at=late) for _ in range(3)]
    assert {child.answer().code for child in children} <= {0, 3}
    assert len(asked(office)) <= 2
    assert [str(each["Subject"]) for each in received(office)] == ["Disetujui: Kabar pertama"]
    office.publish(at=late)
    assert titles(office) == ["Kabar pertama"]
    assert SITI in office.readers


def test_a_newer_submission_leaves_alone_what_somebody_holds(office: Newsroom) -> None:
    office.write()
    submit(office, "--at", "10.00")
    assert office.run("--as", "siti", "approve", "kabar.md").code == 0
    assert office.run("--as", "siti", "hold", office.uri(), "--note", "Jangan").code == 0
    office.rewrite("Isi kabar", "Isi yang lain")
    found = office.run("--as", "budi", "submit", "kabar.md", "--at", "11.00")
    assert found.code == 1
    assert "is held (Jangan): release it first" in found.said
