"""The look of letters: templates, the office's own before the built-in ones, and a colour."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from syndicate import ConfigError
from syndicate_email.colours import dark_variant

if TYPE_CHECKING:
    from syndicate_email.letter.sandbox import Sandbox

TEXT, HTML = "letter.txt.jinja", "letter.html.jinja"
BUILT_IN = "default/"  # {% extends "default/letter.html.jinja" %}


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """The look of one list's letters."""

    setting: str = "template"  # names it in errors
    folder: Path | None = None  # of the office's own templates
    colour: str = "#0b4f8a"
    logo: str = ""

    @property
    def dark_colour(self) -> str:
        """The colour, lightened until it can be read on dark pages."""
        return dark_variant(self.colour)

    def render(self, name: str, given: Mapping[str, object]) -> str:
        """Fill in a template; ConfigError names the file and the line that is wrong."""
        from jinja2 import TemplateError

        try:
            return _environment(self.folder).filled_in(name, given)
        except RecursionError as error:
            endless = RecursionError("it includes itself without end")
            raise self._wrong(
                name, endless.with_traceback(error.__traceback__), (None, None)
            ) from None
        except MemoryError as error:
            scarce = MemoryError("it needs more memory than there is")
            raise self._wrong(
                name, scarce.with_traceback(error.__traceback__), (None, None)
            ) from None
        except TemplateError as error:
            known = (getattr(error, "name", None), getattr(error, "lineno", None))
            raise self._wrong(name, error, known) from error
        except Exception as error:  # the template's own, whatever it tried
            raise self._wrong(name, error, (None, None)) from error

    def _wrong(
        self, name: str, error: Exception, known: tuple[str | None, int | None]
    ) -> ConfigError:
        frames = traceback.extract_tb(error.__traceback__)
        inside = [(f.filename, f.lineno) for f in frames if f.filename.endswith(".jinja")]
        file, line = known if known[1] else (inside[-1] if inside else (name, None))
        place = Path(file or name).name + (f":{line}" if line else "")
        return ConfigError(f"{self.setting}: {place}: {' '.join(str(error).split())}")


@cache
def _environment(folder: Path | None) -> Sandbox:
    from jinja2 import ChoiceLoader, DictLoader, FileSystemLoader, StrictUndefined

    from syndicate_email.letter.sandbox import Sandbox

    here = files(__package__)
    ours = {name: here.joinpath(name).read_text(encoding="utf-8") for name in (TEXT, HTML)}
    known = DictLoader(ours | {f"{BUILT_IN}{name}": source for name, source in ours.items()})
    return Sandbox(
        loader=ChoiceLoader([FileSystemLoader(folder), known]) if folder else known,
        autoescape=lambda name: ".html" in (name or ""),  # the other is plain text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
