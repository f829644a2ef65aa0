"""Filing a complaint: what is asked, what is checked, what is written."""
