"""smtplib's clients, which tell an answer that is none whole: who speaks no SMTP is found out."""

from __future__ import annotations

from contextlib import suppress
from smtplib import SMTP, SMTP_SSL
from typing import TYPE_CHECKING

from syndicate.text import excerpt, squeeze

if TYPE_CHECKING:
    _Base = SMTP
else:
    _Base = object

LONGEST = 4096  # bytes of an answer that are looked at before it is read


class NotMail(OSError):
    """What answers is no mail server; its own words say what it is."""


class _Whole(_Base):
    """Answers begin with a number (RFC 5321 4.2); of others smtplib drops the first letters."""

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock:
            self.file = self.sock.makefile("rb")
        begins = b""
        with suppress(OSError):  # which smtplib meets, too, and tells
            begins = self.file.peek(LONGEST)[:LONGEST] if self.file else b""
        code, text = super().getreply()
        if code == -1:
            self.close()
            raise NotMail(_line(begins))
        return code, text


class Client(_Whole, SMTP):
    """Speaks in the clear first."""


class SecureClient(_Whole, SMTP_SSL):
    """Speaks TLS from the first byte."""


def _line(answer: bytes) -> str:
    """The first line, as far as it can be shown."""
    line = answer.lstrip().partition(b"\n")[0].decode(errors="replace")
    return excerpt(squeeze("".join(one if one.isprintable() else " " for one in line)), 120)
