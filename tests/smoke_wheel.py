"""Build the wheel, put it with nothing but what it declares into a new environment, use it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterable
from importlib.metadata import distribution, version
from pathlib import Path
from zipfile import ZipFile

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
NAME = "syndicate-cli"
KINDS = """
from importlib.metadata import entry_points
for point in entry_points(group="syndicate.channels"):
    print(point.load().kind, end=" ")
"""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="wheel-") as name:
        folder = Path(name)
        wheel = built(folder)
        check_contents(wheel)
        programs = installed(wheel, folder / "venv")
        check_programs(programs, folder)
    print("The wheel holds all it needs, and works.")


def built(folder: Path) -> Path:
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], ROOT)
    (wheel,) = folder.glob("*.whl")
    return wheel


def check_contents(wheel: Path) -> None:
    """Every file of the two source roots is in it, templates too, and nothing else."""
    names = ZipFile(wheel).namelist()
    licences = {Path(name).name for name in names if ".dist-info/licenses/" in name}
    if licences != {"LICENSE", "NOTICE"}:
        sys.exit(f"the wheel's licences are {sorted(licences)}")
    packed = {name for name in names if ".dist-info/" not in name}
    wanted = {path.relative_to(ROOT).as_posix() for path in files(ROOT / "syndicate")}
    wanted |= {path.relative_to(ROOT / "channels").as_posix() for path in files(ROOT / "channels")}
    if packed != wanted:
        sys.exit(f"missing in the wheel, or too much: {sorted(packed ^ wanted)}")


def files(folder: Path) -> Iterable[Path]:
    return (p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts)


def installed(wheel: Path, environment: Path) -> Path:
    """The folder of programs of an environment with the wheel and what it requires."""
    venv.create(environment, symlinks=os.name != "nt")
    programs = environment / ("Scripts" if os.name == "nt" else "bin")
    python = programs / "python"
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    run([*command, "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)])
    asked = run([str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"])
    link_what_is_required(Path(asked.strip()))
    return programs


def link_what_is_required(site: Path) -> None:
    """Links to the packages beside us, instead of downloading them again."""
    for name in closure(NAME) - {NAME}:
        found = distribution(name)
        for top in {Path(str(file)).parts[0] for file in found.files or ()} - {"..", "__pycache__"}:
            link = site / top
            if not link.exists():
                link.symlink_to(Path(str(found.locate_file(top))))


def closure(name: str) -> set[str]:
    """A distribution and all it requires here, however far away."""
    reached: set[tuple[str, frozenset[str]]] = set()
    waiting = [Requirement(name)]
    while waiting:
        one = waiting.pop()
        here = (canonicalize_name(one.name), frozenset(one.extras))
        if here not in reached:
            reached.add(here)
            waiting += required_by(one)
    return {name for name, _ in reached}


def required_by(one: Requirement) -> Iterable[Requirement]:
    for line in distribution(one.name).requires or ():
        needed = Requirement(line)
        if not needed.marker or any(
            needed.marker.evaluate({"extra": extra}) for extra in ("", *one.extras)
        ):
            yield needed


def check_programs(programs: Path, folder: Path) -> None:
    syndicate = str(programs / "syndicate")
    said = run([syndicate, "--version"], folder)
    if version(NAME) not in said:
        sys.exit(f"syndicate --version says {said!r}")
    for command in ("publish", "digest", "withdraw", "demo"):
        if command not in run([syndicate, "--help"], folder):
            sys.exit(f"syndicate --help does not name {command}")
    kinds = run([str(programs / "python"), "-c", KINDS], folder).split()
    if sorted(kinds) != ["email", "feed", "telegram"]:
        sys.exit(f"the entry points give {kinds}")
    run([syndicate, "demo", str(folder / "demo")], folder)
    page = folder / "demo" / "index.html"
    if not page.stat().st_size:
        sys.exit(f"{page} is empty")


def run(command: list[str], folder: Path | None = None) -> str:
    """What a command prints; if it fails, all of it goes to our own output, and we end."""
    shielded = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "SYNDICATE_"))}
    done = subprocess.run(
        command, cwd=folder, env=shielded, capture_output=True, text=True, timeout=120
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
