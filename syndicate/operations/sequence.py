"""The sequence of every command that changes what readers see: decide, write, carry out, report."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from syndicate.channel import Channel
from syndicate.delivery.recompose import Recomposed, recompose
from syndicate.delivery.run import Progress, deliver_all, plan_lines
from syndicate.errors import Flaws
from syndicate.ledger import Catalogue, Standing
from syndicate.model.edition_keys import letter_parts
from syndicate.model.joining import joined
from syndicate.model.reach import Reach
from syndicate.model.step import Action
from syndicate.office import Office
from syndicate.operations.article_letters import (
    ArticleLetters,
    letters_preview,
    letters_reach,
    send_letters,
)
from syndicate.operations.followers import book_followers, tell_followers
from syndicate.operations.notices import Noticed, ask_notices, count_unreached, freeze_notices
from syndicate.operations.partners import book_partners, tell_partners
from syndicate.operations.urgent import freeze_urgent
from syndicate.planning.audience import (
    followers_reach,
    partners_reach,
    planned_reach,
    unreached,
)
from syndicate.planning.channels import make_plan
from syndicate.planning.facts import Facts
from syndicate.planning.hosting import Hosting
from syndicate.planning.plan import Failed, Plan, joined_plans
from syndicate.planning.write import Due, write_plan
from syndicate.report import Line, ReportPart, Subject, mailing_name


@dataclass(frozen=True, kw_only=True)
class Change:
    """Decision of a command, written in one planning transaction."""

    plan: Plan = field(default_factory=Plan)
    due: Sequence[Due] = ()  # what of the plan is written; nothing in a dry run
    mailings: Sequence[ArticleLetters] = ()  # urgent letters and notices, frozen
    unnoticed: Sequence[Failed] = ()  # lists that could not compose their notice
    audience: Sequence[Reach] = ()  # who is told of it
    recomposed: Sequence[Recomposed] = ()  # digests on their way that say it as it is now
    partners: Sequence[Line] = ()  # letters to partners that are booked
    followers: Sequence[Line] = ()  # likewise, to those who follow an article
    articles: Sequence[Subject] = ()
    notes: Sequence[str] = ()
    problems: Sequence[str] = ()
    lines: Sequence[Line] = ()  # what is left to coming digests, and to other machines

    @property
    def digests(self) -> list[str]:
        """Return the keys of the digests that were composed anew."""
        return list(dict.fromkeys(digest.key for digest in self.recomposed if digest.key))


def unsent_notes(change: Change, zone: ZoneInfo, *, digests: str, letters: str) -> list[str]:
    """Say what becomes of letters on their way: of digests, and of letters about the article."""
    return [
        f"{mailing_name(key, zone)}: what has not been sent yet"
        f" {letters if letter_parts(key)[0] else digests}"
        for key in change.digests
    ]


def plan_and_write(
    facts: Facts, channels: Sequence[Channel], standings: Sequence[Standing], *,
    also: Sequence[Standing] = (), revised: Iterable[str] = (),
    notify: Collection[str] = (), urgent: bool = True,
    announces: bool = True, dry: bool = False,
) -> Change:  # fmt: skip
    """Decide what channels have to say of articles, and write it down; a ``dry`` run only decides.

    ``also`` are articles whose annotations have changed, and whose revisions stay.

    Letters on their way that carry ``revised`` or ``also`` are composed anew. Letters of ``urgent``
    articles are frozen, and those that tell who got it what became of an article that is urgent,
    or that ``notify`` names by its uri.
    """
    plan = make_plan(facts, channels, [*standings, *also], announces=announces)
    refuse_flaws(plan)
    due = [] if dry else write_plan(facts.catalogue, plan)
    hosting = Hosting(facts.office, facts.catalogue).with_plan(plan)
    asked = ask_notices(facts.office, facts.catalogue, standings, notify) if urgent else []
    revised = list(revised)
    recomposed = recompose(hosting, [*revised, *(standing.uri for standing in also)])
    partners = book_partners(facts.office, facts.catalogue, standings, facts.changed, revised)
    followers = book_followers(facts.office, facts.catalogue, standings, revised)
    noticed = freeze_notices(hosting, standings, asked) if urgent else Noticed()
    mailings = [*noticed.letters, *(freeze_urgent(hosting, channels, standings) if urgent else ())]
    by_digest = [uri for uri in revised if uri not in dict(noticed.unreached)]
    missed = [*noticed.unreached, *count_unreached(hosting, standings, by_digest)]
    audience = [
        *planned_reach(plan, [s.uri for s in standings if s.kind != "refile"]),
        *letters_reach(mailings),
        *partners_reach(partners),
        *followers_reach(followers),
        *(reach for uri, found in missed for reach in unreached(uri, found)),
    ]
    return Change(
        plan=plan, due=due, recomposed=recomposed, mailings=mailings, unnoticed=noticed.failed,
        audience=audience, partners=partners, followers=followers,
    )  # fmt: skip


def register(office: Office, catalogue: Catalogue, channels: Iterable[Channel]) -> None:
    """Let the ledger know channels that are planned for; new ones are first seen now."""
    for channel in channels:
        office.remembered(catalogue, channel)


def refuse_flaws(plan: Plan) -> None:
    """Raise what is wrong in the articles' files, all at once."""
    flaws = Flaws()
    for flaw in plan.flaws:
        with flaws.noting():
            raise flaw
    flaws.end()


def run_decision(
    office: Office, decision: Callable[[Catalogue], Change], *, dry: bool = False
) -> Change:
    """Run a command's decision in one planning transaction; a ``dry`` one leaves no trace."""
    with office.ledger.planning(dry=dry) as catalogue:
        return decision(catalogue)


def change_report(change: Change) -> ReportPart:
    """Return what is to be reported of a decision before anything is sent."""
    digests = (digest.failed for digest in change.recomposed if digest.failed)
    failed = [*change.plan.failed, *digests, *change.unnoticed]
    return ReportPart(
        articles=tuple(change.articles),
        audience=tuple(change.audience),
        notes=(*change.notes, *change.plan.notes),
        problems=(*change.problems, *map(_problem, failed)),
    )


def deliver_change(
    office: Office, change: Change, progress: Progress, *, dry: bool = False
) -> ReportPart:
    """Bring what was decided to its destinations; of a ``dry`` run return what it would do."""
    if dry:
        parts = [ReportPart(lines=(*plan_lines(change.plan), *change.partners, *change.followers))]
        parts += map(letters_preview, change.mailings)
    else:
        parts = [deliver_all(office, change.due, progress)]
        parts += [send_letters(office, mailing, progress) for mailing in change.mailings]
        parts += [tell_partners(office)] if change.partners else []
        parts += [tell_followers(office)] if change.followers else []
    return joined_parts(parts)


def changes_only(change: Change) -> Change:
    """Return a change without the editions that stand as they should."""
    return replace(
        change,
        due=[
            due
            for due in change.due
            if any(step.action is not Action.NOTHING for step in due.plan.steps)
        ],
    )


def joined_changes(changes: Sequence[Change]) -> Change:
    """Return one change of several that were written one after another."""
    return joined(Change, changes, plan=joined_plans(change.plan for change in changes))


def joined_parts(parts: Iterable[ReportPart]) -> ReportPart:
    """Return one outcome of several, in their order."""
    return joined(ReportPart, parts)


def _problem(failed: Failed) -> str:
    return f"{failed.channel.name}: {failed.why}"
