"""Least rights on PostgreSQL: the page's roles, and what each of them may do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import psycopg
import pytest
from sqlalchemy.engine import make_url

from docs.test_several_machines import DUMP, RESTORE, say
from support import postgres
from support.newsroom import EVENING, REAL, Newsroom, newsroom
from support.pages import blocks, commands, page, sections
from support.released_ledger import know_one_more_step

DATA = Path(__file__).resolve().parent.parent / "data"
SECTION = sections(page("docs/several-machines.md"))["The database and its roles"]
ON_THE_SERVER, IN_THE_DATABASE, WITHOUT_KEYS = blocks(SECTION, "sql")
OWNER, MACHINES, READER = "syndicate_owner", "syndicate", "syndicate_reader"
PASSWORDS = {OWNER: "a-long-one", MACHINES: "another-long-one", READER: "a-third-long-one"}
TABLES = (
    "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
)
CREATE_TABLE = "CREATE TABLE mine (id integer)"


@dataclass(frozen=True)
class Database:
    """A database with the page's roles, under names that no other test has."""

    admin: str  # the administrator's URL in it
    mark: str

    def named(self, sql: str) -> str:
        """The page's SQL, with our names in it."""
        return re.sub(rf"\b({'|'.join(PASSWORDS)})\b", rf"\1{self.mark}", sql)

    def run(self, sql: str, url: str = "") -> None:
        for statement in self.named(sql).split(";"):
            if statement.strip():
                postgres.ask(url or self.admin, statement)

    def url(self, role: str) -> str:
        """The address that a role writes into its configuration."""
        made = make_url(self.admin).set(username=f"{role}{self.mark}", password=PASSWORDS[role])
        return made.set(drivername="postgresql").render_as_string(hide_password=False)

    def ask(self, query: str, role: str = "") -> object:
        url = make_url(self.url(role) if role else self.admin).set(drivername="postgresql")
        with psycopg.connect(url.render_as_string(hide_password=False)) as db:
            found = db.execute(query.encode()).fetchone()
            return found[0] if found else None


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    """What the page's first block makes."""
    mark = f"_{token_hex(4)}"
    name = f"syndicate{mark}"
    url = make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    made = Database(url, mark)
    try:
        made.run(ON_THE_SERVER, postgres_url)
        yield made
    finally:
        postgres.ask(postgres_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        for role in PASSWORDS:
            with suppress(psycopg.Error):
                postgres.ask(postgres_url, f"DROP ROLE IF EXISTS {role}{mark}")


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom(tmp_path / "kantor") as made:
        yield made


@pytest.fixture
def as_role(room: Newsroom, database: Database) -> Callable[[str], Newsroom]:
    """The office, whose configuration has the address of a role."""

    def turned(role: str) -> Newsroom:
        room.ledger_url = database.url(role)
        room.configure()
        (room.folder / "owner-url").write_text(database.url(OWNER))
        return room

    return turned


[UPGRADE] = commands(SECTION)
AsRole = Callable[[str], Newsroom]


def test_the_owner_makes_the_tables_the_machines_use_them_and_the_reader_reads(
    as_role: AsRole, database: Database
) -> None:
    database.run(IN_THE_DATABASE)
    room = as_role(MACHINES)
    assert room.run(*UPGRADE).code == 0
    room.write()
    room.write("dua.md", "Yang kedua.", headline="Kabar kedua")
    room.subscribe("ani@example.org", "budi@example.org")
    room.publish()
    room.publish("dua.md")
    assert room.run("tick", at=EVENING).code == 0
    assert len(room.smtp.letters) == 2
    room.rewrite("Isi kabar.", "Isi kabar, yang benar.")
    room.publish("--note", "Isinya keliru.")
    for words in (
        ("withdraw", "dua.md", "--reason", "Tidak benar."), ("channels", "resume", "telegram"),
        ("subscribers", "remove", "budi@example.org", "--yes"),
        ("subscribers", "forget", "ani@example.org", "--yes"), ("history", "dua.md"),
        ("ledger", "newkey"), ("tick",), ("status",),
    ):  # fmt: skip
        assert room.run(*words).code in (0, 3), words
    assert database.ask("SELECT count(*) FROM attempts") != 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.ask(CREATE_TABLE, MACHINES)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.ask("ALTER TABLE articles ADD COLUMN mine integer", MACHINES)

    database.run(WITHOUT_KEYS)
    room, posts = as_role(READER), len(room.posts)
    for secret in ("SELECT secret FROM ledger", "SELECT * FROM secrets"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            database.ask(secret, READER)
    for words in (("channels", "list"), ("subscribers", "list"), ("digest", "--status")):
        assert room.run(*words).code == 0, words
    answer = room.run("status")
    assert answer.code == 0, answer.said
    assert "Kabar pertama" in answer.out
    answer = room.run("publish", "dua.md", "--new", "--note", "Lagi.")
    assert answer.code == 1
    assert "permission denied" in answer.complaint
    assert "the rights that the machines' role needs" in answer.complaint
    assert len(room.posts) == posts
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.ask("DELETE FROM subscribers", READER)


@pytest.mark.parametrize("granted", [True, False])
def test_who_may_make_no_tables_is_told_who_has_to(
    as_role: AsRole, database: Database, granted: bool
) -> None:
    """With the rights of the page, and before anybody gave any."""
    if granted:
        database.run(IN_THE_DATABASE)
    else:
        database.run("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    room = as_role(MACHINES)
    room.write()
    for words in (("publish", "kabar.md"), ("tick",), ("ledger", "upgrade")):
        answer = room.run(*words)
        assert answer.code == 1, words
        assert "the ledger must be created" in answer.complaint, words
        assert f"'syndicate{database.mark}' may not do it" in answer.complaint
        assert "syndicate ledger upgrade" in answer.complaint
    assert room.posts == []


def test_an_older_ledger_names_the_owner_and_is_brought_up_to_date_by_them(
    as_role: AsRole, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    know_one_more_step(monkeypatch.setattr)
    database.run(IN_THE_DATABASE)
    with psycopg.connect(database.url(OWNER)) as db:
        db.execute((DATA / "ledger-1.postgresql.sql").read_bytes())
    database.run(IN_THE_DATABASE)  # the dump was made without anybody's rights
    room = as_role(MACHINES)
    room.write()
    before = database.ask(TABLES)
    answer = room.run("publish", "kabar.md", at=REAL)
    assert answer.code == 1
    assert "is of version 1 and must be upgraded to version" in answer.complaint
    assert f"as their owner, 'syndicate_owner{database.mark}'" in answer.complaint
    assert (database.ask("SELECT version FROM ledger"), database.ask(TABLES)) == (1, before)
    assert room.posts == []
    for state in ("on", "off"):  # as on a standby, then as on the server that takes changes
        database.run(f"ALTER ROLE syndicate_owner SET default_transaction_read_only = {state}")
        answer = room.run(*UPGRADE, at=REAL)
        assert answer.code == (1 if state == "on" else 0)
        assert ("takes no changes here: it is a standby" in answer.err) == (state == "on")
    assert "upgraded to version" in answer.out
    room.write("tiga.md", "Yang ketiga.", headline="Kabar ketiga")
    answer = room.run("publish", "tiga.md", "--channel", "feed", at=REAL)
    assert "`syndicate channels move feed`" in answer.out, "its feed lies elsewhere"
    assert database.ask("SELECT count(*) FROM articles") == 4
    new = f"has_table_privilege('syndicate{database.mark}', 'generations', 'INSERT')"
    assert database.ask(f"SELECT {new}") is True
    assert as_role(READER).run("status", at=REAL).code in (0, 3)


@pytest.mark.soak
def test_a_ledger_of_one_role_is_handed_over(as_role: AsRole, database: Database) -> None:
    database.run("GRANT ALL ON SCHEMA public TO syndicate")
    room = as_role(MACHINES)
    room.write()
    room.publish()
    [handed] = [words for words in SECTION.split("`") if words.startswith("REASSIGN")]
    database.run(handed)
    database.run("REVOKE ALL ON SCHEMA public FROM syndicate")
    database.run(IN_THE_DATABASE)
    room.rewrite("Isi kabar.", "Isi kabar, yang benar.")
    room.publish("--note", "Isinya keliru.")
    assert as_role(READER).run("status").code == 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.ask("ALTER TABLE articles ADD COLUMN mine integer", MACHINES)


@pytest.mark.soak
def test_a_schema_of_its_own_works_as_well(as_role: AsRole, database: Database) -> None:
    for words in SECTION.split("`"):
        if words.startswith(("CREATE SCHEMA", "ALTER DATABASE")):
            database.run(words)
    database.run(IN_THE_DATABASE.replace("SCHEMA public", "SCHEMA kabar"))
    room = as_role(MACHINES)
    assert room.run(*UPGRADE).code == 0
    room.write()
    room.publish()
    assert room.run("tick").code == 0
    assert database.ask("SELECT count(*) FROM kabar.articles") == 1
    assert as_role(READER).run("status").code == 0


@pytest.mark.soak
def test_a_dump_that_the_owner_puts_back_brings_the_rights_back(
    as_role: AsRole, database: Database
) -> None:
    database.run(IN_THE_DATABASE)
    room = as_role(MACHINES)
    assert room.run(*UPGRADE).code == 0
    room.write()
    room.publish()
    say(DUMP, database.url(OWNER), room.folder)
    say(RESTORE, database.url(OWNER), room.folder)
    assert room.run("ledger", "restored").code == 0
    room.rewrite("Isi kabar.", "Isi kabar, yang benar.")
    room.publish("--note", "Isinya keliru.")
    assert "yang benar" in room.post.text
    assert as_role(READER).run("status").code == 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.ask("DELETE FROM subscribers", READER)


@pytest.mark.soak
def test_a_ledger_that_the_owner_moves_in_is_the_machines_to_use(
    as_role: AsRole, database: Database, room: Newsroom
) -> None:
    database.run(IN_THE_DATABASE)
    room.write()
    room.subscribe("ani@example.org")
    room.publish()
    (room.folder / "owner-url").write_text(database.url(OWNER))
    moved = room.run("ledger", "move", "file:owner-url")
    assert moved.code == 0, moved.said
    as_role(MACHINES)
    room.rewrite("Isi kabar.", "Isi kabar, yang benar.")
    room.publish("--note", "Isinya keliru.")
    assert "yang benar" in room.post.text
    assert room.run("tick", at=EVENING).code == 0
    assert len(room.smtp.letters) == 1
    assert as_role(READER).run("status").code == 0
