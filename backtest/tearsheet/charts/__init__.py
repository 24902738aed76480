"""Charts as pure functions from numbers to SVG text."""

from __future__ import annotations
