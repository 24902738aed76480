"""Test whether a window's mean abnormal return is zero: every statistic of the field, each robust to something else.

A statistic is two-sided. ``freedom`` is the degrees of freedom of Student's t, infinite for the normal; where a test
has its own distribution (exact sign, exact Wilcoxon, wild bootstrap) it gives its own p.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from backtest.kernels import study as kernel
from backtest.study import exact

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from backtest.study.estimation import Fits, Frame, Measured

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]

__all__ = [
    "HEADLINE", "TESTS", "Case", "Common", "Statistic", "common", "correlation", "correlations", "every_test", "ranked",
    "residual_ranks", "shared_part",
]  # fmt: skip

HEADLINE = ("adjusted_bmp", "grank_t")
FEW_SESSIONS = 10
CHUNK = 500  # draws of the wild bootstrap in memory at once, each chunk with a generator of its own
NORMAL = math.inf
RADEMACHER = np.array([-1.0, 1.0])
WEBB = np.array([-1.0, -1.0, -1.0, 1.0, 1.0, 1.0]) * np.sqrt([1.5, 1.0, 0.5, 0.5, 1.0, 1.5])


class Statistic(NamedTuple):
    """One test: value, degrees of freedom of its t (infinite: normal), its own p, and why there is none."""

    value: float
    freedom: float = NORMAL
    p: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """Fitted events and one window of them.

    Attributes
    ----------
    fits, measured
        Events that have numbers, ascending by session, and the window's sums.
    window
        First and last offset.
    on
        Series of the model, for the calendar-time portfolio.
    cluster
        Code of the date or group that moves together, shape (N,).
    ranks, order
        See ``residual_ranks`` and ``ranked`` of the residuals alone; the same for every window and sample.
    draws, seed
        Of the wild bootstrap.
    known
        What the windows of the same events share, where it is reckoned already.

    """

    fits: Fits
    measured: Measured
    window: tuple[int, int]
    on: Frame
    cluster: Ints
    ranks: Floats
    order: Floats
    draws: int = 999
    seed: int = 0
    known: Common | None = None

    @property
    def common(self) -> Common:
        """Give what the windows of the same events share."""
        return common(self.fits, self.ranks, self.length) if self.known is None else self.known

    @property
    def together(self) -> float:
        """Give the mean correlation of two events; see ``correlation``."""
        return shared_part(self.common.correlations, len(self.fits.session), self.length)

    @property
    def length(self) -> int:
        """Give the sessions of the window."""
        return self.window[1] - self.window[0] + 1


def residual_ranks(fits: Fits) -> Floats:
    """Rank residuals and the whole span's abnormal returns together, per event, shape (N, L + W) (Corrado 1989)."""
    return ranked(np.concatenate([fits.residual, fits.ar], axis=1))


def ranked(values: Floats) -> Floats:
    """Give rank / (count + 1) - 1/2 along every row; NaN stays NaN."""
    out = np.empty_like(values)
    rows = np.ascontiguousarray(values)
    orders = np.argsort(rows, axis=1, kind="stable").astype(np.int64)
    kernel.midranks(rows, orders, out)
    return out


def correlation(fits: Fits, length: int) -> float:
    """Give the mean correlation of two events' abnormal returns over a window, r of Kolari and Pynnonen (2010).

    A pair counts with the correlation of its residuals over common calendar sessions times the part of the two event
    windows that falls on the same sessions: 1 on a common date, 0 where the windows do not meet.
    """
    return shared_part(correlations(fits, length), len(fits.session), length)


def correlations(fits: Fits, longest: int) -> Floats:
    """Give the sums of the correlations of all ordered pairs by the sessions between their events, shape (longest,)."""
    N, out = len(fits.session), np.zeros(longest)
    order = np.argsort(fits.session, kind="stable")
    residual, begin, session = np.ascontiguousarray(fits.residual[order]), fits.begin[order], fits.session[order]
    if N > 1 and session[0] == session[-1] and np.isfinite(residual).all():
        out[0] = _common(residual) * (N * (N - 1))
    elif N > 1:
        kernel.pairs(residual, begin, session, out)
    return out


def shared_part(found: Floats, events: int, length: int) -> float:
    """Give the mean over pairs of events of correlation times the shared part of their windows; NaN below two."""
    if events < 2:
        return math.nan
    share = (length - np.arange(length)) / length
    return math.fsum((found[:length] * share).tolist()) / (events * (events - 1))


class Common(NamedTuple):
    """What the windows of the same events share.

    Attributes
    ----------
    correlations
        See ``correlations``.
    weighted
        Mean rank of every session times the root of its events, residuals first; NaN without any.
    series
        Mean residual of every estimation session that has one.
    positive
        Mean share of positive residuals.

    """

    correlations: Floats
    weighted: Floats
    series: Floats
    positive: float


def common(fits: Fits, ranks: Floats, longest: int) -> Common:
    """Reckon what windows of up to ``longest`` sessions share."""
    known = np.isfinite(fits.residual)
    there = known.any(axis=0)
    series = np.where(known, fits.residual, 0.0).sum(axis=0)[there] / known.sum(axis=0)[there]
    known = np.isfinite(ranks)
    count = known.sum(axis=0).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        weighted = np.sqrt(count) * (np.where(known, ranks, 0.0).sum(axis=0) / count)
    positive = float(((fits.residual > 0.0).sum(axis=1) / fits.observations).mean()) if len(ranks) else math.nan
    return Common(correlations(fits, longest), weighted, series, positive)


def _common(residual: Floats) -> float:
    """Give the mean correlation of complete, aligned rows: [sum_t (sum_i z_it)^2 / (M - 1) - N] / (N (N - 1))."""
    N, M = residual.shape
    z = residual - residual.mean(axis=1)[:, None]
    z /= np.sqrt((z * z).sum(axis=1) / (M - 1))[:, None]
    total = z.sum(axis=0)
    return float(((total * total).sum() / (M - 1) - N) / (N * (N - 1)))


def every_test(case: Case) -> dict[str, Statistic]:
    """Give every test of a window; fewer than two events have none."""
    N = len(case.fits.session)
    if N < 2:
        reason = "no event" if N == 0 else "one event: see its own t"
        return {name: Statistic(math.nan, reason=reason) for name in TESTS}
    case = replace(case, known=case.common)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = {
            **_moments(case),
            **_dependence(case),
            **_standardised(case),
            **_signs(case),
            **_ranks(case),
            "calendar_time": _calendar_time(case),
            "wild_bootstrap": _wild(case),
        }
    return {name: _explained(found[name]) for name in TESTS}


def _explained(one: Statistic) -> Statistic:
    if math.isfinite(one.value) or one.reason:
        return one if math.isfinite(one.value) else one._replace(value=math.nan)
    return Statistic(math.nan, one.freedom, reason="undefined: the events do not vary, or too few are left")


def _ratio(value: float, by: float) -> float:
    """Divide; by nothing gives NaN."""
    return value / by if by else math.nan


def _deviation(values: Floats) -> float:
    spread = float(values.std(ddof=1))
    return spread if spread > 1e-14 * float(np.abs(values).max()) else math.nan


def _moments(case: Case) -> dict[str, Statistic]:
    """Cross-sectional t, and Johnson's and Hall's corrections for skewness (Lyon, Barber and Tsai 1999)."""
    car = case.measured.car
    N, spread = len(car), _deviation(car)
    S = float(car.mean()) / spread
    g = _ratio(float(((car - car.mean()) ** 3).sum()), N * spread**3)
    johnson = math.sqrt(N) * (S + g * S * S / 3.0 + g / (6.0 * N))
    return {
        "cross_sectional": Statistic(math.sqrt(N) * S, N - 1),
        "skewness_adjusted": Statistic(johnson, N - 1),
        "skewness_adjusted_hall": Statistic(johnson + math.sqrt(N) * g * g * S**3 / 27.0, N - 1),
    }


def _dependence(case: Case) -> dict[str, Statistic]:
    """Crude dependence adjustment and time-series test (Brown and Warner 1980, 1985)."""
    m, series = case.measured, case.common.series
    N, caar = len(m.car), float(m.car.mean())
    return {
        "crude_dependence": Statistic(caar / (_deviation(series) * math.sqrt(case.length)), len(series) - 1),
        "time_series": Statistic(_ratio(caar, math.sqrt(float((m.valid * case.fits.s2).sum()) / N**2))),
    }


def _standardised(case: Case) -> dict[str, Statistic]:
    """Patell (1976), Boehmer-Musumeci-Poulsen (1991) and both adjusted for correlation (Kolari-Pynnonen 2010)."""
    m, freedom = case.measured, case.fits.freedom
    N, r = len(m.car), case.together
    patell = float((m.csar / np.sqrt(m.valid * freedom / (freedom - 2.0))).sum()) / math.sqrt(N)
    bmp = math.sqrt(N) * float(m.scar.mean()) / _deviation(m.scar)
    inflation = 1.0 + (N - 1) * r
    if not (inflation > 0.0 and r < 1.0):
        unadjusted = Statistic(math.nan, reason=f"mean correlation {r:.3f} leaves no variance")
        adjusted = {"adjusted_patell": unadjusted, "adjusted_bmp": unadjusted}
    else:
        adjusted = {
            "adjusted_patell": Statistic(patell / math.sqrt(inflation)),
            "adjusted_bmp": Statistic(bmp * math.sqrt((1.0 - r) / inflation), N - 1),
        }
    return {"patell": Statistic(patell), "bmp": Statistic(bmp, N - 1), **adjusted}


def _signs(case: Case) -> dict[str, Statistic]:
    """Sign, generalised sign (Cowan 1992), Wilcoxon's signed ranks; exact below 30 events; zeros are not positive."""
    car, expected = case.measured.car, case.common.positive
    N, up = len(car), int((car > 0.0).sum())
    general = (up - N * expected) / math.sqrt(N * expected * (1.0 - expected)) if 0.0 < expected < 1.0 else math.nan
    plus, ranks = exact.signed_ranks(car)
    n = len(ranks)
    z = (plus - n * (n + 1) / 4.0) / math.sqrt(n * (n + 1) * (2 * n + 1) / 24.0) if n else math.nan
    small = N < exact.FEW
    return {
        "sign": Statistic((up - N / 2.0) / (math.sqrt(N) / 2.0), p=exact.binomial(up, N, 0.5) if small else None),
        "generalised_sign": Statistic(general, p=exact.binomial(up, N, expected) if small else None),
        "wilcoxon": Statistic(z, p=exact.wilcoxon(plus, ranks) if small else None),
    }


def _ranks(case: Case) -> dict[str, Statistic]:
    """Corrado's rank test over a window (Cowan 1992) and GRANK-T and -Z (Kolari and Pynnonen 2011)."""
    weighted = case.common.weighted
    here = np.isfinite(weighted)
    S = math.sqrt(float((weighted[here] ** 2).mean()))
    first = case.fits.residual.shape[1] + case.window[0] - case.fits.first
    inside = weighted[first : first + case.length]
    inside = inside[np.isfinite(inside)]
    rank = _ratio(float(inside.sum()), math.sqrt(len(inside)) * S)
    return {"rank": Statistic(rank), **_generalised_rank(case)}


def _generalised_rank(case: Case) -> dict[str, Statistic]:
    scar = case.measured.scar
    N = len(scar)
    event = scar / _deviation(scar)
    if not np.isfinite(event).all():
        none = Statistic(math.nan, reason="undefined: the standardised returns of the events do not vary")
        return {"grank_t": none, "grank_z": none}
    total, count = np.zeros(case.order.shape[1] + 1), np.zeros(case.order.shape[1] + 1)
    given = (np.ascontiguousarray(case.fits.residual), np.sqrt(case.fits.s2), np.ascontiguousarray(case.order))
    kernel.among(*given, event, total, count)
    here = count > 0.0
    mean = total / count
    T = int(here.sum())
    S = math.sqrt(float((count[here] / N * mean[here] ** 2).sum()) / T)
    Z, final = _ratio(float(mean[-1]), S), float(mean[-1])
    left = T - 1.0 - Z * Z
    t = Z * math.sqrt((T - 2.0) / left) if left > 0.0 else math.nan
    return {
        "grank_t": Statistic(t, T - 2),
        "grank_z": Statistic(final * math.sqrt(12.0 * N * (T + 1.0) / (T - 1.0))),
    }


def _calendar_time(case: Case) -> Statistic:
    """Hold every asset inside its window, equally weighted; the intercept on the model's regressors (Jaffe 1974)."""
    window = case.fits.session[:, None] + np.arange(case.window[0], case.window[1] + 1)
    inside = (window >= 0) & (window < len(case.on.y))
    asset = np.broadcast_to(case.fits.asset[:, None], window.shape)
    cells = np.unique(window[inside] * case.on.y.shape[1] + asset[inside])
    at, column = cells // case.on.y.shape[1], cells % case.on.y.shape[1]
    value = case.on.y[at, column]
    known = np.isfinite(value) & np.isfinite(case.on.x[at]).all(axis=1)
    at = at[known]  # ascending, as the cells are
    fresh = np.append(True, at[1:] != at[:-1])[: len(at)]
    days, position = at[fresh], np.cumsum(fresh) - 1
    p = 1 + case.on.x.shape[1]
    if len(days) < FEW_SESSIONS + p:
        return Statistic(math.nan, reason=f"{len(days)} sessions in the windows, {FEW_SESSIONS + p} needed")
    mean = np.bincount(position, value[known]) / np.bincount(position)
    design = np.column_stack([np.ones(len(days)), case.on.x[days]])
    inverse = np.linalg.pinv(np.einsum("ti,tj->ij", design, design))
    slope = inverse @ np.einsum("ti,t->i", design, mean)
    left = mean - np.einsum("ti,i->t", design, slope)
    s2 = float((left * left).sum()) / (len(days) - p)
    return Statistic(_ratio(float(slope[0]), math.sqrt(s2 * float(inverse[0, 0]))), len(days) - p)


def _wild(case: Case) -> Statistic:
    """Flip whole clusters under the null and studentise by clusters; six-point weights below ten (Webb 2014)."""
    car = case.measured.car
    codes, position = np.unique(case.cluster, return_inverse=True)
    G = len(codes)
    if G < 2:
        return Statistic(math.nan, reason="one cluster: there is nothing to flip")
    total = np.bincount(position, car).astype(np.float64)
    size = np.bincount(position).astype(np.float64)
    actual = float(_clustered(np.ones((1, G)), total, size)[0])
    if not math.isfinite(actual):
        return Statistic(math.nan)
    beyond, least = 0, abs(actual) * (1.0 - 1e-12)
    for first in range(0, case.draws, CHUNK):
        weights = _weights_drawn(case.seed, first, min(CHUNK, case.draws - first), G)
        beyond += int((np.abs(_clustered(weights, total, size)) >= least).sum())
    return Statistic(actual, p=(1 + beyond) / (case.draws + 1))


@lru_cache(maxsize=32)
def _weights_drawn(seed: int, first: int, draws: int, clusters: int) -> Floats:
    """Draw the weights, shape (draws, clusters): the same for every sample and window of so many clusters."""
    rng = np.random.default_rng([seed, first])
    points = RADEMACHER if clusters >= FEW_SESSIONS else WEBB
    return np.asarray(points[rng.integers(0, len(points), (draws, clusters))])


def _clustered(weights: Floats, total: Floats, size: Floats) -> Floats:
    """Give mean / cluster-robust standard error of the mean, per row of weights on the cluster totals."""
    out = np.empty(len(weights))
    kernel.clustered(weights, total, size, out)
    return out


TESTS = (
    "adjusted_bmp", "grank_t", "bmp", "adjusted_patell", "patell", "cross_sectional", "skewness_adjusted",
    "skewness_adjusted_hall", "crude_dependence", "time_series", "sign", "generalised_sign", "wilcoxon", "rank",
    "grank_z", "calendar_time", "wild_bootstrap",
)  # fmt: skip
