"""Write a plan into the catalogue: the only place of planning that changes it."""

from __future__ import annotations

from collections import ChainMap, Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from syndicate.ledger import Catalogue
from syndicate.model.step import Action, Step
from syndicate.planning.plan import EditionPlan, Plan


@dataclass(frozen=True, slots=True)
class Due:
    """Edition whose plan is written, under its number in the ledger."""

    number: int
    plan: EditionPlan


def write_plan(catalogue: Catalogue, plan: Plan) -> list[Due]:
    """Write a plan within the transaction that it was made in; return what is due now."""
    for page in plan.pages:
        catalogue.collections.close_page(page.channel, page.number, page.uris)
    for channel in dict.fromkeys(plan.woken):
        catalogue.deliveries.wake(channel)
    numbers = _open_editions(catalogue, plan.editions)
    due = [Due(numbers[edition.known.id, edition.key], edition) for edition in plan.editions]
    catalogue.deliveries.read(edition.number for edition in due if edition.plan.wants)
    written = _write_new(catalogue, due)
    for edition in due:
        if edition.number not in written:
            _write_edition(catalogue, edition)
    catalogue.editions.set_stamps(
        {edition.number: stamp for edition in due if (stamp := edition.plan.stamp) is not None}
    )
    for dropped in plan.dropped:
        for address in dropped.addresses:
            catalogue.deliveries.want(
                dropped.edition, Step(address=address, action=Action.REMOVE, rendition=None), 0
            )
    _write_pieces(catalogue, plan)
    return due


def _open_editions(
    catalogue: Catalogue, editions: Iterable[EditionPlan]
) -> Mapping[tuple[int, str], int]:
    """Return the numbers of planned editions; those that are missing are opened, in their order."""
    numbers: dict[tuple[int, str], int] = {}
    for channel, group in groupby(editions, key=lambda edition: edition.known.id):
        keys = list(dict.fromkeys(edition.key for edition in group))
        opened = catalogue.editions.open_all(channel, keys)
        numbers.update(((channel, key), number) for key, number in opened.items())
    return numbers


def _write_edition(catalogue: Catalogue, due: Due) -> None:
    plan = due.plan
    if plan.lost:
        catalogue.deliveries.lose(due.number, plan.lost)
    for step in plan.wants:
        catalogue.deliveries.want(due.number, step, plan.version)


def _write_new(catalogue: Catalogue, due: Sequence[Due]) -> set[int]:
    """Write the new editions by few statements; return their numbers."""
    planned = Counter(edition.number for edition in due)
    new = [
        edition for edition in due if planned[edition.number] == 1 and _is_new(catalogue, edition)
    ]
    for version, group in groupby(new, key=lambda edition: edition.plan.version):
        steps = [(edition.number, step) for edition in group for step in edition.plan.wants]
        catalogue.deliveries.want_new(steps, version)
    return {edition.number for edition in new}


def _is_new(catalogue: Catalogue, due: Due) -> bool:
    """Return True for an edition that stands nowhere yet, and only has to be published."""
    if due.plan.lost or not catalogue.deliveries.has_none(due.number):
        return False
    return all(map(_is_plain, due.plan.wants))


def _is_plain(step: Step) -> bool:
    return step.rendition is not None and not (step.replaces or step.fallback)


def _write_pieces(catalogue: Catalogue, plan: Plan) -> None:
    """Cache the pieces of each collection at once: several documents may have the same ones."""
    for channel in dict.fromkeys(pieces.channel for pieces in plan.pieces):
        mine = [pieces for pieces in plan.pieces if pieces.channel == channel]
        stamps = ChainMap(*(dict(pieces.stamps) for pieces in mine))
        rendered = ChainMap(*(dict(pieces.rendered) for pieces in mine))
        catalogue.collections.keep_fragments(channel, stamps, rendered)
    for shown in plan.shown:
        catalogue.collections.forget_fragments(shown.channel, but=shown.uris)
