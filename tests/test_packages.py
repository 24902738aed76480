"""The packages are ours, and heavy libraries stay out of light commands."""

from __future__ import annotations

import subprocess
import sys

import pytest

import backtest
import data
import signals


@pytest.mark.parametrize("package", [backtest, data, signals])
def test_the_packages_come_from_this_checkout(package, root):
    """`data`, `signals` and `backtest` are common names; a foreign one must not win."""
    assert package.__file__ is not None
    assert package.__file__.startswith(str(root))


def test_no_test_folder_is_a_package(root):
    """An `__init__.py` under tests would shadow the packages it mirrors."""
    assert list((root / "tests").rglob("__init__.py")) == []


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("backtest.cli.main", ("numba", "polars", "numpy", "pandas", "vectorbt", "exchange_calendars")),
        ("backtest.config.reader", ("numba", "polars", "numpy", "pandas")),
        ("backtest.engine", ("pandas", "vectorbt", "exchange_calendars")),
    ],
)
def test_heavy_libraries_are_imported_late(module, heavy):
    """Importing a module does not load what only some of its commands need."""
    code = f"import sys, {module}; print(*sorted(set({heavy!r}) & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert loaded == []
