"""Which addresses are this machine's, and which files lie in a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicate.system.local import is_below, is_loopback, leads_here


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "127.0.0.1", "127.9.9.9", "::1",
                                  "[::1]"])  # fmt: skip
def test_this_machine_is_known_by_its_names(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", None, "127.0.0.1.example.org", "localhost.example.org",
                                  "192.168.1.9", "0.0.0.0", "10.0.0.1", "::2"])  # fmt: skip
def test_whatever_else_is_another_machine(host: str | None) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:8081", True),
        ("http://[::1]:8081/x", True),
        ("https://localhost/hub", True),
        ("https://127.0.0.1@example.org/", False),
        ("https://example.org/?127.0.0.1", False),
        ("http://[::1", False),
        ("", False),
    ],
)
def test_an_address_leads_where_its_host_is(url: str, here: bool) -> None:
    assert leads_here(url) is here


def test_a_file_lies_where_links_lead(tmp_path: Path) -> None:
    home, away = tmp_path / "home", tmp_path / "away"
    (home / "inner").mkdir(parents=True)
    away.mkdir()
    (home / "link").symlink_to(away)
    assert is_below(home / "inner" / "new.md", home)
    assert is_below(home, home)
    assert not is_below(home / "link" / "new.md", home)
    assert not is_below(home / ".." / "away", home)
    assert not is_below(tmp_path / "home2", home)
