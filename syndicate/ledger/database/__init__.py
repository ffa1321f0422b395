"""The database under the ledger: connections, transactions, files, copies and clocks."""
