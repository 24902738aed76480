"""Study the events of a run: the inputs that the simulator trades on, seen by the event study."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from backtest.config.paths import resolve
from backtest.study.factors import load_factors
from backtest.study.settings import FACTORS
from backtest.study.study import Happenings, Returns, StudyResult, study
from data.errors import RunError
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

    Raises
    ------
    RunError
        When assets trade on several exchanges: a reaction would fall before its event or after it, by the exchange.

    """
    asked = settings or config.study
    panel = _one_exchange(inputs)
    values = total_returns(panel)
    market = None if config.benchmark is None else values[:, panel.column(config.benchmark)]
    factors = None
    if asked.model in FACTORS and asked.factors is not None:
        path = resolve(asked.factors, folder or Path())
        factors = load_factors(path, FACTORS[asked.model], asked.factor_unit, panel.sessions)
    returns = Returns(panel.sessions, panel.assets, values, market, factors)
    return study(returns, happenings(inputs), asked, config.baskets)


def _one_exchange(inputs: Inputs) -> Panel:
    """Give the panel whose rows are the sessions of one exchange; a mark carried over a missing price is no price."""
    if inputs.mixed is None:
        return inputs.panel
    calendars = inputs.mixed.axis.calendars
    if len(calendars) > 1:
        names = ", ".join(each.name for each in calendars)
        raise RunError(
            f"the event study needs one exchange, and the assets trade on {names}: they have no common event day 0; "
            "study the assets of one exchange at a time, with a config for each",
        )
    return replace(inputs.panel, close=np.where(inputs.mixed.missing, np.nan, inputs.panel.close))


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
    calendar = inputs.calendar if inputs.mixed is None else inputs.mixed.axis.calendars[0]
    index = tradable_index(known_at, calendar, "close")
    offset = int(np.searchsorted(calendar.sessions, inputs.panel.sessions[0]))
    session = np.where(index < 0, -1, np.maximum(index - offset, -1)).astype(np.int64)
    names = ("event_id", "kind", "asset", "timing", "direction")
    words = {name: tuple(frame[name].fill_null("").to_list()) for name in names}
    return Happenings(**words, session=session, cluster=session)
