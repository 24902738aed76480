"""``backtest schema``: the JSON Schema of a config, for editors."""

from __future__ import annotations

__all__ = ["schema"]


def schema() -> None:
    """Print the JSON Schema of a config."""
    import json

    from backtest.cli.console import write
    from backtest.config import normal

    write(json.dumps(normal.schema(), indent=2))
