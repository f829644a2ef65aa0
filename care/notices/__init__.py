"""What customers are told by SMS after the page is closed: an outbox that the worker empties."""
