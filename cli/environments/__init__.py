"""The two virtual environments: `.venv/app` (Python 3.11 or later) and `.venv/bot` (Rasa, Python 3.10).

Runs before either exists, as `python3.11 -m cli.environments app bot`: standard library only in this package and
in what it imports.
"""
