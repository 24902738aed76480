"""What a run would refuse at once in a config that is valid by itself: files, time zone, base mix; nothing is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.errors import MissingDataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from backtest.config.model import Config

__all__ = ["refusals", "unread"]

SLACK = 1e-9


def refusals(config: Config, folder: Path) -> Iterator[str]:
    """Give one sentence per mistake, each with the key it is about in backticks."""
    yield from _files(config, folder)
    yield from _zone(config)
    yield from _base(config)


def unread(config: Config) -> tuple[str, ...]:
    """Name the sources whose content only a run reads."""
    sources = {"prices": config.prices.source, "events": config.events.source}
    return tuple(name for name, source in sources.items() if source in {"files", "yfinance"})


def _files(config: Config, folder: Path) -> Iterator[str]:
    from backtest.config.paths import resolve

    named = {
        "prices.path": config.prices.path if config.prices.source == "files" else None,
        "events.path": config.events.path if config.events.source == "files" else None,
    }
    for key, text in named.items():
        try:
            if text is not None:
                resolve(text, folder)
        except MissingDataError as error:
            yield f"`{key}` {error.message.removeprefix(text or '').strip()}"


def _zone(config: Config) -> Iterator[str]:
    zone = config.events.timezone if config.events.source == "files" else None
    if zone is None:
        return
    from zoneinfo import ZoneInfo, available_timezones

    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        meant = sorted(name for name in available_timezones() if zone and name.endswith(f"/{zone}"))
        hint = f"did you mean {meant[0]}?" if meant else "expected a name such as America/New_York"
        yield f"`events.timezone` is no time zone; {hint}"


def _base(config: Config) -> Iterator[str]:
    """Hold a base mix without shorts, whose weights cannot offset each other, against the bounds of the account."""
    portfolio = config.portfolio
    if min(portfolio.base.values()) < 0.0 or (portfolio.neutral and portfolio.neutral.of == "portfolio"):
        return
    total = sum(portfolio.base.values())
    bounds = {
        "account.max_gross": config.account.max_gross,
        "account.initial_margin": config.account.gross_limit,
        "portfolio.gross.most": portfolio.gross.most,
        "portfolio.net.most": portfolio.net.most,
    }
    setting, limit = min(((name, most) for name, most in bounds.items() if most is not None), key=lambda one: one[1])
    if total > limit + SLACK * max(abs(limit), 1.0):
        over = f"at most {limit:.4f} is allowed, {total - limit:.4f} over"
        yield f"`portfolio.base` adds up to {total:.4f} of equity, {over}; lower the weights, or see {setting}"
