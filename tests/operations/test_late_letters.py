"""A letter that a person sends after its digest is over says its articles as they stand then."""

from __future__ import annotations

import pytest

from support.newsroom import EVENING, Newsroom, part
from support.postman import ANI, BUDI
from syndicate.loopback.smtp import SmtpFault

SOON, LATER = "2026-05-04T17:30:00+07:00", "2026-05-04T18:00:00+07:00"
REFUSED = SmtpFault(at="rcpt", do="refuse", recipient=BUDI, text="5.1.1 no such user")
CHANGES = {
    "killed": ("withdraw", "kabar.md", "--reason", "Nama anak.", "--kill", "--yes"),
    "withdrawn": ("withdraw", "kabar.md", "--reason", "Keliru semua.", "--yes"),
    "corrected": ("publish", "kabar.md", "--note", "Jumlahnya keliru."),
    "held": ("hold", "kabar.md"),
}
WAYS = {"all": ("1", "--again-refused"), "one": ("1/2", "--not-sent")}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("change", CHANGES)
def test_a_refused_letter_that_is_sent_again_is_composed_anew(
    room: Newsroom, change: str, way: str
) -> None:
    room.only("harian")
    room.subscribe(ANI, BUDI)
    room.write(body="Sebanyak 40 orang RAHASIA.")
    room.write("lain.md", body="Hal lain sama sekali.", headline="Pasar murah dibuka")
    room.publish("kabar.md", "lain.md")
    room.smtp.faults = [REFUSED]
    room.run("tick", at=EVENING)
    room.smtp.faults = []
    [number] = room.rows("SELECT DISTINCT edition_id FROM letters WHERE state = 'refused'")
    if change == "corrected":
        room.rewrite("40 orang RAHASIA", "30 orang")
    assert room.run(*CHANGES[change], at=SOON).code == 0
    named, *answer = WAYS[way]
    found = room.run("resolve", named.replace("1", f"{number[0]}", 1), *answer, at=LATER)
    assert found.code == 0, found.said
    [letter] = [each for each in room.letters if each["To"] == BUDI]
    text = part(letter, "plain")
    assert "RAHASIA" not in text + part(letter, "html")
    assert "Pasar murah dibuka" in text
    assert ("30 orang" in text) == (change == "corrected")
