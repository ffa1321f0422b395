"""One form of dates for people, by the office's clock; RFC 3339 for programs. Names are whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

import pytest

from support.newsroom import EVENING, MORNING, NEXT_EVENING, Newsroom, newsroom
from syndicate.loopback.smtp import SmtpFault
from syndicate.testing import PIXEL

ANI, BUDI = "ani@pembaca.example", "budi@pembaca.example"
MIDNIGHT = "2026-05-03T16:30:00+00:00"  # it is Monday already in Makassar
HEADLINE = "Pemkab membuka pendaftaran relawan teknologi informasi dan komunikasi tingkat desa"
UNTIDY = re.compile(r"\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d|[+]0[0-9]:00")
NAMES = re.compile(r"tag:\S+|https?://\S+")
DIGEST = "5 May 2026 18:00 WITA"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """An office in Makassar, an hour ahead of Jakarta, at work for a day."""
    with newsroom(tmp_path_factory.mktemp("dates") / "kantor") as room:
        at_work(room)
        yield room


def at_work(room: Newsroom) -> None:
    room.timezone = "Asia/Makassar"
    room.change("telegram", test_chat="@kabar_uji")
    room.change("harian", schedule="daily 18:00", immediate=True)
    room.subscribe(ANI, BUDI, at=MIDNIGHT)
    (room.folder / "titik.png").write_bytes(PIXEL)
    room.write(headline=HEADLINE, associations=[{"file": "titik.png", "alt": "Titik"}])
    room.write("penting.md", "Air mati.", headline="Air mati", urgency=1)
    room.publish("kabar.md", "penting.md")
    room.smtp.faults.append(
        SmtpFault(at="rcpt", do="refuse", text="5.1.1 no such user", recipient=ANI)
    )
    assert room.run("digest", at=NEXT_EVENING).code == 3
    room.write("baru.md", "Isi baru.", headline="Kabar yang baru sama sekali")


SAYS = [
    ["status"],
    ["status", "kabar.md"],
    ["history", "kabar.md"],
    ["history", "penting.md"],
    ["digest", "--status"],
    ["digest", "--dry-run"],
    ["digest", "--catch-up", "each", "--dry-run"],
    ["publish", "baru.md", "--dry-run"],
    ["withdraw", "kabar.md", "--reason", "Salah.", "--dry-run"],
    ["subscribers", "list", "--list", "harian", "--all"],
]


@pytest.mark.parametrize("words", SAYS, ids=" ".join)
@pytest.mark.parametrize("at", [EVENING, "2026-05-08T20:00:00+08:00"])
def test_dates_are_said_in_one_form(office: Newsroom, words: list[str], at: str) -> None:
    said = office.run(*words, at=at).said
    assert not UNTIDY.search(NAMES.sub("", said)), said


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["status"], f"harian {DIGEST}: frozen"),
        (["status"], "the next digest closes 6 May 2026 18:00 WITA"),
        (["status", "kabar.md"], f"harian  {DIGEST}  version 1"),
        (["history", "kabar.md"], "4 May 2026 10:00 WITA  original"),
        (["digest", "--status"], f"harian {DIGEST}: 2 letters"),
        (["subscribers", "list", "--list", "harian"], f"{BUDI}  4 May 2026 00:30 WITA"),
        (["publish", "baru.md", "--dry-run"], "in the digest of 6 May 2026 18:00 WITA"),
        (["digest", "--dry-run"], "harian: nothing is due; the next digest closes on 6 May 2026"),
        (
            ["check", "kabar.md"],
            "rehearsal: the clock shows 5 May 2026 18:01 WITA ($SYNDICATE_NOW is set)",
        ),
    ],
)
def test_dates_are_said_by_the_office_s_clock(
    office: Newsroom, words: list[str], shown: str
) -> None:
    said = office.run(*words, at=NEXT_EVENING).said
    assert shown in said, said


def test_programs_get_rfc_3339(office: Newsroom) -> None:
    status = office.run("status", "--json", at=NEXT_EVENING).json
    digest = next(one for one in status["digests"] if not one["key"].startswith("urgent/"))
    moments = [status["next_digests"]["harian"], digest["key"], digest["closed"], digest["started"]]
    history = office.run("history", "kabar.md", "--json").json["history"]
    moments += [one["at"] for one in history]
    people = office.run("subscribers", "list", "--list", "harian", "--json").json["subscribers"]
    moments += [one["since"] for one in people]
    lines = office.run("digest", "--dry-run", "--json", at="2026-05-08T20:00:00+08:00").json
    assert all(datetime.fromisoformat(one).tzinfo for one in moments)
    assert digest["key"] == "2026-05-05T18:00:00+08:00"
    assert all(datetime.fromisoformat(line["about"]).tzinfo for line in lines["lines"])


@pytest.mark.parametrize(
    ("front", "said"),
    [
        (
            {"embargoedUntil": "2026-05-04 12:00 +07:00", "expires": "2026-05-04 11:00 +07:00"},
            "expires on 4 May 2026 12:00 WITA, before it goes out on 4 May 2026 13:00 WITA",
        ),
        ({"date": "2026-05-09 08:00 UTC"}, "9 May 2026 16:00 WITA is in the future"),
        ({"expires": "2026-05-03 23:00 UTC"}, "expired on 4 May 2026 07:00 WITA"),
    ],
)
def test_a_file_s_dates_are_said_by_the_office_s_clock(
    office: Newsroom, front: dict[str, str], said: str
) -> None:
    office.write("waktu.md", "Isi lain lagi.", headline="Soal waktu", **front)
    assert said in office.run("check", "waktu.md", at=MORNING).out


def test_corrections_of_letters_on_their_way_are_said_by_day(room: Newsroom) -> None:
    room.subscribe(ANI, BUDI)
    room.write()
    room.publish()
    assert room.run("digest", "--sample", "1", at=EVENING).code == 0
    room.rewrite("Isi kabar.", "Isi yang benar.")
    answer = room.publish("--note", "Salah.", at=EVENING)
    assert "the digest of 4 May 2026 17:00 WIB: what has not been sent yet" in answer.out
    taken_back = room.run("withdraw", "kabar.md", "--reason", "Salah.", at=EVENING)
    assert "the digest of 4 May 2026 17:00 WIB: what has not been sent yet" in taken_back.out


# names


@pytest.mark.parametrize("words", SAYS, ids=" ".join)
def test_no_name_is_shortened(office: Newsroom, words: list[str]) -> None:
    answer = office.run(*words, at=NEXT_EVENING)
    assert "…" not in answer.out.replace("a…@", "").replace("b…@", ""), answer.out


def test_uris_pictures_and_addresses_are_whole_in_tables(office: Newsroom) -> None:
    office.write("panjang.md", "Isi panjang.", headline=HEADLINE + " sekali lagi",
                 associations=[{"file": "titik.png", "alt": "Titik"}])  # fmt: skip
    said = office.run("publish", "panjang.md", "--dry-run", at=NEXT_EVENING).out
    [uri] = re.findall(r"<(tag:\S+)>", said)
    assert len(uri) > 60
    status = office.run("status", at=NEXT_EVENING).out
    assert f"urgent letter of {office.uri('penting.md')}" in status
    assert office.uri() in status
    office.rewrite("Air mati.", "Air menyala.", "penting.md")
    dry = office.run("publish", "penting.md", "--note", "Salah.", "--dry-run", at=NEXT_EVENING).out
    assert f"  <{office.uri('penting.md')}>" in dry
