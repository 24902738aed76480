"""Many runs of one question, and what stands behind one: trials, sweeps, fits, what is left without an event."""
