"""Signals turn dated events into scores; one file per signal, none knows another."""

from __future__ import annotations

from signals.rotation import Rotation

# With a second signal this becomes a union discriminated by `kind`.
SignalSettings = Rotation

__all__ = ["Rotation", "SignalSettings"]
