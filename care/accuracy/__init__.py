"""How many answers of the bot and of agents were right: 100 of each a week, judged blind (REQUIREMENTS A22, C15)."""
