"""docs/several-machines.md: what it shows and promises, done."""

from __future__ import annotations

import shutil
import tomllib
from dataclasses import replace
from datetime import timedelta

import pytest

from docs.conftest import Desk
from docs.pages import blocks, commands, page, sections
from syndicate.config import LedgerSettings
from syndicate.ledger.clock import MOST, UNNOTED
from syndicate.ledger.engine import connect
from syndicate.ledger.waits import CLAIM_FOR

PAGE = page("docs/several-machines.md")
SECTIONS = sections(PAGE)
[BACKUP] = commands(SECTIONS["Backups"])
RESTORED, LOOK, ADOPT, ANEW = commands(SECTIONS["After a restore"])
TODAY = "2098-12-20T09:00:00+07:00"
LATER = "2099-01-01T09:00:00+07:00"


@pytest.fixture
def restored(desk: Desk) -> Desk:
    """An office whose backup is older than what it has published."""
    desk.configure()
    assert desk.run("publish", desk.article("first.md").name)[0] == 0
    *words, _ = BACKUP
    assert desk.run(*words, "copy.db")[0] == 0
    assert desk.run("publish", desk.article().name)[0] == 0
    for path in desk.folder.glob("syndicate.db*"):
        path.unlink()
    shutil.copy(desk.folder / "copy.db", desk.folder / "syndicate.db")
    assert desk.run(*RESTORED)[0] == 0
    assert desk.run(*LOOK)[0] == 0
    return desk


def test_what_was_published_after_the_backup_is_asked_about(restored: Desk) -> None:
    code, said = restored.run("publish", "article.md")
    assert code == 1
    assert "--new" in said
    assert "syndicate adopt article.md" in said
    assert len(restored.api.shown) == 2


def test_a_post_that_stands_is_taken_on_and_corrected(restored: Desk) -> None:
    *words, _ = ADOPT
    post = restored.api.shown[-1]
    assert restored.run(*words, f"https://t.me/kominfo_contoh/{post.message_id}")[0] == 0
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
    [shown] = blocks(PAGE, "toml")
    url = LedgerSettings.model_validate(tomllib.loads(shown)["ledger"]).url
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
