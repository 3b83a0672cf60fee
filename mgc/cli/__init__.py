"""The command `mgc`."""
