"""Personal data in the conversation: seen, used by whom, copied, corrected, deleted, switched off; a leak reported."""
