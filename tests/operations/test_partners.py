"""Partners are told of corrections, withdrawals and kills by letters of their own, once each."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from email.message import EmailMessage

import pytest

from support.newsroom import EVENING, NEXT_EVENING, NOON, Newsroom, part
from syndicate.loopback.smtp import SmtpFault
from syndicate.system.process import Holder

RADIO, KORAN = "redaksi@radio.example", "desk@koran.example"
THIRD_EVENING = "2026-05-06T17:01:00+07:00"
BODY = "Rapat dimulai pukul sembilan di balai desa."


@pytest.fixture
def office(room: Newsroom) -> Newsroom:
    """An office with two partners: one takes everything, one a subject, in English."""
    room.tables = {
        "partners.radio": {"email": RADIO},
        "partners.koran": {"email": KORAN, "subjects": ["Pilkada"], "language": "en"},
    }
    room.configure()
    return room


def to(room: Newsroom, address: str) -> list[EmailMessage]:
    return [letter for letter in room.letters if letter["To"] == address]


def published(room: Newsroom, *subjects: str) -> None:
    room.write(body=BODY, subjects=list(subjects))
    room.publish()
    assert room.letters == []  # nobody is written to before it changes


def corrected(room: Newsroom, *words: str) -> None:
    room.rewrite("sembilan", "sepuluh")
    room.publish("--note", "Jamnya keliru.", *words)


def test_a_correction_reaches_a_partner_with_old_and_new_words(office: Newsroom) -> None:
    published(office, "Pilkada")
    corrected(office)
    [radio], [koran] = to(office, RADIO), to(office, KORAN)
    assert radio["Subject"] == "RALAT: Kabar pertama"
    assert koran["Subject"] == "CORRECTION: Kabar pertama"
    assert radio["From"].addresses[0].addr_spec == "redaksi@kantor.example"
    text = part(radio, "plain")
    assert "Yang keliru: Jamnya keliru." in text
    assert "pukul [-sembilan-] {+sepuluh+} di balai desa." in text
    assert "https://kantor.example/kabar" in text
    history = office.run("history", "kabar.md", "--json").json["history"]
    letters = [event for event in history if event["channel"] == "partners"]
    assert [(each["what"], each["detail"]) for each in letters] == [
        ("letter: sent", "radio"), ("letter: sent", "koran"),
    ]  # fmt: skip
    for _ in range(2):
        assert office.run("tick", at=EVENING).code == 0
    assert len(to(office, RADIO)) == 1


def test_a_partner_is_told_of_what_it_takes_and_has_alone(office: Newsroom) -> None:
    published(office, "Wisata")
    corrected(office)
    assert (len(to(office, RADIO)), to(office, KORAN)) == (1, [])


def test_who_became_a_partner_later_is_told_nothing_of_what_went_before(room: Newsroom) -> None:
    published(room)
    room.tables = {"partners.radio": {"email": RADIO}}
    room.configure()
    room.publish()
    room.rewrite("balai desa", "balai kota")
    room.publish("--minor")
    corrected(room)
    assert room.letters == []


def test_a_correction_waits_for_a_partner_who_has_another_name_now(office: Newsroom) -> None:
    published(office)
    office.tables["partners.suara"] = office.tables.pop("partners.radio")
    office.configure()
    office.rewrite("sembilan", "sepuluh")
    answer = office.run("publish", "kabar.md", "--note", "Jamnya keliru.")
    assert answer.code == 3
    assert "partners.radio is not in this machine's configuration" in answer.out
    assert office.letters == []


def test_a_silent_fix_is_part_of_what_the_next_correction_shows(office: Newsroom) -> None:
    published(office)
    office.rewrite("balai desa", "balai kota")
    office.publish("--minor")
    assert office.letters == []
    corrected(office)
    [letter] = to(office, RADIO)
    assert "[-sembilan di balai desa.-] {+sepuluh di balai kota.+}" in part(letter, "plain")


def test_a_partner_of_an_article_s_first_subject_is_told_when_it_loses_it(
    office: Newsroom,
) -> None:
    published(office, "Pilkada")
    office.rewrite('"Pilkada"', '"Wisata"')
    corrected(office)
    assert len(to(office, KORAN)) == 1


def test_after_a_kill_no_letter_holds_a_word_of_it(office: Newsroom) -> None:
    published(office)
    office.smtp.faults = [SmtpFault(at="dot", do="defer", nth=1)]
    office.rewrite("sembilan", "sepuluh")
    assert office.run("publish", "kabar.md", "--note", "Jamnya keliru.").code == 3
    office.smtp.faults = []
    assert (
        office.run("withdraw", "kabar.md", "--reason", "Data pribadi.", "--kill", "--yes").code == 0
    )
    office.run("tick", at=NOON)
    [letter] = to(office, RADIO)
    text = f"{letter['Subject']}\n{part(letter, 'plain')}"
    assert letter["Subject"] == "DITARIK: artikel tanggal 4 Mei 2026 09.00 WIB"
    assert "Alasan: Data pribadi." in text
    assert not [word for word in ("Kabar pertama", "sembilan", "sepuluh", "balai") if word in text]


def test_a_withdrawal_says_why_and_what(office: Newsroom) -> None:
    published(office)
    office.run("withdraw", "kabar.md", "--reason", "Belum disetujui.", "--yes")
    [letter] = to(office, RADIO)
    assert letter["Subject"] == "DITARIK: Kabar pertama"
    assert "mohon ikut menariknya" in part(letter, "plain")


def test_what_is_reinstated_is_called_so_by_every_letter_and_says_why(office: Newsroom) -> None:
    office.subscribe("ani@pembaca.example")
    published(office, "Pilkada")
    office.run("digest", at=EVENING)
    office.run("withdraw", "kabar.md", "--reason", "Belum disetujui.", "--yes", at=EVENING)
    office.run("tick", at=NEXT_EVENING)
    before = len(office.letters)
    assert office.run(
        "reinstate", "kabar.md", "--note", "Kini disetujui.", "--yes", at=NEXT_EVENING
    ).code == 0  # fmt: skip
    office.run("tick", at=THIRD_EVENING)
    told = {f"{letter['To']}": letter for letter in office.letters[before:]}

    assert sorted(str(letter["Subject"]) for letter in told.values()) == [
        "DITAYANGKAN KEMBALI: Kabar pertama", "DITAYANGKAN KEMBALI: Kabar pertama",
        "REINSTATED: Kabar pertama",
    ]  # fmt: skip
    assert all("Kini disetujui." in part(letter, "plain") for letter in told.values())
    assert "menayangkan kembali artikel yang pernah ditariknya" in part(told[RADIO], "plain")


def test_a_silent_reinstatement_repeats_no_earlier_note(office: Newsroom) -> None:
    published(office)
    for words in (("--note", "Benar juga."), ("--minor",)):
        assert office.run("withdraw", "kabar.md", "--reason", "Keliru semua.", "--yes").code == 0
        assert office.run("reinstate", "kabar.md", *words, "--yes").code == 0
    letters = [part(each, "plain") for each in to(office, RADIO) if "TAYANG" in each["Subject"]]
    assert ["Benar juga." in letter for letter in letters] == [True, False]


@pytest.mark.parametrize("lacks", ["harian", "partners"])
def test_a_machine_that_cannot_write_it_leaves_a_letter_to_one_that_can(
    office: Newsroom, lacks: str
) -> None:
    published(office)
    channels, tables = dict(office.channels), office.tables
    office.smtp.faults = [SmtpFault(at="rcpt", do="defer", nth=1)]
    office.rewrite("sembilan", "sepuluh")
    if lacks == "harian":
        del office.channels["harian"]
        office.configure()
    office.run("publish", "kabar.md", "--note", "Jam.")
    office.smtp.faults = []
    if lacks == "partners":
        office.tables = {}
        office.configure()
    for _ in range(2):
        office.run("tick", at=NOON)
    assert office.letters == []
    status = office.run("status", at=NOON)
    assert status.code == 3
    assert "waits for a machine" in status.out
    office.channels, office.tables = channels, tables
    office.configure()
    office.run("tick", at=NOON)
    assert len(to(office, RADIO)) == 1


def test_a_letter_to_who_is_no_partner_any_more_can_be_given_up(office: Newsroom) -> None:
    published(office)
    office.smtp.faults = [SmtpFault(at="rcpt", do="defer", nth=1)]
    office.rewrite("sembilan", "sepuluh")
    office.run("publish", "kabar.md", "--note", "Jam.")
    office.tables = {}
    office.configure()
    office.run("tick", at=NOON)
    assert "syndicate resolve partner/2 --give-up" in office.run("status", at=NOON).out
    assert office.run("resolve", "partner/2", "--give-up", at=NOON).code == 0
    assert office.run("status", at=NOON).code == 0


def test_the_plan_names_the_partners_and_sends_nothing(office: Newsroom) -> None:
    published(office)
    office.rewrite("sembilan", "sepuluh")
    answer = office.run("publish", "kabar.md", "--note", "Jam.", "--dry-run", "--json")
    lines = [line for line in answer.json["lines"] if line["channel"] == "partners"]
    assert [(line["address"], line["action"]) for line in lines] == [("radio", "letter")]
    assert office.letters == []
    assert office.rows("SELECT state FROM partner_letters") == [("noted",)]


def test_a_letter_that_is_put_off_waits_for_the_next_tick(office: Newsroom) -> None:
    published(office)
    office.smtp.faults = [SmtpFault(at="rcpt", do="defer", nth=1)]
    office.rewrite("sembilan", "sepuluh")
    assert office.run("publish", "kabar.md", "--note", "Jam.").code == 3
    assert "radio" in office.run("status", at=NOON).out
    office.smtp.faults = []
    assert office.run("tick", at=NOON).code == 0
    assert len(to(office, RADIO)) == 1


def test_a_letter_about_a_held_article_waits_for_its_release(office: Newsroom) -> None:
    """Guard: held in Partners."""
    published(office)
    office.smtp.faults = [SmtpFault(at="rcpt", do="defer", nth=1)]
    office.rewrite("sembilan", "sepuluh")
    office.run("publish", "kabar.md", "--note", "Jamnya keliru.")
    office.smtp.faults = []
    assert office.run("hold", "kabar.md").code == 0
    office.run("tick", at=NOON)
    assert to(office, RADIO) == []
    assert office.run("release", "kabar.md", at=NOON).code == 0
    office.run("tick", at=NOON)
    assert len(to(office, RADIO)) == 1


ANSWERS = {"--sent": (["x"], 1), "--not-sent": ([], 2), "--give-up": ([], 1)}


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_letter_of_a_dead_process_is_in_doubt_until_a_person_says(
    office: Newsroom, answer: str
) -> None:
    published(office)
    corrected(office)
    me = Holder.me()
    with closing(sqlite3.connect(office.ledger)) as db, db:
        number = db.execute(
            "INSERT INTO holders (host, boot, pid, started, since)"
            " VALUES (?, ?, ?, 'long ago', '2026-05-04 02:00:00.000000')",
            (me.host, me.boot, me.pid),
        ).lastrowid
        later = "strftime('%Y-%m-%d %H:%M:%f000', 'now', '15 minutes')"
        db.execute(
            f"UPDATE partner_letters SET state = 'sending', holder_id = {number},"
            f" claimed_until = {later} WHERE version = 2"
        )
    office.run("tick", at=NOON)
    assert len(to(office, RADIO)) == 1
    assert office.run("status", at=NOON).code == 4
    words, letters = ANSWERS[answer]
    assert office.run("resolve", "partner/2", answer, *words, at=NOON).code == 0
    assert len(to(office, RADIO)) == letters
    assert office.run("status", at=NOON).code == 0


WRONG = {
    "email": ({"email": "radio"}, "partners.radio.email: write a mail address"),
    "list": ({"email": RADIO, "list": "mingguan"}, "partners.radio.list: there is no mailing list"),
    "other": ({"email": RADIO, "surel": "x"}, "partners.radio.surel: unknown setting"),
}


@pytest.mark.parametrize(("table", "complaint"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_table_is_named(room: Newsroom, table: dict[str, object], complaint: str) -> None:
    room.tables = {"partners.radio": table}
    room.configure()
    answer = room.run("status")
    assert answer.code == 1
    assert complaint in answer.complaint
