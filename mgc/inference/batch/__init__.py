"""Work over many files: in parts, by processes or on a cluster, continued after a stop."""
