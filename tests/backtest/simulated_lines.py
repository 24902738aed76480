"""Main lines of small simulated markets, with signals of every shape that a placebo moves."""

from __future__ import annotations

from markets import SETTINGS

from backtest.config.model import Config
from backtest.engine import line_of
from backtest.inputs import read

ROTATION = SETTINGS["signals"][0]
STEP = {"decay": {"kind": "step", "sessions": 10}}
CUSTOM = {"kind": "custom", "name": "own", "events": ["routing_adoption"], "score": "value", "size": 0.02}
MOMENTUM = {"kind": "price_momentum", "of": "semis", "lookback_sessions": 20, "skip_sessions": 1, "size": 0.02}
SIGNALS = {
    "a rotation": [ROTATION],
    "two rotations": [
        ROTATION,
        {**ROTATION, **STEP, "name": "back", "from": "hyperscalers", "to": "semis", "cap": 0.1},
    ],
    "announcers and a control": [{**CUSTOM, **STEP, "neutral_to": "semis"}, MOMENTUM],
    "until the next": [{**ROTATION, "decay": {"kind": "until_next", "sessions": 30}}],
    "a cooldown": [{**ROTATION, "cooldown_sessions": 15}],
}
LONG_SHORT = {"portfolio": {**SETTINGS["portfolio"], "long_only": False}, "account": {"max_gross": 2.0}}


def line(signals, **changes):
    """Give the main line of a simulated market."""
    given_ = {
        **SETTINGS,
        "prices": {"source": "simulated", "seed": 3, "sessions": 380},
        "events": {"source": "simulated"},
        "baskets": {"semis": ["SEM1", "SEM2", "SEM3"], "hyperscalers": ["HYP1", "HYP2"]},
        "signals": signals,
        **LONG_SHORT,
        **changes,
    }
    config = Config.model_validate(given_)
    return line_of(config, read(config, None))
