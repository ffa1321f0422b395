"""From a file to an article that the ledger knows: which article it is, and its pictures' sizes."""
