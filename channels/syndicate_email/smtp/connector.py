"""Connect to a relay: encrypt, log in, and explain what went wrong."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from smtplib import (  # its errors are OSErrors
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPNotSupportedError,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from syndicate import Paused, Refused, Unavailable
from syndicate.network.exchange import LONGEST_EXCHANGE_SECONDS
from syndicate.text import excerpt, squeeze
from syndicate_email.certificates import context
from syndicate_email.refusals.login import login_advice, without_secrets
from syndicate_email.servers import Relay
from syndicate_email.smtp.clients import (
    Client,
    NotSmtp,
    PlainClient,
    SecureClient,
    UnsolicitedOutput,
)

MOST_SAID = 2_000  # characters of an answer that are looked at
WAYS = {"CRAM-MD5": "auth_cram_md5", "PLAIN": "auth_plain", "LOGIN": "auth_login"}  # best first
SMTP_ANSWER_SECONDS = 60.0  # seconds to wait for a whole answer


class Connector:
    """Opens connections to one relay."""

    def __init__(
        self,
        relay: Relay,
        channel: str,
        helo: str = "",
        domain: str = "",
        tls_ca: str = "",
        patience: float = SMTP_ANSWER_SECONDS,
    ) -> None:
        """``helo`` is our name in EHLO: else the host's full name, else the ``domain``.

        ``tls_ca`` is a file of certificates that are trusted too.
        """
        self.relay = relay
        self.setting = f"channels.{channel}.smtp"
        self.patience = patience  # seconds for a whole answer
        self.long_patience = min(2 * patience, LONGEST_EXCHANGE_SECONDS)  # for a letter on its way
        self._helo, self._tls_ca = helo or _own_name(domain), tls_ca

    def connect(self) -> Client:
        """Return a connection that may send; Refused or Unavailable where there is none."""
        smtp = self._connected()
        try:
            self._greet(smtp)
            self._log_in(smtp)
            smtp.in_turn()
        except UnsolicitedOutput as error:
            raise self.unreachable(error) from error
        except BaseException:
            smtp.close()
            raise
        return smtp

    def describe(self, smtp: Client) -> str:
        """Return what an open connection leads to, for a person."""
        secure = isinstance(smtp.sock, ssl.SSLSocket)
        encryption = "encrypted" if secure else "not encrypted"
        login = ", logged in" if self.relay.user else ""
        return f"{self.relay} answers, {encryption}{login}"

    def unreachable(self, error: OSError) -> Unavailable:
        """Return the error for a broken connection, or for one to something else."""
        if isinstance(error, NotSmtp):
            words = without_secrets(str(error), self.relay.user, self.relay.password)
            return Unavailable(
                f'{self.setting}: no mail server answers at {self.relay}, which says "{words}".'
                " Check host and port: relays listen on 587, 465 or 25"
            )
        why = squeeze(error.strerror or str(error)) or "no answer"
        if isinstance(error, ssl.SSLError):
            why = f"it does not speak TLS: {_reason(error)}"
        why = excerpt(without_secrets(why, self.relay.user, self.relay.password), 160)
        return Unavailable(
            f"{self.setting}: cannot reach the relay {self.relay} ({why});"
            " check that it is running, and that host and port are right"
        )

    def refusal_line(self, what: str, code: int, text: str) -> str:
        """Return a relay's refusal in one line."""
        text = printable(text[:MOST_SAID])
        verb = "refused" if code // 100 == 5 else "put off"
        message = f"{self.setting}: {self.relay} {verb} {what}: {code} {excerpt(text, 200)}"
        return message.rstrip()

    def refusal(self, what: str, code: int, text: bytes | str) -> Unavailable:
        """Return the error for a refused command."""
        words = text.decode(errors="replace") if isinstance(text, bytes) else text
        kind = Paused if code // 100 == 5 else Unavailable
        return kind(f"{self.refusal_line(what, code, squeeze(words))}{login_advice(words)}")

    def _connected(self) -> Client:
        try:
            smtp = self._greeted()
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

    def _greeted(self) -> Client:
        to, name, patience = self.relay, self._helo, self.patience
        if to.tls:
            secure = self._context()
            return SecureClient(to.host, to.port, name, patience=patience, context=secure)
        return PlainClient(to.host, to.port, name, patience=patience)

    def _context(self) -> ssl.SSLContext:
        return context(self._tls_ca, self.setting.replace(".smtp", ".tls_ca"))

    def _greet(self, smtp: Client) -> None:
        try:
            self._hello(smtp)
            if self._wants_starttls(smtp):
                smtp.encrypt(self._context())
                self._hello(smtp)
        except ssl.SSLError as error:
            raise self._insecure(error) from error
        except SMTPResponseException as error:
            raise self.refusal("STARTTLS", error.smtp_code, error.smtp_error) from error
        except OSError as error:
            raise self.unreachable(error) from error

    def _hello(self, smtp: Client) -> None:
        code, text = smtp.ehlo()
        if code // 100 == 2:
            return
        if code not in (421, -1):  # it hangs up: there is nobody to ask in older words
            with suppress(SMTPServerDisconnected):
                again, words = smtp.helo()
                if again // 100 == 2:
                    return
                code, text = again, words
        raise self.refusal("EHLO", code, text)

    def _wants_starttls(self, smtp: Client) -> bool:
        """Return whether to encrypt: where it is offered, and letters leave this machine."""
        if self.relay.tls:
            return False
        if smtp.has_extn("starttls"):
            return bool(self.relay.password) or not self.relay.local
        if self.relay.password:
            raise Refused(
                f"{self.setting}: {self.relay} offers no STARTTLS, and the password is not sent"
                " unencrypted; write smtps://… or ask your provider for the submission port"
            )
        return False

    def _log_in(self, smtp: Client) -> None:
        if not self.relay.user:
            return
        try:
            _say_who(smtp, self.relay)
        except SMTPAuthenticationError as error:
            raise self._no_login(error) from None  # smtplib's error may quote what was sent
        except UnicodeEncodeError:
            raise Refused(f"{self.setting}: the password may only hold ASCII") from None
        except SMTPNotSupportedError:
            offered = smtp.esmtp_features.get("auth", "").split()
            which = f" (it offers {excerpt(printable(' '.join(offered)), 80)})" if offered else ""
            raise Refused(
                f"{self.setting}: {self.relay} offers no login method that is supported here{which}"
            ) from None
        except SMTPServerDisconnected as error:
            raise self.unreachable(error) from None
        except (ValueError, SMTPException):  # base64 that is none, or questions without an end
            raise Unavailable(
                f"{self.setting}: {self.relay} asks for the login in a malformed way;"
                " ask your provider"
            ) from None
        except OSError as error:
            raise self.unreachable(error) from None

    def _no_login(self, error: SMTPAuthenticationError) -> Unavailable:
        """Return the relay's words, our secrets taken out, with its provider's advice."""
        words = error.smtp_error[:MOST_SAID]
        text = squeeze(words.decode(errors="replace") if isinstance(words, bytes) else words)
        text = without_secrets(text, self.relay.user, self.relay.password)
        if error.smtp_code // 100 == 4:
            return Unavailable(self.refusal_line("the login", error.smtp_code, text))
        hint = (
            login_advice(text, self.relay.host)
            or " (check user and password; write a % or / in them as %25 or %2F)"
        )
        return Paused(f"{self.refusal_line('the login', error.smtp_code, text)}{hint}")

    def _insecure(self, error: ssl.SSLError) -> Refused:
        why = getattr(error, "verify_message", "") or _reason(error)
        return Refused(
            f"{self.setting}: no safe connection to {self.relay} ({squeeze(str(why))})."
            " Check that the host is the name in its certificate; if your office is its own"
            " certificate authority, set tls_ca"
        )


def _say_who(smtp: Client, relay: Relay) -> None:
    """Log in; raise the refusal of the first method that was refused.

    smtplib's own login() raises the last, which after a relay has hung up is that it hung up.
    """
    smtp.user, smtp.password = relay.user, relay.password
    offered = smtp.esmtp_features.get("auth", "").upper().split()
    first: SMTPAuthenticationError | None = None
    for way in (name for name in WAYS if name in offered):
        try:
            smtp.auth(way, getattr(smtp, WAYS[way]))
            return
        except SMTPAuthenticationError as error:
            first = first or error
        except SMTPServerDisconnected:
            if first is None:
                raise
        if first.smtp_code // 100 == 4:
            break
    raise first or SMTPNotSupportedError("no login method that is supported")


def _reason(error: ssl.SSLError) -> str:
    return (error.reason or "no TLS there").replace("_", " ").lower()


def printable(text: str) -> str:
    """Return text without characters that steer a terminal, or that no database keeps."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _own_name(domain: str) -> str:
    """Return our name for EHLO, without a DNS look-up, which may be slow."""
    name = socket.gethostname()
    is_whole = "." in name and name.isascii() and not name.endswith(".localdomain")
    return name if is_whole else domain or "[127.0.0.1]"
