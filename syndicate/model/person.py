"""Person at the command line, as they call themselves and as the system knows them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Person who acts. The name is a record and no proof: the account stands beside it."""

    name: str = ""  # --as, else $SYNDICATE_USER; "" where neither is given
    account: str = ""  # account@host

    def __str__(self) -> str:
        """The name with the account, as histories show it."""
        return (
            f"{self.name} ({self.account})"
            if self.name and self.account
            else (self.name or self.account)
        )
