"""A network as a file; files and folders of music classified."""
