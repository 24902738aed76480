"""The study from events to frames: laws of invariance, reasons, overlaps, groups and corrections."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from pydantic import ValidationError

from backtest.study.overlap import left_out
from backtest.study.settings import Study
from backtest.study.statistics import TESTS
from backtest.study.study import Happenings, Returns, study

SESSIONS, NAMES = 420, ("A", "B", "C", "D", "E")
SETTINGS = Study(
    estimation_sessions=120,
    gap=5,
    windows=((0, 0), (0, 2)),
    min_estimation_obs=60,
    bootstrap_draws=199,
    mask_other_events=False,
)
RNG = np.random.default_rng(4)
MARKET = RNG.normal(0.0003, 0.01, SESSIONS)
VALUES = np.array([0.8, 1.0, 1.2, 0.9, 1.1]) * MARKET[:, None] + RNG.normal(0.0, 0.015, (SESSIONS, 5))
START = np.datetime64("2020-01-01")
BASKETS = {"x": ("A", "B"), "y": ("C", "D", "E")}


def days(count):
    return START + np.arange(count)


def happened(rows, **words):
    asset, session = zip(*rows, strict=True)
    count = len(rows)
    return Happenings(
        event_id=words.get("event_id", tuple(f"e{n:02}" for n in range(count))),
        kind=words.get("kind", ("news",) * count),
        asset=asset,
        timing=words.get("timing", ("A",) * count),
        direction=words.get("direction", ("",) * count),
        session=np.array(session, dtype=np.int64),
        cluster=np.array(session, dtype=np.int64),
    )


ROWS = [("A", 150), ("A", 152), ("B", 200), ("C", 200), ("D", 300), ("E", 310), ("E", 400)]


def studied(rows=ROWS, values=VALUES, settings=SETTINGS, baskets=None, assets=NAMES, market=MARKET, **words):
    returns = Returns(days(len(values)), assets, values, market)
    return study(returns, happened(rows, **words), settings, baskets or {})


def numbers(result, group="announcer"):
    return result.tests.filter(pl.col("group") == group).select("split", "level", "window", "test", "statistic", "p")


def test_two_events_of_one_asset_are_two_assets_with_the_same_returns():
    """Nothing is keyed by asset: a copy of A for its second event changes no number."""
    copied = np.column_stack([VALUES, VALUES[:, 0]])
    rows = [ROWS[0], ("F", 152), *ROWS[2:]]
    twin = studied(rows, copied, assets=(*NAMES, "F"))
    assert_frame_equal(numbers(twin).filter(pl.col("test") != "calendar_time"),
                       numbers(studied()).filter(pl.col("test") != "calendar_time"))  # fmt: skip


def test_rows_and_assets_without_returns_change_nothing():
    """An asset without any return, and sessions after everything, leave every number as it was."""
    padded = np.column_stack([VALUES, np.full(SESSIONS, np.nan)])
    padded = np.vstack([padded, np.full((30, 6), np.nan)])
    market = np.append(MARKET, np.full(30, np.nan))
    assert_frame_equal(numbers(studied(values=padded, assets=(*NAMES, "Z"), market=market)), numbers(studied()))


def test_moving_everything_by_some_sessions_changes_nothing():
    """Only distances count."""
    ahead = np.full((37, 5), np.nan)
    moved = studied([(a, s + 37) for a, s in ROWS], np.vstack([ahead, VALUES]), market=np.append(ahead[:, 0], MARKET))
    assert_frame_equal(numbers(moved), numbers(studied()), rel_tol=1e-12)


def test_the_order_of_events_changes_nothing():
    """Events are sorted before anything depends on their order."""
    turned = studied(ROWS[::-1], event_id=tuple(f"e{n:02}" for n in range(len(ROWS)))[::-1])
    assert_frame_equal(numbers(turned), numbers(studied()))


def test_a_scale_of_all_returns_changes_no_statistic():
    """Tests are pure numbers."""
    scaled = numbers(studied(values=VALUES * 0.1, market=MARKET * 0.1))
    assert_frame_equal(scaled, numbers(studied()), rel_tol=1e-9)


def test_every_event_group_and_window_has_numbers_or_a_reason():
    """Before the prices, after them, without prices, too early to fit, and cut by the end of the prices."""
    rows = [*ROWS, ("A", -1), ("A", SESSIONS), ("Q", 200), ("B", 30), ("B", SESSIONS - 1)]
    result = studied(rows, baskets=BASKETS)
    assert result.events.height == len(rows) * 4 * 2
    own = result.events.filter(pl.col("group") == "announcer")
    wanted = {
        "e07": "before the first session",
        "e08": "after the last session",
        "e09": "Q has no prices",
        "e10": "fewer than 60 returns in the estimation window",
    }
    got = dict(
        own.filter((pl.col("window") == "[0, 0]") & (pl.col("status") == "dropped")).select("event_id", "reason").rows()
    )
    assert got == wanted
    cut = own.filter((pl.col("event_id") == "e11") & (pl.col("window") == "[0, 2]"))
    assert cut["reason"].to_list() == ["the window leaves the prices"]
    assert own.filter(pl.col("status") == "dropped")["car"].is_null().all()
    assert (
        own.filter(pl.col("status") == "kept").select("car", "scar", "bhar", "t", "p").null_count().sum_horizontal()[0]
        == 0
    )
    assert result.drops.filter(pl.col("group") == "announcer")["events"].sum() == 4 * 2 + 1


def test_a_missing_return_in_the_window_is_counted_never_filled():
    """One missing session drops the event, unless the settings allow it; then the CAR is over what is known."""
    values = VALUES.copy()
    values[201, 1] = np.nan
    strict = studied(values=values).events.filter((pl.col("event_id") == "e02") & (pl.col("window") == "[0, 2]"))
    assert strict["reason"].to_list() == ["1 of 3 sessions without a return"]
    lenient = studied(values=values, settings=SETTINGS.model_copy(update={"max_missing_event": 1}))
    row = lenient.events.filter((pl.col("event_id") == "e02") & (pl.col("window") == "[0, 2]"))
    assert (row["status"][0], row["missing"][0]) == ("kept", 1.0)
    ar = lenient.abnormal.filter(pl.col("event_id") == "e02")["ar"].to_list()
    assert row["car"][0] == pytest.approx(ar[0] + ar[2], rel=1e-12)


def test_other_events_are_masked_from_the_estimation():
    """An outlier at A's first event does not reach the fit of a later event of A."""
    rows, mask = [("A", 200), ("A", 260)], SETTINGS.model_copy(update={"mask_other_events": True})
    wild = VALUES.copy()
    wild[199:202, 0] += 0.5
    later = [studied(rows, values, mask).events.filter(pl.col("event_id") == "e01") for values in (VALUES, wild)]
    assert_frame_equal(*later)
    assert later[0]["observations"].to_list() == [117.0, 117.0]


@pytest.mark.parametrize(
    ("policy", "dropped"),
    [
        ("keep", {}),
        ("first", {"e1": "overlaps e0, which counts"}),
        ("last", {"e0": "overlaps e1, which counts", "e1": "overlaps e2, which counts"}),
        ("drop", {"e0": "overlaps e1", "e1": "overlaps e0", "e2": "overlaps e1"}),
        ("merge", {"e4": "merged into e3 of the same session"}),
    ],
)
def test_overlap_policies(policy, dropped):
    """A at 10, 12 and 14 with windows of three sessions, B twice at 10, C far away."""
    ids, assets, session = ("e0", "e1", "e2", "e3", "e4", "e5"), "AAABBC", np.array([10, 12, 14, 10, 10, 99])
    reasons = dict(zip(ids, left_out(ids, assets, session, 3, policy), strict=True))
    got = {event: reason for event, reason in reasons.items() if reason and event in {"e0", "e1", "e2", "e4"}}
    if policy in {"first", "last", "drop"}:
        got = {event: reason for event, reason in got.items() if event != "e4"}
        dropped = {event: reason for event, reason in dropped.items() if event != "e4"}
        if policy == "last":
            dropped = {"e1": "overlaps e2, which counts"}
    assert got == dropped
    assert not reasons["e5"]


def test_groups_are_portfolios_without_the_announcer():
    """Peers of C are D and E; basket y is the same for C, basket x is A and B; suppliers as the settings say."""
    settings = SETTINGS.model_copy(update={"suppliers": {"C": ("A", "D")}, "model": "market_adjusted"})
    result = studied([("C", 200)], baskets=BASKETS, settings=settings)
    own = result.events.filter(pl.col("window") == "[0, 0]")
    car = dict(own.select("group", "car").rows())
    excess = VALUES[200] - MARKET[200]
    wanted = {
        "announcer": excess[2],
        "peers": excess[3:].mean(),
        "basket:y": excess[3:].mean(),
        "basket:x": excess[:2].mean(),
        "suppliers": excess[[0, 3]].mean(),
    }
    assert car == pytest.approx(wanted)


def test_tests_come_by_kind_timing_and_direction():
    """Each split with more than one level, with all its tests, and all kinds pooled."""
    kind = ("up", "up", "up", "down", "down", "down", "down")
    direction = ("raised", "cut", "raised", "cut", "cut", "raised", "")
    result = studied(kind=kind, direction=direction, timing=("A", "C", "A", "C", "C", "A", "A"))
    found = set(result.tests.select("kind", "split", "level").unique().rows())
    assert ("all", "direction", "not stated") in found
    assert ("up", "timing", "C") in found
    assert ("down", "all", "all") in found
    assert result.tests.filter((pl.col("kind") == "up") & (pl.col("split") == "all")).height == 2 * len(TESTS)


def test_one_event_has_its_own_t_and_no_test():
    """The tests say why they are undefined."""
    result = studied([("A", 200)])
    assert set(result.tests["reason"]) == {"one event: see its own t"}
    assert result.tests["statistic"].null_count() == result.tests.height
    assert result.events["p"].null_count() == 0
    assert result.path["lower"].null_count() == result.path.height


def test_identical_events_have_no_spread_and_no_infinite_t():
    """Two events with the same CAR: cross-sectional tests are undefined, with a reason."""
    twice = VALUES.copy()
    twice[:, 1] = twice[:, 0]
    tests = studied([("A", 200), ("B", 200)], twice).tests
    bmp = tests.filter(pl.col("test").is_in(["bmp", "cross_sectional", "adjusted_bmp", "grank_t"]))
    assert bmp["statistic"].null_count() == bmp.height
    assert (bmp["reason"] != "").all()


def test_no_events_give_empty_frames_with_the_same_columns():
    """Nothing happened is an answer, too."""
    none = Happenings((), (), (), (), (), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    empty = study(Returns(days(SESSIONS), NAMES, VALUES, MARKET), none, SETTINGS)
    full = studied()
    for name in ("events", "tests", "path", "abnormal", "drops"):
        one, other = getattr(empty, name), getattr(full, name)
        assert one.height == 0
        assert one.schema == other.schema


def test_a_planted_move_is_found():
    """Plus 5 % on day 0 of every event: the headline tests see it, the path shows it, a shuffled day does not."""
    values = VALUES.copy()
    rows = [("ABCDE"[n % 5], 150 + 11 * n) for n in range(20)]
    for asset, session in rows:
        values[session, NAMES.index(asset)] += 0.05
    tests = studied(rows, values).tests.filter(pl.col("headline") & (pl.col("window") == "[0, 0]"))
    assert (tests["p_holm"] < 0.01).all()
    path = studied(rows, values).path
    assert path.filter(pl.col("offset") == 0)["caar"][0] == pytest.approx(0.05, abs=0.015)
    still = studied(rows).tests.filter(pl.col("headline") & (pl.col("window") == "[0, 0]"))
    assert (still["p"] > 0.01).all()


def test_results_do_not_depend_on_when_they_are_made():
    """Same inputs, same bytes, the bootstrap included."""
    one, other = studied(), studied()
    for name in ("events", "tests", "path", "abnormal", "drops"):
        assert getattr(one, name).equals(getattr(other, name), null_equal=True)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"windows": ((1, 0),)}, "ends before it begins"),
        ({"windows": ((0, 1), (0, 1))}, "repeats a window"),
        ({"min_estimation_obs": 300}, "larger than `estimation_sessions`"),
        ({"model": "ff3"}, "needs `factors`"),
        ({"windows": ()}, "at least 1 item"),
    ],
)
def test_settings_that_cannot_hang_together_are_refused(wrong, said):
    """Each with a sentence."""
    with pytest.raises(ValidationError, match=said):
        Study(**wrong)
