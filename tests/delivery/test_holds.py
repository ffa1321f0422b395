"""Held articles: what waits is started by nobody, what is out stays, and a release goes on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support import walls
from support.direct_office import DirectOffice
from syndicate.errors import ArticleError

PEOPLE = [f"{name}@example.org" for name in ("ann", "bob", "cid", "dan", "eve", "fay", "gus")]


def at_moment(verb: str, turn: int, act: Callable[[], object]) -> Callable[[str], None]:
    """A watcher that acts once, at the ``turn``-th effect of this name."""
    seen: list[str] = []

    def look(happening: str) -> None:
        seen.extend([happening] * (happening == verb))
        if happening == verb and len(seen) == turn:
            act()

    return look


@pytest.mark.parametrize(
    ("kind", "mood"),
    [("Board", "unavailable"), ("Board", "refused"), ("Slate", "in doubt"),
     ("SearchableBoard", "in doubt")],
)  # fmt: skip
def test_nothing_that_waits_of_a_held_article_is_said(
    room: DirectOffice, kind: str, mood: str
) -> None:
    """Guards: is_held in Queue.claim; Queue.held where a doubt would be repeated."""
    room = room.having(wall=kind)
    article = room.write("hello")
    room.mood("wall", "publish", mood)
    room.publish(article)
    room.mood("wall", "publish", None)
    room.hold(article)
    for _ in range(2):
        assert room.tick().exit_code in (0, 4)
        room.publish(article)
    assert room.texts("wall") == []
    room.release(article)
    room.tick()
    assert room.texts("wall") == ["hello"]
    assert room.tries("wall").count("publish: receipt") <= 1


def test_an_article_that_is_held_when_it_is_about_to_start_does_not(
    room: DirectOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard: is_held in Queue._start, after another process has claimed it."""
    room = room.having(wall="Board")
    article = room.write("hello")
    monkeypatch.setattr(walls, "watchers", [at_moment("open", 1, lambda: room.hold(article))])
    room.publish(article)
    assert (room.texts("wall"), room.states("wall"), room.tries("wall")) == ([], ["due"], [])
    room.release(article)
    assert room.texts("wall") == ["hello"]


@pytest.mark.parametrize("what", ["the entry", "its correction"])
def test_a_collection_goes_on_showing_what_its_readers_see(room: DirectOffice, what: str) -> None:
    """Guard: shown_version."""
    room = room.having(sheet="Sheet")
    article, other = room.write("hello"), room.write("other")
    if what == "its correction":
        room.publish(article)
    room.mood("sheet", "publish", "unavailable")
    if what == "its correction":
        room.correct("hello", "hello again")
    else:
        room.publish(article)
    room.hold(article)
    room.mood("sheet", "publish", None)
    room.publish(other)
    room.tick()
    before = ["hello"] if what == "its correction" else []
    assert room.texts("sheet") == ["\n".join(["other", *before])]
    room.release(article)
    after = "hello again (it was wrong)" if before else "hello"
    assert sorted(room.texts("sheet")[0].split("\n")) == sorted(["other", after])


def test_what_was_never_shown_leaves_no_notice_behind(room: DirectOffice) -> None:
    """Guard: Collections.show_newest of what is not hidden."""
    room = room.having(sheet="Sheet", wall="Board")
    article = room.write("hello")
    room.mood("sheet", "publish", "unavailable")
    room.mood("wall", "publish", "unavailable")
    room.publish(article)
    room.hold(article)
    for name in ("sheet", "wall"):
        room.mood(name, "publish", None)
    room.withdraw(article)
    room.publish(room.write("other"))
    room.tick()
    assert room.texts("sheet") == ["other"]
    assert room.texts("wall") == ["other"]
    room.reinstate(article)
    assert "hello" in room.texts("sheet")[0]
    assert any(text.startswith("hello") for text in room.texts("wall"))


@pytest.fixture
def letters(room: DirectOffice) -> DirectOffice:
    """A list of seven people, with two articles for its next digest."""
    room = room.having(letters="Letters")
    room.subscribe("letters", *PEOPLE)
    room.publish(room.write("hello"), room.write("other"))
    return room


def test_a_digest_whose_letters_have_not_left_goes_without_it_and_the_next_has_it(
    letters: DirectOffice,
) -> None:
    """Guard: Windows.come_again."""
    evening, article = letters.tomorrow(), letters.home / "hello.md"
    letters.mood("letters", "open", "unavailable")
    evening.digest()
    evening.hold(article)
    letters.mood("letters", "open", None)
    evening.digest()
    assert letters.texts("letters") == [f"{who}: other" for who in PEOPLE]
    evening.release(article)
    letters.tomorrow(2).digest()
    letters.tomorrow(3).digest()
    assert letters.texts("letters")[7:] == [f"{who}: hello" for who in PEOPLE]


def test_who_did_not_get_it_gets_it_with_the_next_digest(
    letters: DirectOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard: freeze_missed; readers_of without those whose letter left it out."""
    evening, article = letters.tomorrow(), letters.home / "hello.md"
    hold = at_moment("stream", 3, lambda: evening.hold(article))
    monkeypatch.setattr(walls, "watchers", [hold])
    evening.digest()
    texts = letters.texts("letters")
    got = [text.partition(":")[0] for text in texts if "hello" in text]
    missed = [who for who in PEOPLE if who not in got]
    assert got
    assert missed
    assert len(texts) == len(PEOPLE)
    evening.release(article)
    letters.tomorrow(2).digest()
    letters.tomorrow(3).digest()
    assert letters.texts("letters")[7:] == [f"{who}: hello" for who in missed]


def test_who_got_a_letter_without_it_is_told_of_no_correction(
    letters: DirectOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard: lacks in Readership."""
    evening, article = letters.tomorrow(), letters.home / "hello.md"
    hold = at_moment("stream", 3, lambda: evening.hold(article))
    monkeypatch.setattr(walls, "watchers", [hold])
    evening.digest()
    got = [text.partition(":")[0] for text in letters.texts("letters") if "hello" in text]
    assert 0 < len(got) < len(PEOPLE)
    evening.release(article)
    report = evening.correct("hello", "hello again", notify_readers=True)
    counts = {f"{reach.by}": reach.count for reach in report.audience}
    assert counts.get("letter") == len(got)
    assert "gone" not in counts
    told = sorted(letters.texts("letters")[7:])
    assert told == sorted(f"{who}: changed: hello again (it was wrong)" for who in got)


@pytest.mark.parametrize("letter", ["urgent", "notice"])
def test_a_letter_of_its_own_waits_until_its_article_is_released(
    room: DirectOffice, letter: str
) -> None:
    """Guards: is_withheld of runs, and HELD_SQL behind it."""
    room = room.having(letters="Letters").changed("letters", immediate=letter == "urgent")
    room.subscribe("letters", *PEOPLE[:2])
    article = room.write("hello")
    if letter == "urgent":
        article.write_text(article.read_text().replace("url:", "urgency: 1\nurl:", 1))
        room.mood("letters", "open", "unavailable")
        room.publish(article)
        said = "hello"
    else:
        room.publish(article)
        room.tomorrow().digest()
        room = room.tomorrow()
        room.mood("letters", "open", "unavailable")
        room.correct("hello", "hello again", notify_readers=True)
        said = "changed: hello again (it was wrong)"
    before = len(room.texts("letters"))
    room.hold(article)
    room.mood("letters", "open", None)
    room.tick()
    assert len(room.texts("letters")) == before
    room.release(article)
    assert room.texts("letters")[before:] == [f"{who}: {said}" for who in PEOPLE[:2]]


def test_a_letter_of_its_own_stops_in_mid_run_and_goes_on_where_it_was(
    room: DirectOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard: HELD_SQL, once a block is claimed."""
    room = room.having(letters="Letters").changed("letters", immediate=True)
    room.subscribe("letters", *PEOPLE)
    article = room.write("hello")
    article.write_text(article.read_text().replace("url:", "urgency: 1\nurl:", 1))
    hold = at_moment("stream", 1, lambda: room.hold(article))
    monkeypatch.setattr(walls, "watchers", [hold])
    room.publish(article)
    assert 0 < len(room.texts("letters")) < len(PEOPLE)
    room.release(article)
    assert sorted(room.texts("letters")) == [f"{who}: hello" for who in PEOPLE]


def test_a_digest_that_closes_meanwhile_leaves_out_new_and_corrected(letters: DirectOffice) -> None:
    """Guards: held_at in Windows.unsent, pass_by and carriers_of."""
    letters.tomorrow().digest()
    day = letters.at(letters.tomorrow().now)
    article, late = day.write("hello"), day.write("late")
    day.correct("hello", "hello again")
    day.publish(late)
    day.hold(article)
    day.hold(late)
    letters.tomorrow(2).digest()
    assert len(letters.texts("letters")) == len(PEOPLE)
    letters.tomorrow(2).release(article)
    letters.tomorrow(2).release(late)
    letters.tomorrow(3).digest()
    said = "changed: hello again (it was wrong)\nlate"
    assert letters.texts("letters")[7:] == [f"{who}: {said}" for who in PEOPLE]


def test_a_held_article_is_corrected_only_after_its_release(room: DirectOffice) -> None:
    room = room.having(wall="Board")
    article = room.write("hello")
    room.publish(article)
    room.hold(article)
    with pytest.raises(ArticleError, match="release it first"):
        room.correct("hello", "hello again")
    with pytest.raises(ArticleError, match="held, not withdrawn"):
        room.reinstate(article)
    room.release(article)
    with pytest.raises(ArticleError, match="not held"):
        room.release(article)


# what waits, and a withdrawal that overtakes it

PENDING = {
    "out": (None, None),
    "waiting": ("publish", "unavailable"),
    "retried later": ("publish", "later"),
    "refused": ("publish", "refused"),
    "in doubt, unsaid": ("publish", "in doubt"),
    "in doubt, said": ("published", "in doubt"),
}


@pytest.mark.parametrize("kill", [False, True], ids=["notice", "kill"])
@pytest.mark.parametrize("since", ["", "held", "expired"])
@pytest.mark.parametrize("state", PENDING)
def test_a_withdrawal_overtakes_whatever_is_pending(
    room: DirectOffice, state: str, since: str, kill: bool
) -> None:
    """Guards: replaces in plan steps; held_at in Revisions.record."""
    room = room.having(wall="SearchableBoard", sheet="Sheet")
    article = room.write("hello")
    if since == "expired":
        text = article.read_text().replace("url:", "expires: 2026-08-20T09:00:00+00:00\nurl:", 1)
        article.write_text(text)
    verb, mood = PENDING[state]
    if verb:
        room.mood("wall", verb, mood)
    room.publish(article)
    if verb:
        room.mood("wall", verb, None)
    day = room.tomorrow(30) if since == "expired" else room
    if since == "held":
        day.hold(article)
    day.withdraw(article, kill=kill)
    for _ in range(2):
        day.tick()
    was_out = state in ("out", "in doubt, said")
    notice = [] if kill or not was_out else ["withdrawn: it was not so"]
    assert room.texts("wall") == notice
    assert "hello" not in "".join(room.texts("sheet"))
    assert set(room.states("wall")) == {"settled"}


def test_a_reinstated_article_takes_the_place_of_its_notice(room: DirectOffice) -> None:
    """Guard: called in purpose_of."""
    room = room.having(board="Board", sheet="Sheet", letters="Letters")
    room.subscribe("letters", *PEOPLE[:1])
    article = room.write("hello")
    room.publish(article)
    room.tomorrow().digest()
    day = room.tomorrow()
    day.withdraw(article)
    with pytest.raises(ArticleError, match="syndicate reinstate"):
        day.correct("hello", "hello again")
    room.write("hello")
    room.tomorrow(2).digest()
    report = room.tomorrow(2).reinstate(article, note="the decree is in force")
    assert [line.action for line in report.lines if line.channel == "board"] == ["reinstate"]
    said = "hello (the decree is in force)"
    assert room.texts("board") == room.texts("sheet") == [said]
    room.tomorrow(3).digest()
    assert room.texts("letters")[1:] == [
        "ann@example.org: changed: withdrawn: it was not so", f"ann@example.org: changed: {said}",
    ]  # fmt: skip
    assert room.tomorrow(3).publish(article).articles[0].kind == "unchanged"


@pytest.mark.parametrize("minor", [False, True], ids=["told", "minor"])
def test_who_was_not_told_of_the_withdrawal_is_not_told_that_it_is_over(
    room: DirectOffice, minor: bool
) -> None:
    """Guard: Correction.is_news."""
    room = room.having(letters="Letters")
    room.subscribe("letters", *PEOPLE[:1])
    article, day = room.write("hello"), room.tomorrow()
    room.publish(article)
    day.digest()
    day.withdraw(article)
    day.reinstate(article, minor=minor)
    room.tomorrow(2).digest()
    assert room.texts("letters") == ["ann@example.org: hello"]
    room.tomorrow(2).correct("hello", "hello again")
    room.tomorrow(3).digest()
    assert room.texts("letters")[1:] == ["ann@example.org: changed: hello again (it was wrong)"]


def test_what_no_reader_had_got_is_new_again_once_it_is_reinstated(room: DirectOffice) -> None:
    """Guards: pass_by leaves out what is withdrawn; come_again where nobody got it."""
    room = room.having(letters="Letters")
    room.subscribe("letters", *PEOPLE[:1])
    article = room.write("hello")
    room.publish(article)
    room.withdraw(article)
    room.tomorrow().digest()
    room.tomorrow().reinstate(article)
    room.tomorrow(2).digest()
    assert room.texts("letters") == ["ann@example.org: hello ()"]


def test_a_killed_article_comes_back_by_its_file_alone(room: DirectOffice) -> None:
    room = room.having(board="Board")
    article = room.write("hello")
    room.publish(article)
    room.withdraw(article, kill=True)
    assert room.texts("board") == []
    with pytest.raises(ArticleError, match="name the file"):
        room.reinstate("tag:example.org,2026-08-15:hello")
    room.reinstate(article, note="it is so")
    assert room.texts("board") == ["hello (it is so)"]
