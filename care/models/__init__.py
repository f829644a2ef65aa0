"""Models: trained, judged beside the one in use, published to every Rasa process, rolled back."""
