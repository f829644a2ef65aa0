"""What agents and supervisors do beside a conversation: read it, write in it, note, pass on, hand back."""
