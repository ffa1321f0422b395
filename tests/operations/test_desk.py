"""The desk is told what fails unattended: once, by a way that works, with what settles it."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from support.hooks import Hook, hook
from support.newsroom import CHAT, EVENING, NOON, PASSWORD, PROGRAM, TEST_CHAT, TOKEN, Newsroom
from support.pages import page, sections
from syndicate.loopback.smtp import SmtpFault
from syndicate_telegram import Telegram

WRONG_TOKEN = "999999:WRONG-token-of-nobody"
DEAD_RELAY = "smtp://127.0.0.1:9"  # discard: nobody listens


@pytest.fixture
def webhook() -> Iterator[Hook]:
    with hook() as opened:
        yield opened


def desk(room: Newsroom, **settings: object) -> None:
    room.tables["desk"] = settings
    room.configure()


def documented(section: str) -> set[str]:
    """The keys of a table of docs/json.md."""
    return set(re.findall(r"^\| `(\w+)` \|", sections(page("docs/json.md"))[section], re.MULTILINE))


def break_everything(room: Newsroom) -> None:
    """Wait for a post and a digest, with a token that is refused and a relay that is down."""
    room.subscribe("ani@example.org")
    room.write()
    room.publish("--channel", "feed", "--channel", "harian")
    room.environment["TG_TOKEN"] = WRONG_TOKEN
    room.change("harian", smtp=DEAD_RELAY)
    assert room.run("publish", "kabar.md", at=NOON).code == 3


def mend_everything(room: Newsroom) -> None:
    room.environment["TG_TOKEN"] = TOKEN
    room.change("harian", smtp=room.smtp.url)


def tick_unheard(room: Newsroom) -> None:
    """Run tick as a service does whose output nobody gets: it has neither stdout nor stderr."""
    words = ["sh", "-c", 'exec "$@" >&- 2>&-', "sh", *PROGRAM, "tick"]
    subprocess.run(words, cwd=room.folder, env=room.environ(EVENING), timeout=60, check=False)


def test_a_wrong_token_and_a_dead_relay_are_told_once_by_the_webhook_and_once_when_over(
    room: Newsroom, webhook: Hook
) -> None:
    desk(room, email="piket@kantor.example", telegram=f"telegram:{TEST_CHAT}",
         webhook=f"{webhook.url}/s3cret-hook")  # fmt: skip
    break_everything(room)
    tick_unheard(room)
    [told] = webhook.documents
    assert told.keys() == documented("desk message")
    assert all(matter.keys() == documented("matter") for matter in told["matters"])
    keys = {matter["key"]: matter for matter in told["matters"]}
    assert set(keys) == {"channel:telegram", "channel:harian"}
    assert {matter["state"] for matter in told["matters"]} == {"open"}
    assert keys["channel:telegram"]["command"] == "syndicate channels check telegram"
    assert "token" in keys["channel:telegram"]["says"]
    assert "cannot reach the relay" in keys["channel:harian"]["says"]
    for secret in (WRONG_TOKEN, PASSWORD, "s3cret-hook", "ani@example.org"):
        assert secret not in json.dumps(told)
    for _ in range(3):
        assert room.run("tick", at=EVENING).code == 3
    assert len(webhook.documents) == 1
    mend_everything(room)
    assert room.run("tick", at=EVENING).code == 0
    [_, over] = webhook.documents
    assert [matter["state"] for matter in over["matters"]] == ["over", "over"]
    assert room.run("tick", at=EVENING).code == 0
    assert len(webhook.documents) == 2
    assert room.readers == ["ani@example.org"]
    assert room.rows("SELECT * FROM matters") == []


@pytest.mark.parametrize(
    ("broken", "way"),
    [("relay", "telegram"), ("doubt", "telegram"), ("token", "email"), ("nothing", "email")],
)
def test_a_matter_goes_by_a_way_that_is_not_the_failed_one(
    room: Newsroom, broken: str, way: str
) -> None:
    desk(room, email="piket@kantor.example", telegram=TEST_CHAT)
    room.subscribe("ani@example.org")
    room.write()
    room.publish("--channel", "feed", "--channel", "harian")
    if broken == "relay":
        room.change("harian", smtp=DEAD_RELAY)
    elif broken == "doubt":  # the relay would take the desk's letter, and may fail it, too
        room.smtp.faults.append(SmtpFault(at="dot", do="hang up", nth=1))
    elif broken == "token":  # of the readers' channel; the desk's chat is that of the same bot
        room.environment["TG_TOKEN"] = WRONG_TOKEN
        room.run("publish", "kabar.md", at=NOON)
    else:
        room.change_ledger("INSERT INTO backups VALUES ('a.db', '2026-01-01 00:00:00.000000')")
    room.run("tick", at=EVENING)
    room.run("tick", at=EVENING)
    told = [post for post in room.api.shown if "matter needs somebody" in post.text]
    letters = [letter for letter in room.letters if letter["To"] == "piket@kantor.example"]
    assert (len(told), len(letters)) == ((1, 0) if way == "telegram" else (0, 1))
    if letters:
        assert letters[0]["Auto-Submitted"] == "auto-generated"
        assert "1 matter needs somebody" in letters[0]["Subject"]
        assert "syndicate " in letters[0].get_content()


def test_where_every_way_is_down_it_waits_for_the_first_that_works(
    room: Newsroom, webhook: Hook
) -> None:
    desk(room, telegram=TEST_CHAT, webhook=webhook.url)
    webhook.status = 503
    break_everything(room)
    first = room.run("tick", at=EVENING)
    assert "the desk could not be told yet" in first.said
    assert "desk.webhook: the server answered 503" in first.said
    webhook.status = 204
    room.run("tick", at=EVENING)
    room.run("tick", at=EVENING)
    assert len(webhook.documents) == 2  # the one that was refused, and the one that was heard


def test_an_office_without_a_list_is_written_to_by_its_mail_table(room: Newsroom) -> None:
    room.only("telegram")
    room.tables["mail"] = {"smtp": room.smtp.url, "sender": "Mesin <mesin@kantor.example>"}
    desk(room, email="piket@kantor.example")
    room.write()
    room.environment["TG_TOKEN"] = WRONG_TOKEN
    room.run("publish", "kabar.md")
    room.run("tick", at=NOON)
    [letter] = room.letters
    assert (letter["To"], letter["From"]) == (
        "piket@kantor.example", "Mesin <mesin@kantor.example>"
    )  # fmt: skip
    room.tables["mail"]["smtp"] = DEAD_RELAY
    room.configure()
    room.change_ledger("INSERT INTO backups VALUES ('a.db', '2026-01-01 00:00:00.000000')")
    answer = room.run("tick", at=NOON)
    assert "told yet: desk.email: mail.smtp: cannot reach the relay" in answer.said
    room.tables["mail"]["smtp"] = "nonsense://x"
    room.configure()
    assert "mail.smtp: " in room.run("tick", at=NOON).said


def test_a_doubt_is_told_with_the_command_that_settles_it(room: Newsroom, webhook: Hook) -> None:
    desk(room, webhook=webhook.url)
    room.only("harian")
    room.subscribe("ani@example.org")
    room.write()
    room.publish()
    room.smtp.faults.append(SmtpFault(at="dot", do="hang up"))
    assert room.run("tick", at=EVENING).code == 4
    [[matter]] = [told["matters"] for told in webhook.documents]
    [(edition,)] = room.rows("SELECT edition_id FROM runs")
    assert matter["command"].startswith(f"syndicate resolve {edition} --all-sent")
    assert room.run("resolve", str(edition), "--all-sent", at=EVENING).code == 0
    room.run("tick", at=EVENING)
    assert [m["state"] for told in webhook.documents for m in told["matters"]] == ["open", "over"]


def test_a_digest_that_is_not_out_by_its_time_is_told(room: Newsroom, webhook: Hook) -> None:
    desk(room, webhook=webhook.url, digest_by="17:30")
    room.only("harian")
    room.subscribe("ani@example.org")
    room.write()
    room.publish()
    room.smtp.faults.append(SmtpFault(at="rcpt", do="defer", code=450))
    room.run("tick", at=EVENING)
    assert webhook.documents == []  # one reader is put off, as relays do
    room.run("tick", at="2026-05-04T17:35:00+07:00")
    [[matter]] = [told["matters"] for told in webhook.documents]
    assert "is not out by 17:30 (desk.digest_by): 1 deferred" in matter["says"]


@pytest.mark.parametrize(
    ("change", "key", "command"),
    [
        ("UPDATE runs SET halted = 'too many were refused'", "halted:", "digest harian --resume"),
        ("UPDATE runs SET paused_at = frozen_at, why = 'spam'", "channel:harian", "channels check"),
        ("INSERT INTO backups VALUES ('a.db', '2026-01-01 00:00:00.000000')", "backup:",
         "ledger backup FILE"),
        ("DELETE FROM letters", "books:harian", "status"),
    ],
)  # fmt: skip
def test_each_matter_comes_with_what_settles_it_and_ends_with_it(
    room: Newsroom, webhook: Hook, change: str, key: str, command: str
) -> None:
    desk(room, webhook=webhook.url)
    room.only("harian")
    room.subscribe("ani@example.org")
    room.write()
    room.publish()
    room.smtp.faults.append(SmtpFault(at="rcpt", do="defer", code=450))
    room.run("tick", at=EVENING)
    assert webhook.documents == []
    room.change_ledger(change)
    room.run("tick", at=EVENING)
    room.run("tick", at=EVENING)
    [[matter]] = [told["matters"] for told in webhook.documents]
    assert matter["key"].startswith(key)
    assert f"syndicate {command}" in matter["command"]


def test_a_token_that_soon_ends_is_told(
    room: Newsroom, webhook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk(room, webhook=webhook.url)
    room.only("telegram")
    end = datetime.fromisoformat(NOON) + timedelta(days=20)
    monkeypatch.setattr(Telegram, "valid_until", lambda _channel: {"token": end})
    room.run("tick", at=NOON)
    assert webhook.documents == []
    room.run("tick", at=(end - timedelta(days=13)).isoformat())
    [[matter]] = [told["matters"] for told in webhook.documents]
    assert matter["says"].startswith("channels.telegram.token: is valid until 24 May 2026")


def test_a_tick_that_breaks_off_is_told(
    room: Newsroom, webhook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk(room, webhook=webhook.url)
    room.only("telegram")
    with monkeypatch.context() as broken:
        broken.setattr("syndicate.operations.tick.take_over", lambda *_: 1 / 0)
        assert room.run("tick", at=NOON).code == 1
        assert room.run("tick", at=NOON).code == 1
    room.run("tick", at=NOON)
    said = [(m["key"], m["state"]) for told in webhook.documents for m in told["matters"]]
    assert said == [("tick", "open"), ("tick", "over")]


def test_a_desk_that_leads_nowhere_is_named(room: Newsroom) -> None:
    room.only("feed")
    for settings, why in (
        ({"telegram": CHAT}, "desk.telegram: write CHANNEL:CHAT"),
        ({"email": "piket@kantor.example"}, "desk.email: no letters can leave"),
        ({"webhook": "kantor"}, "desk.webhook: write a full address"),
        ({"webhook": "${HOOK}"}, "desk.webhook: $HOOK is not set"),
        ({"digest_by": "late"}, "desk.digest_by: write a time of day"),
        ({"fax": "1"}, "desk.fax: unknown setting"),
    ):
        desk(room, **settings)
        answer = room.run("tick")
        assert answer.code in (1, 3)
        assert why in answer.said, answer.said


@pytest.mark.parametrize(
    ("fault", "pings"),
    [("", ["/uuid/start", "/uuid"]), ("waits", ["/uuid/start", "/uuid"]),
     ("ledger", ["/uuid/start", "/uuid/fail"])],
)  # fmt: skip
def test_a_health_check_hears_that_a_tick_begins_and_how_it_ends(
    room: Newsroom, webhook: Hook, fault: str, pings: list[str]
) -> None:
    desk(room, ping=f"{webhook.url}/uuid")
    room.only("telegram")
    if fault == "waits":
        room.write()
        room.environment["TG_TOKEN"] = WRONG_TOKEN
        room.run("publish", "kabar.md")
    elif fault == "ledger":
        room.ledger.write_bytes(b"no ledger at all " * 100)
    room.run("tick", at=NOON)
    assert webhook.paths == pings
    assert webhook.bodies == [b"", b""]  # nothing of the office leaves


def test_a_health_check_that_fails_changes_nothing(room: Newsroom, webhook: Hook) -> None:
    room.only("telegram")
    room.write()
    room.publish()
    for ping in (f"{webhook.url}/uuid", "http://127.0.0.1:9/uuid"):
        webhook.status = 500
        desk(room, ping=ping)
        answer = room.run("tick", "--json", at=NOON)
        assert answer.json["exit_code"] == answer.code == 0
        assert "uuid" not in answer.said


# what is wrong, not how it is said


def states(webhook: Hook) -> list[tuple[str, str]]:
    return [(m["key"], m["state"]) for told in webhook.documents for m in told["matters"]]


def test_an_inbox_that_is_down_is_one_matter_however_it_fails_and_whatever_else_does(
    room: Newsroom, webhook: Hook
) -> None:
    desk(room, webhook=webhook.url)
    room.only("harian")
    room.subscribe("ani@example.org")
    room.write()
    room.publish()
    room.change("harian", inbox="imap://kabar:secret@127.0.0.1:9/INBOX")
    room.run("tick", at=NOON)
    room.change("harian", inbox="maildir:tidak-ada")
    room.run("tick", at=NOON)
    room.change("harian", inbox="imap://kabar:secret@127.0.0.1:9/INBOX", smtp=DEAD_RELAY)
    room.run("tick", at=EVENING)
    [(key, _), *others] = states(webhook)
    assert others == [("channel:harian", "open")]
    [matter, _] = [matter for told in webhook.documents for matter in told["matters"]]
    assert matter["command"] == "syndicate channels check harian"
    room.change("harian", inbox="", smtp=room.smtp.url)
    room.let_pauses_end()
    room.run("tick", at=EVENING)
    assert sorted(states(webhook)[2:]) == [("channel:harian", "over"), (key, "over")]


@pytest.mark.parametrize(
    "fault",
    [
        SmtpFault(at="dot", do="hang up"),
        SmtpFault(at="rcpt", do="refuse", code=550, text="5.1.1 no such user"),
    ],
)
@pytest.mark.parametrize("command", ["publish", "tick"])
def test_a_partner_s_letter_in_doubt_or_refused_is_told_until_it_is_settled(
    room: Newsroom, webhook: Hook, fault: SmtpFault, command: str
) -> None:
    desk(room, webhook=webhook.url)
    room.tables["partners.radio"] = {"email": "redaksi@radio.example"}
    room.only("harian")
    room.write()
    room.publish()
    if command == "tick":
        room.change("harian", smtp=DEAD_RELAY)
    else:
        room.smtp.faults.append(fault)
    room.rewrite("Isi kabar", "Isi yang lain")
    room.run("publish", "kabar.md", "--note", "Isinya salah.", at=NOON)
    if command == "tick":
        room.change("harian", smtp=room.smtp.url)
        room.let_pauses_end()
        room.smtp.faults.append(fault)
    for _ in range(3):
        room.run("tick", at=NOON)
    [matter] = [m for told in webhook.documents for m in told["matters"] if m["state"] == "open"]
    assert matter["command"].startswith("syndicate resolve partner/")
    assert len(states(webhook)) == 1
    place = matter["command"].split()[2]
    assert room.run("resolve", place, "--give-up", at=NOON).code == 0
    room.run("tick", at=NOON)
    assert [state for _, state in states(webhook)] == ["open", "over"]


def test_a_scheduled_article_that_asks_comes_with_what_settles_it_and_without_its_folder(
    room: Newsroom, webhook: Hook
) -> None:
    desk(room, webhook=webhook.url)
    room.only("telegram")
    room.write()
    assert room.run("publish", "kabar.md", "--at", "2026-05-04T10:00+07:00").code == 0
    for _ in range(2):
        room.run("tick", at=EVENING)  # seven hours too late
    [matter] = [matter for told in webhook.documents for matter in told["matters"]]
    assert matter["says"].startswith("“Kabar pertama” was to go out on ")
    assert str(room.folder) not in json.dumps(matter)
    uri = matter["command"].split()[2]
    assert room.run("release", uri, at=EVENING).code == 0
    room.run("tick", at=EVENING)
    assert [state for _, state in states(webhook)] == ["open", "over"]


@pytest.mark.parametrize(
    ("chat", "why"),
    [
        (CHAT, f"{CHAT} is where channels.telegram publishes"),
        (f"telegram:{CHAT}", f"{CHAT} is where channels.telegram publishes"),
        ("-1001", f"-1001 is {CHAT} itself"),  # the same chat by its number
    ],
)
def test_an_alarm_never_goes_to_the_chat_of_the_readers_but_by_the_other_ways(
    room: Newsroom, webhook: Hook, chat: str, why: str
) -> None:
    room.only("telegram")
    desk(room, telegram=chat)
    room.run("tick", at=NOON)
    room.change_ledger("INSERT INTO backups VALUES ('a.db', '2026-01-01 00:00:00.000000')")
    room.change_ledger("DELETE FROM ticks")  # what was said before is said again
    assert f"desk.telegram: {why}" in room.run("tick", at=NOON).said
    assert room.api.shown == []
    desk(room, telegram=chat, webhook=webhook.url)
    room.run("tick", at=NOON)
    assert "backup:" in {key for key, _ in states(webhook)}


def test_an_old_copy_of_the_ledger_is_told_once(room: Newsroom, webhook: Hook) -> None:
    desk(room, webhook=webhook.url)
    room.only("telegram")
    room.write()
    copy = room.ledger.read_bytes() if room.ledger.exists() else b""
    room.run("tick", at=NOON)
    copy = room.ledger.read_bytes()
    room.publish()
    room.ledger.write_bytes(copy)
    for name in ("-wal", "-shm"):
        room.ledger.with_name(room.ledger.name + name).unlink(missing_ok=True)
    for _ in range(2):
        assert room.run("tick", at=EVENING).code == 1
    [(key, state)] = states(webhook)
    assert (key, state) == ("tick", "open")
    assert room.run("ledger", "restored", at=EVENING).code in (0, 3)
    room.run("tick", at=EVENING)
    assert states(webhook)[1:] == [("tick", "over")]


@pytest.mark.parametrize("fault", ["unknown = 1", 'name = "${NOT_SET}"'])
def test_a_health_check_hears_of_a_configuration_that_cannot_be_read(
    room: Newsroom, webhook: Hook, fault: str
) -> None:
    room.only("telegram")
    desk(room, ping=f"{webhook.url}/uuid")
    config = room.folder / "config.toml"
    text = (
        re.sub(r"(?m)^name = .*\n", "", config.read_text())
        if "name" in fault
        else config.read_text()
    )
    config.write_text(text.replace("[publisher]", f"[publisher]\n{fault}"))
    assert room.run("tick", at=NOON).code != 0
    assert webhook.paths == ["/uuid/start", "/uuid/fail"]
