"""What a supervisor must hear of at once: raised once for its subject, until it is over."""
