"""Build the object of a kernel with numba: the functions it calls are linked to it, then the whole is optimised once.

numba's own way optimises and emits each function by itself, wraps the outermost for Python, and does all of it again
for whatever calls it. Here callees stay as they are lowered (``translate``), all are linked into one (``assemble``) and
one wrapper reads the arguments from a row of words: an address and lengths per array, a word per scalar. The names used
of numba that are not its public ones are all in these three files; docs/adr/0005 says why they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from llvmlite import ir
from numba.core import types
from numba.core.compiler_lock import global_compiler_lock
from numba.core.types.containers import NamedTuple
from numba.np.arrayobj import populate_array

from backtest.kernels.assemble import Codegen
from backtest.kernels.cache import RAISED
from backtest.kernels.translate import Translation, type_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["built"]

WORD = ir.IntType(64)
COMMON = {"memset", "memcpy", "memmove", "log", "sqrt"}  # of the C library, which Python itself stands on


@global_compiler_lock
def built(function: Callable[..., Any], name: str, args: tuple[object, ...]) -> tuple[bytes, bool]:
    """Give the object of a kernel for such arguments, and whether it stands on nothing but the C library.

    An object that calls into numba (its runtime, or vector mathematics that is installed beside it) runs only where
    numba is loaded, so it must not be kept.
    """
    codegen = Codegen("eventfolio")
    translation = Translation(codegen)
    signature = tuple(type_of(each) for each in args)
    dispatcher = translation.of(function)
    try:
        dispatcher.compile(signature)
    except Exception as error:
        error.add_note(f"while the kernel {name} was built")
        raise
    compiled = dispatcher.overloads[signature]
    library = codegen.create_library(name)
    library.add_linking_library(compiled.library)
    library.add_ir_module(_wrapper(translation.context, compiled.fndesc, name))
    code, foreign = library.emitted()
    return code, foreign <= COMMON


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
