"""Study the events of a run: the inputs that the simulator trades on, seen by the event study."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from backtest.config.paths import resolve
from backtest.study.factors import load_factors
from backtest.study.settings import FACTORS
from backtest.study.study import Happenings, Returns, StudyResult, study
from data.timing import tradable_index

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from backtest.config.model import Config
    from backtest.inputs import Inputs
    from backtest.study.settings import Study
    from data.panel import Panel

__all__ = ["happenings", "study_of_run", "total_returns"]


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

    """
    asked = settings or config.study
    panel = inputs.panel
    values = total_returns(panel)
    market = None if config.benchmark is None else values[:, panel.column(config.benchmark)]
    factors = None
    if asked.model in FACTORS and asked.factors is not None:
        path = resolve(asked.factors, folder or Path())
        factors = load_factors(path, FACTORS[asked.model], asked.factor_unit, panel.sessions)
    returns = Returns(panel.sessions, panel.assets, values, market, factors)
    return study(returns, happenings(inputs), asked, config.baskets)


def total_returns(panel: Panel) -> NDArray[np.float64]:
    """Give split x (close + dividend) / close before - 1, NaN in the first session and where a price is missing."""
    out = np.full(panel.close.shape, np.nan)
    out[1:] = panel.split[1:] * (panel.close[1:] + panel.dividend[1:]) / panel.close[:-1] - 1.0
    return out


def happenings(inputs: Inputs) -> Happenings:
    """Give the events with their day 0: the first session whose close is later than the instant of public knowledge.

    So news during a session has day 0 in that session even when orders fill at the next open, and news after the close
    has it in the next session, as the fill. Events of one day 0 are one cluster.
    """
    frame = inputs.events.frame
    known_at = frame["known_at"].dt.replace_time_zone(None).to_numpy().astype("datetime64[us]")
    index = tradable_index(known_at, inputs.calendar, "close")
    offset = int(np.searchsorted(inputs.calendar.sessions, inputs.panel.sessions[0]))
    session = np.where(index < 0, -1, np.maximum(index - offset, -1)).astype(np.int64)
    names = ("event_id", "kind", "asset", "timing", "direction")
    words = {name: tuple(frame[name].fill_null("").to_list()) for name in names}
    return Happenings(**words, session=session, cluster=session)
