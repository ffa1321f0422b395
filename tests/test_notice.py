"""NOTICE names every package that a bundle holds, under the licence that the package states."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from zipfile import ZipFile

import pytest

from test_project import LOCKS, ROOT, locked

NOTICE = (ROOT / "NOTICE").read_text(encoding="utf-8")
[TABLE] = re.findall(r"^All packages .*\n\n((?:    \S+ +\S.*\n)+)", NOTICE, re.MULTILINE)
NAMED = dict(line.split(maxsplit=1) for line in TABLE.splitlines())
LOCK = "requirements-postgresql.lock"
ELSEWHERE = {"colorama"}  # for Windows alone

# what packages call their licence where they do not say it as SPDX does
SPDX = {
    "Apache Software License": "Apache-2.0",
    "FreeBSD and LGPLv3+": "BSD-2-Clause OR LGPL-3.0-or-later",
    "ISC License": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
NO_ENDORSEMENT = "Neither the name"  # the third clause of the BSD License
LIBRARIES = {
    "libcom_err": "libcom_err", "libcrypt": "libxcrypt", "libcrypto": "OpenSSL",
    "libgssapi_krb5": "MIT Kerberos", "libk5crypto": "MIT Kerberos", "libkeyutils": "libkeyutils",
    "libkrb5": "MIT Kerberos", "libkrb5support": "MIT Kerberos", "liblber": "liblber",
    "libldap": "libldap", "libpq": "libpq", "libsasl2": "Cyrus SASL", "libssl": "OpenSSL",
}  # fmt: skip


def installed(name: str) -> Distribution:
    try:
        return distribution(name)
    except PackageNotFoundError:
        pytest.skip(f"{name} is not installed on this platform")


def stated(package: Distribution) -> str:
    """The licence in a package's metadata, as SPDX writes it."""
    about = package.metadata
    if expression := about.get_all("License-Expression"):
        return str(expression[0])
    [short, *_] = "\n".join(about.get_all("License") or [""]).splitlines() or [""]
    if short not in ("", "UNKNOWN"):
        return SPDX.get(short, short)
    [kind] = [
        line.rpartition(" :: ")[2]
        for line in about.get_all("Classifier") or ()
        if line.startswith("License")
    ]
    if kind == "BSD License":
        return "BSD-3-Clause" if NO_ENDORSEMENT in licence_text(package) else "BSD-2-Clause"
    return SPDX[kind]


def licence_text(package: Distribution) -> str:
    files = [path for path in package.files or () if "licen" in path.name.lower()]
    return " ".join(" ".join(path.read_text().split()) for path in files)


def test_every_locked_package_is_named_and_no_other() -> None:
    assert NAMED.keys() == locked(LOCK).keys()
    assert locked("requirements.lock").keys() <= NAMED.keys()


def test_every_package_stands_under_the_licence_that_it_states() -> None:
    here = sorted(NAMED.keys() - ELSEWHERE)
    assert {name: NAMED[name] for name in here} == {name: stated(installed(name)) for name in here}


def test_every_package_under_the_lgpl_is_told_apart() -> None:
    _, _, rest = NOTICE.partition("Lesser General Public License (LGPL)\n")
    conditions = rest.partition("\nA bundle may hold them")[0]
    copyleft = {name for name, licence in NAMED.items() if "GPL" in licence}
    assert copyleft == {"feedgen", "psycopg", "psycopg-binary", "python-telegram-bot"}
    for name in copyleft:
        assert re.search(rf"{name}\b", conditions), name


def test_the_texts_of_the_lgpl_lie_where_the_notice_says() -> None:
    for name in ("python-telegram-bot", "psycopg", "psycopg-binary"):
        assert "gnu lesser general public license" in licence_text(installed(name)).lower()
    assert "gnu general public license" in licence_text(installed("python-telegram-bot")).lower()
    assert licence_text(installed("feedgen")) == ""  # which is why the notice says so of it


def test_every_library_inside_the_driver_s_wheel_is_named() -> None:
    folder = Path(str(installed("psycopg-binary").locate_file("psycopg_binary.libs")))
    if not folder.is_dir():
        pytest.skip("the driver's libraries lie elsewhere on this platform")
    held = {re.split(r"[-.]", path.name)[0] for path in folder.iterdir()}
    _, _, rest = NOTICE.partition("psycopg-binary: libpq")
    words = " ".join(rest.partition("lxml:")[0].split())
    for name in held:
        assert LIBRARIES[name] in f"libpq {words}", name


def test_whoever_gets_the_program_gets_it_and_the_locks(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-t", "sdist"]
    subprocess.run([*command, "-d", str(tmp_path)], cwd=ROOT, check=True, capture_output=True)
    [wheel], [source] = tmp_path.glob("*.whl"), tmp_path.glob("*.tar.gz")
    licences = {name.rpartition(".dist-info/licenses/")[2] for name in ZipFile(wheel).namelist()}
    assert {"LICENSE", "NOTICE"} <= licences
    with tarfile.open(source) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"LICENSE", "NOTICE", *LOCKS} <= names
