"""Fixtures of the runs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from markets import small_market


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """Give 260 sessions of six assets with forty or so events."""
    return small_market(tmp_path_factory.mktemp("small"))
