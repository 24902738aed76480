"""Event sources and the ledger: read, validate, quarantine, de-duplicate, date."""
