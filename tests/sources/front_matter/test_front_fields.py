"""Every text of the front matter is decoded first and looked at then, whichever key it is under."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from syndicate.errors import ArticleError
from syndicate.model.article import Publisher
from syndicate.sources import Draft, read
from syndicate.testing import PIXEL

OFFICE = Publisher(name="Dinas", url="https://dinas.example", timezone="Asia/Jakarta")

# where a reader's text may stand; its line in the file
FIELDS = {
    "headline": ("headline: {}", 2),
    "description": ("headline: H\ndescription: {}", 3),
    "by": ("headline: H\nby: {}", 3),
    "dateline": ("headline: H\ndateline: {}", 3),
    "dateline.text": ("headline: H\ndateline:\n  text: {}", 4),
    "dateline.located": ("headline: H\ndateline:\n  text: T\n  located: {}", 5),
    "subjects": ("headline: H\nsubjects:\n  - s\n  - {}", 5),
    "infoSources.name": ("headline: H\ninfoSources:\n  - name: {}", 4),
    "infoSources.role": ("headline: H\ninfoSources:\n  - name: N\n    role: {}", 5),
    "overrides.headline": ("headline: H\noverrides:\n  telegram:\n    headline: {}", 5),
    "overrides.description": ("headline: H\noverrides:\n  telegram:\n    description: {}", 5),
    "alt": ("headline: H\nassociations:\n  - file: a.png\n    alt: {}", 5),
    "caption": ("headline: H\nassociations:\n  - file: a.png\n    caption: {}", 5),
    "creator": ("headline: H\nassociations:\n  - file: a.png\n    creator: {}", 5),
}
NEEDED = (
    "headline", "dateline.text", "subjects", "infoSources.name", "overrides.headline",
    "overrides.description",
)  # fmt: skip
fields = pytest.mark.parametrize("field", FIELDS)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "a.png").write_bytes(PIXEL)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def draft(front: str) -> Draft:
    path = Path("article.md")
    path.write_text(f"---\n{front}\n---\nIsi.\n", encoding="utf-8")
    return read(path, OFFICE)


def texts(field: str, value: str) -> str:
    """All that was read of an article with this value, written down."""
    front, _ = FIELDS[field]
    return json.dumps(draft(front.format(value)).article.to_json(), ensure_ascii=False)


def refusal(field: str, value: str) -> str:
    """Why it was refused, without the file and the line, which are looked at here."""
    front, line = FIELDS[field]
    with pytest.raises(ArticleError) as wrong:
        draft(front.format(value))
    where, _, message = str(wrong.value).partition(": ")
    assert where == f"article.md:{line}"
    assert message.isprintable()
    assert message.endswith(")")
    return message


@fields
def test_whole_entities_are_decoded_in_every_text(field: str) -> None:
    assert '"Q&A – x <b>"' in texts(field, "Q&amp;A &#8211; x &lt;b&#x3E;")
    assert '"a b"' in texts(field, '"&nbsp;a &nbsp; b&#9;"')


@fields
def test_what_is_no_whole_entity_is_text(field: str) -> None:
    for typed in ("&notit;", "R&D", "&copy Ani", "&copyright;", "&#;", "&#x;", "&amp;lt;"):
        read_as = typed.replace("&amp;lt;", "&lt;")
        assert f'"a {read_as} b"' in texts(field, f"a {typed} b")


def test_what_pages_of_windows_wrote_is_decoded_as_browsers_do() -> None:
    assert '"a – b’s"' in texts("headline", "a &#150; b&#146;s")


UNSEEN = {
    "&#0;": "U+0000", "&#x0;": "U+0000", "&#8;": "U+0008", "&#x1b;": "U+001B", '"\\x00"': "U+0000",
    "&#129;": "U+0081", "&#xD800;": "U+D800", "&#xFFFF;": "U+FFFF",
    "&#8238;": "U+202E", "&#x202a;": "U+202A", "&#x2066;": "U+2066", '"\\u202e"': "U+202E",
    "\u202b": "U+202B", "\u202c": "U+202C", "\u2067": "U+2067", "\u2069": "U+2069",
}  # fmt: skip


@pytest.mark.parametrize("sign", UNSEEN, ids=ascii)
def test_a_sign_that_controls_instead_of_being_seen_is_refused(sign: str) -> None:
    typed = f'"a{sign[1:-1]}b"' if sign.startswith('"') else f"a{sign}b"
    for field in FIELDS:
        message = refusal(field, typed)
        assert f" {UNSEEN[sign]}" in message
        assert (f"written {sign} " in message.replace(",", " ")) == sign.startswith("&")
        assert "delete it" in message


@fields
@pytest.mark.parametrize("typed", ["&#1114112;", "&#x7fffffff;", f"&#{'9' * 3000};"])
def test_the_number_of_no_character_is_refused(field: str, typed: str) -> None:
    message = refusal(field, f"a {typed} b")
    assert f"{typed[:20]}" in message
    assert "is not a character (delete it)" in message


HOLLOW = [
    '"&nbsp;"',
    '"&#8203;&shy;"',
    '"\\u00a0"',
    '"\\u200b\\ufeff"',
    '"&emsp; &#x2800;"',
    "\u3164",
]


@fields
def test_a_text_of_which_nothing_is_seen_is_blank(field: str) -> None:
    front, line = FIELDS[field]
    for typed in HOLLOW:
        if field in NEEDED:
            where = rf"^article\.md:(3|4|{line}): .*(is blank|has no)"
            with pytest.raises(ArticleError, match=where):
                draft(front.format(typed))
        else:
            assert texts(field, typed) == texts(field, '""')


@fields
@pytest.mark.parametrize("typed", ["null", "~"])
def test_a_text_that_yaml_takes_for_nothing_is_refused_with_the_advice_to_quote(
    field: str, typed: str
) -> None:
    message = refusal(field, typed)
    assert f"{typed} means no value in YAML" in message
    assert f'"{typed}"' in message
    assert f'"{typed}"' in texts(field, f'"{typed}"')


@fields
def test_a_text_that_is_left_out_is_absent_where_it_is_not_needed(field: str) -> None:
    if field not in NEEDED:
        assert texts(field, "") == texts(field, '""')


def test_yaml_s_nothing_is_nothing_where_no_text_is_read() -> None:
    nothing = "date: null\nurl: ~\nurgency: null\nsubjects: ~\nchannels: null\nexpires: ~\n"
    bare = draft("headline: H").article
    assert draft(f"headline: H\n{nothing}associations: null").article == bare


ONE_LINE = ("headline", "by", "dateline", "dateline.located", "subjects", "infoSources.name")


@pytest.mark.parametrize("field", ONE_LINE)
@pytest.mark.parametrize("typed", ["a&#10;b", "a&NewLine;b", '"a\\nb"', '"a\\u2028b"'], ids=ascii)
def test_the_end_of_a_line_is_one_however_it_is_written(field: str, typed: str) -> None:
    assert "spans several lines (write it on one)" in refusal(field, typed)


@fields
def test_a_tab_is_a_space(field: str) -> None:
    for typed in ('"a\tb"', '"a\\x09b"', "a&Tab;b", "a&#9;b"):
        assert '"a b"' in texts(field, typed)


@pytest.mark.parametrize(
    "front",
    [
        "url: 'https://a.example/\u202ex'",
        "profile: \u2066berita",
        "uri: 'https://a.example/\u202e'",
    ],
)
def test_addresses_and_names_hold_no_such_signs_either(front: str) -> None:
    with pytest.raises(ArticleError, match=r"^article\.md:3: \w+ holds .*U\+20.*delete it"):
        draft(f"headline: H\n{front}")


def test_an_address_is_taken_as_it_is_typed() -> None:
    source = "infoSources: [{name: N, uri: 'https://b.example/?a=1&copy;=2'}]"
    article = draft(f"headline: H\nurl: https://a.example/?a=1&lt;=2\n{source}").article
    assert article.url == "https://a.example/?a=1&lt;=2"
    assert article.info_sources[0].uri == "https://b.example/?a=1&copy;=2"
