"""What happens to a ticket after filing: status, urging, additions, results, reopening, withdrawal."""
