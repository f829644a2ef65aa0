"""Alembic migrations of the care database; `quanyi migrate` runs them."""
