"""Work beside a ticket: apologies, visits, call-backs after closing (回访)."""
