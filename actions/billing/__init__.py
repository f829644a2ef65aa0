"""Questions about an account: what is asked, who may ask it, the answer, and orders that a code confirms."""
