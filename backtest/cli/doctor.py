"""``backtest doctor``: versions, folders and whether the three packages are ours."""

from __future__ import annotations

import os
import platform
import stat
from dataclasses import asdict, dataclass
from pathlib import Path

import typer

from backtest.cli.options import Json  # noqa: TC001 - typer reads it

__all__ = ["Check", "checks", "doctor"]

REQUIRED = ("eventfolio", "polars", "numba", "numpy", "pydantic")
OPTIONAL = ("vectorbt",)
PACKAGES = ("data", "signals", "backtest")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    found: str


def doctor(*, as_json: Json = False) -> None:
    """Check the installation; exit 1 when something is broken."""
    from backtest.cli.console import clean, write, write_json

    found = checks()
    ok = all(check.ok for check in found)
    if as_json:
        write_json({"ok": ok, "checks": [asdict(check) for check in found]})
    else:
        write(
            "\n".join(f"{'ok    ' if check.ok else 'BROKEN'} {check.name:<22} {clean(check.found)}" for check in found)
        )
    if not ok:
        raise typer.Exit(1)


def checks() -> list[Check]:
    """Look at everything that a run needs."""
    return [
        Check("python", ok=True, found=platform.python_version()),
        *(_version(name, required=True) for name in REQUIRED),
        *(_version(name, required=False) for name in OPTIONAL),
        *(_ours(name) for name in PACKAGES),
        _cache(),
        _calendar(),
    ]


def _version(name: str, *, required: bool) -> Check:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return Check(name, ok=True, found=version(name))
    except PackageNotFoundError:
        return Check(name, ok=not required, found="not installed" if required else "not installed (optional)")


def _ours(name: str) -> Check:
    from importlib.util import find_spec

    import backtest

    root = Path(backtest.__file__).resolve().parents[1]
    spec = find_spec(name)
    origin = Path(spec.origin).resolve() if spec and spec.origin else None
    if origin == root / name / "__init__.py":
        return Check(f"package {name}", ok=True, found=str(root / name))
    return Check(f"package {name}", ok=False, found=f"comes from {origin}, expected {root / name}")


def _cache() -> Check:
    try:
        from backtest.kernels.cache import folder

        path = folder()
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        return Check("kernel cache", ok=False, found=f"{error.filename}: {error.strerror}")
    if not os.access(path, os.W_OK | os.X_OK):
        return Check("kernel cache", ok=False, found=f"{path} is not writable")
    if path.stat().st_mode & stat.S_IWOTH:  # it holds machine code: whoever writes there runs code here
        return Check("kernel cache", ok=False, found=f"{path} can be written by everybody; chmod 700 it")
    return Check("kernel cache", ok=True, found=f"{path} (writable)")


def _calendar() -> Check:
    try:
        from data.calendar import load

        last = load("XNYS").sessions[-1]
    except Exception as error:  # noqa: BLE001 - a doctor reports whatever is broken
        return Check("calendar XNYS", ok=False, found=f"cannot be loaded: {error}")
    return Check("calendar XNYS", ok=True, found=f"sessions to {last}")
