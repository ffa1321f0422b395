"""Root leaves the files of others alone; and who has no home, no name and no terminal is nobody."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from support.newsroom import PROGRAM, Answer, Newsroom

EDITOR = 54321  # an account without a name
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


def give(path: Path, to: int = EDITOR) -> None:
    os.chown(path, to, to)


@only_root
@pytest.mark.parametrize("which", [".", "config.toml", "syndicate.db", "public/feed", "surat"])
def test_root_does_not_write_among_somebody_else_s_files(room: Newsroom, which: str) -> None:
    room.write()
    room.publish()
    (room.folder / "surat").mkdir()
    room.change("harian", smtp="maildir:surat")
    give(room.folder / which)
    before = room.everything()
    for words in (("publish", "kabar.md"), ("tick",), ("publish", "kabar.md", "--dry-run"),
                  ("subscribers", "add", "--list", "harian", "ani@example.org"),
                  ("ledger", "backup", "salinan.db")):  # fmt: skip
        answer = room.run(*words)
        assert (answer.code, answer.out) == (2, "")
        assert "belongs to the account 54321, and you are root" in answer.complaint
        assert "--as-root" in answer.complaint
    assert room.everything() == before
    assert room.run("status").code == 0  # which writes nothing
    for words in (("--as-root", "tick"), ("tick", "--as-root")):
        assert room.run(*words).code == 0


@only_root
def test_root_makes_no_feed_in_somebody_else_s_folder(room: Newsroom) -> None:
    room.write()
    web = room.folder.parent / "web"
    web.mkdir()
    give(web)
    room.change("feed", directory=str(web / "kabar" / "feed"))
    answer = room.run("publish", "kabar.md")
    assert (answer.code, f"{web} belongs to" in answer.complaint) == (2, True)
    assert "sudo -u '#54321'" in answer.complaint
    assert list(web.iterdir()) == []


@only_root
def test_root_makes_no_ledger_beside_somebody_else_s_configuration(room: Newsroom) -> None:
    room.write()
    give(room.folder / "config.toml")
    assert room.run("publish", "kabar.md").code == 2
    assert not room.ledger.exists()
    assert "uri:" not in (room.folder / "kabar.md").read_text()


@only_root
def test_an_article_of_somebody_else_s_stays_theirs(room: Newsroom) -> None:
    give(room.write())
    assert room.run("publish", "kabar.md").code == 0
    assert (room.folder / "kabar.md").stat().st_uid == EDITOR


@only_root
def test_root_makes_no_first_files_in_somebody_else_s_folder(room: Newsroom) -> None:
    folder = room.folder / "baru"
    folder.mkdir()
    give(folder)
    words = ("init", str(folder), "--name", "K", "--url", "https://k.example.id")
    refused = room.run(*words)
    assert (refused.code, list(folder.iterdir())) == (2, [])
    assert room.run(*words, "--as-root").code == 0
    give(room.folder)
    for others in (("new", "Kabar baru"), ("demo", str(folder / "demo"))):
        assert room.run(*others).code == 2, others


@only_root
@pytest.mark.parametrize(
    "which",
    [".", "config.toml", "syndicate.db", ".syndicate.db.generation", "../baru"],
    ids=["folder", "configuration", "ledger", "mark", "new folder"],
)
@pytest.mark.parametrize("to", ["sqlite", "postgresql"])
def test_root_moves_no_ledger_from_or_into_somebody_else_s_folder(
    room: Newsroom, request: pytest.FixtureRequest, which: str, to: str
) -> None:
    room.only("telegram")
    room.write()
    room.publish()
    new = room.folder.parent / "baru"
    new.mkdir()
    url = f"sqlite:///{new}/n.db"
    if to == "postgresql":
        if which == "../baru":
            pytest.skip("a database has no folder")
        url = request.getfixturevalue("postgres_ledger").replace("+psycopg", "")
    give(room.folder / which)
    before = room.everything()
    answer = room.run("ledger", "move", url)
    assert (answer.code, answer.out) == (2, ""), answer.said
    assert "belongs to the account 54321, and you are root" in answer.complaint
    assert room.everything() == before
    assert list(new.iterdir()) == []
    assert room.run("--as-root", "ledger", "move", url).code == 0


@only_root
def test_root_copies_and_exports_nothing_into_somebody_else_s_folder(room: Newsroom) -> None:
    room.subscribe("ani@pembaca.example")
    home = room.folder.parent / "rumah"
    home.mkdir()
    give(home)
    for words in (("ledger", "backup"), ("subscribers", "export")):
        file = home / f"{words[1]}.out"
        assert room.run(*words, str(file)).code == 2, words
        assert list(home.iterdir()) == []
        assert room.run(*words, str(file), "--as-root").code == 0
        file.unlink()


@only_root
def test_where_root_owns_everything_nobody_is_in_the_way(room: Newsroom) -> None:
    room.write()
    room.publish()


def alone(room: Newsroom, *words: str, env: dict[str, str], uid: int = 0) -> Answer:
    """Run a command with nothing but these in its environment."""
    done = subprocess.run(
        [*PROGRAM, *words], cwd=room.folder, env=env, capture_output=True, text=True, timeout=60
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def test_a_bare_environment_is_enough(room: Newsroom) -> None:
    room.only("feed")
    room.write()
    answer = alone(room, "publish", "kabar.md", env={})
    assert answer.code == 0, answer.said
    assert "unexpected" not in answer.said
    odd = {"TMPDIR": "/nowhere", "TERM": "", "LANG": "xx_YY", "TZ": "Nowhere/Land", "HOME": "nope"}
    assert alone(room, "publish", "kabar.md", env=odd).code == 0


NO_HOME = """
import os, pwd
def unknown(_number): raise KeyError("no such account")
pwd.getpwuid = unknown
os.environ.pop("HOME", None)
from syndicate.cli import main
main()
"""


@pytest.mark.parametrize("words", [("status",), ("tick",), ("publish", "kabar.md")], ids=" ".join)
def test_an_account_without_a_home_and_a_name_is_no_surprise(
    room: Newsroom, words: tuple[str, ...], tmp_path: Path
) -> None:
    room.only("feed")
    room.write()
    environment = {k: v for k, v in room.environ().items() if k not in ("HOME", "XDG_CONFIG_HOME")}
    for folder, code in ((room.folder, 0), (tmp_path, 1)):
        done = subprocess.run(
            [sys.executable, "-c", NO_HOME, *words], cwd=folder, env=environment,
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        assert "unexpected" not in done.stderr
    room.change("feed", directory="~/feed")
    done = subprocess.run(
        [sys.executable, "-c", NO_HOME, *words], cwd=room.folder, env=environment,
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, "unexpected" in done.stderr) == (1, False), done.stderr


@pytest.mark.parametrize(
    "closed", ["<&-", ">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"], ids=["0", "1", "2", "12", "012"]
)
def test_closed_streams_take_nothing_from_what_is_done(room: Newsroom, closed: str) -> None:
    room.only("feed")
    room.write()
    script = f'"$0" -c "from syndicate.cli import main; main()" publish kabar.md {closed}'
    done = subprocess.run(
        ["/bin/sh", "-c", script, sys.executable], cwd=room.folder, env=room.environ(),
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert [one["title"] for one in room.entries] == ["Kabar pertama"]
    assert room.run("status").code == 0  # the ledger is whole


def test_a_folder_that_was_deleted_is_told_in_a_line(room: Newsroom, tmp_path: Path) -> None:
    room.only("feed")
    room.write()
    gone = tmp_path / "hilang"
    script = f'mkdir "{gone}" && cd "{gone}" && rmdir "{gone}" && exec "$0" -c "$1" "$2" "$3" "$4"'
    program = "from syndicate.cli import main; main()"
    for words, code in (
        (("-c", str(room.folder / "config.toml"), "status"), 0),
        (("-c", "config.toml", "status"), 1),
    ):
        done = subprocess.run(
            ["/bin/sh", "-c", script, sys.executable, program, *words], env=room.environ(),
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        assert "unexpected" not in done.stderr


def test_the_ledger_is_private_whatever_unit_started_it(room: Newsroom) -> None:
    room.write()
    room.publish()
    assert stat.S_IMODE(room.ledger.stat().st_mode) == 0o600
