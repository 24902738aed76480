"""Where we differ from vectorbt on purpose: each case run in both, as (ours, theirs) in the words of docs/peers.md."""

from __future__ import annotations

import numpy as np

from backtest import Account, Costs, simulate
from backtest.metrics.moments import returns

NAN = np.nan
CAPITAL = 1_000.0


def column(*values):
    return np.array(values, dtype=np.float64)[:, None]


def ours(close, weights, **settings):
    """Simulate 1,000 of capital."""
    return simulate(close, np.array(weights, dtype=np.float64), capital=CAPITAL, **settings)


def theirs(close, weights, **settings):
    """Give vectorbt's portfolio of the same targets, filled and valued at the close, sells first."""
    import pandas as pd
    import vectorbt as vbt

    settings = {"size_type": "targetpercent", "call_seq": "auto", "freq": "1D", **settings}
    return vbt.Portfolio.from_orders(
        pd.DataFrame(close), size=np.array(weights, dtype=np.float64), init_cash=CAPITAL, cash_sharing=True,
        group_by=True, **settings,
    )  # fmt: skip


def held(portfolio):
    """Give vectorbt's shares after the last session."""
    return portfolio.assets().to_numpy()[-1]


def words(*numbers):
    return ", ".join(f"{number:,.2f}".replace("-0.00", "0.00") for number in numbers)


def funding():
    close, weights = np.array([[10.0, 10.0]]), [[0.6, 0.4]]
    one = ours(close, weights, costs=Costs(commission_bps=100))
    return words(*one.shares[-1]), words(*held(theirs(close, weights, fees=0.01)))


def leverage():
    close, weights = column(10.0), column(-3.0)
    return words(*ours(close, weights).shares[-1]), words(*held(theirs(close, weights)))


def ruin():
    close, weights = column(10.0, 25.0, 5.0), column(-1.0, NAN, NAN)
    return words(ours(close, weights).equity[-1]), words(theirs(close, weights).value().iloc[-1])


def cover():
    close = np.array([[10.0, 10.0], [10.0, 10.0], [19.0, 10.0]])
    weights = [[-0.5, 0.0], [NAN, 1.5], [0.0, NAN]]
    one = ours(close, weights, account=Account(max_gross=3.0))
    return words(one.shares[-1, 0]), words(held(theirs(close, weights))[0])


def poor_sale():
    close, weights = column(10.0, 0.001), column(0.5, 0.0)
    one = ours(close, weights, costs=Costs(commission_min=3.0))
    return words(*one.shares[-1]), words(*held(theirs(close, weights, fixed_fees=3.0)))


def tiny():
    close, weights = column(1e12), column(1e-6)
    one, two = ours(close, weights), theirs(close, weights)
    return f"{one.shares[-1, 0]:.0e}", words(*held(two))


def lots():
    close, weights = column(1.0), column(0.0003)
    one = ours(close, weights, account=Account(lot=0.1))
    return words(*one.shares[-1]), words(*held(theirs(close, weights, size_granularity=0.1)))


def gap():
    close, weights = column(10.0, NAN, 20.0), column(NAN, 0.5, NAN)
    return words(*ours(close, weights).shares[-1]), words(*held(theirs(close, weights)))


def unmarked():
    close, opens, weights = column(NAN, 20.0), column(10.0, 19.0), column(0.5, NAN)
    one, two = ours(close, weights, open=opens), theirs(close, weights, price=opens)
    return words(one.equity[0]), words(two.value().iloc[0])


def dividend():
    close, weights = column(10.0, 9.0), column(1.0, NAN)
    one = ours(close, weights, dividend=column(0.0, 1.0))
    return words(one.equity[-1]), words(theirs(close, weights).value().iloc[-1])


def borrow():
    close, weights = column(10.0, 10.0), column(-1.0, NAN)
    costs = Costs(borrow_bps_per_year=365)
    one = ours(close, weights, costs=costs, days=np.array([0.0, 100.0]))
    return words(one.equity[-1]), words(theirs(close, weights).value().iloc[-1])


def annualisation():
    rng = np.random.default_rng(8)
    close = 10.0 * np.exp(np.cumsum(rng.normal(0.0005, 0.01, (252, 1)), axis=0))
    weights = np.full((252, 1), NAN)
    weights[0] = 1.0
    r = returns(ours(close, weights).equity, CAPITAL)
    return words(r.mean() / r.std(ddof=1) * np.sqrt(252.0)), words(theirs(close, weights).sharpe_ratio())


def exposure():
    close, weights = column(10.0, 15.0), column(-1.0, NAN)
    one = ours(close, weights)
    gross = abs(one.shares[-1, 0] * close[-1, 0]) / one.equity[-1]
    return words(gross), words(theirs(close, weights).gross_exposure().iloc[-1])


DIFFERENCES = {
    "Short of cash": funding, "Leverage": leverage, "Ruin": ruin, "Covers": cover, "Poor sales": poor_sale,
    "Small orders": tiny, "Lots": lots, "Gaps": gap, "Missing closes": unmarked, "Dividends": dividend,
    "Borrowing": borrow, "Annualisation": annualisation, "Exposure": exposure,
}  # fmt: skip
