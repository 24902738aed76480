"""Compiled loops over arrays and scalars; nothing here knows a frame, a config or a name."""
