"""Editorial checks: named rules about an article's words, each documented in docs/checks.md."""
