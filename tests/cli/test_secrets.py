"""No token and no password is ever said: not in output, tracebacks, JSON, logs or the ledger."""

from __future__ import annotations

import logging
from collections.abc import Callable
from urllib.parse import quote

import pytest

from support.newsroom import EVENING, PASSWORD, TOKEN, Answer, Newsroom
from syndicate.loopback.botapi import ApiFault, Garbage200, Http500, LostReply, No, Reset
from syndicate.loopback.smtp import SmtpFault as SmtpFault

GARRULOUS = """
from dataclasses import dataclass
from syndicate import Refused, Unavailable
from syndicate_telegram import Telegram

@dataclass(kw_only=True)
class Garrulous(Telegram):
    at: str = "publish"
    refuses: bool = False

    def blurt(self):
        secret = self.token.get_secret_value()
        raise (Refused if self.refuses else RuntimeError)(f"POST /bot{secret}/sendMessage failed")

    def render(self, edition):
        return self.blurt() if self.at == "render" else super().render(edition)

    def __enter__(self):
        return self.blurt() if self.at == "open" else super().__enter__()

    def identity(self):
        return self.blurt() if self.at == "identity" else super().identity()

    def publish(self, delivery):
        if self.at == "chained":
            try:
                self.blurt()
            except Exception as error:
                raise ValueError("it went wrong") from error
        return self.blurt() if self.at == "publish" else super().publish(delivery)
"""

FORMS = (TOKEN, TOKEN.upper(), TOKEN.partition(":")[2], quote(TOKEN, safe=""), PASSWORD,
         quote(PASSWORD, safe=""))  # fmt: skip


def leaks(text: str) -> list[str]:
    return [form for form in FORMS if form in text]


def kept(room: Newsroom) -> str:
    """Everything that stands in the folder, but for what readers are not to see of it."""
    files = [path for path in room.folder.rglob("*") if path.is_file()]
    return "".join(path.read_bytes().decode("latin-1") for path in files)


@pytest.fixture
def loud(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """What the libraries log, all of it."""
    caplog.set_level(logging.DEBUG)
    return lambda: caplog.text


def test_the_forms_are_noticed() -> None:
    assert leaks(f"https://api.example/bot{TOKEN}/getMe")
    assert leaks(f"smtp://redaksi:{quote(PASSWORD, safe='')}@relay.example")
    assert not leaks("https://api.example/bot***/getMe")


FAULTS: tuple[ApiFault, ...] = (
    LostReply(), Reset(), Http500(), Garbage200(),
    No(code=401, description=f"Unauthorized: {TOKEN}"),
    No(code=400, description=f"Bad Request: no /bot{TOKEN}/ here"),
    LostReply(on="getMe"), Http500(on="getChat"),
)  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{type(fault).__name__}{fault.on}")
def test_no_answer_of_the_server_brings_the_token_out(
    room: Newsroom, fault: ApiFault, loud: Callable[[], str]
) -> None:
    room.write()
    room.api.faults.append(fault)
    answer = room.run("-v", "publish", "kabar.md", "--json")
    assert answer.json["exit_code"] in (3, 4)
    assert leaks(answer.said) == []
    again = room.run("-v", "tick")
    assert leaks(again.said) == leaks(room.run("status", "--json").said) == []
    assert leaks(room.run("history", "kabar.md").said) == []
    assert leaks(kept(room)) == leaks(loud()) == []


@pytest.mark.parametrize(
    ("at", "refuses"),
    [("render", False), ("open", False), ("identity", True), ("publish", False),
     ("publish", True), ("chained", False)],
)  # fmt: skip
def test_no_exception_of_a_channel_brings_the_token_out(
    room: Newsroom, at: str, refuses: bool
) -> None:
    (room.folder / "garrulous.py").write_text(GARRULOUS)
    room.change("telegram", kind="./garrulous.py:Garrulous", at=at, refuses=refuses)
    room.write()
    answers = [room.run("-v", "publish", "kabar.md"), room.run("publish", "kabar.md", "--json")]
    answers += [room.run("-v", "tick"), room.run("status")]
    assert answers[0].code in (3, 4)
    assert len(room.entries) == 1
    assert [leak for answer in answers for leak in leaks(answer.said)] == []
    assert leaks(kept(room).replace(GARRULOUS, "")) == []


TABLES: dict[str, Callable[[Newsroom], None]] = {
    "a token for a switch": lambda room: room.change("telegram", silent="${TG_TOKEN}"),
    "a token as a token list": lambda room: room.change("telegram", token=["${TG_TOKEN}"]),
    "a password in no relay": lambda room: room.change("harian", smtp="smtx://u:${SMTP_PW}@h:1"),
    "a password before no port": lambda room: room.change("harian", smtp="smtp://u:${SMTP_PW}@h:x"),
    "a password for a ledger": lambda room: setattr(
        room, "ledger_url", "postgresql://u:${SMTP_PW}@127.0.0.1:1/x"
    ),
    "a password as a kind": lambda room: room.change("harian", kind="${SMTP_PW}"),
    "a token as a module": lambda room: room.change("harian", kind="${TG_TOKEN}:Class"),
}


@pytest.mark.parametrize("wrong", TABLES.values(), ids=TABLES.keys())
def test_a_wrong_setting_is_named_without_the_secret_in_it(
    room: Newsroom, wrong: Callable[[Newsroom], None]
) -> None:
    room.environment["SMTP_PW"] = PASSWORD
    wrong(room)
    room.configure()
    room.write()
    answer = room.run("-v", "publish", "kabar.md", "--json")
    assert answer.json["exit_code"] == answer.code == 1
    assert leaks(answer.said) == []
    assert room.effects == 0


def test_a_refusing_relay_does_not_bring_the_password_out(
    room: Newsroom, loud: Callable[[], str]
) -> None:
    room.smtp.user, room.smtp.password = "redaksi", "another"
    room.environment["SMTP_PW"] = quote(PASSWORD, safe="")
    address = room.smtp.url.replace("//", "//redaksi:${SMTP_PW}@")
    room.change("harian", smtp=address)
    room.subscribe("ani@pembaca.example")
    room.write()
    room.publish()
    answers = [room.run("-v", "digest", "--to", "saya@kantor.example", at=EVENING)]
    answers += [room.run("-v", "digest", at=EVENING), room.run("digest", "--json", at=EVENING)]
    assert {answer.code for answer in answers} == {3}
    assert [leak for answer in answers for leak in leaks(answer.said)] == []
    assert leaks(kept(room)) == leaks(loud()) == []


def test_a_secret_from_a_file_is_kept_as_well(room: Newsroom) -> None:
    (room.folder / "token").write_text(f"{TOKEN}\n")
    room.change("telegram", token="file:token")
    room.write()
    room.publish()
    room.api.tokens.clear()
    room.rewrite("Isi", "Isinya")
    answer = room.run("-v", "publish", "kabar.md", "--note", "Kata.")
    assert answer.code == 3
    assert leaks(answer.said + "".join(room.remembered())) == []


def test_a_process_of_its_own_logs_no_token_either(room: Newsroom) -> None:
    room.write()
    room.api.faults.append(LostReply())
    answer = room.child("-v", "publish", "kabar.md", env={"PYTHONASYNCIODEBUG": "1"})
    assert answer.code == 4
    assert leaks(answer.said) == []


def test_subscribers_are_masked_where_many_may_read(room: Newsroom) -> None:
    room.subscribe("ani@pembaca.example", "budi@pembaca.example")
    room.write()
    room.publish()
    room.smtp.faults.append(
        SmtpFault(
            at="rcpt", do="refuse", text="5.1.1 no such user", recipient="ani@pembaca.example"
        )
    )
    answers: list[Answer] = [
        room.run("digest", at=EVENING),
        room.run("status", at=EVENING),
        room.run("status", "--json", at=EVENING),
        room.run("tick", at=EVENING),
        room.run("subscribers", "remove", "--list", "harian", "budi@pembaca.example"),
        room.run("subscribers", "add", "--list", "harian", "budi@pembaca.example"),
    ]
    said = "".join(answer.said for answer in answers)
    assert "a…@pembaca.example" in said
    assert "ani@" not in said
    assert "budi@" not in said


@pytest.mark.parametrize(
    ("channel", "setting", "value"),
    [
        ("telegram", "token", ["123456:LITERAL-secret"]),
        ("harian", "smtp", "smtp://u:LITERAL-secret@/"),
        ("harian", "smtp", "http://u:LITERAL-secret@relay.example"),
        ("harian", "smtp", "smtp://u:LITERAL-secret@relay.example:port"),
    ],
)
def test_a_wrong_setting_never_shows_the_secret_in_it(
    room: Newsroom, channel: str, setting: str, value: object
) -> None:
    names = list(room.channels)
    name = channel if channel in names else names[-1]
    room.change(name, **{setting: value})
    answer = room.run("-v", "channels", "list")
    assert answer.code == 1
    assert setting in answer.err
    assert "LITERAL" not in answer.out + answer.err
