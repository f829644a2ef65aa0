"""`quanyi nlu …`: the trainer's commands; what each does is imported when it is called."""
