"""``backtest validate``: read a config, run nothing."""

from __future__ import annotations

from backtest.cli.options import ConfigPath, Json, Set  # noqa: TC001 - typer reads it

__all__ = ["validate"]


def validate(config: ConfigPath, *, overrides: Set = None, as_json: Json = False) -> None:
    """Check a config and report every mistake."""
    from backtest.cli.plain import check

    check(config, overrides or (), as_json)
