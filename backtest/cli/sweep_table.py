"""A finished sweep on one screen: the leaderboard, and how far its best may be believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backtest.cli.console import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import polars as pl

__all__ = ["table"]

TOP = 10
NUMBERS = ("sharpe", "dsr", "chosen", "total_return", "max_drawdown")
TITLES = {"total_return": "return", "max_drawdown": "drawdown", "chosen": "won"}
FRACTIONS = ("chosen", "total_return", "max_drawdown")


def table(folder: Path, board: pl.DataFrame, about: Mapping[str, Any]) -> str:
    """Give the screen as text."""
    keys = list(about["cells"][0]["settings"])
    rows = [[*keys, *(TITLES.get(name, name) for name in NUMBERS)]]
    rows += [[*(row[key] for key in keys), *(_cell(name, row[name]) for name in NUMBERS)] for row in _top(board)]
    lines = [clean(about["sweep"]), *_aligned(rows)]
    if board.height > TOP:
        lines.append(f"... and {board.height - TOP} more")
    return "\n".join([*lines, *_judged(about, board.height), f"cells  {clean(folder / 'cells.parquet')}"])


def _top(board: pl.DataFrame) -> list[dict[str, Any]]:
    return board.head(TOP).to_dicts()


def _cell(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value * 100:.1f} %" if name in FRACTIONS else f"{value:.2f}"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(clean(row[at])) for row in rows) for at in range(len(rows[0]))]
    return ["  ".join(f"{clean(text):>{width}}" for text, width in zip(row, widths, strict=True)) for row in rows]


def _judged(about: Mapping[str, Any], count: int) -> list[str]:
    lines = [f"{count:,} cells, worth {about['effective_trials']:.1f} independent trials; dsr counts them, won: splits"]
    if about["pbo"] is None:
        lines.append(f"no probability of overfitting: {clean(about['pbo_note'])}")
    else:
        note = f" ({clean(about['pbo_note'])})" if about["pbo_note"] else ""
        lines.append(
            f"probability of overfitting (best of one half, lower half of the other): {about['pbo']:.0%}{note}"
        )
    forward = about["walk_forward"]
    if forward:
        sharpe, probability = (_cell("psr", forward[name]) for name in ("sharpe_per_session", "psr"))
        lines.append(
            f"walk-forward: {len(forward['windows'])} windows, {forward['purge_sessions']} sessions purged; "
            f"chosen ahead, Sharpe per session {sharpe}, probability above 0: {probability}"
        )
    return lines
