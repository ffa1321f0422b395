"""Say who is told of a change before anything is sent: posts, feeds, readers of lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from syndicate.channel import Scope
from syndicate.channel.mailing_list import MailingList
from syndicate.ledger import Catalogue
from syndicate.ledger.catalogue.notices import Unreached
from syndicate.model.edition_keys import COLLECTION
from syndicate.model.reach import Reach, ReachedBy
from syndicate.model.step import CALLED_OFF, Action, Step
from syndicate.office import Office
from syndicate.planning.plan import EditionPlan, Plan
from syndicate.report import Line
from syndicate.text import counted

QUIET = (Action.NOTHING, Action.CANNOT)
VERBS = {Action.CREATE: "new", Action.REMOVE: "removed"}


def planned_reach(plan: Plan, uris: Sequence[str]) -> Iterator[Reach]:
    """Yield which posts and feeds show what became of these articles."""
    for edition in plan.editions:
        changes = [step.action for step in edition.steps if _is_shown(step)]
        if not changes:
            continue
        if edition.channel.scope is Scope.ARTICLE and edition.key in uris:
            yield _posts(edition, changes)
        elif edition.channel.scope is Scope.COLLECTION and edition.key == COLLECTION:
            for uri in uris:
                yield Reach(
                    uri=uri, channel=edition.channel.name, by=ReachedBy.FEED, count=1,
                    text=f"{edition.channel.name}: the feed shows it as changed or new",
                )  # fmt: skip


def partners_reach(lines: Sequence[Line]) -> Iterator[Reach]:
    """Yield which partners get a letter, by the lines of their plan."""
    for line in lines:
        yield Reach(
            uri=line.about, channel=line.channel, by=ReachedBy.PARTNER, count=1,
            text=f"partner {line.address}: by a letter",
        )  # fmt: skip


def followers_reach(lines: Sequence[Line]) -> Iterator[Reach]:
    """Yield how many followers of an article get a letter, by the lines of their plan."""
    for line in lines:
        count = int(line.why.split(maxsplit=1)[0])
        yield Reach(
            uri=line.about, channel=line.channel, by=ReachedBy.FOLLOWER, count=count,
            text=f"{line.channel}: {line.why}",
        )  # fmt: skip


def digest_reach(office: Office, catalogue: Catalogue, lines: Sequence[Line]) -> Iterator[Reach]:
    """Yield how many readers get the coming digests that these lines promise.

    Who is on several lists is told of a correction by the one whose digest comes first.
    """
    promised = [line for line in lines if line.action == "digest"]
    before: list[int] = []
    for channel in sorted(office.lists, key=partial(office.next_digest, catalogue)):
        mine = [line for line in promised if line.channel == channel.name]
        yield from _digest_reach(office, catalogue, channel, mine, before) if mine else ()
        before.append(office.remembered(catalogue, channel).id)


def _digest_reach(
    office: Office, catalogue: Catalogue, channel: MailingList, lines: Sequence[Line],
    before: Sequence[int],
) -> Iterator[Reach]:  # fmt: skip
    """Yield how many readers a list's next digest tells: all of what is new, else who needs it."""
    number = office.remembered(catalogue, channel).id
    uris, due = [line.about for line in lines], office.next_digest(catalogue, channel)
    everybody, when = catalogue.digests.readers(number), due.isoformat()
    items = catalogue.windows.unsent(number, due, office.clock(), among=uris)
    new = {item.article.uri for item in items if not item.withdrawal}
    old = [uri for uri in uris if uri not in new]
    corrected = catalogue.corrections.counted(number, old, after=before)
    for line in lines:
        if count := everybody if line.about in new else corrected.get(line.about, 0):
            yield Reach(
                uri=line.about, channel=line.channel, by=ReachedBy.DIGEST, count=count, when=when,
                text=f"{line.channel}: {counted(count, 'reader')}, {line.why}",
            )  # fmt: skip


def unreached(uri: str, found: Unreached) -> Iterator[Reach]:
    """Yield how many readers of an article are not told, or by another machine, and why."""
    counts = (
        (
            ReachedBy.ELSEWHERE, found.elsewhere,
            f"{counted(found.elsewhere, 'reader')} by a list that another machine has",
        ),
        (
            ReachedBy.GONE, found.former,
            f"not told: {counted(found.former, 'reader')} who left every list since",
        ),
        (
            ReachedBy.TALLIED, found.tallied,
            f"not told at once: who got {counted(found.tallied, 'letter')} so long ago that only"
            " the count is kept (ledger.keep)",
        ),
    )  # fmt: skip
    for by, count, text in counts:
        if count:
            yield Reach(uri=uri, channel="", by=by, count=count, text=text)


def _is_shown(step: Step) -> bool:
    """Return whether readers see a step by itself: not what only follows another one."""
    follows = bool(step.rendition and step.rendition.follows)
    return step.action not in QUIET and not follows and step.why != CALLED_OFF


def _posts(edition: EditionPlan, changes: Sequence[Action]) -> Reach:
    name, count = edition.channel.name, len(changes)
    verbs = {VERBS.get(change, "edited") for change in changes}
    verb = " or ".join(sorted(verbs))
    return Reach(
        uri=edition.key, channel=name, by=ReachedBy.POST, count=count,
        text=f"{name}: {counted(count, 'post')} {verb}",
    )  # fmt: skip
