"""Whether what holds posts against Telegram's rules sees what it is there to see."""

from __future__ import annotations

from typing import Any

import pytest

from support.posts import Passage, Post, broken_rules, lost, marked, passages

URL = "https://kabar.example/a"


def made(text: str, *entities: tuple[str, int, int], **given: Any) -> Post:
    return Post(
        text=text,
        entities=tuple(entity(*one) for one in entities),
        given={"shape": "text", **given},
    )


def entity(kind: str, start: int, end: int) -> dict[str, Any]:
    kind, _, url = kind.partition(" ")
    more = {"url": url} if url else {}
    return {"type": kind, "offset": start, "length": end - start} | more


BROKEN = {
    "5000 units of text": made("x" * 5000),
    "1025 units of text": made("x" * 1025, shape="photo"),
    "4097 units of text": made("😀" * 2048 + "x"),
    "101 entities": made("xy" * 101, *(("bold", 2 * n, 2 * n + 1) for n in range(101))),
    "9056 bytes": made("xy" * 8, *((f"text_link {'u' * 1115}", n, n + 1) for n in range(8))),
    "white space around": made("x "),
    "outside of the text": made("x", ("bold", 0, 2)),
    "nothing or something": made("x", ("bold", 1, 1)),
    "half a character": made("😀", ("bold", 0, 1)),
    "and ends after it": made("abcdef", ("bold", 0, 4), ("italic", 2, 6)),
    "bold in code": made("abc", ("code", 0, 3), ("bold", 1, 2)),
    "code in bold": made("abc", ("bold", 0, 3), ("code", 1, 2)),
    "code in text_link": made("abc", (f"text_link {URL}", 0, 3), ("code", 0, 3)),
    "pre in bold": made("abc", ("bold", 0, 3), ("pre", 0, 3)),
    "blockquote in expandable": made("abc", ("expandable_blockquote", 0, 3), ("blockquote", 1, 2)),
    "bold in bold": made("abc", ("bold", 0, 3), ("bold", 1, 2)),
    "text_link in text_link": made(
        "abc", ("text_link http://a", 0, 3), ("text_link http://b", 1, 2)
    ),
}
KEPT = {
    "the most that fits": made("x" * 4096, *(("bold", 2 * n, 2 * n + 1) for n in range(100))),
    "a quotation holds all": made(
        "abcdef", ("blockquote", 0, 6), ("pre", 0, 2), (f"text_link {URL}", 2, 4), ("bold", 4, 6)
    ),
    "styles in each other": made("abc", ("bold", 0, 3), ("italic", 0, 3), ("underline", 1, 2)),
    "a bold link": made("abc", ("bold", 0, 3), (f"text_link {URL}", 0, 3)),
    "a whole emoji": made("😀", ("bold", 0, 2)),
}


@pytest.mark.parametrize("complaint", BROKEN)
def test_a_post_that_breaks_a_rule_is_seen(complaint: str) -> None:
    assert any(complaint in said for said in broken_rules(BROKEN[complaint]))


@pytest.mark.parametrize("name", KEPT)
def test_a_post_that_breaks_none_is_let_through(name: str) -> None:
    assert broken_rules(KEPT[name]) == []


@pytest.mark.parametrize("name", ["code in bold", "code in text_link", "bold in code"])
def test_telegram_s_own_library_sees_what_telegram_would_change(name: str) -> None:
    tdlib = pytest.importorskip("tdlib", exc_type=ImportError)
    assert tdlib.changed(BROKEN[name])
    assert not any(tdlib.changed(post) for post in KEPT.values())


def test_telegram_s_own_library_sees_characters_that_it_takes_out() -> None:
    tdlib = pytest.importorskip("tdlib", exc_type=ImportError)
    assert tdlib.changed(made("a\u202eb"))
    with pytest.raises(ValueError, match="ends after the end of the text"):
        tdlib.changed(BROKEN["outside of the text"])


WHOLE = [Passage(words=("One", "two", "three")), Passage(words=("four", "five"))]


def read_on(body: str) -> Post:
    text = f"Headline\n\n{body}\n\nRead more"
    return made(text, (f"text_link {URL}", len(text) - 9, len(text)))


@pytest.mark.parametrize(
    ("post", "word"),
    [
        (made("Headline\n\nOne two three. 4. four five"), ""),
        (made("Headline\n\nOne three. four five"), "two"),
        (made("Headline\n\nOne two three."), "four"),
        (made("Headline\n\nfour five. One two three."), "four"),
        (read_on("One two three"), ""),
        (read_on("One two three\n\n4."), ""),
        (read_on("One two."), ""),
        (read_on("One two"), "three"),
        (read_on("One two…"), "three"),
        (read_on("One three\n\nfour five"), "two"),
        (read_on("One two three\n\nfive."), "four"),
    ],
)
def test_a_lost_word_is_seen_unless_the_post_ends_where_it_may(post: Post, word: str) -> None:
    assert lost(post, WHOLE, URL) == word


def test_a_label_that_a_table_s_rows_do_not_say_is_lost() -> None:
    table = [Passage(words=("Name",), anywhere=True), Passage(words=("Ann",))]
    assert lost(made("Headline\n\nName: Ann"), table, URL) == ""
    assert lost(made("Headline\n\nAnn"), table, URL) == "Name"


def test_what_markdown_says_is_in_passages_that_a_post_may_end_between() -> None:
    markdown = (
        "# A *b*\n\nc `d`\ne\n\n- f\n\n```x\ng h\n```\n\n|i|j|\n|-|-|\n|k|l|\n\n<p>m <b>n</b></p>"
    )
    assert [(" ".join(one.words), one.anywhere) for one in passages(markdown)] == [
        ("A b", False),
        ("c d e", False),
        ("f", False),
        ("g h", False),
        ("i j", True),
        ("k l", False),
        ("m n", False),
    ]


def test_marks_nest_as_the_entities_do() -> None:
    post = made("a😀b c", ("bold", 0, 4), ("italic", 1, 3), (f"text_link {URL}", 5, 6))
    assert marked(post) == f"⟨b⟩a⟨i⟩😀⟨/i⟩b⟨/b⟩ ⟨a {URL}⟩c⟨/a⟩"
