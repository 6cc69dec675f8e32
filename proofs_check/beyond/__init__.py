"""Chapter H: what follows from the quotient beyond the sources."""
