"""WeChat: who writes to us there, and what we send them, within what the platform allows."""
