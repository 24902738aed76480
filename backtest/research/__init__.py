"""Studies of a run: what was fitted before it, what is left of it without single events."""
