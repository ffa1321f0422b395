"""Two machines tick at once over all that is due, and one is killed in the middle."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass

import pytest

from machines.test_ticks import letter, people, tokens
from support.machine import PATIENCE, Machine, Running, Site
from support.newsroom import Answer
from support.postman import bounce
from syndicate.loopback.botapi import Flood
from syndicate.loopback.smtp import ReceivedLetter

DAY = "2026-05-04T{}+07:00"
RAW = ("duplicate key", "deadlock", "violates", "unexpected", "Traceback", "stopped before")
MOST_RUNS = 12  # until nothing is left
HEADLINES = {"satu": "Kabar satu", "dua": "Kabar dua", "lama": "Kabar lama", "ulang": "Kabar ulang"}


@dataclass
class Round:
    """One office in the evening: something of everything is due."""

    site: Site
    satu: Machine
    dua: Machine
    letters: int

    def __post_init__(self) -> None:
        fifth = self.letters // 5
        self.staying, self.leaving, self.soft = (
            people(n, fifth) for n in ("tetap", "pergi", "balik")
        )
        self.joining, self.asking = people("baru", fifth), people("keluar", fifth)
        self.on_list = [*self.staying, *self.leaving, *self.soft, *self.asking]
        box = self.site.folder / "masuk"
        for name in ("new", "cur", "tmp"):
            (box / name).mkdir(parents=True)
        self.box = box
        for machine in (self.satu, self.dua):
            machine.change("harian", inbox=f"maildir:{box}", bounces="balik@kantor.example")

    def prepare(self) -> None:
        """Readers, articles that expire or wait for their second try, and the letters."""
        self.site.turn_to(DAY.format("08:00:00"))
        self.satu.subscribe(*self.on_list)
        self.site.turn_to(DAY.format("09:00:00"))
        for machine in (self.satu, self.dua):
            machine.write("lama.md", headline=HEADLINES["lama"], expires=DAY.format("12:00:00"))
        self.satu.publish("lama.md")
        self.site.api.faults.append(Flood(on="sendMessage", retry_after=60))
        self.satu.write("ulang.md", headline=HEADLINES["ulang"])
        assert self.satu.run("publish", "ulang.md").code == 3
        self.satu.let_pauses_end()
        self.site.turn_to(DAY.format("10:00:00"))
        self.satu.write("satu.md", headline=HEADLINES["satu"])
        self.dua.write("dua.md", headline=HEADLINES["dua"])
        both = [self.satu.start("publish", "satu.md"), self.dua.start("publish", "dua.md")]
        for one in both:
            went_on(one.answer())
        self.bring()
        self.site.turn_to(DAY.format("17:01:00"))

    def bring(self) -> None:
        token = dict(tokens(self.satu))
        came = [letter(who, "subscribe") for who in self.joining]
        came += [letter(who, f"unsubscribe {token[who]}") for who in self.leaving]
        came += [letter(who, "unsubscribe") for who in self.asking]
        came += [bounce(token[who], "4.2.2", name=who) for who in self.soft]
        came += [letter(who, "Halo") for who in self.staying]  # for a person
        for number, content in enumerate(came):
            (self.box / "new" / f"{number:05}.kantor").write_bytes(content)

    def tick_at_once(self, chance: random.Random) -> None:
        """Both at once; one of them dies somewhere."""
        both = [self.satu.start("tick"), self.dua.start("tick")]
        doomed = both.pop(chance.randrange(2))
        self.wait_for(doomed, chance.randrange(self.letters))
        doomed.kill()
        went_on(both[0].answer())

    def wait_for(self, doomed: Running, moves: int) -> None:
        """Wait until so many letters were read or written."""
        until = time.monotonic() + PATIENCE
        while doomed.process.is_alive() and self.moved() < moves:
            assert time.monotonic() < until
            time.sleep(0.001)

    def moved(self) -> int:
        return len(self.site.smtp.letters) + len(list((self.box / "cur").iterdir()))

    def end(self) -> None:
        """Tick until nothing is left to do."""
        for _ in range(MOST_RUNS):
            before = self.moved()
            answer = self.dua.run("tick")
            went_on(answer)
            if self.moved() == before and "left for the next run" not in answer.out:
                return
        raise AssertionError("it goes on for ever")

    # what must be so

    def check(self) -> None:
        digests, others = self.written()
        self.check_digest(digests)
        self.check_answers(others)
        self.check_readers()
        self.check_places()

    def written(self) -> tuple[list[ReceivedLetter], list[ReceivedLetter]]:
        digests, others = list[ReceivedLetter](), list[ReceivedLetter]()
        for one in self.site.smtp.letters:
            is_digest = b"\nList-Id:" in one.content.partition(b"\r\n\r\n")[0]
            (digests if is_digest else others).append(one)
        return digests, others

    def check_digest(self, digests: list[ReceivedLetter]) -> None:
        got = Counter(one.recipient for one in digests)
        assert set(got.values()) <= {1}
        rows = self.satu.rows(
            "SELECT state, email FROM letters JOIN subscribers ON subscribers.id = subscriber_id"
        )
        assert len(rows) == len({email for _, email in rows})
        by_state: dict[str, set[str]] = {}
        for state, email in rows:
            by_state.setdefault(state, set()).add(email)
        assert by_state.keys() <= {"sent", "in_doubt", "off"}, by_state.keys()
        assert by_state["sent"] <= got.keys() <= by_state["sent"] | by_state.get("in_doubt", set())
        assert {*self.staying, *self.soft, *self.asking} <= {email for _, email in rows}
        assert by_state.get("off", set()) <= {*self.leaving}

    def check_answers(self, others: list[ReceivedLetter]) -> None:
        """Each once; one that was on its way when its sender died comes again, the same."""
        got = Counter(one.recipient for one in others)
        assert got.keys() == {*self.joining, *self.leaving, *self.asking}
        again = [who for who, times in got.items() if times > 1]
        assert len(again) <= 1
        for who in again:
            assert got[who] == 2
            first, second = (one.content for one in others if one.recipient == who)
            assert first == second

    def check_readers(self) -> None:
        heard = self.satu.rows("SELECT count(*) FROM heard")
        assert heard == [(4 * (self.letters // 5),)]
        assert self.satu.rows("SELECT DISTINCT bounces FROM subscribers WHERE bounce IS NOT NULL"
                              ) == [(1,)]  # fmt: skip
        assert self.satu.rows("SELECT count(*) FROM subscribers WHERE bounces > 0") == [
            (len(self.soft),)
        ]
        on = {who for who, _ in tokens(self.satu)}
        assert on == {*self.staying, *self.soft, *self.asking}
        assert self.satu.rows("SELECT count(*) FROM goodbyes WHERE state <> 'over'") == [(0,)]
        assert len(list((self.box / "new").iterdir())) == len(self.staying)

    def check_places(self) -> None:
        shown = Counter(
            name for text in self.satu.posts for name, line in HEADLINES.items() if line in text
        )
        assert set(shown.values()) <= {1}
        doubts = self.satu.rows("SELECT count(*) FROM deliveries WHERE state = 'in_doubt'")[0][0]
        assert len(shown) + doubts >= len(HEADLINES)
        assert doubts <= 1
        titles = [one["title"] for one in self.satu.entries]
        assert sorted(titles) == sorted(HEADLINES[name] for name in ("satu", "dua", "ulang"))
        waiting = "SELECT count(*) FROM deliveries WHERE state NOT IN ('settled', 'in_doubt')"
        assert self.satu.rows(waiting) == [(0,)]


def went_on(answer: Answer) -> None:
    """It was not aborted: 3 and 4 say that something waits, or is in doubt."""
    assert answer.code in (0, 3, 4), answer.said
    for word in RAW:
        assert word not in answer.said, answer.said


def run(site: Site, satu: Machine, dua: Machine, letters: int, seed: int) -> None:
    a_round = Round(site, satu, dua, letters)
    a_round.prepare()
    a_round.tick_at_once(random.Random(seed))
    a_round.end()
    a_round.check()


@pytest.mark.soak
def test_of_two_ticks_at_once_one_is_killed_and_nothing_is_lost_doubled_or_aborted(
    site: Site, satu: Machine, dua: Machine
) -> None:
    run(site, satu, dua, letters=20, seed=1)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20))
def test_twenty_rounds_of_500_letters(site: Site, satu: Machine, dua: Machine, seed: int) -> None:
    run(site, satu, dua, letters=500, seed=seed)
