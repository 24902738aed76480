"""Build the object of a kernel with numba: the functions it calls are linked first, then the whole is optimised once.

numba's own way optimises and emits each function by itself, wraps the outermost for Python, and does all of it again
for whatever calls it. Here callees stay as they are lowered, and one wrapper reads the arguments from a row of words:
an address and lengths per array, a word per scalar. The few names used of numba that are not its public ones are all in
this file; docs/adr/0005 says why they are.
"""

from __future__ import annotations

from types import FunctionType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
from llvmlite import ir
from numba.core import codegen, cpu, types
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import CPUDispatcher, cpu_target
from numba.core.types.containers import NamedTuple
from numba.np.arrayobj import populate_array
from numba.np.numpy_support import from_dtype

from backtest.kernels.cache import RAISED

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["built"]

OPTIONS = {
    "nopython": True, "nogil": True, "error_model": "numpy", "_nrt": False, "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}  # fmt: skip
WORD = ir.IntType(64)
COMMON = {"memset", "memcpy", "memmove", "log", "sqrt"}  # of the C library, which Python itself stands on


@global_compiler_lock
def built(function: Callable[..., Any], name: str, args: tuple[object, ...]) -> tuple[bytes, bool]:
    """Give the object of a kernel for such arguments, and whether it stands on nothing but the C library.

    An object that calls into numba (its runtime, or vector mathematics that is installed beside it) runs only where
    numba is loaded, so it must not be kept.
    """
    context = _context()
    signature = tuple(_type(each) for each in args)
    dispatcher = _Translation(context).of(function)
    dispatcher.compile(signature)
    compiled = dispatcher.overloads[signature]
    library = context.codegen().create_library(name)
    library.add_linking_library(compiled.library)
    library.add_ir_module(_wrapper(context, compiled.fndesc, name))
    library.whole = True
    return library.emit_native_object(), library.foreign() <= COMMON


def _context() -> Any:
    """Give numba's context for this processor, changed to link functions rather than to run them."""
    return cpu_target.target_context.subtarget(
        _internal_codegen=_Codegen("eventfolio"),
        get_executable=lambda *_: [].append,  # a builtin of its own, which numba takes for the function's name
        post_lowering=lambda *_: None,  # nothing allocates, so numba's runtime is not linked
    )


class _Library(codegen.AOTCodeLibrary):  # type: ignore[misc]
    """Functions as they were lowered; only the library with the wrapper is optimised, as one."""

    whole = False

    def _optimize_final_module(self) -> None:
        if self.whole:
            super()._optimize_final_module()

    def foreign(self) -> set[str]:
        """Name the functions that are called and not there."""
        missing = {function.name for function in self._final_module.functions if function.is_declaration}
        return {name for name in missing if not name.startswith("llvm.")}


class _Codegen(codegen.JITCPUCodegen):  # type: ignore[misc]
    """Code for this very processor, emitted as an object."""

    _library_class = _Library

    def _customize_tm_features(self) -> str:
        """Let vectors be as long as the processor has them; LLVM prefers half of 512 bits."""
        features: str = super()._customize_tm_features()
        return f"{features},-prefer-256-bit" if "avx512f" in features else features

    def _module_pass_manager(self, **options: Any) -> Any:
        """Make vectors of straight code, too: of short loops that were unrolled."""
        return super()._module_pass_manager(**{"slp_vectorize": True, **options})

    def _add_module(self, module: object) -> None:
        """Leave the engine alone: nothing runs here."""


class _Options(cpu.CPUTargetOptions):  # type: ignore[misc]
    """The options of functions, and one that numba has a flag for but no name."""

    noalias = cpu.CPUTargetOptions.Mapping("noalias")


class _Translation:
    """What numba sees instead of plain functions: for each marked one a dispatcher, among its module's other names."""

    def __init__(self, context: Any) -> None:
        target = SimpleNamespace(options=_Options, typing_context=cpu_target.typing_context, target_context=context)
        self.dispatcher = type("Dispatcher", (CPUDispatcher,), {"targetdescr": target})
        self.spaces: dict[int, dict[str, Any]] = {}
        self.made: dict[Callable[..., Any], Any] = {}

    def of(self, function: Callable[..., Any]) -> Any:
        if function not in self.made:
            copy = FunctionType(function.__code__, self._names(function.__globals__), function.__name__)
            options = OPTIONS | function.__dict__.get("inner", {})
            self.made[function] = self.dispatcher(copy, targetoptions=options)
        return self.made[function]

    def _names(self, own: dict[str, Any]) -> dict[str, Any]:
        if id(own) not in self.spaces:
            self.spaces[id(own)] = dict(own)
            for name, each in own.items():
                if isinstance(each, FunctionType) and "inner" in each.__dict__:
                    self.spaces[id(own)][name] = self.of(each)
        return self.spaces[id(own)]


def _type(value: object) -> types.Type:
    if isinstance(value, np.ndarray):
        return types.Array(from_dtype(value.dtype), value.ndim, "C")
    if isinstance(value, tuple):
        return NamedTuple(tuple(_type(each) for each in value), type(value))
    if isinstance(value, bool | np.bool_):
        return types.boolean
    return types.float64 if isinstance(value, float) else types.int64


def _wrapper(context: Any, described: Any, name: str) -> ir.Module:
    """Write the function that reads the words, calls the kernel and gives its status."""
    module = context.create_module(f"wrapper of {name}")
    function = ir.Function(module, ir.FunctionType(WORD, [WORD.as_pointer()]), name)
    builder = ir.IRBuilder(function.append_basic_block())
    words = _Words(context, builder, function.args[0])
    args = [words.value(each) for each in described.argtypes]
    callee = context.declare_function(module, described)
    status, out = context.call_conv.call_function(builder, callee, described.restype, described.argtypes, args)
    with builder.if_then(status.is_error, likely=False):
        builder.ret(WORD(RAISED))
    builder.ret(WORD(0) if described.restype == types.none else builder.sext(out, WORD))
    return module


class _Words:
    """The arguments, read in turn as ``objects`` lays them out."""

    def __init__(self, context: Any, builder: ir.IRBuilder, words: ir.Argument) -> None:
        self.context, self.builder, self.words, self.at = context, builder, words, 0

    def value(self, kind: types.Type) -> ir.Value:
        if isinstance(kind, types.Array):
            return self._array(kind)
        if isinstance(kind, NamedTuple):
            return self.context.make_tuple(self.builder, kind, [self.value(each) for each in kind.types])
        word = self._word()
        if kind == types.float64:
            return self.builder.bitcast(word, ir.DoubleType())
        return self.builder.trunc(word, ir.IntType(1)) if kind == types.boolean else word

    def _array(self, kind: types.Array) -> ir.Value:
        item = self.context.get_data_type(kind.dtype)
        data = self.builder.inttoptr(self._word(), item.as_pointer())
        shape = [self._word() for _ in range(kind.ndim)]
        strides = [WORD(self.context.get_abi_sizeof(item))]
        for length in reversed(shape[1:]):
            strides.insert(0, self.builder.mul(strides[0], length))
        array = self.context.make_array(kind)(self.context, self.builder)
        populate_array(array, data, shape, strides, strides[-1], meminfo=None)
        return array._getvalue()  # noqa: SLF001 - how numba's own array functions give theirs

    def _word(self) -> ir.Value:
        self.at += 1
        return self.builder.load(self.builder.gep(self.words, [WORD(self.at - 1)]))
