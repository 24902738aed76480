"""Price sources: files and the simulated market, checked against one schema."""
