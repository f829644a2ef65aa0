"""Packs and reports made of the figures, and their charts."""
