"""Every number of a tearsheet: formula, unit, convention, interval, and the reason where there is none."""

from backtest.metrics.summary import summary

__all__ = ["summary"]
