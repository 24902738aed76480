"""Content hashes: the same rows give the same SHA-256, whatever file, row order or library version they came from."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["frame_hash", "text_hash"]


def frame_hash(frame: pl.DataFrame, by: Sequence[str]) -> str:
    """Hash a frame's columns, dtypes and values after sorting its rows by the given columns.

    Floats enter as their eight bytes (every NaN as one), texts after their lengths, so that no two contents collide by
    formatting.
    """
    digest = hashlib.sha256()
    ordered = frame.sort(list(by), maintain_order=True)
    for name in sorted(frame.columns):
        column = ordered[name]
        digest.update(f"{name}:{column.dtype}:{len(column)};".encode())
        digest.update(_bytes(column))
    return digest.hexdigest()


def _bytes(column: pl.Series) -> bytes:
    nulls = column.is_null().to_numpy().tobytes()
    if column.dtype == pl.String:
        texts = column.fill_null("")
        lengths = texts.str.len_bytes().to_numpy().astype("<u4").tobytes()
        return nulls + lengths + "".join(texts.to_list()).encode()
    if column.dtype == pl.Float64:
        plain = column.fill_null(0.0).fill_nan(float("nan")).to_numpy()
        return nulls + (plain + 0.0).astype("<f8").tobytes()
    return nulls + column.to_physical().fill_null(0).cast(pl.Int64).to_numpy().astype("<i8").tobytes()


def text_hash(value: object) -> str:
    """Hash a JSON value in its normal form (sorted keys, no spaces)."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
