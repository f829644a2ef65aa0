"""Who saw or changed what in the desk: append-only, each entry bound to the one before it."""
