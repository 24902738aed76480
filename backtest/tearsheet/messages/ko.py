"""Korean."""

from __future__ import annotations

__all__ = ["KOREAN"]

KOREAN: dict[str, str] = {}
