"""The promises of the project's own files: the locks, the version, what is in the tree."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from syndicate.version import VERSION

ROOT = Path(__file__).resolve().parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
BUNDLES = ("requirements-build.lock", "requirements.lock", "requirements-postgresql.lock")
LOCKS = (*BUNDLES, "requirements-dev.lock")
BINARY = {".png", ".jpg", ".gif", ".webp"}

HOSTS = "|".join(
    rf"{name}\.{end}"
    for name, end in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "(org|com)"))
)
URL = re.compile(r"[a-z+]+://|file:|^\s*-", re.MULTILINE)
MACHINE_PATH = re.compile(r"(?<![\w.:~<-])/(root|work|Users|builds|mnt)/\w")


def locked(lock: str) -> dict[str, str]:
    """Name -> pinned version."""
    pins = re.findall(r"^([\w.-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE)
    return {canonicalize_name(name): pin for name, pin in pins}


def blocks(lock: str) -> list[str]:
    """The requirements of a lock, each with the lines that continue it."""
    text = re.sub(r"^#.*\n", "", (ROOT / lock).read_text(), flags=re.MULTILINE)
    return text.replace("\\\n", " ").splitlines()


def required(group: str) -> list[Requirement]:
    """A dependency group of pyproject.toml, with the groups it includes."""
    given: list[Requirement] = []
    for entry in PROJECT["dependency-groups"][group]:
        if isinstance(entry, str):
            given.append(Requirement(entry))
        else:
            given += required(entry["include-group"])
    return given


def demanded(lock: str) -> list[Requirement]:
    """What pyproject.toml asks of a lock."""
    project = PROJECT["project"]
    build = [*map(Requirement, PROJECT["build-system"]["requires"]), *required("build")]
    run = [*build, *map(Requirement, project["dependencies"])]
    extras = [Requirement(r) for rs in project["optional-dependencies"].values() for r in rs]
    return {
        "requirements-build.lock": build,
        "requirements.lock": run,
        "requirements-postgresql.lock": [*run, *extras],
        "requirements-dev.lock": [*run, *extras, *required("dev")],
    }[lock]


def tracked() -> Iterator[Path]:
    """The files of the project: git's, or in an unpacked archive all but the hidden ones."""
    if (ROOT / ".git").exists():
        command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        paths = [path for path in ROOT.rglob("*") if not hidden(path)]
    return (path for path in paths if path.is_file() and path.suffix not in BINARY)


def hidden(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return any(part.startswith(".") or part == "__pycache__" for part in parts)


def sources(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_is_pinned_and_hashed(lock: str) -> None:
    pin = re.compile(r"[\w.-]+==[\w.]+( ; [^#]+?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*")
    assert [line for line in blocks(lock) if not pin.fullmatch(line)] == []
    assert blocks(lock)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_index_and_no_folder(lock: str) -> None:
    assert URL.findall(re.sub(r"--hash=", "", (ROOT / lock).read_text())) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_what_the_project_asks_for(lock: str) -> None:
    pins = locked(lock)
    for requirement in demanded(lock):
        assert pins[canonicalize_name(requirement.name)] in requirement.specifier


@pytest.mark.parametrize("smaller", BUNDLES)
def test_the_locks_agree(smaller: str) -> None:
    assert locked(smaller).items() <= locked("requirements-dev.lock").items()


def test_the_installed_version_is_the_project_s() -> None:
    assert version("syndicate-cli") == VERSION


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = []
    for path in tracked():
        text = path.read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(HOSTS, line) or MACHINE_PATH.search(line) or f"{ROOT}/" in line:
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert found == []


def test_the_patterns_see_what_they_look_for() -> None:
    machine = ("", "work", "main", "x.py")
    assert MACHINE_PATH.search("at " + "/".join(machine))
    assert not MACHINE_PATH.search("https://example.org" + "/".join(machine))
    assert re.search(HOSTS, "files." + "pythonhosted" + ".org")
    assert URL.search("--index-url x")


def test_syndicate_never_spells_a_channel_s_module() -> None:
    modules = {path.stem for path in (ROOT / "channels").iterdir() if not hidden(path)}
    assert len(modules) >= 3
    name = re.compile(rf"\b({'|'.join(sorted(modules))})\b")
    assert [path for path in sources("syndicate") if name.search(path.read_text())] == []


def test_every_channel_is_found_by_its_entry_point() -> None:
    group = PROJECT["project"]["entry-points"]["syndicate.channels"]
    found = entry_points(group="syndicate.channels")
    ours = [point for point in found if point.dist and point.dist.name == "syndicate-cli"]
    assert {point.name: point.value for point in ours} == group
    for point in ours:
        assert point.load().kind == point.name


def test_every_channel_in_the_tree_is_an_entry_point() -> None:
    values = PROJECT["project"]["entry-points"]["syndicate.channels"].values()
    modules = {path.stem for path in (ROOT / "channels").iterdir() if not hidden(path)}
    assert modules == {value.partition(":")[0] for value in values}


@pytest.mark.parametrize("folder", ["syndicate", "channels"])
def test_every_module_says_in_its_first_line_what_it_is_for(folder: str) -> None:
    silent = [p for p in sources(folder) if not p.read_text().startswith(('"""', 'r"""'))]
    assert silent == []
