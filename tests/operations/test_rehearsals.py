"""$SYNDICATE_NOW: a ledger made under it reaches nobody, and a real one does not bear it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.newsroom import EVENING, MORNING, NOON, REAL, TEST_CHAT, Newsroom

ANI = "ani@pembaca.example"
FAR = "2027-03-01T17:01:00+07:00"

MAIL_SMTP = "smtp://relay.contoh.go.id:2525"
API = "https://api.contoh.go.id"


@pytest.fixture
def real(room: Newsroom) -> Newsroom:
    """An office at work: its ledger was made by the real clock."""
    room.change("telegram", test_chat=TEST_CHAT)
    room.write()
    assert room.run("publish", "kabar.md", at=REAL).code == 0
    room.subscribe(ANI, at=REAL)
    return room


@pytest.fixture
def rehearsal(room: Newsroom) -> Newsroom:
    """An office whose ledger was made under $SYNDICATE_NOW."""
    room.write()
    room.publish()
    room.subscribe(ANI)
    return room


@contextmanager
def nothing_sent(room: Newsroom) -> Iterator[None]:
    before = room.effects, room.remembered()
    yield
    assert (room.effects, room.remembered()) == before


# a real ledger

WRITES = [
    ["publish", "kabar.md"],
    ["publish", "kabar.md", "--note", "Jamnya."],
    ["publish", "kabar.md", "--test"],
    ["publish", "kabar.md", "--test", "--dry-run"],
    ["withdraw", "kabar.md", "--reason", "Batal."],
    ["digest"],
    ["digest", "--to", "me@kantor.example"],
    ["digest", "--sample", "1"],
    ["digest", "--resume"],
    ["tick"],
    ["resolve", "1", "--not-sent"],
    ["adopt", "kabar.md", "1", "--channel", "telegram"],
    ["subscribers", "add", "--list", "harian", "budi@pembaca.example"],
    ["subscribers", "remove", "--list", "harian", ANI],
    ["subscribers", "forget", ANI],
    ["subscribers", "import", "--list", "harian", "people.csv"],
    ["subscribers", "bounce", "--list", "harian", "letter.eml"],
    ["subscribers", "export", "--list", "harian"],
    ["unsubscribe", "0" * 32],
    ["channels", "move", "feed"],
    ["channels", "rename", "telegram", "kabar"],
    ["channels", "retire", "telegram"],
    ["ledger", "backup", "copy.db"],
    ["ledger", "newkey"],
    ["ledger", "restored"],
]
LOOKS = [
    ["check", "kabar.md"],
    ["status"],
    ["status", "kabar.md"],
    ["history", "kabar.md"],
    ["publish", "kabar.md", "--dry-run"],
    ["withdraw", "kabar.md", "--reason", "Batal.", "--dry-run"],
    ["digest", "--dry-run"],
    ["subscribers", "import", "--list", "harian", "people.csv", "--dry-run"],
]


def test_a_real_ledger_bears_no_other_clock_where_anything_is_done(real: Newsroom) -> None:
    (real.folder / "people.csv").write_text("email\nbudi@pembaca.example\n")
    (real.folder / "letter.eml").write_text("Subject: hello\n\nhello\n")
    for words in WRITES:
        with nothing_sent(real):
            answer = real.run(*words, at=FAR)
            assert answer.code == 2, words
            assert "$SYNDICATE_NOW is set, and ledger.url names a real ledger" in answer.complaint
            assert "nothing was done" in answer.complaint
    assert not (real.folder / "copy.db").exists()


def test_a_real_ledger_may_be_looked_at_by_another_clock(real: Newsroom) -> None:
    (real.folder / "people.csv").write_text("email\nbudi@pembaca.example\n")
    for words in LOOKS:
        with nothing_sent(real):
            answer = real.run(*words, at=FAR)
            overdue = words[0] == "status" and "kabar.md" not in words  # months have passed
            assert answer.code == (3 if overdue else 0), answer.said
            assert "rehearsal: the clock shows 1 March 2027 17:01 WIB" in answer.err
            assert "for rehearsals only" not in answer.err


def test_after_a_look_by_another_clock_the_real_one_goes_on(real: Newsroom) -> None:
    for words in LOOKS:
        real.run(*words, at=FAR)
    real.rewrite("Isi kabar.", "Isi lain.")
    assert real.run("publish", "kabar.md", "--minor", at=REAL).code == 0
    assert "rehearsal" not in real.run("status", at=REAL).err


def test_a_ledger_of_an_older_program_is_a_real_one(room: Newsroom, folder: Path) -> None:
    """And is not even brought up to date under another clock."""
    import sqlite3
    from contextlib import closing

    dump = Path(__file__).parents[1] / "data" / "ledger-1.sqlite.sql"
    with closing(sqlite3.connect(room.ledger)) as db:
        db.executescript(dump.read_text(encoding="utf-8"))
    with nothing_sent(room):
        assert "a real ledger" in room.run("tick").complaint


def test_by_the_real_clock_nothing_is_said_of_clocks(real: Newsroom) -> None:
    answer = real.run("tick", at=REAL)
    assert answer.code == 0
    assert "clock" not in answer.said
    assert "rehearsal" not in answer.said


# a rehearsal's ledger


def test_a_ledger_made_under_the_variable_is_a_rehearsal_for_ever(rehearsal: Newsroom) -> None:
    for words in (["status"], ["history", "kabar.md"], ["publish", "kabar.md"], ["tick"],
                  ["subscribers", "list"], ["channels", "list"], ["check", "kabar.md"],
                  ["digest", "--status"], ["publish", "kabar.md", "--dry-run"]):  # fmt: skip
        for at in (NOON, REAL):
            lines = rehearsal.run(*words, at=at).err.splitlines()
            [line] = [line for line in lines if "for rehearsals only" in line]
            assert line.startswith("rehearsal: ")
            assert ("$SYNDICATE_NOW is set" in line) is (at == NOON)
    assert json.loads(rehearsal.run("status", "--json", at=REAL).out)["rehearsal"] is True


def test_a_copy_of_a_rehearsal_s_ledger_is_one_too(rehearsal: Newsroom) -> None:
    assert rehearsal.run("ledger", "backup", "copy.db", at=REAL).code == 0
    rehearsal.ledger_url = "sqlite:///copy.db"
    rehearsal.configure()
    assert "rehearsal: " in rehearsal.run("status", at=REAL).err


def test_a_dry_run_that_makes_no_ledger_makes_none_for_rehearsals(room: Newsroom) -> None:
    room.write(uri="tag:kantor.example,2099-01-01:kabar")
    assert room.run("publish", "kabar.md", "--dry-run").code == 0
    assert not room.ledger.exists()
    assert room.run("publish", "kabar.md", at=REAL).code == 0
    assert "rehearsal" not in room.run("status", at=REAL).err


@pytest.mark.parametrize("at", [NOON, REAL])
@pytest.mark.parametrize(
    ("channel", "settings"),
    [
        ("telegram", {"api": API}),
        ("telegram", {"api": "https://127.0.0.1.contoh.go.id"}),
        ("telegram", {"api": "http://192.168.1.9:8081"}),
        ("feed", {"directory": "../elsewhere"}),
        ("feed", {"directory": "{outside}/feed"}),
    ],
)
def test_a_rehearsal_reaches_nobody(
    rehearsal: Newsroom, at: str, channel: str, settings: dict[str, str]
) -> None:
    outside = rehearsal.folder.parent / "elsewhere"
    said = {name: one.format(outside=outside) for name, one in settings.items()}
    rehearsal.change(channel, **said)
    rehearsal.write("lain.md", "Yang lain.", headline="Kabar kedua")
    before = len(rehearsal.api.requests)
    answer = rehearsal.run("publish", "lain.md", "--channel", channel, at=at)
    assert answer.code == 3
    [setting] = settings
    assert f"channels.{channel}.{setting}: leads away from this machine" in answer.out
    assert len(rehearsal.api.requests) == before
    assert not outside.exists()
    assert rehearsal.run("tick", at=at).code == 3
    assert len(rehearsal.api.requests) == before
    assert not outside.exists()


@pytest.mark.parametrize("at", [EVENING, REAL])
def test_a_rehearsal_s_digest_goes_to_no_relay_elsewhere(rehearsal: Newsroom, at: str) -> None:
    rehearsal.change("harian", smtp=MAIL_SMTP)
    for words in (["digest", "--to", "me@kantor.example"], ["digest"], ["tick"]):
        answer = rehearsal.run(*words, at=at)
        assert answer.code == 3, answer.said
        assert "channels.harian.smtp: leads away from this machine" in answer.said
    assert rehearsal.letters == []


def test_a_rehearsal_s_urgent_letter_goes_to_no_relay_elsewhere(rehearsal: Newsroom) -> None:
    rehearsal.change("harian", smtp=MAIL_SMTP, immediate=True)
    rehearsal.write("lain.md", "Yang lain.", headline="Kabar kedua", urgency=1)
    answer = rehearsal.run("publish", "lain.md", at=NOON)
    assert answer.code == 3
    assert "channels.harian.smtp: leads away" in answer.said


def test_a_rehearsal_writes_letters_into_a_maildir_and_to_loopback(rehearsal: Newsroom) -> None:
    assert rehearsal.run("digest", at=EVENING).code == 0
    assert rehearsal.readers == [ANI]
    away = rehearsal.folder.parent / "letters"
    rehearsal.change("harian", smtp=f"maildir:{away}")
    assert rehearsal.run("digest", "--to", ANI, at=NOON).code == 0
    rehearsal.write("lain.md", "Yang lain.", headline="Kabar kedua")
    rehearsal.publish("lain.md", at=EVENING)
    assert rehearsal.run("digest", at="2026-05-05T17:01:00+07:00").code == 0
    assert len(list((away / "new").iterdir())) >= 1


def test_a_rehearsal_posts_to_a_test_destination(rehearsal: Newsroom) -> None:
    rehearsal.change("telegram", test_chat=TEST_CHAT)
    before = len(rehearsal.posts)
    for at in (NOON, REAL):
        assert rehearsal.run("publish", "kabar.md", "--test", at=at).code == 0
    assert len(rehearsal.posts) == before + 2


def test_a_rehearsal_writes_no_identity_outside_its_folder(rehearsal: Newsroom) -> None:
    path = rehearsal.write("lain.md", "Yang lain.", headline="Kabar kedua")
    away = rehearsal.folder.parent / "lain.md"
    shutil.move(path, away)
    before = away.read_bytes()
    link = rehearsal.folder / "tautan.md"
    link.symlink_to(away)
    for at in (NOON, REAL):
        for named in (away, link):
            answer = rehearsal.run("publish", str(named), at=at)
            assert answer.code == 1
            assert "copy it there" in answer.complaint
            assert away.read_bytes() == before
    assert rehearsal.run("publish", str(away), "--dry-run").code == 0
    shutil.move(away, path)
    rehearsal.publish("lain.md")
    assert rehearsal.uri("lain.md")


def test_a_rehearsal_runs_no_command_and_tells_no_hub_elsewhere(rehearsal: Newsroom) -> None:
    script = rehearsal.folder / "push.sh"
    script.write_text("#!/bin/sh\necho ran >pushed\n")
    script.chmod(0o755)
    rehearsal.change("feed", after=["./push.sh"], hubs=["https://hub.contoh.go.id/"])
    rehearsal.write("lain.md", "Yang lain.", headline="Kabar kedua")
    answer = rehearsal.run("publish", "lain.md")
    assert answer.code == 0
    assert "channels.feed.after: leads away" in answer.said
    assert "channels.feed.hubs: leads away" in answer.said
    assert not list(rehearsal.folder.rglob("pushed"))
    assert rehearsal.run("tick", at=REAL).code == 0


def test_a_rehearsal_asks_no_other_site_for_the_size_of_a_picture(rehearsal: Newsroom) -> None:
    picture = "https://foto.contoh.go.id/a.jpg"
    shown = [{"file": picture, "alt": "rapat"}]
    rehearsal.write("lain.md", "Yang lain.", headline="Kabar kedua", associations=shown)
    answer = rehearsal.run("publish", "lain.md")
    assert f"{picture}: a rehearsal does not ask other sites" in answer.said


def test_a_rehearsal_reads_nobody_s_mailbox(rehearsal: Newsroom) -> None:
    away = rehearsal.folder.parent / "surat"
    for part in ("new", "cur", "tmp"):
        (away / part).mkdir(parents=True)
    (away / "new" / "1").write_text(f"From: {ANI}\nSubject: berhenti\n\nberhenti\n")
    for inbox in (f"maildir:{away}", "imaps://humas:rahasia@imap.contoh.go.id/INBOX"):
        rehearsal.change("harian", inbox=inbox)
        answer = rehearsal.run("tick", at=REAL)
        assert "channels.harian.inbox: a rehearsal does not read this mailbox" in answer.out
        answer = rehearsal.run("subscribers", "bounce", "--list", "harian", inbox, at=REAL)
        assert answer.code == 3
        assert "a rehearsal does not read this mailbox" in answer.said
        assert "rahasia" not in answer.said
    assert [path.name for path in (away / "new").iterdir()] == ["1"]
    shutil.move(away, rehearsal.folder / "surat")
    rehearsal.change("harian", inbox="maildir:surat")
    assert rehearsal.run("tick", at=REAL).code == 0
    assert list((rehearsal.folder / "surat" / "new").iterdir()) == []


def test_a_channel_that_does_not_say_counts_as_a_real_one(rehearsal: Newsroom) -> None:
    (rehearsal.folder / "wall.py").write_text(
        "from pathlib import Path\n"
        "from dataclasses import dataclass\n"
        "from syndicate import Channel, Receipt, Rendition, Scope\n"
        "@dataclass(kw_only=True)\n"
        "class Wall(Channel):\n"
        "    kind = 'wall'\n"
        "    scope = Scope.ARTICLE\n"
        "    def render(self, edition):\n"
        "        yield Rendition(address='note', media_type='text/plain', content=b'hello')\n"
        "    def publish(self, delivery):\n"
        "        Path('wall.txt').write_bytes(delivery.rendition.content)\n"
        "        return Receipt(reference='note')\n"
        "    def target(self):\n"
        "        return 'wall'\n"
    )
    rehearsal.channels["wall"] = {"kind": "./wall.py:Wall"}
    rehearsal.configure()
    rehearsal.write("lain.md", "Yang lain.", headline="Kabar kedua")
    answer = rehearsal.run("publish", "lain.md", at=MORNING)
    assert answer.code == 3
    assert "channels.wall: leads away from this machine" in answer.out
    assert not (rehearsal.folder / "wall.txt").exists()


def test_the_demo_has_a_ledger_of_its_own(room: Newsroom) -> None:
    room.write()
    assert room.run("publish", "kabar.md", at=REAL).code == 0
    before = room.remembered()
    for at in (NOON, REAL):
        assert room.run("demo", "demo", at=at).code == 0
        assert "rehearsal: " in room.run("-c", "demo/config.toml", "status", at=REAL).err
    assert room.remembered() == before


@pytest.mark.parametrize(
    "words",
    [["status"], ["check", "kabar.md"], ["subscribers", "list"], ["subscribers", "export"]],
    ids=" ".join,
)
def test_a_mere_look_makes_no_ledger_and_so_none_for_rehearsals(
    room: Newsroom, words: list[str]
) -> None:
    room.write()
    answer = room.run(*words, at=FAR)
    assert answer.code == 0, answer.said
    assert "for rehearsals only" not in answer.err
    assert not room.ledger.exists()


@pytest.mark.parametrize("at", ["9999-12-31T23:59:00+07:00", "0001-01-01T00:00:00+07:00"])
def test_a_moment_that_has_none_before_or_after_it_is_refused(room: Newsroom, at: str) -> None:
    answer = room.run("status", at=at)
    assert answer.code == 2
    assert "$SYNDICATE_NOW: write it like 2024-05-02T09:00:00+07:00" in answer.complaint
