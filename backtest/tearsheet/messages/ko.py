"""Korean: every table together."""

from __future__ import annotations

from backtest.tearsheet.messages.ko_conventions import CONVENTIONS
from backtest.tearsheet.messages.ko_fits import FITS
from backtest.tearsheet.messages.ko_labels import LABELS
from backtest.tearsheet.messages.ko_luck import LUCK
from backtest.tearsheet.messages.ko_pages import PAGES
from backtest.tearsheet.messages.ko_reasons import REASONS
from backtest.tearsheet.messages.ko_results import RESULTS
from backtest.tearsheet.messages.ko_screen import SCREEN
from backtest.tearsheet.messages.ko_sentences import SENTENCES

__all__ = ["KOREAN"]

KOREAN: dict[str, str] = LABELS | SENTENCES | RESULTS | PAGES | FITS | CONVENTIONS | LUCK | REASONS | SCREEN
