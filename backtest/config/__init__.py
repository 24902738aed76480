"""The research config: typed settings, a strict reader that locates every mistake, the normal form that is hashed."""
