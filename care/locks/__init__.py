"""Wrong guesses, counted: too many lock what is guessed at for a while."""
