"""From Python functions to LLVM's language with numba: what it knows, and what it does to each function on the way.

numba loads all that it can compile (strings, lists, dictionaries, random numbers, linear algebra with scipy) and looks
through it at every operator. Kernels are numbers, arrays and tuples of them, so they get a typing and a target context
of their own that know those alone, and a pipeline without the passes that find nothing in them.
"""

from __future__ import annotations

from types import FunctionType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
from numba.core import cpu, typed_passes, types, untyped_passes
from numba.core.compiler import CompilerBase
from numba.core.compiler_machinery import PassManager
from numba.core.registry import CPUDispatcher
from numba.core.types.containers import NamedTuple
from numba.core.typing import BaseContext, mathdecl, npydecl, templates
from numba.cpython import builtins, mathimpl, numbers, rangeobj, slicing, tupleobj  # noqa: F401 - they register with numba
from numba.np import arrayobj, npyimpl  # noqa: F401
from numba.np.numpy_support import from_dtype

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from llvmlite import ir

    from backtest.kernels.assemble import Codegen

__all__ = ["Translation", "type_of"]

OPTIONS = {
    "nopython": True, "nogil": True, "error_model": "numpy", "_nrt": False, "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}  # fmt: skip
PASSES = (
    untyped_passes.TranslateByteCode, untyped_passes.FixupArgs, untyped_passes.IRProcessing,
    untyped_passes.GenericRewrites, untyped_passes.InlineInlinables, untyped_passes.ReconstructSSA,
    typed_passes.NopythonTypeInference, typed_passes.PreLowerStripPhis, typed_passes.IRLegalization,
    typed_passes.AnnotateTypes, typed_passes.NativeLowering, typed_passes.NoPythonBackend,
)  # fmt: skip


class Translation:
    """What numba sees instead of plain functions: for each marked one a dispatcher, among its module's other names."""

    def __init__(self, codegen: Codegen) -> None:
        self.context = _Target(_Types()).subtarget(
            _internal_codegen=codegen,
            get_executable=lambda *_: [].append,  # a builtin of its own, which numba takes for the function's name
            post_lowering=lambda *_: None,  # nothing allocates, so numba's runtime is not linked
        )
        described = SimpleNamespace(
            options=_Options, typing_context=self.context.typing_context, target_context=self.context
        )
        self.dispatcher = type("Dispatcher", (CPUDispatcher,), {"targetdescr": described})
        self.spaces: dict[int, dict[str, Any]] = {}
        self.made: dict[Callable[..., Any], Any] = {}

    def of(self, function: Callable[..., Any]) -> Any:
        """Give the dispatcher of a function."""
        if function not in self.made:
            copy = FunctionType(function.__code__, self._names(function.__globals__), function.__name__)
            options = OPTIONS | function.__dict__.get("inner", {})
            self.made[function] = self.dispatcher(copy, targetoptions=options, pipeline_class=_Pipeline)
        return self.made[function]

    def _names(self, own: dict[str, Any]) -> dict[str, Any]:
        if id(own) not in self.spaces:
            space = self.spaces[id(own)] = own | {"min": _lesser, "max": _greater}
            for name, each in space.items():
                if isinstance(each, FunctionType) and ("inner" in each.__dict__ or each in {_lesser, _greater}):
                    space[name] = self.of(each)
        return self.spaces[id(own)]


def _lesser(a: Any, b: Any) -> Any:
    """Give Python's min of two; numba's is of any number, and compiles longer than most that calls it."""
    return b if b < a else a  # noqa: FURB136 - this is what min is compiled to


def _greater(a: Any, b: Any) -> Any:
    """Give Python's max of two."""
    return b if b > a else a  # noqa: FURB136 - this is what max is compiled to


def type_of(value: object) -> types.Type:
    """Give numba's type of an argument."""
    if isinstance(value, np.ndarray):
        return types.Array(from_dtype(value.dtype), value.ndim, "C")
    if isinstance(value, tuple):
        return NamedTuple(tuple(type_of(each) for each in value), type(value))
    if isinstance(value, bool | np.bool_):
        return types.boolean
    return types.float64 if isinstance(value, float) else types.int64


class _Loader(templates.RegistryLoader):  # type: ignore[misc]
    """Reads what numba can type, but for what it would write in Python and compile again (its overloads)."""

    def new_registrations(self, name: str) -> Iterator[Any]:
        for each in super().new_registrations(name):
            kinds = getattr(each[1], "templates", ()) if name == "globals" else (each,)
            if not any(_is_overload(kind) for kind in kinds):
                yield each


def _is_overload(kind: type) -> bool:
    overloads = {templates._OverloadFunctionTemplate, templates._OverloadAttributeTemplate}  # noqa: SLF001
    return not overloads.isdisjoint(getattr(kind, "__mro__", ()))


class _Types(BaseContext):  # type: ignore[misc]
    """The types of numbers, arrays and tuples."""

    def install_registry(self, registry: Any) -> None:
        if registry not in self._registries:
            self._registries[registry] = _Loader(registry)
        super().install_registry(registry)

    def load_additional_registries(self) -> None:
        self.install_registry(npydecl.registry)
        self.install_registry(mathdecl.registry)


class _Target(cpu.CPUContext):  # type: ignore[misc]
    """Machine code for numbers, arrays and tuples."""

    def __init__(self, types_known: _Types) -> None:
        super().__init__(types_known)
        self.sizes: dict[ir.Type, int] = {}

    def get_abi_sizeof(self, kind: ir.Type) -> int:
        """Ask LLVM once for the size of a type: it parses a module for the answer."""
        if kind not in self.sizes:
            self.sizes[kind] = super().get_abi_sizeof(kind)
        return self.sizes[kind]

    def load_additional_registries(self) -> None:
        self.install_registry(npyimpl.registry)
        self.install_registry(mathimpl.registry)


class _Options(cpu.CPUTargetOptions):  # type: ignore[misc]
    """The options of functions, and one that numba has a flag for but no name."""

    noalias = cpu.CPUTargetOptions.Mapping("noalias")


class _Pipeline(CompilerBase):  # type: ignore[misc]
    """Passes that change a kernel: none for closures, literals, array expressions and objects."""

    def define_pipelines(self) -> list[PassManager]:
        passes = PassManager("kernel")
        for each in PASSES:
            passes.add_pass(each, each.__name__)
        passes.finalize()
        return [passes]
