"""Columns of every frame that crosses a floor: dtype, unit, meaning, and one checker that reports all offences."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from data.errors import Finding, InputError

UTC_INSTANT = pl.Datetime("us", "UTC")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: dtype, unit, meaning, whether it must be there and whether it may be null."""

    dtype: pl.DataType | type[pl.DataType]
    unit: str
    meaning: str
    required: bool = True
    nullable: bool = False


Schema = dict[str, Column]


def _text(meaning: str, *, required: bool = False) -> Column:
    return Column(pl.String, "", meaning, required=required, nullable=not required)


def _number(unit: str, meaning: str) -> Column:
    return Column(pl.Float64, unit, meaning, required=False, nullable=True)


PRICES: Schema = {
    "session": Column(pl.Date, "exchange day", "session of the exchange"),
    "asset": Column(pl.String, "", "name of the asset"),
    "open": _number("quote currency per share", "first price of the session"),
    "high": _number("quote currency per share", "highest price of the session"),
    "low": _number("quote currency per share", "lowest price of the session"),
    "close": Column(pl.Float64, "quote currency per share", "last price of the session", nullable=True),
    "volume": _number("shares", "shares traded in the session"),
    "dividend": _number("quote currency per share", "cash dividend, on the ex-date"),
    "split": _number("new shares per old", "split or bonus, on the first session of the new basis"),
}

EVENTS: Schema = {
    "event_id": _text("unique name of the event", required=True),
    "group_id": _text("links rumour, report and confirmation of one fact"),
    "kind": _text("what sort of event: capex_guidance, rpo, routing_adoption, ...", required=True),
    "asset": _text("announcer, in the names of the prices"),
    "announced_at": Column(UTC_INSTANT, "UTC instant", "instant at which the public knew, at the latest"),
    "timing": Column(pl.String, "A, B or C", "grade: A exact instant, B session flag, C date only"),
    "known_at": Column(UTC_INSTANT, "UTC instant", "instant at which this vintage of the value existed"),
    "stated": _text("the time as the source wrote it, for people", required=True),
    "channel": _text("8-K, call, press, social, ..."),
    "period": _text("period the value speaks of, as the source labels it"),
    "period_end": Column(pl.Date, "day", "last day of that period", required=False, nullable=True),
    "metric": _text("what was measured"),
    "definition": _text("definition of the metric; values compare only within one"),
    "value": _number("unit", "value announced"),
    "low": _number("unit", "low end of a range"),
    "high": _number("unit", "high end of a range"),
    "qualifier": _text("~, >, up to"),
    "unit": _text("unit of value, low, high, prior, prior_low, prior_high and expected"),
    "prior": _number("unit", "value before this event, when that was one number"),
    "prior_low": _number("unit", "low end of the range before this event"),
    "prior_high": _number("unit", "high end of the range before this event"),
    "expected": _number("unit", "consensus before this event"),
    "direction": _text("raised, cut, reiterated, redefined, ..."),
    "confidence": _text("high, medium, low, memory"),
    "source": _text("where the fact can be read"),
    "note": _text("remark of the collector"),
}

SCORES: Schema = {
    "session": Column(pl.Date, "exchange day", "decision session: known before its fill"),
    "asset": Column(pl.String, "", "asset the score speaks of"),
    "signal": Column(pl.String, "", "name of the signal"),
    "event_id": Column(pl.String, "", "event behind the score"),
    "score": Column(pl.Float64, "fraction of equity", "tilt of the target weight"),
}


def empty(schema: Schema) -> pl.DataFrame:
    """Give a frame without rows that has every column of the schema."""
    return pl.DataFrame(schema={name: column.dtype for name, column in schema.items()})


def conform(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """Order the columns as the schema does and add the optional ones that are absent as nulls."""
    present = set(frame.columns)
    missing = [pl.lit(None, dtype=column.dtype).alias(name) for name, column in schema.items() if name not in present]
    return frame.with_columns(missing).select(list(schema))


def offences(frame: pl.DataFrame, schema: Schema, where: str) -> list[Finding]:
    """List every breach of the schema: absent columns, wrong dtypes, nulls (the row counts from 1)."""
    found: list[Finding] = []
    for name, column in schema.items():
        if name not in frame.columns:
            if column.required:
                found.append(
                    Finding(where, name, "", "column is missing", f"columns found: {', '.join(frame.columns)}")
                )
            continue
        if frame.schema[name] != column.dtype:
            problem = f"dtype is {frame.schema[name]}, expected {column.dtype}"
            found.append(Finding(where, name, "", problem))
        elif not column.nullable:
            rows = frame[name].is_null().arg_true().to_list()
            found += [Finding(f"{where} row {row + 1}", name, "", "is empty, a value is required") for row in rows]
    found += [
        Finding(where, name, "", "unknown column", f"known: {', '.join(schema)}")
        for name in frame.columns
        if name not in schema
    ]
    return found


def check(frame: pl.DataFrame, schema: Schema, where: str) -> pl.DataFrame:
    """Return the frame when it keeps the schema.

    Raises
    ------
    InputError
        With all offences at once.

    """
    found = offences(frame, schema, where)
    if found:
        raise InputError(f"{where}: {len(found)} breaches of the schema", found)
    return frame
