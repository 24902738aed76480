"""Time CAR and SCAR of the market model beside its peers, in one run on the same inputs; equality comes before times.

10,000 events, 250 sessions of estimation, 21 of event, 500 assets over 2,520 sessions. Peers run in an environment of
their own (``make bench-env``), on the same inputs; without it they are named as absent. Times are the best of several
runs on one thread, in microseconds per event.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import numpy as np
from timed import best

from backtest.study.designs import random_dates
from backtest.study.placebo import bmp_of_draws
from backtest.study.prefix import Series, car_and_scar, scar_table
from backtest.study.settings import Study

HERE = Path(__file__).resolve().parent
PEERS = HERE.parent / ".venv-bench" / "bin" / "python"
SESSIONS, ASSETS, EVENTS, SAMPLE = 2_520, 500, 10_000, 500
WINDOW = (0, 20)
SETTINGS = Study(windows=(WINDOW,), estimation_sessions=250, gap=10)
GOAL = 0.3  # microseconds per event
STATE = 2 * 4 * 6 * 8 + 3 * 8 + 2 * 8  # bytes per event: four rows of sums, there and back, results, asset and session


def inputs(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give returns (T, A), the market (T,), and asset and session of every event."""
    rng = np.random.default_rng(seed)
    m = rng.normal(0.0003, 0.01, SESSIONS)
    y = rng.uniform(0.5, 1.5, ASSETS) * m[:, None] + rng.normal(0.0, 0.02, (SESSIONS, ASSETS))
    return y, m, rng.integers(0, ASSETS, EVENTS), rng.integers(300, SESSIONS - 25, EVENTS)


def rows(session: int) -> tuple[slice, slice]:
    """Give the estimation and the event rows of an event."""
    return slice(session - 260, session - 10), slice(session + WINDOW[0], session + WINDOW[1] + 1)


def lstsq_loop(y: np.ndarray, m: np.ndarray, asset: np.ndarray, session: np.ndarray) -> np.ndarray:
    """Fit every event with numpy.linalg.lstsq."""
    out = np.empty((len(asset), 2))
    design = np.column_stack([np.ones(SESSIONS), m])
    for i, (a, s) in enumerate(zip(asset.tolist(), session.tolist(), strict=True)):
        fit, event = rows(s)
        slope, left, *_ = np.linalg.lstsq(design[fit], y[fit, a], rcond=None)
        out[i] = _scar(y[event, a] - design[event] @ slope, m[fit], m[event], left[0] / 248.0)
    return out


def _scar(ar: np.ndarray, fitted: np.ndarray, event: np.ndarray, s2: float) -> tuple[float, float]:
    L, M, mean = len(ar), len(fitted), fitted.mean()
    spread = ((event - mean).sum()) ** 2 / ((fitted - mean) ** 2).sum()
    return ar.sum(), ar.sum() / np.sqrt(s2 * (L + L * L / M + spread))


def elsewhere(name: str, *given: np.ndarray) -> tuple[np.ndarray, str, float] | None:
    """Run a peer in its own environment on the same inputs: what it finds, its version, seconds; None without it."""
    if not PEERS.is_file():
        return None
    with tempfile.TemporaryDirectory() as folder:
        np.savez(Path(folder) / "inputs.npz", **dict(zip(("y", "m", "asset", "session"), given, strict=True)))
        command = [str(PEERS), str(HERE / "peer_study.py"), name, folder]
        said = subprocess.run(command, check=True, capture_output=True, text=True, env={}, timeout=600).stdout.split()
        return np.load(Path(folder) / f"{name}.npz")["found"], said[-2], float(said[-1])


def bandwidth() -> float:
    """Give the bytes per second of a copy as large as the returns, read and written."""
    source = np.zeros(SESSIONS * ASSETS)
    target = np.empty_like(source)
    np.copyto(target, source)
    return 2.0 * source.nbytes / best(lambda: np.copyto(target, source), 20)


def main() -> None:
    """Assert equality, then print the times and their ratios to ours."""
    y, m, asset, session = inputs()
    ours = car_and_scar(Series(y, m), asset, session, SETTINGS, WINDOW)
    np.testing.assert_allclose(ours[:SAMPLE, :2], lstsq_loop(y, m, asset[:SAMPLE], session[:SAMPLE]), rtol=1e-9)
    each = best(lambda: car_and_scar(Series(y, m), asset, session, SETTINGS, WINDOW), 50) / EVENTS * 1e6
    verdict = "met" if each <= GOAL else "MISSED"
    print(f"from returns to CAR and SCAR: {each:.3f} us per event (goal {GOAL}: {verdict}); {EVENTS:,} events of")
    print(f"  {ASSETS} assets over {SESSIONS:,} sessions, {each * EVENTS / 1e3:.2f} ms in all")
    moved, speed = STATE * EVENTS + y.nbytes, bandwidth()
    print(
        f"memory: a copy moves {speed / 1e9:.1f} GB/s here; at that speed the returns, once, and the sums of the events"
    )
    print(
        f"  take {moved / speed * 1e3:.2f} ms: we stand at {each * EVENTS / 1e6 / (moved / speed):.1f} times the limit"
    )
    part = (y, m, asset[:SAMPLE], session[:SAMPLE])
    print(line("numpy lstsq loop", best(lambda: lstsq_loop(*part), 5), each))
    for name in ("statsmodels", "eventstudy"):
        print(peer(name, part, ours=ours, each=each))
    print(placebo(y, m))


def peer(name: str, part: tuple[np.ndarray, ...], *, ours: np.ndarray, each: float) -> str:
    """Give one line: time per event and ratio over some of the events, or that the peer is absent."""
    run = elsewhere(name, *part)
    if run is None:
        return f"{name}: absent; `make bench-env` makes the environment of the peers"
    theirs, version, seconds = run
    columns = [column for column in (0, 1) if np.isfinite(theirs[:, column]).all()]
    np.testing.assert_allclose(theirs[:, columns], ours[:SAMPLE][:, columns], rtol=1e-8, atol=1e-12)
    return line(f"{name} {version}", seconds, each)


def line(name: str, seconds: float, each: float) -> str:
    """Give a peer's time per event and its ratio to ours; all of ours is counted, over all events."""
    us = seconds / SAMPLE * 1e6
    return f"{name}: {us:,.1f} us per event, {us / each:,.0f} times ours (equal on {SAMPLE} events)"


def placebo(y: np.ndarray, m: np.ndarray) -> str:
    """Time 200 draws of 10,000 placebo events read from the SCAR table."""
    table = scar_table(Series(y, m), SETTINGS, WINDOW)
    chosen = np.sort(np.random.default_rng(1).integers(0, ASSETS, EVENTS))
    session, asset = random_dates(np.isfinite(table).T, chosen, draws=200, seed=1)
    bmp_of_draws(table, asset[:2], session[:2])
    build = best(lambda: scar_table(Series(y, m), SETTINGS, WINDOW), 2)
    each = best(lambda: bmp_of_draws(table, asset, session), 3) / asset.size * 1e6
    return f"placebo: SCAR table {build * 1e3:.0f} ms once, then {each:.4f} us per event and draw on one thread"


if __name__ == "__main__":
    main()
