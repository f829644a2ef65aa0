"""What happens when a promise is about to break, and when it has broken."""
