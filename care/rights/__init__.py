"""What customers may ask for, and why: versioned articles with the law under each."""
