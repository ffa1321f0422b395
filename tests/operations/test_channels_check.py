"""`channels check` looks at every channel and its place, and leaves no trace."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from operations.test_channels import WALL
from support.channel_checks import detail_in_order, wrong_findings
from support.newsroom import PASSWORD, TOKEN, Newsroom
from syndicate.config.loader import load
from syndicate.loopback.smtp import SmtpFault
from syndicate.office import Office
from syndicate.operations.inspection import inspect_channels


def test_where_all_is_well_it_says_so_line_by_line(ready: Newsroom) -> None:
    answer = ready.run("channels", "check")
    assert answer.code == 0, answer.said
    assert answer.err.splitlines()[1:] == []
    for line in (
        "telegram  token  ok  of @loopback_bot",
        "telegram  chat  ok  “kabar”, a channel, @kabar (-1001)",
        "telegram  right to post  ok  @loopback_bot may post",
        "telegram  right to pin  ok  @loopback_bot may pin",
        "telegram  link to the office  ok  the description names kantor.example",
        "telegram  test chat  ok  “kabar_uji”, a channel, @kabar_uji (-1002)",
        "feed  public address  ok  https://kantor.example/feed/rss.xml",
        "harian  sender  ok  redaksi@kantor.example may write",
    ):
        assert line in answer.out.splitlines()


def test_it_leaves_no_trace_before_the_first_publication(ready: Newsroom) -> None:
    ready.channels["arsip"] = dict(ready.channels["harian"]) | {"smtp": "maildir:letters/arsip"}
    ready.configure()
    before = ready.everything()
    answer = ready.run("channels", "check")
    assert answer.code == 0, answer.said
    after = ready.everything()
    assert (after.files, after.ledger) == (before.files, before.ledger)
    assert [path.name for path in ready.folder.iterdir()] == ["config.toml"]
    assert {one.method for one in ready.api.requests} == {"getMe", "getChat", "getChatMember"}
    assert not {"RCPT", "DATA"} & set(ready.smtp.commands)


def test_it_leaves_the_ledger_and_the_files_as_they_are(ready: Newsroom) -> None:
    ready.write()
    ready.publish()
    before = ready.everything()
    times = [path.stat().st_mtime_ns for path in (ready.feed, ready.feed.parent)]
    assert ready.run("channels", "check").code == 0
    after = ready.everything()
    assert (after.files, after.ledger) == (before.files, before.ledger)
    assert [path.stat().st_mtime_ns for path in (ready.feed, ready.feed.parent)] == times
    assert len(ready.posts) == 1


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ([], {"feed", "telegram", "harian"}),
        (["telegram"], {"telegram"}),
        (["harian", "feed"], {"harian", "feed"}),
    ],
)
def test_it_looks_at_the_channels_that_are_named_or_at_all(
    ready: Newsroom, names: list[str], shown: set[str]
) -> None:
    found = ready.run("channels", "check", *names, "--json").json["findings"]
    assert {one["channel"] for one in found} == shown
    if "telegram" not in shown:
        assert ready.api.requests == []


def test_an_unknown_name_is_wrong_usage(ready: Newsroom) -> None:
    answer = ready.run("channels", "check", "gone")
    assert answer.code == 2
    assert (
        "no channel 'gone' is configured (configured: feed, telegram, harian)" in answer.complaint
    )


def test_after_a_stop_no_further_channel_is_opened(ready: Newsroom) -> None:
    with ready.here():
        office = Office.open(load(Path("config.toml")), lambda: datetime.now(UTC), dry=True)
        office.stopping = lambda: True
        found = inspect_channels(office)
        office.close()
    assert found.exit_code == 3
    assert {one.detail for each in found.channels for one in each.findings} == {
        "stopped before it was tried: run the command again"
    }
    assert ready.api.requests == []


def test_another_place_than_the_ledger_s_is_said(ready: Newsroom) -> None:
    ready.write()
    ready.publish()
    assert detail_in_order(ready, "token")
    ready.change("telegram", chat="@kabar_uji", test_chat="")
    ready.change("feed", directory="public/baru")
    answer = ready.run("channels", "check")
    assert answer.code == 3
    for name, where in (("telegram", "@kabar_uji (-1002), and the ledger's is -1001"),
                        ("feed", "baru, and the ledger's is")):  # fmt: skip
        assert f"{name}  destination  wrong  channels.{name}: it leads to" in answer.out
        assert where in answer.out
        assert f"`syndicate channels move {name}`" in answer.out


def test_a_place_where_another_channel_writes_is_said(telegram_ready: Newsroom) -> None:
    telegram_ready.write()
    telegram_ready.publish()
    telegram_ready.channels["siaran"] = telegram_ready.channels.pop("telegram")
    telegram_ready.configure()
    [said] = wrong_findings(telegram_ready).values()
    assert "channels.siaran: it leads to @kabar (-1001), where channels.telegram writes" in said
    assert "syndicate channels rename telegram siaran" in said


def test_a_place_is_told_with_whether_anything_was_sent_there(telegram_ready: Newsroom) -> None:
    assert (
        detail_in_order(telegram_ready, "destination")
        == "@kabar (-1001); nothing has been sent there yet"
    )
    telegram_ready.write()
    telegram_ready.publish()
    assert detail_in_order(telegram_ready, "destination") == "@kabar (-1001)"


@pytest.mark.parametrize("where", ["open", "identity", "target", "close"])
def test_a_channel_that_breaks_stops_no_other(ready: Newsroom, where: str) -> None:
    (ready.folder / "wall.py").write_text(WALL)
    wall: dict[str, object] = {"kind": "./wall.py:Wall", "file": "wall.txt", "breaks": where}
    ready.channels = {"wall": wall, **ready.channels}
    ready.configure()
    [said] = wrong_findings(ready).values()
    assert "unexpected: RuntimeError('the wall fell over')" in said
    assert "harian  relay  ok" in ready.run("channels", "check").out


def test_a_channel_that_cannot_look_is_at_least_opened(ready: Newsroom) -> None:
    (ready.folder / "wall.py").write_text(WALL)
    ready.channels = {"wall": {"kind": "./wall.py:Wall", "file": "wall.txt"}}
    ready.configure()
    answer = ready.run("channels", "check")
    assert answer.out == "wall  destination  ok  wall.txt; nothing has been sent there yet\n"
    assert answer.code == 0


def test_no_secret_is_shown(ready: Newsroom) -> None:
    ready.environment["TG_TOKEN"] = TOKEN
    ready.change("harian", smtp=f"smtps://kantor:{PASSWORD.replace('/', '%2F')}@127.0.0.1:9")
    ready.change("telegram", api="http://127.0.0.1:9")
    for words in ([], ["--json"]):
        answer = ready.run("-v", "channels", "check", *words)
        assert answer.code == 3
        for secret in (TOKEN, PASSWORD, PASSWORD.replace("/", "%2F")):
            assert secret not in answer.said


@pytest.mark.parametrize(
    ("fault", "what", "said"),
    [
        (SmtpFault(at="connect", do="refuse"), "destination", "refused the connection: 554"),
        (SmtpFault(at="mail", do="refuse"), "sender", "channels.harian.sender is not yours"),
        (
            SmtpFault(at="mail", do="hang up"),
            "sender",
            "channels.harian.smtp: cannot reach the relay",
        ),
    ],
)
def test_a_relay_that_does_not_take_letters_is_named(
    ready: Newsroom, fault: SmtpFault, what: str, said: str
) -> None:
    ready.smtp.faults.append(fault)
    found = wrong_findings(ready, "harian")
    assert list(found) == [what]
    assert said in found[what]


def test_a_relay_is_told_with_how_it_was_reached(ready: Newsroom) -> None:
    assert detail_in_order(ready, "relay").endswith("answers, not encrypted")


def blocked(room: Newsroom) -> Path:
    path = room.folder / "berkas"
    path.write_text("a file")
    return path


def test_a_folder_that_cannot_be_written_is_named(ready: Newsroom) -> None:
    path = blocked(ready)
    ready.change("feed", directory=str(path / "feed"))
    ready.change("harian", smtp=f"maildir:{path}/letters")
    assert f"{path} is not a folder" in wrong_findings(ready, "feed")["folder"]
    assert (
        "channels.harian.smtp: cannot write to /" in wrong_findings(ready, "harian")["destination"]
    )


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://localhost:8000/feed", "localhost is each reader's own machine"),
        ("http://127.0.0.1/feed", "write the address of your site"),
        ("https://kantor.example/feed/rss.xml", "is not a folder"),
        ("https://kantor.example/?feed", "without a file's name"),
    ],
)
def test_a_public_address_that_readers_cannot_open_is_named(
    ready: Newsroom, url: str, said: str
) -> None:
    ready.change("feed", url=url)
    found = wrong_findings(ready, "feed")["public address"]
    assert found.startswith("channels.feed.url: ")
    assert said in found
