"""NLU components of Quanyi for Rasa's pipeline."""
