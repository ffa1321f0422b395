"""Parts of a configuration, read alone: no secret of any channel is looked up."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from syndicate.config.checks import read_standards
from syndicate.config.loader import read_tables
from syndicate.config.profiles import read_profiles
from syndicate.editorial.standards import Standards
from syndicate.model.profile import Profile


def profiles(path: Path) -> Mapping[str, Profile]:
    """Return the profiles of a configuration."""
    return read_profiles(read_tables(path).get("profiles", {}), path.absolute().parent)


def standards(path: Path) -> Standards:
    """Return what a configuration checks articles against."""
    return read_standards(read_tables(path), path.absolute().parent)
