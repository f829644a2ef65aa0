"""What the operator sees: every figure defined once, counted by day, shown with its numerator and denominator."""
