"""A number with its word, in one or in several."""

from __future__ import annotations

__all__ = ["many"]


def many(count: int, one: str, several: str = "") -> str:
    """Give a count with its word; ``several`` where an s behind ``one`` is not its plural.

    >>> many(1, "order"), many(1_200, "order"), many(0, "order was", "orders were")
    ('1 order', '1,200 orders', '0 orders were')
    """
    return f"{count:,} {one if count == 1 else several or one + 's'}"
