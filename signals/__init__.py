"""Signals turn dated events into scores; one file per signal, none knows another."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Annotated, TypeAlias

from data.one_of import OneOf
from data.settings import Settings
from signals.driven import EventDriven

if TYPE_CHECKING:
    from signals.capex_guidance import CapexGuidance
    from signals.capex_trend import CapexTrend
    from signals.compute_resale import ComputeResale
    from signals.constant_mix import ConstantMix
    from signals.custom import Custom
    from signals.price_momentum import PriceMomentum
    from signals.random_tilt import RandomTilt
    from signals.rotation import Rotation
    from signals.routing_adoption import RoutingAdoption
    from signals.rpo_change import RpoChange

__all__ = [
    "SIGNALS",
    "CapexGuidance",
    "CapexTrend",
    "ComputeResale",
    "ConstantMix",
    "Custom",
    "EventDriven",
    "PriceMomentum",
    "RandomTilt",
    "Rotation",
    "RoutingAdoption",
    "RpoChange",
    "SignalSettings",
]

# The union of signals: a config imports those that it names.
SIGNALS = OneOf(
    "kind",
    {
        "capex_guidance": "signals.capex_guidance.CapexGuidance",
        "capex_trend": "signals.capex_trend.CapexTrend",
        "compute_resale": "signals.compute_resale.ComputeResale",
        "constant_mix": "signals.constant_mix.ConstantMix",
        "custom": "signals.custom.Custom",
        "price_momentum": "signals.price_momentum.PriceMomentum",
        "random": "signals.random_tilt.RandomTilt",
        "rotation": "signals.rotation.Rotation",
        "routing_adoption": "signals.routing_adoption.RoutingAdoption",
        "rpo_change": "signals.rpo_change.RpoChange",
    },
)
if TYPE_CHECKING:
    SignalSettings: TypeAlias = (
        CapexGuidance
        | CapexTrend
        | ComputeResale
        | ConstantMix
        | Custom
        | PriceMomentum
        | RandomTilt
        | Rotation
        | RoutingAdoption
        | RpoChange
    )
else:
    SignalSettings = Annotated[Settings, SIGNALS]


def __getattr__(name: str) -> object:
    """Import a signal by its class when it is first asked for."""
    for home in SIGNALS.homes.values():
        module, _, settings = home.rpartition(".")
        if settings == name:
            return getattr(import_module(module), name)
    raise AttributeError(f"module 'signals' has no attribute {name!r}")
