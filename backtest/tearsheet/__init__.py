"""The tearsheet: one self-contained HTML file made from a result."""

from __future__ import annotations
