"""Who works in the desk: their accounts, roles, skills, sessions, and whether they take customers now."""
