"""`quanyi staff …`: who may sign in to the desk."""
