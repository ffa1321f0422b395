"""Articles before the rules of `check`, without a ledger."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from syndicate import sources
from syndicate.editorial.examine import examine
from syndicate.editorial.manuscript import Manuscript
from syndicate.editorial.standards import Glossary, Standards
from syndicate.model.article import Publisher
from syndicate.model.finding import Finding
from syndicate.model.profile import PROFILES, Profile

OFFICE = Publisher(
    name="Diskominfotik Bengkalis", url="https://kantor.example", language="id",
    timezone="Asia/Jakarta", email="humas@kantor.example",
)  # fmt: skip
NOW = datetime(2024, 5, 1, 3, tzinfo=UTC)  # a Wednesday, ten o'clock in Bengkalis
GLOSSARY = Glossary(names=("Piagam", "Fadhillah"), fix=("Diskominfotik",))
STANDARDS = Standards(glossary=GLOSSARY)


def article(body: str, headline: str = "Rapat digelar", **front: str) -> str:
    fields = "".join(f"{key}: {value}\n" for key, value in front.items())
    return f"---\nheadline: {headline}\n{fields}---\n\n{body}\n"


def manuscript(folder: Path, text: str) -> Manuscript:
    path = folder / "kabar.md"
    path.write_text(text, encoding="utf-8")
    draft = sources.read(path, OFFICE)
    name = draft.article.profile
    return Manuscript(draft, PROFILES.get(name) or Profile(name=name), OFFICE, NOW)


def found(folder: Path, text: str, standards: Standards = STANDARDS) -> tuple[Finding, ...]:
    return examine(manuscript(folder, text), standards).findings


def rules(folder: Path, text: str, standards: Standards = STANDARDS) -> list[str]:
    return [finding.rule for finding in found(folder, text, standards)]
