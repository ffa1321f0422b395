"""What comes back to the office: read from one mailbox, each message dealt with once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from support import postgres
from support.imap import LoopbackImap, Mail
from support.newsroom import EVENING, MORNING, NOON, Newsroom, part
from syndicate.ledger import open_ledger
from syndicate.loopback.smtp import Fault

ANI, BUDI, CICI = (f"{name}@pembaca.example" for name in ("ani", "budi", "cici"))
MAILBOX = "berhenti@kantor.example"
OURS = "mx.kantor.example"
LATER = "2026-05-13T12:00:00+07:00"  # nine days after


class Postman:
    """Brings letters into the office's Maildir."""

    def __init__(self, room: Newsroom) -> None:
        self.room, self.count = room, 0
        self.box = room.folder / "masuk"
        for name in ("new", "cur", "tmp"):
            (self.box / name).mkdir(parents=True)
        room.change("harian", inbox="maildir:masuk", bounces="balik@kantor.example", authserv=OURS)

    def bring(
        self, subject: str, *, sender: str = ANI, to: str = MAILBOX, body: str = "",
        vouched: bool = False,
    ) -> None:  # fmt: skip
        """``vouched``: the mailbox's own server knows that the sender wrote it."""
        letter = EmailMessage()
        if vouched:
            domain = sender.rpartition("@")[2].rstrip(">")
            letter["Authentication-Results"] = f"{OURS}; dmarc=pass header.from={domain}"
        letter["From"], letter["To"], letter["Subject"] = sender, to, subject
        self.count += 1
        letter["Message-ID"] = f"<{self.count}@pembaca.example>"
        letter.set_content(body or "Terima kasih.")
        self.put(letter.as_bytes())

    def put(self, content: bytes) -> None:
        self.count += 1
        (self.box / "new" / f"{self.count}.kantor").write_bytes(content)

    @property
    def unread(self) -> int:
        return len(list((self.box / "new").iterdir()))


@pytest.fixture
def postman(room: Newsroom) -> Postman:
    room.subscribe(ANI, BUDI)
    return Postman(room)


def token_of(room: Newsroom, subscriber: int) -> str:
    ledger = open_ledger(f"sqlite:///{room.ledger}", datetime.now(UTC))
    token = ledger.letters.recipient("harian", subscriber, "").token
    ledger.close()
    return token


def readers(room: Newsroom, name: str = "harian") -> list[str]:
    document = room.run("subscribers", "list", "--list", name, "--json").json
    return [one["email"] for one in document["subscribers"]]


def bounce(token: str, status: str = "5.1.1", action: str = "failed", name: str = "x") -> bytes:
    return (
        f"Return-Path: <>\nFrom: MAILER-DAEMON@relay.example\nTo: balik+{token}@kantor.example\n"
        f"Message-ID: <{name}@relay.example>\nSubject: Undelivered Mail\nMIME-Version: 1.0\n"
        "Auto-Submitted: auto-replied\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nSorry.\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; relay.example\n\n"
        f"Final-Recipient: rfc822; somebody@pembaca.example\nAction: {action}\nStatus: {status}\n"
        "--b--\n"
    ).encode()


# leaving


@pytest.mark.parametrize("how", ["unsubscribe {token}", "Re: UNSUBSCRIBE {TOKEN}", "berhenti"])
def test_who_writes_that_they_leave_is_off_the_list(postman: Postman, how: str) -> None:
    token = token_of(postman.room, 1)
    postman.bring(how.format(token=token, TOKEN=token.upper()), vouched=how == "berhenti")
    answer = postman.room.run("tick")
    assert answer.code == 0, answer.said
    assert "harian: 1 left" in answer.out
    assert readers(postman.room) == [BUDI]
    assert postman.unread == 0


def test_who_leaves_before_the_digest_does_not_get_it(postman: Postman) -> None:
    postman.room.write()
    postman.room.publish()
    postman.bring(f"unsubscribe {token_of(postman.room, 1)}")
    assert postman.room.run("tick", at=EVENING).code == 0
    assert [one["To"] for one in postman.room.letters if one["List-Id"]] == [BUDI]


def test_a_letter_s_own_way_out_works(postman: Postman) -> None:
    room = postman.room
    room.write()
    room.publish()
    room.run("digest", at=EVENING)
    [mine] = [one for one in room.letters if ANI in str(one["To"])]
    ways = str(mine["List-Unsubscribe"])
    subject = ways.partition("subject=")[2].rstrip(">").replace("%20", " ")
    postman.bring(subject, sender="somebody.else@pembaca.example")
    room.run("tick", at=EVENING)
    assert readers(room) == [BUDI]


# bounces


def test_a_hard_bounce_ends_the_subscription(postman: Postman) -> None:
    postman.put(bounce(token_of(postman.room, 1)))
    assert postman.room.run("tick").code == 0
    assert readers(postman.room) == [BUDI]
    [[reason]] = postman.room.rows("SELECT ended_reason FROM subscriptions WHERE id = 1")
    assert reason == "bounced 5.1.1"
    assert postman.room.run("subscribers", "add", "--list", "harian", ANI).out == "1 left before\n"


@pytest.mark.parametrize("status", ["4.2.2", "5.7.1", "5.2.2"])
def test_a_soft_bounce_counts_and_the_fifth_in_a_row_is_the_last(
    postman: Postman, status: str
) -> None:
    token = token_of(postman.room, 1)
    for times in range(1, 6):
        assert readers(postman.room) == [ANI, BUDI]
        postman.put(bounce(token, status, name=f"m{times}"))
        postman.room.run("tick", at=f"2026-05-0{times}T12:00:00+07:00")
        assert postman.room.rows("SELECT bounces FROM subscribers WHERE id = 1") == [(times,)]
    assert readers(postman.room) == [BUDI]


def test_what_came_back_for_our_sake_counts_against_nobody_and_is_told(postman: Postman) -> None:
    for number in range(6):
        letter = bounce(token_of(postman.room, 1), "5.7.1", name=f"m{number}")
        why = b"Status: 5.7.1\nDiagnostic-Code: smtp; 550 5.7.1 blocked by SPF"
        postman.put(letter.replace(b"Status: 5.7.1", why))
    answer = postman.room.run("tick")
    assert answer.code == 3
    assert "6 letters came back for our sake" in answer.said
    assert "550 5.7.1 blocked by SPF" in answer.said
    assert postman.room.rows("SELECT bounces FROM subscribers WHERE id = 1") == [(0,)]
    assert postman.room.run("tick").code == 0


def test_soft_bounces_that_lie_far_apart_do_not_add_up(postman: Postman) -> None:
    token = token_of(postman.room, 1)
    for number, day in enumerate(["2026-05-01", "2026-07-15", "2026-10-01", "2026-12-15"] * 2):
        year = int(day[:4]) + number // 4
        postman.put(bounce(token, "4.2.2", name=f"m{number}"))
        postman.room.run("tick", at=f"{year}{day[4:]}T12:00:00+07:00")
        assert postman.room.rows("SELECT bounces FROM subscribers WHERE id = 1") == [(1,)]
    assert readers(postman.room) == [ANI, BUDI]


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed"])
def test_what_is_only_late_is_nothing(postman: Postman, action: str) -> None:
    postman.put(bounce(token_of(postman.room, 1), "4.4.1", action))
    postman.room.run("tick")
    assert postman.room.rows("SELECT bounces FROM subscribers WHERE id = 1") == [(0,)]
    assert postman.unread == 0


def test_a_message_is_dealt_with_once_however_often_it_is_read(postman: Postman) -> None:
    letter = bounce(token_of(postman.room, 1), "4.2.2")
    (postman.room.folder / "balik.eml").write_bytes(letter)
    for _ in range(2):
        answer = postman.room.run("subscribers", "bounce", "--list", "harian", "balik.eml")
        assert answer.code == 0, answer.said
    postman.put(letter.replace(b"\n", b"\r\n"))
    postman.room.run("tick")
    assert postman.room.rows("SELECT bounces FROM subscribers WHERE id = 1") == [(1,)]


def test_a_forged_bounce_harms_nobody(postman: Postman) -> None:
    forged = bounce(f"{'a' * 32}").replace(b"somebody@", b"ani@")
    postman.put(forged)
    answer = postman.room.run("tick")
    assert "1 of unknown origin" in answer.out
    assert readers(postman.room) == [ANI, BUDI]


def test_a_complaint_ends_all_of_a_person_s_subscriptions(postman: Postman) -> None:
    room = postman.room
    room.channels["pekanan"] = room.channels["harian"] | {"title": "Pekanan", "inbox": ""}
    room.configure()
    room.subscribe(ANI, to="pekanan")
    report = bounce(token_of(room, 1)).replace(b"delivery-status", b"feedback-report")
    postman.put(report.replace(b"Action:", b"Feedback-Type: abuse\nVersion: 1\nX:"))
    assert "1 complained" in room.run("tick").out
    assert room.rows("SELECT count(*) FROM subscriptions WHERE ended_at IS NULL") == [(1,)]


# joining


def invited(room: Newsroom) -> EmailMessage:
    [letter] = room.letters
    return letter


def test_who_wants_to_join_is_asked_and_joins_by_answering(postman: Postman) -> None:
    room = postman.room
    postman.bring("Langganan", sender=f"Cici Paramida <{CICI}>")
    assert "1 asked to join" in room.run("tick").out
    letter = invited(room)
    assert (letter["To"], letter["Reply-To"]) == (CICI, MAILBOX)
    assert letter["Auto-Submitted"] == "auto-replied"
    assert "Kabar harian" in part(letter, "plain")
    assert readers(room) == [ANI, BUDI]
    postman.bring(f"Re: {letter['Subject']}", sender=CICI)
    assert "1 joined" in room.run("tick", at=NOON).out
    assert readers(room) == [ANI, BUDI, CICI]
    [[name]] = room.rows(f"SELECT name FROM subscribers WHERE email = '{CICI}'")
    assert name == "Cici Paramida"
    [[source, wording]] = room.rows("SELECT source, wording FROM subscriptions WHERE id = 3")
    assert "confirmed by letter" in source
    assert "mendaftarkan alamat surel ini untuk menerima" in wording


@pytest.mark.parametrize("mailbox", ["pekanan@kantor.example", ""])
def test_one_mailbox_serves_every_list(postman: Postman, mailbox: str) -> None:
    room = postman.room
    room.channels["pekanan"] = room.channels["harian"] | {
        "title": "Kabar pekanan", "inbox": "", "mailbox": mailbox,
        "unsubscribe": "https://kantor.example/berhenti/{token}",
    }  # fmt: skip
    room.configure()
    postman.bring("subscribe Kabar Pekanan", sender=CICI)
    assert room.run("tick").code == 0
    letter = invited(room)
    assert (letter["To"], letter["Reply-To"]) == (CICI, mailbox or MAILBOX)
    assert "Kabar pekanan" in letter["Subject"]
    postman.bring(f"Re: {letter['Subject']}", sender=CICI)
    assert "1 joined" in room.run("tick", at=NOON).out
    assert readers(room, "pekanan") == [CICI]
    assert readers(room, "harian") == [ANI, BUDI]
    [[wording]] = room.rows("SELECT wording FROM subscriptions WHERE id = 3")
    assert "Kabar pekanan" in wording


def test_a_list_that_is_gone_is_not_joined(postman: Postman) -> None:
    room = postman.room
    room.channels["pekanan"] = room.channels["harian"] | {"title": "Kabar pekanan", "inbox": ""}
    room.configure()
    postman.bring("subscribe pekanan", sender=CICI)
    room.run("tick")
    postman.bring(f"Re: {invited(room)['Subject']}", sender=CICI)
    room.only("feed", "telegram", "harian")
    assert "confirmed nothing" in room.run("tick", at=NOON).out


def test_a_file_that_asks_to_join_is_answered_as_well(room: Newsroom) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = CICI, MAILBOX, "subscribe harian"
    letter.set_content("Terima kasih.")
    (room.folder / "surat.eml").write_bytes(letter.as_bytes())
    answer = room.run("subscribers", "bounce", "--list", "harian", "surat.eml")
    assert answer.code == 0, answer.said
    assert room.readers == [CICI]


def test_a_mailbox_that_is_read_has_an_address(room: Newsroom) -> None:
    room.change(
        "harian", inbox="maildir:masuk", mailbox="", unsubscribe="https://a.example/{token}"
    )
    answer = room.run("tick")
    assert answer.code == 1
    assert "set mailbox" in answer.complaint


def test_the_link_in_the_question_confirms_as_well(postman: Postman) -> None:
    postman.bring("subscribe harian", sender=CICI)
    postman.room.run("tick")
    text = part(invited(postman.room), "plain")
    [link] = [line for line in text.splitlines() if line.startswith("mailto:")]
    postman.bring(link.partition("subject=")[2].replace("%20", " "), sender=CICI)
    postman.room.run("tick")
    assert CICI in readers(postman.room)


def test_a_question_is_asked_once_a_day(postman: Postman) -> None:
    for at in (MORNING, NOON, EVENING):
        postman.bring("subscribe", sender=CICI)
        postman.room.run("tick", at=at)
    assert postman.room.readers == [CICI]
    postman.bring("subscribe", sender=CICI)
    postman.room.run("tick", at="2026-05-05T18:00:00+07:00")
    assert postman.room.readers == [CICI, CICI]


def test_a_late_answer_and_a_second_one_confirm_nothing(postman: Postman) -> None:
    room = postman.room
    postman.bring("subscribe", sender=CICI)
    room.run("tick")
    subject = str(invited(room)["Subject"])
    postman.bring(f"Re: {subject}", sender=CICI)
    assert "confirmed nothing" in room.run("tick", at=LATER).out
    assert readers(room) == [ANI, BUDI]


def test_who_left_may_come_back_by_asking_themselves(postman: Postman) -> None:
    room = postman.room
    room.run("subscribers", "forget", ANI)
    postman.bring("subscribe", sender=ANI)
    room.run("tick")
    postman.bring(f"Re: {invited(room)['Subject']}", sender=ANI)
    room.run("tick")
    assert ANI in readers(room)


def test_machines_are_not_answered(postman: Postman) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = CICI, MAILBOX, "subscribe"
    letter["Auto-Submitted"] = "auto-replied"
    letter.set_content("subscribe")
    postman.put(letter.as_bytes())
    assert postman.room.run("tick").code == 0
    assert postman.room.letters == []
    assert postman.unread == 0


def test_a_question_that_could_not_be_sent_is_sent_by_the_next_tick(postman: Postman) -> None:
    room = postman.room
    room.smtp.faults = [Fault(at="rcpt", do="defer", nth=1)]
    postman.bring("subscribe", sender=CICI)
    assert room.run("tick").code == 3
    assert room.letters == []
    assert room.run("tick").code == 0
    assert room.readers == [CICI]


# lists


def test_who_asks_for_their_lists_gets_links_for_each(postman: Postman) -> None:
    room = postman.room
    room.channels["pekanan"] = room.channels["harian"] | {"title": "Kabar pekanan", "inbox": ""}
    room.configure()
    room.run("tick")
    postman.bring(f"lists {token_of(room, 1)}", sender="attacker@elsewhere.example")
    room.run("tick")
    letter = invited(room)
    assert letter["To"] == ANI  # not who wrote
    text = part(letter, "plain")
    assert f"mailto:{MAILBOX}?subject=unsubscribe%20{token_of(room, 1)}" in text
    assert f"mailto:{MAILBOX}?subject=subscribe%20pekanan" in text


# the mailbox


@pytest.mark.parametrize("subject", ["Pertanyaan tentang jadwal", "Daftar hadir", "Stop press"])
def test_what_is_for_a_person_stays_unread(postman: Postman, subject: str) -> None:
    postman.bring(subject, body="Kapan pendaftaran ditutup?")
    said = [postman.room.run("tick").out for _ in range(2)]
    assert ["1 for a person (still unread)" in one for one in said] == [True, False]
    assert postman.unread == 1


@pytest.fixture
def imap() -> Iterator[LoopbackImap]:
    with LoopbackImap({}, user="desk", password="hunter2") as server:
        yield server


def test_tick_reads_a_mailbox_on_a_server(room: Newsroom, imap: LoopbackImap) -> None:
    room.subscribe(ANI, BUDI)
    where = imap.url.replace("://", "://desk:${INBOX_PASSWORD}@")
    room.environment["INBOX_PASSWORD"] = "hunter2"
    room.change("harian", inbox=where, bounces="balik@kantor.example")
    imap.inbox[7] = Mail(bounce(token_of(room, 1)))
    imap.inbox[8] = Mail(b"From: x@y.example\nSubject: Halo\n\nApa kabar?\n")
    answer = room.run("tick")
    assert answer.code == 0, answer.said
    assert readers(room) == [BUDI]
    assert (imap.inbox[7].flags, imap.inbox[8].flags) == ({"\\Seen"}, set())
    checked = room.run("channels", "check", "harian")
    assert "inbox" in checked.out
    assert "hunter2" not in checked.said + answer.said


def test_a_mailbox_that_cannot_be_read_stops_no_digest(room: Newsroom) -> None:
    room.subscribe(ANI)
    room.change("harian", inbox="imap://desk:hunter2@127.0.0.1:9/INBOX")
    room.write()
    room.publish()
    answer = room.run("tick", at=EVENING)
    assert answer.code == 3
    assert "channels.harian.inbox: 127.0.0.1:9" in answer.err
    assert "hunter2" not in answer.said
    assert room.readers == [ANI]


LOSES_US = (
    "CREATE FUNCTION end_us() RETURNS trigger LANGUAGE plpgsql AS"
    " $$BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END$$",
    "CREATE TRIGGER loses_us BEFORE INSERT ON heard FOR EACH ROW EXECUTE FUNCTION end_us()",
)


def test_a_database_that_is_lost_amid_the_letters_ends_the_run(
    room: Newsroom, postgres_ledger: str
) -> None:
    room.ledger_url = postgres_ledger.replace("+psycopg", "")
    postman = Postman(room)
    room.subscribe(ANI, BUDI)
    room.write()
    room.publish()
    postman.bring("berhenti", vouched=True)
    for statement in LOSES_US:
        postgres.ask(postgres_ledger, statement)
    answer = room.run("tick", at=EVENING)
    assert answer.code == 1
    assert "ledger.url: " in answer.complaint
    assert room.readers == []
    postgres.ask(postgres_ledger, "DROP TRIGGER loses_us ON heard")
    assert room.run("tick", at=EVENING).code == 0
    assert [one["To"] for one in room.letters if one["List-Id"]] == [BUDI]


def test_a_letter_that_the_ledger_refuses_holds_up_no_other(postman: Postman) -> None:
    room = postman.room
    room.subscribe(CICI)
    room.write()
    room.publish()
    for sender in (ANI, BUDI):
        postman.bring("berhenti", vouched=True, sender=sender)
    with closing(sqlite3.connect(room.ledger)) as db, db:
        db.execute(
            "CREATE TRIGGER refuses BEFORE UPDATE ON subscriptions WHEN OLD.subscriber_id = 1"
            " BEGIN SELECT RAISE(ABORT, 'not this one'); END"
        )
    answer = room.run("tick", at=EVENING)
    assert answer.code == 3
    assert "harian: a letter could not be dealt with and is still unread: " in answer.err
    assert "not this one" in answer.err
    assert [one["To"] for one in room.letters if one["List-Id"]] == [ANI, CICI]
    assert postman.unread == 1


@pytest.mark.parametrize("source", ["nowhere.eml", "imaps://nobody", "pop3://u:p@h"])
def test_a_source_that_is_none_is_explained(room: Newsroom, source: str) -> None:
    answer = room.run("subscribers", "bounce", "--list", "harian", source)
    assert answer.code in (2, 3)
    assert len(answer.complaint) > 20


def test_a_crash_between_asking_and_noting_asks_again_with_the_same_letter(
    postman: Postman,
) -> None:
    room = postman.room
    postman.bring("subscribe", sender=CICI)
    room.run("tick")
    with closing(sqlite3.connect(room.ledger)) as db, db:
        taken = "holder_id = (SELECT max(id) FROM holders), claimed_until = '2026-05-04 00:00:00'"
        db.execute(f"UPDATE requests SET state = 'sending', {taken}")
    room.run("tick")
    first, second = room.smtp.letters
    assert first == second


def test_the_mailbox_s_folder_is_beside_the_configuration(postman: Postman, tmp_path: Path) -> None:
    postman.bring("berhenti", vouched=True)
    config = str(postman.room.folder / "config.toml")
    with postman.room.here():
        answer = postman.room.run("--config", config, "tick")
    assert answer.code == 0
    assert postman.unread == 0


def test_who_asked_to_join_can_see_what_is_kept_and_be_forgotten(postman: Postman) -> None:
    room = postman.room
    postman.bring("subscribe", sender=f"Cici <{CICI}>")
    room.run("tick")
    [request] = room.run("subscribers", "export", "--person", CICI).json["requests"]
    assert (request["list"], request["wants"], request["name"]) == ("harian", "join", "Cici")
    assert room.run("subscribers", "forget", CICI).out.startswith(f"{CICI}: forgotten")
    assert "does not know" in room.run("subscribers", "export", "--person", CICI).complaint


# sentences, and who may say them


@pytest.mark.parametrize(
    "subject", ["Please unsubscribe me", "Mohon berhenti berlangganan", "stop"]
)
def test_a_known_reader_is_understood_and_a_stranger_s_letter_is_for_a_person(
    postman: Postman, subject: str
) -> None:
    room = postman.room
    postman.bring(subject, sender=CICI, vouched=True)
    postman.bring(f"***SPAM*** {subject}", sender=f"Ani <{ANI}>", vouched=True)
    for answer in (room.run("tick"), room.run("tick")):
        assert answer.code == 0
    assert readers(room) == [BUDI]
    assert postman.unread == 1
    room.subscribe(CICI)
    assert "1 left" in room.run("tick").out
    assert postman.unread == 0


@pytest.mark.parametrize("tag", ["***SPAM*** {}", "Trs: EXTERNAL: {}", "{{Spam?}} Re: {}"])
def test_a_tagged_answer_to_our_question_joins(postman: Postman, tag: str) -> None:
    room = postman.room
    postman.bring(tag.format("Mohon langganan"), sender=CICI)
    room.run("tick")
    postman.bring(tag.format(invited(room)["Subject"]), sender=CICI)
    assert "1 joined" in room.run("tick", at=NOON).out
    assert CICI in readers(room)


@pytest.mark.parametrize(
    ("written", "name"),
    [('"Cici \\"Nana\\" P"', 'Cici "Nana" P'), ("=?utf-8?q?=C3=81ni_=22X=22?=", 'Áni "X"'),
     ('"Paramida, Cici"', "Paramida, Cici"), ("Cici P", "Cici P")],
)  # fmt: skip
def test_a_joiner_s_name_is_what_they_call_themselves(
    postman: Postman, written: str, name: str
) -> None:
    room = postman.room
    head = f"To: {MAILBOX}\nMessage-ID: <77@a.example>\nSubject: subscribe"
    postman.put(f"From: {written} <{CICI}>\n{head}\n\nya\n".encode())
    room.run("tick")
    postman.bring(f"Re: {invited(room)['Subject']}", sender=CICI)
    room.run("tick", at=NOON)
    assert room.rows(f"SELECT name FROM subscribers WHERE email = '{CICI}'") == [(name,)]
