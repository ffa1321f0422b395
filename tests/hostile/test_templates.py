"""Templates of letters that reach for more than a letter's words, or never end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import process_time

import pytest

from support.hostile.fuzzing import within
from support.hostile.memory import peak
from support.newsroom import Newsroom, newsroom
from syndicate.errors import ConfigError
from syndicate_email.letter.design import Design

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

TWICE = "{% set ns = namespace(x='aaaa') %}{% for i in range(60) %}{% set ns.x = TWO %}{% endfor %}"
LISTS = TWICE.replace("'aaaa'", "[1]")
GROWING = {
    "texts side by side": TWICE.replace("TWO", "ns.x ~ ns.x"),
    "texts that are added": TWICE.replace("TWO", "ns.x + ns.x"),
    "lists that are added": LISTS.replace("TWO", "ns.x + ns.x"),
    "lists of lists": LISTS.replace("TWO", "[ns.x, ns.x]") + "{{ ns.x }}",
    "lists of lists, as a text": LISTS.replace("TWO", "[ns.x, ns.x]") + "{{ ns.x|string|length }}",
    "lists of lists, side by side": LISTS.replace("TWO", "[ns.x, ns.x]") + "{{ 'a' ~ ns.x }}",
    "joined texts": TWICE.replace("TWO", "[ns.x, ns.x]|join"),
    "joined by a long one": TWICE.replace("TWO", "'abc'|join(ns.x)"),
    "joined by its method": TWICE.replace("TWO", "ns.x.join(['a', 'b', 'c'])"),
    "replaced texts": TWICE.replace("TWO", "ns.x|replace('a', 'aaaaaaaa')"),
    "replaced by its method": TWICE.replace("TWO", "ns.x.replace('a', 'aaaaaaaa')"),
    "replaced nothing": TWICE.replace("TWO", "'aaaa'|replace('', ns.x)"),
    "formatted texts": TWICE.replace("TWO", "'%s%s'|format(ns.x, ns.x)"),
    "formatted by a sign": TWICE.replace("TWO", "'%s%s' % (ns.x, ns.x)"),
    "formatted by names": TWICE.replace("TWO", "'%(a)s%(a)s' % {'a': ns.x}"),
    "formatted by its method": TWICE.replace("TWO", "'{0}{0}'.format(ns.x)"),
    "formatted from a table": TWICE.replace("TWO", "'{a}{a}'.format_map({'a': ns.x})"),
    "indented texts": TWICE.replace("TWO", "('a\\n' * 9)|indent(ns.x)"),
    "wrapped texts": TWICE.replace("TWO", "ns.x|wordwrap(1, wrapstring='aaaaaaaa')"),
    "caught texts": TWICE.replace(
        "{% set ns.x = TWO %}", "{% set ns.x %}{{ ns.x }}{{ ns.x }}{% endset %}"
    ),
    "a macro's texts": "{% macro m(x) %}{{ x }}{{ x }}{% endmacro %}"
    + TWICE.replace("TWO", "m(ns.x)"),
    "added lists": LISTS.replace("TWO", "[ns.x, ns.x]|sum(start=[])"),
    "translated texts": TWICE.replace("TWO", "ns.x.translate({97: 'aaaaaaaa'})"),
    "squares": TWICE.replace("'aaaa'", "999").replace("TWO", "ns.x * ns.x"),
    "slices that are kept": "{% set ns = namespace(l=[]) %}{% set x = 'a' * 90000 %}"
    "{% for i in range(9999) %}{% set ns.l = [ns.l, x[1:]] %}{% endfor %}",
    "wide numbers": "{{ '%999999999d' % 1 }}",
    "widths that are given": "{{ '%*d' % (999999999, 1) }}",
    "a wide filter": "{{ '%999999999d'|format(1) }}",
    "a wide method": "{{ '{:>999999999}'.format(1) }}",
    "a wide method, by a number": "{{ '{:>{w}}'.format(1, w=999999999) }}",
    "a text on the left": "{{ 'a'.ljust(999999999) }}",
    "a text on the right": "{{ 'a'.rjust(999999999) }}",
    "a text in the middle": "{{ 'a'.center(999999999) }}",
    "a number with naughts": "{{ '1'.zfill(999999999) }}",
    "tabs": "{{ '\\t'.expandtabs(999999999) }}",
    "batches": "{{ 'ab'|batch(999999999, 'x')|list }}",
    "slices": "{{ 'ab'|slice(999999999)|list }}",
    "texts within loops": "{% set x = 'a' * 9999 %}{% for a in x %}{% for b in x %}{% for c in x %}"
    "{% endfor %}{% endfor %}{% endfor %}",
    "a loop within itself": "{% set x = 'a' * 9999 %}{% for a in x recursive %}"
    "{% if loop.depth < 9 %}{{ loop(x) }}{% endif %}{% endfor %}",
    "macros by twos": "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}"
    "{% endmacro %}{{ m(40) }}",
    "a macro of itself": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "macros of each other": "{% macro a() %}{{ b() }}{% endmacro %}"
    "{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
    "itself": "{% include 'letter.txt.jinja' %}",
    "itself, by twos": "{% set n = (n or 0) + 1 %}{% if n < 30 %}{% include 'letter.txt.jinja' %}"
    "{% include 'letter.txt.jinja' %}{% endif %}",
}


@pytest.mark.soak
def test_no_template_takes_memory_or_time_without_end(tmp_path: Path) -> None:
    """Each is refused with its file and line, having made little."""
    wrong = {}
    for number, (what, template) in enumerate(GROWING.items()):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        (folder / "letter.txt.jinja").write_text(f"\n\n{template}\n", encoding="utf-8")
        began, before = process_time(), peak()
        try:
            said = Design(folder=folder).render("letter.txt.jinja", {"n": 0})
        except ConfigError as error:
            said = str(error)
        took, most = process_time() - began, peak() - before
        is_right = said.startswith("template: letter.txt.jinja:3: ") and "memory" not in said
        if not is_right or most > 100 * 1024 or took > 3:
            wrong[what] = (said[:200], most, took)
    assert wrong == {}


def test_a_template_of_all_that_is_usual_is_filled_in(tmp_path: Path) -> None:
    for template, filled in {
        "{% for a in [1, 2, 3] %}{{ loop.index }}/{{ loop.length }}{{ '' if loop.last else ', ' }}"
        "{% endfor %}": "1/3, 2/3, 3/3",
        "{% for a, b in {'x': 1}.items() %}{{ a ~ b }}{% else %}-{% endfor %}": "x1",
        "{{ [1, 2, 3]|map('string')|join('+') }}": "1+2+3",
        "{{ ['b', 'a']|sort|join(', ') }} {{ 'abcdef'[1:3] }}": "a, b bc",
        "{{ '%05.1f|%s' % (2.5, 'x') }} {{ '{:>4}|{}'.format(1, 'y') }}": "002.5|x    1|y",
        "{{ ('a', 'b')|batch(2)|list }}": "[['a', 'b']]",
        "{{ 'a\nb'|indent(2) }}": "a\n  b",
        "{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m('a') ~ m(1) }}": "<a><1>",
        "{% set x %}a{{ 1 }}{% endset %}{{ x|upper }}": "A1",
        "{% for a in [[1, [2]]] recursive %}{% if a is iterable %}[{{ loop(a) }}]{% else %}{{ a }}"
        "{% endif %}{% endfor %}": "[1[2]]",
        "{{ none }} {{ 1.5 }} {{ true }} {{ [1, 2]|sum }} {{ 'a-b'.replace('-', '+') }}":
            "None 1.5 True 3 a+b",
        "{{ 'x' * 3 }} {{ 2 * 3.5 }} {{ [1] + [2] }} {{ 7 % 4 }}": "xxx 7.0 [1, 2] 3",
    }.items():  # fmt: skip
        folder = tmp_path / f"{abs(hash(template))}"
        folder.mkdir()
        (folder / "letter.txt.jinja").write_text(template, encoding="utf-8")
        assert Design(folder=folder).render("letter.txt.jinja", {}) == filled


def test_a_long_letter_is_filled_in(tmp_path: Path) -> None:
    template = "{% for a in articles %}{{ a|trim|safe }}{{ a|length }}{% endfor %}"
    (tmp_path / "letter.html.jinja").write_text(template, encoding="utf-8")
    articles = ["<p>kabar</p>" * 2000] * 70
    assert len(Design(folder=tmp_path).render("letter.html.jinja", {"articles": articles})) > 1e6


def test_html_is_escaped_where_texts_stand_side_by_side(tmp_path: Path) -> None:
    (tmp_path / "letter.html.jinja").write_text("{{ '<b>'|safe ~ a ~ 1 }}", encoding="utf-8")
    assert Design(folder=tmp_path).render("letter.html.jinja", {"a": "<i>"}) == "<b>&lt;i&gt;1"


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
