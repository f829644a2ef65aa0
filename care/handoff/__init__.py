"""Requests for a human agent."""
