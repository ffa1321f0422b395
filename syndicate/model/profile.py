"""Profiles: kinds of articles, each with what it needs and where it goes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One kind of article, as ``[profiles.NAME]`` has it."""

    name: str
    template: str = ""  # a file beside the configuration; "" is the program's own
    required: tuple[str, ...] = ()  # keys of the front matter
    states: tuple[str, ...] = ()  # what its text must say: names of rules
    channels: tuple[str, ...] = ()  # where it goes, unless the article says; empty is everywhere
    subjects: tuple[str, ...] = ()  # what it is about, unless the article says
    expires: str = ""  # needed, or how long after publication: 14d; "" is never
    ahead: bool = False  # it announces what is still to come
    links: tuple[str, ...] = ()  # domains that it may link to, beside the office's own; empty: all
    approval: str = ""  # none or two-person; "" is what the office has for all

    @property
    def days(self) -> int:
        """Days after which an article without an ``expires`` of its own is over; 0 for never."""
        return int(self.expires[:-1]) if self.expires[:-1].isdecimal() else 0


# rules about what a text says, which a profile may choose
STATEMENTS = ("opening-time", "closing-time", "official-link", "free-of-charge")
# the kinds of articles that every office has
PROFILES = {
    profile.name: profile
    for profile in (
        Profile(name="berita"),
        Profile(name="siaran-pers"),
        Profile(name="pengumuman", ahead=True),
        Profile(name="data", required=("infoSources",)),
        Profile(name="sosialisasi"),
        Profile(name="edukasi"),
        Profile(
            name="rekrutmen",
            required=("expires", "infoSources"),
            states=STATEMENTS,
            ahead=True,
            links=("go.id",),
        ),
        Profile(name="klarifikasi", required=("infoSources",)),
    )
}
