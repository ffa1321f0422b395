"""Templates of letters that reach for more than a letter's words, or never end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.newsroom import Newsroom, newsroom
from hostile.fuzzing import within

UNSAFE = {
    "a class": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "a function's globals": "{{ headline.__globals__ }}",
    "a method's": "{{ letter.title.format.__self__.__init__.__globals__ }}",
    "by a filter": "{{ ''|attr('__class__') }}",
    "by a format": "{{ '{0.__class__}'.format(letter) }}",
    "the program's modules": "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "the letter's own class": "{{ letter.__class__.__init__.__globals__ }}",
    "an import": "{{ self.__init__.__globals__.__builtins__.__import__('os') }}",
    "a list that is changed": "{% set x = [1] %}{{ x.append(2) }}",
}
ENDLESS = {
    "turns": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "a range without an end": "{% for a in range(10**15) %}{% endfor %}",
    "words": "{% for a in range(9999) %}{{ 'x' * 9999 }}{% endfor %}",
    "a text of gigabytes": "{{ 'x' * 9999999999 }}",
    "a list of gigabytes": "{{ [1] * 9999999999 }}",
    "a large number": "{{ 9 ** 9 ** 9 }}",
    "a wide line": "{{ 'x'|center(9999999999) }}",
    "a deep line": "{{ 'x'|indent(9999999999, first=true) }}",
    "words by themselves": "{{ lipsum(n=9999999) }}",
    "itself": "{% include 'letter.html.jinja' %}",
    "a macro of itself": "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
}


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom(tmp_path / "kantor") as room:
        room.write()
        (room.folder / "surat").mkdir()
        room.change("harian", template="surat")
        yield room


def complaint(room: Newsroom, template: str) -> str:
    text = '{% extends "default/letter.html.jinja" %}\n{% block masthead %}\n'
    path = room.folder / "surat" / "letter.html.jinja"
    path.write_text(f"{text}{template}\n{{% endblock %}}\n", encoding="utf-8")
    with within(3):
        answer = room.run("check", "kabar.md")
    assert answer.code == 1, answer.said
    assert "Traceback" not in answer.said
    [line] = [one for one in answer.said.splitlines() if "channels.harian.template" in one]
    return line


@pytest.mark.parametrize("what", UNSAFE)
def test_a_template_that_reaches_for_the_program_is_one_line(what: str, room: Newsroom) -> None:
    assert "letter.html.jinja:3: " in complaint(room, UNSAFE[what])


@pytest.mark.parametrize("what", ENDLESS)
def test_a_template_that_would_not_end_is_one_line(what: str, room: Newsroom) -> None:
    assert "letter.html.jinja" in complaint(room, ENDLESS[what])


def test_a_template_with_loops_and_filters_works_as_ever(room: Newsroom) -> None:
    path = room.folder / "surat" / "letter.html.jinja"
    path.write_text(
        '{% extends "default/letter.html.jinja" %}\n{% block masthead %}\n'
        "{% for n in range(1, 4) %}{{ n }}{% endfor %} {{ 'x' * 3 }} {{ 'y'|center(5) }}"
        " {{ '%s!'|format(letter.title) }} {{ 2 ** 3 }} {{ 'abc'|truncate(2, true, '', 0) }}\n"
        "{% endblock %}\n",
        encoding="utf-8",
    )
    answer = room.run("check", "kabar.md")
    assert answer.code == 0, answer.said
