"""Events of no kind of their own; nothing is demanded of them."""

from __future__ import annotations

from data.events.kinds.base import Kind

__all__ = ["OTHER"]

OTHER = Kind("other", ())
