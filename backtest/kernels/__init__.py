"""Compiled loops over arrays and scalars; nothing here knows a frame, a config or a name."""

from backtest.kernels.cache import use_own_folder

# numba reads its cache folder when a kernel is decorated, so it is set before any of them is imported.
use_own_folder()
