"""Explain refused logins: the server's words without our secrets, and its provider's advice."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from urllib.parse import quote

OFFICE_365 = r"5\.7\.139|basic ?auth\w* ?(?:is )?(?:disabled|blocked)"
MICROSOFT = r"\boutlook\.(?:office365|office|live)\.com"
MADE_FOR_APPS = (
    "the provider wants an app password: make one in the account's security settings, and write"
    " it in place of the account's own"
)
A_CODE = (
    "the provider wants an authorization code: make one in the mailbox's settings, and write it in"
    " place of the password"
)
HOSTS_FOR_APPS = (
    r"\b(?:imap|smtp|smtppro|imappro)\.(?:gmail|mail\.yahoo|mail\.me|mail|aol|gmx|zoho|yandex|fastmail)"
    r"\.(?:com|ru|net|eu|in)\b"
)
# in a server's words, or as its host's name
LOGIN_ADVICE = {
    rf"{OFFICE_365}|SmtpClientAuthentication is disabled"
    rf"|{MICROSOFT}|\bsmtp\.office365\.com|\bsmtp-mail\.outlook\.com": (
        "Microsoft 365: switch on authenticated SMTP for this mailbox, and give it an app password"
        " or turn off security defaults; OAuth logins are not supported"
    ),
    r"5\.7\.9\b|\bapp(?:lication)?[- ](?:specific[- ])?password": MADE_FOR_APPS,
    r"authori[sz]ation code|LOGIN\.REQCODE|service is not open": A_CODE,
    r"not have access rights to this service": (
        "Yandex: allow mail programs in the mailbox's settings, and make an app password there"
    ),
    r"5\.7\.14\b|web ?browser": "log in once in a browser, and allow the app there",
    r"5\.7\.30\b|oauth": "the provider wants OAuth, not supported here: ask for an app password",
    r"5\.7\.0\b.*starttls|must issue a starttls": "write port 587, where STARTTLS is offered",
    r"\b(?:imap|smtp)\.(?:exmail\.)?(?:qq|163|126|yeah|foxmail)\.(?:com|net)\b": A_CODE,
    HOSTS_FOR_APPS: MADE_FOR_APPS,
    r"5\.7\.3\b.*authentication unsuccessful": (
        "Exchange: check that the user is the mailbox's full address, that the password is right,"
        " and that this mailbox may send by authenticated SMTP"
    ),
}
BY_IMAP = {
    rf"{OFFICE_365}|{MICROSOFT}": (
        "Microsoft 365 allows no IMAP login with a password, and OAuth logins are not supported:"
        " have the answers forwarded to a mailbox elsewhere, or fetched into a Maildir"
    ),
    r"imap (?:access |use )?(?:is )?(?:disabled|not enabled|not allowed)|not enabled for imap": (
        "switch IMAP on in the mailbox's settings, or ask its administrator to"
    ),
}
LEAST_PREFIX = 4  # characters; shorter starts of a password are not looked for
BASE64 = re.compile(r"[A-Za-z0-9+/]{8,}=*")
LEAST_ENCODED = 8  # characters of base64, anywhere in it


def login_advice(text: str, host: str = "", *, by_imap: bool = False) -> str:
    """Return a known provider's advice, by its code, words or host, as " (…)"; "" for others."""
    words = f"{text} {host}"
    for pattern, what in ((BY_IMAP if by_imap else {}) | LOGIN_ADVICE).items():
        if re.search(pattern, words, re.IGNORECASE):
            return f" ({what})"
    return ""


def without_secrets(text: str, user: str, password: str) -> str:
    """Return a server's words, which may repeat the login, without any part of it."""
    held = [
        part[:LEAST_PREFIX].encode().lower()
        for part in (user, password)
        if len(part) >= LEAST_PREFIX
    ]
    text = BASE64.sub(lambda found: "…" if _holds(found[0], held) else found[0], text)
    for form in sorted(_forms(user, password), key=len, reverse=True):
        text = re.sub(rf"{re.escape(form)}=*", "…", text, flags=re.IGNORECASE) if form else text
    for length in range(len(password) - 1, LEAST_PREFIX - 1, -1):  # cut off somewhere
        text = re.sub(re.escape(password[:length]), "…", text, flags=re.IGNORECASE)
    for secret in _sent(user, password):
        text = _without_parts(text, b64encode(secret.encode()).decode().rstrip("="))
    return text


def _holds(encoded: str, held: list[bytes]) -> bool:
    """Return whether base64 holds the start of a secret, as CRAM-MD5's does (RFC 2195)."""
    whole = encoded.rstrip("=")
    whole = whole[: len(whole) - len(whole) % 4]
    decoded = b64decode(whole).lower()
    return any(part in decoded for part in held)


def _without_parts(text: str, encoded: str) -> str:
    """Remove parts of an encoded login, which may be cut off or broken up."""
    folded, known = _lower(text), _lower(encoded)
    parts = {known[at : at + LEAST_ENCODED] for at in range(len(known) - LEAST_ENCODED + 1)}
    hidden: set[int] = set()
    for at in range(len(folded) - LEAST_ENCODED + 1):
        if folded[at : at + LEAST_ENCODED] in parts:
            hidden.update(range(at, at + LEAST_ENCODED))
    kept = "".join("\0" if at in hidden else sign for at, sign in enumerate(text))
    return re.sub("\0+=*", "…", kept) if hidden else text


def _lower(text: str) -> str:
    """Return ASCII letters in lower case; others may become two characters, and stay."""
    return "".join(sign.lower() if sign.isascii() else sign for sign in text)


def _sent(user: str, password: str) -> tuple[str, str, str]:
    """Return what a login sends: PLAIN's one part (RFC 4616), LOGIN's two."""
    return f"\0{user}\0{password}", password, user


def _forms(user: str, password: str) -> Iterator[str]:
    """Yield every form in which a login is sent."""
    for secret in _sent(user, password):
        yield secret
        yield b64encode(secret.encode()).decode()
        yield b64encode(secret.encode()).decode().rstrip("=")
        yield secret.replace("\\", "\\\\").replace('"', '\\"')
        yield quote(secret, safe="")
    yield from (part for part in password.split() if len(part) >= LEAST_PREFIX)
