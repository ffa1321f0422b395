"""docs/checks.md has every rule, with its severity and an article that triggers it."""

from __future__ import annotations

import re
from pathlib import Path

from support.pages import page
from syndicate.config.loader import load
from syndicate.editorial import minors
from syndicate.editorial.rules import RULES
from syndicate.office import Office
from syndicate.operations.check import check_articles

PAGE = page("docs/checks.md")
SECTION = re.compile(r"^### ([\w-]+)\n\n\*(error|warning)\.\*", re.MULTILINE)
EXAMPLE = re.compile(r"^### ([\w-]+)\n\n[^\n]*\n\n```markdown\n(.*?)```", re.M | re.S)
# what no text of one article shows
SHOWN_ELSEWHERE = {"unreadable", "same-article", "refused", "channel", "letter"}
CONFIG = """
[publisher]
name = "Diskominfotik Bengkalis"
url = "https://kantor.example"
[channels.feed]
kind = "feed"
title = "Kabar"
url = "https://kantor.example/feed"
directory = "feed"
[glossary]
names = ["Diskominfotik", "Piagam"]
[minors]
list = "minors.txt"
"""


def examples() -> dict[str, str]:
    return dict(EXAMPLE.findall(PAGE))


def test_every_rule_is_on_the_page_with_its_severity() -> None:
    assert dict(SECTION.findall(PAGE)) == {name: rule.severity for name, rule in RULES.items()}


def test_every_rule_has_an_example() -> None:
    assert examples().keys() == RULES.keys() - SHOWN_ELSEWHERE


def test_every_example_triggers_its_rule(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    settings = load(tmp_path / "config.toml")
    assert minors.add(settings.standards.minors, ["Rahasia Contoh"]) == 1
    office = Office.open(settings, dry=True)
    missed = []
    for name, text in examples().items():
        path = tmp_path / f"{name}.md"
        path.write_text(text, encoding="utf-8")
        found = check_articles(office, [path], online=name == "dead-link")
        if name not in {finding.rule for finding in found.findings}:
            missed.append((name, list(map(str, found.findings)), found.notes))
    office.close()
    assert missed == []
