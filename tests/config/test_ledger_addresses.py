"""The ledger's address: passwords as they are, hosts as they are meant, one line for the rest."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import create_engine, inspect, make_url
from sqlalchemy.pool import NullPool

from support import postgres
from support.newsroom import REAL, Answer, Newsroom
from syndicate.config.database import parse_url, readings, with_secrets
from syndicate.config.references import ENV_REFERENCE

ODD = (
    "p@ss:w/or#d?x%41", "a?b&c=d", "50%25off", "100%", "x%41y", "@", "sp ace", "kata@sandi@", "k+l",
    "//", "a:b@127.0.0.2", "ü€", "p@ss/syndicate?x=1", "%40", "'q\\uote\"", "a,b",
)  # fmt: skip


@contextmanager
def role(server: str, password: str) -> Iterator[str]:
    """A user of one test's database with this password; gives its name."""
    name = f"u_{secrets.token_hex(4)}"
    escaped = password.replace("'", "''")
    postgres.ask(server, f"CREATE ROLE {name} LOGIN SUPERUSER PASSWORD '{escaped}'")
    try:
        yield name
    finally:
        postgres.ask(server, f"DROP OWNED BY {name} CASCADE")
        postgres.ask(server, f"DROP ROLE {name}")


def status(room: Newsroom, url: str, **environment: str) -> Answer:
    """What `status` says of a ledger at this address."""
    room.ledger_url = url
    room.configure()
    return room.run("status", at=REAL, env=environment)


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_does_not_hold_every_letter_is_refused_before_anything(
    room: Newsroom, postgres_url: str, encoding: str
) -> None:
    room.write(body="“Kabar” dari Desa.")
    with postgres.database(postgres_url, encoding) as url:
        assert room.run("publish", "kabar.md", at=REAL).code == 0
        moved = room.run("ledger", "move", url.replace("+psycopg", ""), at=REAL)
        room.ledger_url = url
        room.configure()
        commands = (("status",), ("ledger", "upgrade"), ("publish", "kabar.md"), ("tick",),
                    ("publish", "kabar.md", "--dry-run"))  # fmt: skip
        answers = [moved, *(room.run(*words, at=REAL) for words in commands)]
        with create_engine(f"{url}?client_encoding=utf8", poolclass=NullPool).connect() as db:
            assert inspect(db).get_table_names() == []
    for answer in answers:
        assert answer.code == 1, answer.said
        assert f"the database's encoding is {encoding}" in answer.complaint
        assert "ENCODING 'UTF8'" in answer.complaint


def test_hosts_that_all_refuse_are_told_once_each(room: Newsroom) -> None:
    said = status(room, "postgresql://kantor@127.0.0.1:1,127.0.0.1:2/kabar").complaint
    assert said.count("port 1 failed: Connection refused") == 1
    assert said.count("port 2 failed: Connection refused") == 1


def test_letters_are_utf8_on_the_way_whatever_an_address_wants(
    room: Newsroom, postgres_ledger: str
) -> None:
    room.only("feed")
    room.write(headline="Kabar “pertama” €")
    url = postgres_ledger.replace("+psycopg", "")
    for wish in ("client_encoding=LATIN1", "options=-c%20client_encoding=LATIN1"):
        room.ledger_url = f"{url}?{wish}"
        room.configure()
        room.publish()
        assert "Kabar “pertama” €" in room.run("status").out


@pytest.mark.parametrize(
    "passwords", [ODD[:4], pytest.param(ODD[4:], marks=pytest.mark.soak)], ids=["few", "all"]
)
def test_a_password_is_taken_as_it_is_or_quoted_wherever_it_comes_from(
    room: Newsroom, postgres_ledger: str, passwords: tuple[str, ...]
) -> None:
    at = make_url(postgres_ledger)
    where = f"127.0.0.1:{at.port}/{at.database}"
    for password in passwords:
        with role(postgres_ledger, password) as name:
            ways = {
                f"postgresql://{name}:${{PW}}@{where}": password,
                f"postgres://{name}:${{PW}}@{where}": quote(password, safe=""),
                f"postgresql://${{PW}}@{where}": f"{name}:{password}",
                f"postgresql://{where}?user={name}&password=${{PW}}": password,
                "${PW}": f"postgresql://{name}:{quote(password, safe='')}@{where}",
            }
            if "/syndicate?" not in password:
                ways["file:alamat"] = f"postgresql://{name}:{password}@{where}"
            for url, given in ways.items():
                (room.folder / "alamat").write_text(given, encoding="utf-8")
                (room.folder / "alamat").chmod(0o600)
                answer = status(room, url, PW=given)
                assert answer.code == 0, (password, url, answer.said)


def test_no_part_of_a_password_is_looked_up_or_shown(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = socket.getaddrinfo

    def note(host: str, *more: object, **others: object) -> object:
        asked.append(f"{host}")
        return real(host, *more, **others)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", note)
    for url in (
        "postgresql://u:RAHA@SIA@127.0.0.1:1/d", "postgresql://u:RAHA/SIA@127.0.0.1:1/d",
        "postgresql://u:RAHA#SIA@127.0.0.1:1/d", "postgresql://u:RAHA?SIA@127.0.0.1:1/d",
        "postgresql://u:RAHA@SIA/x:y@127.0.0.1:1/d", "postgresql://u:RAHA%@127.0.0.1:1/d",
        "postgresql://u:RAHASIA@127.0.0.1:1/d?application_name=RAHA@SIA", "postgresql://u:RAHA@SIA",
        "postgresql://u:RAHA:SIA@127.0.0.1:soon/d", "postgresql://u:RAHASIA@[::1/d",
        "postgresql://u:RAHASIA#127.0.0.1/d", "mysql://u:RAHASIA@h/d", "postgresql+x://u:RAHASIA@h/d",
        "jdbc:postgresql://h/d?user=u&password=RAHASIA", "host=127.0.0.1 password=RAHASIA dbname=d",
        "postgresql://u:RAHASIA@127.0.0.1:1/d?nonsense=1", "postgresql://127.0.0.1:1/d?password=RAHASIA",
        "postgresql://u:RAHASIA@127.0.0.1:1/d?sslmode=verify-full", "POSTGRESQL://u:RAHA@SIA@127.0.0.1:1/d",
    ):  # fmt: skip
        for given in (url, "${URL}"):
            answer = status(room, given, URL=url)
            assert answer.code == 1, (url, answer.said)
            assert answer.complaint.startswith("syndicate: ledger.url: "), answer.said
            assert not any(word in answer.said for word in ("RAHA", "SIA")), (url, answer.said)
    assert not [host for host in asked if "RAHA" in host or "SIA" in host], asked


def test_what_is_no_address_of_a_ledger_is_told_truly(room: Newsroom) -> None:
    for url, said in {
        "mysql://u:p@h/d": "kept in SQLite or PostgreSQL, not in MySQL",
        "mariadb+pymysql://u:p@h/d": "not in MariaDB",
        "oracle://h": "not in Oracle",
        "mssql+pyodbc://h/d": "not in SQL Server",
        "postgresql+psycopg2://u@h/d": "leave out the name of the driver",
        "jdbc:postgresql://h/d": "an address for Java",
        "host=h dbname=d": "a list of keywords",
        "postgresql://u@h:99999/d": "from 1 to 65535",
        "postgresql://u@h/d?sslmode": "parameters like sslmode=verify-full",
        "postgresql://u:p@h/d?application_name=a@b": "write it as %40",
        "postgresql://u@127.0.0.1:1/d?nonsense=1": 'invalid connection option "nonsense"',
        "postgresql://u@127.0.0.1:1/d?sslmode=nonsense": "invalid sslmode value",
        "postgresql://?service=none": 'definition of service "none" not found',
        "postgresql://h": "postgresql://USER@HOST/DATABASE",
    }.items():
        answer = status(room, url)
        assert answer.code == 1
        assert said in answer.complaint, url


def test_every_way_to_name_a_database_leads_there(
    room: Newsroom, postgres_ledger: str, tmp_path: Path
) -> None:
    at = make_url(postgres_ledger)
    word, here = f"{at.password}", f"127.0.0.1:{at.port}"
    passes, services = tmp_path / "pass", tmp_path / "services"
    passes.write_text(f"127.0.0.1:{at.port}:*:{at.username}:{word}\n")
    passes.chmod(0o600)
    services.write_text(f"[humas]\nhost=127.0.0.1\nport={at.port}\ndbname={at.database}\n"
                        f"user={at.username}\n")  # fmt: skip
    env = {"PGPASSFILE": f"{passes}", "PGSERVICEFILE": f"{services}"}
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        shut = nobody.getsockname()[1]
        for url in (
            f"postgres://{at.username}@{here}/{at.database}",
            f"postgresql+psycopg://{at.username}:{word}@{here}/{at.database}",
            f"POSTGRESQL://{at.username}:{word}@{here}/{at.database}",
            f"postgresql://{at.username}@127.0.0.1:{shut},{here}/{at.database}",
            f"postgresql://{at.username}@tidak-ada.invalid:1,localhost:{at.port}/{at.database}"
            f"?password={word}",
            f"postgresql:///{at.database}?host=127.0.0.1&port={at.port}&user={at.username}",
            f"postgresql:///{at.database}?host=127.0.0.1:{shut}&host={here}&user={at.username}",
            "postgresql://?service=humas", "postgresql:///?service=humas",
            f"postgresql://{at.username}:{word}@{here}/{at.database}?sslmode=prefer",
            f"postgresql://{at.username}:{word}@{here}/{at.database}?options=-c%20search_path%3Dpublic",
        ):  # fmt: skip
            answer = status(room, url, **env)
            assert answer.code == 0, (url, answer.said)


def test_a_certificate_that_cannot_be_looked_at_is_explained(
    room: Newsroom, postgres_ledger: str
) -> None:
    url = postgres_ledger.replace("+psycopg", "")
    answer = status(room, f"{url}?sslmode=require")
    assert "turn on TLS there" in answer.complaint, answer.said


def test_a_socket_is_reached_by_its_folder() -> None:
    for url in ("postgresql://u@%2Frun%2Fpg/d", "postgresql:///d?host=/run/pg&user=u"):
        found = parse_url(url)
        assert found
        assert found.words == {"host": "/run/pg", "user": "u", "dbname": "d"}


def test_an_ipv6_address_is_written_in_brackets() -> None:
    found = parse_url("postgresql://u@[2001:db8::1]:5433,db.example/d")
    assert found
    assert (found.words["host"], found.words["port"]) == ("2001:db8::1,db.example", "5433,")


def test_a_password_that_may_be_encoded_has_two_readings() -> None:
    assert readings("plain") == ("plain",)
    assert readings("a%40b") == ("a@b", "a%40b")
    assert readings("a%2540b") == ("a%40b", "a%2540b", "a@b")
    given = with_secrets("postgresql://u:${A}@${B}/d", ENV_REFERENCE, {"A": "x@y", "B": "h:1"})
    assert given == "postgresql://u:x%40y@h:1/d"
