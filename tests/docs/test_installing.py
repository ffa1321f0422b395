"""docs/installing.md: its commands install what the locks pin, with a registry and without."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.pages import ROOT, blocks, page, sections, shell_lines
from test_project import BUNDLES, locked

PAGE = page("docs/installing.md")
WITH, WITHOUT = sections(PAGE)["With a registry"], sections(PAGE)["Without one"]
COLLECT, THERE, IMAGE = blocks(WITHOUT, "sh")
PIPS = [line for line in shell_lines(WITH + WITHOUT) if "/pip " in line]
OURS = ("wheelhouse .", "install --no-deps --no-build-isolation .", "--no-deps syndicate-cli")
LATER = "--find-links wheels "  # of those the page says how they are checked


def test_every_package_of_others_is_checked_by_its_hash() -> None:
    unchecked = [line for line in PIPS if "--require-hashes" not in line]
    assert len(unchecked) == 4
    assert all(line.endswith(OURS) or LATER in line for line in unchecked)
    assert "sha256sum wheelhouse/syndicate_cli-*.whl" in WITHOUT


def test_what_builds_is_there_before_anything_is_built() -> None:
    for block in (WITH, COLLECT, THERE):
        pips = [line for line in block.splitlines() if "/pip " in line]
        assert "requirements-build.lock" in pips[0]
        building = [line for line in pips if "postgresql.lock" in line]
        assert building
        assert all("--no-build-isolation" in line for line in building)


def test_the_machine_without_a_registry_asks_none() -> None:
    pips = [line for line in (THERE + IMAGE).splitlines() if "/pip " in line]
    assert len(pips) == 5
    assert all("--no-index --find-links" in line for line in pips)


def test_the_page_has_every_lock_of_what_is_handed_on() -> None:
    assert all(f"`{lock}`" in PAGE for lock in BUNDLES)
    assert "(docs/installing.md)" in page("README.md")


# the real thing: half a minute, and a registry


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The project as somebody has it, without what is made here."""
    made = tmp_path / "clone"
    left_out = shutil.ignore_patterns(".*", "__pycache__")
    shutil.copytree(ROOT, made, ignore=left_out)
    return made


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    (tmp_path / "there").mkdir()
    return tmp_path / "there"


def run(block: str, folder: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a block of the page, with /opt in a folder of ours, up to the first that fails."""
    python = shlex.quote(sys.executable)
    script = block.replace("/opt/", f"{folder}/opt-").replace("python3 ", f"{python} ")
    return subprocess.run(
        ["sh", "-e", "-c", script], cwd=folder, env=dict(env), capture_output=True, text=True,
        timeout=600,
    )  # fmt: skip


def online() -> dict[str, str]:
    shielded = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "SYNDICATE_"))}
    return shielded | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_RETRIES": "2"}


def offline() -> dict[str, str]:
    """Without pip's settings and caches, and with every way out of the machine closed."""
    shielded = {k: v for k, v in online().items() if not k.startswith("PIP_")}
    closed = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:1")
    return shielded | closed | {
        "PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"
    }  # fmt: skip


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_a_wheelhouse_is_collected_carried_over_and_installed(clone: Path, elsewhere: Path) -> None:
    collected = run(COLLECT, clone, online())
    if collected.returncode and "No matching distribution" in collected.stderr:
        pytest.skip("no package registry can be reached from here")
    assert collected.returncode == 0, collected.stderr
    wheelhouse = clone / "wheelhouse"
    assert [path.suffix for path in wheelhouse.glob("feedgen*")] == [".gz"]
    shutil.copytree(wheelhouse, elsewhere / "wheelhouse")

    harmed = next((elsewhere / "wheelhouse").glob("jinja2-*"))
    whole = harmed.read_bytes()
    harmed.write_bytes(whole + b" ")
    refused = run(THERE, elsewhere, offline())
    assert refused.returncode != 0
    assert "DO NOT MATCH THE HASHES" in refused.stderr
    assert "jinja2" in refused.stderr
    shutil.rmtree(elsewhere / "opt-syndicate")
    harmed.write_bytes(whole)

    done = run(THERE, elsewhere, offline())
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("syndicate ")
    check(elsewhere / "opt-syndicate")

    made = run(IMAGE, clone, offline())
    assert made.returncode == 0, made.stderr
    check(clone / "opt-image")


def check(environment: Path) -> None:
    """Every package has the version that is locked, the driver is there, and the demo works."""
    listed = subprocess.run(
        [environment / "bin" / "pip", "freeze", "--all"], env=offline(), capture_output=True,
        text=True, check=True,
    ).stdout.lower()  # fmt: skip
    pins = dict(line.split("==") for line in listed.splitlines() if "==" in line)
    have = {name.replace("_", "-"): version for name, version in pins.items()}
    wanted = locked("requirements-postgresql.lock")
    for name in locked("requirements-build.lock"):  # where nothing is built, venv's own may do
        del wanted[name]
    assert {n: v for n, v in wanted.items() if have.get(n, v) != v} == {}
    assert {"feedgen", "psycopg", "psycopg-binary", "python-telegram-bot"} <= have.keys()
    shown = subprocess.run(
        [environment / "bin" / "syndicate", "demo", environment / "demo"], env=online(),
        cwd=environment, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert shown.returncode == 0, shown.stderr
