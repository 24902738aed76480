"""Prices, events, calendars and timing: everything that is read, checked and dated before a signal sees it."""
