"""Frames as CSV for spreadsheets: every text quoted, no text that a spreadsheet would run as a formula."""

from __future__ import annotations

import polars as pl

__all__ = ["csv_text", "neutral"]

# The wide forms too: spreadsheets of East Asian languages read them as the narrow ones.
STARTS = ("=", "+", "-", "@", "\t", "\r", "\x00", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def neutral(text: str | None) -> str | None:
    """Put an apostrophe before a text that starts like a formula (CWE-1236); other texts stay as they are."""
    return f"'{text}" if text and text.startswith(STARTS) else text


def csv_text(frame: pl.DataFrame) -> str:
    """Write a frame as CSV: texts quoted and neutralised, numbers as numbers."""
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    safe = [pl.Series(name, [neutral(text) for text in frame[name].to_list()], dtype=pl.String) for name in texts]
    return frame.with_columns(safe).write_csv(quote_style="non_numeric")
