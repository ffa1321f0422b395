"""What holds secrets and addresses is for nobody else on the machine, whatever the umask is."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.newsroom import REAL, Newsroom, newsroom
from syndicate.config.scaffold import _write

PASSWORD = "kata:sandi/rahasia"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom(tmp_path / "kantor") as room:
        yield room


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def open_to_others(*paths: Path) -> list[Path]:
    return [path for path in paths if mode(path) & 0o077]


@pytest.mark.parametrize("mask", [0, 0o022, 0o002])
def test_the_ledger_its_copies_and_exports_are_private(mask: int, room: Newsroom) -> None:
    room.write()
    with umask(mask):
        room.publish()
        room.subscribe("ani@pembaca.example")
        for words in (
            ("ledger", "backup", "salinan.db"),
            ("subscribers", "export", "--list", "harian", "orang.csv"),
        ):
            answer = room.run(*words)
            assert answer.code == 0, answer.said
    made = [
        *room.folder.glob("syndicate.db*"),
        room.folder / "salinan.db",
        room.folder / "orang.csv",
    ]
    assert len(made) >= 3
    assert open_to_others(*made) == []
    assert mode(room.feed / "rss.xml") == 0o644
    assert mode(room.feed) == 0o755


def test_what_others_could_read_is_mended_and_said_once(room: Newsroom) -> None:
    room.write()
    room.publish()
    assert room.run("ledger", "backup", "salinan.db").code == 0
    paths = [room.folder / "syndicate.db", room.folder / "salinan.db"]
    for path in paths:
        path.chmod(0o644)
    assert room.run("status").code == 0  # which writes nothing
    assert open_to_others(*paths) == paths
    answer = room.run("publish", "kabar.md")
    for path in paths:
        assert f"{path}: others could read this file; now only you can" in answer.err
    assert open_to_others(*paths) == []
    assert "others could read" not in room.run("publish", "kabar.md").err


def test_what_was_given_to_a_group_stays_with_it(room: Newsroom) -> None:
    room.write()
    room.publish()
    (room.folder / "syndicate.db").chmod(0o660)
    assert "others could read" not in room.run("publish", "kabar.md").err
    assert mode(room.folder / "syndicate.db") == 0o660


def test_an_export_takes_the_place_of_a_readable_file_and_follows_no_link(room: Newsroom) -> None:
    room.subscribe("ani@pembaca.example")
    (room.folder / "orang.csv").write_text("old")
    (room.folder / "orang.csv").chmod(0o644)
    aim = room.folder / "aim"
    aim.write_text("mine")
    (room.folder / "lain.csv").symlink_to(aim)
    for name in ("orang.csv", "lain.csv"):
        answer = room.run("subscribers", "export", "--list", "harian", name)
        assert answer.code == 0, answer.said
        assert "ani@pembaca.example" in (room.folder / name).read_text()
        assert mode(room.folder / name) == 0o600
    assert aim.read_text() == "mine"
    assert not [one for one in room.folder.iterdir() if one.name.endswith(".part")]


def test_an_export_that_fails_leaves_what_was_there(room: Newsroom) -> None:
    room.subscribe("ani@pembaca.example")
    (room.folder / "ada.csv").mkdir()
    answer = room.run("subscribers", "export", "--list", "harian", "ada.csv")
    assert answer.code == 2
    assert "ada.csv: cannot be written" in answer.err


def test_a_copy_follows_no_link_that_was_planted(room: Newsroom) -> None:
    room.write()
    room.publish()
    aim = room.folder / "aim"
    aim.write_text("mine")
    for name in ("salinan.db.part", "salinan.db"):
        (room.folder / name).symlink_to(aim)
    assert room.run("ledger", "backup", "salinan.db").code in (0, 1, 2)
    assert aim.read_text() == "mine"


@pytest.mark.parametrize("mask", [0, 0o022])
def test_letters_in_a_folder_are_private(mask: int, room: Newsroom) -> None:
    room.change("harian", smtp="maildir:surat/keluar")
    room.subscribe("ani@pembaca.example", at="2026-05-04T08:00:00+07:00")
    room.write()
    room.publish()
    with umask(mask):
        answer = room.run("tick", at="2026-05-04T17:01:00+07:00")
    assert answer.code == 0, answer.said
    out = room.folder / "surat" / "keluar"
    [letter] = (out / "new").iterdir()
    assert open_to_others(letter, out, out / "new", out / "tmp", out.parent) == []


def test_a_letter_is_not_written_through_a_planted_link(room: Newsroom) -> None:
    from syndicate_email.smtp.maildir import Maildir

    aim = room.folder / "aim"
    aim.write_text("mine")
    folder = Maildir(room.folder / "surat", "harian")
    folder.ready()
    (room.folder / "surat" / "tmp" / "x.eml").symlink_to(aim)
    folder.put("x", b"letter", "x")
    assert aim.read_text() == "mine"
    assert (room.folder / "surat" / "new" / "x.eml").read_bytes() == b"letter"


def init(room: Newsroom, relay: str, folder: str = "baru") -> Path:
    answer = room.run(
        "init", folder, "--name", "Kantor", "--url", "https://kantor.example",
        "--email", "redaksi@kantor.example", "--smtp", relay,
    )  # fmt: skip
    assert answer.code == 0, answer.said
    return room.folder / folder


@pytest.mark.parametrize("mask", [0, 0o022])
def test_a_password_that_init_is_given_goes_to_a_file_of_its_own(mask: int, room: Newsroom) -> None:
    relay = f"smtp://kabar:{PASSWORD.replace('/', '%2F')}@127.0.0.1:2525"
    with umask(mask):
        made = init(room, relay)
    config = (made / "config.toml").read_text()
    assert "rahasia" not in config
    assert tomllib.loads(config)["channels"]["digest"]["smtp"] == "file:secrets/relay"
    assert (made / "secrets" / "relay").read_text() == f"{relay}\n"
    assert open_to_others(made / "secrets", made / "secrets" / "relay") == []
    assert room.run("-c", str(made / "config.toml"), "status").code == 0


@pytest.mark.parametrize(
    "relay", ["smtp://127.0.0.1:25", "smtp://kabar:${SMTP_PASSWORD}@mail.example"]
)
def test_what_is_no_password_stays_in_the_configuration(relay: str, room: Newsroom) -> None:
    made = init(room, relay)
    assert tomllib.loads((made / "config.toml").read_text())["channels"]["digest"]["smtp"] == relay
    assert not (made / "secrets").exists()


def test_init_follows_no_link_and_writes_over_no_secret(room: Newsroom) -> None:
    aim = room.folder / "aim"
    aim.write_text("mine")
    (room.folder / "baru" / "secrets").mkdir(parents=True)
    (room.folder / "baru" / "secrets" / "relay").symlink_to(aim)
    answer = room.run(
        "init", "baru", "--name", "Kantor", "--url", "https://kantor.example",
        "--email", "redaksi@kantor.example", "--smtp", "smtp://kabar:sandi@127.0.0.1:25",
    )  # fmt: skip
    assert answer.code == 1
    assert "secrets/relay: cannot be written: File exists" in answer.err
    assert aim.read_text() == "mine"
    assert not (room.folder / "baru" / "config.toml").exists()


def test_a_configuration_with_a_secret_that_all_can_read_is_told(room: Newsroom) -> None:
    room.change("telegram", token="123456:SECRET-of_the-BOT")
    (room.folder / "config.toml").chmod(0o644)
    answer = room.run("channels", "check", at=REAL)
    assert "config.toml: everyone on this machine can read the secret in it" in answer.out
    assert answer.code == 3
    (room.folder / "config.toml").chmod(0o640)
    assert "everyone on this machine" not in room.run("channels", "check", at=REAL).out


def test_a_file_with_a_secret_that_all_can_read_is_told(room: Newsroom) -> None:
    (room.folder / "rahasia").write_text("123456:SECRET-of_the-BOT")
    (room.folder / "rahasia").chmod(0o644)
    room.change("telegram", token="file:rahasia")
    answer = room.run("channels", "check", at=REAL)
    assert (
        "rahasia: everyone on this machine can read the secret in it (run chmod 600 " in answer.out
    )
    (room.folder / "rahasia").chmod(0o600)
    assert "everyone on this machine" not in room.run("channels", "check", at=REAL).out


def test_nobody_else_can_write_a_new_configuration(tmp_path: Path) -> None:
    """Who can may have commands run: ``after`` is one."""
    before = os.umask(0)
    try:
        _write(tmp_path / "config.toml", "x")
    finally:
        os.umask(before)
    assert (tmp_path / "config.toml").stat().st_mode & 0o777 == 0o644
