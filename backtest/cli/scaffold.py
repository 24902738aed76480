"""The texts that ``backtest init`` writes: a config and a template of events for each sort of thesis."""

from __future__ import annotations

from typing import Literal, NamedTuple

__all__ = ["TEMPLATES", "Template", "Thesis", "config", "events"]

Thesis = Literal["rotation", "shock", "trend", "own"]


class Template(NamedTuple):
    """What differs from thesis to thesis: the belief, what is read of events, the signals, and the example rows."""

    belief: str
    reading: str
    signals: str
    rows: str


CONFIG = """\
# yaml-language-server: $schema=./backtest.schema.json
# One research question in one file. It runs as it is, on a simulated market in which nothing is to be found; then make
# it yours: the prices, the baskets, the rows of NAME-events.csv. `backtest explain FIELD` says what any field means.
version: 1
name: NAME
thesis: >
BELIEF
calendar: XNYS                  # exchange whose sessions count (ISO 10383)
# period: {start: 2019-01-02, end: 2025-12-31}   # without it the prices decide

prices:
  source: simulated             # yours: write files or yfinance here, or --set prices.source=files
  simulated: {seed: 7, effects: []}
  # One CSV or parquet file, or a folder of them, beside this config: a row per session and asset with the columns
  # session, asset, open, high, low, close (volume, dividend and split as far as known).
  files:
    path: NAME-prices.csv
    adjustment: split           # what the prices are: raw, split or total (dividends reinvested too); never guessed
    # columns: {session: date, asset: ticker}    # our name: the file's name, where they differ
  yfinance: {start: 2018-01-02}

events:
  source: files
  path: NAME-events.csv         # three example rows: a day with a session flag, an instant, a day alone
  timezone: America/New_York    # zone of instants written without an offset
READING
baskets:                        # yours: as semis: [NVDA, AVGO, AMD, MU, TSM]
  semis: [SEM1, SEM2, SEM3, SEM4, SEM5]
  hyperscalers: [HYP1, HYP2, HYP3, HYP4]

signals:
SIGNALS
portfolio:
  base: {semis: 0.5, hyperscalers: 0.5}          # the mix without events; what is left stays in cash
  rebalance_every_sessions: 5

account: {capital: 1000000, fill: open}          # orders fill at the next open after an event is known
costs: {commission_bps: 1, half_spread_bps: 2, slippage_bps: 1}
benchmark: MKT                  # bought and held at the same costs; yours: as SPY
seed: 0
"""

HEADER = (
    "event_id,kind,asset,announced_at,session_flag,period,metric,value,low,high,unit,prior,direction,confidence,source"
)

# A day with a session flag, and an instant.
GUIDES = (
    HEADER
    + """
HYP1-20230201-capex_guidance,capex_guidance,HYP1,2023-02-01,post,FY2023,capex_guidance,,30,33,USD_bn,34-37,cut,high,\
example
HYP2-20230911-capex_guidance,capex_guidance,HYP2,2023-09-11T16:05:00-04:00,post,FY2024,capex_guidance,35,,,USD_bn,25,\
raised,high,example
"""
)

TEMPLATES: dict[Thesis, Template] = {
    "rotation": Template(
        """\
  When companies route work to cheaper models, money moves from chip makers to the clouds. Refuted when the tilts lose
  to the untilted base mix, or gain no more than chance would.
""",
        "",
        """\
  - kind: rotation              # events move weight from one basket to another
    name: thrift
    from: semis
    to: hyperscalers
    triggers:                   # the first that matches an event counts; sizes are fractions of equity
      - {kind: routing_adoption, size: 0.10}
      - {kind: capex_guidance, directions: [cut], size: 0.10}
      - {kind: capex_guidance, directions: [raised], size: -0.10}
    decay: {kind: exponential, half_life_sessions: 20}
    cap: 0.30                   # most that may be moved, net
""",
        GUIDES
        + """\
HYP3-20240221-routing_adoption,routing_adoption,HYP3,2024-02-21,,,default_model,,,,,,adoption,medium,example
""",
    ),
    "shock": Template(
        """\
  A capex guide far above the one before costs its announcer and orders from its suppliers. Refuted when the tilts lose
  to the untilted base mix, or gain no more than chance would.
""",
        "",
        """\
  - kind: capex_guidance        # a guide against the one before it moves its announcer and whom it pays
    name: shock
    strength: clip(otherwise(over_prior / 0.1, by_direction), -2, 2)   # 10 % more is 1; without a number: direction
    announcer: -0.03            # fractions of equity at strength 1; a raise is a cost here
    suppliers: {size: 0.03, basket: semis}
    decay: {kind: exponential, half_life_sessions: 10}
    cap: 0.20                   # most that may be moved, net
""",
        GUIDES
        + """\
HYP3-20240221-capex_guidance,capex_guidance,HYP3,2024-02-21,,FY2024,capex_guidance,,,,,,qualitative_up,medium,example
""",
    ),
    "trend": Template(
        """\
  While several companies together guide more capex than a year before, chip makers beat the clouds. Refuted when the
  tilt loses to the untilted base mix over a whole cycle of capex.
""",
        "",
        """\
  - kind: capex_trend           # what companies spend and guide together moves weight between two baskets
    name: trend
    companies: [HYP1, HYP2]
    from: hyperscalers
    to: semis
    size: 0.10                  # fraction of equity at strength 1
    # Also over total, growth, acceleration and breadth, once nine quarters of capex_actual are in the events.
    strength: clip(guides_growth / 0.5, -1, 1)
    decay: {kind: until_next, sessions: 130}
    cap: 0.10
""",
        HEADER
        + """
HYP1-20230201-capex_guidance,capex_guidance,HYP1,2023-02-01,post,FY2023,capex_guidance,,30,33,USD_bn,,issued,high,\
example
HYP1-20240205-capex_guidance,capex_guidance,HYP1,2024-02-05T16:05:00-05:00,post,FY2024,capex_guidance,45,,,USD_bn,,\
issued,high,example
HYP1-20240424-capex_guidance,capex_guidance,HYP1,2024-04-24,,FY2024,capex_guidance,52,,,USD_bn,45,raised,medium,example
""",
    ),
    "own": Template(
        """\
  What is believed, and what would refute it. Here: who pledges a large plant is ahead of the others for a quarter;
  refuted when the tilts lose to the untilted base mix.
""",
        """\
  extra: {materiality: number, region: text}     # columns of one's own, which expressions may name
  kinds:                        # kinds of one's own: what a row must state, and in what unit
    - {name: pledge, required: [asset, value], unit: USD_bn, directions: [made, withdrawn]}
""",
        """\
  - kind: custom                # any kind of event, scored by a column or an expression over its facts
    name: pledges
    events: [pledge]
    when: region != 'home'      # only events of which this holds
    score: clip(value / 40, 0, 1) * otherwise(materiality, 0.5)
    size: 0.10                  # fraction of equity at score 1, on the announcer; `on: BASKET` moves a basket
    neutral_to: hyperscalers    # who gives it; without it, cash
    decay: {kind: linear, sessions: 60}
    cap: 0.20
""",
        """\
event_id,kind,asset,announced_at,session_flag,value,unit,direction,confidence,source,materiality,region
HYP1-20230201-pledge,pledge,HYP1,2023-02-01,post,40,USD_bn,made,high,example,1,abroad
HYP2-20230911-pledge,pledge,HYP2,2023-09-11T16:05:00-04:00,post,15,USD_bn,made,high,example,0.8,abroad
SEM1-20240221-pledge,pledge,SEM1,2024-02-21,,20,USD_bn,made,medium,example,,abroad
""",
    ),
}


def config(name: str, thesis: Thesis) -> str:
    """Give the text of the config."""
    chosen = TEMPLATES[thesis]
    parts = {"BELIEF\n": chosen.belief, "READING\n": f"{chosen.reading}\n", "SIGNALS\n": f"{chosen.signals}\n"}
    text = CONFIG
    for place, part in parts.items():
        text = text.replace(place, part)
    return text.replace("NAME", name)


def events(thesis: Thesis) -> str:
    """Give the text of the template of events."""
    return TEMPLATES[thesis].rows
