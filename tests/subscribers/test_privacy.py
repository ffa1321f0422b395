"""People: what is kept of them, the record that they agreed, and how they are forgotten."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from support.newsroom import EVENING, MORNING, NOON, Newsroom
from syndicate.ledger import open_ledger

ANI, BUDI = "ani@pembaca.example", "budi@pembaca.example"


def import_(room: Newsroom, text: str, *words: str) -> tuple[int, str]:
    (room.folder / "orang.csv").write_text(text, encoding="utf-8")
    answer = room.run("subscribers", "import", "--list", "harian", "orang.csv", *words)
    return answer.code, answer.said


def person(room: Newsroom, address: str) -> Any:
    return json.loads(room.run("subscribers", "export", "--person", address).out)


def token_of(room: Newsroom, subscriber: int) -> str:
    ledger = open_ledger(f"sqlite:///{room.ledger}", datetime.now(UTC))
    token = ledger.letters.recipient("harian", subscriber, "").token
    ledger.close()
    return token


def traces(room: Newsroom, text: str) -> list[str]:
    """The office's files in which a text stands, byte for byte."""
    files = [path for path in sorted(room.folder.rglob("*")) if path.is_file()]
    return [path.name for path in files if text.encode() in path.read_bytes()]


# consent


def test_columns_are_mapped_and_consent_is_recorded(room: Newsroom) -> None:
    table = (
        "No;Nama Lengkap;Alamat Surel;Waktu;Sumber\n"
        f"1;Ani;{ANI};2026-01-02T08:00:00+07:00;Formulir A\n2;Budi;{BUDI};2026-01-03;\n"
    )
    names = "email=Alamat Surel, name=nama lengkap, consented=Waktu"
    code, said = import_(room, table, "--columns", names, "--wording", "Saya mau.")
    assert code == 0, said
    [ani] = person(room, ANI)["subscriptions"]
    assert ani["source"] == "Formulir A"
    assert ani["wording"] == "Saya mau."
    assert datetime.fromisoformat(ani["consented"]) == datetime(2026, 1, 2, 1, tzinfo=UTC)
    [budi] = person(room, BUDI)["subscriptions"]
    assert budi["source"] == "import orang.csv"
    assert budi["consented"] == "2026-01-02T17:00:00+00:00"


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ("surel", "is not like email=Surel"),
        ("mail=Surel", "is not like email=Surel"),
        ("email=", "is not like email=Surel"),
        ("email=Pos", "orang.csv:1: no column is called 'Pos' (there are Surel)"),
    ],
)
def test_a_wrong_map_of_columns_is_explained(room: Newsroom, columns: str, said: str) -> None:
    code, heard = import_(room, f"Surel\n{ANI}\n", "--columns", columns)
    assert code == 2
    assert said in heard


RUBBISH = {
    "a quote that is not closed": f'"Nama,{BUDI}\n',
    "two of them": f'"Nama,{BUDI}\nCici,cici@pembaca.example\n"Nama,{BUDI}\n',
    "a column too few": "Nama\n",
    "too many": f"Nama,nobody,{BUDI},x\n",
    "not in UTF-8": "Nama,b\udcff@pembaca.example\n",
    "a zero byte": f"Nama\0,b\0{BUDI}\n",
    "very long": "N" * 300_000 + f",{BUDI}\n",
    "a formula": f"=cmd|' /C calc'!A0,@{BUDI}\n",
}


@pytest.mark.parametrize("rubbish", RUBBISH.values(), ids=RUBBISH.keys())
def test_a_line_of_rubbish_costs_only_itself(room: Newsroom, rubbish: str) -> None:
    head, after = f"name,email\nAni,{ANI}\n", "Dedi,dedi@pembaca.example\n" * 2
    (room.folder / "orang.csv").write_bytes(
        (head + rubbish + after).encode(errors="surrogateescape")
    )
    answer = room.run("subscribers", "import", "--list", "harian", "orang.csv")
    assert answer.code == 3
    assert "orang.csv:3: " in answer.err
    document = room.run("subscribers", "list", "--json").json
    found = {one["email"] for one in document["subscribers"]}
    cici = {"cici@pembaca.example"} if "Cici" in rubbish else set()
    assert found == {ANI, "dedi@pembaca.example"} | cici


@pytest.mark.soak
def test_a_million_rows_with_rubbish_among_them_come_in(room: Newsroom) -> None:
    bad = ["nobody", '"x,y@z', "a b@c.example", "@", "N" * 5000 + "@pembaca.example"]
    with (room.folder / "orang.csv").open("w") as file:
        file.write("email\n")
        for n in range(1_000_000):
            file.write(f"{bad[n // 100 % len(bad)] if n % 100 == 7 else f'o{n}@pembaca.example'}\n")
    words = ("subscribers", "import", "--list", "harian", "orang.csv")
    answer = room.program(*words, patience=900)
    assert answer.out == "10000 refused, 990000 added\n"
    assert len(answer.err.splitlines()) == 10_001  # and the rehearsal's line
    assert room.rows("SELECT count(*) FROM subscriptions") == [(990_000,)]


# tokens


def test_a_token_ends_its_own_subscription_and_no_other(room: Newsroom) -> None:
    room.subscribe(ANI, BUDI)
    token = token_of(room, 1)
    for said in (token, token.upper(), f"https://kantor.example/leave/{token}"):
        answer = room.run("unsubscribe", said)
        assert answer.code == 0, answer.said
        assert "a…@pembaca.example: off harian" in answer.out
    assert room.rows("SELECT subscriber_id FROM subscriptions WHERE ended_at IS NULL") == [(2,)]


def test_a_token_stays_valid_when_the_key_is_renewed(room: Newsroom) -> None:
    room.subscribe(ANI)
    before = token_of(room, 1)
    assert room.run("ledger", "newkey").code == 0
    assert token_of(room, 1) != before
    assert room.run("unsubscribe", before).code == 0
    assert room.run("subscribers", "list", "--json").json["subscribers"] == []


def test_a_token_that_is_none_is_refused(room: Newsroom) -> None:
    room.subscribe(ANI)
    assert room.run("unsubscribe", "a" * 32).code == 2
    assert len(room.run("subscribers", "list", "--json").json["subscribers"]) == 1


# one person


def test_a_person_is_given_all_that_is_kept_of_them(room: Newsroom) -> None:
    room.subscribe(ANI)
    room.write()
    room.publish()
    room.run("digest", at=EVENING)
    data = person(room, ANI)
    assert data["email"] == ANI
    [letter] = data["letters"]
    assert (letter["list"], letter["state"]) == ("harian", "sent")
    assert room.run("subscribers", "export", "--person", BUDI).code == 2


def test_who_is_forgotten_is_nowhere_and_stays_away(room: Newsroom) -> None:
    room.run("subscribers", "add", "--list", "harian", "--source", "Formulir Ani", ANI, BUDI)
    assert room.run("ledger", "backup", "salinan.db").code == 0
    assert len(traces(room, ANI)) >= 2
    answer = room.run("subscribers", "forget", "Ani@Pembaca.example")
    assert answer.code == 0
    assert "salinan.db: also erased in this copy" in answer.out
    for text in (ANI, "ani@"):
        assert traces(room, text) == []
    assert traces(room, BUDI) != []
    for words in (("add", ANI), ("import", "orang.csv")):
        (room.folder / "orang.csv").write_text(f"email\n{ANI}\n")
        said = room.run("subscribers", *words[:1], "--list", "harian", *words[1:])
        assert said.out == "1 left before\n"
    (room.folder / "orang.csv").unlink()
    assert traces(room, ANI) == []
    assert room.run("subscribers", "add", "--list", "harian", "--again", ANI).out == "1 added\n"


def test_a_copy_of_an_older_version_is_cleaned_too(room: Newsroom) -> None:
    room.subscribe(ANI, BUDI)
    old = room.folder / "syndicate.db.v1.bak"
    script = Path(__file__).parents[1] / "data" / "ledger-1.sqlite.sql"
    with closing(sqlite3.connect(old)) as db:
        db.executescript(script.read_text())
        [(email,), *_] = db.execute("SELECT email FROM subscribers").fetchall()
    room.run("subscribers", "forget", email)
    assert traces(room, email) == []


def test_a_copy_that_is_gone_is_named(room: Newsroom) -> None:
    room.subscribe(ANI)
    room.run("ledger", "backup", "salinan.db")
    (room.folder / "salinan.db").rename(room.folder.parent / "lemari.db")
    answer = room.run("subscribers", "forget", ANI)
    assert answer.code == 3
    assert "salinan.db: it is not there any more" in answer.err
    assert traces(room, ANI) == []


def test_who_is_forgotten_between_two_letters_gets_none(room: Newsroom) -> None:
    room.subscribe(ANI, BUDI)
    room.write()
    room.publish()
    room.run("digest", "--sample", "1", at=EVENING)
    room.run("subscribers", "forget", BUDI, at=EVENING)
    assert room.run("digest", "--resume", at=EVENING).code == 0
    assert room.readers == [ANI]


# what is kept of letters


def age(room: Newsroom, days: int) -> None:
    with closing(sqlite3.connect(room.ledger)) as db, db:
        db.execute(f"UPDATE runs SET ended_at = datetime(ended_at, '-{days} days')")


def test_single_letters_become_counts_after_a_while(room: Newsroom) -> None:
    room.subscribe(ANI, BUDI)
    room.write()
    room.publish()
    room.run("digest", at=EVENING)
    before = room.run("digest", "--status", "--json").json["digests"][0]["states"]
    age(room, 91)
    room.write("dua.md", headline="Kabar kedua")
    room.publish("dua.md", at="2026-05-05T09:00:00+07:00")
    room.run("digest", at="2026-05-05T17:01:00+07:00")
    digests = room.run("status", "--json").json["digests"]
    assert {one["key"]: one["states"] for one in digests}["2026-05-04T17:00:00+07:00"] == before
    assert len(room.rows("SELECT * FROM letters")) == 2  # the newest digest's


def test_what_was_withdrawn_is_told_to_those_whose_letters_are_only_counted(
    room: Newsroom,
) -> None:
    room.subscribe(ANI)
    room.write()
    room.publish(at=MORNING)
    room.run("digest", at=EVENING)
    age(room, 91)
    room.write("dua.md", headline="Kabar kedua")
    room.publish("dua.md", at="2026-05-05T09:00:00+07:00")
    room.run("digest", at="2026-05-05T17:01:00+07:00")
    room.run("withdraw", "kabar.md", "--reason", "Keliru.", at="2026-05-06T09:00:00+07:00")
    assert room.run("digest", at="2026-05-06T17:01:00+07:00").code == 0
    assert "Keliru." in room.letters[-1].as_string()


def test_a_ledger_keeps_letters_as_long_as_it_is_told(room: Newsroom) -> None:
    config = room.folder / "config.toml"
    for keep, code in ((0, 1), (36501, 1), (30, 0)):
        text = config.read_text()
        config.write_text(text.replace("[ledger]\n", f"[ledger]\nkeep = {keep}\n", 1))
        answer = room.run("status", at=NOON)
        assert answer.code == code, answer.said
        assert ("ledger.keep: " in answer.err) is bool(code)
        config.write_text(text)
