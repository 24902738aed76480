"""What the machine is, in one line: a time says nothing without it."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path


def described(*libraries: str) -> str:
    """Give the processor, its caches, how many there are, and the versions of Python and of some libraries."""
    named = [f"{name} {version(name)}" for name in libraries]
    many = f"{os.cpu_count()} processors"
    return ", ".join([_processor(), *_caches(), many, f"Python {platform.python_version()}", *named]) + "."


def _processor() -> str:
    """Give the model where Linux tells it; the architecture always."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.is_file() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{models[0]} ({platform.machine()})" if models else platform.machine()


def _caches() -> list[str]:
    """Give the size of the caches from the second level on, of the first processor."""
    found = {}
    for each in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        level, size = each / "level", each / "size"
        if level.is_file() and size.is_file():
            found[int(level.read_text())] = size.read_text().strip().replace("K", " KB")
    return [f"L{level} {size}" for level, size in found.items() if level > 1]
