"""Compiled kernels as object code: built once per machine by numba, loaded by every later process without it.

A function marked ``entry`` is called with arrays in C order, named tuples of arrays, and scalars. What it is called
with decides its form, as in numba's dispatch; for each form there is one object, from the user's cache or built now.
Either way the same bytes go through the same loader, so a first call and all later ones run the same machine code.

Kernels neither allocate nor raise: they write into their caller's arrays and may give a status.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from ctypes import CFUNCTYPE, c_char_p, c_int64
from dataclasses import dataclass
from functools import cache, update_wrapper
from struct import Struct
from threading import Lock
from typing import Any, NamedTuple

import numpy as np

from backtest.kernels.cache import RAISED, keep, kept

__all__ = ["Entry", "Laid", "entry", "inner", "laid"]

LOG = logging.getLogger("eventfolio")
Plain = Callable[..., Any]  # to numba int and np.int64 are one, so that the types of arguments are for the reader

LETTERS = {np.dtype(np.float64): "d", np.dtype(np.int64): "q", np.dtype(np.bool_): "b"}
IDLE = {"NUMBA_CACHE_DIR", "NUMBA_NUM_THREADS"}  # of numba's switches, those that change no machine code
ONE_AT_A_TIME = Lock()


@dataclass(frozen=True, slots=True)
class Laid:
    """Arguments whose addresses are known: laid out once where a kernel is called many times with them."""

    args: tuple[object, ...]
    form: str
    words: list[float]


def laid(*args: object) -> Laid:
    """Lay out arguments; their arrays are kept alive, and must be in C order."""
    words: list[float] = []
    return Laid(args, "".join(_form(each, words) for each in args), words)


def inner(*, inline: bool = False, apart: bool = False) -> Callable[[Plain], Plain]:
    """Mark a function that kernels call; ``inline`` copies its body into its callers before types are inferred.

    ``apart`` promises that no array that it writes to overlaps another that it is given: the compiler keeps sums in
    registers and works on whole vectors where it would have to ask. Two rows of a table are apart, a table and its row
    are not.
    """

    def mark(function: Plain) -> Plain:
        function.__dict__["inner"] = {"inline": "always"} if inline else {"noalias": True} if apart else {}
        return function

    return mark


def entry(function: Plain) -> Entry:
    """Mark a kernel that Python calls."""
    return Entry(function)


class Loaded(NamedTuple):
    """One form of a kernel: how its words are packed, the function, and what the function lives in."""

    pack: Callable[..., bytes]
    run: Callable[[bytes], int]
    engine: object


class Entry:
    """A kernel, and the forms of it that this process has loaded."""

    def __init__(self, function: Plain) -> None:
        update_wrapper(self, function)
        self.function = function
        self.name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
        self.loaded: dict[str, Loaded] = {}

    def __call__(self, *args: object) -> int:
        """Run the kernel without the interpreter's lock; give its status, 0 when it has none."""
        words: list[float] = []
        form = "".join([_form(each, words) for each in args])
        pack, run, _ = self.loaded.get(form) or self._load(form, args)
        status = run(pack(*words))
        if status == RAISED:
            raise RuntimeError(f"the kernel {self.name} raised an exception")
        return status

    def _load(self, form: str, args: tuple[object, ...]) -> Loaded:
        if os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":  # numba's switch for debuggers: plain Python, slowly
            return Loaded(lambda *_: b"", lambda _: int(self.function(*_unlaid(args)) or 0), None)
        with ONE_AT_A_TIME:
            if form not in self.loaded:
                self.loaded[form] = Loaded(Struct(_layout(form)).pack, *_linked(self._code(form, args), self.name))
            return self.loaded[form]

    def _code(self, form: str, args: tuple[object, ...]) -> bytes:
        key = f"{self.name} {form} {_machine()}"
        code = kept(self.name, key)
        if code is None:
            from backtest.kernels.build import built

            code, lasting = built(self.function, self.name, _unlaid(args))
            if lasting:
                keep(self.name, key, code)
            else:
                LOG.warning("the kernel %s calls what numba brought along: every process compiles it anew", self.name)
        return code


def _form(value: object, words: list[float]) -> str:
    """Append the words of a value (addresses, lengths, scalars); give its form."""
    if isinstance(value, np.ndarray):
        letter, address = LETTERS.get(value.dtype), value.ctypes.data
        if letter is None or type(value) is not np.ndarray or not value.flags.c_contiguous or address % value.itemsize:
            raise TypeError(
                f"{type(value).__name__} of {value.dtype}, shape {value.shape}, strides {value.strides}: kernels take "
                "arrays of float64, int64 and bool in C order"
            )
        words.append(address)
        words.extend(value.shape)
        return f"{letter}{value.ndim}"
    if isinstance(value, tuple):
        return f"({''.join([_form(each, words) for each in value])})"
    if isinstance(value, Laid):
        words.extend(value.words)
        return value.form
    if isinstance(value, bool | np.bool_):
        words.append(int(value))
        return "?"
    words.append(value)  # type: ignore[arg-type]
    return "f" if isinstance(value, float) else "i"


def _layout(form: str) -> str:
    """Give the struct format of a form: an address and lengths per array, a word per scalar."""
    layout = ""
    for letter, after in zip(form, form[1:] + " ", strict=True):
        if letter in "dqb":
            layout += "Q" + "q" * int(after)
        elif letter in "?fi":
            layout += {"?": "q", "f": "d", "i": "q"}[letter]
    return layout


def _unlaid(args: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(each for arg in args for each in (arg.args if isinstance(arg, Laid) else (arg,)))


@cache
def _machine() -> str:
    """Give what machine code depends on besides the kernels' sources: compiler, processor, numba's switches."""
    import llvmlite
    from llvmlite import binding

    switches = sorted(f"{name}={value}" for name, value in os.environ.items() if name.startswith("NUMBA_"))
    return " ".join([
        llvmlite.__version__, binding.get_process_triple(), binding.get_host_cpu_name(),
        binding.get_host_cpu_features().flatten(), *(each for each in switches if each.split("=")[0] not in IDLE),
    ])  # fmt: skip


def _linked(code: bytes, name: str) -> tuple[Callable[[bytes], int], object]:
    """Link an object into the process; give its function, which lives as long as the engine beside it."""
    from llvmlite import binding

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    machine = binding.Target.from_default_triple().create_target_machine(jit=True)
    engine = binding.create_mcjit_compiler(binding.parse_assembly(""), machine)
    engine.add_object_file(binding.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return CFUNCTYPE(c_int64, c_char_p)(engine.get_function_address(name)), engine  # ctypes lets go of the lock
