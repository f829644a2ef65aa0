"""`quanyi privacy …`: incidents, the yearly assessment, the audit, retention, receipts and open requests."""
