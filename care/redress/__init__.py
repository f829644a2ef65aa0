"""What the law gives a customer for a failure of ours: worked out, approved by a person, told unasked."""
