"""Authenticate a letter's sender by the mailbox server's Authentication-Results (RFC 8601)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from email.message import Message

from syndicate.text import squeeze
from syndicate_email.inbox.charsets import raw
from syndicate_email.inbox.structure import fields_of

RESULTS = "authentication-results"
MOST_RESULT = 2_000  # characters of one header
MOST_RECEIVED = 1_000
MOST_TRACE = 100  # such headers, and those of servers that passed a letter on
MOST_OWN = 5  # of the own server: one for each of its filters
TRACE = ("received", RESULTS)
PIECE = re.compile(r'"(?:[^"\\]|\\.)*+"|[^"();\\]++|\\.|.', re.DOTALL)
SERVER_NAME = re.compile(r"\s*([\w.-]+)(?:\s+\d+)?\s*")  # the server's, and a version
RESULT = re.compile(r"\s*([a-z][a-z\d-]*)(?:\s*/\s*\d+)?\s*=\s*([a-z]+)\b", re.IGNORECASE)
# a reason in quotes may hold anything: it is skipped as a whole
PROPERTY = re.compile(
    r'([a-z]+)(?:\s*\.\s*([\w-]+))?\s*=\s*((?:"[^"]*")?[^\s"]*)(?!\S)', re.IGNORECASE
)
BY = re.compile(r"\bby(?=\s+([\w.:\[\]-]+))", re.IGNORECASE)
# the property that names the authenticated domain, the first that is given
SPEAKS_OF = {
    "dmarc": ("header.from",),
    "dkim": ("header.d", "header.i"),
    "spf": ("smtp.mailfrom", "smtp.mail"),
}
REGISTRIES = (  # below a country, where others may have names: go.id, co.uk
    "ac", "biz", "co", "com", "desa", "edu", "gob", "gov", "go", "id", "lg", "mil", "my", "name",
    "ne", "net", "nom", "or", "org", "ponpes", "sch", "web",
)  # fmt: skip


def vouched(letter: Message, authserv: str, email: str) -> str:
    """Return the proof that an address wrote a letter, like "mx.example: dmarc=pass"; "" for none.

    Anybody can write such a header. It counts where it has our server's name and stands above
    everything that other servers passed on. Where there are several, each of them must vouch: one
    of them may be the sender's own.
    """
    if not (authserv and email):
        return ""
    domain = email.rpartition("@")[2].lower()
    values = _own_results(letter, authserv.lower())
    methods = [_vouching(list(_results(value)), domain) for value in values]
    return f"{authserv}: {methods[0]}=pass" if methods and all(methods) else ""


def _vouching(found: Sequence[tuple[str, str, dict[str, str]]], domain: str) -> str:
    """Return the method by which one header proves a letter's domain; "" for none."""
    if any(method == "dmarc" and result != "pass" for method, result, _ in found):
        return ""
    for method, of in SPEAKS_OF.items():
        for name, result, properties in found:
            if (name, result) == (method, "pass"):
                identity = next((properties[key] for key in of if key in properties), "")
                if _speaks_for(method, identity, domain):
                    return method
    return ""


def is_judged(content: bytes) -> bool:
    """Return whether some server has written its results into a letter."""
    return any(name.lower() == RESULTS for name, _ in fields_of(content).raw_items())


def _own_results(letter: Message, authserv: str) -> list[str]:
    """Return the results under our server's name; none where they are too many to be genuine.

    None either where the topmost is below something that another server passed on.
    """
    found: list[str] = []
    trace = ((name.lower(), squeeze(raw(value))) for name, value in letter.raw_items())
    for above, (name, value) in enumerate(field for field in trace if field[0] in TRACE):
        line = _without_comments(value[: MOST_RESULT if name == RESULTS else MOST_RECEIVED])
        if name == RESULTS:
            server = SERVER_NAME.match(line)
            found += [line[server.end() :]] if server and server[1].lower() == authserv else []
        elif not found and not _is_of_own_servers(line, authserv):
            return []
        if above >= MOST_TRACE or len(found) > MOST_OWN:
            return []
    return found


def _is_of_own_servers(received: str, authserv: str) -> bool:
    return all(_is_own(by.lower(), authserv) for by in BY.findall(received))


def _is_own(host: str, authserv: str) -> bool:
    """Return whether a server that took the letter is ours: by its name, or it has none."""
    is_address = re.fullmatch(r"[\d.:\[\]]+|[\da-f:\[\]]+", host)
    if "." not in host or is_address or is_aligned(host, authserv):
        return True
    return _organisation(host) == _organisation(authserv) != ""


def _results(value: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield (method, result, properties) of each well-formed result."""
    for part in _parts(value):
        if result := RESULT.match(part):
            rest = part[result.end() :]
            yield result[1].lower(), result[2].lower(), dict(_properties(rest))


def _properties(text: str) -> Iterator[tuple[str, str]]:
    for match in PROPERTY.finditer(text):
        if match[2]:
            yield f"{match[1]}.{match[2]}".lower(), match[3]


def _parts(value: str) -> Iterator[str]:
    """Split at semicolons that are not quoted."""
    part = ""
    for piece in PIECE.findall(value):
        if piece == ";":
            yield part
            part = ""
        else:
            part += piece
    yield part


def _without_comments(value: str) -> str:
    """Return a structured field without its comments, nested ones too (RFC 5322 3.2.2)."""
    kept, depth = [], 0
    for piece in PIECE.findall(value):
        if piece == "(":
            depth += 1
        elif piece == ")" and depth:
            depth -= 1
            kept.append(" ")
        elif not depth:
            kept.append(piece)
    return "".join(kept)


def _speaks_for(method: str, identity: str, domain: str) -> bool:
    name = identity.strip('"').rpartition("@")[2].strip("<>").rstrip(".").lower()
    if method == "dmarc":
        return not name or name == domain  # it speaks of the From by itself
    return bool(name) and is_aligned(name, domain)


def is_aligned(first: str, second: str) -> bool:
    """Return whether one domain is the other or below it (relaxed alignment, RFC 7489 3.1).

    Without the list of public suffixes: nothing is below what may be a registry's (go.id, co.uk).
    """
    shorter, longer = sorted((first, second), key=len)
    return first == second or (longer.endswith(f".{shorter}") and _organisation(shorter) != "")


def _organisation(host: str) -> str:
    """Return the organisational domain of a host; "" for a registry's."""
    labels = host.split(".")
    is_shared = len(labels) > 1 and len(labels[-1]) == 2 and labels[-2] in REGISTRIES
    count = 3 if is_shared else 2
    return ".".join(labels[-count:]) if len(labels) >= count else ""
