"""Work over many files: in parts, by processes or on a cluster, continued after a stop.

`tables.write_features` and `tables.write_genres` write tables, `parts.write_parts` any other.
"""
