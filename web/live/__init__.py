"""Live updates: what is new in a conversation, whichever process made it, reaches the sockets of this one."""
