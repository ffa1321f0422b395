"""One clock orders what machines do: the database's, whatever theirs show."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from support.machine import AUDIT, Machine, Point, Site
from support.newsroom import Answer
from syndicate.loopback.botapi import Http500

MORNING = "2027-05-04T09:00:00+07:00"  # a Tuesday
BEFORE, AFTER = "2027-05-04T16:56:00+07:00", "2027-05-04T17:01:00+07:00"
NEXT_DAY = "2027-05-05T17:02:00+07:00"
MINUTES = timedelta(minutes=1)
READER = "ani@pembaca.example"


@pytest.fixture
def fast(site: Site) -> Machine:
    return site.machine("cepat", 9 * MINUTES)


@pytest.fixture
def slow(site: Site) -> Machine:
    return site.machine("lambat", -9 * MINUTES)


def done(answer: Answer) -> Answer:
    assert answer.code == 0, answer.said
    return answer


def carried(machine: Machine) -> list[tuple[str, str]]:
    """(the end of a window in Jakarta, the file's name), for each article of each digest."""
    rows = machine.rows(
        "SELECT closed_at, path FROM edition_items JOIN editions ON id = edition_id"
        " JOIN articles ON articles.uri = edition_items.uri ORDER BY closed_at, path"
    )
    return [(f"{at + timedelta(hours=7):%d %H:%M}", path.rpartition("/")[2]) for at, path in rows]


def test_a_window_ends_by_the_databases_clock_and_a_promise_is_kept(
    site: Site, fast: Machine, slow: Machine
) -> None:
    """The issue's case, both ways: before 17:00 a fast clock closes nothing, after it a slow one
    promises nothing that is over."""
    site.turn_to(MORNING)
    fast.only("harian")
    slow.only("harian")
    fast.subscribe(READER)
    site.turn_to(BEFORE)
    done(fast.run("tick"))  # its clock shows 17:05
    slow.write("tadi.md", headline="Sebelum jam lima")
    assert "in the digest of 4 May 2027 17:00 WIB" in slow.publish("tadi.md").out
    site.turn_to(AFTER)
    done(fast.run("tick"))
    slow.write("kini.md", headline="Sesudah jam lima")  # whose clock shows 16:52
    assert "in the digest of 5 May 2027 17:00 WIB" in slow.publish("kini.md").out
    done(slow.run("tick"))
    site.turn_to(NEXT_DAY)
    done(slow.run("tick"))  # at 16:53 by its clock
    assert carried(slow) == [("04 17:00", "tadi.md"), ("05 17:00", "kini.md")]
    assert len(slow.letters) == 2


@pytest.mark.soak
def test_no_moment_in_the_ledger_is_a_machines_own(
    site: Site, fast: Machine, slow: Machine
) -> None:
    site.turn_to(MORNING)
    fast.subscribe(READER)
    fast.write()
    fast.publish()
    slow.write("lain.md", headline="Kabar lain", body="Isi yang lain.")
    slow.publish("lain.md")
    slow.subscribe("budi@pembaca.example")
    done(slow.run("withdraw", fast.uri(), "--reason", "Salah", "--yes"))
    site.turn_to(AFTER)
    done(fast.run("tick"))
    slow.run("subscribers", "remove", "--list", "harian", READER)
    acts = [datetime.fromisoformat(one) for one in (MORNING, AFTER)]
    columns = slow.rows(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND data_type LIKE 'timestamp%'"
    )
    filled = set()
    for table, column in columns:
        for (moment,) in slow.rows(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL"):
            filled.add(table)
            is_of_an_act = any(act - MINUTES < moment < act + 3 * MINUTES for act in acts)
            assert is_of_an_act or column in LATER + EXACT, f"{table}.{column}: {moment}"
    assert filled >= {"ledger", "revisions", "syndications", "attempts", "letters", "runs"}


LATER = ("claimed_until", "not_before", "next_at", "minute")  # moments that are to come
EXACT = ("closed_at",)  # the end of a window


@pytest.mark.soak
def test_who_slept_through_the_end_of_a_window_takes_part_in_the_next(
    site: Site, satu: Machine, dua: Machine
) -> None:
    """The clock that was carried on is asked for again where something is planned."""
    site.turn_to(MORNING)
    for machine in (satu, dua):
        machine.only("harian")
    satu.subscribe(READER)
    site.turn_to(BEFORE)
    satu.write()
    asleep = satu.start("publish", "kabar.md", stops=Point("syndicate.ledger:Ledger.planning"))
    asleep.wait_until_still()
    site.turn_to(AFTER)
    done(dua.run("tick"))
    asleep.thaw()
    assert "in the digest of 5 May 2027 17:00 WIB" in done(asleep.answer()).out
    [(came, closed)] = satu.rows("SELECT at, closed_at FROM syndications, editions")
    assert came > closed
    site.turn_to(NEXT_DAY)
    done(dua.run("tick"))
    assert carried(satu) == [("05 17:00", "kabar.md")]


@pytest.mark.soak
def test_what_comes_while_the_databases_clock_was_set_back_is_in_the_next_digest(
    site: Site, satu: Machine, dua: Machine
) -> None:
    """As where a standby takes over whose clock is behind: the order in the ledger counts."""
    site.turn_to(MORNING)
    for machine in (satu, dua):
        machine.only("harian")
    satu.subscribe(READER)
    site.turn_to(AFTER)
    done(satu.run("tick"))
    site.turn_to(BEFORE)
    dua.write()
    assert "in the digest of 5 May 2027 17:00 WIB" in dua.publish().out
    done(dua.run("tick"))
    site.turn_to(NEXT_DAY)
    done(satu.run("tick"))
    assert carried(satu) == [("05 17:00", "kabar.md")]
    assert len(satu.letters) == 1


@pytest.mark.soak
def test_what_two_machines_change_is_dated_in_the_order_in_which_they_did_it(
    site: Site, fast: Machine, slow: Machine
) -> None:
    site.turn_to(MORNING)
    for number, machine in enumerate((fast, slow, fast, slow)):
        machine.only("feed")
        machine.write(f"{number}.md", headline=f"Kabar {number}", body=f"Isi yang ke-{number}.")
        machine.publish(f"{number}.md")
    rewritten = slow.folder / "3.md"
    rewritten.write_text(rewritten.read_text().replace("ke-3", "ketiga"))
    slow.publish("3.md", "--note", "Bukan ke-3, tetapi ketiga.")
    updated = slow.rows("SELECT path FROM articles ORDER BY updated_at")
    assert [path.rpartition("/")[2] for (path,) in updated] == [f"{n}.md" for n in range(4)]
    assert [one["title"] for one in slow.entries][:4] == [f"Kabar {n}" for n in (3, 2, 1, 0)]
    stamps = [datetime.fromisoformat(one["date_modified"]) for one in slow.entries]
    assert stamps == sorted(stamps, reverse=True)


@pytest.mark.soak
def test_what_a_fast_machine_sees_expires_when_it_should(site: Site, fast: Machine) -> None:
    site.turn_to(MORNING)
    fast.only("feed")
    fast.write(expires="2027-05-04T09:05:00+07:00")
    fast.publish()  # at 09:09 by its clock
    assert "expired" not in str(fast.entries)
    assert fast.rows("SELECT expired FROM articles") == [(False,)]
    site.turn_to("2027-05-04T09:06:00+07:00")
    done(site.machine("lambat", -9 * MINUTES).run("tick"))
    assert fast.rows("SELECT expired FROM articles") == [(True,)]


@pytest.mark.soak
def test_a_machine_is_told_by_every_command_that_its_clock_is_off(
    site: Site, satu: Machine
) -> None:
    late = site.machine("lambat", -3 * MINUTES)
    late.write()
    publish = ("publish", "kabar.md", "--channel", "feed")
    said = "this machine's clock is 3 minutes behind the database's"
    for command in (publish, ("subscribers", "list"), ("tick",), ("check", "kabar.md")):
        [line] = [line for line in done(late.run(*command)).err.splitlines() if "clock" in line]
        assert line.startswith(said)
        assert "NTP" in line
    status = done(late.run("status"))
    assert said in status.out
    assert said in status.err
    found = late.run("status", "--json").json
    assert found["clock"].startswith(said)
    assert -185 < found["clock_off"] < -175
    assert not found["far_off"]
    right = done(satu.run("status", "--json"))
    assert "clock" not in right.err
    assert right.json["clock"] == ""
    assert abs(right.json["clock_off"]) <= 2  # seconds; the machine may be busy


@pytest.mark.soak
def test_a_machine_whose_clock_is_far_off_writes_nothing(site: Site, satu: Machine) -> None:
    far = site.machine("jauh", 11 * MINUTES)
    assert "nothing was done" in far.run("tick").complaint
    assert contents(satu) == {}  # not even the tables
    satu.write()
    satu.publish()
    before = contents(satu)
    far.write("lain.md", headline="Kabar lain", body="Isi yang lain.")
    for command in (
        ("publish", "lain.md"), ("tick",), ("withdraw", satu.uri(), "--reason", "Salah", "--yes"),
        ("subscribers", "add", "--list", "harian", READER), ("ledger", "restored"),
    ):  # fmt: skip
        answer = far.run(*command)
        assert answer.code == 1
        assert answer.complaint.startswith(
            "syndicate: this machine's clock is 11 minutes ahead of the database's: nothing was"
        )
        assert "NTP" in answer.complaint
    assert "uri:" not in (far.folder / "lain.md").read_text()
    check = far.run("status", "--check")
    assert check.code == 2
    assert check.out.startswith("SYNDICATE CRITICAL - this machine's clock is 11 minutes ahead")
    status = far.run("status", "--json")
    assert status.code == status.json["exit_code"] == 3
    assert status.json["far_off"]
    assert far.run("publish", "lain.md", "--dry-run").code == 0
    assert contents(satu) == before
    assert len(satu.posts) == 1


def contents(machine: Machine) -> dict[str, object]:
    tables = machine.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {name: sorted(map(str, machine.rows(f"SELECT * FROM {name}"))) for (name,) in tables}


@pytest.mark.soak
def test_a_slow_machine_takes_no_old_doubt_for_a_fresh_one(
    site: Site, satu: Machine, slow: Machine
) -> None:
    """A post that may still come is let be; how old it is goes by the ledger's clock."""
    for machine in (satu, slow):
        machine.only("telegram")
        machine.change("telegram", audit_chat=f"{AUDIT}")
    for name, code in (("awal", 0), ("kabar", 4), ("akhir", 0)):
        satu.write(f"{name}.md", headline=f"Kabar {name}", body=f"Isi dari {name}.")
        if code:
            site.api.faults.append(Http500(done=False))
        assert satu.run("publish", f"{name}.md").code == code
        if name != "akhir":
            let_pass(satu)
    done(slow.run("tick"))
    assert [post.partition("\n")[0] for post in satu.posts] == [
        "Kabar awal", "Kabar akhir", "Kabar kabar",
    ]  # fmt: skip


def let_pass(machine: Machine) -> None:
    """Let everything have happened five minutes earlier, and end its pauses."""
    for column in ("started_at", "ended_at"):
        machine.change_ledger(f"UPDATE attempts SET {column} = {column} - interval '5 min'")
    machine.let_pauses_end()


@pytest.mark.soak
def test_a_rehearsal_shifts_the_databases_clock(site: Site, fast: Machine, slow: Machine) -> None:
    """Whatever the machines' clocks show, and however far ahead it is."""
    site.turn_to(MORNING)
    for machine in (fast, slow):
        machine.only("harian")
    rehearsed, evening, later = (
        f"2031-05-{at}+07:00" for at in ("05T16:59:50", "05T17:00:10", "07T09:00:00")
    )
    fast.subscribe(READER, at=rehearsed)
    fast.write(expires="2031-05-06T09:00:00+07:00")
    assert "in the digest of 5 May 2031 17:00 WIB" in fast.publish(at=rehearsed).out
    assert slow.run("tick", at=evening).code == 0
    assert carried(slow) == [("05 17:00", "kabar.md")]
    assert slow.rows("SELECT expired FROM articles") == [(False,)]
    assert slow.run("tick", at=later).code == 0
    assert slow.rows("SELECT expired FROM articles") == [(True,)]
    [(recorded,)] = slow.rows("SELECT recorded_at FROM revisions")
    assert timedelta(0) <= recorded - datetime.fromisoformat(rehearsed) < MINUTES
