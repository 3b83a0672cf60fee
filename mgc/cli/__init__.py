"""The command `mgc`, the package's only door from a terminal."""
