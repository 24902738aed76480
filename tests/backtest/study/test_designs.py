"""What each placebo design moves and what it keeps, and that a draw depends on nothing but its seed and number."""

from __future__ import annotations

import numpy as np
import pytest

from backtest.study.designs import (
    admissible,
    circular_shift,
    every_session,
    random_assets,
    random_dates,
    sign_flips,
    whole_dates,
)

ASSET, SESSION = np.array([0, 1, 1, 2]), np.array([20, 20, 40, 60])
ALLOWED = admissible(np.ones((100, 4), dtype=np.bool_), ASSET, SESSION, before=5, after=3)


def test_a_real_event_blocks_the_sessions_around_it():
    """From 3 sessions before to 5 after, for its own asset alone."""
    assert np.flatnonzero(~ALLOWED[:, 0]).tolist() == list(range(17, 26))
    assert ALLOWED[:, 3].all()


def test_random_dates_are_admissible_and_keep_their_assets():
    """Every event moves by itself."""
    session, asset = random_dates(ALLOWED, ASSET, draws=200, seed=1)
    assert ALLOWED[session, asset].all()
    assert (asset == ASSET).all()
    assert (session[:, 0] != session[:, 1]).any()


def test_whole_dates_move_together():
    """Two events of one session stay together; all assets of a date admit the new one."""
    session, asset = whole_dates(ALLOWED, ASSET, SESSION, draws=200, seed=1)
    assert (session[:, 0] == session[:, 1]).all()
    assert ALLOWED[session, asset].all()


def test_a_circular_shift_keeps_the_spacing_and_always_moves():
    """Differences modulo the length stay; no draw is the calendar itself."""
    session, _ = circular_shift(SESSION, ASSET, (10, 89), draws=200, seed=1)
    assert ((np.diff(session, axis=1) - np.diff(SESSION)) % 80 == 0).all()
    assert (session != SESSION).all()
    assert session.min() >= 10
    assert session.max() <= 89


def test_random_assets_differ_within_a_session_and_stay_in_their_stratum():
    """Two events of one session never share an asset; strata are not mixed."""
    session, asset = random_assets(np.ones((100, 4), dtype=np.bool_), ASSET, SESSION, draws=200, seed=1)
    assert (session == SESSION).all()
    assert (asset[:, 0] != asset[:, 1]).all()
    stratum = np.array([0, 0, 1, 1])
    _, matched = random_assets(np.ones((100, 4), dtype=np.bool_), ASSET, SESSION, draws=200, seed=1, stratum=stratum)
    assert (stratum[matched] == stratum[ASSET]).all()


def test_signs_flip_by_cluster():
    """One sign per session."""
    sign = sign_flips(SESSION, draws=200, seed=1)
    assert set(np.unique(sign)) == {-1.0, 1.0}
    assert (sign[:, 0] == sign[:, 1]).all()
    assert (sign[:, 0] != sign[:, 2]).any()


@pytest.mark.parametrize(
    "design",
    [
        lambda draws: random_dates(ALLOWED, ASSET, draws=draws, seed=7)[0],
        lambda draws: whole_dates(ALLOWED, ASSET, SESSION, draws=draws, seed=7)[0],
        lambda draws: circular_shift(SESSION, ASSET, (10, 89), draws=draws, seed=7)[0],
        lambda draws: random_assets(ALLOWED | True, ASSET, SESSION, draws=draws, seed=7)[1],
        lambda draws: sign_flips(SESSION, draws=draws, seed=7),
    ],
)
def test_a_draw_does_not_depend_on_how_many_are_made(design):
    """The first ten of a hundred are the ten."""
    np.testing.assert_array_equal(design(100)[:10], design(10))


def test_a_single_event_has_every_placebo_once():
    """Exhaustive for one event: each admissible session."""
    session, asset = every_session(ALLOWED, 0)
    assert session.ravel().tolist() == [*range(17), *range(26, 100)]
    assert set(asset.ravel()) == {0}


def test_a_design_without_room_says_so():
    """No admissible session, no common session, too few assets."""
    nothing = np.zeros((100, 4), dtype=np.bool_)
    with pytest.raises(ValueError, match="no admissible session"):
        random_dates(nothing, ASSET, draws=1, seed=0)
    with pytest.raises(ValueError, match="all its assets"):
        whole_dates(nothing, ASSET, SESSION, draws=1, seed=0)
    with pytest.raises(ValueError, match="fewer admissible assets"):
        random_assets(nothing, ASSET, SESSION, draws=1, seed=0)
    with pytest.raises(ValueError, match="between first and last"):
        circular_shift(SESSION, ASSET, (30, 89), draws=1, seed=0)
