"""`check` and `publish` name at once whatever is wrong with a file's text."""

from __future__ import annotations

from support.newsroom import Newsroom

WRONG = (
    "Isi {{< figure src=x >}} dan",
    "{{ page.title | upcase }}",
    "{:toc}",
    "[gallery ids=1]",
    "[b]tebal[/b]",
    "!!! note",
    "{loadposition x}",
    "![[foto.png]]",
    "![foto](tidak ada.png)",
    "[Unduh](tidak ada.pdf)",
    "[Lihat](halaman depan)",
    "[Lihat][tidak ada]",
    "[x](javascript:alert(1))",
    "![foto](hilang.png)",
    "~~~~kata~~~~\n~~~~",
    "| a | b |\n|---|---|\n| 1 | 2 | tiga |",
    "| a | b |\n| 1 | 2 |",
    "+-----+-----+",
    "<input value='Kirim'>",
    "<foo hp='xyz'>b</foo>",
)


def test_everything_that_is_wrong_with_a_text_is_named_at_once(room: Newsroom) -> None:
    body = "\n\n".join(f"Paragraf {number}.\n\n{one}" for number, one in enumerate(WRONG))
    text = room.write(body=body).read_text("utf-8")
    found = room.run("check", "kabar.md", "--json").found
    places = {int(one.split(":")[1]) for one in found}
    unnamed = [one for one in WRONG if not _lines(text, one) & places]
    assert [one for one in unnamed if "='" not in one] == []  # words are looked for last
    answer = room.run("publish", "kabar.md")
    assert answer.code == 1
    assert [one for one in found if one not in answer.err] == []
    assert "Traceback" not in answer.err


def _lines(text: str, part: str) -> set[int]:
    at = text.index(part)
    first = text.count("\n", 0, at) + 1
    return set(range(first, first + part.count("\n") + 1))


def test_every_place_where_words_would_be_lost_is_named_at_once(room: Newsroom) -> None:
    lost = ("<input value='Kirim'>", "<foo hp='xyz'>b</foo>", "<input value='Cari kata'>")
    text = room.write(body="\n\nIsi.\n\n".join(lost)).read_text("utf-8")
    found = room.run("check", "kabar.md", "--json").found
    assert [int(one.split(":")[1]) for one in found] == [min(_lines(text, one)) for one in lost]


def test_several_lines_of_the_front_matter_that_yaml_cuts_are_named_at_once(room: Newsroom) -> None:
    text = "---\nheadline: Lomba #1\nby: Ani #2\njudul: x\nfoto: y\n---\nIsi.\n"
    (room.folder / "kabar.md").write_text(text, encoding="utf-8")
    found = room.run("check", "kabar.md", "--json").found
    assert [int(one.split(":")[1]) for one in found] == [2, 3, 4, 5]
