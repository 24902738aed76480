"""A table of messages that remembers what it did not have."""

from __future__ import annotations


class Asked(dict):
    """A table that remembers what it did not have."""

    def __init__(self, table):
        super().__init__(table)
        self.missing = set()

    def get(self, key, default=None):
        """Look up, and remember."""
        if key not in self:
            self.missing.add(key)
        return super().get(key, default)
