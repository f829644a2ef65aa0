"""What trainers teach: the training examples in `data/nlu`, read, checked and written."""
