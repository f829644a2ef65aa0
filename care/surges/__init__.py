"""Many report the same: found by counting, confirmed by staff or the network's fault feed, over for all at once."""
