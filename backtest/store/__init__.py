"""Run folders: written whole or not at all, read back to the same result."""

from __future__ import annotations

from backtest.store.beside import beside
from backtest.store.read import finished, read
from backtest.store.write import METRICS_SCHEMA, existing, metrics_json, write

__all__ = ["METRICS_SCHEMA", "beside", "existing", "finished", "metrics_json", "read", "write"]
