"""`/api/desk/trainer`: the pages of trainers. Thin: every step is one call into care."""
