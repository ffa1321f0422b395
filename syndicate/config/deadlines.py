"""``[deadlines]``: what becomes of an article at its ``expires``, and when readers are reminded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from syndicate.model.annotations import DeadlineRule, OnExpiry, period


def _periods(texts: tuple[str, ...]) -> tuple[str, ...]:
    for text in texts:
        period(text)
    return tuple(dict.fromkeys(texts))


Periods = Annotated[tuple[str, ...], AfterValidator(_periods)]


class ProfileDeadlines(BaseModel):
    """``[deadlines.profiles.NAME]``: one profile's own; what is not given is the office's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    on_expiry: OnExpiry | None = None
    remind: Periods | None = None


class DeadlineSettings(BaseModel):
    """``[deadlines]``: every profile's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    on_expiry: OnExpiry = OnExpiry.LEAVE
    remind: Periods = ()
    profiles: Mapping[str, ProfileDeadlines] = {}

    @property
    def rules(self) -> Deadlines:
        """Return the rule of each profile that has one of its own, and everybody's."""
        own = {
            name: DeadlineRule(
                on_expiry=given.on_expiry or self.on_expiry,
                remind=self.remind if given.remind is None else given.remind,
            )
            for name, given in self.profiles.items()
        }
        return Deadlines(DeadlineRule(on_expiry=self.on_expiry, remind=self.remind), own)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Rules for deadlines, by profile."""

    common: DeadlineRule = field(default_factory=DeadlineRule)
    own: Mapping[str, DeadlineRule] = field(default_factory=dict)

    def of(self, profile: str) -> DeadlineRule:
        """Return a profile's rule."""
        return self.own.get(profile, self.common)
