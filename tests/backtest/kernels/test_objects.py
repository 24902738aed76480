"""Compiled kernels as objects: the same machine code whether built now or loaded, and nothing that does not fit."""

from __future__ import annotations

import subprocess
import sys
from threading import Thread
from typing import NamedTuple

import numpy as np
import pytest
from numba.core.errors import TypingError

from backtest.kernels.objects import entry, inner, laid

HALF = 0.5


@pytest.fixture(autouse=True)
def _home(monkeypatch, tmp_path):
    """Keep away from the user's cache: its key knows the project's kernels, not the ones below."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


class Pair(NamedTuple):
    """Two arrays under their names."""

    values: np.ndarray
    at: np.ndarray


@inner(inline=True)
def _halved(value):
    return value * HALF


@inner()
def _weighed(value, weight):
    return _halved(value) * weight


@entry
def gather(pair, matrix, flags, weight, shift, doubled, out):
    """Use every kind of argument; a status of 7 when nothing was gathered."""
    count = np.int64(0)
    for i in range(len(pair.at)):
        if flags[i]:
            row = matrix[pair.at[i] + shift]
            out[i] = _weighed(pair.values[i] + row[len(row) - 1], weight) * (2.0 if doubled else 1.0)
            count += 1
    return 0 if count > 0 else 7


@inner(apart=True)
def _added(values, to):
    for i in range(len(values)):
        to[0] += values[i]


@entry
def add(values, out):
    """Add up, by a function that is told that its arrays lie apart."""
    _added(values, out)


@entry
def spin(rounds, out):
    """Keep a processor busy."""
    for i in range(rounds):
        out[0] = out[0] * 0.5 + np.sqrt(float(i))


@entry
def bound(first, second, least, most):
    """Take the lesser and the greater of two."""
    for i in range(len(first)):
        least[i], most[i] = min(first[i], second[i]), max(first[i], second[i])


@entry
def lead(values, out):
    """Call what numba writes in Python."""
    out[0] = np.argmax(values)


@entry
def refuse(out):
    """Raise, which a kernel must not."""
    if out[0] == 0.0:
        raise ValueError
    out[0] = 1.0


def _given():
    pair = Pair(np.array([1.0, 2.0, 3.0]), np.array([0, 1, 0]))
    return pair, np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]]), np.array([True, True, False])


def test_a_kernel_reads_every_kind_of_argument():
    """By hand: (1 + 20) / 2 * 3 * 2 and (2 + 30) / 2 * 3 * 2; the third is not asked for."""
    out = np.zeros(3)
    assert gather(*_given(), 3.0, 1, True, out) == 0
    assert out.tolist() == [63.0, 96.0, 0.0]


def test_sums_of_arrays_apart_keep_their_order():
    """By hand: 1e16 swallows the first 1, so that the last alone is left; any other order gives 0 or 2."""
    out = np.zeros(1)
    add(np.array([1e16, 1.0, -1e16, 1.0]), out)
    assert out[0] == 1.0


@pytest.mark.parametrize("kind", [np.float64, np.int64])
def test_the_lesser_and_the_greater_are_pythons(kind):
    """Bit for bit, whichever comes first: of NaN and a number the first stands, of 0 and -0 as well."""
    some = [-1.5, -0.0, 0.0, 1.0, np.inf, np.nan] if kind is np.float64 else [-2, 0, 3]
    first, second = (np.array(each, kind) for each in zip(*((a, b) for a in some for b in some), strict=True))
    least, most = np.empty_like(first), np.empty_like(first)
    bound(first, second, least, most)
    pairs = list(zip(first.tolist(), second.tolist(), strict=True))
    assert least.tobytes() == np.array([min(pair) for pair in pairs], kind).tobytes()
    assert most.tobytes() == np.array([max(pair) for pair in pairs], kind).tobytes()


def test_what_numba_would_compile_beside_a_kernel_is_refused_when_it_is_built():
    """Kernels are numbers, arrays and tuples; numba's own Python would bring its runtime and seconds of compiling."""
    with pytest.raises(TypingError, match=r"numpy\.argmax") as refused:
        lead(np.zeros(3), np.zeros(1))
    assert refused.value.__notes__ == ["while the kernel test_objects.lead was built"]


def test_a_status_comes_back():
    """Nothing to gather: 7."""
    pair, matrix, flags = _given()
    assert gather(pair, matrix, ~flags & flags, 3.0, 1, False, np.zeros(3)) == 7


def test_arguments_laid_out_before_are_the_same_arguments():
    """One layout for many calls, in any grouping."""
    out, again = np.zeros(3), np.zeros(3)
    gather(*_given(), 3.0, 1, True, out)
    gather(laid(*_given()), laid(3.0, 1), True, again)
    assert again.tobytes() == out.tobytes()


def test_a_debugger_may_read_the_kernel_as_python(monkeypatch):
    """The switch leaves numba out altogether, for every call."""
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    plain = entry(gather.function)
    for weight in (3.0, 4.0):
        out = np.zeros(3)
        plain(*_given(), weight, 1, True, out)
        assert out[0] == 21.0 * weight
    assert plain.loaded == {}


@pytest.mark.parametrize(
    "odd",
    [
        np.zeros(6)[::2],
        np.zeros(3, np.float32),
        np.zeros(3, ">f8"),
        np.zeros(25, np.uint8)[1:].view(np.float64),
        np.ma.zeros(3),
    ],
)
def test_arrays_that_do_not_fit_are_refused(odd):
    """Strided, narrow, of the other byte order, unaligned or masked: read as float64 they would be other numbers."""
    with pytest.raises(TypeError, match="kernels take arrays of float64, int64 and bool in C order"):
        gather(*_given(), 3.0, 1, True, odd)


def test_a_kernel_that_raises_is_no_result():
    """The status of numba's own code is looked at."""
    with pytest.raises(RuntimeError, match=r"test_objects\.refuse raised"):
        refuse(np.zeros(1))


def test_the_interpreter_goes_on_while_a_kernel_runs():
    """The lock is let go: this thread counts while the other one computes."""
    spin(1, np.zeros(1))
    other, turns = Thread(target=spin, args=(100_000_000, np.zeros(1))), 0
    other.start()
    while other.is_alive():
        turns += 1
    assert turns > 1000


SCRIPT = """
import sys
import numpy as np
from backtest.kernels.study import midranks
y = np.random.default_rng(1).normal(size=(2, 5))
out = np.zeros((2, 5))
midranks(y, np.argsort(y), out)
print(out.tobytes().hex(), "numba" in sys.modules, "scipy.linalg" in sys.modules, file=sys.stdout)
"""


def _run(root, home):
    surroundings = {"PATH": "", "XDG_CACHE_HOME": str(home), "PYTHONPATH": str(root)}
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT], cwd=root, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip


def test_two_processes_build_at_once_and_a_third_loads_the_same_bits_without_numba(root, tmp_path):
    """Built twice at the same time, loaded once: one result; none waits for linear algebra, the later not for numba."""
    both = [_run(root, tmp_path) for _ in range(2)]
    built = [each.communicate()[0].split() for each in both]
    loaded, said = _run(root, tmp_path).communicate()
    assert built[0] == built[1]
    assert built[0][1:] == ["True", "False"]
    assert loaded.split() == [built[0][0], "False", "False"]
    assert said == ""
    assert [path.suffix for path in tmp_path.rglob("*") if path.is_file()] == [".o"]


def test_an_object_damaged_on_disk_is_built_anew_to_the_same_bits(root, tmp_path):
    """A flipped byte in machine code must never run."""
    first = _run(root, tmp_path).communicate()[0].split()
    (path,) = tmp_path.rglob("*.o")
    kept = bytearray(path.read_bytes())
    kept[len(kept) // 2] ^= 1
    path.write_bytes(kept)
    again, said = _run(root, tmp_path).communicate()
    assert again.split() == first
    assert "was damaged" in said
