"""Where a channel leads: a receipt is only ever used at the destination it came from."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from support.direct_office import DirectOffice
from syndicate.errors import ArticleError, UsageError
from syndicate.operations import adopt as adopting
from syndicate.operations import channels
from syndicate.operations import restore as restoring
from syndicate.testing import NOON


def move(room: DirectOffice, name: str) -> str:
    with room.office() as office:
        return channels.move(office, name)


def rename(room: DirectOffice, old: str, new: str) -> None:
    with room.office() as office:
        channels.rename(office, old, new)


def adopt(room: DirectOffice, article: Path, name: str, reference: str) -> None:
    with room.office() as office:
        adopting.adopt(office, article, name, reference)


@pytest.mark.parametrize(
    ("kind", "change"), [("Wall", {"folder": "elsewhere"}), ("Board", {"at": "another chat"})]
)
def test_a_changed_chat_gets_nothing(room: DirectOffice, kind: str, change: dict[str, str]) -> None:
    """Guard: Destinations.recognise."""
    room = room.having(wall=kind)
    room.publish(room.write("hello"))
    moved = room.changed("wall", **change)
    reports = [moved.publish(room.write("next"))]
    if kind == "Board":
        reports.append(moved.correct("hello", "hello again"))
    for report in reports:
        assert report.exit_code == 3
        assert any("`syndicate channels move wall`" in line.why for line in report.lines)
    assert [post.text for post in moved.posts("wall")] == (["hello"] if "at" in change else [])
    assert room.texts("wall") == ["hello"]
    room.publish(room.write("next"), note="as it was") if kind == "Board" else room.tick()
    assert "next" in room.texts("wall")  # set back, it goes on


def test_a_channel_that_was_moved_goes_on_there_and_leaves_the_old_posts(
    room: DirectOffice,
) -> None:
    """Guard: _elsewhere in plan, and the destination in deliver._act."""
    room = room.having(wall="Board")
    room.publish(room.write("hello"))
    moved = room.changed("wall", folder="elsewhere")
    said = move(moved, "wall")
    assert str(room.home / "wall") in said
    assert str(room.home / "elsewhere") in said
    moved.publish(room.write("next"))
    report = moved.correct("hello", "hello again")
    assert (room.texts("wall"), moved.texts("wall")) == (["hello"], ["next"])
    assert report.exit_code == 3
    assert any("where this channel no longer publishes" in line.why for line in report.lines)


@pytest.mark.parametrize("kind", ["Sheet", "Slate"])
def test_a_moved_folder_is_filled_anew(room: DirectOffice, kind: str) -> None:
    """Guard: `repeats` in Destinations.move (a sheet would also be missed by `holds`)."""
    room = room.having(sheet=kind)
    article = room.write("hello")
    room.publish(article)
    moved = room.changed("sheet", folder="elsewhere")
    assert moved.publish(article).exit_code == 3
    assert moved.posts("sheet") == []
    move(moved, "sheet")
    assert moved.publish(article).exit_code == 0
    assert moved.texts("sheet") == ["hello"]


def test_a_sheet_that_somebody_took_away_is_written_again(room: DirectOffice) -> None:
    """Guard: compare._lost."""
    room = room.having(sheet="Sheet")
    article = room.write("hello")
    room.publish(article)
    (room.folder("sheet") / "0-sheet").unlink()
    room.publish(article)
    (room.folder("sheet") / "0-sheet").write_text("graffiti")
    room.publish(article)
    assert room.texts("sheet") == ["hello"]


def test_a_renamed_channel_says_nothing_again(room: DirectOffice) -> None:
    """Guard: destinations._refuse_shared, and channels.key in delivery keys."""
    room = room.having(old="Wall")
    article = room.write("hello")
    room.publish(article)
    renamed = room.with_tables({"new": room.walls["old"]})
    report = renamed.publish(article)
    assert any("`syndicate channels rename old new`" in line.why for line in report.lines)
    assert (report.exit_code, renamed.texts("new")) == (3, ["hello"])


def test_a_channel_renamed_in_time_goes_on(room: DirectOffice) -> None:
    """Guard: Destinations.rename."""
    room = room.having(old="Board")
    article = room.write("hello")
    room.publish(article)
    renamed = room.with_tables({"new": room.walls["old"]})
    rename(renamed, "old", "new")
    assert renamed.publish(article).exit_code == 0
    renamed.correct("hello", "hello again")
    renamed.publish(room.write("next"))
    assert renamed.texts("new") == ["hello again (it was wrong)", "next"]


def test_a_doubt_is_looked_for_under_its_key_after_a_rename(room: DirectOffice) -> None:
    """Guard: delivery keys are made of the channel's first name."""
    room = room.having(old="SearchableWall")
    article = room.write("hello")
    room.mood("old", "published", "in doubt")
    room.publish(article)
    room.mood("old", "published", None)
    renamed = room.with_tables({"new": room.walls["old"]})
    rename(renamed, "old", "new")
    renamed.publish(article)
    assert (renamed.texts("new"), renamed.states("new")) == (["hello"], ["settled"])


# a ledger that was lost or restored


def test_an_article_older_than_the_ledger_is_not_posted_again(room: DirectOffice) -> None:
    """Guard: duplicates.refuse_stranger."""
    room = room.having(wall="Wall")
    old = room.write("hello", date="2026-08-13")
    with pytest.raises(ArticleError, match=r"--new.*syndicate adopt .*hello\.md --channel NAME"):
        room.publish(old)
    assert room.posts("wall") == []
    room.publish(old, new=True)
    assert room.texts("wall") == ["hello"]


def test_an_adopted_post_is_known_and_can_be_corrected(room: DirectOffice) -> None:
    """Guard: Deliveries.adopt."""
    room = room.having(wall="Board")
    old = room.write("hello", date="2026-08-13")
    room.publish(old, new=True)
    [post] = room.posts("wall")
    room.forget()
    adopt(room, old, "wall", f"{post.number:04}-{post.key}")
    assert room.publish(old).exit_code == 0
    assert room.texts("wall") == ["hello"]
    room.publish(room.write("hello", "hello again", date="2026-08-13"), note="it was wrong")
    assert room.texts("wall") == ["hello again (it was wrong)"]


@pytest.mark.parametrize(
    ("kind", "state"), [("Wall", "in_doubt"), ("SearchableWall", "settled"), ("Sheet", "settled")]
)
def test_after_a_restore_what_may_have_been_sent_is_in_doubt(
    room: DirectOffice, kind: str, state: str
) -> None:
    """Guard: restoring.doubt_since."""
    room = room.having(wall=kind)
    article = room.write("hello")
    room.mood("wall", "open", "unavailable")
    room.publish(article)
    room.mood("wall", "open", None)
    back = room.remembered()  # the night's backup
    room.publish(article)
    room.recall(back)  # and it was sent since
    assert "1 in doubt (syndicate status lists them)" in restore(room)
    room.publish(article)
    assert (room.texts("wall"), room.states("wall")) == (["hello"], [state])


def test_after_a_restore_an_unknown_article_of_that_time_is_not_posted_again(
    room: DirectOffice,
) -> None:
    """Guard: `restored_at` in duplicates.refuse_stranger."""
    room = room.having(wall="Wall")
    article = room.write("hello", date="2026-08-15")
    with room.office() as office:
        office.ledger.doubt_since_backup(NOON + timedelta(days=1), letters_sent=False)
    with pytest.raises(ArticleError, match="--new"):
        room.publish(article)
    assert room.posts("wall") == []


def restore(room: DirectOffice, digests: restoring.LostDigests | None = None) -> list[str]:
    with room.office() as office:
        return restoring.settle_restored(office, digests)


@pytest.fixture
def letters(room: DirectOffice) -> DirectOffice:
    """A list with an article for its next digest."""
    room = room.having(letters="Letters")
    room.subscribe("letters", "ann@example.org", "bob@example.org")
    room.publish(room.write("hello"))
    return room


def test_a_digest_that_left_after_the_backup_is_not_sent_again(letters: DirectOffice) -> None:
    """Guard: digest.pass_over."""
    back, evening = letters.remembered(), letters.tomorrow()
    evening.digest()
    letters.recall(back)
    with pytest.raises(UsageError, match=r"letters 15 August 2026 17:00 \w+:.*--digests sent"):
        restore(evening)
    restore(evening, restoring.LostDigests.SENT)
    assert evening.tick().exit_code == 0
    assert len(letters.posts("letters")) == 2
    evening.correct("hello", "hello again")  # and what it carried is known
    letters.tomorrow(2).digest()
    assert letters.texts("letters")[2:] == [
        f"{who}@example.org: changed: hello again (it was wrong)" for who in ("ann", "bob")
    ]


def test_a_digest_that_never_left_is_sent_after_a_restore(letters: DirectOffice) -> None:
    evening = letters.tomorrow()
    restore(evening, restoring.LostDigests.UNSENT)
    assert letters.posts("letters") == []
    evening.tick()
    assert len(letters.posts("letters")) == 2


@pytest.mark.parametrize(("answer", "letters_then"), [("sent", 0), ("unsent", 2)])
def test_letters_that_waited_in_the_backup_are_asked_about_once_and_together(
    letters: DirectOffice, answer: str, letters_then: int
) -> None:
    """Guard: `letters_sent` in restoring.doubt_since."""
    evening = letters.tomorrow()
    letters.mood("letters", "open", "unavailable")
    evening.digest()
    letters.mood("letters", "open", None)
    with pytest.raises(UsageError, match="--digests sent"):
        restore(evening)
    restore(evening, restoring.LostDigests(answer))
    assert evening.tick().exit_code == 0
    assert len(letters.posts("letters")) == letters_then
    assert letters.states("letters") == ["off" if answer == "sent" else "sent"] * 2


# a changed template


def test_after_a_change_of_form_single_posts_are_left_alone_and_a_sheet_is_rewritten(
    room: DirectOffice,
) -> None:
    """Guard: `refresh` in plan.step."""
    room = room.having(wall="Wall", board="Board", sheet="Sheet")
    article = room.write("hello")
    room.publish(article)
    for name in room.walls:
        room = room.changed(name, template="<{}>")
    assert room.publish(article).exit_code == 0
    shown = {name: room.texts(name) for name in room.walls}
    assert shown == {"wall": ["hello"], "board": ["hello"], "sheet": ["<hello>"]}
    report = room.publish(article, refresh=True, channels=["board"])
    assert room.texts("board") == ["<hello>"]
    assert [(line.action, line.state) for line in report.lines] == [("refresh", "done")]
    assert [subject.version for subject in report.articles] == [1]
    assert room.publish(article, refresh=True).exit_code == 3  # a wall cannot
    assert room.texts("wall") == ["hello"]


def test_an_adopted_post_is_made_to_say_what_the_file_says(room: DirectOffice) -> None:
    """Guard: `revises` in Deliveries.adopt."""
    room = room.having(wall="Board", letters="Letters")
    room.subscribe("letters", "ann@example.org")
    old = room.write("hello", date="2026-08-13")
    room.publish(old, new=True)
    [post] = room.posts("wall")
    room.forget()
    room.subscribe("letters", "ann@example.org")
    reference = f"{post.number:04}-{post.key}"
    with room.office() as office:
        again = room.write("hello", "hello again", date="2026-08-13")
        adopting.adopt(office, again, "wall", reference, "it was wrong")
    assert room.texts("wall") == ["hello again (it was wrong)"]
    assert room.states("wall") == ["settled"]
    room.publish(again)
    room.tomorrow().digest()
    assert room.posts("letters") == []  # it may have been in one before


def test_a_restore_tells_of_a_feed_that_was_written_since(room: DirectOffice) -> None:
    """Guard: restore._was_rewritten."""
    room = room.having(sheet="Sheet")
    room.publish(room.write("hello"))
    back = room.remembered()
    assert not any("sheet: was written" in line for line in restore(room))
    room.correct("hello", "hello again")
    room.recall(back)
    assert "sheet: was written after the backup" in restore(room)
