"""Conversations and their messages: received once, kept for good."""
