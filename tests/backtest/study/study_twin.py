"""The event study written for reading: one event, one day, one pair at a time; the kernels and statistics must agree.

Formulas: MacKinlay 1997 (market model, forecast variance), Patell 1976, Boehmer-Musumeci-Poulsen 1991, Kolari-Pynnonen
2010 and 2011, Corrado 1989, Corrado-Zivney 1992, Cowan 1992, Brown-Warner 1980 and 1985, Johnson 1978, Hall 1992.
"""

from __future__ import annotations

import math

import numpy as np


class Fitted:
    """One event: its coefficients, residuals by row of the panel, and abnormal returns by event time."""

    def __init__(self, y, x, event, estimation, offsets, *, constant=True):
        """Regress y on a constant and x over the estimation rows where both are known.

        y (T,), x (T, k), event row, estimation rows, offsets of the event span.
        """
        self.event, self.offsets, self.constant = event, list(offsets), constant
        self.rows = [t for t in estimation if 0 <= t < len(y) and known(y[t], x[t])]
        design = np.array([self.regressors(x[t]) for t in self.rows])
        target = np.array([y[t] for t in self.rows])
        self.gram = np.linalg.inv(design.T @ design) if design.shape[1] else np.zeros((0, 0))
        self.coefficient = self.gram @ design.T @ target
        self.residual = {t: y[t] - self.regressors(x[t]) @ self.coefficient for t in self.rows}
        self.M, self.p = len(self.rows), design.shape[1]
        if self.p:
            self.df = self.M - self.p
            self.s2 = sum(e * e for e in self.residual.values()) / self.df
        else:  # nothing estimated: the variance of the differences about their own mean
            self.df = self.M - 1
            mean = sum(self.residual.values()) / self.M
            self.s2 = sum((e - mean) ** 2 for e in self.residual.values()) / self.df
        self.ar, self.sar, self.x = {}, {}, {}
        for offset in self.offsets:
            t = event + offset
            if 0 <= t < len(y) and known(y[t], x[t]):
                self.x[offset] = self.regressors(x[t])
                self.ar[offset] = y[t] - self.x[offset] @ self.coefficient
                h = self.x[offset] @ self.gram @ self.x[offset]
                self.sar[offset] = self.ar[offset] / math.sqrt(self.s2 * (1.0 + h))

    def regressors(self, row):
        """Put the constant before the regressors of a row."""
        return np.array([1.0, *row]) if self.constant else np.array(row)

    def window(self, first, last):
        """Give CAR, its forecast variance s^2 (L + S' G S), and the number of valid days."""
        inside = [o for o in self.ar if first <= o <= last]
        total = sum((self.x[o] for o in inside), start=np.zeros(self.p))
        return sum(self.ar[o] for o in inside), self.s2 * (len(inside) + total @ self.gram @ total), len(inside)


def known(y, x):
    return math.isfinite(y) and all(math.isfinite(value) for value in x)


def mean(values):
    return sum(values) / len(values)


def deviation(values):
    centre = mean(values)
    return math.sqrt(sum((v - centre) ** 2 for v in values) / (len(values) - 1))


def midranks(values):
    """Give each value's rank from 1, ties sharing their mean rank."""
    return [sum(u < v for u in values) + 0.5 * (sum(u == v for u in values) + 1) for v in values]


def pair_correlation(one, other):
    """Correlate two events' residuals over the calendar rows that both have; zero when fewer than three are shared."""
    rows = [t for t in one.rows if t in other.residual]
    if len(rows) < 3:
        return 0.0, len(rows)
    a, b = [one.residual[t] for t in rows], [other.residual[t] for t in rows]
    ma, mb = mean(a), mean(b)
    saa, sbb = sum((v - ma) ** 2 for v in a), sum((v - mb) ** 2 for v in b)
    sab = sum((u - ma) * (v - mb) for u, v in zip(a, b, strict=True))
    return (sab / math.sqrt(saa * sbb) if saa * sbb > 0 else 0.0), len(rows)


def tests(fits, first, last, span):
    """Give every statistic of one window over fitted events; span is the number of estimation sessions."""
    windows = [fit.window(first, last) for fit in fits]
    car = [one[0] for one in windows]
    scar = [one[0] / math.sqrt(one[1]) for one in windows]
    N = len(fits)
    S = mean(car) / deviation(car)
    g = sum((c - mean(car)) ** 3 for c in car) / (N * deviation(car) ** 3)
    johnson = math.sqrt(N) * (S + g * S * S / 3 + g / (6 * N))
    out = {
        "N": N,
        "CAAR": mean(car),
        "CAR": car,
        "CAR_sd_forecast": [math.sqrt(one[1]) for one in windows],
        "CAR_t": scar,
        "csect_t": math.sqrt(N) * S,
        "skew_t_johnson": johnson,
        "skew_t_hall": johnson + math.sqrt(N) * g * g * S**3 / 27,
        "bw80_t": mean(car) / math.sqrt(sum(one[2] * fit.s2 for one, fit in zip(windows, fits, strict=True)) / N**2),
        "bmp_t": math.sqrt(N) * mean(scar) / deviation(scar),
    }
    out |= standardised(fits, windows, scar, first, last)
    out |= signs(fits, car)
    out |= {"cda_t": crude_dependence(fits, car, first, last, span)}
    out |= {"rank_z": corrado(fits, first, last, span)}
    out |= generalised_rank(fits, scar, span)
    return out


def standardised(fits, windows, scar, first, last):
    N = len(fits)
    csar = [sum(v for o, v in fit.sar.items() if first <= o <= last) for fit in fits]
    patell = [c / math.sqrt(one[2] * fit.df / (fit.df - 2)) for c, one, fit in zip(csar, windows, fits, strict=True)]
    second = [c / math.sqrt(fit.df / (fit.df - 2)) for c, fit in zip(scar, fits, strict=True)]
    return {
        "patell_z": sum(patell) / math.sqrt(N),
        "patell_scar_z": sum(second) / math.sqrt(N),
        "bmp_csar_t": math.sqrt(N) * mean(csar) / deviation(csar),
    }


def signs(fits, car):
    N, up = len(car), sum(c > 0 for c in car)
    p = mean([sum(e > 0 for e in fit.residual.values()) / fit.M for fit in fits])
    ranks = midranks([abs(c) for c in car])
    plus = sum(r for r, c in zip(ranks, car, strict=True) if c > 0)
    return {
        "sign_z": (up - N / 2) / (math.sqrt(N) / 2),
        "gsign_phat": p,
        "gsign_z": (up - N * p) / math.sqrt(N * p * (1 - p)),
        "wilcoxon_Wplus": plus,
        "wilcoxon_z": (plus - N * (N + 1) / 4) / math.sqrt(N * (N + 1) * (2 * N + 1) / 24),
    }


def crude_dependence(fits, car, first, last, span):
    series = []
    for j in range(span):
        row = [fit.residual[fit.begins + j] for fit in fits if fit.begins + j in fit.residual]
        if row:
            series.append(mean(row))
    return mean(car) / (deviation(series) * math.sqrt(last - first + 1))


def corrado(fits, first, last, span):
    columns = [("e", j) for j in range(span)] + [("a", o) for o in fits[0].offsets]
    table = []
    for fit in fits:
        cells = {("e", t - fit.begins): e for t, e in fit.residual.items()} | {("a", o): v for o, v in fit.ar.items()}
        ranks = midranks(list(cells.values()))
        table.append({c: r / (len(cells) + 1) - 0.5 for c, r in zip(cells, ranks, strict=True)})
    day = {}
    for column in columns:
        values = [row[column] for row in table if column in row]
        if values:
            day[column] = math.sqrt(len(values)) * mean(values)
    s = math.sqrt(mean([v * v for v in day.values()]))
    inside = [day[("a", o)] for o in range(first, last + 1) if ("a", o) in day]
    return sum(inside) / (math.sqrt(len(inside)) * s)


def generalised_rank(fits, scar, span):
    N = len(fits)
    spread = deviation(scar)
    table = []
    for fit, value in zip(fits, scar, strict=True):
        cells = {t - fit.begins: e / math.sqrt(fit.s2) for t, e in fit.residual.items()} | {"event": value / spread}
        ranks = midranks(list(cells.values()))
        table.append({c: r / (len(cells) + 1) - 0.5 for c, r in zip(cells, ranks, strict=True)})
    day = {}
    for column in [*range(span), "event"]:
        values = [row[column] for row in table if column in row]
        if values:
            day[column] = (mean(values), len(values))
    T = len(day)
    s = math.sqrt(sum(n / N * u * u for u, n in day.values()) / T)
    Z = day["event"][0] / s
    return {
        "grank_T": T,
        "grank_Zraw": Z,
        "grank_t": Z * math.sqrt((T - 2) / (T - 1 - Z * Z)),
        "grank_df": T - 2,
        "grank_z": day["event"][0] * math.sqrt(12 * N * (T + 1) / (T - 1)),
    }
