"""One connection to an SMTP relay, and what each of its answers means for a letter."""

from __future__ import annotations

import re
import select
import socket
import ssl
from contextlib import suppress
from smtplib import (  # its errors are OSErrors
    SMTP,
    SMTP_SSL,
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPServerDisconnected,
)

from syndicate import InDoubt, Receipt, Refused, Unavailable
from syndicate.text import excerpt, squeeze
from syndicate_email.settings import Relay

PATIENCE = 60.0  # seconds to wait for any answer
CLOSING = 421  # the relay hangs up after this answer (RFC 5321 3.8)


class Wire:
    """A conversation with a relay: ``open()`` it, then ``send()`` letter after letter."""

    def __init__(self, relay: Relay, channel: str) -> None:
        self._relay = relay
        self._setting = f"channels.{channel}.smtp"
        self._smtp: SMTP | None = None

    def open(self) -> None:
        """Connect, encrypt and log in; Refused or Unavailable where that fails."""
        try:
            self._smtp = self._connected()
            self._greet(self._smtp)
            self._log_in(self._smtp)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Hang up, politely if that costs nothing."""
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        with suppress(OSError):
            if smtp.sock:
                smtp.sock.settimeout(2)
                smtp.quit()
        smtp.close()

    def ready(self) -> None:
        """Make sure of a live connection: opened again where the relay has hung up."""
        if self._smtp is None or self._smtp.sock is None or _has_spoken(self._smtp.sock):
            self._open_again()

    def there(self) -> str:
        """What an open connection leads to, for a person."""
        secure = self._smtp is not None and isinstance(self._smtp.sock, ssl.SSLSocket)
        line = "an encrypted line" if secure else "a line that is not encrypted"
        login = ", logged in" if self._relay.user else ""
        return f"{self._relay} answers, over {line}{login}"

    def takes(self, sender: str) -> None:
        """Ask whether somebody may send letters, and send none; raises as ``send`` does."""
        try:
            smtp = self._begin(sender)
        except OSError as error:
            raise self._unreachable(error) from error
        self._take_back(smtp, 0)

    def send(self, sender: str, recipient: str, letter: bytes, reference: str) -> Receipt:
        """Hand over one letter of CRLF lines. Refused, Unavailable or InDoubt without a receipt."""
        assert self._smtp, "open() comes first"
        try:
            smtp = self._begin(sender)
            self._answered(smtp, 2, f"RCPT TO:<{recipient}>", recipient)
            self._answered(smtp, 3, "DATA", recipient)
            self._say_all_but_the_dot(smtp, letter)
        except OSError as error:
            if self._smtp:
                self._smtp.close()
            raise Unavailable(
                f"{self._setting}: the relay {self._relay} hung up before it had the letter;"
                " it is sent again next time"
            ) from error
        self._end(smtp, recipient)
        return Receipt(reference)

    def _begin(self, sender: str) -> SMTP:
        """Say MAIL, over a second connection where the first has just come to its end."""
        assert self._smtp
        mail = f"MAIL FROM:<{sender}>"
        try:
            code, text = self._smtp.docmd(mail)
        except OSError:
            code, text = CLOSING, b""
        if code == CLOSING:  # relays limit the letters per connection; nothing is lost yet
            self._open_again()
            code, text = self._smtp.docmd(mail)
        if code // 100 != 2:
            self._take_back(self._smtp, code)
            raise self._refusal("MAIL", code, text)
        return self._smtp

    def _open_again(self) -> None:
        self.close()
        try:
            self.open()
        except Refused as error:  # the login, say: not this recipient
            raise Unavailable(str(error)) from error

    def _answered(self, smtp: SMTP, good: int, command: str, recipient: str) -> None:
        code, text = smtp.docmd(command)
        if code // 100 != good:
            self._take_back(smtp, code)
            raise self._refusal(command.split()[0], code, text, recipient)

    def _say_all_but_the_dot(self, smtp: SMTP, letter: bytes) -> None:
        smtp.send(dot_stuffed(letter))
        if smtp.sock is None or _has_spoken(smtp.sock):  # out of turn: it is hanging up
            raise SMTPServerDisconnected("before the final dot")

    def _end(self, smtp: SMTP, recipient: str) -> None:
        """From the final dot on, no answer means that nobody knows (RFC 1047)."""
        try:
            code, text = smtp.docmd(".")
        except OSError as error:
            smtp.close()
            raise InDoubt(
                f"{self._setting}: the relay {self._relay} hung up without saying"
                " whether it took the letter"
            ) from error
        if code // 100 in (4, 5):
            self._take_back(smtp, code)
            raise self._refusal("the letter", code, text, recipient)
        if code // 100 != 2:
            smtp.close()
            raise InDoubt(f"{self._setting}: the relay answered the letter with a strange {code}")

    def _take_back(self, smtp: SMTP, code: int) -> None:
        """Leave no half of a letter behind for the next one."""
        try:
            if code == CLOSING or smtp.rset()[0] != 250:
                smtp.close()
        except OSError:
            smtp.close()

    def _refusal(
        self, what: str, code: int, text: bytes, recipient: str = ""
    ) -> Refused | Unavailable:
        said = squeeze(text.decode(errors="replace"))
        if recipient:  # its owner is not named in logs
            said = re.sub(re.escape(recipient), "…", said, flags=re.IGNORECASE)
        kind = Refused if code // 100 == 5 else Unavailable
        verb = "refused" if kind is Refused else "put off"
        message = f"{self._setting}: {self._relay} {verb} {what}: {code} {excerpt(said, 200)}"
        return kind(message.rstrip())

    def _connected(self) -> SMTP:
        try:
            smtp = self._dialled()
        except ssl.SSLError as error:
            raise self._insecure(error) from error
        except SMTPConnectError as error:
            raise self._refusal(
                "the connection", error.smtp_code, _bytes(error.smtp_error)
            ) from error
        except OSError as error:
            raise self._unreachable(error) from error
        if smtp.sock:
            # an answer is waited for after each small packet: 22 letters a second without
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        return smtp

    def _dialled(self) -> SMTP:
        to, name = self._relay, _own_name()
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
            raise self._unreachable(error) from error

    def _hello(self, smtp: SMTP) -> None:
        code, text = smtp.ehlo()
        if code // 100 != 2:
            code, text = smtp.helo()
        if code // 100 != 2:
            raise self._refusal("EHLO", code, text)

    def _wants_starttls(self, smtp: SMTP) -> bool:
        """Where it is offered; a letter that stays on this machine needs none."""
        if self._relay.tls:
            return False
        if smtp.has_extn("starttls"):
            return bool(self._relay.password) or not self._relay.local
        if self._relay.password:
            raise Refused(
                f"{self._setting}: {self._relay} offers no STARTTLS, and the password is not sent"
                " in the clear; write smtps://… or ask for the relay's port for submission"
            )
        return False

    def _log_in(self, smtp: SMTP) -> None:
        if not self._relay.user:
            return
        try:
            smtp.login(self._relay.user, self._relay.password)
        except SMTPAuthenticationError as error:
            if error.smtp_code // 100 == 4:
                raise self._refusal("the login", error.smtp_code, b"") from None
            raise Refused(
                f"{self._setting}: {self._relay} refused the user or the password"
                f" ({error.smtp_code}); a % or / in them is written %25 or %2F"
            ) from None  # smtplib's error may quote what was sent
        except UnicodeEncodeError:
            raise Refused(f"{self._setting}: the password may only hold ASCII") from None
        except SMTPServerDisconnected as error:
            raise self._unreachable(error) from None
        except SMTPException:
            raise Refused(f"{self._setting}: {self._relay} offers no login that we know") from None
        except OSError as error:
            raise self._unreachable(error) from None

    def _unreachable(self, error: OSError) -> Unavailable:
        why = squeeze(error.strerror or str(error)) or "no answer"
        return Unavailable(
            f"{self._setting}: cannot reach the relay {self._relay} ({excerpt(why, 120)});"
            " is it running, and are host and port right?"
        )

    def _insecure(self, error: ssl.SSLError) -> Refused:
        why = getattr(error, "verify_message", "") or error.reason or "no TLS there"
        return Refused(
            f"{self._setting}: no safe connection to {self._relay} ({squeeze(str(why))});"
            " is the host the name in its certificate?"
        )


def dot_stuffed(letter: bytes) -> bytes:
    """As it goes over the wire, without the final dot (RFC 5321 4.5.2)."""
    stuffed = re.sub(rb"^\.", b"..", letter, flags=re.MULTILINE)
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


def _has_spoken(sock: socket.socket) -> bool:
    """Whether there is something to read where nothing is due: a 421, or the end."""
    readable, _, broken = select.select([sock], [], [sock], 0)
    return bool(readable or broken)


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def _own_name() -> str:
    """For EHLO, without asking the DNS, which may take its time."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() else "[127.0.0.1]"
