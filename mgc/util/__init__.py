"""Nothing musical: whole files, the cache, worker pools, progress, optional imports."""
