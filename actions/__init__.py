"""Custom actions: slots in, one `care` call, one response, events out. Closed to everyone but Rasa (server.py)."""
