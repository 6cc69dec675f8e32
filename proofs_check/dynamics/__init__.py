"""Chapter B: what updates do to equivalence classes."""
