"""Is it real? What a run must be set against: placebo events, other timing, what was known later, its own costs."""
