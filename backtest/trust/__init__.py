"""Second opinions on our own numbers: another engine, exact arithmetic."""
