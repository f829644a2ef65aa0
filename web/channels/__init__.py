"""One module a channel: it verifies, parses, and hands an `Inbound` on."""
