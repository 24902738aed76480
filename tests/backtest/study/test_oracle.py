"""Every statistic against published-formula numbers made elsewhere, and against the slow twin."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import study_twin as twin

from backtest.study.case import Case
from backtest.study.correlated import correlation
from backtest.study.estimation import estimate, measure
from backtest.study.fits import Frame
from backtest.study.ranks import ranked, residual_ranks
from backtest.study.statistics import every_test

DATA = Path(__file__).parent / "data"
NAMES = {
    "csect_t": "cross_sectional",
    "skew_t_johnson": "skewness_adjusted",
    "skew_t_hall": "skewness_adjusted_hall",
    "cda_t": "crude_dependence",
    "bw80_t": "time_series",
    "patell_z": "patell",
    "bmp_t": "bmp",
    "adj_patell_z": "adjusted_patell",
    "adj_bmp_t": "adjusted_bmp",
    "sign_z": "sign",
    "gsign_z": "generalised_sign",
    "rank_z": "rank",
    "grank_t": "grank_t",
    "grank_z": "grank_z",
    "wilcoxon_z": "wilcoxon",
}
TOLERANCE = {"rtol": 1e-10, "atol": 1e-10}


def returns(name="returns_T420_N10"):
    return np.genfromtxt(DATA / f"{name}.csv", delimiter=",")


MARKET, SMB = np.loadtxt(DATA / "market.csv")[:, None], np.loadtxt(DATA / "smb.csv")[:, None]
COMMON = {
    "common_date_mm": ("returns_T420_N10", MARKET),
    "common_date_2f": ("returns_T420_N10", np.hstack([MARKET, SMB])),
    "common_date_mm_nan": ("returns_T420_N10_nan", MARKET),
}


@pytest.fixture(scope="module")
def expected():
    return json.loads((DATA / "expected_oracle.json").read_text())


def fitted(y, x, asset, session, *, sessions, span):
    frame = Frame(y, y, y, x)
    codes, rows = np.asarray(asset, dtype=np.int64), np.asarray(session, dtype=np.int64)
    return frame, estimate(frame, codes, rows, sessions=sessions, gap=10, span=span, fewest=20)


def judged(frame, fits, window):
    case = Case(fits, measure(fits, window), window, frame, fits.session, residual_ranks(fits), ranked(fits.residual))
    return case.measured, every_test(case)


def common(name):
    file, x = COMMON[name]
    return fitted(returns(file), x, range(10), [210] * 10, sessions=200, span=(0, 4))


def assert_equal(measured, found, wanted, *, skip=()):
    np.testing.assert_allclose(measured.car, wanted["CAR"], **TOLERANCE)
    np.testing.assert_allclose(np.sqrt(measured.variance), wanted["CAR_sd_forecast"], **TOLERANCE)
    np.testing.assert_allclose(measured.scar, wanted["CAR_t"], **TOLERANCE)
    for theirs, ours in NAMES.items():
        if theirs not in skip:
            np.testing.assert_allclose(found[ours].value, wanted[theirs], err_msg=ours, **TOLERANCE)
    assert found["crude_dependence"].freedom == wanted["cda_df"]
    assert found["grank_t"].freedom == wanted["grank_df"]


@pytest.mark.parametrize(
    ("name", "window"),
    [(name, "window_0_4") for name in COMMON] + [("common_date_mm", "window_1_4"), ("common_date_2f", "window_1_4")],
)
def test_a_common_date_equals_the_published_formulas(name, window, expected):
    """Ten assets on one date: one factor, two factors, and with 4 % of the returns missing."""
    frame, fits = common(name)
    measured, found = judged(frame, fits, (int(window[7]), int(window[9])))
    assert_equal(measured, found, expected[name][window])


@pytest.mark.parametrize("name", COMMON)
def test_every_session_of_a_common_date_equals_the_published_formulas(name, expected):
    """Windows of one session, where no asset is missing."""
    frame, fits = common(name)
    for day, wanted in expected[name]["per_day"].items():
        if wanted["N"] == 10:
            measured, found = judged(frame, fits, (int(day), int(day)))
            assert_equal(measured, found, wanted)


def test_coefficients_and_daily_abnormal_returns_equal_the_reference(expected):
    """Variances, abnormal returns and their forecast deviations of two models."""
    for name in ("common_date_mm", "common_date_2f"):
        _, fits = common(name)
        np.testing.assert_allclose(fits.s2, expected[name]["sigma2"], rtol=1e-10)
        np.testing.assert_allclose(fits.ar, expected[name]["AR"], **TOLERANCE)
        np.testing.assert_allclose(fits.ar / fits.sar, expected[name]["AR_sd"], **TOLERANCE)


@pytest.mark.parametrize("key", ["-2_2", "0_0", "0_1"])
def test_staggered_events_with_repeated_assets_equal_the_reference(key, expected):
    """Twenty-five events of ten assets; the reference aligns correlations by event time, we by calendar, see below."""
    wanted = expected["staggered_mm"]
    asset, session = zip(*wanted["events"], strict=True)
    frame, fits = fitted(returns(), MARKET, asset, session, sessions=120, span=(-2, 2))
    first, last = (int(part) for part in key.rsplit("_", 1))
    measured, found = judged(frame, fits, (first, last))
    assert_equal(measured, found, wanted["windows"][key], skip=("adj_patell_z", "adj_bmp_t"))
    np.testing.assert_allclose(np.nanmean(fits.ar, axis=0), wanted["AAR"], **TOLERANCE)


def test_correlations_aligned_by_event_time_would_equal_the_reference(expected):
    """Told that all events share one date, the correlation is the reference's, and so are the adjusted tests."""
    wanted = expected["staggered_mm"]
    asset, session = zip(*wanted["events"], strict=True)
    _, fits = fitted(returns(), MARKET, asset, session, sessions=120, span=(-2, 2))
    together = np.zeros(len(asset), dtype=np.int64)
    r = correlation(replace(fits, session=together, begin=together), 5)
    np.testing.assert_allclose(r, wanted["windows"]["-2_2"]["kp_rbar"], **TOLERANCE)


def test_correlations_follow_the_calendar_and_the_shared_part_of_the_windows(expected):
    """The mean over pairs equals the twin's, pair by pair; windows that do not meet count as zero."""
    asset, session = zip(*expected["staggered_mm"]["events"], strict=True)
    y, order = returns(), np.argsort(session, kind="stable")
    asset, session = np.array(asset)[order], np.array(session)[order]
    _, fits = fitted(y, MARKET, asset, session, sessions=120, span=(-2, 2))
    slow = [twin_fit(y[:, a], MARKET, s, 120, (-2, 2)) for a, s in zip(asset, session, strict=True)]
    total = 0.0
    for i, one in enumerate(slow):
        for j, other in enumerate(slow):
            shared = max(0, 5 - abs(one.event - other.event)) / 5
            total += twin.pair_correlation(one, other)[0] * shared if i != j else 0.0
    np.testing.assert_allclose(correlation(fits, 5), total / (25 * 24), **TOLERANCE)


def twin_fit(y, x, session, sessions, span):
    begin = session + span[0] - 10 - sessions
    fit = twin.Fitted(y, x, session, range(begin, begin + sessions), range(span[0], span[1] + 1))
    fit.begins = begin
    return fit


@pytest.mark.parametrize("name", ["returns_T420_N10", "returns_T420_N10_nan"])
@pytest.mark.parametrize("factors", [1, 2])
@pytest.mark.parametrize("window", [(-2, 2), (0, 0), (1, 2)])
def test_every_statistic_equals_the_slow_twin(name, factors, window, expected):
    """Staggered events, with and without gaps, one or two factors."""
    y, x = returns(name), np.hstack([MARKET, SMB])[:, :factors]
    events = expected["staggered_mm"]["events"]
    slow = [twin_fit(y[:, a], x, s, 120, (-2, 2)) for a, s in events]
    kept = [k for k, fit in enumerate(slow) if fit.window(*window)[2]]
    asset, session = zip(*(events[k] for k in kept), strict=True)
    frame, fits = fitted(y, x, asset, session, sessions=120, span=(-2, 2))
    measured, found = judged(frame, fits, window)
    wanted = twin.tests([slow[k] for k in kept], *window, 120)
    assert_equal(
        measured,
        found,
        wanted | {"cda_df": found["crude_dependence"].freedom},
        skip=("adj_patell_z", "adj_bmp_t"),
    )
