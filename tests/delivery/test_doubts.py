"""What is in doubt: nothing newer is said of it until somebody knows, and then what is wanted."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.direct_office import DirectOffice
from syndicate.errors import UsageError

happening = pytest.mark.parametrize("happened", [False, True], ids=["unsaid", "said"])
killing = pytest.mark.parametrize("kill", [False, True], ids=["notice", "kill"])


def doubtful(room: DirectOffice, happened: bool) -> Path:
    """An article that was said, or was not, and nobody knows which."""
    article = room.write("hello")
    moment = "published" if happened else "publish"
    room.mood("wall", moment, "in doubt")
    room.publish(article)
    room.mood("wall", moment, None)
    assert (room.states("wall"), len(room.posts("wall"))) == (["in_doubt"], int(happened))
    return article


@happening
@killing
def test_withdrawn_while_in_doubt_nothing_is_said_until_somebody_knows(
    room: DirectOffice, happened: bool, kill: bool
) -> None:
    """Guard: plan.step gives a withdrawal as `replaces`; claims take only what is due."""
    room = room.having(wall="Board")
    article = doubtful(room, happened)
    for _ in range(2):
        room.withdraw(article, kill=kill)
        room.tick()
    assert room.texts("wall") == ["hello"] * happened
    assert room.states("wall") == ["in_doubt"]

    number = room.row("wall").id
    if happened:
        [post] = room.posts("wall")
        room.resolve(number, f"{post.number:04}-{post.key}")
        assert room.texts("wall") == ([] if kill else ["withdrawn: it was not so"])
    else:
        room.resolve(number, None)
        assert room.texts("wall") == []
    assert room.states("wall") == ["settled"]
    room.tick()
    assert len(room.posts("wall")) == (happened and not kill)


@happening
@killing
def test_withdrawn_while_in_doubt_is_looked_for_and_replaced_only_where_it_is(
    room: DirectOffice, happened: bool, kill: bool
) -> None:
    """Guard: `replaces` in resting and verb_for."""
    room = room.having(wall="SearchableBoard")
    article = doubtful(room, happened)
    room.withdraw(article, kill=kill)
    assert room.texts("wall") == ["withdrawn: it was not so"] * (happened and not kill)
    assert room.states("wall") == ["settled"]


@happening
def test_corrected_while_in_doubt_the_newest_text_is_said_once_somebody_knows(
    room: DirectOffice, happened: bool
) -> None:
    """Guard: claims take only what is due."""
    room = room.having(wall="Board")
    doubtful(room, happened)
    room.correct("hello", "hello again")
    assert (room.texts("wall"), room.states("wall")) == (["hello"] * happened, ["in_doubt"])
    sent = [f"{post.number:04}-{post.key}" for post in room.posts("wall")]
    room.resolve(room.row("wall").id, sent[0] if sent else None)
    assert room.texts("wall") == ["hello again (it was wrong)"]
    assert room.states("wall") == ["settled"]


def test_only_a_doubt_can_be_resolved(room: DirectOffice) -> None:
    room = room.having(wall="Wall")
    room.publish(room.write("hello"))
    for sent in ("42", None):
        with pytest.raises(UsageError, match="not in doubt"):
            room.resolve(room.row("wall").id, sent)
    assert room.texts("wall") == ["hello"]


def test_a_doubtful_letter_can_be_resolved_either_way(room: DirectOffice) -> None:
    room = room.having(letters="Letters")
    room.subscribe("letters", "ann@example.org", "bob@example.org")
    room.publish(room.write("hello"))
    room.mood("letters", "published", "in doubt")
    tomorrow = room.tomorrow()
    assert tomorrow.digest().exit_code == 4
    room.mood("letters", "published", None)
    ann, bob = room.letters("letters")
    assert {ann.state, bob.state} == {"in_doubt"}
    tomorrow.resolve(ann.id, "seen")
    tomorrow.resolve(bob.id, None)  # this person is wrong, and answers for it
    assert room.states("letters") == ["sent"] * 2
    assert sorted(room.texts("letters")) == [
        "ann@example.org: hello",
        "bob@example.org: hello",
        "bob@example.org: hello",
    ]
