# ruff: noqa: INP001 - a script beside the packages
"""Make data/events/curated from the collection of events: ``python tools/curate.py ../shared/data/events [out]``.

Nothing is added to the facts but what curated_facts.py states. Units become dollars, labels of periods get one form,
definitions get names, a backlog that is in a filing is known when the filing is, never before; what has no address or
no day is set aside in a file of its own.
"""

from __future__ import annotations

import csv
import re
import sys
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
from curated_facts import (
    ANNUAL_LAG_SESSIONS,
    CHANNELS,
    DEFINITIONS,
    DIRECTIONS,
    EXPECTED,
    FISCAL_YEAR_END,
    GROUPS,
    NOTES,
    OTHER_PERIOD,
    QUARTERLY_LAG_SESSIONS,
    RESTATED,
)

from data.calendar import load as load_calendar
from data.events.periods import read_period

FOLDER = Path(__file__).resolve().parents[1] / "data" / "events" / "curated"
COLUMNS = (
    "event_id", "group_id", "kind", "asset", "announced_at", "session_flag", "known_at", "channel", "period",
    "period_end", "metric", "definition", "value", "low", "high", "qualifier", "unit", "prior", "expected",
    "direction", "confidence", "source", "note",
)  # fmt: skip
MONEY = {"USD_mn": Decimal(10) ** 6, "USD_bn": Decimal(10) ** 9}
BILLION = Decimal(10) ** 9
UNITS = {"MW_couple_hundred": "", "pct_cost_cut_approx": "pct"}
DAY = re.compile(r"\d{4}-\d{2}-\d{2}(T.*)?")
LATER_IN_FILING = re.compile(r"treat as known from next session|filing date not seen")
SPOKEN = re.compile(r"quoted on call|on call|as stated")
NOWHERE = re.compile(r"address not retained|^(secondary page|)$")
ABOUT = re.compile(r"\b(about|approximately|around)\b", re.IGNORECASE)

Row = dict[str, str]


def main(folder: Path, out: Path = FOLDER) -> None:
    """Read the collection and write the curated files."""
    filed = {(row["company"], row["period"]): row for row in _read(folder / "earnings_calendar.csv")}
    rows = [_curated(row, filed) for row in _read(folder / "events.csv")]
    rows += [_restated(row, *RESTATED[row["event_id"]]) for row in rows if row["event_id"] in RESTATED]
    rows.sort(key=lambda row: (row["announced_at"][:10], row["known_at"], row["event_id"]))
    kept = [row for row in rows if not _reason(row)]
    for kind in sorted({row["kind"] for row in kept}):
        _write(out / f"{kind}.csv", COLUMNS, [row for row in kept if row["kind"] == kind])
    _write(
        out / "set_aside.csv", ("reason", *COLUMNS), [row | {"reason": _reason(row)} for row in rows if _reason(row)]
    )
    _write(out / "definitions.csv", ("definition", "company", "meaning"), _definitions(rows))


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, columns: tuple[str, ...], rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def _curated(row: Row, filed: dict[tuple[str, str], Row]) -> Row:
    company, name = row["company"], row["event_id"]
    named = DEFINITIONS.get((_version(row), row["metric"]))
    period = read_period(row["period"])
    guide = row["kind"] == "capex_guidance"
    unit = "USD" if row["unit"] in MONEY else UNITS.get(row["unit"], row["unit"])
    return {
        "event_id": name,
        "group_id": GROUPS.get(name, ""),
        "kind": row["kind"],
        "asset": company,
        "announced_at": row["announced_at"],
        "session_flag": row["session"],
        "known_at": _known_at(row, filed),
        "channel": CHANNELS.get(name, _channel(row)),
        "period": period.label if period else row["period"],
        "period_end": _period_end(row, filed),
        "metric": named.metric if named else row["metric"],
        "definition": named.definition if named else row["metric"],
        "value": _amount(row["value"], row["unit"]),
        "low": _amount(row["value_low"], row["unit"]),
        "high": _amount(row["value_high"], row["unit"]),
        "qualifier": _qualifier(row),
        "unit": unit,
        "prior": _prior(row) if guide and name not in OTHER_PERIOD else "",
        "expected": _plain(Decimal(EXPECTED[name]) * BILLION) if name in EXPECTED else "",
        "direction": DIRECTIONS.get(name, row["direction"]),
        "confidence": row["confidence"],
        "source": _source(row["source"]),
        "note": _note(row),
    }


def _version(row: Row) -> str:
    """Name the company, and from 2026 on the one whose backlogs changed their definition then."""
    backlog = row["kind"] == "rpo" and row["company"] == "GOOGL"
    return "GOOGL from 2026" if backlog and row["period"] >= "2026Q1" else row["company"]


def _restated(row: Row, millions: str, known_at: str, source: str, note: str) -> Row:
    value = _amount(millions, "USD_mn")
    later = {"value": value, "known_at": known_at, "source": source, "note": note, "channel": "10-Q", "direction": ""}
    return row | later | {"event_id": f"{row['event_id']}-restated"}


def _reason(row: Row) -> str:
    if not DAY.fullmatch(row["announced_at"]):
        return "no day known"
    return "address not retained" if NOWHERE.search(row["source"].split(" | date:")[0]) else ""


def _amount(text: str, unit: str) -> str:
    return _plain(Decimal(text) * MONEY.get(unit, Decimal(1))) if text else ""


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _prior(row: Row) -> str:
    return "-".join(_amount(end, row["unit"]) for end in row["prior_value"].split("-"))


def _qualifier(row: Row) -> str:
    if row["value_low"] and not row["value_high"]:
        return ">"
    about = row["unit"] == "pct_cost_cut_approx" or (row["kind"] == "capex_guidance" and ABOUT.search(row["notes"]))
    return "~" if row["value"] and about else ""


def _channel(row: Row) -> str:
    if row["kind"] == "capex_actual":
        return "8-K"
    if row["kind"] == "rpo":
        return "call" if SPOKEN.search(row["notes"]) else "10-Q" if row["metric"].startswith("rpo") else "8-K"
    if row["kind"] == "capex_guidance":
        return "8-K" if row["company"] == "META" else "call"
    return "press"


def _known_at(row: Row, filed: dict[tuple[str, str], Row]) -> str:
    """Give the day of the filing for a backlog that is in the filing only; later than announced, else empty."""
    if row["kind"] != "rpo" or not row["metric"].startswith("rpo") or "T" in row["announced_at"]:
        return ""
    copied = row["company"] == "ORCL" and "ConceptStocks" in row["source"]
    if not copied and (SPOKEN.search(row["notes"]) or not LATER_IN_FILING.search(row["notes"] + row["source"])):
        return ""
    report = filed.get((row["company"], row["period"]), {}).get("periodic_filed", "")[:10]
    if report:
        return report if report > row["announced_at"] else ""
    annual = row["period"].endswith("Q4") and row["company"] != "AMZN"
    return _sessions_later(row["announced_at"], ANNUAL_LAG_SESSIONS if annual else QUARTERLY_LAG_SESSIONS)


def _sessions_later(day: str, count: int) -> str:
    sessions = load_calendar().sessions
    return str(sessions[int(np.searchsorted(sessions, np.datetime64(day), side="right")) + count - 1])


def _period_end(row: Row, filed: dict[tuple[str, str], Row]) -> str:
    known = filed.get((row["company"], row["period"]), {}).get("period_end", "")
    period = read_period(row["period"])
    if known or period is None or row["kind"] in {"routing_adoption", "other"}:
        return known
    last = FISCAL_YEAR_END.get(row["company"], 12) if period.basis == "FY" else 12
    year, quarter = divmod(period.end, 4)
    months = year * 12 + last - 3 * (3 - quarter)
    return str(date(months // 12, months % 12 + 1, 1) - timedelta(days=1))


def _source(text: str) -> str:
    for pattern, by in (
        (r" ?\(saved: [^)]*\)", ""),
        (r"PyPI stocks-earnings-dates (\S+) earnings\.db", r"stocks-earnings-dates \1"),
        (r" (pages?|calendar) read earlier( in (this )?session)?", r" \1"),
        (r"; seed none|[;,]? ?seeds? \d[\d, and]*(\([^)]*\))?", ""),
        (r"date: (8-K Item 2\.02) date:", r"date: \1:"),
        (r"\bremembered\b", "from memory"),
        (r"\s+;", ";"),
        (r"\s{2,}", " "),
    ):
        text = re.sub(pattern, by, text)
    return text.strip(" ;,")


def _note(row: Row) -> str:
    text = row["notes"].replace("remembered", "from memory")
    for old, new in NOTES.items():
        text = text.replace(old, new)
    name = row["event_id"]
    parts = [text]
    if name in OTHER_PERIOD and row["prior_value"]:
        parts.append(f"{OTHER_PERIOD[name]} was {row['prior_value']} bn")
    if name in DIRECTIONS:
        parts.append(f"collected as {row['direction']}")
    if row["unit"] == "MW_couple_hundred":
        parts.append("a couple of hundred MW")
    return "; ".join(part for part in parts if part)


def _definitions(rows: list[Row]) -> list[Row]:
    used = {row["definition"] for row in rows}
    known = {one.definition: (key[0].split()[0] if key[0] else "", one.meaning) for key, one in DEFINITIONS.items()}
    return [
        {"definition": name, "company": known[name][0], "meaning": known[name][1]}
        for name in sorted(known)
        if name in used
    ]


if __name__ == "__main__":
    main(*(Path(text) for text in sys.argv[1:3]))
