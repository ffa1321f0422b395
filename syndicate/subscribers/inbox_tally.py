"""Count the replies to one list in one run, and put the counts into a report."""

from __future__ import annotations

from dataclasses import dataclass, field

from syndicate.report import Report
from syndicate.subscribers.reply_processor import UNREAD, DeskReplies
from syndicate.text import counted


@dataclass(kw_only=True)
class InboxTally:
    """Counts of the replies to one list in one run."""

    processor: DeskReplies
    for_a_person: int = 0
    new: int = 0  # of them, those that no earlier run has reported
    nameless: int = 0  # of them, those that cannot be recognised in a later run
    waiting: int = 0
    is_lost: bool = False  # the server answers no more
    notes: list[str] = field(default_factory=list)

    def summary(self, name: str) -> Report:
        """Return the lines about a list of this name."""
        problems = [*self._refusals(name), *(f"{name}: {p}" for p in self.processor.problems)]
        report = Report(command="inbox", problems=problems)
        if counts := self._counts():
            counted = ", ".join(f"{count} {what}" for what, count in counts.items())
            line = f"{name}: {counted}"
            report.notes.append(line)
            if not (counts.keys() - {UNREAD} or self.new):  # cron may have mailed it already
                (report.lasting if self.nameless else report.idle).add(line)
        report.notes += [f"{name}: {note}" for note in self.notes]
        if self.waiting:
            letters = "1 letter is" if self.waiting == 1 else f"{self.waiting:,} letters are"
            report.notes.append(f"{name}: {letters} left for the next run: {self._why_waiting}")
        return report

    def _counts(self) -> dict[str, int]:
        counts = dict(self.processor.counts)
        counts.pop(UNREAD, None)
        return counts | ({UNREAD: self.for_a_person} if self.for_a_person else {})

    def _refusals(self, name: str) -> list[str]:
        reasons = self.processor.reasons
        if not reasons:
            return []
        [(why, _)] = reasons.most_common(1)
        return [
            f"{name}: {counted(reasons.total(), 'letter')} refused because of this office, counted"
            f" against no reader: {why}; ask your mail provider to put it right"
        ]

    @property
    def _why_waiting(self) -> str:
        """Return the reason in short: a failure has a line of its own."""
        return "the inbox failed" if self.is_lost else "there was no time left"
