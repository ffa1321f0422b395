"""Let in by a relay: connect, encrypt, log in, and say for people what went wrong."""

from __future__ import annotations

import socket
import ssl
from smtplib import (  # its errors are OSErrors
    SMTP,
    SMTP_SSL,
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPServerDisconnected,
)

from syndicate import Refused, Unavailable
from syndicate.text import excerpt, squeeze
from syndicate_email.settings import Relay

PATIENCE = 60.0  # seconds to wait for any answer while being let in


class Dialler:
    """Opens connections to one relay."""

    def __init__(self, relay: Relay, channel: str) -> None:
        self.relay = relay
        self.setting = f"channels.{channel}.smtp"

    def dial(self) -> SMTP:
        """A connection that may send; Refused or Unavailable where there is none."""
        smtp = self._connected()
        try:
            self._greet(smtp)
            self._log_in(smtp)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def there(self, smtp: SMTP) -> str:
        """What an open connection leads to, for a person."""
        secure = isinstance(smtp.sock, ssl.SSLSocket)
        line = "an encrypted line" if secure else "a line that is not encrypted"
        login = ", logged in" if self.relay.user else ""
        return f"{self.relay} answers, over {line}{login}"

    def unreachable(self, error: OSError) -> Unavailable:
        """What a broken connection means."""
        why = squeeze(error.strerror or str(error)) or "no answer"
        return Unavailable(
            f"{self.setting}: cannot reach the relay {self.relay} ({excerpt(why, 120)});"
            " is it running, and are host and port right?"
        )

    def said(self, what: str, code: int, text: str) -> str:
        """A relay's refusal, in a line."""
        verb = "refused" if code // 100 == 5 else "put off"
        message = f"{self.setting}: {self.relay} {verb} {what}: {code} {excerpt(text, 200)}"
        return message.rstrip()

    def refusal(self, what: str, code: int, text: bytes | str) -> Refused | Unavailable:
        """The error that an answer other than the hoped for one is."""
        words = text.decode(errors="replace") if isinstance(text, bytes) else text
        kind = Refused if code // 100 == 5 else Unavailable
        return kind(self.said(what, code, squeeze(words)))

    def _connected(self) -> SMTP:
        try:
            smtp = self._dialled()
        except ssl.SSLError as error:
            raise self._insecure(error) from error
        except SMTPConnectError as error:
            raise self.refusal("the connection", error.smtp_code, error.smtp_error) from error
        except OSError as error:
            raise self.unreachable(error) from error
        if smtp.sock:
            # an answer is waited for after each small packet: 22 letters a second without
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        return smtp

    def _dialled(self) -> SMTP:
        to, name = self.relay, _own_name()
        if to.tls:
            secure = ssl.create_default_context()
            return SMTP_SSL(to.host, to.port, name, timeout=PATIENCE, context=secure)
        return SMTP(to.host, to.port, name, timeout=PATIENCE)

    def _greet(self, smtp: SMTP) -> None:
        try:
            self._hello(smtp)
            if self._wants_starttls(smtp):
                smtp.starttls(context=ssl.create_default_context())
                self._hello(smtp)
        except ssl.SSLError as error:
            raise self._insecure(error) from error
        except OSError as error:
            raise self.unreachable(error) from error

    def _hello(self, smtp: SMTP) -> None:
        code, text = smtp.ehlo()
        if code // 100 != 2:
            code, text = smtp.helo()
        if code // 100 != 2:
            raise self.refusal("EHLO", code, text)

    def _wants_starttls(self, smtp: SMTP) -> bool:
        """Where it is offered; a letter that stays on this machine needs none."""
        if self.relay.tls:
            return False
        if smtp.has_extn("starttls"):
            return bool(self.relay.password) or not self.relay.local
        if self.relay.password:
            raise Refused(
                f"{self.setting}: {self.relay} offers no STARTTLS, and the password is not sent"
                " in the clear; write smtps://… or ask for the relay's port for submission"
            )
        return False

    def _log_in(self, smtp: SMTP) -> None:
        if not self.relay.user:
            return
        try:
            smtp.login(self.relay.user, self.relay.password)
        except SMTPAuthenticationError as error:
            if error.smtp_code // 100 == 4:
                raise self.refusal("the login", error.smtp_code, "") from None
            raise Refused(
                f"{self.setting}: {self.relay} refused the user or the password"
                f" ({error.smtp_code}); a % or / in them is written %25 or %2F"
            ) from None  # smtplib's error may quote what was sent
        except UnicodeEncodeError:
            raise Refused(f"{self.setting}: the password may only hold ASCII") from None
        except SMTPServerDisconnected as error:
            raise self.unreachable(error) from None
        except SMTPException:
            raise Refused(f"{self.setting}: {self.relay} offers no login that we know") from None
        except OSError as error:
            raise self.unreachable(error) from None

    def _insecure(self, error: ssl.SSLError) -> Refused:
        why = getattr(error, "verify_message", "") or error.reason or "no TLS there"
        return Refused(
            f"{self.setting}: no safe connection to {self.relay} ({squeeze(str(why))});"
            " is the host the name in its certificate?"
        )


def _own_name() -> str:
    """For EHLO, without asking the DNS, which may take its time."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() else "[127.0.0.1]"
