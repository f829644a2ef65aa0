"""The Rasa side of Quanyi: runs inside Rasa 3.6.21 under Python 3.10 and imports nothing else of the project."""
