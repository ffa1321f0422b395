"""A sandbox for letter templates: they reach the letter's contents, never the program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any

from jinja2 import Template, TemplateRuntimeError, nodes, pass_eval_context
from jinja2.nodes import EvalContext
from jinja2.runtime import LoopContext, markup_join, str_join
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from syndicate_email.letter import template_limits

MOST_OUTPUT = 2_000_000  # characters of one part of a letter; mail systems show 100,000
MOST_POWER = 100
TURNS, CONCAT, PART = (
    "counted turns",
    "counted texts",
    "counted part",
)  # names that no template can use


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, with limits to loops and to the size of texts.

    Whatever makes a text or a list out of others counts it first (``template_limits``): operators,
    filters, methods of texts, and what macros, blocks and ``{% set %}`` catch.
    """

    intercepted_binops = frozenset(["*", "**", "+", "%"])

    def __init__(self, **given: Any) -> None:
        super().__init__(**given, finalize=_measured)
        del self.globals["lipsum"]  # words by the million
        for name, filled in self.filters.items():
            self.filters[name] = _bounded(filled, template_limits.filter_makes(name))
        self.filters |= {TURNS: template_limits.turns, CONCAT: _concatenated, PART: _cut_out}

    @staticmethod
    def concat(pieces: Iterable[str]) -> str:  # of a macro, a block, a {% set %}
        """Join what was caught."""
        caught = list(pieces)
        template_limits.current().make(sum(map(len, caught)))
        return "".join(caught)

    def filled_in(self, name: str, given: Mapping[str, object]) -> str:
        """Fill in a template; TemplateRuntimeError where its output is too long for a letter."""
        with template_limits.counting_usage() as counted:
            template: Template = self.get_template(name)
            pieces, length = [], 0
            for piece in template.generate({"range": counted.range, **given}):
                pieces.append(piece)
                length += len(piece)
                if length > MOST_OUTPUT:
                    raise TemplateRuntimeError(f"it writes more than {MOST_OUTPUT:,} characters")
            return "".join(pieces)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Refuse what would fill the memory: a text a million times, a power of a power."""
        if operator != "**":
            template_limits.current().make(template_limits.binop_makes(operator, left, right))
        elif not all(isinstance(value, int | float) for value in (left, right)) or (
            abs(right) > MOST_POWER or abs(left) > 10**6
        ):
            raise TemplateRuntimeError(f"powers above {MOST_POWER} are not allowed")
        return super().call_binop(context, operator, left, right)

    def call(self, context: Any, function: Any, /, *given: Any, **named: Any) -> Any:
        """Call a macro, or a method of a text, and count what it makes."""
        counted = template_limits.current()
        counted.step()
        text = getattr(function, "__self__", None)
        if isinstance(text, str):
            given = tuple(template_limits.materialized(value) for value in given)
            own = {name: value for name, value in named.items() if name[0] != "_"}  # not Jinja's
            counted.make(template_limits.method_makes(text, function.__name__)(*given, **own))
        if isinstance(function, LoopContext):  # a loop within itself
            given = (template_limits.turns(given[0]), *given[1:])
        with counted.deeper():
            return super().call(context, function, *given, **named)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """Return a text's ``format``, which counts what it makes."""
        wrapped = super().wrap_str_format(value)
        if wrapped is None:
            return None
        pattern = value.__self__

        @wraps(wrapped)
        def checked(*given: Any, **named: Any) -> str:
            template_limits.current().make(template_limits.formatted(pattern, "{", given, named))
            return wrapped(*given, **named)

        return checked

    def get_template(self, name: Any, *given: Any, **named: Any) -> Template:
        """Return a template; counted, so that one that includes itself twice comes to an end."""
        template_limits.current().step()
        return super().get_template(name, *given, **named)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        parsed: nodes.Template = _Counting().visit(super()._parse(source, name, filename))
        return parsed


class _Counting(NodeTransformer):
    """Wraps a count around syntax that Jinja's sandbox does not intercept."""

    def visit_For(self, node: nodes.For) -> nodes.Node:
        self.generic_visit(node)
        node.iter = _filtered(node.iter, TURNS)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        return _filtered(nodes.List(node.nodes, lineno=node.lineno), CONCAT)

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:
        self.generic_visit(node)
        return _filtered(node, PART) if isinstance(node.arg, nodes.Slice) else node


def _filtered(node: Any, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


@pass_eval_context
def _concatenated(context: EvalContext, parts: list[Any]) -> str:
    template_limits.current().make(sum(map(template_limits.weight, parts)))
    return markup_join(parts) if context.autoescape else str_join(parts)


def _cut_out(part: Any) -> Any:
    if hasattr(part, "__len__"):
        template_limits.current().make(len(part))
    return part


def _measured(value: Any) -> Any:
    """Count a value that a template writes; a list with all its items."""
    if not isinstance(value, str | int):
        template_limits.current().make(template_limits.weight(value))
    return value


def _bounded(filled: Any, makes: Callable[..., int]) -> Any:
    """Return a filter that counts what it makes before making it."""
    marks = int(hasattr(filled, "jinja_pass_arg"))  # the first is Jinja's own

    @wraps(filled)  # with Jinja's marks on it
    def checked(*given: Any, **named: Any) -> Any:
        own, values = (
            given[:marks],
            [template_limits.materialized(value) for value in given[marks:]],
        )
        template_limits.current().make(makes(*values, **named))
        return filled(*own, *values, **named)

    return checked
