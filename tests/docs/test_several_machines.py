"""docs/several-machines.md: what it shows and promises, done."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import Pool

from docs.conftest import Desk
from support import postgres
from support.pages import PAGES, blocks, commands, page, sections, shell_lines, words
from syndicate.config.loader import LedgerSettings
from syndicate.ledger.database.clock import MOST, UNNOTED
from syndicate.ledger.database.engine import connect
from syndicate.ledger.processes.waits import CLAIM_FOR

PAGE = page("docs/several-machines.md")
SECTIONS = sections(PAGE)
[BACKUP] = commands(SECTIONS["Backups"])
[DUMP] = [line for line in shell_lines(SECTIONS["Backups"]) if line.startswith("pg_dump ")]
[RESTORE] = [
    line for line in shell_lines(SECTIONS["After a restore"]) if line.startswith("pg_restore ")
]
[SHOWN] = blocks(PAGE, "toml")
RESTORED, LOOK, ADOPT, ANEW = commands(SECTIONS["After a restore"])
TODAY = "2098-12-20T09:00:00+07:00"
LATER = "2099-01-01T09:00:00+07:00"


def say(line: str, url: str, folder: Path) -> None:
    """Run one of PostgreSQL's own programs as the page has it, its file in a folder of ours."""
    parsed = make_url(url)
    environment = {
        "PGHOST": f"{parsed.host}", "PGPORT": f"{parsed.port}", "PGUSER": f"{parsed.username}",
        "PGPASSWORD": f"{parsed.password}", "PATH": f"{postgres.clients()}:{os.environ['PATH']}",
    }  # fmt: skip
    named, copy = {"syndicate": f"{parsed.database}"}, str(folder / "copy.dump")
    command = [copy if "/backup/" in word else named.get(word, word) for word in words(line)]
    subprocess.run(command, env=environment, check=True, timeout=60)


@pytest.fixture
def restored(desk: Desk) -> Desk:
    """An office whose backup is older than what it has published."""
    desk.configure()
    assert desk.run("publish", desk.article("first.md").name)[0] == 0
    *backup, _ = BACKUP
    assert desk.run(*backup, "copy.db")[0] == 0
    assert desk.run("publish", desk.article().name)[0] == 0
    for path in desk.folder.glob("syndicate.db*"):
        path.unlink()
    shutil.copy(desk.folder / "copy.db", desk.folder / "syndicate.db")
    assert desk.run(*RESTORED)[0] == 0
    assert desk.run(*LOOK)[0] == 0
    return desk


@pytest.fixture
def on_postgres(desk: Desk, postgres_ledger: str, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The same desk, with a ledger on PostgreSQL, its address written as on the page."""
    desk.configure()
    parsed = make_url(postgres_ledger)
    monkeypatch.setenv("LEDGER_PASSWORD", f"{parsed.password}")
    shown = LedgerSettings.model_validate(tomllib.loads(SHOWN)["ledger"]).url
    here = shown.replace("syndicate:", f"{parsed.username}:").replace(
        "db.contoh.go.id/syndicate", f"{parsed.host}:{parsed.port}/{parsed.database}"
    )
    config = desk.folder / "config.toml"
    assert "sqlite:///syndicate.db" in config.read_text()
    config.write_text(config.read_text().replace("sqlite:///syndicate.db", here))
    return desk


def test_a_dump_is_put_back_recognised_and_gone_on_with(
    on_postgres: Desk, postgres_ledger: str
) -> None:
    desk = on_postgres
    assert desk.run("publish", desk.article("first.md").name)[0] == 0
    say(DUMP, postgres_ledger, desk.folder)
    assert desk.run("publish", desk.article().name)[0] == 0
    say(RESTORE, postgres_ledger, desk.folder)
    code, answer = desk.run("tick")
    assert code == 1
    assert ".config.toml.generation shows that something was sent later" in answer
    assert desk.run(*RESTORED)[0] == 0
    assert desk.run(*LOOK)[0] == 0
    code, answer = desk.run("publish", "article.md")
    assert code == 1
    assert "syndicate adopt article.md" in answer
    *adopt, _ = ADOPT
    post = desk.api.shown[-1]
    assert desk.run(*adopt, f"https://t.me/kominfo_contoh/{post.message_id}")[0] == 0
    desk.change("first.md")
    assert desk.run("publish", "first.md", "--note", "The pump has a name.")[0] == 0
    assert "The pump has a name." in desk.api.shown[0].text
    assert len(desk.api.shown) == 2


def test_what_was_published_after_the_backup_is_asked_about(restored: Desk) -> None:
    code, said = restored.run("publish", "article.md")
    assert code == 1
    assert "--new" in said
    assert "syndicate adopt article.md" in said
    assert len(restored.api.shown) == 2


def test_a_post_that_stands_is_taken_on_and_corrected(restored: Desk) -> None:
    *adopt, _ = ADOPT
    post = restored.api.shown[-1]
    assert restored.run(*adopt, f"https://t.me/kominfo_contoh/{post.message_id}")[0] == 0
    restored.change()
    assert restored.run("publish", "article.md", "--note", "The pump has a name.")[0] == 0
    assert "The pump has a name." in post.text
    assert len(restored.api.shown) == 2


def test_what_never_went_out_is_published_anew(restored: Desk) -> None:
    restored.api.shown[-1].deleted = True
    assert restored.run(*ANEW)[0] == 0
    assert len(restored.api.shown) == 2


def test_what_the_backup_knows_goes_on_as_before(restored: Desk) -> None:
    restored.change("first.md")
    assert restored.run("publish", "first.md", "--note", "The pump has a name.")[0] == 0
    assert "The pump has a name." in restored.api.shown[0].text


def test_a_lost_ledger_asks_about_older_articles(desk: Desk) -> None:
    desk.configure()
    assert desk.run("publish", desk.article().name)[0] == 0
    for path in desk.folder.glob("syndicate.db*"):
        path.unlink()
    code, said = desk.run("publish", "article.md", now=LATER)
    assert code == 1
    assert "older than what was sent" in said
    assert desk.run("ledger", "restored", now=LATER)[0] == 0
    code, said = desk.run("publish", "article.md", now=LATER)
    assert code == 1
    assert "older than the ledger" in said


def test_the_shown_ledger_is_one_on_postgresql() -> None:
    url = LedgerSettings.model_validate(tomllib.loads(SHOWN)["ledger"]).url
    assert connect(url).dialect.name == "postgresql"


def test_a_clock_is_off_by_what_the_page_says() -> None:
    clocks = SECTIONS["Clocks"]
    assert "**More than a minute off**" in clocks
    assert timedelta(minutes=1) == UNNOTED
    assert "**More than ten minutes off**" in clocks
    assert timedelta(minutes=10) == MOST


def test_a_claim_ends_when_the_page_says() -> None:
    assert "a claim ends after twenty minutes" in PAGE
    assert timedelta(minutes=20) == CLAIM_FOR


def test_a_missed_digest_is_sent_by_the_next_tick(desk: Desk) -> None:
    desk = replace(desk, now=TODAY)
    desk.configure()
    assert desk.run("subscribers", "add", "ani@example.org")[0] == 0
    assert desk.run("publish", desk.article().name)[0] == 0
    assert desk.run("tick", now=LATER)[0] == 0
    assert len(desk.smtp.letters) == 1


@contextmanager
def connections() -> Iterator[list[int]]:
    """Give how many connections were open at once, as each is opened."""
    open_now: set[int] = set()
    counts: list[int] = []

    def opened(connection: object, _: object) -> None:
        open_now.add(id(connection))
        counts.append(len(open_now))

    def closed(connection: object, _: object) -> None:
        open_now.discard(id(connection))

    event.listen(Pool, "connect", opened)
    event.listen(Pool, "close", closed)
    try:
        yield counts
    finally:
        event.remove(Pool, "connect", opened)
        event.remove(Pool, "close", closed)


def test_no_command_holds_more_connections_than_the_page_says(on_postgres: Desk) -> None:
    assert "that only looks holds one connection" in PAGE
    assert "one that publishes two, a digest three" in PAGE
    desk = replace(on_postgres, now=TODAY)
    desk.article()
    many = [f"ani{number}@example.org" for number in range(30)]
    for most, command in (
        (1, ["subscribers", "add", *many]), (2, ["publish", "article.md"]),
        (1, ["status"]), (1, ["digest", "--dry-run"]),
    ):  # fmt: skip
        with connections() as counts:
            assert desk.run(*command)[0] == 0, command
        assert max(counts) <= most, command
    with connections() as counts:
        assert desk.run("tick", now=LATER)[0] == 0
    assert len(desk.smtp.letters) == len(many)
    assert max(counts) <= 3


def test_what_each_machine_and_its_monitor_say_works_on_postgresql(on_postgres: Desk) -> None:
    desk = replace(on_postgres, now=TODAY)
    assert desk.run("publish", desk.article().name)[0] == 0
    assert desk.run("tick")[0] == 0
    [cron] = commands(SECTIONS["Several machines: PostgreSQL"])
    [check] = commands(SECTIONS["What to watch"])
    for command in (cron, check):
        code, answer = desk.run(*command)
        assert code == 0, answer
    assert "SYNDICATE OK" in answer


def test_every_link_into_the_page_leads_to_a_heading() -> None:
    headings = {anchor(head) for head in re.findall(r"^#+ (.*)$", PAGE, re.M)}
    within = re.findall(r"\]\(#([^)]+)\)", PAGE)
    from_others = [
        found
        for path in PAGES
        for found in re.findall(r"several-machines\.md#([\w-]+)\)", path.read_text("utf-8"))
    ]
    assert within
    assert from_others
    assert {*within, *from_others} <= headings


def anchor(heading: str) -> str:
    """A heading's name in links, as GitHub makes it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
