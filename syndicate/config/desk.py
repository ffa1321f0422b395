"""``[desk]`` and ``[mail]``: who of the office is told what fails, and by what letters leave."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr

from syndicate.channel.settings import secret_web_address

CLOCK_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
MAIL_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")


def _mail_address(text: str) -> str:
    if text and not MAIL_ADDRESS.fullmatch(text):
        raise ValueError("write one mail address, like piket@example.go.id")
    return text


def _clock_time(text: str) -> str:
    if text and not CLOCK_TIME.fullmatch(text):
        raise ValueError('write a time of day, like "18:30"')
    return text


Address = Annotated[str, AfterValidator(_mail_address)]
SecretUrl = Annotated[SecretStr, AfterValidator(secret_web_address)]
ClockTime = Annotated[str, AfterValidator(_clock_time)]


class DeskSettings(BaseModel):
    """``[desk]``: the people of the office who are told what fails unattended."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    email: Address = ""
    telegram: str = ""  # CHANNEL:CHAT, or the chat alone
    webhook: SecretUrl = SecretStr("")
    ping: SecretUrl = SecretStr("")
    digest_by: ClockTime = ""

    @property
    def latest(self) -> time | None:
        """Return the time of day by which digests are to be out; None where none is set."""
        found = CLOCK_TIME.fullmatch(self.digest_by)
        return time(int(found[1]), int(found[2])) if found else None

    @property
    def secrets(self) -> frozenset[str]:
        """Return addresses that are secrets themselves: who knows one can write there."""
        return _values(self.webhook, self.ping)

    @property
    def is_told(self) -> bool:
        """Return whether anybody is."""
        return bool(self.email or self.telegram or self.webhook.get_secret_value())


class MailSettings(BaseModel):
    """``[mail]``: by what letters to single people leave, for an office without a list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str = "email"  # of the channel that writes them
    smtp: SecretStr
    sender: str
    inbox: SecretStr = SecretStr("")
    authserv: str = ""
    tls_ca: str = ""

    @property
    def secrets(self) -> frozenset[str]:
        return _values(self.smtp, self.inbox)

    @property
    def table(self) -> dict[str, str]:
        """Return what was set, for the channel that writes the letters."""
        table = {name: getattr(self, name) for name in self.model_fields_set - {"kind"}}
        return {
            name: value.get_secret_value() if isinstance(value, SecretStr) else value
            for name, value in table.items()
        }


def _values(*secrets: SecretStr) -> frozenset[str]:
    return frozenset(filter(None, (secret.get_secret_value() for secret in secrets)))
