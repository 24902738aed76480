"""Price sources: files, Yahoo Finance through a store, and the simulated market, checked against one schema."""
