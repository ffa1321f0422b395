"""config.example.toml: it loads, and holds every setting there is and no other."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from syndicate.config.approvers import ApproverSettings
from syndicate.config.checks import ChecksSettings, GlossarySettings, MinorsSettings
from syndicate.config.deadlines import DeadlineSettings
from syndicate.config.desk import DeskSettings, MailSettings
from syndicate.config.editorial import EditorialSettings
from syndicate.config.loader import LedgerSettings, PublisherSettings, load
from syndicate.config.partners import PartnerSettings
from syndicate.config.profiles import ProfileSettings
from syndicate.config.registry import channel_class, kinds, make_channels

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "config.example.toml"
TABLES: dict[str, Any] = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
NEEDED = object()


def model_settings(model: type[BaseModel]) -> dict[str, object]:
    """Setting -> its default, of a pydantic model."""
    found = model.model_fields.items()
    return {name: NEEDED if one.is_required() else one.default for name, one in found}


def channel_settings(kind: str) -> dict[str, object]:
    """Setting -> its default, of a channel's class."""
    settings: dict[str, object] = {}
    for one in fields(channel_class(kind)):
        if one.init and one.name != "name":
            if one.default_factory is not MISSING:
                settings[one.name] = one.default_factory()
            else:
                settings[one.name] = NEEDED if one.default is MISSING else one.default
    return settings


def models() -> dict[str, dict[str, object]]:
    """Table -> its settings, as the program knows them."""
    there = {
        "publisher": model_settings(PublisherSettings),
        "ledger": model_settings(LedgerSettings),
        "editorial": model_settings(EditorialSettings),
        "deadlines": {k: v for k, v in model_settings(DeadlineSettings).items() if k != "profiles"},
        "desk": model_settings(DeskSettings),
        "mail": {k: v for k, v in model_settings(MailSettings).items() if k != "kind"},
        "checks": model_settings(ChecksSettings),
        "glossary": model_settings(GlossarySettings),
        "minors": model_settings(MinorsSettings),
        "agenda": model_settings(ProfileSettings),
    }
    there |= {name: model_settings(PartnerSettings) for name in TABLES["partners"]}
    there |= {name: model_settings(ApproverSettings) for name in TABLES["approvers"]}
    return there | {name: channel_settings(t["kind"]) for name, t in TABLES["channels"].items()}


def comments() -> Iterator[tuple[str, str, str]]:
    """Table, setting and the comment that stands right above it."""
    table, said = "", ""
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        if found := re.match(r"\[(?:(?:channels|partners|profiles|approvers)\.)?(\w+)\]", line):
            table, said = found[1], ""
        elif line.startswith("[deadlines.profiles."):  # the same settings, for one profile
            table, said = "", ""
        elif line.startswith("#") and not re.match(r"# \w+ = ", line):
            said = f"{said} {line[1:].strip()}".strip()
        elif found := re.match(r"(?:# )?(\w+) = ", line):  # one that needs files is shown only
            if found[1] != "kind" and table:
                yield table, found[1], said
            said = ""
        else:
            said = ""


def table_of(name: str) -> Mapping[str, object]:
    named = ("partners", "profiles", "channels", "approvers")
    tables: dict[str, Mapping[str, object]] = dict(TABLES)
    for kind in named:
        tables |= TABLES[kind]
    return tables[name]


@pytest.mark.parametrize("name", models())
def test_a_table_holds_every_setting_and_no_other(name: str) -> None:
    shown = {setting for table, setting, _ in comments() if table == name}
    assert shown == models()[name].keys()
    assert table_of(name).keys() - {"kind", "profiles"} <= shown


def test_every_kind_of_channel_is_shown() -> None:
    assert sorted(table["kind"] for table in TABLES["channels"].values()) == kinds()


def as_written(default: object, told: object) -> object:
    """A default as the file would have it."""
    many = default if isinstance(default, tuple) else (default,)
    if isinstance(told, str) and not isinstance(default, str):
        return ", ".join(map(str, many))
    return list(many) if isinstance(default, tuple) else default


@pytest.mark.parametrize(("table", "setting", "said"), list(comments()))
def test_a_comment_says_whether_a_setting_is_needed_and_its_default(
    table: str, setting: str, said: str
) -> None:
    default = models()[table][setting]
    if default is NEEDED:
        assert said.endswith("(needed)")
        return
    found = re.search(r"\(default (.*)\)$", said)
    assert found, f"{table}.{setting}: {said!r} ends with no (default …)"
    told = tomllib.loads(f"it = {found[1]}")["it"]
    assert told == as_written(default, told)


def test_every_setting_has_a_comment() -> None:
    told = {(table, setting) for table, setting, said in comments() if len(said) > 15}
    assert told == {(table, setting) for table, known in models().items() for setting in known}


def test_it_loads_with_its_secrets_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in re.findall(r"\$\{(\w+)\}", re.sub(r"^#.*", "", EXAMPLE.read_text(), flags=re.M)):
        monkeypatch.setenv(name, f"the-{name}")
    settings = load(EXAMPLE)
    made = make_channels(settings)
    assert {channel.name for channel in made} == TABLES["channels"].keys()
    assert "the-TELEGRAM_TOKEN" not in repr((settings, made))
    assert "the-SMTP_PASSWORD" not in repr((settings, made))
