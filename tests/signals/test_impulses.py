"""Impulses to scores: against a slow twin, and the rules of cap, cooldown, succession and funding by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.impulses import REASONS, Impulses, Loadings, endings, scored

DECISIONS = np.array([0, 2, 3, 5, 8, 9])


def loadings(rows, decisions=6, funding=None):
    made = [(np.array(assets), np.tile(np.array(weights, dtype=float), (decisions, 1))) for assets, weights in rows]
    paid = funding and (np.array(funding[0]), np.tile(np.array(funding[1], dtype=float), (decisions, 1)))
    return Loadings.of(made, decisions, paid)


def impulses(event, loading, size, rows, *, group=None, cap=9.0, cooldown=0, table=(1.0, 0.5, 0.25), **more):
    funding = more.pop("funding", None)
    return Impulses(
        np.array(event, dtype=np.int64), np.array(loading, dtype=np.int64), np.array(size, dtype=float),
        np.array(group if group is not None else [0] * len(event), dtype=np.int64), loadings(rows, funding=funding),
        cap, cooldown, np.array(table), **({"until_next": False} | more),
    )  # fmt: skip


def slow(made, sessions, assets):
    """Give the scores as an array (D, E, N), one event, decision and asset at a time."""
    dense, out = made.loadings.dense(assets), np.zeros((len(DECISIONS), len(sessions), assets))
    life = endings(made, sessions, 10**6)
    for d, decision in enumerate(DECISIONS):
        amounts = []
        for i, row in enumerate(made.loading):
            age = decision - sessions[made.event[i]]
            alive = 0 <= age < len(made.table) and life.since[i] <= decision < life.until[i]
            amounts.append(made.size[i] * made.table[age] if alive and dense[row, d].any() else 0.0)
        net = [sum(a for a, row in zip(amounts, made.loading, strict=True) if row == k) for k in range(len(dense))]
        gross = sum(abs(one) for one in net)
        factor = made.cap / gross if gross > made.cap else 1.0
        for i, amount in enumerate(amounts):
            out[d, made.event[i]] += factor * amount * dense[made.loading[i], d]
    return out


def table(scores, events, assets):
    out = np.zeros((len(DECISIONS), events, assets))
    np.add.at(out, (scores.decision, scores.event, scores.asset), scores.value)
    return out


@given(data=st.data())
def test_scores_agree_with_the_slow_twin(data):
    """Whatever the events, sizes, cap, cooldown, succession and funding."""
    count = data.draw(st.integers(0, 5))
    sessions = np.array(data.draw(st.lists(st.integers(0, 9), min_size=count, max_size=count)), dtype=np.int64)
    pairs = [(e, k) for e in range(count) for k in range(2) if data.draw(st.booleans())]
    sizes = [data.draw(st.sampled_from([0.1, -0.2, 0.05])) for _ in pairs]
    groups = [data.draw(st.integers(0, 1)) for _ in range(count)]
    made = impulses(
        [e for e, _ in pairs], [k for _, k in pairs], sizes, [((0, 1), (0.5, 0.5)), ((1, 2), (0.25, 0.75))],
        group=[groups[e] for e, _ in pairs], cap=data.draw(st.sampled_from([0.1, 9.0])),
        cooldown=data.draw(st.integers(0, 4)), until_next=data.draw(st.booleans()), replaces=data.draw(st.booleans()),
        funding=data.draw(st.sampled_from([None, ((2, 3), (0.5, 0.5))])),
    )  # fmt: skip
    found = table(scored(made, sessions, DECISIONS), count, 4)
    assert found == pytest.approx(slow(made, sessions, 4), abs=1e-15)


def test_an_impulse_fades_by_age_and_a_moved_one_needs_its_session_alone():
    """0.2 split in two, halved after a session; two sessions later the same, nothing else told."""
    made = impulses([0], [0], [0.2], [((0, 1), (0.5, 0.5))])
    early, late = (table(scored(made, np.array([at]), DECISIONS), 1, 2)[:, 0, 0] for at in (2, 8))
    assert early.tolist() == pytest.approx([0, 0.1, 0.05, 0, 0, 0])
    assert late.tolist() == pytest.approx([0, 0, 0, 0, 0.1, 0.05])


def test_the_cap_bounds_the_sum_over_loadings():
    """0.3 and -0.2 along two loadings make 0.5; a cap of 0.25 halves both."""
    made = impulses([0, 1], [0, 1], [0.3, -0.2], [((0,), (1.0,)), ((1,), (1.0,))], cap=0.25)
    found = table(scored(made, np.array([0, 0]), DECISIONS), 2, 2)[0].sum(axis=0)
    assert found.tolist() == pytest.approx([0.15, -0.1])


def test_the_cooldown_passes_over_what_comes_too_soon():
    """Of sessions 0, 2, 3 with a cooldown of 3 the first and the last count: the second does not restart it."""
    made = impulses([0, 1, 2], [0, 0, 0], [0.1] * 3, [((0,), (1.0,))], cooldown=3)
    found = endings(made, np.array([0, 2, 3]), 9)
    assert [REASONS[code] for code in found.reason] == ["faded", "cooldown", "faded"]
    assert found.until.tolist() == [3, 2, 6]


def test_the_next_event_of_the_group_ends_a_view():
    """Group 0 has events in sessions 0 and 2, group 1 in session 1; the run ends in session 4."""
    made = impulses([0, 1, 2], [0, 0, 0], [0.1] * 3, [((0,), (1.0,))], group=[0, 1, 0], table=[1.0] * 50,
                    until_next=True)  # fmt: skip
    found = endings(made, np.array([0, 1, 2]), 4)
    assert [REASONS[code] for code in found.reason] == ["next event", "end of run", "end of run"]
    assert found.until.tolist()[0] == 2


def test_of_two_readings_in_one_session_the_last_counts():
    """With `replaces` the earlier event of the session never moves anything."""
    made = impulses([0, 1], [0, 0], [0.1, 0.3], [((0,), (1.0,))], table=[1.0] * 5, until_next=True, replaces=True)
    found = table(scored(made, np.array([2, 2]), DECISIONS), 2, 1)
    assert found[1].ravel().tolist() == [0.0, 0.3]


def test_without_some_events_the_others_stay():
    """Leaving out event 1 leaves the impulses of 0 and 2."""
    made = impulses([0, 1, 1, 2], [0, 0, 0, 0], [0.1] * 4, [((0,), (1.0,))])
    assert made.without([1]).event.tolist() == [0, 2]


@given(later=st.lists(st.integers(4, 9), max_size=4), cut=st.just(4))
def test_later_events_change_no_bit_of_earlier_decisions(later, cut):
    """Law 21, for caps that bind and views that end each other."""

    def run(sessions):
        made = impulses(range(len(sessions)), [0] * len(sessions), [0.2] * len(sessions), [((0, 1), (0.3, 0.7))],
                        cap=0.25, cooldown=1, until_next=True, table=[1.0] * 9)  # fmt: skip
        found = scored(made, np.array(sessions, dtype=np.int64), DECISIONS)
        early = DECISIONS[found.decision] < cut
        return [part[early].tobytes() for part in (found.decision, found.asset, found.event, found.value)]

    assert run([0, 2]) == run([0, 2, *sorted(later)])
