"""docs/limits.md: each number there is the program's, and no claim ends before what it is for."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from syndicate import Channel, MailingList, errors
from syndicate.config.database import Timeouts
from syndicate.delivery import office_messages, posts, rim
from syndicate.intake import remote_media as measure
from syndicate.ledger.database import postgresql
from syndicate.ledger.people import read_letters as remembered
from syndicate.ledger.people import strangers
from syndicate.ledger.processes.waits import CLAIM_FOR
from syndicate.ledger.sending.letters import RENEW_SECONDS
from syndicate.network.exchange import LONGEST_EXCHANGE_SECONDS
from syndicate.sources import bounds
from syndicate.subscribers import inbox_run as inboxes
from syndicate.system import stop
from syndicate_email import EmailDigest
from syndicate_email.inbox import (
    authentication,
    box,
    classify,
    file_box,
    imap_box,
    parsing,
    reasons,
    structure,
)
from syndicate_email.servers import Relay
from syndicate_email.smtp import clients, connection
from syndicate_email.smtp.connector import Connector
from syndicate_feed import Feed, announce
from syndicate_telegram import Telegram
from syndicate_telegram import limits as telegram_limits
from syndicate_telegram.api import client, downloads
from syndicate_telegram.doubts import public_page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "limits.md"
Numbers = tuple[float, int | None, int | None]  # seconds, bytes, lines
ROW = re.compile(r"\| ([^|]+) \| (\d+) \| (\d*) *\| (\d*) *\| [^|]*\|")


def default(channel: type[Channel]) -> float:
    """How long a channel's other side may take, where nobody says otherwise."""
    [found] = [one.default for one in fields(channel) if one.name == "patience"]
    assert isinstance(found, int | float)
    return found


def program(patience: float | None = None) -> dict[str, Numbers]:
    """The limits as the program keeps them, with the settings' defaults or with a patience."""
    telegram = client.Timing(answer=patience or default(Telegram))
    email = patience or default(EmailDigest)
    relay = Connector(Relay(host="127.0.0.1", port=25, tls=False), "x", patience=email)
    hub = announce.HUB_LIMITS.within(patience or default(Feed))
    page = public_page.PAGE_LIMITS
    answer = client.ANSWER_BYTES
    said, around = clients.MOST_ANSWER, imap_box.OVERHEAD_BYTES
    lines = imap_box.MOST_IMAP_LINES
    return {
        "Telegram: an answer": (telegram.answer, answer, None),
        "Telegram: the answer to an upload": (telegram.upload, answer, None),
        "Telegram: the connection to its server": (3 * telegram.connect, None, None),
        "Telegram: the pauses it asks for within one call": (telegram.pauses, None, None),
        "Telegram: all calls of one post": (client.EFFECT_SECONDS, None, None),
        "Telegram: a page of the public channel": (page.seconds, page.octets, None),
        "Telegram: a picture of another site, to upload it": (
            downloads.FILE_SECONDS, telegram_limits.PHOTO_BYTES, None,
        ),
        "Telegram: a document of another site, to upload it": (
            downloads.FILE_SECONDS, downloads.DOWNLOADED_DOCUMENT_BYTES, None,
        ),
        "Telegram: all requests for one post together": (downloads.POST_SECONDS, None, None),
        "Desk: the answer of the webhook": (
            office_messages.POST_LIMITS.seconds, office_messages.POST_LIMITS.octets, None,
        ),
        "Desk: the answer of the health check": (
            office_messages.PING_LIMITS.seconds, office_messages.PING_LIMITS.octets, None,
        ),
        f"Feed: a hub's answer, each time it sends us on ({announce.MOST_REDIRECTS} times)": (
            hub.seconds, hub.octets, None,
        ),
        "Feed: the command `after`, all its runs": (announce.COMMAND_SECONDS, None, None),
        "Pictures of other sites: the size of one": (
            measure.EACH_SECONDS, measure.HEAD_BYTES, None,
        ),
        "Pictures of other sites: requests without success, in one command": (
            measure.IN_VAIN_SECONDS, None, None,
        ),
        "Relay: an answer": (relay.patience, said, clients.MOST_SMTP_LINES),
        "Relay: all answers until it lets us in": (
            min(2 * email, LONGEST_EXCHANGE_SECONDS), None, None,
        ),
        "Relay: a letter on its way, its final dot included": (
            relay.long_patience, said, clients.MOST_SMTP_LINES,
        ),
        "Relay: the answer to QUIT": (connection.QUIT_SECONDS, None, None),
        "Relay: a digest in which no letter is settled": (relay.long_patience, None, None),
        "Mailbox: an answer": (email, around, lines),
        "Mailbox: a letter, in each of its pieces": (email, imap_box.PIECE_BYTES + around, lines),
        "Mailbox: what is unread": (email, imap_box.SEARCH_BYTES, lines),
        "Mailbox: the answer to LOGOUT": (imap_box.LOGOUT_SECONDS, None, None),
        "Inboxes: all of them, before a run's digests": (inboxes.BEFORE_SECONDS, None, None),
        "Inboxes: all of them, after a run's digests": (inboxes.AFTER_SECONDS, None, None),
        "Inboxes: all answers to them that are begun before the digests": (
            inboxes.ANSWER_SECONDS, None, None,
        ),
        "Inboxes: all letters of one that is read by hand": (inboxes.BY_HAND_SECONDS, None, None),
        "Ledger on PostgreSQL: each address of its server": (Timeouts.connect, None, None),
        "Ledger on PostgreSQL: a statement, and its answer": (Timeouts.statement, None, None),
        "Ledger on PostgreSQL: what another process keeps locked": (Timeouts.lock, None, None),
        "Ledger on PostgreSQL: a machine that says nothing in the middle of a transaction": (
            Timeouts.idle, None, None,
        ),
        "Ledger on PostgreSQL: what was sent, and nobody confirms": (
            postgresql.UNANSWERED, None, None,
        ),
        "Any: a pause that the destination asks for": (errors.LONGEST_WAIT_SECONDS, None, None),
        "Any: a channel without any success, in one run": (rim.BUDGET_SECONDS, None, None),
        "Any: what is under way when a command is told to end": (stop.GRACE_SECONDS, None, None),
        "Any: a turn, where a channel has a pace": (posts.TURN_TIMEOUT.total_seconds(), None, None),
        "Claim of a post, a file or a letter": (CLAIM_FOR.total_seconds(), None, None),
    }  # fmt: skip


def written() -> dict[str, Numbers]:
    """The table's rows."""
    rows = (found for line in PAGE.read_text().splitlines() if (found := ROW.fullmatch(line)))
    return {
        row[1].strip(): (float(row[2]), int(row[3]) if row[3] else None,
                         int(row[4]) if row[4] else None)
        for row in rows
    }  # fmt: skip


def test_every_number_of_the_page_is_the_program_s() -> None:
    assert written() == program()


def test_a_digest_s_pauses_end_when_its_channel_has_had_its_time() -> None:
    assert written()["Relay: a digest in which no letter is settled"][0] == MailingList.idle_timeout


@pytest.mark.parametrize("patience", [None, LONGEST_EXCHANGE_SECONDS])
def test_a_claim_lives_longer_than_all_that_happens_within_it(patience: float | None) -> None:
    """Law 2, with the longest that the settings allow."""
    now = program(patience)

    def seconds(*names: str) -> float:
        return sum(now[name][0] for name in names)

    claim = seconds("Claim of a post, a file or a letter")
    hub = next(name for name in now if name.startswith("Feed: a hub"))
    relay = (
        "Relay: all answers until it lets us in",
        "Relay: a letter on its way, its final dot included",
    )
    one_letter = seconds(*relay) + 3 * seconds("Relay: an answer")  # MAIL, RCPT and DATA
    effects = {
        "a post": seconds("Telegram: all calls of one post"),
        "a hub": (1 + announce.MOST_REDIRECTS) * seconds(hub),
        "the command": seconds("Feed: the command `after`, all its runs"),
        "a letter": one_letter,
    }
    waits = seconds("Any: a turn, where a channel has a pace")  # a claim waits for its turn, too
    assert {name: most for name, most in effects.items() if most + waits >= claim} == {}
    # those who send many letters renew their claims: also with a letter between two renewals
    assert RENEW_SECONDS + one_letter < claim


def test_no_exchange_takes_longer_than_two_minutes_whatever_is_set() -> None:
    several = ("all", "the command", "pause", "Claim", "a digest", "nothing")
    single = {name: one[0] for name, one in program(LONGEST_EXCHANGE_SECONDS).items()
              if not any(word in name for word in several)}  # fmt: skip
    assert len(single) > 10
    assert {name: most for name, most in single.items() if most > LONGEST_EXCHANGE_SECONDS} == {}


def test_the_page_says_what_an_article_may_hold() -> None:
    kinds = {kind.what: kind.most for kind in bounds.SIGN_BOUNDS}
    page = PAGE.read_text(encoding="utf-8").partition("\n## An article\n")[2]
    assert {what: int(most) for what, most in re.findall(r"\| (.+) \| (\d+) \|", page)} == {
        "bytes": bounds.MOST_ARTICLE_BYTES,
        "lines": bounds.MOST_FILE_LINES,
        "lines with words": bounds.MOST_WRITTEN_LINES,
        "characters without a space between them (but for Thai, Chinese and the like)": (
            bounds.LONGEST_WORD_LETTERS
        ),
        "spaces in a row": bounds.LONGEST_GAP,
        "characters of the front matter": bounds.MOST_FRONT_CHARACTERS,
        "items of a list, or keys of a table, in the front matter": bounds.MOST_LIST_ITEMS,
        "levels of lists and tables in the front matter": bounds.MOST_FRONT_LEVELS,
        "HTML tags": kinds["HTML tags"],
        "links and pictures": kinds["links and pictures"],
        "notes": kinds["notes"],
        "headings": kinds["headings"],
        "items of lists, and quotations": bounds.MOST_BLOCK_MARKS,
        "levels of lists and quotations that one line opens": bounds.MOST_NESTED_BLOCKS,
        "columns of a table": bounds.MOST_TABLE_COLUMNS,
        "cells of all tables": bounds.MOST_TABLE_CELLS,
        "square brackets": kinds["square brackets"],
        "web addresses": kinds["addresses"],
        "signs of emphasis and code (`*` `_` `~` and the backtick)": kinds["signs like * _ ~ `"],
        "signs of HTML and other programs (`&` `<` `{` `}`)": kinds["signs like & < { }"],
    }


def test_the_page_says_what_is_looked_at_of_a_letter() -> None:
    page = PAGE.read_text(encoding="utf-8").partition("\n## A letter\n")[2].partition("\n## ")[0]
    assert {what: int(most) for what, most in re.findall(r"\| (.+) \| (\d+) \|", page)} == {
        "bytes of the head of it, or of a part": structure.MOST_HEAD_BYTES,
        "headers of it, or of a part": structure.MOST_HEAD_FIELDS,
        "bytes of a header that says what a part is": structure.MOST_STRUCTURAL,
        "characters of a header that are decoded": parsing.HEADER_CHARACTERS,
        "headers of one name that are looked at": parsing.MOST_VALUES,
        "characters of its From; a longer one names nobody": classify.MOST_SENDER,
        "parts": structure.MOST_PARTS,
        "levels of parts in parts": structure.MOST_PART_DEPTH,
        "bytes of a part": structure.MOST_BODY,
        "characters of its text": parsing.MOST_TEXT,
        "HTML tags of its text": parsing.MOST_TAGS,
        "characters of a notice of a mail system, before the letter that it quotes":
            reasons.MOST_ABOUT,
        "bytes of a report for machines": parsing.MOST_REPORT,
        "groups of fields in it": parsing.MOST_BLOCKS,
        "characters of `Authentication-Results`": authentication.MOST_RESULT,
    }  # fmt: skip
    assert f"{strangers.MOST_TO_ONE} letters a day to one mailbox" in page
    assert f"{strangers.MOST_IN_ALL} letters a day of each kind" in page


def test_how_much_of_an_inbox_is_read_is_said_as_it_is() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for said in (
        f"the newest {box.MOST_UNREAD_LETTERS:,} unread letters",
        f"the last {file_box.SEARCHED_BYTES // 2**20} MiB",
        f"the first {box.MESSAGE_BYTES:,} bytes",
        f"up to {remembered.MOST_REMEMBERED:,} letters in all",
    ):
        assert said in text
