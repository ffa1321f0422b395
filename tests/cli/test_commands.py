"""Words in, exit codes out: JSON, plain lines, dry runs, help, and the commands to begin with."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.newsroom import EVENING, MORNING, NOON, PROGRAM, Newsroom, newsroom
from syndicate.loopback.botapi import LostReply
from syndicate.model.profile import PROFILES
from syndicate.testing import PIXEL

ANI = "ani@pembaca.example"


@pytest.fixture
def full(room: Newsroom) -> Newsroom:
    return busy(room)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """One office for a table of commands that do not mind each other."""
    with newsroom(tmp_path_factory.mktemp("shared") / "kantor") as room:
        yield busy(room)


def busy(room: Newsroom) -> Newsroom:
    """An office with everything in it: articles, readers, a digest that has left."""
    room.change("telegram", test_chat="@kabar_uji")
    room.subscribe(ANI, "budi@pembaca.example")
    room.write()
    room.write("lain.md", headline="Kabar lain")
    room.publish("kabar.md", "lain.md")
    room.run("digest", at=EVENING)
    return room


REPORTS = {
    ("publish", "kabar.md"): 0,
    ("publish", "kabar.md", "--dry-run"): 0,
    ("publish", "kabar.md", "--test"): 0,
    ("publish", "kabar.md", "--note", "x", "--minor"): 2,
    ("publish", "gone.md"): 1,
    ("publish", "kabar.md", "--channel", "siaran"): 2,
    ("check", "kabar.md"): 0,
    ("check", "gone.md"): 1,
    ("withdraw", "lain.md", "--reason", "Salah."): 0,
    ("withdraw", "kabar.md", "--reason", "Salah.", "--dry-run"): 0,
    ("withdraw", "gone.md", "--reason", "Salah."): 1,
    ("digest",): 0,
    ("digest", "--dry-run"): 0,
    ("digest", "telegram"): 2,
    ("tick",): 0,
    ("status",): 0,
    ("status", "kabar.md"): 0,
    ("status", "tag:kantor.example,2026:tidak-ada"): 1,
    ("history", "kabar.md"): 0,
    ("resolve", "1", "--not-sent"): 2,
    ("adopt", "kabar.md", "1", "--channel", "feed"): 2,
    ("subscribers", "list", "--list", "harian"): 0,
    ("subscribers", "add", "--list", "harian", "nobody"): 3,
    ("subscribers", "remove", "--list", "harian", ANI): 0,
    ("subscribers", "import", "--list", "harian", "gone.csv"): 2,
    ("channels", "list"): 0,
    ("channels", "move", "feed"): 0,
    ("channels", "rename", "feed", "gone"): 1,
    ("channels", "retire", "feed"): 2,
    ("ledger", "backup", "copy.db"): 0,
    ("ledger", "restored"): 0,
}


@pytest.mark.parametrize(("words", "code"), REPORTS.items(), ids=lambda x: str(x))
def test_json_is_one_document_that_tells_the_exit_code(
    shared: Newsroom, words: tuple[str, ...], code: int
) -> None:
    answer = shared.run(*words, "--json", at=EVENING)
    assert answer.code == code, answer.said
    assert answer.json["exit_code"] == code
    if code in (1, 2) and words[0] != "check":
        assert answer.json["error"] in answer.err


@pytest.mark.parametrize(
    "words",
    [("publish", "--bogus"), ("publish",), ("withdraw", "kabar.md"), ("resolve", "x"), ("bogus",)],
    ids=" ".join,
)
def test_json_is_one_document_for_words_nobody_knows_too(
    room: Newsroom, words: tuple[str, ...]
) -> None:
    answer = room.run(*words, "--json")
    assert answer.code == 2
    assert answer.json["exit_code"] == 2
    assert answer.json["error"]


def test_json_is_one_document_when_the_ledger_or_the_configuration_fails(room: Newsroom) -> None:
    room.ledger.write_bytes(b"something else " * 1000)
    assert room.run("status", "--json").json["exit_code"] == 1
    (room.folder / "config.toml").write_text("[")
    assert room.run("status", "--json").json["exit_code"] == 1


def test_json_is_one_document_in_a_process_of_its_own(room: Newsroom) -> None:
    room.write()
    room.api.faults.append(LostReply())
    answer = room.program("-v", "publish", "kabar.md", "--json")
    assert answer.code == 4
    assert answer.json["exit_code"] == 4


DRY = {
    "a first publication": ("publish", "kabar.md", "lain.md"),
    "a correction": ("publish", "kabar.md", "--note", "Salah."),
    "a silent fix": ("publish", "kabar.md", "--minor"),
    "a withdrawal": ("withdraw", "kabar.md", "--reason", "Salah."),
    "a kill": ("withdraw", "kabar.md", "--reason", "Salah.", "--kill"),
    "a digest": ("digest",),
}


@pytest.mark.parametrize("words", DRY.values(), ids=DRY.keys())
def test_a_dry_run_touches_nothing(room: Newsroom, words: tuple[str, ...]) -> None:
    room.subscribe(ANI)
    (room.folder / "titik.png").write_bytes(PIXEL)
    room.write("lain.md", headline="Kabar lain", associations=[{"file": "titik.png", "alt": "x"}])
    room.write()
    room.publish()
    if "lain.md" not in words:
        room.rewrite("Isi kabar.", "Isi yang benar.")
    before = room.everything()
    for option in ([], ["--json"]):
        answer = room.run(*words, "--dry-run", *option, at=EVENING)
        assert answer.code == 0, answer.said
        assert room.everything() == before


@pytest.mark.parametrize("words", [("status",), ("check", "kabar.md"), ("channels", "list")])
def test_a_question_makes_no_ledger(room: Newsroom, words: tuple[str, ...]) -> None:
    room.write()
    assert room.run(*words).code == 0
    assert not room.ledger.exists()


def test_a_dry_run_in_an_empty_office_makes_no_ledger(room: Newsroom) -> None:
    path = room.write()
    before = path.read_bytes()
    for words in (
        ["publish", "kabar.md", "--dry-run"],
        ["check", "kabar.md"],
        ["channels", "list"],
    ):
        assert room.run(*words).code == 0
    assert path.read_bytes() == before
    assert sorted(one.name for one in room.folder.iterdir()) == ["config.toml", "kabar.md"]
    assert room.api.requests == []


def test_a_dry_run_shows_the_plan_and_the_difference(room: Newsroom) -> None:
    room.write()
    first = room.run("publish", "kabar.md", "--dry-run").out
    assert "telegram  post  create" in first
    room.publish()
    assert "telegram  post  nothing" in room.run("publish", "kabar.md", "--dry-run").out
    room.rewrite("Isi kabar.", "Isi yang benar.")
    answer = room.run("publish", "kabar.md", "--dry-run", "--note", "Isinya salah.")
    assert "telegram  post  correct" in answer.out
    assert "-Isi kabar." in answer.out
    assert "+Isi yang benar." in answer.out
    killed = room.run("withdraw", "kabar.md", "--reason", "Salah.", "--kill", "--dry-run").out
    assert "telegram  post  remove" in killed


# looking


def test_status_says_where_everything_is(full: Newsroom) -> None:
    answer = full.run("status", at=EVENING)
    assert answer.code == 0
    for said in ("Kabar pertama", full.uri(), "https://t.me/kabar/1", "feed", "harian"):
        assert said in answer.out
    places = full.run("status", "kabar.md", "--json", at=EVENING).json["articles"][0]["places"]
    assert {place["channel"] for place in places} == {"telegram", "feed", "harian"}


def test_status_says_what_waits_where_the_article_stands(room: Newsroom) -> None:
    room.feed.parent.mkdir()
    room.feed.write_text("in the way")
    room.write()
    room.run("publish", "kabar.md")
    [article] = room.run("status", "--json").json["articles"]
    states = {place["channel"]: place["state"] for place in article["places"]}
    assert states == {"telegram": "done", "feed": "waiting"}


def test_history_tells_what_happened_in_order(full: Newsroom) -> None:
    full.rewrite("Isi kabar.", "Isi yang benar.")
    full.publish("--note", "Isinya salah.", at=EVENING)
    full.run("withdraw", "kabar.md", "--reason", "Salah semua.", at=EVENING)
    said = full.run("history", "kabar.md", at=EVENING).out
    places = [said.index(w) for w in ("original", "correction", "Isinya salah.", "Salah semua.")]
    assert places == sorted(places)
    assert said.count("revise: receipt") == 2


def test_what_nobody_reads_on_ends_quietly(room: Newsroom) -> None:
    room.write(body="Isi.\n\n" * 10)
    room.publish()
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" | true', "sh", *PROGRAM, "status"], cwd=room.folder,
        env=room.environ(), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_a_pipe_gets_plain_lines(room: Newsroom) -> None:
    room.write()
    answer = room.program("publish", "kabar.md")
    assert answer.code == 0
    assert "\x1b" not in answer.said
    assert "telegram  post  create  done  https://t.me/kabar/1" in answer.out.splitlines()


def test_a_rehearsal_is_said_on_stderr(room: Newsroom) -> None:
    answer = room.run("status")
    assert "$SYNDICATE_NOW is set" in answer.err
    assert "SYNDICATE_NOW" not in answer.out


@pytest.mark.parametrize("how", ["--config", "-c", "SYNDICATE_CONFIG", "XDG_CONFIG_HOME"])
def test_the_configuration_is_found_where_it_is_said(room: Newsroom, how: str) -> None:
    home = room.folder / "elsewhere" / "syndicate"
    home.mkdir(parents=True)
    path = home / "config.toml"
    (room.folder / "config.toml").rename(path)
    room.write(uri="tag:kantor.example,2026-05-05:kabar")  # a rehearsal writes it nowhere else
    words = [how, str(path)] if how.startswith("-") else []
    env = {"SYNDICATE_CONFIG": str(path)} if how == "SYNDICATE_CONFIG" else {}
    env |= {"XDG_CONFIG_HOME": str(home.parent)} if how == "XDG_CONFIG_HOME" else {}
    answer = room.run(*words, "publish", "kabar.md", env=env)
    assert answer.code == 0, answer.said
    assert (home / "syndicate.db").exists()
    assert (home / "public" / "feed" / "rss.xml").exists()


# beginning


def _own_words(asked: re.Match[str]) -> str:
    """Return what a writer might put where a template asks for it."""
    if asked[1].startswith("tanggal"):
        return "8 Mei 2026 pukul 08.00 WIB"
    return "https://kantor.example/daftar" if "laman resmi" in asked[1] else "kata sendiri"


def test_init_new_and_check_make_an_office_that_can_publish(room: Newsroom) -> None:
    (room.folder / "config.toml").unlink()
    answer = room.run(
        "init", "--name", 'Kantor "Baru"', "--url", "https://kantor.example/", "--email",
        "redaksi@kantor.example", "--telegram", "@kabar", "--smtp", room.smtp.url,
    )  # fmt: skip
    assert answer.code == 0, answer.said
    config = tomllib.loads((room.folder / "config.toml").read_text())
    assert config["publisher"]["name"] == 'Kantor "Baru"'
    assert config["channels"]["digest"]["sender"] == r'"Kantor \"Baru\"" <redaksi@kantor.example>'
    assert "TELEGRAM_TOKEN" in answer.out
    shown = answer.out.splitlines()[-1]
    assert shown.startswith("syndicate -c config.toml publish first-article.md --dry-run")
    room.environment = {"TELEGRAM_TOKEN": "123456:x"}
    assert room.run(*shown.split()[1:]).code == 0

    for profile in PROFILES:
        headline = f'Judul: "{profile}" & lain'
        made = room.run("new", headline, "--profile", profile)
        assert made.code == 0, made.said
        name = made.out.strip()
        assert json.dumps(headline)[1:-1] in (room.folder / name).read_text()
        assert "must be replaced" in room.run("check", name).out
        text = (room.folder / name).read_text().replace("# expires:", "expires:")
        (room.folder / name).write_text(re.sub("‹isi: ?([^›]*)›", _own_words, text))
        checked = room.run("check", name)
        assert checked.code == 0, checked.said


def test_init_and_new_write_over_nothing(room: Newsroom) -> None:
    room.write("judul.md")
    before = room.everything()
    assert room.run("init", "--name", "X", "--url", "https://x.example").code == 2
    assert room.run("new", "Judul").code == 2
    assert room.run("new", "Lain", "--profile", "siaran").code == 2
    assert room.run("new", "Lain", "--file", "judul.md").code == 2
    assert room.everything() == before


@pytest.mark.parametrize(
    "words",
    [[], ["--name", "X"], ["--name", "X", "--url", "https://x.example", "--smtp", "smtp://h:25"]],
)
def test_init_asks_for_what_it_must_know(room: Newsroom, words: list[str]) -> None:
    (room.folder / "config.toml").unlink()
    assert room.run("init", *words).code == 2
    assert list(room.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("option", "wrong"),
    [("--url", "kantor.example"), ("--email", "redaksi"), ("--telegram", "https://t.me/kabar"),
     ("--test-chat", "kabar coba"), ("--smtp", "mail.example.org")],
)  # fmt: skip
def test_init_checks_what_is_typed(room: Newsroom, option: str, wrong: str) -> None:
    (room.folder / "config.toml").unlink()
    given = {"--name": "X", "--url": "https://x.example", "--email": "a@x.example"} | {
        option: wrong
    }
    answer = room.run("init", *(word for pair in given.items() for word in pair))
    assert answer.code == 2
    assert f"{option}: write " in answer.said
    assert list(room.folder.iterdir()) == []


@pytest.mark.parametrize("trial", ["@kabar", "@KABAR"])
def test_init_takes_no_chat_for_its_own_trials(room: Newsroom, trial: str) -> None:
    (room.folder / "config.toml").unlink()
    words = ["--name", "X", "--url", "https://x.example", "--telegram", "@kabar"]
    answer = room.run("init", *words, "--test-chat", trial)
    assert answer.code == 2
    assert "--test-chat: name a channel other than --telegram" in answer.said
    assert list(room.folder.iterdir()) == []


def test_check_names_everything_that_stands_in_the_way(room: Newsroom) -> None:
    room.write(embargoedUntil=NOON, expires=NOON)
    room.write("lain.md", headline=" ")
    room.write("baik.md")
    before = room.everything()
    answer = room.run("check", "kabar.md", "baik.md", "lain.md", at=MORNING)
    assert answer.code == 1
    assert [line.partition(":")[0] for line in answer.out.splitlines()] == ["kabar.md", "lain.md"]
    assert room.everything() == before


def test_check_finds_two_articles_of_one_uri(room: Newsroom) -> None:
    room.write(uri="tag:kantor.example,2026-05-05:x")
    room.write("salinan.md", uri="tag:kantor.example,2026-05-05:x")
    answer = room.run("check", "kabar.md", "salinan.md")
    assert answer.code == 1
    assert answer.out.startswith("salinan.md:4: same-article: the same uri as kabar.md")


def test_the_installed_command_s_cron_line_can_be_run_from_anywhere(
    room: Newsroom, tmp_path: Path
) -> None:
    script = Path(sys.executable).with_name("syndicate")
    if not script.exists():
        pytest.skip("the command is not installed beside this Python")
    environment = room.environ()
    line = subprocess.run(
        [script, "schedule", "cron"], cwd=room.folder, env=environment, capture_output=True,
        text=True, check=True,
    ).stdout  # fmt: skip
    command = line.splitlines()[-1].split(maxsplit=5)[5]
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_what_is_written_is_for_those_the_umask_allows(room: Newsroom) -> None:
    before = os.umask(0o077)
    try:
        room.write()
        room.publish()
    finally:
        os.umask(before)
    assert stat.S_IMODE((room.feed / "rss.xml").stat().st_mode) & 0o044 == 0o044
    assert stat.S_IMODE(room.ledger.stat().st_mode) == 0o600


@pytest.mark.parametrize("words", [("--dry-run",), ("--json",)])
def test_a_terminal_without_utf_8_stops_nothing(room: Newsroom, words: tuple[str, ...]) -> None:
    room.environment["PYTHONIOENCODING"] = "latin-1"
    room.environment["PYTHONUTF8"] = "0"
    room.write("naskah.md", headline="Harga naik “sedikit” – 5 €")
    answer = room.program("publish", "naskah.md", *words)
    assert answer.code == 0, answer
    assert "unexpected" not in answer.err
    if "--json" in words:
        [article] = json.loads(answer.out)["articles"]
        assert article["headline"] == "Harga naik “sedikit” – 5 €"
