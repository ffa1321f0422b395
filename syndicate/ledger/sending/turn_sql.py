"""Statements of a turn as bare SQL for the driver: they run thousands of times a second."""

from __future__ import annotations

from functools import cache


@cache
def start_statement(count: int, dialect: str) -> str:
    return _for(dialect, START_SQL, count)


@cache
def sent_statement(count: int, dialect: str) -> str:
    return _for(dialect, SENT_SQL, count)


# last, whether an article that is withheld is in the newest words
HELD_SQL = {
    "sqlite": """
SELECT r.stencil, r.halted, (SELECT count(*) FROM moves WHERE NOT arrives),
  EXISTS (SELECT 1 FROM edition_items i JOIN articles a ON a.uri = i.uri
          WHERE i.edition_id = b.edition_id AND a.held_at IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM omissions o WHERE o.edition_id = b.edition_id
            AND o.stencil = r.stencil AND o.uri = i.uri))
FROM blocks b JOIN runs r ON r.edition_id = b.edition_id WHERE b.id = ?
""",
    "postgresql": """
SELECT r.stencil, r.halted, (SELECT count(*) FROM moves WHERE NOT arrives),
  EXISTS (SELECT 1 FROM edition_items i JOIN articles a ON a.uri = i.uri
          WHERE i.edition_id = b.edition_id AND a.held_at IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM omissions o WHERE o.edition_id = b.edition_id
            AND o.stencil = r.stencil AND o.uri = i.uri))
FROM blocks b JOIN runs r ON r.edition_id = b.edition_id WHERE b.id = %s
FOR NO KEY UPDATE OF b
""",
}
START_SQL = """
UPDATE letters SET state = 'sending', stencil = ?, tries = tries + 1, at = ?
WHERE edition_id = ? AND subscriber_id IN (%) AND state = 'due'
AND EXISTS (SELECT 1 FROM subscriptions s WHERE s.channel_id = ?
            AND s.subscriber_id = letters.subscriber_id AND s.ended_at IS NULL)
RETURNING subscriber_id, tries
"""
SENT_SQL = """
UPDATE letters SET state = 'sent', at = ?, why = NULL, code = NULL, not_before = NULL
WHERE edition_id = ? AND subscriber_id IN (%) AND tries = ? AND state IN ('sending', 'in_doubt')
"""


def _for(dialect: str, statement: str, count: int) -> str:
    filled = statement.replace("%", ",".join("?" * count))
    return filled if dialect == "sqlite" else filled.replace("?", "%s")
