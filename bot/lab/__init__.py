"""Tools of the trainer that need the model: they run in Rasa's environment and are asked by ``cli/nlu/lab.py``."""
