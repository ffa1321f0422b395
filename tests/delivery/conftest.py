"""An office for every test of this room that kills its processes."""

from support.deaths import home, ledgers, one_ledger, warm_engines

__all__ = ["home", "ledgers", "one_ledger", "warm_engines"]
