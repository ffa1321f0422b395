"""A machine is cut off at a point, alive or dead: the other goes on, and nothing comes twice."""

from __future__ import annotations

from collections import Counter
from itertools import product
from time import monotonic

import pytest

from support.machine import Machine, Point, Running, Site
from syndicate.loopback.botapi import ChatPost

MORNING, EVENING = "2027-05-04T09:00:00+07:00", "2027-05-04T17:01:00+07:00"
READERS = [f"pembaca{number}@pembaca.example" for number in range(3)]
QUEUE, LETTERS = "syndicate.ledger.sending.queue:Queue", "syndicate.ledger.sending.letters:Letters"

# between two transactions, or between one of them and an effect
OF_POSTS = [
    Point("syndicate.ledger.destinations:Destinations.recognise"),
    Point(f"{QUEUE}.claim"),
    Point(f"{QUEUE}.claim", after=True),
    Point(f"{QUEUE}.start", after=True),
    Point("syndicate_telegram:Telegram.publish", after=True),
    Point(f"{QUEUE}.end", after=True),
    Point("syndicate_feed:Feed.publish"),
    Point("syndicate_feed:Feed.publish", after=True),
]
OF_LETTERS = [
    Point("syndicate.ledger.destinations:Destinations.recognise"),
    Point(f"{LETTERS}.claim"),
    Point(f"{LETTERS}.claim", after=True),
    Point(f"{LETTERS}.turn", after=True),  # they were started, and nobody has got any
    Point(f"{LETTERS}.turn", call=2),
    Point(f"{LETTERS}.turn", after=True, call=2),
    Point("syndicate.ledger.sending.runs:Runs.finish"),
]
OF_NOTICES = [
    Point(f"{QUEUE}.start", after=True),
    Point("syndicate_telegram:Telegram.revise", after=True),
    Point("syndicate_feed:Feed.revise"),
]
ENDS = ("thawed", "killed")
MOST = 30.0  # seconds, on a machine that does much else


def sampled(points: list[Point], *, sample: tuple[int, str]) -> list[object]:
    """All points and both ends; but for one of them they are for the soak."""
    return [
        pytest.param(
            point, end, id=f"{point.name.rpartition(':')[2]}-{point.after}-{point.call}-{end}",
            marks=[] if (number, end) == sample else [pytest.mark.soak],
        )
        for (number, point), end in product(enumerate(points), ENDS)
    ]  # fmt: skip


def cut_off(machine: Machine, point: Point, *words: str) -> Running:
    running = machine.start(*words, stops=point)
    running.wait_until_still()
    return running


def ended(running: Running, end: str) -> None:
    if end == "killed":
        running.kill()
    else:
        running.thaw()
        answer = running.answer()
        assert answer.code == 0, answer.said


def goes_on(machine: Machine) -> None:
    """It ends by itself, whatever another one holds: 3 says that something is under way there."""
    began = monotonic()
    answer = machine.run("tick")
    assert answer.code in (0, 3), answer.said
    assert "unexpected" not in answer.said
    assert monotonic() - began < MOST


def finished(machine: Machine) -> int:
    """Do what is left to do; how much is in doubt then, as its exit code says, too."""
    machine.let_pauses_end()
    answer = machine.run("tick")
    queries = [
        f"SELECT count(*) FROM {table} WHERE state = 'in_doubt'"
        for table in ("deliveries", "letters")
    ]
    doubts = sum(machine.rows(query)[0][0] for query in queries)
    assert answer.code == (4 if doubts else 0), answer.said
    return int(doubts)


def posts(site: Site) -> list[ChatPost]:
    return site.api.shown


@pytest.mark.parametrize(("point", "end"), sampled(OF_POSTS, sample=(3, "thawed")))
def test_what_a_machine_posts_that_is_cut_off_is_posted_once(
    site: Site, satu: Machine, dua: Machine, point: Point, end: str
) -> None:
    for machine in (satu, dua):
        machine.only("feed", "telegram")
    satu.write()
    running = cut_off(satu, point, "publish", "kabar.md")
    goes_on(dua)
    ended(running, end)
    doubts = finished(dua)
    assert len(posts(site)) <= 1
    assert len(posts(site)) == 1 or doubts == 1
    assert not doubts or end == "killed"
    assert [one["title"] for one in dua.entries] == ["Kabar pertama"]


@pytest.mark.soak
@pytest.mark.parametrize(("point", "end"), sampled(OF_LETTERS, sample=(3, "killed")))
def test_the_letters_of_a_machine_that_is_cut_off_are_sent_once(
    site: Site, satu: Machine, dua: Machine, point: Point, end: str
) -> None:
    site.turn_to(MORNING)
    for machine in (satu, dua):
        machine.only("harian")
    satu.subscribe(*READERS)
    satu.write()
    satu.publish()
    site.turn_to(EVENING)
    running = cut_off(satu, point, "digest")
    goes_on(dua)
    ended(running, end)
    doubts = finished(dua)
    got = Counter(satu.readers)
    assert set(got.values()) <= {1}
    assert len(got) + doubts >= len(READERS)
    assert not doubts or end == "killed"


@pytest.mark.soak
@pytest.mark.parametrize(("point", "end"), sampled(OF_NOTICES, sample=(1, "killed")))
def test_what_a_machine_withdraws_that_is_cut_off_is_withdrawn_everywhere(
    site: Site, satu: Machine, dua: Machine, point: Point, end: str
) -> None:
    for machine in (satu, dua):
        machine.only("feed", "telegram")
    satu.write()
    satu.publish()
    words = ("withdraw", satu.uri(), "--reason", "Tidak benar", "--yes")
    running = cut_off(satu, point, *words)
    goes_on(dua)
    ended(running, end)
    assert finished(dua) == 0
    [post] = posts(site)
    assert "DITARIK" in post.text
    [entry] = dua.entries
    assert "DITARIK" in entry["title"]
