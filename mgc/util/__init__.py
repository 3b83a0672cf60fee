"""Nothing musical: files whole or not at all, the cache, worker processes, progress."""
