"""Errors of a command: one line for each on stderr, and the exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, NoReturn

import typer

from syndicate.cli.invocation import invocation
from syndicate.cli.logging_options import command_log
from syndicate.system import stop
from syndicate.text import readable, shortened, visible

LONGEST_WORD_CHARS = 2000  # addresses are printed in full
SYMLINK_LOOP = "Symlink loop from"  # how pathlib words it


@contextmanager
def command(as_json: bool = False) -> Iterator[None]:
    """Turn an error into one line and an exit code (1; usage 2; after an effect 4)."""
    from syndicate.errors import SyndicateError, UsageError

    with ExitStack() as log:
        try:
            log.enter_context(command_log(always=False))
            yield
        except typer.Exit:
            raise
        except BrokenPipeError:
            _discard_stdout()
            raise typer.Exit(1) from None
        except UsageError as error:
            _fail(str(error), error, as_json, code=2)
        except SyndicateError as error:
            _fail(str(error), error, as_json)
        except (KeyboardInterrupt, EOFError, typer.Abort) as error:
            _end_stopped(error, as_json)
        except Exception as error:
            _fail_unexpectedly(error, as_json)


def _fail_unexpectedly(error: Exception, as_json: bool) -> NoReturn:
    """Log an exception of no class of ours, and fail with what it means to a person."""
    from syndicate.errors import UsageError

    why = _wrong_name(error)
    message = why or f"unexpected {type(error).__name__}: {error}"
    if invocation.is_logging:
        import logging

        level = logging.INFO if why else logging.ERROR
        logging.getLogger(__name__).log(level, "%s", message, exc_info=error)
    if why:
        named = UsageError(why)
        named.__cause__ = error
        _fail(why, named, as_json)
    _fail(f"{message} (-v shows where)", error, as_json)


def _end_stopped(error: BaseException, as_json: bool) -> NoReturn:
    """End a command that was stopped; 4 where that was in the middle of something."""
    if isinstance(error, stop.Interrupted) and invocation.acted:
        _fail("stopped: the rest waits for the next run", error, as_json, code=3)
    in_the_middle = stop.is_asked() and not isinstance(error, stop.Interrupted)
    invocation.acted = invocation.acted or (invocation.has_effects and in_the_middle)
    _fail("stopped", error, as_json)


def exit_code_when_stopped() -> int:
    """Return the code of a command that a second signal ends at once."""
    return 4 if invocation.has_effects else 1


def _fail(message: str, error: BaseException, as_json: bool, *, code: int = 1) -> NoReturn:
    if invocation.acted and code != 3:
        code = 4
        message = f"{message}; part of it may have been sent: `syndicate status` shows what is open"
    from syndicate.errors import SyndicateError, each_of

    each = [str(single) for single in each_of(error)]
    lines = [_line(text) for text in (each if len(each) > 1 else [message or type(error).__name__])]
    if invocation.is_check:
        _answer_monitor("; ".join(lines), error, as_json)
    for line in lines:
        typer.echo(f"syndicate: {line}", err=True)
    if invocation.verbose and isinstance(error, SyndicateError):
        for cause in _causes(error):
            typer.echo(f"because: {_line(cause)}", err=True)
    if as_json:
        _print_document({"error": "\n".join(lines), "exit_code": code})
    raise typer.Exit(code) from None


def _answer_monitor(why: str, error: BaseException, as_json: bool) -> NoReturn:
    """Answer a monitor that the check failed: CRITICAL where the ledger is the cause."""
    from syndicate.errors import LedgerError
    from syndicate.operations.monitor import failed

    verdict = failed(why, is_critical=isinstance(error, LedgerError))
    if as_json:
        _print_document({"error": why, "check": verdict.to_json(), "exit_code": verdict.exit_code})
    elif not invocation.documented:
        typer.echo(verdict.line)
    raise typer.Exit(verdict.exit_code) from None


def _print_document(document: Mapping[str, Any]) -> None:
    if not invocation.documented:
        import json

        typer.echo(json.dumps(document))


def _wrong_name(error: Exception) -> str:
    """Explain an error of a file or word that the user named; "" where it is something else."""
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        name = shortened(readable(f"{error.filename}"))
        return f"{name}: {error.strerror.lower()} (check its name and its permissions)"
    if isinstance(error, FileNotFoundError) and error.filename is None and _is_folder_deleted():
        return "the current folder was deleted (cd to another folder)"
    if isinstance(error, RuntimeError) and f"{error}".startswith(SYMLINK_LOOP):
        name = f"{error}".removeprefix(SYMLINK_LOOP).strip(" '")
        return f"{name}: this link leads to itself (name a file)"
    if isinstance(error, ValueError) and f"{error}".startswith("embedded null"):
        return "a file name contains a NUL character, which no disk accepts (type it again)"
    if isinstance(error, UnicodeEncodeError) and readable(f"{error.object}") != error.object:
        return "a word of the command is not UTF-8 (type it again, or set LANG to a UTF-8 locale)"
    return ""


def _is_folder_deleted() -> bool:
    """Return whether the current folder no longer exists."""
    try:
        os.getcwd()
    except FileNotFoundError:
        return True
    return False


def _causes(error: BaseException) -> Iterator[str]:
    """Yield the messages of an error's causes, without what was already shown."""
    shown = str(error)
    cause = error.__cause__
    while cause is not None:
        words = " ".join(str(cause).split())
        if words not in shown:
            yield f"{type(cause).__name__}: {words}".removesuffix(": ")
        shown, cause = f"{shown} {words}", cause.__cause__


def _line(text: str) -> str:
    """Return a text as one printable line without secrets."""
    words = (shortened(word, LONGEST_WORD_CHARS) for word in invocation.scrub(text).split())
    return visible(" ".join(words))


def _discard_stdout() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
