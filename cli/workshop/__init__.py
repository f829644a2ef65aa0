"""What a worker does for trainers: models trained from their changes, judged beside the one in use, and published."""
