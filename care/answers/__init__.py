"""What staff answered a customer: is it an answer, and did it reach them."""
