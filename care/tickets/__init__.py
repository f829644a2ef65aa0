"""Tickets and their append-only history."""
