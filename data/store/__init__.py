"""Files that are never overwritten: objects named by their hash, and a manifest that only grows."""
