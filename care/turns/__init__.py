"""One message to one answer: leases, the call to Rasa, failures and retries."""
