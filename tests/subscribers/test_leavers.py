"""Nobody who has left elsewhere is added, however a table says that they did."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from support.imported_tables import ANI, BUDI, CITRA, DEDI, import_, people, reasons
from support.newsroom import Newsroom

# which way a column that is named is to be read

TURNED = {
    "unsubscribed": ("0", "1"), "blacklisted": ("false", "true"), "dnc_email": ("0", "1"),
    "Sudah berhenti?": ("tidak", "ya"), "IsExcludedFromCampaigns": ("false", "true"),
    "unsubscribed_at": ("", "2024-05-01"), "Tgl Berhenti": ("-", "1 Mei 2024"),
    "Opted out?": ("No.", "Yes."), "Tidak aktif": ("tidak", "ya"), "Stop Status": ("no", "yes"),
    "Nonaktif?": ("0", "1"), "is_bounced": ("f", "true"), "Berhenti (2024)": ("belum", "sudah"),
    "Unsubscribed": ("subscribed", "unsubscribed"), "Do not contact": ("", "x"),
    "subscribed": ("1", "0"), "Masih berlangganan?": ("ya", "tidak"), "aktif": ("Y", "Tidak"),
    "Belum berhenti": ("ya", "tidak"), "left": ("#N/A", "2024-05-01"),
    "Berhenti": ("", "✓"), "Aktif": ("✔", ""),
}  # fmt: skip


@pytest.mark.parametrize("title", TURNED)
@pytest.mark.parametrize("named", [True, False], ids=["named", "by itself"])
def test_a_title_says_which_way_yes_and_no_are_meant(
    room: Newsroom, title: str, named: bool
) -> None:
    stays, gone = TURNED[title]
    words = ("--columns", f"status={title}") if named else ()
    answer = import_(room, f"email,{title}\n{ANI},{stays}\n{BUDI},{gone}\n", *words)
    assert answer.code == 0, answer.said
    assert list(people(room)) == [ANI]
    assert list(reasons(room)) == [BUDI]


@pytest.mark.parametrize(("no", "yes"), [("0", "1"), ("tidak", "ya"), ("false", "true")])
def test_yes_and_no_under_a_title_that_says_neither_are_asked_about(
    room: Newsroom, no: str, yes: str
) -> None:
    table = f"email,Kolom X\n{ANI},{no}\n{BUDI},{yes}\n"
    answer = import_(room, table, "--columns", "status=Kolom X")
    assert answer.code == 3
    assert (
        f'orang.csv:2: Kolom X: {no}: use one of --columns "left=Kolom X" or'
        ' --columns "subscribed=Kolom X"'
    ) in answer.err
    assert people(room, "--all") == {}
    assert import_(room, table, "--columns", "left=Kolom X").code == 0
    assert list(people(room)) == [ANI]
    assert list(reasons(room)) == [BUDI]


def test_a_column_may_be_said_to_hold_who_is_subscribed(room: Newsroom) -> None:
    table = f"email,Kolom X\n{ANI},1\n{BUDI},0\n{CITRA},\n"
    assert import_(room, table, "--columns", "subscribed=Kolom X").code == 0
    assert list(people(room)) == [ANI]


# words of leaving

SAYS_GONE = {
    "Unsubscribed.": "unsubscribed", "Berhenti.": "unsubscribed", "(unsubscribed)": "unsubscribed",
    '"Berhenti berlangganan per 5 Mei 2024."': "unsubscribed", "— unsubscribed": "unsubscribed",
    "-1": "unsubscribed", "Member (left)": "unsubscribed", '"subscribed, bounced"': "bounced",
    "Free - unsubscribed": "unsubscribed", "active: no": "unsubscribed", "un-subscribed":
    "unsubscribed", "[unsubscribed]": "unsubscribed", "aktif = tidak": "unsubscribed",
    "no longer subscribed": "unsubscribed", "sudah tidak berlangganan": "unsubscribed",
    "tidak lagi aktif": "unsubscribed", "Active; opted out": "unsubscribed",
    "subscribed → unsubscribed": "unsubscribed", "Unsubscribed by admin on 2024-05-01":
    "unsubscribed", "unsubscribed: yes": "unsubscribed", "member/complained": "complained",
    "Active. Marked as spam.": "complained", "...bounced": "bounced", "spammy": "unsubscribed",
    '"tidak, berhenti"': "unsubscribed", "❌ berhenti": "unsubscribed", "mengundurkan diri":
    "unsubscribed", "Subscribed (not active)": "unsubscribed", "UnsubscribedByUser": "unsubscribed",
}  # fmt: skip


def rows(cells: Iterable[str]) -> tuple[str, list[str]]:
    """A row for each cell, and their addresses."""
    addresses = [f"o{number:02}@pembaca.example" for number, _ in enumerate(cells)]
    pairs = zip(addresses, cells, strict=True)
    return "".join(f"{address},{cell}\n" for address, cell in pairs), addresses


def test_any_word_of_leaving_wins_over_words_of_staying(room: Newsroom) -> None:
    table, addresses = rows(SAYS_GONE)
    answer = import_(room, f"email,status\n{ANI},aktif\n{table}")
    assert answer.code == 0, answer.said
    assert list(people(room)) == [ANI]
    assert reasons(room) == dict(zip(addresses, SAYS_GONE.values(), strict=True))


STAYING = (
    "not unsubscribed", "Active.", "(subscribed)", "belum berhenti", "unsubscribed: no",
    '"active, 0 bounces"', "never bounced", "tidak pernah berhenti", "Subscribed (confirmed)",
    "subscribed; spam complaints: 0", "Implicit", "Explicit", "email", "Each email", "digest",
    "aktif (sejak 2020)", "— subscribed", "+1", "-", "",
)  # fmt: skip


def test_who_has_not_left_stays(room: Newsroom) -> None:
    table, addresses = rows(STAYING)
    answer = import_(room, f"email,status\n{table}{BUDI},unsubscribed\n")
    assert answer.code == 0, answer.said
    assert list(people(room)) == addresses


@pytest.mark.parametrize("title", ["subscribed", "active", "berlangganan"])
def test_a_column_of_who_is_there_may_say_that_somebody_is_not(room: Newsroom, title: str) -> None:
    table, _ = rows(["-1", "no.", "unsubscribed", "Tidak.", "subscribed: no", "email: no"])
    answer = import_(room, f"email,{title}\n{ANI},1\n{table}")
    assert answer.code == 0, answer.said
    assert list(people(room)) == [ANI]


@pytest.mark.parametrize("title", ["active", "Berhenti"])
def test_a_letter_that_is_yes_in_one_language_and_no_in_another_is_asked_about(
    room: Newsroom, title: str
) -> None:
    answer = import_(room, f"email,{title}\n{ANI},t\n")
    assert f"orang.csv:2: {title}: t: write yes or no there (or ya, tidak)" in answer.err
    assert people(room, "--all") == {}


NOTES = [
    "Sudah berhenti sejak 2024", "minta berhenti", "Mohon berhenti berlangganan",
    "Email lama; sudah bounce", "tidak mau dikirimi lagi", "ketua RT (sudah unsubscribe)",
    "Jangan kirim email lagi", "please unsubscribe me", "warga; opt-out via WA",
]  # fmt: skip


@pytest.mark.parametrize("title", ["Keterangan", "Catatan", "notes"])
def test_a_note_may_say_that_somebody_left(room: Newsroom, title: str) -> None:
    table, addresses = rows(NOTES)
    answer = import_(room, f"email,{title}\n{ANI},ketua RT 04\n{table}")
    assert answer.code == 0, answer.said
    assert list(people(room)) == [ANI]
    assert list(reasons(room)) == addresses


@pytest.mark.parametrize(
    "cell", ["berhenti bekerja di dinas", "Berhenti sebagai kades", "keluar kota sampai Juni"]
)
def test_a_note_that_may_say_something_else_is_asked_about(room: Newsroom, cell: str) -> None:
    table = f"email,Keterangan\n{ANI},{cell}\n"
    answer = import_(room, table)
    assert answer.code == 3
    assert f"orang.csv:2: Keterangan: {cell}: if this is not about leaving, use" in answer.err
    assert '--columns "aside=Keterangan"' in answer.err
    assert people(room, "--all") == {}
    assert import_(room, table, "--columns", "aside=Keterangan").code == 0
    assert list(people(room)) == [ANI]


# the ways out


def test_a_status_that_is_about_something_else_does_not_silence_the_others(room: Newsroom) -> None:
    table = (
        "email,Status,Email status,Berhenti\n"
        f"{ANI},kawin,subscribed,tidak\n{BUDI},lajang,subscribed,ya\n{CITRA},,unsubscribed,\n"
    )
    answer = import_(room, table)
    assert 'orang.csv:2: Status: kawin: if this is not about leaving, use --columns "status="' in (
        answer.err
    )
    assert import_(room, table, "--columns", "status=").code == 0
    assert list(people(room)) == [ANI]
    assert list(reasons(room)) == [BUDI, CITRA]


def test_naming_the_column_that_says_it_frees_the_one_called_status(room: Newsroom) -> None:
    table = f"email,Status,Berhenti\n{ANI},nonaktif,tidak\n{BUDI},pegawai,ya\n{CITRA},kawin,\n"
    answer = import_(room, table, "--columns", "status=Berhenti")
    assert answer.code == 0, answer.said
    assert list(people(room)) == [ANI, CITRA]
    assert list(reasons(room)) == [BUDI]


def test_naming_a_status_leaves_other_signs_of_leaving_in_force(room: Newsroom) -> None:
    table = f"email,Langganan X,bounced_at\n{ANI},aktif,\n{BUDI},aktif,2024-05-01\n"
    assert import_(room, table, "--columns", "status=Langganan X").code == 0
    assert list(people(room)) == [ANI]


def test_after_the_advice_a_word_of_leaving_still_keeps_away(room: Newsroom) -> None:
    table = f"email,status\n{ANI},VIP\n{BUDI},unsubscribed\n"
    assert import_(room, table, "--columns", "status=").code == 0
    assert list(people(room)) == [ANI]


def test_several_columns_may_be_put_aside(room: Newsroom) -> None:
    table = f"email,Status,Keterangan,Berhenti\n{ANI},berhenti,keluar kota,ya\n"
    words = "aside=Status, aside=Keterangan, aside=Berhenti"
    assert import_(room, table, "--columns", words).code == 0
    assert list(people(room)) == [ANI]
    answer = import_(room, table, "--columns", "aside=Nonesuch")
    assert answer.code == 2
    assert "no column is called 'Nonesuch'" in answer.complaint


# columns of other programs

ELSEWHERE = {
    "AWeber": ("Stop Status", "subscribed", "unsubscribed"),
    "AWeber, undeliverable": ("Stop Status", "", "undeliverable"),
    "a state": ("subscription_state", "subscribed", "unsubscribed"),
    "a user's": ("user_status", "active", "unsubscribed"),
    "a member's": ("Status Anggota", "aktif", "berhenti"),
    "of a year": ("Status (2024)", "Aktif", "Berhenti"),
    "of now": ("Status saat ini", "Aktif", "Keluar"),
    "Berlangganan": ("Berlangganan", "ya", "tidak"),
    "Masih berlangganan": ("Masih berlangganan", "ya", "tidak"),
    "Masih aktif": ("Masih aktif?", "ya", "tidak"),
    "Tgl Berhenti": ("Tgl Berhenti", "", "05/05/2024"),
    "Alasan berhenti": ("Alasan berhenti", "", "terlalu sering"),
    "Mautic": ("dnc_email", "0", "1"), "Mailjet": ("IsExcludedFromCampaigns", "false", "true"),
    "no_email": ("no_email", "0", "1"), "emailoptout": ("emailoptout", "0", "1"),
    "by whom": ("unsubscribed_by", "", "admin"), "Squarespace": ("Unsubscribed Lists", "", "Kabar"),
    "Groups.io": ("Delivery", "Single", "No Email"),
    "Google Groups": ("Email preference", "Each email", "No email"),
    "Buttondown": ("type", "regular", "spammy"),
    "Buttondown's others": ("type", "premium", "removed"),
    "Constant Contact": ("Email permission status", "Implicit", "Unsubscribed"),
    "Google's status": ("Email status", "email", "bouncing"),
    "SendGrid": ("Global unsubscribe", "", "2024-05-01"),
    "Zoho": ("Email Opt Out", "false", "true"),
    "in one word": ("optout", "0", "1"), "Status berhenti": ("Status berhenti", "belum", "sudah"),
    "an excluded one": ("Excluded", "no", "yes"), "Status keaktifan": ("Status keaktifan", "aktif",
    "non-aktif"),
}  # fmt: skip


@pytest.mark.parametrize("which", ELSEWHERE)
def test_a_column_of_leaving_is_known(room: Newsroom, which: str) -> None:
    title, stays, gone = ELSEWHERE[which]
    answer = import_(room, f"email,{title}\n{ANI},{stays}\n{BUDI},{gone}\n")
    assert answer.code == 0, answer.said
    assert list(people(room)) == [ANI]
    assert list(reasons(room)) == [BUDI]
    assert "unknown columns, ignored" not in answer.err


OTHERWISE = {
    "unsubscribe_url": "https://x.example/u/1", "Unsubscribe link": "https://x.example",
    "bounce_count": "0", "Spam score": "1.5", "marital status": "single",
    "Status perkawinan": "kawin", "State": "Riau", "Jabatan": "Kepala Bidang",
    "Tanggal berlangganan": "", "Left ear": "yes", "kota": "Unsuburan", "Tags": "VIP",
    "Catatan": "suka berita olahraga", "Subscription date": "2020-01-01", "payment": "failed",
}  # fmt: skip


def test_columns_that_are_about_something_else_keep_nobody_away(room: Newsroom) -> None:
    table = f"email,{','.join(OTHERWISE)}\n{ANI},{','.join(OTHERWISE.values())}\n"
    answer = import_(room, table)
    assert answer.code == 0, answer.said
    assert list(people(room)) == [ANI]


def test_a_number_that_a_program_gives_everybody_is_no_leaving(room: Newsroom) -> None:
    assert import_(room, f"email,user_status\n{ANI},0\n").code == 3
    assert people(room, "--all") == {}


PLAIN = ("unsubscribed", "Berhenti", "bounced", "opted-out", "BERHENTI.", "spam complaint",
         "berhenti berlangganan", "unsubscribed 2024-05-01")  # fmt: skip


@pytest.mark.parametrize("title", ["Kolom 7", "attributes", "Tags", "note", ""])
def test_a_word_of_leaving_in_any_column_keeps_away(room: Newsroom, title: str) -> None:
    table, _ = rows(PLAIN)
    answer = import_(room, f"email,{title}\n{ANI},Dumai\n{table}")
    assert answer.code == 0, answer.said
    assert list(people(room)) == [ANI]
    for cell in PLAIN:
        assert f"o…@pembaca.example: left before ({title or 'column 2'}: {cell})" in answer.err


def test_a_word_of_leaving_beyond_the_head_keeps_away(room: Newsroom) -> None:
    assert import_(room, f"email,name\n{ANI},Ani\n{BUDI},Budi,unsubscribed\n").code == 0
    assert list(people(room)) == [ANI]


@pytest.mark.parametrize("cell", ["nonaktif", "kata tetangga: unsubscribe", "left", "dihapus"])
def test_what_may_say_that_somebody_left_is_asked_about(room: Newsroom, cell: str) -> None:
    table = f"email,Kolom 7\n{ANI},Dumai\n{BUDI},{cell}\n"
    answer = import_(room, table)
    assert answer.code == 3
    assert f"orang.csv:3: Kolom 7: {cell}: if this is not about leaving, use" in answer.err
    assert list(people(room, "--all")) == [ANI]
    assert import_(room, table, "--columns", "aside=Kolom 7").code == 0
    assert list(people(room)) == [ANI, BUDI]


def test_a_title_with_a_word_of_leaving_that_is_not_understood_is_asked_about(
    room: Newsroom,
) -> None:
    table = f"email,Tahun berhenti sekolah\n{ANI},\n{BUDI},2010\n"
    answer = import_(room, table)
    assert answer.code == 3
    assert list(people(room, "--all")) == [ANI]
    assert import_(room, table, "--columns", "aside=Tahun berhenti sekolah").code == 0


FILES = {
    "unsubscribed.csv": "left before", "2024 unsubscribed_members_export.csv": "left before",
    "Unsubscribed (1).csv": "left before", "daftar berhenti.csv": "left before",
    "bounces-2024.csv": "left before", "opt-outs.csv": "left before",
    "blocklist.csv": "left before",
    "Kopie van cleaned_email_audience_export_1a.csv": "left before",
    "nonsubscribed.csv": "not confirmed",
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_s_name_says_who_is_in_it_whatever_else_it_says(room: Newsroom, name: str) -> None:
    answer = import_(room, f"email\n{ANI}\n{BUDI}\n", name=name)
    assert answer.out == f"2 {FILES[name]}\n"
    assert people(room) == {}


@pytest.mark.parametrize(
    "name", ["semua, juga unsubscribed.csv", "tanpa yang berhenti.csv", "cleaned.csv",
             "subscribed and unsubscribed.csv", "not unsubscribed.csv", "pelanggan.csv"],
)  # fmt: skip
def test_a_file_s_name_that_says_it_of_some_says_nothing(room: Newsroom, name: str) -> None:
    assert import_(room, f"email,status\n{ANI},\n{DEDI},berhenti\n", name=name).code == 0
    assert list(people(room)) == [ANI]
