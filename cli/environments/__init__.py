"""What is made before anything runs: `.venv/app` (Python 3.11 or later), `.venv/bot` (Rasa, Python 3.10), and the
chat window and the desk, with the system's Node.js or `.venv/node`.

Runs before any of it exists, as `python3.11 -m cli.environments app bot widget`: standard library only in this package
and in what it imports.
"""
