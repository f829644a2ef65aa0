"""The command `quanyi`."""
