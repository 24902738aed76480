"""Fixtures shared by all tests; the folder of tests is importable for the twins and the strategies."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "backtest")]

for profile, examples in {"fast": 100, "full": 10_000}.items():
    settings.register_profile(
        profile,
        max_examples=examples,
        deadline=None,
        print_blob=True,
        derandomize=profile == "fast",
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))


@pytest.fixture(scope="session")
def root() -> Path:
    """Give the folder of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Give the folder of real prices and events, or skip, saying so."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the real data folder {folder.name!r} beside the checkout is absent")
    return folder


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> object:
    """Give a market on disk: 260 sessions of six assets with forty or so events."""
    from markets import small_market

    return small_market(tmp_path_factory.mktemp("small"))
