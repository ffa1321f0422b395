"""docs/approval.md: its configuration is one, and means what the page says."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from support.pages import page
from syndicate.config.loader import load
from syndicate.errors import ConfigError

PUBLISHER = '[publisher]\nname = "Kantor"\nurl = "https://kantor.example"\n'
[EXAMPLE] = re.findall(r"```toml\n(.*?)```", page("docs/approval.md"), re.DOTALL)


def test_the_configuration_of_the_page_loads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "rahasia")
    path = tmp_path / "config.toml"
    path.write_text(f"{PUBLISHER}{EXAMPLE}")
    settings = load(path)
    siti, dewi = settings.approvers
    assert (siti.deputy, siti.away_until, dewi.stands_in) == ("dewi", date(2026, 5, 4), True)
    assert settings.profiles["klarifikasi"].approval == "two-person"
    assert settings.editorial.approval == "none"


WRONG = {
    'deputy = "dewi"': ('deputy = "joko"', "approvers.siti.deputy: there is no other approver"),
    "dewi@kominfo": ("siti@kominfo", "approvers.dewi.email: is the address of approvers.siti"),
    "[approvers.dewi]": ("[approvers.SITI]", "approvers.SITI: is the name of approvers.siti"),
    'email = "siti@': ('stands_in = true\nemail = "siti@', "klarifikasi.approval: nobody can"),
    'remind_after = "4h"': ('remind_after = "4"', "editorial.remind_after: write minutes, hours"),
    '"two-person"': ('"three-person"', "profiles.klarifikasi.approval: "),
}


@pytest.mark.parametrize("old", WRONG)
def test_what_contradicts_itself_is_refused_with_its_path(
    old: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "rahasia")
    new, why = WRONG[old]
    path = tmp_path / "config.toml"
    path.write_text(f"{PUBLISHER}{EXAMPLE.replace(old, new, 1)}")
    with pytest.raises(ConfigError, match=re.escape(why)):
        load(path)
