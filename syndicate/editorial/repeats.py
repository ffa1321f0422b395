"""Find paragraphs that repeat an earlier one, word for word or nearly."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from syndicate.editorial.manuscript import Block, Manuscript
from syndicate.editorial.standards import Standards
from syndicate.model.finding import Finding

WORD = re.compile(r"\w+")
RUN_WORDS = 4  # words in a row that are compared
FEWEST_RUNS = 8  # of a paragraph that is long enough to be compared
MOST_SHARED = 0.6  # of a paragraph's runs that an earlier one may have


def repeated_paragraphs(manuscript: Manuscript, _standards: Standards) -> Iterator[Finding]:
    """Yield each paragraph most of which stands in an earlier one."""
    first: dict[tuple[str, ...], int] = {}
    for number, block in enumerate(manuscript.blocks):
        if not block.is_paragraph:
            continue
        runs = _runs(block)
        shared = Counter(first[run] for run in runs if run in first)
        if len(runs) >= FEWEST_RUNS and shared:
            earlier, count = shared.most_common(1)[0]
            if count > MOST_SHARED * len(runs):
                yield _finding(manuscript, block, manuscript.blocks[earlier])
        for run in runs:
            first.setdefault(run, number)


def _runs(block: Block) -> set[tuple[str, ...]]:
    words = WORD.findall(block.text.casefold())
    return set(zip(*(words[at:] for at in range(RUN_WORDS)), strict=False))


def _finding(manuscript: Manuscript, block: Block, earlier: Block) -> Finding:
    line = manuscript.text.count("\n", 0, earlier.start) + 1
    return manuscript.finding(
        "repeated-paragraph",
        block.start,
        f"says again what line {line} says",
        "delete one of them, or say what is new",
    )
