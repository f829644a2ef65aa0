"""The policy file and the clocks that a ticket carries."""
