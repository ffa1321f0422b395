"""Which version this is."""

from __future__ import annotations


def version() -> str:
    """The distribution's version, as it was installed."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("syndicate-cli")
    except PackageNotFoundError:
        return "0+unknown"
