"""First files: a configuration, and an article from its profile's template."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from syndicate.config.loader import PASSWORD_IN_URL
from syndicate.config.references import ENV_REFERENCE
from syndicate.errors import ConfigError, UsageError
from syndicate.model.article import Publisher
from syndicate.model.profile import PROFILES, Profile
from syndicate.system import disk
from syndicate.text import readable, slug, visible

ANSWER_FORMS = {  # what is typed: its form, and how it is said
    "name": (r".*\w.*", "write the name by which readers know the office"),
    "url": (
        r"https?://[^\s/@?#]+\.[^\s/@?#]+(/[^\s?#]*)?",
        "write the whole address: https://… (without ? and #)",
    ),
    "email": (r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+", "write an address like humas@example.go.id"),
    "chat": (
        r"@\w{4,}|-?\d{5,}",
        "write the @name of a public channel, or the number of a private one",
    ),
    "relay": (r"(?i:smtps?|maildir):\S+", "write smtp://HOST:PORT, smtps://… or maildir:FOLDER"),
    "language": (r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*", "write id or en"),
    "timezone": (r".+", "write a time zone's name, like Asia/Jakarta (WIB)"),
}
ANSWER_FORMS["trial"] = ANSWER_FORMS["chat"]
OPTIONS = {"chat": "--telegram", "trial": "--test-chat", "relay": "--smtp"}
ZONE_NAMES = {"wib": "Asia/Jakarta", "wita": "Asia/Makassar", "wit": "Asia/Jayapura"}
# where the relay's address goes, if it has a password
RELAY_FILE = "secrets/relay"
LINE_BREAKS = re.compile("[\t\n\x0b\x0c\r\x85\u2028\u2029]")
QUOTED_FIELD = re.compile(r'"\{(\w+)\}"')


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Answers that a configuration is written from; the rest has its default."""

    name: str
    url: str
    language: str = "id"
    timezone: str = "Asia/Jakarta"
    email: str = ""
    chat: str = ""  # a Telegram channel; "" for none
    trial: str = ""  # another one, for trials
    relay: str = ""  # smtp://…; "" for no digest


def flaw(field: str, answer: str, folder: Path = Path()) -> str:
    """Return what is wrong with an answer, and how to write it; "" for nothing.

    The judge is who reads the configuration: one with this answer must be one.
    """
    form, advice = ANSWER_FORMS[field]
    if visible(answer) != answer or LINE_BREAKS.search(answer) or readable(answer) != answer:
        return "write it in one line, without invisible characters"
    if not re.fullmatch(form, answer.strip()):
        return advice
    try:
        _try(folder, replace(SOUND, **{field: answer.strip()}))
    except ConfigError as error:
        return str(error).partition(": ")[2]
    return ""


def zone_named(answer: str) -> str:
    """A time zone's name; of Indonesia's the short one is understood, too."""
    return ZONE_NAMES.get(answer.strip().casefold(), answer.strip())


def _try(folder: Path, answers: Answers) -> None:
    """Open the configuration that would be written; what it takes from elsewhere is not needed."""
    from syndicate.config.loader import checked
    from syndicate.config.registry import make_channels

    text = ENV_REFERENCE.sub("1:x", _config(answers))
    make_channels(checked(folder / "config.toml", tomllib.loads(text)))


SOUND = Answers(
    name="Kantor",
    url="https://kantor.example",
    email="humas@kantor.example",
    chat="-100100000",
    relay="smtp://127.0.0.1:25",
)


def is_free(folder: Path) -> Path:
    """Return the path of the new configuration; UsageError where there is one."""
    config = folder / "config.toml"
    if config.exists():
        raise UsageError(f"{config}: already exists (nothing was changed)")
    return config


def write_scaffold(folder: Path, answers: Answers) -> list[Path]:
    """Write config.toml and a first article; nothing that is there is touched."""
    config, article = is_free(folder), folder / "first-article.md"
    refuse_wrong(folder, answers)
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    if _has_password(answers.relay):
        made.append(_kept_secret(folder, answers.relay))
        answers = replace(answers, relay=f"file:{RELAY_FILE}")
    _write(config, _config(answers))
    made.insert(0, config)
    if not article.exists():
        _write(article, _filled(_template("first"), headline="Artikel pertama", by=answers.name))
        made.append(article)
    return made


def _has_password(relay: str) -> bool:
    """Return True for a relay's address with a password in it, not only the name of one."""
    return PASSWORD_IN_URL.search(relay) is not None and ENV_REFERENCE.search(relay) is None


def _kept_secret(folder: Path, secret: str) -> Path:
    """Put a secret into a file of its own, which nobody else can read."""
    path = folder / RELAY_FILE
    try:
        disk.make_private(path.parent)
        with disk.create_private(path) as file:
            file.write(f"{secret}\n".encode())
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from error
    return path


def refuse_wrong(folder: Path, answers: Answers) -> None:
    """Raise UsageError, with the option's name, for what no configuration can say."""
    for field in ANSWER_FORMS:
        answer = getattr(answers, field)
        if (answer or field == "timezone") and (wrong := flaw(field, answer, folder)):
            raise UsageError(f"{OPTIONS.get(field, f'--{field}')}: {wrong}")
    if answers.chat and answers.chat.casefold() == answers.trial.casefold():
        raise UsageError("--test-chat: name a channel other than --telegram (tests are not news)")


def new_article(
    headline: str,
    profile: str,
    path: Path | None,
    publisher: Publisher | None = None,
    profiles: Mapping[str, Profile] = PROFILES,
) -> Path:
    """An article's file with its profile's fields, and what the configuration says of the office.

    It is never written over another file.
    """
    headline = " ".join(headline.split())
    if not headline:
        raise UsageError("HEADLINE: write the headline of the article")
    if profile not in profiles:
        raise UsageError(f"--profile: there are {', '.join(profiles)}, not {profile!r}")
    path = path or Path(f"{slug(headline)}.md")
    if path.exists():
        raise UsageError(f"{path}: already exists (choose another with --file)")
    office = {"language": "id"}
    if publisher:
        office = {"language": publisher.language, "by": publisher.name}
        office |= {"dateline": publisher.dateline}
    _write(path, _filled(_template_of(profiles[profile]), headline=headline, **office))
    return path


def _template_of(profile: Profile) -> str:
    """Return a profile's template: the office's own file, the shipped one, or that of berita."""
    if profile.template:
        try:
            return Path(profile.template).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            where = f"profiles.{profile.name}.template"
            raise ConfigError(f"{where}: {profile.template} cannot be read") from error
    if profile.name in PROFILES:
        return _template(profile.name)
    return _template("berita").replace("profile: berita", f"profile: {profile.name}", 1)


def _config(answers: Answers) -> str:
    parts = [
        "[publisher]",
        f"name = {_quoted(answers.name)}",
        f"url = {_quoted(answers.url)}",
        f"language = {_quoted(answers.language)}",
        f"timezone = {_quoted(answers.timezone)}",
        f"email = {_quoted(answers.email)}",
        "",
        "[ledger]",
        'url = "sqlite:///syndicate.db"',
        "",
        "[channels.feed]",
        'kind = "feed"',
        f"title = {_quoted(answers.name)}",
        f"url = {_quoted(answers.url.rstrip('/') + '/feed')}",
        'directory = "public/feed"',
    ]
    if answers.chat:
        parts += [
            "",
            "[channels.telegram]",
            'kind = "telegram"',
            'token = "${TELEGRAM_TOKEN}"',
            f"chat = {_quoted(answers.chat)}",
        ]
        if answers.trial:
            parts.append(f"test_chat = {_quoted(answers.trial)}")
    if answers.relay:
        parts += [
            "",
            "[channels.digest]",
            'kind = "email"',
            f"title = {_quoted(answers.name)}",
            f"sender = {_quoted(_sender(answers))}",
            f"mailbox = {_quoted(answers.email)}",
            'schedule = "daily 17:00"',
            f"smtp = {_quoted(answers.relay)}",
        ]
    return "\n".join(parts) + "\n"


def _sender(answers: Answers) -> str:
    """Return the sender's line, as readers see it (RFC 5322, 3.4)."""
    name = re.sub(r'(["\\\\])', r"\\\1", " ".join(answers.name.split()))
    return f'"{name}" <{answers.email}>'


def _filled(template: str, **values: str) -> str:
    """A template with its fields filled in; a line whose field has no value is left out."""
    lines = []
    for line in template.splitlines(keepends=True):
        if field := QUOTED_FIELD.search(line):
            if not (value := values.get(field[1])):
                continue
            line = line.replace(field[0], _quoted(value))
        lines.append(line)
    return "".join(lines)


def _quoted(text: str) -> str:
    """A string as TOML and YAML have it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _template(name: str) -> str:
    return files("syndicate.templates").joinpath(f"{name}.md").read_text(encoding="utf-8")


def _write(path: Path, text: str) -> None:
    try:  # whatever the umask is: who can write it can have commands run
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        with open(number, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from error
