"""The office that a command works in: configuration and ledger, opened and closed."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import typer

from syndicate.cli.clock import is_rehearsed, local_time, rehearsed_clock
from syndicate.cli.failures import command, exit_code_when_stopped
from syndicate.cli.invocation import invocation, person
from syndicate.cli.logging_options import command_log, logged_ends
from syndicate.cli.signals import stoppable
from syndicate.system import stop

if TYPE_CHECKING:
    from syndicate.channel import Channel
    from syndicate.ledger import Ledger
    from syndicate.office import Office, Opens


@contextmanager
def office(
    *,
    dry: bool = False,
    looks: bool = False,
    reads: bool = False,
    as_json: bool = False,
    opens: Opens | None = None,
    ledger_url: str = "",
) -> Iterator[Office]:
    """Open the office for one command, and close it; Ctrl-C ends it between two effects.

    ``looks``: it changes and sends nothing, and may look at a real ledger by another clock.
    ``reads``: it writes nothing at all, and the ledger may be one that cannot be written.
    ``opens``: the channels that it publishes to, whose secrets must be set.
    ``ledger_url`` is taken instead of the configuration's.
    """
    from syndicate.config.loader import find, load
    from syndicate.office import Office
    from syndicate.system.process import remember_command

    with command(as_json), command_log(), logged_ends():
        remember_command(invocation.command)
        settings = load(find(invocation.config_path), ledger_url)
        from syndicate.system.scrubbing import scrubber

        invocation.scrub = scrubber(settings.secrets)
        opened = Office.open(
            settings,
            rehearsed_clock(),
            dry=dry or reads,
            rehearsed=is_rehearsed(),
            looks=looks or reads,
            reads=reads,
            opens=opens,
            as_root=invocation.as_root,
        )
        invocation.zone = settings.publisher.zone
        introduce(opened.ledger, opened.clock)
        invocation.scrub = opened.scrub
        invocation.has_effects = not (dry or looks or reads)
        opened.stopping = stop.is_asked
        opened.person = person()
        gc.freeze()  # what was imported is no garbage: it need not be looked through again
        gc.enable()
        with stoppable(exit_code_when_stopped):
            try:
                with _on_one_ledger(opened):
                    yield opened
            finally:
                invocation.acted = opened.acted
                opened.close()


def channels_to_open(names: Sequence[str], *, lists: bool = False) -> Opens:
    """Select the channels of these names, all where none is named; ``lists``: only lists."""

    def opens(channel: Channel) -> bool:
        from syndicate.channel import Scope

        is_of_kind = channel.scope is Scope.DIGEST or not lists
        return is_of_kind and (not names or channel.name in names)

    return opens


def opens_no_channel(_channel: Channel) -> bool:
    """Select no channel whose secrets must be set: one that lacks them waits, and is named."""
    return False


def introduce(ledger: Ledger, clock: Callable[[], datetime]) -> None:
    """Print on stderr what a person should know of a ledger before anything is done with it."""
    _announce_rehearsal(ledger, clock)
    if remark := ledger.clock.remark:
        typer.echo(remark, err=True)
    for path in ledger.mended:
        typer.echo(f"{path}: others could read this file; now only you can", err=True)
    if harm := ledger.generations.harm():
        typer.echo(harm, err=True)


def _announce_rehearsal(ledger: Ledger, clock: Callable[[], datetime]) -> None:
    """Print on stderr that the clock is set, or that the ledger was created when it was."""
    remarks = []
    if is_rehearsed():
        remarks.append(f"the clock shows {local_time(clock())} ($SYNDICATE_NOW is set)")
    if ledger.rehearsal and ledger.is_kept:
        which = "this ledger" if remarks else "this ledger was created under $SYNDICATE_NOW and"
        remarks.append(f"{which} is for rehearsals only: nothing leaves this machine")
    if remarks:
        typer.echo(f"rehearsal: {'; '.join(remarks)}", err=True)


@contextmanager
def _on_one_ledger(here: Office) -> Iterator[None]:
    """Raise LedgerError where the ledger's file was removed or is damaged."""
    from syndicate.errors import LedgerError, SyndicateError

    try:
        yield
    except (SyndicateError, BrokenPipeError, typer.Abort):
        raise
    except typer.Exit:
        here.ledger.look()
        raise
    except Exception as error:
        if here.ledger.damage():
            from syndicate.ledger.database.engine import DAMAGED

            raise LedgerError(DAMAGED) from error
        raise
    here.ledger.look()
