"""Every number that a command says, on each database: a table over the commands."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import syndicate
from machines.test_ticks import letter, tokens
from support.newsroom import CHAT, EVENING, MORNING, NEXT_EVENING, TOKEN, Newsroom, newsroom
from support.postman import OURS, bounce
from syndicate.loopback.botapi import Flood
from syndicate.loopback.smtp import SmtpFault

READERS = [f"{name}@pembaca.example" for name in ("ani", "budi", "cici")]
LEAVING = [f"pergi{number}@pembaca.example" for number in range(3)]


@pytest.fixture
def office(tmp_path: Path, ledger_url: str) -> Iterator[Newsroom]:
    """An office on each database in turn."""
    with newsroom(tmp_path / "kantor") as room:
        room.ledger_url = ledger_url.replace("+psycopg", "")
        room.configure()
        room.only("harian")
        yield room


def test_a_digest_says_how_many_letters_it_has(office: Newsroom) -> None:
    office.subscribe(*READERS)
    office.write()
    office.publish()
    assert (
        "1 new, 0 corrected or withdrawn, 3 letters"
        in office.run("digest", "--dry-run", at=EVENING).out
    )
    frozen, letters = office.run("digest", "--json", at=EVENING).json["lines"]
    assert frozen["why"] == "1 new, 0 corrected or withdrawn, 3 letters"
    assert letters["why"] == "3 sent"
    [kept] = office.run("status", "--json", at=EVENING).json["digests"]
    assert (kept["letters"], kept["states"]) == (3, {"sent": 3})
    assert "3 sent" in office.run("digest", "--status", at=EVENING).out


def test_a_digest_that_nobody_gets_says_so(office: Newsroom) -> None:
    office.write()
    office.publish()
    said = office.run("digest", at=EVENING).out
    assert "1 new, 0 corrected or withdrawn, 0 letters" in said
    assert "harian: the list has no subscribers" in said
    office.write("dua.md", headline="Kabar kedua")
    office.publish("dua.md", at=EVENING)
    assert "harian: the list has no subscribers" in office.run("tick", at=NEXT_EVENING).out


def test_no_count_of_rows_is_asked_of_a_statement_that_may_not_know_it() -> None:
    asks = [path for path in Path(syndicate.__file__).parent.rglob("*.py")
            if ".rowcount" in path.read_text(encoding="utf-8")]  # fmt: skip
    assert [path.name for path in asks] == ["engine.py"]  # execute_counting()


@dataclass(frozen=True)
class Said:
    """What a command is to say: a sentence, and the value at a path of its JSON."""

    command: str
    sentence: str
    path: str = ""
    value: object = None
    code: int = 0
    at: str = MORNING


def counts(room: Newsroom, *table: Said) -> None:
    """Run each command once: by its sentence, or as JSON where only that is looked at."""
    for one in table:
        words = shlex.split(one.command)
        answer = room.run(*words, *(["--json"] if one.path else []), at=one.at)
        assert answer.code == one.code, (one, answer.said)
        assert one.sentence in answer.said, (one, answer.said)
        if one.path:
            found = answer.json
            for step in one.path.split("."):
                found = found[int(step) if step.isdecimal() else step]
            assert found == one.value, (one, found)


def test_every_count_of_readers_is_the_same_on_both_databases(office: Newsroom) -> None:
    (office.folder / "daftar.csv").write_text(
        "email,status\nani@pembaca.example,unsubscribed\nbudi@pembaca.example,active\n"
        "dewi@pembaca.example,active\neko@pembaca.example,unsubscribed\n"
    )
    became = {"added": 1, "known": 1, "left": 1, "left before": 1}
    counts(
        office,
        Said(f"subscribers add {' '.join(READERS)}", "", "counts", {"added": 3}),
        Said(f"subscribers add {READERS[0]}", "1 known"),
        Said("subscribers import daftar.csv --dry-run", "", "counts", became),
        Said("subscribers import daftar.csv", "1 left, 1 known, 1 added, 1 left before"),
        Said("subscribers import daftar.csv", "", "counts", {"left before": 2, "known": 2}),
        Said("subscribers remove budi@pembaca.example --yes", "1 removed"),
        Said("subscribers remove cici@pembaca.example --yes", "", "removed", 1),
        Said("subscribers remove cici@pembaca.example --yes", "", "removed", 0),
        Said("subscribers forget cici@pembaca.example --yes", "", "forgotten.0.known", True),
        Said("subscribers forget cici@pembaca.example --yes", "", "forgotten.0.known", False),
        Said("subscribers add fani@pembaca.example gita@pembaca.example", "2 added"),
    )
    assert len(office.run("subscribers", "list", "--json").json["subscribers"]) == 3


def test_every_count_of_letters_is_the_same_on_both_databases(office: Newsroom) -> None:
    office.change("harian", immediate=True)
    office.subscribe(*READERS, "dewi@pembaca.example")
    office.write()
    office.publish()
    office.write("gawat.md", headline="Gawat", urgency=1)
    counts(
        office,
        Said("publish gawat.md --dry-run", "is sent at once to 4 readers"),
        Said("publish gawat.md", "4 sent"),
    )
    office.smtp.faults = [
        SmtpFault(at="rcpt", do="defer", recipient=READERS[0]),
        SmtpFault(at="rcpt", do="refuse", recipient=READERS[1], text="5.1.1 no such user"),
        SmtpFault(at="dot", do="hang up", recipient=READERS[2]),
    ]
    four = "4 letters"
    [[digest]] = told(office, "digest --dry-run", lambda found: [[found["lines"][0]["why"]]])
    assert four in digest
    states = {"deferred": 1, "refused": 1, "in_doubt": 1, "sent": 1}
    counts(
        office,
        Said("digest", f"1 new, 0 corrected or withdrawn, {four}", code=4, at=EVENING),
        Said("status", "", "digests.0.states", states, code=4, at=EVENING),
        Said("status", "", "digests.0.letters", 4, code=4, at=EVENING),
        Said("status", "", "digests.0.composed", 1, code=4, at=EVENING),
        Said("digest --status", "4 letters, 1 deferred, 1 in doubt, 1 refused, 1 sent", at=EVENING),
        Said("status", "", "waiting.0.count", 1, code=4, at=EVENING),
        Said("status", "1 letter waits until", code=4, at=EVENING),
        Said("channels resume harian", "", "ended.0.count", 1, at=EVENING),
    )


def told(room: Newsroom, command: str, path: Callable[[Any], Any]) -> Any:
    """What a command's JSON says somewhere, in the evening."""
    return path(room.run(*shlex.split(command), "--json", at=EVENING).json)


def test_every_count_of_an_inbox_is_the_same_on_both_databases(office: Newsroom) -> None:
    office.change(
        "harian", inbox="maildir:masuk", bounces="balik@kantor.example", authserv=OURS,
        leavers="34% of 1",
    )  # fmt: skip
    for name in ("new", "cur", "tmp"):
        (office.folder / "masuk" / name).mkdir(parents=True)
    office.subscribe(*READERS, *LEAVING)
    token = dict(tokens(office))
    vouched = f"Authentication-Results: {OURS}; dmarc=pass header.from=pembaca.example\r\n"
    came = [
        letter("baru@pembaca.example", "subscribe"), letter("lain@pembaca.example", "subscribe"),
        letter(READERS[0], f"unsubscribe {token[READERS[0]]}"),
        bounce(token[READERS[1]], "4.2.2"), bounce(token[READERS[2]], name="y"),
        letter("siapa@pembaca.example", "Halo"),
        *(vouched.encode() + letter(who, "unsubscribe") for who in LEAVING),
    ]  # fmt: skip
    for number, content in enumerate(came):
        (office.folder / "masuk" / "new" / f"{number}.kantor").write_bytes(content)
    said = office.run("tick").out
    for what in (
        "2 left",
        "2 wait for your decision",
        "2 asked to confirm that they join",
        "1 bounced",
        "1 left unread for you",
    ):
        assert what in said, said
    assert "1 bounced, no longer written to" in said
    assert len(office.letters) == 4  # two questions, two goodbyes
    counts(
        office,
        Said("status", "", "leaving", {"harian": 2}, code=3),
        Said("status", "harian: 2 who wrote in a day that they leave", code=3),
        Said("channels resume harian", "harian: 2 left"),
        Said("status", "", "leaving", {}),
        Said(f"subscribers export --person {READERS[1]}", '"bounces": 1,'),
    )


def test_what_waits_and_what_is_lost_is_counted_on_both_databases(office: Newsroom) -> None:
    office.channels["telegram"] = {
        "kind": "telegram", "token": TOKEN, "chat": CHAT, "api": office.api.url, "pace": 0,
    }  # fmt: skip
    office.configure()
    office.subscribe(*READERS)
    office.api.faults.append(Flood(on="sendMessage", retry_after=600))
    office.write()
    assert office.run("publish", "kabar.md").code == 3
    counts(
        office,
        Said("status", "1 post waits until", code=3),
        Said("status", "", "waiting.1.count", 1, code=3),
        Said("channels resume telegram", "", "ended.1.count", 1),
        Said("ledger restored --digests sent", "1 "),
    )
