"""What the long tests have counted is said at their end."""

from __future__ import annotations

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say the figures of every test that has some."""
    reports = [one for each in terminalreporter.stats.values() for one in each]
    found = [
        f"{value}"
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == "figures" and report.when == "call"
    ]
    if found:
        terminalreporter.section("figures")
        for line in found:
            terminalreporter.line(line)
