"""A customer's money: what the operator's billing system says about a number, explained, disputed, and changed."""
