"""Time the first call ever and the first call with a filled cache, each a whole process, beside a bare import."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time


def cold_start() -> None:
    """Time the first call ever and the first call with a filled cache, each a whole process, beside a bare import."""
    call = "import numpy as np\nfrom backtest import simulate\nsimulate(np.full((9, 2), 10.0), np.full((9, 2), 0.5))"
    print("\n## Cold start\n\nA whole process: import, one call, exit. The shortest of nine, or of three.\n")
    print("| process | wall clock | processor time |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        empty = [_process(call, f"{folder}/{at}") for at in range(3)]
        filled = [_process(call, f"{folder}/0") for _ in range(9)]
        print(f"| first call ever, empty cache | {_shortest(empty)} |")
        print(f"| every later process | {_shortest(filled)} |")
    for name, code in (("numpy", "import numpy"), ("numba", "import numba")):
        print(f"| `import {name}` alone | {_shortest([_process(code, '/nowhere') for _ in range(9)])} |")


def _process(code: str, cache: str) -> tuple[float, float]:
    """Run a process; give its seconds on the clock and on the processors."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, "-c", code], env={**os.environ, "XDG_CACHE_HOME": cache}, check=True)
    after, end = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    return end - start, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _shortest(times: list[tuple[float, float]]) -> str:
    return " | ".join(f"{min(each):.2f} s" for each in zip(*times, strict=True))
