"""The event study: mean cumulative abnormal returns with intervals, their tests, and single events as a heat map."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import polars as pl

from backtest.tearsheet.charts.shapes import cells
from backtest.tearsheet.charts.xy import Band, Curve, Plot, plot
from backtest.tearsheet.figures import Figure
from backtest.tearsheet.format import DASH, display, number, percent
from backtest.tearsheet.messages import say, typeset, understood
from backtest.tearsheet.sections.base import Block, Section, paired
from backtest.tearsheet.tables import Cell, Column, Table, counted, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backtest.study.study import StudyResult
    from backtest.tearsheet.sections.base import View

__all__ = ["MODELS", "car_window", "event_cars", "kinds_of", "section"]

POOLED = "all"
ANNOUNCER = "announcer"
MOST_KINDS, MOST_GROUPS = 2, 4
MOST_TESTS, MOST_CELLS = 24, 30
MODELS = {
    "mean": "mean-adjusted",
    "market_adjusted": "market-adjusted",
    "market": "market model",
    "scholes_williams": "Scholes-Williams market model",
    "ff3": "Fama-French three factors",
    "carhart": "Fama-French three factors and momentum",
    "ff5": "Fama-French five factors",
    "ff5_mom": "Fama-French five factors and momentum",
    "matched_basket": "matched basket",
}
TESTS = ("adjusted_bmp", "grank_t", "calendar_time")
HEAT_LEAST = 0.01
HINTS = (
    "mean over events of the abnormal return summed over the window",
    "mean standardised abnormal return over its cross-sectional error (ddof 1), enlarged for correlation of events",
    "two-sided, Student t with events - 1 degrees of freedom",
    "p after Holm's step-down over the windows of the sample",
    "generalised rank t of the standardised abnormal returns",
    "two-sided",
    "p after Holm's step-down over the windows of the sample",
    "t of the intercept of a portfolio that holds every asset inside its window, equally weighted (Jaffe 1974)",
    "two-sided",
)


def section(view: View) -> Section:
    """Make the section; absent where no study was made."""
    title, study = say("Event study"), None if view.result.evidence is None else view.result.evidence.study
    if view.result.evidence is None:
        return Section("study", title, absent=say("No evidence was gathered with this run."))
    if study is None:
        reason = view.result.evidence.remarks.get("study", say("it was not asked for"))
        return Section("study", title, absent=say("No event study: {reason}.", reason=display(understood(reason), 300)))
    if not study.path.height:
        return Section("study", title, (Block(table=_drops(study)),))
    figures = [Block(figure=one) for one in _figures(view, study)]
    rows = [paired(*figures[k : k + 2]) for k in range(0, len(figures), 2)]
    heat = _heat(view, study)
    blocks = (
        Block(note=_about(study)), *rows, Block(table=_tests(view, study)), *([Block(figure=heat)] if heat else []),
        Block(table=_times(view, study)), Block(table=_drops(study)),
    )  # fmt: skip
    return Section("study", title, blocks)


def _about(study: StudyResult) -> str:
    settings = study.settings
    return say(
        "Session 0 is the first whose close could react. Abnormal return: less what the model ({model}, fitted on "
        "{sessions} sessions that end {gap} before) expected; bands are {confidence} intervals adjusted for the "
        "correlation of events. Every valid event counts, traded or not.",
        model=say(MODELS[settings.model]),
        sessions=settings.estimation_sessions,
        gap=settings.gap,
        confidence=percent(settings.confidence, 0),
    )


def kinds_of(view: View, study: StudyResult) -> list[str]:
    """Give the kinds of the study: those traded most first, then all events together, then the others."""
    present = dict.fromkeys(study.path["kind"].to_list())
    traded = view.events.filter(pl.col("pnl").is_not_null())["kind"].to_list()
    own = sorted({kind for kind in traded if kind in present}, key=lambda kind: (-traded.count(kind), kind))
    pooled = [POOLED] if POOLED in present else []
    return [*own[:1], *pooled, *own[1:], *(kind for kind in present if kind not in {*own, POOLED})]


def _groups(study: StudyResult) -> list[str]:
    present = sorted(set(study.path["group"].to_list()))
    first = [one for one in present if one == ANNOUNCER or one.startswith("basket:")]
    return [*first, *(one for one in present if one not in first)]


def _named(group: str) -> str:
    return display(group.removeprefix("basket:"), 32) if group.startswith("basket:") else say(group)


def _kind(kind: str) -> str:
    return say("all kinds") if kind == POOLED else display(kind, 40) or say("kind not read")


def _figures(view: View, study: StudyResult) -> list[Figure]:
    kinds, groups = kinds_of(view, study)[:MOST_KINDS], _groups(study)[:MOST_GROUPS]
    return [
        _caar(f"caar-{i}-{j}", kind, group, rows)
        for i, kind in enumerate(kinds)
        for j, group in enumerate(groups)
        if (rows := study.path.filter((pl.col("kind") == kind) & (pl.col("group") == group))).height
    ]


def _caar(key: str, kind: str, group: str, rows: pl.DataFrame) -> Figure:
    offsets = rows["offset"].to_list()
    caar, lower, upper = (rows[name].to_list() for name in ("caar", "lower", "upper"))
    count, low, high = rows["n"][-1], percent(lower[-1], plus=True), percent(upper[-1], plus=True)
    title = say("CAAR: {group} at {kind}", group=_named(group), kind=_kind(kind))
    end = say(
        "{value} after {sessions} sessions ({low} to {high}), {count} events",
        value=percent(caar[-1], plus=True), sessions=offsets[-1], low=low, high=high, count=number(count, 0),
    )  # fmt: skip
    step = max(1, math.ceil((offsets[-1] - offsets[0]) / 6))
    ticks = [(float(x), number(float(x), 0)) for x in offsets if x % (5 if step > 2 else step) == 0]
    chart = Plot(
        f"{title}: {end}.", offsets, [Curve("a", caar)], 110, ticks, Band("a", lower, upper), in_percent=True, mark=0.0
    )
    return Figure(key, title, plot(chart), note=end + ".")


def _tests(view: View, study: StudyResult) -> Table:
    order = kinds_of(view, study)
    rows = study.tests.filter((pl.col("split") == "all") & pl.col("test").is_in(TESTS))
    found: dict[tuple[str, str, str], dict[str, dict[str, Any]]] = {}
    for row in rows.iter_rows(named=True):
        found.setdefault((row["kind"], row["group"], row["window"]), {})[row["test"]] = row
    windows = dict.fromkeys(study.tests["window"].to_list())
    groups = _groups(study)
    keys = [(k, g, w) for k in order for g in groups for w in windows if (k, g, w) in found]
    labels = ("CAAR, %", "Adjusted BMP t", "p", "Holm p", "GRANK-T t", "p", "Holm p", "Calendar time t", "p")
    columns = (
        *(Column(say(one)) for one in ("Kind", "Group", "Sessions")), Column(say("Events"), numeric=True),
        Column(say("Dates"), numeric=True),
        *(Column(say(one), numeric=True, hint=say(hint)) for one, hint in zip(labels, HINTS, strict=True)),
    )  # fmt: skip
    hidden = len(keys) - MOST_TESTS
    note = say(
        "Headline tests are two: BMP adjusted for correlation and variance, and the generalised rank t. Holm over the "
        "windows of a sample. Calendar time: the portfolio that holds every event over the window, by session."
    )
    more = (
        say(" {count} more rows and all other tests in study-tests.csv.", count=number(hidden, 0)) if hidden > 0 else ""
    )
    body = tuple(_test_row(key, found[key]) for key in keys[:MOST_TESTS])
    return Table(say("Tests of the mean abnormal return"), columns, body, note + more, "broad small tests")


def _test_row(key: tuple[str, str, str], by_test: dict[str, dict[str, Any]]) -> tuple[Cell, ...]:
    kind, group, window = key
    any_ = next(iter(by_test.values()))
    cells_ = [text(_kind(kind)), text(_named(group)), Cell(typeset(window), kind="nowrap")]
    cells_ += [counted(number(any_[name], 0), any_[name]) for name in ("n", "clusters")]
    cells_.append(counted(number(_times_100(any_["caar"]), 2, plus=True), any_["caar"]))
    for test in TESTS:
        row = by_test.get(test, {})
        cells_.append(_reasoned(row, "statistic", 2))
        cells_.append(_reasoned(row, "p", 3))
        if test != "calendar_time":
            cells_.append(_reasoned(row, "p_holm", 3))
    return tuple(cells_)


def _times_100(value: float | None) -> float | None:
    return None if value is None else value * 100.0


def _reasoned(row: dict[str, Any], name: str, decimals: int) -> Cell:
    value = row.get(name)
    if value is None:
        return Cell(DASH, title=display(understood(row.get("reason") or ""), 200))
    return counted(number(value, decimals, plus=name == "statistic"), value)


def car_window(study: StudyResult) -> tuple[int, int]:
    """Give the window that single events are shown by: [0, 5] where it is asked for, else the first."""
    return (0, 5) if (0, 5) in study.settings.windows else study.settings.windows[0]


def event_cars(view: View) -> tuple[dict[str, float], str]:
    """Give the CAR of every announcer by event_id over the window that single events are shown by, and the window."""
    study = view.result.evidence and view.result.evidence.study
    if not study or not study.events.height:
        return {}, ""
    label = f"[{car_window(study)[0]}, {car_window(study)[1]}]"
    rows = study.events.filter((pl.col("group") == ANNOUNCER) & (pl.col("window") == label))
    return {name: car for name, car in rows.select("event_id", "car").iter_rows() if car is not None}, typeset(label)


def _heat(view: View, study: StudyResult) -> Figure | None:
    kind = kinds_of(view, study)[0]
    rows = study.abnormal.filter(pl.col("group") == ANNOUNCER)
    rows = rows if kind == POOLED else rows.filter(pl.col("kind") == kind)
    if not rows.height:
        return None
    offsets = sorted(set(rows["offset"].to_list()))
    window = f"[{car_window(study)[0]}, {car_window(study)[1]}]"
    about = study.events.filter((pl.col("group") == ANNOUNCER) & (pl.col("window") == window))
    facts = {row["event_id"]: row for row in about.iter_rows(named=True)}
    by_event: dict[str, list[float | None]] = {}
    for event_id, ar in rows.sort("event_id", "offset").select("event_id", "ar").iter_rows():
        by_event.setdefault(event_id, []).append(ar)
    ranked = sorted(by_event, key=lambda one: (-abs(facts[one]["car"] or 0.0), one))[:MOST_CELLS]
    shown = sorted(ranked, key=lambda one: (facts[one]["session"], one))
    named = [(f"{facts[one]['session']} {display(facts[one]['asset'], 8)}", by_event[one]) for one in shown]
    sizes = sorted(abs(v) for _, values in named for v in values if v is not None)
    full = max(sizes[int(0.95 * (len(sizes) - 1))] if sizes else 0.0, HEAT_LEAST)
    labels = [number(float(x), 0) if x % 5 == 0 else "" for x in offsets]
    shown_window = typeset(window)
    said = say(
        "Announcers at {kind}, the {shown} of {count} events with the largest CAR {window}; blue above, orange below, "
        "the strongest shade from {full}.",
        kind=_kind(kind), shown=len(shown), count=number(len(by_event), 0), window=shown_window, full=percent(full, 1),
    )  # fmt: skip
    return Figure("abnormal", say("Abnormal return by event and session"), cells(named, labels, full, said),
                  note=said, kind="rows")  # fmt: skip


def _times(view: View, study: StudyResult) -> Table:
    """Give the mean CAR by when the news came, against the opening hours: descriptive, without a test."""
    first, last = car_window(study)
    label = f"[{first}, {last}]"
    groups = _groups(study)[:MOST_GROUPS]
    rules = view.events.select("event_id", pl.col("rule").fill_null(""))
    joined = study.events.filter((pl.col("window") == label) & pl.col("car").is_not_null()).join(
        rules.unique("event_id", keep="first", maintain_order=True), on="event_id", how="left", maintain_order="left"
    )
    rows = []
    for rule in sorted(set(joined["rule"].drop_nulls().to_list())):
        part = joined.filter(pl.col("rule") == rule)
        events = part["event_id"].n_unique()
        rows.append(
            (text(understood(display(rule, 80)) or DASH), counted(number(events, 0), events),
             *(_mean(part.filter(pl.col("group") == group)["car"]) for group in groups))
        )  # fmt: skip
    columns = (Column(say("News came")), Column(say("Events"), numeric=True),
               *(Column(f"{_named(group)}, %", numeric=True) for group in groups))  # fmt: skip
    caption = say("Mean CAR {window} by time of the news", window=typeset(label))
    return Table(caption, columns, tuple(rows), say("Means without a test; all kinds."))


def _mean(values: pl.Series) -> Cell:
    found = values.to_list()
    mean = math.fsum(found) / len(found) if found else None
    return counted(number(_times_100(mean), 2, plus=True), mean)


def _drops(study: StudyResult) -> Table:
    window = f"[{car_window(study)[0]}, {car_window(study)[1]}]"
    kept = study.drops.filter((pl.col("window") == window) & (pl.col("group") == ANNOUNCER))
    sums: dict[str, int] = {}
    for reason, count in kept.select("reason", "events").iter_rows():
        sums[reason] = sums.get(reason, 0) + count
    ordered: Sequence[tuple[str, int]] = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))
    rows = tuple((text(understood(display(r, 120))), counted(number(n, 0), n)) for r, n in ordered[:8])
    hidden = sum(n for _, n in ordered[8:])
    note = say("{count} more events for other reasons.", count=number(hidden, 0)) if hidden else ""
    columns = (Column(say("Reason")), Column(say("Events"), numeric=True))
    caption = say("Announcers left out of window {window}", window=typeset(window))
    return Table(caption, columns, rows, note, "narrow drops")
