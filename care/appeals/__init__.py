"""Appeals: what customers brought to an authority, which asks us for an answer by a day of its own."""
