"""The rules of ``check``, by name: how severe each is, and whether it can be switched off."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from syndicate.model.finding import Severity

ERROR, WARNING = Severity.ERROR, Severity.WARNING


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. What is ``binding`` cannot be published at all: it cannot be switched off."""

    name: str
    severity: Severity
    finds: str  # in a few words
    binding: bool = False


def _rule(name: str, severity: Severity, finds: str) -> Rule:
    return Rule(name=name, severity=severity, finds=finds)


def _binding(name: str, finds: str) -> Rule:
    return Rule(name=name, severity=ERROR, finds=finds, binding=True)


RULES = {
    rule.name: rule
    for rule in (
        _rule("glossary", WARNING, "a misspelt name or office word"),
        _rule("repeated-paragraph", WARNING, "a paragraph that repeats an earlier one"),
        _rule("long-headline", WARNING, "a headline that is cut in lists and posts"),
        _rule("all-caps", WARNING, "words that shout"),
        _rule("missing-alt", WARNING, "a picture without words for those who do not see it"),
        _rule("weekday-mismatch", ERROR, "a day of the week that is not its date's"),
        _rule("past-date", WARNING, "an announcement of what is over"),
        _rule("time-without-zone", WARNING, "a time of day that is another one elsewhere"),
        _rule("headline-figure", WARNING, "a figure that is another one in the text"),
        _rule("shortened-link", WARNING, "a link that hides where it leads"),
        _rule("apk-link", ERROR, "a link to an app's file"),
        _rule("foreign-link", ERROR, "a link outside of what the profile allows"),
        _rule("dead-link", WARNING, "a link that does not answer (--online)"),
        _rule("identity-number", WARNING, "a number of a person or a family (NIK, KK)"),
        _rule("telephone", WARNING, "a telephone number that is nobody's office"),
        _rule("private-email", WARNING, "a private mail address"),
        _rule("bank-account", WARNING, "the number of a bank account"),
        _rule("birth-date", WARNING, "somebody's date of birth"),
        _rule("home-address", WARNING, "somebody's address, with RT and RW"),
        _rule("minor-name", ERROR, "a name on the office's list of minors"),
        _rule("missing-field", ERROR, "a field that the profile needs"),
        _rule("opening-time", ERROR, "a recruitment without the time that it opens"),
        _rule("closing-time", ERROR, "a recruitment without the time that it closes"),
        _rule("official-link", ERROR, "a recruitment without an official link"),
        _rule("free-of-charge", ERROR, "a recruitment that does not say that it is free"),
        _rule("lost-form", WARNING, "what readers will not get as it was typed"),
        _binding("unreadable", "a file that cannot be read"),
        _binding("front-matter", "a mistake in the front matter"),
        _binding("markup", "a mistake in the text's Markdown or HTML"),
        _binding("lost-words", "words that no reader would get"),
        _binding("placeholder", "words that are to be replaced"),
        _binding("not-now", "an article whose time has not come, or is over"),
        _binding("unknown-channel", "a channel that is not configured"),
        _binding("unknown-profile", "a profile that is not configured"),
        _binding("unknown-rule", "a rule that does not exist, or cannot be switched off"),
        _binding("same-article", "a copy of another article"),
        _binding("refused", "what stops a publication for any other reason"),
        _binding("channel", "what a channel cannot say"),
        _binding("letter", "a letter's template that cannot be used"),
    )
}  # fmt: skip


def why_not_off(rule: str) -> str:
    """Return why a rule cannot be switched off; "" where it can."""
    if rule not in RULES:
        near = get_close_matches(rule, RULES, n=1)
        meant = f"did you mean {near[0]}?" if near else "docs/checks.md has them all"
        return f"the rule '{rule}' is not known ({meant})"
    if RULES[rule].binding:
        return (
            f"the rule '{rule}' cannot be switched off or made a warning (it stops a publication in"
            " any case)"
        )
    return ""
