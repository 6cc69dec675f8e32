"""What a law's code says and does: which way it goes, what it names, reads, changes and leaves untried."""
