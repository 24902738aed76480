"""Signals turn dated events into scores; one file per signal, none knows another."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from signals.capex_guidance import CapexGuidance
from signals.capex_trend import CapexTrend
from signals.compute_resale import ComputeResale
from signals.constant_mix import ConstantMix
from signals.custom import Custom
from signals.driven import EventDriven
from signals.price_momentum import PriceMomentum
from signals.random_tilt import RandomTilt
from signals.rotation import Rotation
from signals.routing_adoption import RoutingAdoption
from signals.rpo_change import RpoChange

SignalSettings = Annotated[
    CapexGuidance
    | CapexTrend
    | ComputeResale
    | ConstantMix
    | Custom
    | PriceMomentum
    | RandomTilt
    | Rotation
    | RoutingAdoption
    | RpoChange,
    Field(discriminator="kind"),
]

__all__ = [
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
