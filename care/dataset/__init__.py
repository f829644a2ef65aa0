"""Trainers' changes of training examples: rows beside the files of the checkout, and what becomes of them."""
