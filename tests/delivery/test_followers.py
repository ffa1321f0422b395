"""What follows something else of its edition: said when that stands, and never made up for."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from support.direct_office import DirectOffice
from syndicate.ledger.schema import deliveries
from syndicate.operations import channels


@pytest.fixture
def board(room: DirectOffice) -> DirectOffice:
    return room.having(board="NotedBoard")


def addressed(room: DirectOffice) -> dict[str, str]:
    return {row.address: row.state for row in room.rows("board")}


def forget_pauses(room: DirectOffice) -> None:
    room.order(update(deliveries).values(not_before=None))


def test_what_follows_is_said_after_it_and_only_once(board: DirectOffice) -> None:
    article = board.write("a")
    board.publish(article)
    board.publish(article)
    assert board.texts("board") == ["a", "ribbon"]
    assert board.tries("board") == ["publish: receipt"] * 2


@pytest.mark.parametrize("mood", ["refused", "later", "in doubt"])
def test_what_follows_waits_until_it_stands(board: DirectOffice, mood: str) -> None:
    article = board.write("a")
    board.mood("board", "publish", mood)
    board.publish(article)
    assert board.texts("board") == []
    assert addressed(board)["ribbon"] == "due"
    board.mood("board", "publish", None)
    forget_pauses(board)
    board.publish(article)
    assert board.texts("board") == ["a", "ribbon"]
    assert set(addressed(board).values()) == {"settled"}


def test_what_follows_is_tried_again_by_itself(board: DirectOffice) -> None:
    board.mood("board", "follow ribbon", "unavailable")
    report = board.publish(board.write("a"))
    assert (report.exit_code, board.texts("board")) == (3, ["a"])
    board.mood("board", "follow ribbon", None)
    assert board.tick().exit_code == 0
    assert board.texts("board") == ["a", "ribbon"]


def test_what_follows_in_doubt_is_looked_for(board: DirectOffice) -> None:
    board.mood("board", "published", "in doubt")
    board.mood("board", "find", "unavailable")
    board.publish(board.write("a"))
    assert addressed(board) == {"post": "in_doubt", "ribbon": "due"}
    board.mood("board", "find", None)
    board.tick()
    assert board.texts("board") == ["a", "ribbon"]


def test_a_correction_is_told_once_under_what_stands(board: DirectOffice) -> None:
    board.publish(board.write("a"))
    board.correct("a", "b")
    board.correct("a", "c")
    board.publish(board.write("a", "c"))
    notes = [text for text in board.texts("board") if text.startswith("note")]
    assert len(notes) == 2
    assert set(addressed(board)) == {"post", "ribbon", "note-2", "note-3"}


def test_a_correction_is_told_when_it_has_been_made(board: DirectOffice) -> None:
    board.publish(board.write("a"))
    board.mood("board", "revise", "refused")
    board.correct("a", "b")
    assert board.texts("board") == ["a", "ribbon"]
    board.mood("board", "revise", None)
    board.publish(board.write("a", "b"))
    assert board.texts("board") == ["b (it was wrong)", "ribbon", "note: it was wrong"]


def test_a_correction_of_what_nobody_saw_is_not_told(board: DirectOffice) -> None:
    board.mood("board", "publish", "later")
    board.publish(board.write("a"))
    board.mood("board", "publish", None)
    forget_pauses(board)
    board.correct("a", "b")
    assert [text[:4] for text in board.texts("board")] == ["b (i", "ribb"]


def test_what_is_new_by_its_settings_alone_is_said_only_when_asked(room: DirectOffice) -> None:
    before = room.having(board="SearchableBoard")
    article = before.write("a")
    before.publish(article)
    after = before.having(board="NotedBoard")
    after.publish(article)
    assert after.texts("board") == ["a"]
    after.publish(article, refresh=True)
    assert after.texts("board") == ["a", "ribbon"]


def test_an_old_correction_is_not_made_up_for(room: DirectOffice) -> None:
    before = room.having(board="SearchableBoard")
    before.publish(before.write("a"))
    before.correct("a", "b")
    after = before.having(board="NotedBoard")
    after.correct("a", "c")
    assert set(addressed(after)) == {"post", "ribbon", "note-3"}


def test_what_has_expired_loses_what_only_news_has(board: DirectOffice) -> None:
    article = board.write("a")
    article.write_text(
        article.read_text().replace("headline:", "expires: 2026-08-15T00:00:00Z\nheadline:")
    )
    board.publish(article)
    assert "ribbon" in board.texts("board")
    later = board.tomorrow()
    report = later.tick()
    assert later.texts("board") == ["a"]
    assert [line.address for line in report.lines if line.action == "remove"] == ["ribbon"]
    assert later.tick().lines == []


def test_what_has_expired_leaves_what_holds_the_newest(room: DirectOffice) -> None:
    room = room.having(sheet="Sheet")
    article = room.write("a")
    article.write_text(
        article.read_text().replace("headline:", "expires: 2026-08-15T00:00:00Z\nheadline:")
    )
    room.publish(article, room.write("b"))
    assert sorted(room.texts("sheet")[0].split("\n")) == ["a", "b"]
    later = room.tomorrow()
    assert later.tick().exit_code == 0
    assert later.texts("sheet") == ["b"]
    corrected = article.read_text().replace('headline: "a"', 'headline: "c"')
    article.write_text(corrected)
    later.publish(article, note="it was wrong")
    assert later.texts("sheet") == ["b"]
    later.withdraw(article)
    assert "withdrawn: it was not so" in later.texts("sheet")[0]


def test_a_withdrawal_takes_away_what_follows_and_keeps_what_was_told(board: DirectOffice) -> None:
    board.publish(board.write("a"))
    board.correct("a", "b")
    board.withdraw(board.write("a", "b"))
    assert [text.split(":")[0] for text in board.texts("board")] == ["withdrawn", "note"]


def test_a_kill_takes_away_everything(board: DirectOffice) -> None:
    board.publish(board.write("a"))
    board.correct("a", "b")
    board.withdraw(board.write("a", "b"), kill=True)
    assert board.texts("board") == []
    assert set(addressed(board).values()) == {"settled"}


def test_what_is_given_up_takes_along_what_would_have_followed(board: DirectOffice) -> None:
    board.mood("board", "publish", "refused")
    article = board.write("a")
    board.publish(article)
    [post] = [row for row in board.rows("board") if row.address == "post"]
    with board.office() as office:
        office.ledger.resolutions.give_up(post.id)
    assert addressed(board) == {"post": "settled", "ribbon": "settled"}
    assert [row.why for row in board.rows("board")] == ["given up", ""]
    board.mood("board", "publish", None)
    board.publish(article)
    assert board.texts("board") == []
    assert board.tick().exit_code == 0


def test_what_comes_after_something_given_up_is_told(board: DirectOffice) -> None:
    board.publish(board.write("a"))
    board.mood("board", "revise", "refused")
    board.correct("a", "b")
    [post] = [row for row in board.rows("board") if row.address == "post"]
    with board.office() as office:
        office.ledger.resolutions.give_up(post.id)
    board.mood("board", "revise", None)
    board.correct("a", "c", note="wrong again")
    assert board.texts("board") == ["c (wrong again)", "ribbon", "note: wrong again"]


def test_what_follows_does_not_go_where_its_channel_has_moved_to(room: DirectOffice) -> None:
    before = room.having(board="SearchableBoard")
    article = before.write("a")
    before.publish(article)
    moved = before.having(board="NotedBoard").changed("board", at="elsewhere")
    with moved.office() as office:
        channels.move(office, "board")
    moved.publish(article, refresh=True)
    assert moved.texts("board") == ["a"]
