"""Customer wording and rights articles: proposed by one person, approved by another, told from a day on."""
