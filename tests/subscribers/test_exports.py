"""Tables as other programs and other offices write them: who left there is not added here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.imported_tables import ANI, BUDI, CITRA, import_, people, reasons
from support.newsroom import Newsroom
from syndicate.config.loader import load
from syndicate.ledger import Joining
from syndicate.office import Office
from syndicate.subscribers.people import UNCONFIRMED, Remark, tables
from syndicate.testing import NOON

EXPORTS = Path(__file__).parent.parent / "data" / "exports.txt"
BECOMES = {Joining.ADDED: "in", Joining.LEFT: "out", UNCONFIRMED: "wait"}


def exports() -> Iterator[tuple[str, str, bool, str]]:
    """The tables of the file: title, name, whether all columns are known, content.

    Each one's addresses say what becomes of them: ``in``, ``out``, ``wait`` (for a
    confirmation), or ``ask``.
    """
    for part in re.split(r"^## ", EXPORTS.read_text(), flags=re.MULTILINE)[1:]:
        title, _, content = part.partition("\n")
        name, *marks = title.split(" | ")
        file = next((mark for mark in marks if mark.endswith(".csv")), "orang.csv")
        yield name, file, "known" in marks, f"{content.strip()}\n"


def became(office: Office, path: Path) -> tuple[dict[str, str], list[str]]:
    """What an import would do with each address of a table, and what is said of the table."""
    remarks: list[Remark] = []
    given = tables.Import(path=path, columns={})
    trial = tables.try_table(office, "harian", given, remarks.append)
    found = {one.joiner.email: BECOMES[how] for one, how in trial.rows}
    lines = path.read_text().splitlines()
    for remark in remarks:
        if remark.line > 1 and (
            named := re.search(r"\w+@pembaca\.example", lines[remark.line - 1])
        ):
            how = "wait" if remark.why.startswith(UNCONFIRMED) else "ask"
            found.setdefault(named[0], how)
    return found, [one.why for one in remarks if one.line == 1]


def test_nobody_who_left_elsewhere_is_added_and_nobody_who_stays_is_refused(room: Newsroom) -> None:
    room.configure()
    wrong = []
    office = Office.open(load(room.folder / "config.toml"), lambda: NOON)
    for title, file, is_known, content in exports():
        path = room.folder / file
        path.write_text(content)
        found, remarks = became(office, path)
        expected = {email: re.split(r"\d", email)[0] for email in found}
        unknown = [one for one in remarks if one.startswith("not known")]
        every = set(re.findall(r"(?:in|out|wait|ask)\d@pembaca\.example", content))
        if found != expected or every - found.keys() or len(unknown) > (not is_known):
            wrong.append((title, found, remarks))
    office.close()
    assert wrong == []


@pytest.mark.parametrize(
    "name", ["cleaned_members.csv", "suppression_bounces.csv", "nonaktif 2024.csv", "keluar.csv",
             "suppression_invalid_emails.csv", "stop.csv"],
)  # fmt: skip
def test_a_file_s_name_that_may_say_that_they_left_is_asked_about(
    room: Newsroom, name: str
) -> None:
    answer = import_(room, f"email,Notes\n{ANI},\n", name=name)
    assert answer.code == 2
    assert "the name may say that those in it have left" in answer.complaint
    assert people(room, "--all") == {}
    assert import_(room, f"email,status\n{ANI},active\n", name=name).code == 0


def test_a_line_that_says_of_those_below_that_they_left_is_asked_about(room: Newsroom) -> None:
    table = f"No,Surel\n1,{ANI}\n,YANG SUDAH BERHENTI\n2,{BUDI}\n,Warga RT 04\n3,{CITRA}\n"
    answer = import_(room, table)
    assert answer.code == 3
    assert "orang.csv:4: line 3 may say that those below it have left" in answer.err
    assert list(people(room, "--all")) == [ANI, CITRA]


def test_what_is_about_telephones_is_named_and_keeps_nobody_away(room: Newsroom) -> None:
    table = f"email,SMS Marketing Status,Stop WA\n{ANI},Unsubscribed,ya\n"
    answer = import_(room, table)
    assert answer.code == 0
    assert "unknown columns, ignored: 'SMS Marketing Status', 'Stop WA'" in answer.err
    assert list(people(room)) == [ANI]
    assert import_(room, f"email,Berhenti via WA\n{BUDI},ya\n").out == "1 left before\n"


def test_nothing_in_a_status_is_no_status(room: Newsroom) -> None:
    table = f"email,Status\n{ANI},#N/A\n\u200b{BUDI}\u00a0,NULL\n{CITRA},Un\u00adsubscribed\n"
    assert import_(room, table).code == 0
    assert list(people(room)) == [ANI, BUDI]
    assert reasons(room) == {CITRA: "unsubscribed"}


def test_a_reason_without_more_keeps_away(room: Newsroom) -> None:
    table = f"EmailAddress,Reason\n{ANI},BOUNCE\n{BUDI},COMPLAINT\n{CITRA},ingin tahu\n"
    assert import_(room, table).code == 0
    assert reasons(room) == {ANI: "bounced", BUDI: "complained"}
    assert list(people(room)) == [CITRA]
