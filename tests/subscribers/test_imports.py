"""Lists that come from other programs: who has left stays away, whatever the table looks like."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from support.newsroom import Answer, Newsroom

ANI, BUDI, CITRA, DEDI = (f"{name}@pembaca.example" for name in ("ani", "budi", "citra", "dedi"))


def import_(room: Newsroom, content: str | bytes, *words: str, name: str = "orang.csv") -> Answer:
    path = room.folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return room.run("subscribers", "import", "--list", "harian", name, *words)


def people(room: Newsroom, *words: str) -> dict[str, str]:
    found = room.run("subscribers", "list", "--list", "harian", "--json", *words).json
    return {one["email"]: one["name"] for one in found["subscribers"]}


def reasons(room: Newsroom) -> dict[str, str]:
    found = room.run("subscribers", "list", "--list", "harian", "--json", "--all").json
    return {one["email"]: one["reason"] for one in found["subscribers"] if one["ended"]}


# who has left elsewhere

MAILCHIMP = (
    "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,"
    "GMTOFF,DSTOFF,TIMEZONE,CC,REGION,{}LAST_CHANGED,LEID,EUID,NOTES,TAGS\n"
)
PHPLIST = (
    "Email\tIs this subscriber confirmed\tIs this subscriber blacklisted\tNumber of bounces\t"
    "Entered\tLast Modified\tSend this subscriber HTML emails\tIs this account disabled?\t"
    "List Membership\n"
)
GONE = {
    "a plain status": f"email,status\n{ANI},subscribed\n{BUDI},unsubscribed\n",
    "shouted": f"EMAIL;STATUS\n{ANI};Subscribed\n{BUDI};UNSUBSCRIBED\n",
    "in Indonesian": f"Surel,Status langganan\n{ANI},aktif\n{BUDI},berhenti berlangganan\n",
    "Ghost": (
        "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,"
        f"deleted_at,labels,tiers\n1,{ANI},Ani,,true,false,,2024-01-01T00:00:00.000Z,,,\n"
        f"2,{BUDI},Budi,,false,false,,2024-01-01T00:00:00.000Z,,,\n"
    ),
    "Ghost, deleted": (
        f"id,email,subscribed_to_emails,deleted_at\n1,{ANI},true,\n"
        f"2,{BUDI},true,2024-05-01T08:00:00.000Z\n"
    ),
    "listmonk": (
        "uuid,email,name,attributes,status,created_at,updated_at\n"
        f'a,{ANI},Ani,"{{""kota"": ""Dumai""}}",enabled,2024-01-01,2024-01-01\n'
        f"b,{BUDI},Budi,{{}},blocklisted,2024-01-01,2024-01-01\n"
    ),
    "listmonk, disabled": f"uuid,email,status\na,{ANI},enabled\nb,{BUDI},disabled\n",
    "Mailman 2": (
        "address,name,mod,hide,nomail,ack,not metoo,nodupes,digest,plain,language\n"
        f"{ANI},Ani,off,off,off,off,off,on,off,on,id\n{BUDI},Budi,off,off,[B],off,off,on,off,on,id\n"
    ),
    "Mailman 3": (
        f"email,display_name,delivery_mode,delivery_status\n{ANI},Ani,regular,enabled\n"
        f"{BUDI},Budi,regular,by_bounces\n"
    ),
    "Mailman 3, in Python's words": (
        f"email,delivery_status\n{ANI},DeliveryStatus.enabled\n{BUDI},DeliveryStatus.by_user\n"
    ),
    "phpList": (
        f"{PHPLIST}{ANI}\t1\t0\t0\t2020-01-01 00:00:00\t2020-01-01 00:00:00\t0\t0\tKabar \n"
        f"{BUDI}\t1\t1\t0\t2020-01-01 00:00:00\t2020-01-01 00:00:00\t1\t0\tKabar \n"
    ),
    "phpList, disabled": (
        f"{PHPLIST}{ANI}\t1\t0\t3\t\t\t0\t0\tKabar \n{BUDI}\t1\t0\t0\t\t\t1\t1\tKabar \n"
    ),
    "Mailchimp, unsubscribed": (
        MAILCHIMP.format("UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_REASON,UNSUB_REASON_OTHER,")
        + f"{BUDI},Budi,S,2,2020-01-01 00:00:00,,,,,,,,,2024-05-01 10:00:00,Kabar,N/A,,x,1,a,,\n"
        f"{ANI},Ani,,2,,,,,,,,,,,,,,x,1,a,,\n"
    ),
    "Mailchimp, cleaned": (
        MAILCHIMP.format("CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID,")
        + f"{BUDI},Budi,S,2,,,,,,,,,,2024-05-01 10:00:00,Kabar,1,x,1,a,,\n"
        f"{ANI},Ani,,2,,,,,,,,,,,,,x,1,a,,\n"
    ),
    "MailerLite": f"Subscriber,Status,Unsubscribed\n{ANI},Active,\n{BUDI},Junk,2024-05-01 10:00\n",
    "MailPoet": f"Email,Global status\n{ANI},Subscribed\n{BUDI},Bounced\n",
    "Substack": f"email,email_disabled,active_subscription\n{ANI},false,true\n{BUDI},true,true\n",
    "a date": f"email,unsubscribed_at\n{ANI},\n{BUDI},2024-05-01\n",
    "a date of nothing": f"email,unsubscribed_at\n{ANI},0000-00-00 00:00:00\n{BUDI},1 Mei 2024\n",
    "in camels": f"email,unsubscribedAt,isActive\n{ANI},NULL,true\n{BUDI},2024-05-01,true\n",
    "blacklisted": f"email,blacklisted,htmlemail\n{ANI},0,0\n{BUDI},1,1\n",
    "complained": f"email,complained\n{ANI},no\n{BUDI},yes\n",
    "opted out": f"email,Opted Out\n{ANI},FALSE\n{BUDI},TRUE\n",
    "no more active": f"email,active\n{ANI},1\n{BUDI},0\n",
    "with a date in brackets": f"email,status\n{ANI},active\n{BUDI},Unsubscribed (2024-05-01)\n",
    "a column that was named": f"email,Keterangan X\n{ANI},aktif\n{BUDI},keluar\n",
    "HubSpot": f"Email,Unsubscribed from all email\n{ANI},\n{BUDI},true\n",
    "Salesforce": f"Email,Has Opted Out Of Email\n{ANI},0\n{BUDI},1\n",
    "Brevo": f"EMAIL,EMAIL_BLACKLISTED\n{ANI},No\n{BUDI},Yes\n",
    "no head": f"{ANI},Ani\n{BUDI},unsubscribed\n",
    "a word among others": f"email,keterangan\n{ANI},ketua RT\n{BUDI},berhenti\n",
}


@pytest.mark.parametrize("table", GONE.values(), ids=GONE.keys())
def test_who_has_left_elsewhere_is_not_added_and_told_of(room: Newsroom, table: str) -> None:
    words = ("--columns", "status=Keterangan X") if "Keterangan X" in table else ()
    answer = import_(room, table, *words)
    assert answer.code == 0, answer.said
    assert list(people(room)) == [ANI]
    assert "1 added" in answer.out
    assert "1 left before" in answer.out
    assert "b…@pembaca.example: left before (" in answer.err
    assert "not known, and left out" not in answer.err


def test_who_has_left_elsewhere_stays_away_from_a_later_import(room: Newsroom) -> None:
    import_(room, GONE["no more active"])
    import_(room, f"email\n{BUDI}\n")
    assert list(people(room)) == [ANI]
    assert room.run("subscribers", "add", "--list", "harian", "--again", BUDI).code == 0
    assert list(people(room)) == [ANI, BUDI]


@pytest.mark.parametrize(
    ("value", "reason"),
    [("bounced", "bounced"), ("cleaned", "bounced"), ("spam", "complained"),
     ("complained", "complained"), ("blocklisted", "unsubscribed")],
)  # fmt: skip
def test_why_somebody_left_is_kept(room: Newsroom, value: str, reason: str) -> None:
    import_(room, f"email,status\n{ANI},{value}\n")
    assert reasons(room) == {ANI: reason}


UNCONFIRMED = {
    "phpList": f"{PHPLIST}{ANI}\t1\t0\t0\t\t\t0\t0\tKabar \n{BUDI}\t0\t0\t0\t\t\t0\t0\tKabar \n",
    "a boolean": f"email,confirmed\n{ANI},1\n{BUDI},0\n",
    "an empty box": f"email,opt-in\n{ANI},checked\n{BUDI},\n",
    "listmonk": f"email,subscription_status\n{ANI},confirmed\n{BUDI},unconfirmed\n",
    "MailPoet": f"email,status\n{ANI},subscribed\n{BUDI},Unconfirmed\n",
    "pending": f"email,status\n{ANI},subscribed\n{BUDI},pending\n",
}


@pytest.mark.parametrize("table", UNCONFIRMED.values(), ids=UNCONFIRMED.keys())
def test_who_never_confirmed_is_not_added_and_may_do_so_later(room: Newsroom, table: str) -> None:
    answer = import_(room, table)
    assert answer.code == 0, answer.said
    assert list(people(room, "--all")) == [ANI]
    assert "1 not confirmed" in answer.out
    assert "b…@pembaca.example: not confirmed (" in answer.err
    import_(room, f"email\n{BUDI}\n")
    assert list(people(room)) == [ANI, BUDI]


@pytest.mark.parametrize(
    ("name", "said"),
    [("unsubscribed_members_export_1a2b.csv", "left before"),
     ("cleaned_email_audience_export_1a2b.csv", "left before"),
     ("nonsubscribed_members_export_1a2b.csv", "not confirmed")],
)  # fmt: skip
def test_a_file_that_holds_only_people_who_left_adds_nobody(
    room: Newsroom, name: str, said: str
) -> None:
    answer = import_(room, MAILCHIMP.format("") + f"{ANI},Ani,A\n{BUDI},Budi,B\n", name=name)
    assert answer.out == f"2 {said}\n"
    assert people(room) == {}
    assert "the file's name says that all of them" in answer.err


def test_a_file_of_subscribed_people_is_just_that(room: Newsroom) -> None:
    name = "subscribed_members_export_1a2b.csv"
    import_(room, MAILCHIMP.format("") + f"{ANI},Ani,Putri,2,2020-01-02 03:04:05\n", name=name)
    assert people(room) == {ANI: "Ani Putri"}


def test_words_that_nobody_knows_in_a_status_are_refused_line_by_line(room: Newsroom) -> None:
    table = f"email,status\n{ANI},kawin\n{BUDI},subscribed\n"
    answer = import_(room, table)
    assert answer.code == 3
    assert 'orang.csv:2: status: kawin: if that is not about leaving, say --columns "status="' in (
        answer.err
    )
    assert list(people(room)) == [BUDI]
    assert import_(room, table, "--columns", "status=").code == 0
    assert list(people(room)) == [ANI, BUDI]


def test_an_address_s_state_is_no_status(room: Newsroom) -> None:
    assert import_(room, f"email,State\n{ANI},Riau\n{BUDI},unsubscribed\n").code == 0
    assert list(people(room)) == [ANI]


def test_who_left_elsewhere_is_off_this_list_too(room: Newsroom) -> None:
    room.subscribe(ANI, BUDI, CITRA, at="2026-05-04T08:00:00+07:00")
    answer = import_(
        room, f"email,status,unsubscribed_at\n{ANI},unsubscribed,\n"
        f"{BUDI},unsubscribed,2026-05-04T08:30:00+07:00\n{CITRA},unsubscribed,2026-05-01\n",
    )  # fmt: skip
    assert answer.out == "2 left, 1 came back since\n"
    assert "c…@pembaca.example: came back since (status: unsubscribed)" in answer.err
    assert list(people(room)) == [CITRA]


def test_who_is_in_a_table_twice_and_left_has_left(room: Newsroom) -> None:
    for table in (f"{ANI},active\n{ANI},unsubscribed\n", f"{BUDI},unsubscribed\n{BUDI},active\n"):
        import_(room, f"email,status\n{table}")
    assert people(room) == {}


def test_columns_that_are_not_known_are_named_once(room: Newsroom) -> None:
    answer = import_(room, f"email,kota,name,umur\n{ANI},Dumai,Ani,9\n{BUDI},Bengkalis,Budi,8\n")
    assert answer.code == 0
    assert answer.err.count("orang.csv:1: not known, and left out: 'kota', 'umur'") == 1
    assert answer.err.count("kota") == 1


def test_an_export_that_was_imported_says_why_people_left(room: Newsroom) -> None:
    import_(room, f"email,status\n{ANI},bounced\n{BUDI},active\n")
    exported = room.run("subscribers", "export", "--list", "harian").out
    for path in room.folder.glob("syndicate.db*"):
        path.unlink()
    assert import_(room, exported).out == "1 left before, 1 added\n"
    assert reasons(room) == {ANI: "bounced"}


def test_who_left_and_came_back_is_exported_as_somebody_who_is_here(room: Newsroom) -> None:
    room.subscribe(ANI, BUDI)
    room.run("subscribers", "remove", "--list", "harian", ANI)
    room.run("subscribers", "add", "--list", "harian", "--again", ANI)
    exported = room.run("subscribers", "export", "--list", "harian").out
    rows = list(csv.DictReader(io.StringIO(exported)))
    assert [(row["email"], row["ended"]) for row in rows] == [(ANI, ""), (BUDI, "")]


# how tables are written

NOTE = 'Alamat lama: lama@pembaca.example\r\nbaru: ""x""\n\n' + "baris\n" * 40
RFC4180 = {
    "a note with addresses in it": f'email,catatan,name\n{ANI},"{NOTE}",Ani\n',
    "a name over two lines": f'name,email\n"Ani\nPutri",{ANI}\n',
    "all cells quoted": f'"email","name"\n"{ANI}","Ani"\n',
    "a head over two lines": f'"email","Catatan\n(bebas)"\n{ANI},"satu\ndua"\n',
    "the delimiter within": f'email;catatan\n{ANI};"satu;\ndua;tiga"\n',
    "nothing but quotes": f'email,catatan\n{ANI},"""\n"""\n',
    "a row like another one": f'email,catatan\n{ANI},"x\nno@pembaca.example,y\n"\n',
}  # fmt: skip


@pytest.mark.parametrize("table", RFC4180.values(), ids=RFC4180.keys())
def test_quoted_cells_go_over_several_lines_whatever_they_hold(room: Newsroom, table: str) -> None:
    answer = import_(room, f"{table}{BUDI},\n".replace("\n" + BUDI + ",", "\n"))
    assert answer.code == 0, answer.said
    assert list(people(room)) == [ANI]
    assert answer.out == "1 added\n"


NOT_CLOSED = {
    "once": f'"Nama,{BUDI}\n',
    "before a quoted row": f'"Nama,{BUDI}\n"Citra, S.Kom.",{CITRA}\n',
    "at the end of a line": f'"Nama,{BUDI}\n"Citra",{CITRA}\n"Dua",{BUDI}"\n',
    "in a later cell": f'Nama,"{BUDI}\nCitra,{CITRA}\n',
    "before an empty quoted cell": f'"Nama,{BUDI}\n"",{CITRA}\n',
}


@pytest.mark.parametrize("rows", NOT_CLOSED.values(), ids=NOT_CLOSED.keys())
def test_a_quote_that_is_not_closed_costs_its_own_line(room: Newsroom, rows: str) -> None:
    answer = import_(room, f"name,email\nAni,{ANI}\n{rows}Dedi,{DEDI}\n")
    assert answer.code == 3
    assert "orang.csv:3: a quote is not closed" in answer.err
    citra = [CITRA] if CITRA in rows else []
    assert list(people(room)) == [ANI, *citra, DEDI]


NAMES = "Álvaro Sánchez – “Humas”"
ENCODINGS = {
    "UTF-8": f"email,name\n{ANI},{NAMES}\n".encode(),
    "UTF-8 with a BOM": f"email,name\n{ANI},{NAMES}\n".encode("utf-8-sig"),
    "UTF-16, little": f"\ufeffemail\tname\r\n{ANI}\t{NAMES}\r\n".encode("utf-16-le"),
    "UTF-16, big": f"\ufeffemail;name\n{ANI};{NAMES}\n".encode("utf-16-be"),
    "UTF-16 without its mark": f"email\tname\r\n{ANI}\t{NAMES}\r\n".encode("utf-16-le"),
    "the same, big": f"email;name\n{ANI};{NAMES}\n".encode("utf-16-be"),
    "UTF-32": f"email,name\n{ANI},{NAMES}\n".encode("utf-32"),
    "Windows-1252": f"email,name\n{ANI},{NAMES}\n".encode("cp1252"),
}  # fmt: skip


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_table_in_any_usual_encoding_is_read(room: Newsroom, name: str) -> None:
    answer = import_(room, ENCODINGS[name])
    assert answer.code == 0, answer.said
    assert people(room) == {ANI: NAMES}
    assert ("Windows-1252" in answer.err) == (name == "Windows-1252")


def test_that_a_table_is_not_in_utf_8_is_said_once(room: Newsroom) -> None:
    rows = "".join(f"o{n}@pembaca.example,Áni {n}\n" for n in range(3000))
    answer = import_(room, f"email,name\n{rows}".encode("cp1252"))
    assert answer.err.count("Windows-1252") == 1
    assert len(people(room)) == 3000


DELIMITED = {
    "sep=;": f"sep=;\nname;email\nAni, S.Kom.;{ANI}\n",
    "sep=; with CRLF": f"SEP=;\r\nname;email\r\nAni;{ANI}\r\n",
    "sep in UTF-16": f"sep=\t\nname\temail\nAni\t{ANI}\n".encode("utf-16"),
    "tabs": f"name\temail\nAni\t{ANI}\n",
    "bars": f"name|email\nAni|{ANI}\n",
    "semicolons below a quoted comma": f'"Nama, lengkap";email\nAni;{ANI}\n',
    "blank lines first": f"\n\n,,\nname,email\nAni,{ANI}\n",
    "carriage returns alone": f"name,email\rAni,{ANI}\r",
}


@pytest.mark.parametrize("table", DELIMITED.values(), ids=DELIMITED.keys())
def test_a_table_with_any_usual_delimiter_is_read(room: Newsroom, table: str | bytes) -> None:
    answer = import_(room, table)
    assert answer.code == 0, answer.said
    assert list(people(room)) == [ANI]


def test_a_head_whose_quote_is_not_closed_is_refused(room: Newsroom) -> None:
    answer = import_(room, f'"email,name\n{ANI},Ani\n')
    assert answer.code == 2
    assert "orang.csv:1: a quote is not closed" in answer.complaint


def test_lines_are_numbered_as_they_are_in_the_file(room: Newsroom) -> None:
    answer = import_(room, f'sep=;\nemail;catatan\n{ANI};"a\nb"\nnobody;x\n')
    assert "orang.csv:5: " in answer.err


ADDRESSES = {
    f"Ani <{ANI}>": "Ani", f'"Putri, Ani" <{ANI}>': "Putri, Ani", f"<{ANI}>": "",
    f"{ANI} (Ani)": "Ani", f"mailto:{ANI}": "", f"Ani <mailto:{ANI}>": "Ani", f" {ANI} ": "",
    f"=?utf-8?q?=C3=81ni?= <{ANI}>": "Áni", f'"Ani ""Putri""" <{ANI}>': 'Ani "Putri"',
}  # fmt: skip


@pytest.mark.parametrize(("cell", "name"), ADDRESSES.items())
def test_a_name_and_an_address_may_stand_in_one_cell(room: Newsroom, cell: str, name: str) -> None:
    line = ",".join(
        ["1", '"' + cell.replace('""', '\\"').replace("\\", "\\").replace('"', '""') + '"']
    )
    answer = import_(room, f"no,email\n{line}\n")
    assert answer.code == 0, answer.said
    assert people(room) == {ANI: name}


def test_a_list_without_a_head_may_have_names_before_addresses(room: Newsroom) -> None:
    assert import_(room, f'Ani Putri <{ANI}>\n"Budi, S.Kom." <{BUDI}>\n{CITRA}\n').code == 0
    assert people(room) == {ANI: "Ani Putri", BUDI: "Budi, S.Kom.", CITRA: ""}
    import_(room, f"Dedi,{DEDI}\n")
    assert people(room)[DEDI] == "Dedi"


def test_an_address_of_a_command_may_have_a_name(room: Newsroom) -> None:
    room.subscribe(f'"Putri, Ani" <{ANI}>', BUDI)
    assert people(room) == {ANI: "Putri, Ani", BUDI: ""}
    assert room.run("subscribers", "remove", f"Ani <{ANI}>").out == "1 removed\n"
    assert room.run("subscribers", "forget", f"Budi <{BUDI}>").code == 0
    assert people(room) == {}


@pytest.mark.parametrize(
    ("cell", "name"),
    [('"""Ani"""', "Ani"), ('"Ani ""Nana"" Putri"', 'Ani "Nana" Putri'), ("A\\ni", "A\\ni"),
     ("=?utf-8?b?w4FuaQ==?=", "Áni"), ("=?nonesuch?q?x?=", "=?nonesuch?q?x?="),
     (ANI, ""), ("Ani @ Dinas", "Ani @ Dinas")],
)  # fmt: skip
def test_names_are_kept_as_people_write_them(room: Newsroom, cell: str, name: str) -> None:
    assert import_(room, f"email,name\n{ANI},{cell}\n").code == 0
    assert people(room) == {ANI: name}


# workbooks


def workbook(*rows: list[object], sheets: int = 1) -> bytes:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    for number in range(1, sheets):
        book.create_sheet(f"Lain {number}").append(["x"])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_a_workbook_is_imported(room: Newsroom) -> None:
    content = workbook(
        ["Surel", "Nama", "Unsubscribed at", "Aktif", "NIP"],
        [ANI, "Áni\nPutri", None, True, 1471.0],
        [None, None],
        [BUDI, "Budi", datetime(2024, 5, 1), True, 2],  # noqa: DTZ001 - a cell knows no zone
        [CITRA, "Citra", None, False, 3],
        ["nobody", "X", None, True, 4],
    )
    answer = import_(room, content, name="orang.xlsx")
    assert answer.code == 3
    parts = answer.out.strip().split(", ")
    assert sorted(parts) == ["1 added", "1 refused", "2 left before"]
    assert "orang.xlsx:6: " in answer.err
    assert people(room) == {ANI: "Áni Putri"}


def test_a_workbook_is_known_whatever_its_name(room: Newsroom) -> None:
    assert import_(room, workbook(["email"], [ANI])).code == 0
    assert list(people(room)) == [ANI]


def test_other_sheets_are_said_to_be_left_out(room: Newsroom) -> None:
    answer = import_(room, workbook(["email"], [ANI], sheets=3), name="orang.xlsx")
    assert "only the sheet 'Sheet' is read, 2 are not" in answer.err


def test_a_workbook_saved_on_an_empty_sheet_is_read_where_something_is(room: Newsroom) -> None:
    book = Workbook()
    sheet = book.create_sheet("Kontak")
    for row in (["email", "Berhenti"], [ANI, None], [BUDI, "ya"], ["", "Jumlah 2"]):
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    answer = import_(room, content.getvalue(), name="orang.xlsx")
    assert list(people(room)) == [ANI]
    assert "orang.xlsx:4: there is no address in this line" in answer.err
    assert "only the sheet" not in answer.err


def test_two_cells_far_apart_cost_no_memory(room: Newsroom) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["A2"], sheet["XFD4000"] = "email", ANI, "x"
    content = io.BytesIO()
    book.save(content)
    assert import_(room, content.getvalue(), name="orang.xlsx").code in (0, 3)
    assert list(people(room)) == [ANI]


def bomb() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * 310_000_000)
    return content.getvalue()


NO_WORKBOOKS = {
    "an old one": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old workbook (.xls)"),
    "a zip of something else": (None, "no workbook that can be read"),
    "cut off": (workbook(["email"], [ANI])[:2000], "no workbook that can be read"),
    "a bomb": (bomb, "unpacks to 310 MB"),
}


@pytest.mark.parametrize("what", NO_WORKBOOKS)
def test_what_is_no_workbook_is_refused_with_advice(room: Newsroom, what: str) -> None:
    made, said = NO_WORKBOOKS[what]
    content = made() if callable(made) else made
    if content is None:
        other = io.BytesIO()
        with zipfile.ZipFile(other, "w") as packed:
            packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        content = other.getvalue()
    answer = import_(room, content, name="orang.xlsx")
    assert answer.code == 2
    assert "orang.xlsx: this" in answer.complaint
    assert said in answer.complaint
    assert "CSV" in answer.complaint


# before it is done


def test_a_dry_run_shows_the_first_rows_and_does_nothing(room: Newsroom) -> None:
    room.subscribe(CITRA)
    before = room.everything()
    table = f"Surel;Nama;Status\n{ANI};Ani;active\n{BUDI};Budi;unsubscribed\n{CITRA};C;\nx;;\n"
    (room.folder / "orang.csv").write_text(table)
    before = room.everything()
    answer = room.run("subscribers", "import", "orang.csv", "--dry-run")
    assert room.everything() == before
    assert answer.code == 3
    assert "columns: email is 'Surel', name is 'Nama', status is 'Status'" in answer.out
    assert f"2  {ANI}  Ani  added" in answer.out
    assert f"3  {BUDI}  Budi  left before" in answer.out
    assert f"4  {CITRA}  C  known" in answer.out
    assert "orang.csv:5: " in answer.err
    assert "nothing was done" in answer.out
    assert room.run("subscribers", "import", "orang.csv").code == 3
    assert list(people(room)) == [ANI, CITRA]


def test_a_dry_run_leaves_no_ledger_where_there_is_none(room: Newsroom) -> None:
    assert import_(room, f"email\n{ANI}\n", "--dry-run").code == 0
    assert not room.ledger.exists()


def test_a_dry_run_of_a_long_table_looks_at_its_beginning(room: Newsroom) -> None:
    rows = "".join(f"o{n}@pembaca.example\n" for n in range(5000))
    answer = import_(room, f"email\n{rows}", "--dry-run")
    assert "1000 added (of the first 1000; nothing was done)" in answer.out
    assert len(answer.out.splitlines()) < 20


def test_a_dry_run_as_json_says_the_same(room: Newsroom) -> None:
    answer = import_(room, f"email,kota\n{ANI},X\nx,Y\n", "--dry-run", "--json")
    document = json.loads(answer.out)
    assert document["dry_run"] is True
    assert document["complete"] is True
    assert document["counts"] == {"added": 1, "refused": 1}
    assert document["columns"] == {"email": "email"}
    assert document["rows"] == [{"line": 2, "email": ANI, "name": "", "becomes": "added"}]
    assert [one["line"] for one in document["remarks"]] == [1, 3]
    assert document["exit_code"] == answer.code == 3


def test_a_pipe_can_be_imported(room: Newsroom, tmp_path: Path) -> None:
    import os
    import threading

    pipe = tmp_path / "pipa"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text(f"email\n{ANI}\n"))
    writer.start()
    answer = room.run("subscribers", "import", "--list", "harian", str(pipe))
    writer.join(10)
    assert answer.code == 0, answer.said
    assert list(people(room)) == [ANI]
