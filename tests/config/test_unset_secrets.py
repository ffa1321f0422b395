"""Whoever only reads needs no token; what opens a channel names what nobody has set."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cli.test_commands import busy
from support.newsroom import EVENING, NOON, TEST_CHAT, TOKEN, Newsroom, newsroom
from support.postman import token_of

ANI = "ani@pembaca.example"
TG = "channels.telegram.token: $TG_TOKEN is not set"
SMTP = "channels.harian.smtp: $RELAY is not set"
SECRETS = {"TG_TOKEN": TOKEN, "INBOX_PW": "hunter2hunter2", "HUB_KEY": "geheim123"}

READS = [
    ["status"],
    ["status", "kabar.md"],
    ["history", "kabar.md"],
    ["check", "kabar.md"],
    ["check", "baru.md"],
    ["subscribers", "list", "--list", "harian"],
    ["subscribers", "export", "--list", "harian"],
    ["subscribers", "export", "--person", ANI],
    ["subscribers", "import", "--list", "harian", "orang.csv", "--dry-run"],
    ["digest", "--dry-run"],
    ["digest", "--status"],
    ["publish", "baru.md", "--dry-run"],
    ["withdraw", "kabar.md", "--reason", "Dicabut.", "--dry-run"],
    ["channels", "list"],
    ["schedule", "cron"],
    ["new", "Judul lain", "--file", "lain-lagi.md"],
]  # fmt: skip


def guarded(room: Newsroom) -> Newsroom:
    """An office at work whose settings hold secrets of every kind, none of which is set."""
    relay = room.smtp.url
    room.change("harian", smtp="${RELAY}", inbox="imaps://desk:${INBOX_PW}@mail.example/INBOX")
    room.change("feed", hubs=["https://hub.example/?key=${HUB_KEY}"], after=["file:after-command"])
    (room.folder / "after-command").write_text("true")
    room.environment = SECRETS | {"RELAY": relay}
    busy(room)
    room.write("baru.md", headline="Kabar baru")
    (room.folder / "orang.csv").write_text("email\ncici@pembaca.example\n")
    (room.folder / "after-command").unlink()
    room.environment = {}
    return room


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    with newsroom(tmp_path_factory.mktemp("guarded") / "kantor") as room:
        yield guarded(room)


@pytest.mark.parametrize("words", READS, ids=" ".join)
def test_whoever_only_reads_needs_no_secret(office: Newsroom, words: list[str]) -> None:
    effects = office.effects
    answer = office.run(*words, at=EVENING)
    assert answer.code == 0, answer.said
    assert "Traceback" not in answer.said
    assert office.effects == effects


@pytest.mark.parametrize("dry", [["publish", "baru.md"], ["digest"]], ids=" ".join)
def test_a_dry_run_says_what_it_needs_in_earnest(office: Newsroom, dry: list[str]) -> None:
    said = office.run(*dry, "--dry-run", at=EVENING).out
    assert SMTP in said
    assert (TG in said) is (dry[0] == "publish")


def test_lists_can_be_kept_without_any_secret(office: Newsroom) -> None:
    for words in (
        ["subscribers", "add", "--list", "harian", "dedi@pembaca.example"],
        ["subscribers", "remove", "--list", "harian", "dedi@pembaca.example"],
        ["subscribers", "forget", "dedi@pembaca.example"],
        ["ledger", "backup", "cadangan.db"],
    ):
        answer = office.run(*words, at=EVENING)
        assert answer.code == 0, answer.said


def test_channels_check_stops_for_the_channel_alone_that_lacks_it(room: Newsroom) -> None:
    room.api.about[-1001] = {"description": "https://kantor.example"}
    room.channels["siaran"] = room.channels["telegram"] | {
        "token": "${OTHER_TOKEN}", "chat": TEST_CHAT
    }  # fmt: skip
    room.configure()
    answer = room.run("channels", "check")
    assert answer.code == 3
    lines = answer.out.splitlines()
    said = "channels.siaran.token: $OTHER_TOKEN is not set in the environment"
    assert [line for line in lines if line.startswith("siaran")] == [
        f"siaran  destination  wrong  {said} (export OTHER_TOKEN=…)"
    ]
    assert {line.split()[0] for line in lines if "  ok  " in line} == {"feed", "telegram", "harian"}


@pytest.mark.parametrize(
    ("channel", "setting", "value", "said"),
    [
        ("telegram", "token", "file:secrets/token", "channels.telegram.token: "),
        ("harian", "smtp", "${RELAY}", SMTP),
        ("harian", "smtp", "smtp://kabar:${RELAY_PW}@127.0.0.1:9", "$RELAY_PW is not set"),
        ("harian", "inbox", "imaps://a:${INBOX_PW}@mail.example/INBOX", "channels.harian.inbox: $"),
        ("feed", "hubs", ["https://hub.example/${HUB_KEY}"], "channels.feed.hubs.0: $HUB_KEY is"),
    ],
)
def test_channels_check_names_the_setting_and_what_to_set(
    room: Newsroom, channel: str, setting: str, value: object, said: str
) -> None:
    room.change(channel, **{setting: value})
    answer = room.run("channels", "check", channel, "--json")
    assert answer.code == 3
    [finding] = answer.json["findings"]
    assert (finding["channel"], finding["ok"]) == (channel, False)
    assert said in finding["detail"]


WRITES = [
    ["publish", "kabar.md"],
    ["publish", "kabar.md", "--test"],
    ["publish", "kabar.md", "--channel", "telegram"],
    ["withdraw", "kabar.md", "--reason", "Dicabut."],
]


@pytest.mark.parametrize("words", WRITES, ids=" ".join)
def test_who_sends_is_told_before_anything_is_written(room: Newsroom, words: list[str]) -> None:
    room.write()
    room.environment = {}
    before = room.everything()
    answer = room.run(*words)
    assert answer.code == 1
    assert answer.complaint.startswith(f"syndicate: {TG} in the environment (export TG_TOKEN=…)")
    assert room.everything() == before
    assert not room.ledger.exists()


def test_only_the_channels_that_a_command_sends_to_need_their_secrets(room: Newsroom) -> None:
    room.subscribe(ANI)
    room.write()
    room.environment = {}
    assert room.run("publish", "kabar.md", "--channel", "feed").code == 0
    assert len(room.entries) == 1
    assert room.run("publish", "kabar.md", "--channel", "harian").code == 0
    answer = room.run("digest", at=EVENING)
    assert answer.code == 0, answer.said
    assert room.readers == [ANI]
    room.change("harian", smtp="${RELAY}")
    assert room.run("digest", at=EVENING).complaint.startswith(f"syndicate: {SMTP}")


def test_tick_goes_on_with_every_other_channel(room: Newsroom) -> None:
    room.subscribe(ANI)
    room.write()
    room.api.tokens.clear()
    assert room.run("publish", "kabar.md", at=NOON).code == 3
    room.environment = {}
    answer = room.run("tick", at=EVENING)
    assert answer.code == 3
    assert TG in answer.said
    assert room.readers == [ANI]
    room.api.tokens.add(TOKEN)
    room.environment = {"TG_TOKEN": TOKEN}
    assert room.run("tick", at=EVENING).code == 0
    assert len(room.posts) == 1


def test_tick_plans_nothing_with_a_setting_that_is_no_secret_and_not_there(room: Newsroom) -> None:
    room.write()
    room.publish()
    room.change("feed", title="${FEED_TITLE}")
    before = room.remembered()
    answer = room.run("tick")
    assert answer.code == 1
    assert "channels.feed.title: $FEED_TITLE is not set" in answer.complaint
    assert room.remembered() == before


def test_nobody_s_wish_is_lost_while_a_secret_is_missing(room: Newsroom) -> None:
    """Who wants to leave is off; the goodbye letter waits for the relay's password."""
    room.subscribe(ANI)
    token = token_of(room, 1)
    relay = room.smtp.url
    room.change("harian", smtp="${RELAY}")
    letter = room.folder / "pergi.eml"
    letter.write_text(
        f"From: {ANI}\nTo: berhenti@kantor.example\nSubject: unsubscribe {token}\n"
        "Message-ID: <1@pembaca.example>\n\n"
    )
    answer = room.run("subscribers", "bounce", "--list", "harian", "pergi.eml")
    assert SMTP in answer.said
    assert room.smtp.letters == []
    assert room.run("subscribers", "list", "--list", "harian").out == ""
    room.environment["RELAY"] = relay
    assert room.run("tick").code == 0
    assert room.readers == [ANI]


@pytest.mark.parametrize(
    ("channel", "setting"), [("harian", "schedule"), ("feed", "items"), ("telegram", "kind")]
)
def test_a_setting_that_cannot_be_read_without_it_is_named(
    room: Newsroom, channel: str, setting: str
) -> None:
    room.change(channel, **{setting: "${SETTING}"})
    answer = room.run("status")
    assert answer.code == 1
    assert f"channels.{channel}.{setting}: $SETTING is not set" in answer.complaint


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://kabar:${DB_PW}@127.0.0.1:1/x", "ledger.url: $DB_PW is not set"),
        ("file:ledger-url", "ledger-url cannot be read"),
    ],
)
def test_the_ledger_s_own_secret_is_always_needed(room: Newsroom, url: str, said: str) -> None:
    room.ledger_url = url
    room.configure()
    answer = room.run("status")
    assert answer.code == 1
    assert answer.complaint.startswith("syndicate: ledger.url: ")
    assert said in answer.complaint


def test_a_channel_of_one_s_own_can_be_read_without_its_secret(room: Newsroom) -> None:
    (room.folder / "papan.py").write_text(
        "from dataclasses import dataclass\n"
        "from typing import Annotated\n"
        "from pydantic import AfterValidator\n"
        "from syndicate.channel.settings import SecretStr\n"
        "from syndicate_telegram import Telegram\n\n"
        "def checked(secret):\n"
        "    assert secret.get_secret_value().startswith('key-')\n"
        "    return secret\n\n"
        "@dataclass(kw_only=True)\n"
        "class Board(Telegram):\n"
        "    key: Annotated[SecretStr, AfterValidator(checked)]\n"
    )
    room.change("telegram", kind="./papan.py:Board", key="${BOARD_KEY}")
    room.write()
    assert room.run("status").code == room.run("check", "kabar.md").code == 0
    assert "$BOARD_KEY is not set" in room.run("publish", "kabar.md").complaint
    room.environment["BOARD_KEY"] = "wrong"
    assert room.run("status").complaint.startswith("syndicate: channels.telegram.key: ")
    room.environment["BOARD_KEY"] = "key-1"
    room.publish()
