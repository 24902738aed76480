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
from backtest.study.placebo import bmp_of_draws, car_and_scar, prefix_sums, scar_table
from backtest.study.settings import Study

HERE = Path(__file__).resolve().parent
PEERS = HERE.parent / ".venv-bench" / "bin" / "python"
SESSIONS, ASSETS, EVENTS, SAMPLE = 2_520, 500, 10_000, 500
WINDOW = (0, 20)
SETTINGS = Study(windows=(WINDOW,), estimation_sessions=250, gap=10)
GOAL = 0.3  # microseconds per event
STATE = 4 * 6 * 8 + 3 * 8 + 2 * 8  # bytes per event: four rows of six sums, three results, asset and session
CELL = 8 + 6 * 8  # bytes per cell of the build: one return read, six sums written


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
    """Give the bytes per second of a copy that does not fit the caches, read and written."""
    source = np.zeros(32 * 1024 * 1024)
    target = np.empty_like(source)
    np.copyto(target, source)
    return 2.0 * source.nbytes / best(lambda: np.copyto(target, source), 3)


def main() -> None:
    """Assert equality, then print the times and their ratios to ours."""
    y, m, asset, session = inputs()
    sums = prefix_sums(y, m)
    ours = car_and_scar(sums, asset, session, SETTINGS, WINDOW)
    np.testing.assert_allclose(ours[:SAMPLE, :2], lstsq_loop(y, m, asset[:SAMPLE], session[:SAMPLE]), rtol=1e-9)
    build = best(lambda: prefix_sums(y, m), 3)
    each = best(lambda: car_and_scar(sums, asset, session, SETTINGS, WINDOW), 20) / EVENTS * 1e6
    verdict = "met" if each <= GOAL else "MISSED"
    print(f"prefix sums, CAR and SCAR: {each:.3f} us per event (goal {GOAL}: {verdict}); {EVENTS:,} events")
    print(f"building the sums: {build * 1e3:.1f} ms for {ASSETS} assets x {SESSIONS:,} sessions, once per panel")
    speed = bandwidth()
    print(f"memory: a copy moves {speed / 1e9:.1f} GB/s here; at that speed the {STATE} bytes of an event take")
    print(f"  {STATE / speed * 1e6:.3f} us, the sums {CELL * y.size / speed * 1e3:.1f} ms: we stand at")
    print(f"  {each / (STATE / speed * 1e6):.1f} and {build / (CELL * y.size / speed):.1f} times the limit")
    part = (y, m, asset[:SAMPLE], session[:SAMPLE])
    ours_each = (each, each + build / EVENTS * 1e6)
    print(line("numpy lstsq loop", best(lambda: lstsq_loop(*part), 3), ours_each))
    for name in ("statsmodels", "eventstudy"):
        print(peer(name, part, ours=ours, each=ours_each))
    print(placebo(y, m))


def peer(name: str, part: tuple[np.ndarray, ...], *, ours: np.ndarray, each: tuple[float, float]) -> str:
    """Give one line: time per event and ratio over some of the events, or that the peer is absent."""
    run = elsewhere(name, *part)
    if run is None:
        return f"{name}: absent; `make bench-env` makes the environment of the peers"
    theirs, version, seconds = run
    columns = [column for column in (0, 1) if np.isfinite(theirs[:, column]).all()]
    np.testing.assert_allclose(theirs[:, columns], ours[:SAMPLE][:, columns], rtol=1e-8, atol=1e-12)
    return line(f"{name} {version}", seconds, each)


def line(name: str, seconds: float, each: tuple[float, float]) -> str:
    """Give a peer's time per event and its ratio to ours, without and with the building of the sums."""
    us = seconds / SAMPLE * 1e6
    ratios = f"{us / each[0]:,.0f} times ours, {us / each[1]:,.0f} times with the sums built for these events alone"
    return f"{name}: {us:,.1f} us per event, {ratios} (equal on {SAMPLE} events)"


def placebo(y: np.ndarray, m: np.ndarray) -> str:
    """Time 200 draws of 10,000 placebo events read from the SCAR table."""
    table = scar_table(y, m, SETTINGS, WINDOW)
    chosen = np.sort(np.random.default_rng(1).integers(0, ASSETS, EVENTS))
    session, asset = random_dates(np.isfinite(table).T, chosen, draws=200, seed=1)
    bmp_of_draws(table, asset[:2], session[:2])
    build = best(lambda: scar_table(y, m, SETTINGS, WINDOW), 2)
    each = best(lambda: bmp_of_draws(table, asset, session), 3) / asset.size * 1e6
    return f"placebo: SCAR table {build * 1e3:.0f} ms once, then {each:.4f} us per event and draw on one thread"


if __name__ == "__main__":
    main()
