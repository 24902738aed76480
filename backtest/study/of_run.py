"""Study the events of a run: the inputs that the simulator trades on, seen by the event study."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from backtest.config.paths import resolve
from backtest.study.exchanges import at_closes, places
from backtest.study.factors import load_factors
from backtest.study.models import average
from backtest.study.settings import FACTORS
from backtest.study.study import study
from backtest.study.types import Happenings, Returns, StudyResult
from data.timing import tradable_index

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from backtest.config.model import Config
    from backtest.inputs import Inputs
    from backtest.study.settings import Study
    from data.panel import Panel

__all__ = ["happenings", "study_of_run", "total_returns"]

FRAMES = ("events", "tests", "path", "abnormal", "drops")


def study_of_run(
    config: Config, inputs: Inputs, settings: Study | None = None, folder: Path | None = None
) -> StudyResult:
    """Study every valid event of a run's inputs, whether a signal trades it or not.

    Parameters
    ----------
    config, inputs
        The run.
    settings
        Of the study; the config's when not given.
    folder
        Folder that relative paths of the settings start from.

    Notes
    -----
    Of several exchanges each is studied by itself, its own assets on its own sessions from their own day 0: the groups
    of all but the first are named by their exchange.

    """
    asked = settings or config.study
    laid = inputs.mixed
    if laid is None or len(laid.axis.calendars) == 1:
        panel = _one_exchange(inputs)
        returns = _returns(config, panel, range(len(panel.assets)), asked, folder)
        return study(returns, happenings(inputs), asked, config.baskets)
    found = []
    for exchange, suffix in places(laid):
        own = laid.columns(exchange)
        elsewhere = {asset for at, asset in enumerate(laid.panel.assets) if at not in set(own.tolist())}
        returns = _returns(config, at_closes(laid, exchange), own.tolist(), asked, folder)
        one = study(returns, happenings(inputs, exchange), asked, config.baskets, elsewhere)
        found.append(_named(one, suffix))
    frames = {name: pl.concat([getattr(each, name) for each in found]) for name in FRAMES}
    return StudyResult(asked, **frames)


def _named(found: StudyResult, suffix: str) -> StudyResult:
    named = {name: getattr(found, name).with_columns(pl.col("group") + suffix) for name in FRAMES}
    return StudyResult(found.settings, **named)


def _returns(config: Config, panel: Panel, own: Sequence[int], asked: Study, folder: Path | None) -> Returns:
    """Give the returns of some assets, and of the market: the benchmark's, else the mean of all assets of the panel."""
    values = total_returns(panel)
    named = config.benchmark
    market = average(values, range(values.shape[1])) if named is None else values[:, panel.column(named)]
    factors = None
    if asked.model in FACTORS and asked.factors is not None:
        path = resolve(asked.factors, folder or Path())
        factors = load_factors(path, FACTORS[asked.model], asked.factor_unit, panel.sessions)
    assets = tuple(panel.assets[at] for at in own)
    return Returns(panel.sessions, assets, values[:, list(own)], market, factors)


def _one_exchange(inputs: Inputs) -> Panel:
    """Give the panel whose rows are the sessions of one exchange; a mark carried over a missing price is no price."""
    if inputs.mixed is None:
        return inputs.panel
    return replace(inputs.panel, close=np.where(inputs.mixed.missing, np.nan, inputs.panel.close))


def total_returns(panel: Panel) -> NDArray[np.float64]:
    """Give split x (close + dividend) / close before - 1, NaN in the first session and where a price is missing."""
    out = np.full(panel.close.shape, np.nan)
    out[1:] = panel.split[1:] * (panel.close[1:] + panel.dividend[1:]) / panel.close[:-1] - 1.0
    return out


def happenings(inputs: Inputs, exchange: int = 0) -> Happenings:
    """Give the events with their day 0: the first session whose close is later than the instant of public knowledge.

    So news during a session has day 0 in that session even when orders fill at the next open, and news after the close
    has it in the next session, as the fill. Events of one day 0 are one cluster.
    """
    frame = inputs.events.frame
    known_at = frame["known_at"].dt.replace_time_zone(None).to_numpy().astype("datetime64[us]")
    calendar = inputs.calendar if inputs.mixed is None else inputs.mixed.axis.calendars[exchange]
    first = inputs.panel.sessions[0] if inputs.mixed is None else inputs.mixed.axis.sessions(exchange)[0]
    index = tradable_index(known_at, calendar, "close")
    offset = int(np.searchsorted(calendar.sessions, first))
    session = np.where(index < 0, -1, np.maximum(index - offset, -1)).astype(np.int64)
    names = ("event_id", "kind", "asset", "timing", "direction")
    words = {name: tuple(frame[name].fill_null("").to_list()) for name in names}
    return Happenings(**words, session=session, cluster=session)
