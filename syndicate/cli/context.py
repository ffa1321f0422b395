"""From a command to the use case and back: configuration, clock, signals, errors, exit codes."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, NoReturn

import typer

from syndicate.cli.signals import at_once, stoppable
from syndicate.system import stop
from syndicate.text import readable, shortened, visible

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from syndicate.channel import Channel
    from syndicate.ledger import Ledger
    from syndicate.office import Office, Opens
    from syndicate.system.logs import Wish

JSON = typer.Option(False, "--json", help="One JSON document on stdout.")
YEARS = range(1980, 2200)  # in which a rehearsal can be: there are moments before and after it
LONGEST_WORD = 2000  # characters: addresses are said in full
LOOP = "Symlink loop from"  # what pathlib says of it
YES = typer.Option(False, "--yes", "-y", help="Ask nothing.")


@dataclass
class Given:
    """What was said before the command's name, and what must never be shown."""

    config: str = ""
    verbose: int = 0  # 1 shows causes and tracebacks, 2 the talk with peers as well
    log_file: str = ""
    log_format: str = ""
    logs: bool = False  # a log is kept: commands within this one write to it
    command: str = ""
    as_root: bool = False  # root means to write among others' files
    scrub: Callable[[str], str] = str
    zone: ZoneInfo | None = None  # the office's, once its configuration was read
    checks: bool = False  # a monitor asks: whatever happens, it gets one line and its codes
    acts: bool = True  # this command may have effects
    acted: bool = False  # something may have left
    documented: bool = False  # the one JSON document is on stdout


given = Given()


def remember(
    config: str, verbose: int, command: str = "", *, as_root: bool = False, log_file: str = "",
    log_format: str = "",
) -> None:  # fmt: skip
    """Keep the options that stand before the command, and its name."""
    given.config, given.verbose, given.as_root, given.scrub = config, verbose, as_root, str
    given.log_file, given.log_format, given.logs = log_file, log_format, False
    given.command = command
    given.acts, given.acted, given.documented, given.checks = True, False, False, False
    stop.forget()


@contextmanager
def command(as_json: bool = False) -> Iterator[None]:
    """Turn what went wrong into one line and an exit code (1; usage 2; after an effect 4)."""
    from syndicate.errors import SyndicateError, UsageError

    with ExitStack() as log:
        try:
            log.enter_context(logged(always=False))
            yield
        except typer.Exit:
            raise
        except BrokenPipeError:
            _quiet_stdout()
            raise typer.Exit(1) from None
        except UsageError as error:
            _fail(str(error), error, as_json, code=2)
        except SyndicateError as error:
            _fail(str(error), error, as_json)
        except (KeyboardInterrupt, EOFError, typer.Abort) as error:
            _stopped(error, as_json)
        except Exception as error:
            why = _about_a_name(error)
            what = why or f"unexpected {type(error).__name__}: {error}"
            if given.logs:
                import logging

                level = logging.INFO if why else logging.ERROR
                logging.getLogger(__name__).log(level, "%s", what, exc_info=error)
            if why:
                named = UsageError(why)
                named.__cause__ = error
                _fail(why, named, as_json)
            _fail(f"{what} (-v shows where)", error, as_json)


@contextmanager
def logged(*, always: bool = True) -> Iterator[None]:
    """Keep the log that the options ask for; without any, it is where libraries' records end.

    ``always``: such libraries are at work here. Else nothing is imported that nobody asked for.
    """
    if given.logs or not (always or given.verbose or given.log_file or given.log_format):
        yield
        return
    from syndicate.system import logs

    with logs.kept(_wish(), lambda text: given.scrub(text)):
        given.logs = True
        try:
            yield
        finally:
            given.logs = False


@contextmanager
def _noted() -> Iterator[None]:
    """Log that the command begins, and how it ends."""
    import logging

    from syndicate.version import VERSION

    log, began, ending = logging.getLogger(__name__), monotonic(), "0"
    log.info("%s begins (syndicate %s)", given.command, VERSION)
    try:
        yield
    except typer.Exit as error:
        ending = f"{error.exit_code}"
        raise
    except BaseException as error:
        ending = type(error).__name__
        raise
    finally:
        log.info("%s ends with %s after %.1f s", given.command, ending, monotonic() - began)


def _wish() -> Wish:
    """Return what the options ask of the log; UsageError for a format that there is not."""
    from syndicate.errors import UsageError
    from syndicate.system.logs import Wish

    if given.log_format not in ("", "text", "json"):
        raise UsageError(f"--log-format {given.log_format}: write text or json")
    file = Path(given.log_file).absolute() if given.log_file else None
    if file is not None:
        only_ours(file)
    return Wish(verbosity=given.verbose, file=file, as_json=given.log_format == "json")


@contextmanager
def office(
    *, dry: bool = False, looks: bool = False, reads: bool = False, as_json: bool = False,
    opens: Opens | None = None, ledger_url: str = "",
) -> Iterator[Office]:  # fmt: skip
    """The office for one command, opened and closed; Ctrl-C ends it between two effects.

    ``looks``: it changes and sends nothing, and may look at a real ledger by another clock.
    ``reads``: it writes nothing at all, and the ledger may be one that cannot be written.
    ``opens``: it says something, and cannot begin without the secrets of these channels.
    ``ledger_url`` is taken instead of the configuration's.
    """
    from syndicate.config.loader import find, load
    from syndicate.office import Office
    from syndicate.system.process import called

    with command(as_json), logged(), _noted():
        called(given.command)
        settings = load(find(Path(given.config) if given.config else None), ledger_url)
        from syndicate.system.scrubbing import scrubber

        given.scrub = scrubber(settings.secrets)
        opened = Office.open(
            settings, rehearsed_clock(), dry=dry or reads, rehearsed=is_rehearsed(),
            looks=looks or reads, reads=reads, opens=opens, as_root=given.as_root,
        )  # fmt: skip
        given.zone = settings.publisher.zone
        introduce(opened.ledger, opened.clock)
        given.scrub = opened.scrub
        given.acts = not (dry or looks or reads)
        opened.stopping = stop.is_asked
        gc.freeze()  # what was imported is no garbage: it need not be looked through again
        gc.enable()
        with stoppable(_code_of_a_stop):
            try:
                with _on_one_ledger(opened):
                    yield opened
            finally:
                given.acted = opened.acted
                opened.close()


def introduce(ledger: Ledger, clock: Callable[[], datetime]) -> None:
    """Say on stderr what a person should know of a ledger before anything is done with it."""
    _say_rehearsal(ledger, clock)
    if remark := ledger.clock.remark:
        typer.echo(remark, err=True)
    for path in ledger.mended:
        typer.echo(f"{path}: others could read it; now only you can", err=True)
    if harm := ledger.generations.harm():
        typer.echo(harm, err=True)


@contextmanager
def _on_one_ledger(here: Office) -> Iterator[None]:
    """End with LedgerError where the ledger's file went away, or what no code expects is its."""
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


def only_ours(*paths: Path) -> None:
    """Raise UsageError where root would make something in somebody else's folder."""
    from syndicate.system.owners import refuse_root

    refuse_root(paths, as_root=given.as_root)


def each_by_itself(_channel: Channel) -> bool:
    """A command that opens what it can: a channel without its secret waits, and is told."""
    return False


def can_ask(*, yes: bool = False, as_json: bool = False) -> bool:
    """Return whether somebody sits at a terminal and may be asked."""
    return not (yes or as_json) and sys.stdin.isatty() and sys.stderr.isatty()


@contextmanager
def asking() -> Iterator[None]:
    """Let Ctrl-C at a question end the command at once: nothing is under way."""
    with at_once():
        try:
            yield
        except (KeyboardInterrupt, typer.Abort):
            typer.echo(err=True)  # the question's line has not ended
            raise


def confirm(question: str, *, yes: bool, as_json: bool) -> None:
    """Ask at a terminal before what cannot be undone; ends the command (1) where it is not meant.

    Without a terminal nobody is asked, and it is meant. Who sits at one and would not see the
    question is told to say so (UsageError).
    """
    if yes or not sys.stdin.isatty():
        return
    if not can_ask(yes=yes, as_json=as_json):
        from syndicate.errors import UsageError

        why = "with --json nothing is asked" if as_json else "the question would go into a file"
        raise UsageError(f"{why}: add --yes if it is meant (nothing was done)")
    with asking():
        meant = typer.confirm(visible(given.scrub(question)), default=None, err=True)
    if not meant:
        typer.echo("syndicate: nothing was done", err=True)
        raise typer.Exit(1)


def is_rehearsed() -> bool:
    """Return whether $SYNDICATE_NOW sets the clock."""
    return bool(os.environ.get("SYNDICATE_NOW"))


def rehearsed_clock() -> Callable[[], datetime] | None:
    """A clock that shows what $SYNDICATE_NOW names, for rehearsals; None: the ledger's goes."""
    said = os.environ.get("SYNDICATE_NOW")
    if not said:
        return None
    from syndicate.errors import UsageError

    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment.year not in YEARS:
        raise UsageError(f"$SYNDICATE_NOW: write it like 2024-05-02T09:00:00+07:00, not {said!r}")
    return lambda: moment


def when(at: datetime) -> str:
    """A moment as people read it everywhere: ``4 May 2026 17:00 WIB``, by the office's clock."""
    from syndicate.text.i18n import moment

    assert given.zone, "dates are said by an office's clock"
    return moment(at, given.zone, "en")


def _say_rehearsal(ledger: Ledger, clock: Callable[[], datetime]) -> None:
    """Say on stderr that the clock is set, or the ledger was made when it was."""
    said = []
    if is_rehearsed():
        said.append(f"it is {when(clock())} ($SYNDICATE_NOW is set)")
    if ledger.rehearsal and ledger.is_kept:
        how = "this ledger" if said else "this ledger, made under $SYNDICATE_NOW,"
        said.append(f"{how} is a rehearsal for ever and reaches only this machine")
    if said:
        typer.echo(f"rehearsal: {'; '.join(said)}", err=True)


def _stopped(error: BaseException, as_json: bool) -> NoReturn:
    """End a command that was stopped; 4 where that was in the middle of something."""
    if isinstance(error, stop.Interrupted) and given.acted:
        _fail("stopped: the rest waits", error, as_json, code=3)
    in_the_middle = stop.is_asked() and not isinstance(error, stop.Interrupted)
    given.acted = given.acted or (given.acts and in_the_middle)
    _fail("stopped", error, as_json)


def _code_of_a_stop() -> int:
    return 4 if given.acts else 1


def _fail(said: str, error: BaseException, as_json: bool, *, code: int = 1) -> NoReturn:
    if given.acted and code != 3:
        code, said = 4, f"{said}; part of it may be out: `syndicate status` says what is open"
    from syndicate.errors import SyndicateError, each_of

    each = [str(one) for one in each_of(error)]
    lines = [_line(one) for one in (each if len(each) > 1 else [said or type(error).__name__])]
    expected = isinstance(error, SyndicateError)
    if given.checks:
        _answer_a_monitor("; ".join(lines), error, as_json)
    for line in lines:
        typer.echo(f"syndicate: {line}", err=True)
    if given.verbose and expected:
        for cause in _causes(error):
            typer.echo(f"because: {_line(cause)}", err=True)
    if as_json and not given.documented:
        import json

        typer.echo(json.dumps({"error": "\n".join(lines), "exit_code": code}))
    raise typer.Exit(code) from None


def _answer_a_monitor(why: str, error: BaseException, as_json: bool) -> NoReturn:
    """Say in a monitor's words that nothing can be said: CRITICAL where the ledger is the cause."""
    from syndicate.errors import LedgerError
    from syndicate.operations.monitor import failed

    verdict = failed(why, is_critical=isinstance(error, LedgerError))
    if as_json and not given.documented:
        import json

        words = {"error": why, "check": verdict.to_json(), "exit_code": verdict.exit_code}
        typer.echo(json.dumps(words))
    elif not given.documented:
        typer.echo(verdict.line)
    raise typer.Exit(verdict.exit_code) from None


def _about_a_name(error: Exception) -> str:
    """What is wrong with a file or a word that somebody named; "" where it is something else."""
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        name = shortened(readable(f"{error.filename}"))
        return f"{name}: {error.strerror.lower()} (check its name, and whose it is)"
    if isinstance(error, FileNotFoundError) and error.filename is None and _is_nowhere():
        return "the folder that this is run in was deleted (cd to one that is there)"
    if isinstance(error, RuntimeError) and f"{error}".startswith(LOOP):
        name = f"{error}".removeprefix(LOOP).strip(" '")
        return f"{name}: a link that leads to itself (name a file)"
    if isinstance(error, ValueError) and f"{error}".startswith("embedded null"):
        return "a file's name holds a NUL, which no disk takes (type it again)"
    if isinstance(error, UnicodeEncodeError) and readable(f"{error.object}") != error.object:
        return "a word of the command is not UTF-8 (type it again, or set a UTF-8 LANG)"
    return ""


def _is_nowhere() -> bool:
    """Whether the folder that the command runs in is gone."""
    try:
        os.getcwd()
    except FileNotFoundError:
        return True
    return False


def _causes(error: BaseException) -> Iterator[str]:
    """What a foreign part said of it, each thing once."""
    said = str(error)
    cause = error.__cause__
    while cause is not None:
        words = " ".join(str(cause).split())
        if words not in said:
            yield f"{type(cause).__name__}: {words}".removesuffix(": ")
        said, cause = f"{said} {words}", cause.__cause__


def _line(said: str) -> str:
    words = (shortened(word, LONGEST_WORD) for word in given.scrub(said).split())
    return visible(" ".join(words))


def _quiet_stdout() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
