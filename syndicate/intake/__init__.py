"""From a file to an article that the ledger knows: which one it is, what its pictures weigh."""
