"""What a letter looks like: templates, the office's own before ours, and its colour."""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from syndicate import ConfigError

if TYPE_CHECKING:
    from syndicate_email.letter.sandbox import Sandbox

TEXT, HTML = "letter.txt.jinja", "letter.html.jinja"
OURS = "default/"  # {% extends "default/letter.html.jinja" %}
LIGHT, DARK = ("#ffffff", "#fff4e5"), ("#16181c", "#2e2418")  # what links are read on: page, box
LEAST_CONTRAST = 4.5  # of text (WCAG 2.2, 1.4.3)
HEX = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """How one list's letters look."""

    setting: str = "template"  # its path, for complaints
    folder: Path | None = None  # of the office's own templates
    colour: str = "#0b4f8a"
    logo: str = ""

    @property
    def dark_colour(self) -> str:
        """The colour, lightened until it can be read on dark pages."""
        return next(
            mixed
            for share in range(0, 101, 5)
            if _least(mixed := _lighter(self.colour, share / 100), DARK) >= LEAST_CONTRAST
        )

    def render(self, name: str, given: Mapping[str, object]) -> str:
        """A template filled in; ConfigError names the file and the line that is wrong."""
        from jinja2 import TemplateError

        try:
            return _environment(self.folder).filled_in(name, given)
        except RecursionError as error:
            endless = RecursionError("it includes itself without an end")
            raise self._wrong(
                name, endless.with_traceback(error.__traceback__), (None, None)
            ) from None
        except MemoryError as error:
            scarce = MemoryError("it takes more memory than there is")
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


def readable_colour(text: str) -> str:
    """A colour that links can have on white; ValueError for one that is none or too light."""
    if not HEX.fullmatch(text):
        raise ValueError("write a colour like #0b4f8a")
    ratio = _least(text, LIGHT)
    if ratio < LEAST_CONTRAST:
        raise ValueError(
            f"on white it is too light to be read (contrast {ratio:.1f}, and {LEAST_CONTRAST} is"
            " the least): take a darker one"
        )
    return text.lower()


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    lights = sorted((_luminance(one), _luminance(other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _least(colour: str, on: Sequence[str]) -> float:
    return min(contrast(colour, page) for page in on)


def _channels(colour: str) -> list[int]:
    return [int(colour[start : start + 2], 16) for start in (1, 3, 5)]


def _luminance(colour: str) -> float:
    parts = [value / 255 for value in _channels(colour)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _lighter(colour: str, share: float) -> str:
    mixed = (round(value + (255 - value) * share) for value in _channels(colour))
    return "#" + "".join(f"{value:02x}" for value in mixed)


@cache
def _environment(folder: Path | None) -> Sandbox:
    from jinja2 import ChoiceLoader, DictLoader, FileSystemLoader, StrictUndefined

    from syndicate_email.letter.sandbox import Sandbox

    here = files(__package__)
    ours = {name: here.joinpath(name).read_text(encoding="utf-8") for name in (TEXT, HTML)}
    known = DictLoader(ours | {f"{OURS}{name}": source for name, source in ours.items()})
    return Sandbox(
        loader=ChoiceLoader([FileSystemLoader(folder), known]) if folder else known,
        autoescape=lambda name: ".html" in (name or ""),  # the other is plain text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
