"""What customers think of us: their suggestions."""
