"""`quanyi run`: everything that 小益 needs, started, watched and stopped by one command."""
