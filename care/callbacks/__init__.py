"""Calling a customer back in a time that they chose, where nobody could take them at once."""
