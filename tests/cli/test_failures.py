"""What goes wrong at one place stops no other, loses nothing, and is finished by a re-run."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass

import pytest

from support.newsroom import CHAT, EVENING, PROGRAM, REAL, TOKEN, Answer, Change, Newsroom

NOWHERE = "127.0.0.1:9"  # nobody listens at the discard port

SMALL_DISK = """
from dataclasses import dataclass
from resource import RLIMIT_FSIZE, getrlimit, setrlimit
from syndicate_feed import Feed

@dataclass(kw_only=True)
class FeedOnASmallDisk(Feed):
    def publish(self, delivery):
        soft, hard = getrlimit(RLIMIT_FSIZE)
        setrlimit(RLIMIT_FSIZE, (500, hard))
        try:
            return super().publish(delivery)
        finally:
            setrlimit(RLIMIT_FSIZE, (soft, hard))
"""


@dataclass(frozen=True)
class Trouble:
    """Something that is wrong with one channel."""

    channel: str
    said: str  # in the one line about it
    begin: Change
    end: Change


def wrong_token(room: Newsroom) -> None:
    room.environment["TG_TOKEN"] = "123456:ANOTHER-token"


def mangled_token(room: Newsroom) -> None:
    room.environment["TG_TOKEN"] = f"bot{TOKEN}"


def right_token(room: Newsroom) -> None:
    room.environment["TG_TOKEN"] = TOKEN


def no_such_chat(room: Newsroom) -> None:
    room.change("telegram", chat="@tidak_ada")


def right_chat(room: Newsroom) -> None:
    room.change("telegram", chat=CHAT)


def unreachable_api(room: Newsroom) -> None:
    room.change("telegram", api=f"http://{NOWHERE}")


def right_api(room: Newsroom) -> None:
    room.change("telegram", api=room.api.url)


def file_for_a_folder(room: Newsroom) -> None:
    room.feed.parent.mkdir()
    room.feed.write_text("in the way")


def no_file_there(room: Newsroom) -> None:
    room.feed.unlink()


def small_disk(room: Newsroom) -> None:
    (room.folder / "small.py").write_text(SMALL_DISK)
    room.change("feed", kind="./small.py:FeedOnASmallDisk")


def large_disk(room: Newsroom) -> None:
    room.change("feed", kind="feed")


TROUBLES = {
    "a wrong token": Trouble("telegram", "channels.telegram.token: ", wrong_token, right_token),
    "no token": Trouble("telegram", "channels.telegram.token: ", mangled_token, right_token),
    "no such chat": Trouble("telegram", "channels.telegram.chat: ", no_such_chat, right_chat),
    "no server": Trouble("telegram", "channels.telegram.api: ", unreachable_api, right_api),
    "a file in the way": Trouble(
        "feed", "feed is not a folder", file_for_a_folder, no_file_there
    ),
    "a full disk": Trouble("feed", "the disk is full at", small_disk, large_disk),
}  # fmt: skip


def published(room: Newsroom, channel: str) -> list[str]:
    """The headlines that a channel's readers see."""
    if channel == "telegram":
        return [text.splitlines()[0] for text in room.posts]
    return [entry["title"] for entry in room.entries]


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES.keys())
def test_one_channel_in_trouble_waits_while_the_others_publish(
    room: Newsroom, trouble: Trouble
) -> None:
    [other] = {"telegram", "feed"} - {trouble.channel}
    room.write()
    trouble.begin(room)
    answer = room.run("publish", "kabar.md")
    assert answer.code == 3
    assert published(room, other) == ["Kabar pertama"]
    assert published(room, trouble.channel) == []
    assert answer.said.count(trouble.said) == 1
    assert room.run("status").code == 3

    trouble.end(room)
    assert room.run("publish", "kabar.md").code == 0
    assert published(room, other) == published(room, trouble.channel) == ["Kabar pertama"]
    assert len(room.api.posts) == 1
    assert room.run("status").code == 0


@pytest.mark.parametrize(
    "trouble", [TROUBLES[name] for name in ("a wrong token", "a file in the way", "a full disk")]
)
def test_what_waits_is_brought_by_the_tick_after_the_repair(
    room: Newsroom, trouble: Trouble
) -> None:
    room.write()
    trouble.begin(room)
    assert room.run("publish", "kabar.md").code == 3
    again = room.run("tick")
    assert again.code == 3
    assert again.said.count(trouble.said) == 1
    trouble.end(room)
    assert room.run("tick").code == 0
    assert published(room, "telegram") == published(room, "feed") == ["Kabar pertama"]


def test_a_correction_that_one_channel_missed_reaches_it_later(room: Newsroom) -> None:
    room.write()
    room.publish()
    room.rewrite("Isi kabar.", "Isi yang benar.")
    wrong_token(room)
    assert room.run("publish", "kabar.md", "--note", "Isinya salah.").code == 3
    assert "Isi kabar." in room.post.text
    right_token(room)
    assert room.run("publish", "kabar.md").code == 0
    assert "Isi yang benar." in room.post.text
    assert "Isinya salah." in room.post.text


def two_lists(room: Newsroom) -> None:
    """A second list, whose relay nobody can reach."""
    room.channels["siang"] = room.channels["harian"] | {"smtp": f"smtp://{NOWHERE}"}
    room.configure()
    room.subscribe("ani@pembaca.example", "budi@pembaca.example")
    room.subscribe("citra@pembaca.example", "dewi@pembaca.example", to="siang")


def test_an_unreachable_relay_keeps_one_list_waiting_and_no_other(room: Newsroom) -> None:
    two_lists(room)
    room.write()
    room.publish()
    answer = room.run("digest", at=EVENING)
    assert answer.code == 3
    assert room.readers == ["ani@pembaca.example", "budi@pembaca.example"]
    assert answer.said.count("cannot reach the relay") == 1

    room.change("siang", smtp=room.smtp.url)
    assert room.run("digest", at=EVENING).code == 0
    assert room.readers[2:] == ["citra@pembaca.example", "dewi@pembaca.example"]
    assert room.run("digest", at=EVENING).code == 0
    assert len(room.readers) == 4


def test_an_unreachable_relay_does_not_keep_an_article_from_being_published(
    room: Newsroom,
) -> None:
    room.change("harian", smtp=f"smtp://{NOWHERE}")
    room.write()
    room.publish()
    assert len(room.posts) == len(room.entries) == 1


# a disk that is really full


def on_a_small_disk(room: Newsroom, *steps: str) -> Answer:
    """Run lines of a shell while the feed's folder is a disk of 8 kB, and then is none any more."""
    room.feed.mkdir(parents=True)
    lines = "\n".join(["mount -t tmpfs -o size=8k none public/feed || exit 99", *steps])
    words = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", lines, *PROGRAM]
    done = subprocess.run(
        words, cwd=room.folder, env=room.environ(), capture_output=True, text=True, timeout=60
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def can_mount() -> bool:
    if not shutil.which("unshare"):
        return False
    words = ["unshare", "--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "none"]
    return subprocess.run([*words, "/mnt"], capture_output=True).returncode == 0


@pytest.mark.skipif(not can_mount(), reason="this user may not mount a small disk")
@pytest.mark.parametrize("left", ["a page", "nothing"])
def test_a_feed_on_a_full_disk_waits_and_the_post_is_sent(room: Newsroom, left: str) -> None:
    """It is the same disk that has room afterwards: another one would be another folder."""
    room.write(body="Isi kabar yang panjang.\n\n" * 500)
    answer = on_a_small_disk(
        room,
        "dd if=/dev/zero of=public/feed/other bs=8k 2>&-" if left == "nothing" else "",
        '"$0" "$@" publish kabar.md; echo "ended with $?"',
        '"$0" "$@" tick; echo "ended with $?"',
        'echo "marks: $(ls -A public/feed | grep -c syndicate)"',
        "rm -f public/feed/other; mount -o remount,size=1m public/feed",
        '"$0" "$@" tick; echo "ended with $?"; cp public/feed/feed.json .',
    )
    assert answer.code == 0, answer.said
    ends = [line for line in answer.out.splitlines() if line.startswith("ended with")]
    assert ends == ["ended with 3", "ended with 3", "ended with 0"], answer.said
    assert answer.said.count("the disk is full at") == 2
    assert f"marks: {0 if left == 'nothing' else 1}" in answer.out  # none for every attempt
    items = json.loads((room.folder / "feed.json").read_text(encoding="utf-8"))["items"]
    assert len(items) == len(room.api.posts) == 1


class SmallLedger:
    """A ledger whose disk gets full at a chosen moment."""

    def __init__(self, room: Newsroom) -> None:
        self.room = room
        self.is_made = False  # before the disk is full

    def publish(self, largest: int) -> Answer:
        """Publish an article for the first time with no file larger than this many bytes."""
        for path in self.room.folder.glob("*syndicate.db*"):  # with the mark beside it
            path.unlink()
        shutil.rmtree(self.room.feed, ignore_errors=True)
        self.room.api.posts.clear()
        self.room.write(uri="tag:kantor.example,2026-05-05:kabar")  # after its first day
        if self.is_made:
            assert self.room.run("ledger", "newkey").code == 0
        return self.room.child("publish", "kabar.md", largest_file=largest)


# a new ledger has about 400 kB, and the journal of its first publication grows as large
MOMENTS = (4_000, 100_000, *range(20_000, 400_000, 30_000))


@pytest.mark.soak
def test_a_full_disk_under_the_ledger_is_1_before_an_effect_and_4_after_it(room: Newsroom) -> None:
    small, codes = SmallLedger(room), []
    for number, largest in enumerate(MOMENTS):
        small.is_made = number > 1
        answer = small.publish(largest)
        is_public = any(room.feed.glob("[!.]*"))  # the folder's private mark comes before it
        out = bool(room.entries or is_public or room.posts)
        codes.append(answer.code)
        assert answer.code in ((0, 4) if out else (0, 1)), (largest, answer.said)
        if answer.code:
            assert "free some space, then run the same command again" in answer.complaint
        posts = len(room.posts)
        again = room.run("publish", "kabar.md")
        assert len(room.entries) == 1
        assert len(room.posts) <= 1, largest
        if again.code == 4:  # the post may be out, and nobody repeats it blindly
            assert posts == len(room.posts)
            assert "syndicate resolve" in again.out
        else:
            assert again.code == 0
            assert len(room.posts) == 1
    assert {0, 1, 4} <= set(codes)


def test_a_ledger_that_cannot_be_made_is_one_line_and_exit_1(room: Newsroom) -> None:
    room.write()
    room.ledger_url = "sqlite:///gone/syndicate.db"
    room.configure()
    before = room.everything()
    answer = room.run("publish", "kabar.md")
    assert answer.code == 1
    assert "ledger.url: " in answer.complaint
    assert room.effects == 0
    assert room.everything() == before


def test_a_file_that_is_no_ledger_is_left_alone(room: Newsroom) -> None:
    room.write(uri="tag:kantor.example,2026-05-04:kabar")
    room.ledger.write_bytes(b"something else " * 1000)
    answer = room.run("publish", "kabar.md")
    assert answer.code == 1
    assert answer.complaint == "syndicate: ledger.url: this file is not a ledger"
    assert room.ledger.read_bytes() == b"something else " * 1000
    assert room.effects == 0


def test_an_article_that_cannot_get_its_identity_is_exit_1_and_unharmed(room: Newsroom) -> None:
    path = room.write(body="Isi kabar yang panjang sekali, " * 6_000)
    before = path.read_bytes()
    answer = room.child("publish", "kabar.md", largest_file=240_000)
    assert answer.code == 1
    # the ledger is the first that has no room: the plan is tried before the file is written
    assert answer.complaint.startswith("syndicate: ledger.url: disk I/O error")
    assert path.read_bytes() == before
    assert sorted(one.name for one in room.folder.glob("*kabar*")) == ["kabar.md"]
    assert room.effects == 0


PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")
UNMADE = {
    "HTTPS_PROXY": "gopher://proxy.example:1",
    "ALL_PROXY": "http://u:p4ss@127.0.0.1:abc",
    "SSL_CERT_FILE": "/nowhere/ca.pem",
}


@pytest.mark.parametrize("variable", UNMADE)
def test_what_no_connection_can_be_made_for_is_refused_and_sent_once_that_is_right(
    room: Newsroom, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.only("telegram")
    near = room.api.url
    room.change("telegram", api="https://api.telegram.example")
    room.write()
    for name in (*PROXIES, *(one.lower() for one in PROXIES)):
        monkeypatch.delenv(name, raising=False)
    wrong = {variable: UNMADE[variable]}
    for command in (("publish", "kabar.md"), ("tick",), ("publish", "kabar.md")):
        answer = room.run(*command, "--json", at=REAL, env=wrong)
        assert answer.code == 3, answer.said
        [line] = answer.json["lines"]
        assert line["state"] == "refused"
        assert line["why"].startswith("channels.telegram.api: no connection can be made: ")
        assert variable in line["why"]
        assert "p4ss" not in answer.said
    room.change("telegram", api=near)
    assert room.run("tick", at=REAL).code == 0
    assert len(room.api.shown) == 1
