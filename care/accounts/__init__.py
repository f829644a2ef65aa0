"""Customers and what identifies them."""
