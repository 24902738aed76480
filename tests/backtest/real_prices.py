"""Truly unadjusted prices with their actions: what LEAN's zips and factor files say, and the vendors' dividends."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from datetime import date

# The share that trades as GOOGL was GOOG until 2014-04-02; after that day GOOG is another share class.
RENAMED = {"googl": ("goog", 20140402)}
SCALE = 1e4  # LEAN writes prices in hundredths of a cent


@dataclass(frozen=True)
class Raw:
    """Unadjusted prices of one asset, each array of shape (session,): sessions as yyyymmdd.

    price_factor, split_factor: the file's factors of each session; split, dividend: on their ex-date, as they imply.
    """

    session: np.ndarray
    open: np.ndarray
    close: np.ndarray
    price_factor: np.ndarray
    split_factor: np.ndarray

    @property
    def split(self):
        """Give new shares per old: how the split factor steps up; 1 where it does not."""
        ratio = np.ones(len(self.session))
        ratio[1:] = self.split_factor[1:] / self.split_factor[:-1]
        return ratio

    @property
    def dividend(self):
        """Give cash per share: the factor before the ex-date is 1 - dividend / close before it, all on one basis."""
        paid = np.zeros(len(self.session))
        paid[1:] = self.close[:-1] / self.split[1:] * (1.0 - self.price_factor[:-1] / self.price_factor[1:])
        return paid


def lean(folder, asset):
    """Read one asset: the zip of every name it had, and the factors, which hold up to and including their date."""
    rows = _zip(folder, asset)
    if asset in RENAMED:
        before, until = RENAMED[asset]
        older = _zip(folder, before)
        rows = np.vstack([older[older[:, 0] <= until], rows[rows[:, 0] > until]])
    factors = pl.read_csv(folder / f"{asset}_factor.csv", has_header=False).cast(pl.Float64).to_numpy()
    at = np.searchsorted(factors[:, 0], rows[:, 0])
    return Raw(rows[:, 0], rows[:, 1] / SCALE, rows[:, 4] / SCALE, factors[at, 1], factors[at, 2])


def _zip(folder, name):
    with zipfile.ZipFile(folder / f"{name}.zip") as archive:
        frame = pl.read_csv(archive.read(f"{name}.csv"), has_header=False)
    day = frame["column_0"].cast(pl.String).str.slice(0, 8).cast(pl.Int64)  # some zips write an hour behind the day
    return frame.with_columns(day.alias("column_0")).cast(pl.Float64).to_numpy()


def vendor(folder, asset, first):
    """Give close and adj_close (on today's basis), dividend and split of one asset since a day, as arrays."""
    frame = pl.read_parquet(folder / "universe.parquet").filter(pl.col("symbol") == asset, pl.col("date") >= first)
    actions = pl.read_csv(folder / "corporate_actions.csv", try_parse_dates=True).filter(pl.col("symbol") == asset)
    frame = frame.sort("date")
    listed = {kind: actions.filter(pl.col("type") == kind) for kind in ("dividend", "split")}
    paid = dict(listed["dividend"].select("date", "amount").iter_rows())
    ratios = dict(listed["split"].select("date", "ratio").iter_rows())
    days: list[date] = frame["date"].to_list()
    return (
        frame["close"].to_numpy(), frame["adj_close"].to_numpy(),
        np.array([paid.get(day, 0.0) for day in days]), np.array([ratios.get(day, 1.0) for day in days]),
    )  # fmt: skip
