"""Fit events with a peer's market model, in the environment of the peers: nothing of ours is imported here.

``python peer_study.py NAME FOLDER`` reads FOLDER/inputs.npz (y, m, asset, session; estimation rows are session - 260 to
session - 10, event rows session to session + 20), writes CAR and SCAR to FOLDER/NAME.npz, NaN where the peer has none,
and prints its version and the shortest time of three runs in seconds.
"""

from __future__ import annotations

import sys
import time
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np

warnings.filterwarnings("ignore")

BEGIN, END, LAST = 260, 10, 20


def statsmodels(y: np.ndarray, m: np.ndarray, asset: np.ndarray, session: np.ndarray) -> np.ndarray:
    """Fit every event with statsmodels' OLS; SCAR by the forecast variance of the window."""
    import statsmodels.api as sm

    out = np.empty((len(asset), 2))
    for i, (a, s) in enumerate(zip(asset.tolist(), session.tolist(), strict=True)):
        fit, event = slice(s - BEGIN, s - END), slice(s, s + LAST + 1)
        fitted = sm.OLS(y[fit, a], sm.add_constant(m[fit])).fit()
        ar = y[event, a] - fitted.predict(sm.add_constant(m[event], has_constant="add"))
        L, M, mean = len(ar), len(m[fit]), m[fit].mean()
        spread = ((m[event] - mean).sum()) ** 2 / ((m[fit] - mean) ** 2).sum()
        out[i] = ar.sum(), ar.sum() / np.sqrt(fitted.mse_resid * (L + L * L / M + spread))
    return out


def eventstudy(y: np.ndarray, m: np.ndarray, asset: np.ndarray, session: np.ndarray) -> np.ndarray:
    """Fit every event as a Single of eventstudy; its variance has no forecast term, so there is no SCAR to compare."""
    from eventstudy import Single
    from eventstudy.models import market_model

    out = np.full((len(asset), 2), np.nan)
    for i, (a, s) in enumerate(zip(asset.tolist(), session.tolist(), strict=True)):
        rows = slice(s - BEGIN, s + LAST + 1)
        given = {"security_returns": y[rows, a], "market_returns": m[rows]}
        single = Single(market_model, given, event_window=(0, LAST), estimation_size=BEGIN - END, buffer_size=END)
        out[i, 0] = single.CAR[-1]
    return out


def main(name: str, folder: str) -> None:
    """Run one peer."""
    given = np.load(Path(folder) / "inputs.npz")
    run, arrays = {"statsmodels": statsmodels, "eventstudy": eventstudy}[name], [given[key] for key in given]
    np.savez(Path(folder) / f"{name}.npz", found=run(*arrays))
    times = []
    for _ in range(3):
        start = time.perf_counter()
        run(*arrays)
        times.append(time.perf_counter() - start)
    print(version(name), min(times))


if __name__ == "__main__":
    main(*sys.argv[1:])
