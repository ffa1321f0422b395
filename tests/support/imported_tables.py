"""Tables of people to import, and who is on the list afterwards."""

from __future__ import annotations

import io

from openpyxl import Workbook

from support.newsroom import Answer, Newsroom

ANI, BUDI, CITRA, DEDI = (f"{name}@pembaca.example" for name in ("ani", "budi", "citra", "dedi"))


def import_(room: Newsroom, content: str | bytes, *words: str, name: str = "orang.csv") -> Answer:
    path = room.folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return room.run("subscribers", "import", "--list", "harian", name, *words)


def people(room: Newsroom, *words: str) -> dict[str, str]:
    found = room.run("subscribers", "list", "--list", "harian", "--json", *words).json
    return {one["email"]: one["name"] for one in found["subscribers"]}


def reasons(room: Newsroom) -> dict[str, str]:
    found = room.run("subscribers", "list", "--list", "harian", "--json", "--all").json
    return {one["email"]: one["reason"] for one in found["subscribers"] if one["ended"]}


def workbook(*rows: list[object], sheets: int = 1) -> bytes:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    for number in range(1, sheets):
        book.create_sheet(f"Lain {number}").append(["x"])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
