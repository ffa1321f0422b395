"""docs/json.md: its tables hold the keys of real answers, all of them and no other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from docs.conftest import Desk
from docs.test_commands import COMMANDS, options
from support.pages import page, sections
from syndicate.ledger import Waits, open_ledger
from syndicate.ledger.schema import LETTER_STATES
from syndicate.loopback.botapi import Flood, LostReply
from syndicate.model.reach import ReachedBy
from syndicate.model.step import Action
from syndicate.report import STATE_WORDS

PAGE = page("docs/json.md")
SECTIONS = sections(PAGE)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d")
TODAY = "2099-01-01T09:00:00+07:00"
TOMORROW = "2099-01-01T18:00:00+07:00"


def keys(section: str) -> set[str]:
    """The keys of a section's table."""
    return set(re.findall(r"^\| `(\w+)` \|", SECTIONS[section], re.MULTILINE))


def same(section: str, *documents: Mapping[str, Any]) -> None:
    """The section's table holds exactly these documents' keys."""
    assert documents
    for document in documents:
        assert keys(section) == document.keys(), section


def a_report(document: Mapping[str, Any]) -> None:
    same("report", document)
    assert document["lines"]
    same("line", *document["lines"])


def told(word: str, section: str) -> bool:
    return f"`{word}`" in SECTIONS[section]


def all_told(words: Iterable[str], section: str) -> None:
    assert [word for word in words if not told(word, section)] == []


def test_the_answers_about_articles_and_digests(desk: Desk) -> None:
    desk = replace(desk, now=TODAY)
    desk.configure()
    desk.article()
    same("subscribers add", desk.ask("subscribers", "add", "ani@example.org", "nobody"))
    (desk.folder / "people.csv").write_text("email\nani@example.org\n")
    trial = desk.ask("subscribers", "import", "people.csv", "--dry-run")
    same("subscribers import --dry-run", trial)
    assert all(told(key, "subscribers import --dry-run") for key in trial["rows"][0])
    same("check", desk.ask("check", "article.md"))
    dry = desk.ask("publish", "article.md", "--dry-run")
    published = desk.ask("publish", "article.md")
    desk.change()
    corrected = desk.ask("publish", "article.md", "--note", "The pump has a name.")
    rehearsed = desk.ask("publish", "article.md", "--test")
    proof = desk.ask("digest", "--to", "me@example.org")
    digest = desk.ask("digest", now=TOMORROW)
    held = desk.ask("hold", "article.md", "--note", "Wait.")
    same("held article", *desk.ask("status")["held"])
    released = desk.ask("release", "article.md")
    withdrawal = ("withdraw", "article.md", "--reason", "It was not so.", "--notify-readers")
    withdrawn = desk.ask(*withdrawal, now=TOMORROW)
    reinstated = desk.ask("reinstate", "article.md", "--yes", now=TOMORROW)
    answers = [dry, published, corrected, rehearsed, proof, digest, held, released, withdrawn]
    answers.append(reinstated)
    for answer in answers:
        a_report(answer)
        all_told([one["kind"] for one in answer["articles"]], "article")
        all_told([line["action"] for line in answer["lines"]], "line")
        all_told([line["state"] for line in answer["lines"] if line["state"]], "line")
    for answer in [dry, published, corrected, withdrawn]:
        same("article", *answer["articles"])
        same("reach", *answer["audience"])
        all_told([reach["by"] for reach in answer["audience"]], "reach")
    assert [reach["count"] for reach in withdrawn["audience"] if reach["by"] == "letter"] == [1]
    all_told(ReachedBy, "reach")

    status = desk.ask("status")
    same("status", status)
    same("article in status", *status["articles"])
    same("line", *status["articles"][0]["places"])
    same("notice in status", *status["articles"][0]["notices"])
    same("digest in status", *status["digests"])
    history = desk.ask("history", "article.md")
    same("history", history)
    same("happening", *history["history"])
    same("version", *history["versions"])
    [diff] = history["diffs"]
    assert diff.keys() == {"from", "to", "killed", "fields"}
    [compared] = desk.ask("history", "article.md", "--diff", "1..2")["diffs"]
    same("field", *compared["fields"])
    same("stay", *history["stood"])
    same("receipt", *history["receipts"])
    same("attempt", *(each for receipt in history["receipts"] for each in receipt["attempts"]))
    same("carried", *history["digests"])
    assert {one["what"] for one in history["history"]} >= {"original", "publish: receipt"}
    next(desk.folder.rglob("rss.xml")).write_text("edited by hand")
    audited = desk.ask("audit", "--channel", "feed")
    same("audit", audited)
    same("deviation", *audited["findings"])
    closed = [digest["closed"] for digest in status["digests"] if digest["closed"]]
    for moment in [*(one["at"] for one in history["history"]), *closed]:
        assert MOMENT.fullmatch(moment)


def test_the_answers_about_what_is_scheduled(desk: Desk) -> None:
    desk.configure()
    desk.article()
    answer = desk.ask("publish", "article.md", "--at", "in 2 hours")
    a_report(answer)
    same("article", *answer["articles"])
    all_told([line["state"] for line in answer["lines"]], "line")
    same("report", desk.ask("hold", "article.md"))
    status = desk.ask("status", "article.md")
    same("status", status)
    same("coming", *status["coming"])
    all_told([one["state"] for one in status["coming"]], "coming")
    same("report", desk.ask("release", "article.md"))


def test_the_answers_in_doubt(desk: Desk) -> None:
    desk.configure()
    desk.article()
    desk.api.faults.append(LostReply())
    [line] = [one for one in desk.ask("publish", "article.md")["lines"] if one["resolve"]]
    assert line["state"] == "in doubt"
    [still] = desk.ask("status")["open"]
    same("line", still)
    a_report(desk.ask("tick"))
    number = line["resolve"].split()[2]
    a_report(desk.ask("resolve", number, "--sent", "1"))


def test_the_answers_about_what_waits(desk: Desk) -> None:
    desk.configure()
    desk.article()
    desk.api.faults.append(Flood(retry_after=600))
    desk.ask("publish", "article.md")
    waiting = desk.ask("status")["waiting"]
    same("waiting", *waiting)
    ended = desk.ask("channels", "resume", "telegram")
    same("channels resume", ended)
    assert ended["ended"] == waiting
    all_told(Waits, "waiting")


def test_the_answers_about_lists_channels_and_the_ledger(desk: Desk, tmp_path: Path) -> None:
    desk.configure()
    (tmp_path / "people.csv").write_text("email\nani@example.org\n")
    same("subscribers add", desk.ask("subscribers", "import", "people.csv"))
    people = desk.ask("subscribers", "list")
    same("subscribers list", people)
    same("subscriber", *people["subscribers"])
    same("subscribers remove", desk.ask("subscribers", "remove", "ani@example.org"))
    refused = desk.ask("subscribers", "add", "ani@example.org", "nobody")
    same("remark", *refused["remarks"])
    assert len(refused["remarks"]) == 2
    _, said = desk.run("subscribers", "export", "--person", "ani@example.org")
    of_one = json.loads(said)
    same("subscribers export --person", of_one)
    forgotten = desk.ask("subscribers", "forget", "ani@example.org")
    same("subscribers forget", forgotten)
    same("erasure", *forgotten["forgotten"])
    desk.ask("subscribers", "add", "budi@example.org")
    ledger = open_ledger(f"sqlite:///{tmp_path}/syndicate.db", datetime.now(UTC))
    token = ledger.letters.recipient("digest", 2, "").token
    ledger.close()
    same("unsubscribe", desk.ask("unsubscribe", token))
    ledger = open_ledger(f"sqlite:///{tmp_path}/syndicate.db", datetime.now(UTC))
    [[left]] = ledger.goodbyes.due(datetime.now(UTC))
    back = ledger.goodbyes.token(left, "digest")
    ledger.close()
    same("rejoin", desk.ask("rejoin", back))
    (tmp_path / "letter.eml").write_text("Subject: hello\n\nhello\n")
    same("report", desk.ask("subscribers", "bounce", "letter.eml"))
    channels = desk.ask("channels", "list")
    same("channels list", channels)
    same("channel", *channels["channels"])
    checked = desk.ask("channels", "check")
    same("channels check", checked)
    same("finding", *checked["findings"])
    same("done", desk.ask("ledger", "backup", "copy.db"), desk.ask("ledger", "restored"))
    same("error", desk.ask("status", "nothing.md"))
    stands = desk.article().name
    a_report(desk.ask("adopt", stands, "1", "--channel", "telegram"))


def test_every_action_and_state_is_told() -> None:
    all_told(Action, "line")
    all_told(STATE_WORDS.values(), "line")
    all_told([*LETTER_STATES, "deferred"], "digest in status")


@pytest.mark.parametrize("name", [n for n, c in COMMANDS.items() if "--json" in options(c)])
def test_every_command_with_json_is_on_the_page(name: str) -> None:
    assert f"`{name}`" in PAGE or name in SECTIONS


def test_every_link_within_the_page_leads_to_a_heading() -> None:
    heads = {head.replace(" ", "-") for head in SECTIONS}
    assert set(re.findall(r"\(#([\w-]+)\)", PAGE)) <= heads
