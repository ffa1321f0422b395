"""Lists that come from other programs: who has left stays away, whatever the table looks like."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from support.imported_tables import ANI, BUDI, CITRA, import_, people, reasons
from support.newsroom import Newsroom

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
    assert "unknown columns, ignored" not in answer.err


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
    assert 'orang.csv:2: status: kawin: if this is not about leaving, use --columns "status="' in (
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
    assert answer.err.count("orang.csv:1: unknown columns, ignored: 'kota', 'umur'") == 1
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
