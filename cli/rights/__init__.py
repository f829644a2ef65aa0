"""`quanyi rights …`: the articles about rights."""
