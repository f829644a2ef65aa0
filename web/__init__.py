"""What faces the network: channels, health, metrics. Thin; everything that matters is in `care`."""
