"""Time the way from events to targets: a thousand events over 500 assets and 2,520 sessions, one process, warm."""

from __future__ import annotations

import sys
import time

import numpy as np

from backtest.portfolio import Portfolio, build, decisions, numbering
from data.panel import Panel
from signals import CapexGuidance, Rotation
from signals.base import Context, Event
from signals.decay import Exponential
from signals.driven import Trigger
from signals.reach import Reach

SESSIONS, ASSETS, EVENTS, MEMBERS = 2520, 500, 1000, 40
LIMIT_S = 0.5


def world(seed: int = 0) -> Context:
    """Give random prices, ten baskets of which two rotate, and events of two kinds by all assets."""
    rng = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.01, (SESSIONS, ASSETS)), axis=0))
    ones = np.ones(close.shape)
    days = np.datetime64("2010-01-04") + np.arange(SESSIONS)
    names = tuple(f"A{number:03d}" for number in range(ASSETS))
    baskets = {"rest": names} | {f"b{k}": names[k * MEMBERS : (k + 1) * MEMBERS] for k in range(2)}
    at = np.sort(rng.integers(1, SESSIONS, EVENTS)).tolist()
    who = rng.integers(0, ASSETS, EVENTS).tolist()
    kinds = rng.choice(["routing_adoption", "capex_guidance"], EVENTS).tolist()
    events = tuple(
        Event(f"e{k:04d}", kinds[k], names[who[k]], "raised", at[k], 0, {"over_prior": 0.05}) for k in range(EVENTS)
    )
    panel = Panel(days, names, close, close, ones * 0, ones, ones)
    return Context(events, decisions(1, SESSIONS - 1, 5, at), panel, baskets)


def signals() -> tuple[Rotation, CapexGuidance]:
    """Give a rotation between two baskets, and guides that move announcer and suppliers."""
    decay = Exponential(half_life_sessions=10)
    rotation = Rotation.model_validate(
        {"from": "b0", "to": "b1", "triggers": (Trigger(kind="routing_adoption", size=0.02),), "decay": decay}
    )
    guidance = CapexGuidance(announcer=0.01, suppliers=Reach(size=0.01, basket="b1"), neutral_to="b0", decay=decay)
    return rotation, guidance


def targets(given: Context) -> int:
    """Make the targets; give the number of weights."""
    fresh = Context(given.events, given.decisions, given._panel, given.baskets)  # noqa: SLF001 - nothing kept from before
    chosen = signals()
    scores = [signal.scores(fresh) for signal in chosen]
    portfolio = Portfolio(base={"rest": 0.5}, long_only=False)
    return len(build(portfolio, fresh, scores, 10.0, numbering(chosen, fresh.events)).targets.weight)


def main() -> int:
    """Print the shortest of five runs after one to warm up; 1 when it is over the limit."""
    given = world()
    count, taken = targets(given), []
    for _ in range(5):
        start = time.perf_counter()
        targets(given)
        taken.append(time.perf_counter() - start)
    print(f"{EVENTS:,} events, {ASSETS} assets, {SESSIONS:,} sessions, {len(given.decisions):,} decisions")
    print(f"{count:,} target weights in {min(taken):.3f} s (limit {LIMIT_S} s)")
    return int(min(taken) > LIMIT_S)


if __name__ == "__main__":
    sys.exit(main())
