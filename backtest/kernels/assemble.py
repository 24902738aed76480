"""From LLVM's language to an object: each function simplified by itself, then all linked and optimised as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from llvmlite import binding
from numba.core import codegen
from numba.core.cgutils import normalize_ir_text

if TYPE_CHECKING:
    from llvmlite import ir

__all__ = ["Codegen", "Library"]


class Library(codegen.AOTCodeLibrary):  # type: ignore[misc]
    """Functions as they were lowered, and the libraries of those that they call: nothing of it runs by itself."""

    def __init__(self, *args: Any) -> None:
        codegen.CodeLibrary.__init__(self, *args)  # what lies between makes a module of its own
        self.parts: list[Any] = []
        self.called: list[Library] = []

    def add_ir_module(self, module: ir.Module) -> None:
        """Take functions in."""
        self.parts.append(self.codegen.simplified(module.name, normalize_ir_text(str(module))))

    def add_linking_library(self, library: Library) -> None:
        """Remember that functions of the library are called."""
        self.called.append(library)

    def finalize(self) -> None:
        """Leave all as it is; numba would optimise it, and its callers again with it."""

    def emitted(self) -> tuple[bytes, set[str]]:
        """Give the object of all this stands on, and the names of functions that it calls and does not hold."""
        modules = [part for library in reversed(self.below({})) for part in library.parts]
        linked: tuple[bytes, set[str]] = self.codegen.emitted(modules)
        return linked

    def below(self, known: dict[Library, None]) -> dict[Library, None]:
        """Add to the libraries known those this one calls, and those they call, then itself."""
        if self not in known:
            for each in self.called:
                each.below(known)
            known[self] = None
        return known


class Codegen(codegen.JITCPUCodegen):  # type: ignore[misc]
    """Code for this very processor, emitted as an object."""

    _library_class = Library

    def simplified(self, name: str, text: str) -> Any:
        """Read a module and simplify its functions, each by itself."""
        module = binding.parse_assembly(text)
        module.name, module.data_layout = name, self._data_layout
        module.verify()
        for function in module.functions:
            if not function.is_declaration:
                passes, builder = self._function_pass_manager()
                passes.run(function, builder)
        return module

    def emitted(self, modules: list[Any]) -> tuple[bytes, set[str]]:
        """Link modules, callers first, into one of which the first's functions can be called, and emit it.

        Gives the object, and the names of the functions that it calls and does not hold.
        """
        whole, *others = modules
        for module in others:
            for function in module.functions:
                if not function.is_declaration:
                    function.linkage = "linkonce_odr"  # gone where it was inlined
            whole.link_in(module)
        self._check_llvm_bugs()
        for options in {"cost": "cheap", "opt": 0, "loop_vectorize": False, "slp_vectorize": False}, {}:
            passes, builder = self._module_pass_manager(**options)
            passes.run(whole, builder)
        whole.verify()
        missing = {function.name for function in whole.functions if function.is_declaration}
        foreign = {name for name in missing if not name.startswith("llvm.")}
        if any(name.startswith("_ZN") for name in foreign):
            raise RuntimeError(f"functions that numba compiled are not linked: {sorted(foreign)}")
        return self._tm.emit_object(whole), foreign

    def _customize_tm_features(self) -> str:
        """Let vectors be as long as the processor has them; LLVM prefers half of 512 bits."""
        features: str = super()._customize_tm_features()
        return f"{features},-prefer-256-bit" if "avx512f" in features else features

    def _module_pass_manager(self, **options: Any) -> Any:
        """Make vectors of straight code, too: of short loops that were unrolled."""
        return super()._module_pass_manager(**{"slp_vectorize": True, **options})
