"""A finished sweep on one screen: the leaderboard, and how far its best may be believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backtest.cli.console import clean
from data.counts import many

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
    rows = [["cell", *keys, *(TITLES.get(name, name) for name in NUMBERS)]]
    rows += [
        [row["cell"], *(row[key] for key in keys), *(_cell(name, row[name]) for name in NUMBERS)] for row in _top(board)
    ]
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
    """Give what choosing among the cells leaves of the best, a line a question; what cannot be told has its reason."""
    of = {metric["name"]: metric for metric in about["overfitting"]}
    convention = clean(about["effective_trials_convention"])
    found = f"""\
{many(count, "cell")}, worth {about["effective_trials"]:.1f} independent trials ({convention}); \
dsr: deflated by them; won: share of splits
best cell {clean(about["best"])}, net Sharpe ratio {_told(of, "best_sharpe")} a year: probabilistic \
{_told(of, "best_psr")}, deflated {_told(of, "best_dsr")} (form of 2025: {_told(of, "best_dsr_2025")})
haircut Sharpe ratio {_told(of, "best_haircut_sharpe")} (Bonferroni {_told(of, "best_haircut_sharpe_bonferroni")}, \
Holm {_told(of, "best_haircut_sharpe_holm")}, BHY {_told(of, "best_haircut_sharpe_bhy")})
years on record {_told(of, "best_years")}, needed {_told(of, "best_min_btl")} (MinBTL), alone \
{_told(of, "best_min_trl")} (MinTRL)
{_chosen(about)}
chosen across time (CPCV): net Sharpe ratio {_told(of, "cpcv_sharpe")} a year in the median, \
{_told(of, "cpcv_lowest_sharpe")} in the worst history
no cell beats its untilted mix: White's reality check p {_told(of, "reality_check_p", 4)}, Hansen's SPA p \
{_told(of, "spa_p", 4)} (studentised; {_told(of, "spa_p_lower", 4)} to {_told(of, "spa_p_upper", 4)})
{_survivors(about, of["step_m"])}
return over the mix needed at 5 % among {count:,}: Bonferroni {_percent(of["hurdle_bonferroni"])}, Holm \
{_percent(of["hurdle_holm"])}, BHY {_percent(of["hurdle_bhy"])} a year"""
    return [*found.split("\n"), *_reasons(about), _forward(about)]


def _told(of: Mapping[str, Mapping[str, Any]], name: str, decimals: int = 2) -> str:
    value = of[name]["value"] if name in of else None
    return "-" if value is None else f"{value:.{decimals}f}"


def _percent(metric: Mapping[str, Any]) -> str:
    return "-" if metric["value"] is None else f"{100.0 * metric['value']:.2f} %"


def _chosen(about: Mapping[str, Any]) -> str:
    if about["pbo"] is None:
        return f"no probability of overfitting: {clean(about['pbo_note'])}"
    note = f" ({clean(about['pbo_note'])})" if about["pbo_note"] else ""
    return f"probability of overfitting (best of one half, lower half of the other): {100.0 * about['pbo']:.0f} %{note}"


def _survivors(about: Mapping[str, Any], metric: Mapping[str, Any]) -> str:
    if metric["value"] is None:
        return f"StepM: {clean(metric['reason'])}"
    cells = about["step_m_cells"]
    if not cells:
        return "StepM: no cell beats its untilted mix at 5 %, all cells counted"
    more = f" and {len(cells) - TOP} more" if len(cells) > TOP else ""
    return f"StepM: {len(cells):,} beat their untilted mix at 5 %: {', '.join(map(clean, cells[:TOP]))}{more}"


def _reasons(about: Mapping[str, Any]) -> list[str]:
    """Say why numbers are missing, each reason once."""
    gone: dict[str, list[str]] = {}
    for metric in about["overfitting"]:
        if metric["value"] is None and metric["name"] != "step_m":
            gone.setdefault(metric["reason"], []).append(metric["name"])
    return [f"not known: {', '.join(names)}: {clean(reason)}" for reason, names in gone.items()]


def _forward(about: Mapping[str, Any]) -> str:
    forward = about["walk_forward"]
    if not forward:
        return f"no walk-forward: {clean(about['walk_forward_note'])}"
    sharpe, probability = (_cell("psr", forward[name]) for name in ("sharpe_per_year", "psr"))
    windows, purged = many(len(forward["windows"]), "window"), many(forward["purge_sessions"], "session")
    return (
        f"walk-forward: {windows}, {purged} purged; "
        f"chosen ahead, net Sharpe ratio {sharpe} a year, probability above 0: {probability}"
    )
