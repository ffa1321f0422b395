"""What init writes is a configuration that its own rules take, whatever was answered."""

from __future__ import annotations

import tomllib

import pytest

from support.newsroom import REAL, Newsroom
from support.terminal import terminal

GOOD = {
    "--name": "Dinas", "--url": "https://dinas.example", "--email": "kabar@dinas.example",
    "--telegram": "@dinas_contoh", "--test-chat": "@dinas_uji", "--smtp": "smtp://127.0.0.1:25",
}  # fmt: skip
WRONG = {
    "--smtp": (
        "smtp://", "smtp://mail:99999", "smtp://mail:0", "smtp://user@host:587", "smtps://:465",
        "smtp://host:25/x", "smtp://mail.contoh.go.id:abc", "smtp://:rahasia@host", "smtp://a b:25",
        "smtp://host:25\n", "smtp://[::1", "maildir:", "imap://host", "smtp://kabar:${X}@mail:abc",
    ),
    "--email": (
        "a@x..example", "kabár@x.example", "a..b@x.example", ".a@x.example", "a@b",
        "Kabar <a@x.example>", "a@x.example,b@x.example", "a@x.example\nBcc: b@x.example",
        f"{'a' * 300}@x.example",
    ),
    "--timezone": (
        "Mars/Kota", "UTC+7", "GMT+7", "", " ", "Asia", "Asia/jakarta ", "../etc/passwd", "x" * 300,
    ),
    "--name": ("   ", "a\nb", "a\x1b[31mb", "a\x00b", "a\tb", "a\u202eb", "\udcff", "!!!"),
    "--url": (
        "https://", "https://dinas.example:abc", "https://dinas.example:99999",
        "https://dinas.example/?x=1", "https://dinas.example/#y", "ftp://dinas.example",
        "https://[::1", "https://user:pw@dinas.example", "https://dinas.example/\n",
    ),
    "--telegram": ("@a", "@kominfo contoh", "t.me/kominfo", "0", "@kabar\n"),
    "--test-chat": ("@a", "@dinas_contoh", "@DINAS_CONTOH"),
    "--language": ("indonesia", "id en"),
}  # fmt: skip
RIGHT = {
    "--name": ('Dinas "Kominfo", Kota', "Dinas \\ Kota", "Ünï \U0001f3e2", "A  B", "# = [x]"),
    "--smtp": (
        "SMTP://127.0.0.1:25", "smtps://mail.example", "smtp://kabar:pa#s\"s\\@mail.example:587",
        "smtp://kabar:${SMTP_PASSWORD}@mail.example", "maildir:surat", "smtp://[::1]:25",
    ),
    "--email": ("kabar@xn--bcher-kva.example", "a+b@dinas.example"),
    "--url": ("https://bücher.example", "https://dinas.example/kabar/", "http://dinas.example:8080"),
    "--timezone": ("WIB", "wita", " WIT ", "Asia/Jakarta", "UTC"),
    "--telegram": ("-1001234567890",),
    "--language": ("en", "pt-BR"),
}  # fmt: skip


def begin(room: Newsroom, **changed: str) -> tuple[int, str]:
    words = [word for pair in (GOOD | changed).items() for word in pair]
    answer = room.run("init", "baru", *words, at=REAL)
    return answer.code, answer.said


@pytest.mark.parametrize("option", WRONG)
def test_what_no_configuration_can_say_is_named_by_its_option(room: Newsroom, option: str) -> None:
    for answer in WRONG[option]:
        code, said = begin(room, **{option: answer})
        assert code == 2, (answer, said)
        [line] = said.splitlines()
        assert line.startswith(f"syndicate: {option}: "), (answer, line)
        assert "pw@" not in line
        assert "rahasia" not in line
        assert not (room.folder / "baru").exists(), answer


@pytest.mark.parametrize("option", RIGHT)
def test_what_is_written_is_taken(room: Newsroom, option: str) -> None:
    secrets = {"TELEGRAM_TOKEN": "123456:AAAA", "SMTP_PASSWORD": "x"}
    for answer in RIGHT[option]:
        code, said = begin(room, **{option: answer})
        assert code == 0, (answer, said)
        config = "baru/config.toml"
        for words in (["channels", "list"], ["publish", "baru/first-article.md", "--dry-run"]):
            opened = room.run("-c", config, *words, at=REAL, env=secrets)
            assert opened.code == 0, (answer, opened.said)
        for path in (room.folder / "baru").iterdir():
            path.unlink()


@pytest.mark.parametrize(
    ("short", "zone"),
    [("WIB", "Asia/Jakarta"), ("wita", "Asia/Makassar"), ("WIT", "Asia/Jayapura")],
)
def test_the_short_names_of_indonesia_s_zones_are_understood(
    room: Newsroom, short: str, zone: str
) -> None:
    assert begin(room, **{"--timezone": short})[0] == 0
    text = (room.folder / "baru" / "config.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)["publisher"]["timezone"] == zone


def test_at_a_terminal_it_is_asked_again(room: Newsroom) -> None:
    answers = [
        "Dinas", "https://dinas.example:abc", "https://dinas.example", "a@x..example",
        "kabar@dinas.example", "@dinas_contoh", "@DINAS_contoh", "@dinas_uji", "smtp://mail:99999",
        "smtp://user@host:587", "smtp://127.0.0.1:25",
    ]  # fmt: skip
    with terminal(room, "init", "baru") as at:
        at.type("".join(f"{one}\n" for one in answers))
        at.end()
    assert at.code == 0, at.written
    for question, times in (
        ("Its website", 2),
        ("Its email", 2),
        ("A second, private channel", 2),
        ("A mail", 3),
    ):
        assert at.written.count(question) == times, at.written
    text = (room.folder / "baru" / "config.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)["channels"]["digest"]["smtp"] == "smtp://127.0.0.1:25"


def test_a_wrong_option_is_named_before_anything_is_asked(room: Newsroom) -> None:
    with terminal(room, "init", "baru", "--timezone", "Mars/Kota") as at:
        at.end()
    assert at.code == 2
    assert "--timezone: " in at.written
    assert "Name of the office" not in at.written
