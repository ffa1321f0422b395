"""What an office is called in its letters: exactly what somebody typed, however they typed it."""

from __future__ import annotations

from email.headerregistry import Address

import pytest

from support.newsroom import EVENING, Newsroom
from support.postman import Postman

SENDERS = {
    'Kantor "Humas"': 'Kantor "Humas"',
    '"Kantor \\"Humas\\""': 'Kantor "Humas"',
    'Kantor \\"Humas\\"': 'Kantor "Humas"',
    '"Kantor, Humas"': "Kantor, Humas",
    "Kantor, Humas": "Kantor, Humas",
    "Kantor \\ Humas": "Kantor \\ Humas",
    '"Kantor \\\\ Humas"': "Kantor \\ Humas",
    "=?utf-8?q?Kantor_H=C3=BCmas?=": "Kantor Hümas",
    "=?UTF-8?B?S2FudG9yIOKAnEh1bWFz4oCd?=": "Kantor “Humas”",
    "=?utf-8?q?Kantor Humas?=": "Kantor Humas",
    '=?utf-8?q?Kantor_=22Humas=22?=': 'Kantor "Humas"',
    "=?nonesuch?q?Kantor?=": "=?nonesuch?q?Kantor?=",
    "Kantor (Humas) Dinas": "Kantor (Humas) Dinas",
    '"Kantor <Humas>"': "Kantor <Humas>",
    "Kantor Dinas Komunikasi, Informatika dan Statistik Kabupaten Bengkalis, Riau":
        "Kantor Dinas Komunikasi, Informatika dan Statistik Kabupaten Bengkalis, Riau",
    "'Kantor'": "'Kantor'",
    "Kantor “Humas” – Ñ": "Kantor “Humas” – Ñ",
}  # fmt: skip


def sender(letter: object) -> Address:
    [found] = letter["From"].addresses  # type: ignore[index]
    assert isinstance(found, Address)
    return found


@pytest.mark.parametrize("written", SENDERS)
def test_a_sender_s_name_comes_out_right_in_every_letter(room: Newsroom, written: str) -> None:
    room.subscribe("ani@pembaca.example")
    room.change("harian", sender=f"{written} <humas@kantor.example>")
    postman = Postman(room)
    room.write()
    room.publish()
    assert room.run("digest", at=EVENING).code == 0
    postman.bring("Mohon berhenti berlangganan", sender="ani@pembaca.example", vouched=True)
    assert room.run("tick", at=EVENING).code == 0
    digest, goodbye = room.letters
    for letter in (digest, goodbye):
        found = sender(letter)
        assert found.display_name == SENDERS[written]
        assert found.addr_spec == "humas@kantor.example"
    for line in room.smtp.letters[0].content.partition(b"\r\n\r\n")[0].split(b"\r\n"):
        assert line.isascii()
        assert len(line) <= 998
