"""What identifies the code and the libraries behind a result."""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import version
from pathlib import Path

__all__ = ["code_hash", "versions"]

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("backtest", "data", "signals")
LIBRARIES = ("eventfolio", "numba", "numpy", "polars", "pydantic")


def code_hash() -> str:
    """Hash every source file of the three packages, by relative path and content."""
    digest = hashlib.sha256()
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            digest.update(path.relative_to(ROOT).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Give the versions that a result may depend on."""
    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}
