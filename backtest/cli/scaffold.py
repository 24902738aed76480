"""The texts that ``backtest init`` writes."""

from __future__ import annotations

__all__ = ["CONFIG", "EVENTS"]

CONFIG = """\
# yaml-language-server: $schema=./backtest.schema.json
# One research question in one file. Check it: backtest validate <this file>; run it: backtest run <this file>
version: 1
name: NAME
thesis: >
  What is believed, and what would refute it. For example: when companies route work to cheaper models, money moves
  from chip makers to the clouds; refuted when the tilts lose to the untilted base mix.
calendar: XNYS                  # exchange whose sessions count (ISO 10383)
# period: {start: 2019-01-02, end: 2025-12-31}   # without it the prices decide

prices:
  source: files
  # One CSV or parquet file, or a folder of them, beside this config. Long: a row per session and asset with the
  # columns session, asset, open, high, low, close (volume, dividend and split as far as known).
  path: NAME-prices.csv
  adjustment: split             # what the prices are: raw, split or total (dividends reinvested too); never guessed
  # columns: {session: date, asset: ticker}      # our name: the file's name, where they differ

events:
  source: files
  path: NAME-events.csv         # this template lies beside the config: replace its rows
  timezone: America/New_York    # zone of instants written without an offset

baskets:
  semis: [NVDA, AVGO, AMD, MU, TSM]
  hyperscalers: [GOOGL, AMZN, MSFT, META]

signals:
  - kind: rotation              # events move weight from one basket to another
    from: semis
    to: hyperscalers
    triggers:                   # the first that matches an event counts; sizes are fractions of equity
      - {kind: routing_adoption, size: 0.10}
      - {kind: compute_resale, size: 0.05}
      - {kind: capex_guidance, directions: [cut], size: 0.10}
      - {kind: capex_guidance, directions: [raised], size: -0.10}
    decay: {kind: exponential, half_life_sessions: 20}
    cap: 0.30                   # most that may be moved, net

portfolio:
  base: {semis: 0.5, hyperscalers: 0.5}          # the mix without events; what is left stays in cash
  rebalance_every_sessions: 5

account: {capital: 1000000, fill: open}          # orders fill at the next open after an event is known
costs: {commission_bps: 1, half_spread_bps: 2, slippage_bps: 1}
# benchmark: SPY                # bought and held at the same costs; its prices must be in the file
seed: 0
"""

# Three rows that show the three ways of stating a time: a date with a session flag, an instant, a date alone.
EVENTS = """\
event_id,kind,asset,announced_at,session_flag,period,metric,value,low,high,unit,prior,direction,confidence,source
META-20230201-capex_guidance,capex_guidance,META,2023-02-01,post,FY2023,capex_guidance_fy,,30,33,USD_bn,34-37,cut,\
high,company release
ORCL-20250909-capex_guidance,capex_guidance,ORCL,2025-09-09T16:05:00-04:00,post,FY2026,capex_guidance_fy,35,,,USD_bn,\
25,raised,high,company call
MSFT-20250221-compute_resale,compute_resale,MSFT,2025-02-21,,,lease_cancellations,,,,,,oversupply,medium,press
"""
