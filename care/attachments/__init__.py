"""Evidence: pictures and PDFs that customers send, checked, hashed, sealed."""
