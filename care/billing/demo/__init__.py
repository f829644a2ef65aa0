"""A made-up operator, for trying out and for tests."""
