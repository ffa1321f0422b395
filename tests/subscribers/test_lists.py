"""Who reads the digests: added, imported, removed, never revived."""

from __future__ import annotations

import csv
import io
import re

import pytest

from support.newsroom import EVENING, Newsroom

ANI, BUDI, CITRA = (f"{name}@pembaca.example" for name in ("ani", "budi", "citra"))


def on_the_list(room: Newsroom, *words: str) -> list[str]:
    document = room.run("subscribers", "list", "--list", "harian", "--json", *words).json
    return [person["email"] for person in document["subscribers"]]


def import_(room: Newsroom, text: str | bytes, *words: str) -> tuple[int, str]:
    path = room.folder / "orang.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    answer = room.run("subscribers", "import", "--list", "harian", "orang.csv", *words)
    return answer.code, answer.said


def test_an_address_is_on_the_list_once_however_it_is_written(room: Newsroom) -> None:
    room.subscribe("Ani@Pembaca.Example", ANI, f" {ANI} ")
    room.subscribe(ANI)
    assert on_the_list(room) == [ANI]


@pytest.mark.parametrize("wrong", ["ani", "ani@", "@pembaca.example", "a b@c.example", "ani@x..y"])
def test_a_wrong_address_is_refused_and_the_others_are_added(room: Newsroom, wrong: str) -> None:
    answer = room.run("subscribers", "add", "--list", "harian", ANI, wrong, BUDI)
    assert answer.code == 3
    assert "address:2: " in answer.err
    assert on_the_list(room) == [ANI, BUDI]


def test_who_left_stays_away_until_they_ask(room: Newsroom) -> None:
    room.subscribe(ANI, BUDI)
    assert room.run("subscribers", "remove", "--list", "harian", "Ani@Pembaca.example").code == 0
    assert on_the_list(room) == [BUDI]
    answer = room.run("subscribers", "add", "--list", "harian", ANI)
    assert "a…@pembaca.example: left before" in answer.err
    assert import_(room, f"email\n{ANI}\n")[0] == 0
    assert on_the_list(room) == [BUDI]
    assert room.run("subscribers", "add", "--list", "harian", "--again", ANI).code == 0
    assert on_the_list(room) == [ANI, BUDI]


def test_removing_a_stranger_is_said(room: Newsroom) -> None:
    answer = room.run("subscribers", "remove", "--list", "harian", ANI)
    assert answer.code == 0
    assert "was not on the list" in answer.out


FILES = {
    "plain": f"email,name\n{ANI},Ani\n{BUDI},Budi\n",
    "BOM and CRLF": b"\xef\xbb\xbf" + f"email,name\r\n{ANI},Ani\r\n{BUDI},Budi\r\n".encode(),
    "Indonesian heads": f"Nama,Surel\nAni,{ANI}\n\nBudi,{BUDI}\n",
    "no heads": f"{ANI}\n{BUDI}\n",
    "quotes": f'name,email\n"Ani, S.Kom.\nM.M.","{ANI}"\nBudi,{BUDI}\n',
    "more columns": f"id,email,kota\n1,{ANI},Bengkalis\n2,{BUDI},Dumai\n",
    "semicolons": f'Nama;E-mail\n"Ani, S.Kom.";{ANI}\nBudi;{BUDI}\n',
    "tabs": f"email\tname\n{ANI}\tAni\n{BUDI}\tBudi\n",
    "twice": f"email\n{ANI}\n{ANI}\n{BUDI}\n",
}


@pytest.mark.parametrize("text", FILES.values(), ids=FILES.keys())
def test_a_csv_file_is_imported(room: Newsroom, text: str | bytes) -> None:
    code, said = import_(room, text)
    assert code == 0, said
    assert on_the_list(room) == [ANI, BUDI]
    assert import_(room, text)[0] == 0
    assert on_the_list(room) == [ANI, BUDI]


def test_bad_lines_are_named_by_their_numbers_and_the_good_ones_come_in(room: Newsroom) -> None:
    code, said = import_(room, f"email,name\n{ANI},Ani\nnobody,X\n\n,Y\n{BUDI},Budi\n")
    assert code == 3
    assert "orang.csv:3: " in said
    assert "orang.csv:5: " in said
    assert on_the_list(room) == [ANI, BUDI]


@pytest.mark.parametrize(
    ("content", "said"),
    [("nama\nAni\n", "orang.csv:1: "), ("", "orang.csv:1: ")],
)
def test_a_file_that_is_no_list_is_refused(room: Newsroom, content: str | bytes, said: str) -> None:
    code, heard = import_(room, content)
    assert code == 2
    assert said in heard
    assert on_the_list(room) == []


def test_a_missing_file_is_named(room: Newsroom) -> None:
    answer = room.run("subscribers", "import", "--list", "harian", "tidak-ada.csv")
    assert answer.code == 2
    assert "tidak-ada.csv" in answer.complaint


def test_an_export_holds_everybody_and_can_be_imported_without_reviving(room: Newsroom) -> None:
    room.subscribe(ANI, BUDI, CITRA)
    room.run("subscribers", "remove", "--list", "harian", BUDI)
    answer = room.run("subscribers", "export", "--list", "harian")
    rows = list(csv.DictReader(io.StringIO(answer.out)))
    assert [(row["email"], bool(row["ended"])) for row in rows] == [
        (ANI, False), (BUDI, True), (CITRA, False),
    ]  # fmt: skip
    code, _ = import_(room, answer.out)
    assert code == 0
    assert on_the_list(room) == [ANI, CITRA]
    assert on_the_list(room, "--all") == [ANI, BUDI, CITRA]


def test_an_export_brings_nobody_back_who_left_into_a_new_ledger(room: Newsroom) -> None:
    room.subscribe(ANI, BUDI)
    room.run("subscribers", "remove", "--list", "harian", BUDI)
    exported = room.run("subscribers", "export", "--list", "harian").out
    for path in room.folder.glob("syndicate.db*"):
        path.unlink()
    import_(room, exported)
    assert on_the_list(room) == [ANI]
    import_(room, f"email\n{BUDI}\n")
    assert on_the_list(room) == [ANI]


def test_a_wrong_address_among_those_to_remove_removes_nobody(room: Newsroom) -> None:
    room.subscribe(ANI)
    answer = room.run("subscribers", "remove", "--list", "harian", ANI, "nobody")
    assert answer.code == 2
    assert on_the_list(room) == [ANI]


def test_an_export_to_a_file_is_private_and_inert(room: Newsroom) -> None:
    import_(room, f'email,name\n{ANI},"=HYPERLINK(1)"\n')
    assert room.run("subscribers", "export", "--list", "harian", "daftar.csv").code == 0
    path = room.folder / "daftar.csv"
    assert path.stat().st_mode & 0o077 == 0
    assert ",=HYPERLINK" not in path.read_text()


def test_with_two_lists_the_list_must_be_named(room: Newsroom) -> None:
    room.channels["siang"] = dict(room.channels["harian"])
    room.configure()
    answer = room.run("subscribers", "add", ANI)
    assert answer.code == 2
    assert "harian, siang" in answer.complaint


def test_with_one_list_its_name_may_be_left_out(room: Newsroom) -> None:
    assert room.run("subscribers", "add", ANI).code == 0
    assert on_the_list(room) == [ANI]


def test_lists_do_not_share_their_people(room: Newsroom) -> None:
    room.channels["siang"] = dict(room.channels["harian"])
    room.configure()
    room.subscribe(ANI)
    room.subscribe(ANI, BUDI, to="siang")
    room.run("subscribers", "remove", "--list", "siang", ANI)
    assert on_the_list(room) == [ANI]


def test_two_addresses_in_one_line_are_refused(room: Newsroom) -> None:
    code, said = import_(room, f"{ANI},{BUDI}\n")
    assert code == 3
    assert "orang.csv:1: " in said
    assert on_the_list(room) == []


def test_an_export_that_cannot_be_made_leaves_the_file_alone(room: Newsroom) -> None:
    room.channels["siang"] = dict(room.channels["harian"])
    room.configure()
    path = room.folder / "daftar.csv"
    path.write_text("untouched")
    assert "harian, siang" in room.run("subscribers", "export", "daftar.csv").complaint
    assert path.read_text() == "untouched"
    answer = room.run("subscribers", "export", "--list", "harian", "nowhere/daftar.csv")
    assert answer.code == 2
    assert "nowhere/daftar.csv: cannot be written" in answer.complaint


def test_what_looks_like_a_formula_comes_back_as_it_was(room: Newsroom) -> None:
    plus = "+ani@pembaca.example"
    import_(room, f'email,name\n{plus},"=Ani"\n')
    room.run("subscribers", "export", "--list", "harian", "daftar.csv")
    room.channels["siang"] = dict(room.channels["harian"])
    room.configure()
    room.run("subscribers", "import", "--list", "siang", "daftar.csv")
    document = room.run("subscribers", "list", "--list", "siang", "--json").json
    assert [(one["email"], one["name"]) for one in document["subscribers"]] == [(plus, "=Ani")]


def test_an_address_said_twice_is_removed_once(room: Newsroom) -> None:
    room.subscribe(ANI)
    answer = room.run("subscribers", "remove", ANI, ANI.upper(), BUDI, BUDI)
    assert answer.out == f"1 removed\n{BUDI}: was not on the list\n"


def test_a_line_behind_a_quote_that_opens_in_mid_cell_is_told_of(room: Newsroom) -> None:
    text = (
        'email,name\na1@pembaca.example,A\n"evil\nBcc: x@y.z"@pembaca.example,e\n'
        '"good@pembaca.example,uu\n"good2@pembaca.example",L\nlast@pembaca.example,L\n'
    )
    code, said = import_(room, text)
    assert code == 3
    told = [int(found) for found in re.findall(r"orang\.csv:(\d+): ", said)]
    assert told == [3, 4, 5]
    assert on_the_list(room) == [f"{who}@pembaca.example" for who in ("a1", "good2", "last")]


def test_when_somebody_agreed_is_only_what_was_said(room: Newsroom) -> None:
    import_(room, f"email,consented\n{ANI},2026-04-01\n{BUDI},\nx@pembaca.example,2030-01-01\n")
    people = room.run("subscribers", "list", "--json").json["subscribers"]
    assert [one["consented"] for one in people] == ["2026-03-31T17:00:00+00:00", None]


@pytest.mark.parametrize(
    "form", ["{}", "https://kantor.example/henti/{}/", "https://kantor.example/?t={}&x=1",
             "mailto:berhenti@kantor.example?subject=unsubscribe%20{}", " {} "],
)  # fmt: skip
def test_a_token_is_found_in_any_link(room: Newsroom, form: str) -> None:
    room.subscribe(ANI)
    room.write()
    room.publish()
    room.run("digest", at=EVENING)
    [letter] = room.letters
    [token] = re.findall(r"unsubscribe%20([0-9a-f]{32})", str(letter["List-Unsubscribe"]))
    assert room.run("unsubscribe", form.format(token)).code == 0
    assert on_the_list(room) == []


def test_a_list_that_is_not_there_is_named(room: Newsroom) -> None:
    assert (
        "no list 'nix' (choose from harian)"
        in room.run("subscribers", "list", "--list", "nix").complaint
    )


def test_names_play_no_tricks_with_the_terminal(room: Newsroom) -> None:
    import_(room, f"email,name\n{ANI},A\x1b[31mn\u202ei\x07\n")
    out = room.run("subscribers", "list").out
    assert "A[31mni" in out
    assert not set("\x1b\u202e\x07") & set(out)


def test_nobody_is_on_a_list_that_the_ledger_has_not_seen_yet(room: Newsroom) -> None:
    """And nothing is written to find that out."""
    room.write()
    room.publish("--channel", "feed")
    before = room.remembered()
    answer = room.run("subscribers", "list", "--list", "harian", "--json")
    assert (answer.code, answer.json["subscribers"]) == (0, []), answer.said
    assert room.remembered() == before
