"""What the page says, in the reader's language: English is the text itself, other languages are tables beside it."""

from __future__ import annotations

from backtest.tearsheet.messages.catalogue import LANGUAGES, language, say, speaking, typeset, understood

__all__ = ["LANGUAGES", "language", "say", "speaking", "typeset", "understood"]
