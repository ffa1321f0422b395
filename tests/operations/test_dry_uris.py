"""The uri that a dry run shows is the one that the file then gets."""

from __future__ import annotations

from support.newsroom import NEXT_EVENING, Newsroom


def shown(room: Newsroom, *words: str) -> list[str]:
    """The uris of a command's articles."""
    answer = room.run("publish", *words, "--json")
    assert answer.code == 0, answer.said
    return [one["uri"] for one in answer.json["articles"]]


def test_a_dry_run_shows_the_uri_that_is_then_published(room: Newsroom) -> None:
    room.write()
    room.write("lain.md", "Isi lain.", headline="Kabar lain")
    said = room.run("publish", "kabar.md", "--dry-run").out
    planned = shown(room, "kabar.md", "lain.md", "--dry-run")
    assert shown(room, "lain.md", "--dry-run") == planned[1:], "whatever comes with it"
    assert f"<{planned[0]}>" in said
    assert shown(room, "kabar.md", "lain.md") == planned == [room.uri(), room.uri("lain.md")]
    assert len(set(planned)) == 2


def test_it_is_the_same_from_any_folder_and_after_a_change_of_the_text(room: Newsroom) -> None:
    room.write()
    (room.folder / "jalan.md").symlink_to("kabar.md")
    planned = shown(room, "kabar.md", "--dry-run")
    for name in (f"{room.folder}/kabar.md", "./kabar.md", f"../{room.folder.name}/kabar.md"):
        assert shown(room, name, "--dry-run") == planned
    assert shown(room, "jalan.md", "--dry-run") == planned
    room.rewrite("Isi kabar.", "Isi yang benar.")
    assert shown(room, "kabar.md") == planned


def test_pages_and_posts_link_to_what_the_plan_shows(room: Newsroom) -> None:
    room.change("feed", pages=True)
    room.write(url=None)
    planned = shown(room, "kabar.md", "--dry-run")
    assert shown(room, "kabar.md") == planned
    [entry] = room.entries
    assert planned[0].rpartition(":")[2] in entry["url"]


def test_a_file_that_takes_another_s_place_gets_another_uri(room: Newsroom) -> None:
    room.write()
    first = shown(room, "kabar.md")
    room.write(body="Sebuah isi yang sama sekali lain, dengan judul yang sama.")
    planned = shown(room, "kabar.md", "--new", "--dry-run")
    assert planned != first
    assert shown(room, "kabar.md", "--new") == planned


def test_of_two_files_alike_each_has_its_own(room: Newsroom) -> None:
    for name in ("a.md", "b.md"):
        room.write(name)
    planned = shown(room, "a.md", "b.md", "--new", "--dry-run")
    assert len(set(planned)) == 2
    assert shown(room, "a.md", "b.md", "--new") == planned


def test_a_uri_that_a_killed_process_kept_is_given_to_nobody_else(room: Newsroom) -> None:
    room.write("lain.md", "Isi lain.", headline="Kabar lain")
    shown(room, "lain.md")
    room.write()
    [kept] = shown(room, "kabar.md", "--dry-run")
    room.change_ledger(f"INSERT INTO minted (uri) VALUES ('{kept}')")
    planned = shown(room, "kabar.md", "--dry-run")
    assert planned != [kept]
    assert shown(room, "kabar.md") == planned


def test_on_another_day_it_is_another_one(room: Newsroom) -> None:
    room.write()
    [today] = shown(room, "kabar.md", "--dry-run")
    answer = room.run("publish", "kabar.md", "--dry-run", "--json", at=NEXT_EVENING)
    [tomorrow] = [one["uri"] for one in answer.json["articles"]]
    assert today.replace("2026-05-04", "") != tomorrow.replace("2026-05-05", "")
